//! The log on PostgreSQL: many processes write it.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Row};

use super::error::StoreError;
use super::log::LOG_ID;
use super::walls;

/// How the writer's connections plan: it only ever looks up by index, what was just written is in no statistics yet, and
/// a plan for many values costs more than following it.
const WRITER: [(&str, &str); 2] = [("enable_seqscan", "off"), ("plan_cache_mode", "force_generic_plan")];
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(1);

/// What makes an acknowledged write survive a crash: setting, its unsafe values, what it should be.
const SAFE: [(&str, &[&str], &str); 4] = [
    ("fsync", &["off"], "on"),
    ("full_page_writes", &["off"], "on"),
    ("synchronous_commit", &["off"], "on"),
    // A standby may show the log's rows in another order than they were committed in.
    ("transaction_read_only", &["on"], "off, on the primary"),
];

/// What every connection begins with: nothing waits for ever.
pub(super) fn options(options: &PgConnectOptions) -> PgConnectOptions {
    let options = options.clone().application_name("zeyou").statement_cache_capacity(256).options([
        ("lock_timeout", "2s"),
        ("statement_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("client_min_messages", "error"),
    ]);
    // Which rows are there for it: see `walls`.
    let options = options.options([(walls::SETTING, LOG_ID)]);
    // A slow statement would be logged with thousands of placeholders.
    options.disable_statement_logging()
}

/// How the pool of every log on PostgreSQL is made.
///
/// A `begin` that is cancelled on its way leaves a transaction behind that sqlx does not know of; what the next borrower
/// writes would be acknowledged and lost. Therefore this crate begins none on the pool, and a connection that is in a
/// transaction is neither taken back nor lent.
pub fn pool_options() -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(6)
        .acquire_timeout(Duration::from_secs(2))
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(is_idle(connection)))
        .after_release(|connection, _| Box::pin(is_idle(connection)))
}

/// Whether the server is in no transaction: the clock of a transaction stands still, that of statements does not. Asked
/// in one message, since a statement sent in several has several times.
async fn is_idle(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::raw_sql("SELECT now() = statement_timestamp()").fetch_one(connection).await?.try_get(0)
}

pub(super) async fn connect(address: &PgConnectOptions) -> Result<PgPool, StoreError> {
    let pool = pool_options().connect_with(options(address)).await?;
    let mut first = pool.acquire().await?;
    check(&mut first).await?;
    walls::check_role(&mut first).await?;
    drop(first);
    Ok(pool)
}

/// A connection of the writer's own, on a server that keeps what it acknowledges.
pub(super) async fn connection(address: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let connecting = tokio::time::timeout(CONNECT, async {
        let mut connection = options(address).options(WRITER).connect().await?;
        check(&mut connection).await?;
        Ok(connection)
    });
    connecting.await.unwrap_or_else(|_| Err(StoreError::Unavailable("PostgreSQL does not answer".into())))
}

/// Refuses a server that may lose what it acknowledged, and keeps the session so.
async fn check(connection: &mut PgConnection) -> Result<(), StoreError> {
    for (setting, bad, wanted) in SAFE {
        let value: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&mut *connection).await?;
        if bad.contains(&value.as_str()) {
            return Err(StoreError::Unsafe { setting, value, wanted });
        }
    }
    // Pinned, so that turning it off for the whole server does not reach this session.
    let pin = "SELECT set_config('synchronous_commit', current_setting('synchronous_commit'), false)";
    sqlx::query(pin).execute(connection).await?;
    Ok(())
}
