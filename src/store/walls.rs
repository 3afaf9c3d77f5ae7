//! A second wall on PostgreSQL: row-level security by log, under the checks of the service. A connection says once, when it
//! is made, which log it is for; rows of another are then not there for it, and what is appended stays.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::error::StoreError;
use super::log::LOG_ID;

/// What a connection says of itself as it is made.
pub(super) const SETTING: &str = "zeyou.log_id";
/// A log that is never one: what the wall is tried with.
const FOREIGN: i64 = -1;
/// PostgreSQL's code for a row that a policy refuses.
const REFUSED: &str = "42501";

/// Tables with a log, and whether their walls stand.
const TABLES: &str = "
    FROM pg_class AS it WHERE it.relnamespace = current_schema()::regnamespace AND it.relkind IN ('r', 'p')
    AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = it.oid AND attname = 'log_id' AND NOT attisdropped)
    AND NOT (it.relrowsecurity AND it.relforcerowsecurity
        AND EXISTS (SELECT FROM pg_policy WHERE polrelid = it.oid))";

/// Builds what is missing: for tables of later migrations too. Owners are bound by it as everybody is (`FORCE`). A connection
/// that does not say its log is refused by `current_setting`. Nobody changes or deletes an event: there is no policy for it.
fn build() -> String {
    format!(
        "DO $walls$
        DECLARE wall record; own text := 'log_id = current_setting(''{SETTING}'')::bigint';
        BEGIN
            SET LOCAL lock_timeout = '8s';
            PERFORM pg_advisory_xact_lock(7201, 1);
            FOR wall IN SELECT it.oid::regclass AS name, it.relname {TABLES} LOOP
                EXECUTE format('DROP POLICY IF EXISTS log_own ON %s', wall.name);
                EXECUTE format('DROP POLICY IF EXISTS log_read ON %s', wall.name);
                EXECUTE format('DROP POLICY IF EXISTS log_append ON %s', wall.name);
                IF wall.relname = 'event_log' THEN
                    EXECUTE format('CREATE POLICY log_read ON %s FOR SELECT USING (%s)', wall.name, own);
                    EXECUTE format('CREATE POLICY log_append ON %s FOR INSERT WITH CHECK (%s)', wall.name, own);
                ELSE
                    EXECUTE format('CREATE POLICY log_own ON %s USING (%s) WITH CHECK (%s)', wall.name, own, own);
                END IF;
                EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', wall.name);
            END LOOP;
        END $walls$"
    )
}

/// Refuses a role that no wall holds.
pub(super) async fn check_role(connection: &mut PgConnection) -> Result<(), StoreError> {
    let text = "SELECT rolname::text, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user";
    let (role, is_super, bypasses): (String, bool, bool) = sqlx::query_as(text).fetch_one(connection).await?;
    match (is_super, bypasses) {
        (true, _) => Err(StoreError::Bypass { role, attribute: "SUPERUSER" }),
        (_, true) => Err(StoreError::Bypass { role, attribute: "BYPASSRLS" }),
        _ => Ok(()),
    }
}

/// Builds the walls where they are missing, and tries them.
pub(super) async fn raise(connection: &mut PgConnection) -> Result<(), StoreError> {
    let missing = format!("SELECT count(*) {TABLES}");
    let missing: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(missing)).fetch_one(&mut *connection).await?;
    if missing > 0 {
        sqlx::raw_sql(sqlx::AssertSqlSafe(build())).execute(&mut *connection).await?;
    }
    let changing = "SELECT count(*) FROM pg_policy WHERE polrelid = 'event_log'::regclass AND polcmd NOT IN ('r', 'a')";
    let changing: i64 = sqlx::query_scalar(changing).fetch_one(connection).await?;
    if changing > 0 {
        return Err(StoreError::NoWall("a policy lets events be changed or deleted"));
    }
    Ok(())
}

/// Tries the wall: a row of another log is not seen, and cannot be written. Nothing stays.
pub(super) async fn test(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::raw_sql("BEGIN").execute(&mut *connection).await?;
    let tried = try_wall(&mut *connection).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await?;
    tried
}

async fn try_wall(connection: &mut PgConnection) -> Result<(), StoreError> {
    let write = "INSERT INTO secret (log_id, name, value) VALUES ($1, $2, ''::bytea)";
    let name = format!("wall-{}", Uuid::new_v4().simple());
    be(connection, FOREIGN).await?;
    sqlx::query(write).bind(FOREIGN).bind(&name).execute(&mut *connection).await?;
    be(connection, LOG_ID).await?;
    let seen = "SELECT count(*) FROM secret WHERE log_id = $1";
    let seen: i64 = sqlx::query_scalar(seen).bind(FOREIGN).fetch_one(&mut *connection).await?;
    if seen > 0 {
        return Err(StoreError::NoWall("a row of another log is seen"));
    }
    match sqlx::query(write).bind(FOREIGN).bind(format!("{name}-2")).execute(&mut *connection).await {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(REFUSED) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Err(StoreError::NoWall("a row of another log can be written")),
    }
}

/// Says until the end of the transaction which log it is for.
async fn be(connection: &mut PgConnection, log: i64) -> Result<(), StoreError> {
    let say = "SELECT set_config($1, $2, true)";
    sqlx::query(say).bind(SETTING).bind(log.to_string()).execute(connection).await?;
    Ok(())
}
