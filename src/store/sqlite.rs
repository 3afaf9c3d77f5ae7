//! The log in a file of SQLite: one process writes it.

use std::fs::File;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::error::StoreError;

/// 3.7.0–3.51.2 can lose committed writes when two connections checkpoint and write at one instant.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .pragma("wal_autocheckpoint", "4000")
        .pragma("cache_size", "-16000")
        // A slow statement would be logged with thousands of placeholders.
        .disable_statement_logging()
}

/// Keeps every other process from writing the log, as long as the file is held.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let lock_path = path.with_extension("db.lock");
    let at = |error| StoreError::File(lock_path.clone(), error);
    let lock = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(at)?;
    lock.try_lock().map_err(|_| StoreError::Locked(path.to_owned()))?;
    Ok(lock)
}

pub(super) async fn connect(path: &Path) -> Result<SqlitePool, StoreError> {
    let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options(path)).await?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&pool).await?;
    let mut parts = version.split('.').map(|part| u32::from_str(part).unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    if (part(), part(), part()) < OLDEST_SQLITE {
        return Err(StoreError::OldSqlite(version));
    }
    Ok(pool)
}
