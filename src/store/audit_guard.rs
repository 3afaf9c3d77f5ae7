//! What the database itself holds the audit log to: triggers, made at each start, and the one way past them.

use sqlx::AssertSqlSafe;

use super::chain::Chain;
use super::database::{Pool, on_both};
use super::error::StoreError;
use super::log::{LOG_ID, Store};

/// What was recorded may be taken away after so many days at the earliest; triggers hold to it.
pub const LEAST_AUDIT_DAYS: u32 = 180;
/// What is said to whoever tries.
const KEPT: &str = "the audit log is append-only";

/// What keeps rows from being changed. A purge leaves an anchor first, which must be old enough; one that is copied comes before
/// its entries, into an audit log that holds nothing yet.
fn guards(sqlite: bool) -> Vec<String> {
    let oldest = i64::from(LEAST_AUDIT_DAYS) * 86_400;
    if sqlite {
        let raise = format!("BEGIN SELECT RAISE(ABORT, '{KEPT}'); END");
        let before = |name: &str, when: &str| format!("CREATE TRIGGER IF NOT EXISTS {name} BEFORE {when} {raise}");
        return vec![
            before("audit_log_kept", "UPDATE ON audit_log"),
            before(
                "audit_log_whole",
                "DELETE ON audit_log WHEN OLD.seq > \
                 (SELECT coalesce(max(seq), 0) FROM audit_anchor WHERE log_id = OLD.log_id)",
            ),
            before("audit_anchor_kept", "UPDATE ON audit_anchor"),
            before("audit_anchor_whole", "DELETE ON audit_anchor"),
            before(
                "audit_anchor_old",
                &format!(
                    "INSERT ON audit_anchor WHEN NOT EXISTS (SELECT 1 FROM audit_log WHERE log_id = NEW.log_id \
                     AND seq = NEW.seq AND at <= (CAST(strftime('%s', 'now') AS INTEGER) - {oldest}) * 1000000) \
                     AND (EXISTS (SELECT 1 FROM audit_log WHERE log_id = NEW.log_id) \
                     OR EXISTS (SELECT 1 FROM audit_anchor WHERE log_id = NEW.log_id))"
                ),
            ),
        ];
    }
    let of = |table: &str, when: &str, each: &str, name: &str| {
        format!(
            "CREATE OR REPLACE TRIGGER {name} BEFORE {when} ON {table} FOR EACH {each} EXECUTE FUNCTION zeyou_audit_kept()"
        )
    };
    let function = format!(
        "CREATE OR REPLACE FUNCTION zeyou_audit_kept() RETURNS trigger AS $guard$ BEGIN \
         IF TG_TABLE_NAME = 'audit_log' AND TG_OP = 'DELETE' THEN \
         IF OLD.seq <= (SELECT coalesce(max(seq), 0) FROM audit_anchor WHERE log_id = OLD.log_id) THEN RETURN OLD; END IF; \
         END IF; \
         IF TG_OP = 'INSERT' THEN \
         IF NOT EXISTS (SELECT 1 FROM audit_log WHERE log_id = NEW.log_id) \
         AND NOT EXISTS (SELECT 1 FROM audit_anchor WHERE log_id = NEW.log_id) THEN RETURN NEW; END IF; \
         IF EXISTS (SELECT 1 FROM audit_log WHERE log_id = NEW.log_id AND seq = NEW.seq \
         AND at <= (extract(epoch FROM clock_timestamp())::bigint - {oldest}) * 1000000) THEN RETURN NEW; END IF; \
         END IF; \
         RAISE EXCEPTION '{KEPT}'; END $guard$ LANGUAGE plpgsql"
    );
    // One statement, so one transaction: of replicas that start at one moment one makes them after the other.
    vec![
        [
            "SELECT pg_advisory_xact_lock(7205759403792793)".to_owned(),
            function,
            of("audit_log", "UPDATE OR DELETE", "ROW", "audit_log_kept"),
            of("audit_log", "TRUNCATE", "STATEMENT", "audit_log_whole"),
            of("audit_anchor", "INSERT OR UPDATE OR DELETE", "ROW", "audit_anchor_kept"),
            of("audit_anchor", "TRUNCATE", "STATEMENT", "audit_anchor_whole"),
        ]
        .join("; "),
    ]
}

impl Store {
    /// Makes the triggers and the head, if they are not there.
    pub(super) async fn guard_audit(&self) -> Result<(), StoreError> {
        for text in guards(matches!(self.pool, Pool::Sqlite(_))) {
            on_both!(Pool, &self.pool, pool => sqlx::raw_sql(AssertSqlSafe(text)).execute(pool).await.map(|_| ()))?;
        }
        let head = "INSERT INTO audit_head (log_id, seq, chain) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING";
        on_both!(Pool, &self.pool, pool => {
            sqlx::query(head).bind(LOG_ID).bind(&Chain::EMPTY.0[..]).execute(pool).await.map(|_| ())
        })?;
        Ok(())
    }

    /// Takes away what was recorded before an instant, and leaves an anchor from which the rest still verifies; how many entries.
    ///
    /// # Errors
    /// What the database says, e.g. that it is too early ([`LEAST_AUDIT_DAYS`]).
    pub async fn purge_audit(&self, before: i64) -> Result<u64, StoreError> {
        let (anchored, _) = self.audit_anchor().await?;
        // Up to the first entry that is to be kept: clocks may have stepped.
        let last = "SELECT coalesce(min(seq) - 1, (SELECT coalesce(max(seq), 0) FROM audit_log WHERE log_id = $1)) \
                    FROM audit_log WHERE log_id = $1 AND at >= $2";
        let last: i64 = on_both!(Pool, &self.pool, pool => {
            sqlx::query_scalar(last).bind(LOG_ID).bind(before).fetch_one(pool).await
        })?;
        if last <= anchored {
            return Ok(0);
        }
        let mut connection = self.connection().await?;
        connection.run(if connection.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" }).await?;
        let anchor = "INSERT INTO audit_anchor (log_id, seq, chain, purged_at) \
                      SELECT log_id, seq, chain, $3 FROM audit_log WHERE log_id = $1 AND seq = $2";
        let delete = "DELETE FROM audit_log WHERE log_id = $1 AND seq <= $2";
        let taken = on_both!(Connection, &mut connection, it => {
            sqlx::query(anchor).bind(LOG_ID).bind(last).bind(before).execute(&mut *it).await?;
            sqlx::query(delete).bind(LOG_ID).bind(last).execute(it).await.map(|done| done.rows_affected())
        })?;
        connection.run("COMMIT").await?;
        connection.close().await?;
        Ok(taken)
    }
}
