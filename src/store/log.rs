//! Opening, reading and checking the log.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Row;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::append::Recorded;
use super::chain::{Chain, ChainFault};
use crate::domain::{Event, Timestamp};

/// Rows read at a time.
const PAGE: i64 = 10_000;
/// One log per province; this process serves one.
pub(super) const LOG_ID: i64 = 1;
/// 3.7.0–3.51.2 can lose committed writes when two connections checkpoint and write at one instant.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Why the log did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has the log open for writing.
    #[error("another process is using the database {0}: stop it first, or ask it over HTTP")]
    Locked(PathBuf),
    /// The linked SQLite is too old to be trusted.
    #[error("SQLite {0} can lose committed writes, 3.51.3 or newer is needed")]
    OldSqlite(String),
    /// A stored row cannot be read.
    #[error("the log is corrupt at seq {seq}: {what}")]
    Corrupt {
        /// The bad row.
        seq: i64,
        /// What is wrong.
        what: String,
    },
    /// Somebody else made this revision of the subject first.
    #[error("another change of {0} came first")]
    Conflict(String),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReuse,
    /// A request with this idempotency key is still running.
    #[error("a request with this idempotency key is still running")]
    KeyInFlight,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The writer has stopped.
    #[error("the log is closed for writing")]
    Closed,
    /// SQLite failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The file system failed.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
}

/// The log of one database.
#[derive(Clone)]
pub struct Store {
    pub(super) pool: SqlitePool,
    pub(super) path: PathBuf,
    /// Held while the log may be written: a second process refuses to start.
    lock: Option<Arc<File>>,
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .pragma("wal_autocheckpoint", "4000")
        .pragma("cache_size", "-16000")
}

impl Store {
    /// Opens the log for writing, makes it if it is not there, and keeps every other process from writing it.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::OldSqlite`] or what SQLite says.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let lock_path = path.with_extension("db.lock");
        let at = |error| StoreError::File(lock_path.clone(), error);
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(at)?;
        lock.try_lock().map_err(|_| StoreError::Locked(path.to_owned()))?;
        let store = Self::connect(path, Some(Arc::new(lock))).await?;
        sqlx::migrate!("./migrations").run(&store.pool).await.map_err(sqlx::Error::from)?;
        Ok(store)
    }

    /// Opens an existing log for reading beside a running server.
    ///
    /// # Errors
    /// What SQLite says, e.g. that there is no such file.
    pub async fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(StoreError::File(path.to_owned(), missing));
        }
        Self::connect(path, None).await
    }

    async fn connect(path: &Path, lock: Option<Arc<File>>) -> Result<Self, StoreError> {
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options(path)).await?;
        let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&pool).await?;
        let mut parts = version.split('.').map(|part| u32::from_str(part).unwrap_or(0));
        let mut part = || parts.next().unwrap_or(0);
        if (part(), part(), part()) < OLDEST_SQLITE {
            return Err(StoreError::OldSqlite(version));
        }
        Ok(Self { pool, path: path.to_owned(), lock })
    }

    /// Where the log lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether this process may write.
    pub fn is_writable(&self) -> bool {
        self.lock.is_some()
    }

    /// A connection of the writer's own.
    pub(super) async fn connection(&self) -> Result<SqliteConnection, StoreError> {
        use sqlx::ConnectOptions;
        Ok(options(&self.path).connect().await?)
    }

    /// Seq and chain of the last event.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn head(&self) -> Result<(u64, Chain), StoreError> {
        let row = sqlx::query("SELECT seq, chain FROM log_head WHERE log_id = $1")
            .bind(LOG_ID)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok((0, Chain::EMPTY)) };
        let seq: i64 = row.try_get(0)?;
        let chain: Vec<u8> = row.try_get(1)?;
        let chain =
            chain.try_into().map_err(|_| StoreError::Corrupt { seq, what: "head chain is not 32 bytes".into() })?;
        Ok((seq as u64, Chain(chain)))
    }

    /// At most `limit` events after `after`, in order.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] names the row that cannot be read or is missing.
    pub async fn events(&self, after: u64, limit: i64) -> Result<Vec<Recorded>, StoreError> {
        let rows = sqlx::query(
            "SELECT seq, recorded_at, body FROM event_log WHERE log_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(LOG_ID)
        .bind(after as i64)
        .bind(limit.min(PAGE))
        .fetch_all(&self.pool)
        .await?;
        let mut events = Vec::with_capacity(rows.len());
        for (expected, row) in (after as i64 + 1..).zip(rows) {
            let (seq, at, body): (i64, i64, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            if seq != expected {
                return Err(StoreError::Corrupt { seq: expected, what: "the event is missing".into() });
            }
            let event =
                Event::from_canonical_bytes(&body).map_err(|invalid| StoreError::Corrupt { seq, what: invalid.en })?;
            events.push(Recorded { seq: seq as u64, at: Timestamp::from_micros(at), event: Arc::new(event) });
        }
        Ok(events)
    }

    /// The revision that the event at `seq` made of its subject.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn revision(&self, seq: u64) -> Result<u32, StoreError> {
        let query = sqlx::query_scalar("SELECT rev FROM event_log WHERE log_id = $1 AND seq = $2");
        let rev: i64 = query.bind(LOG_ID).bind(seq as i64).fetch_one(&self.pool).await?;
        Ok(rev as u32)
    }

    /// Recomputes the chain from the first event and compares it with every row and the head.
    ///
    /// # Errors
    /// What SQLite says. A broken chain is not an error but the answer: the first bad seq.
    pub async fn check_chain(&self, progress: impl Fn(u64)) -> Result<Option<ChainFault>, StoreError> {
        let (mut chain, mut seq) = (Chain::EMPTY, 0_i64);
        let fault = |seq, what: &str| Ok(Some(ChainFault { seq, what: what.to_owned() }));
        loop {
            let rows = sqlx::query(
                "SELECT seq, recorded_at, subject, rev, body, chain FROM event_log WHERE log_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            )
            .bind(LOG_ID)
            .bind(seq)
            .bind(PAGE)
            .fetch_all(&self.pool)
            .await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let (at, subject, rev): (i64, String, i64) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
                let (body, stored): (Vec<u8>, Vec<u8>) = (row.try_get(4)?, row.try_get(5)?);
                seq += 1;
                if row.try_get::<i64, _>(0)? != seq {
                    return fault(seq, "the event is missing");
                }
                chain = chain.extend(seq, at, &subject, rev, &body);
                if stored != chain.0 {
                    return fault(seq, "the event does not match its chain");
                }
                if let Err(invalid) = Event::from_canonical_bytes(&body) {
                    return fault(seq, &invalid.en);
                }
            }
            progress(seq as u64);
        }
        let (head_seq, head_chain) = self.head().await?;
        if head_seq as i64 != seq {
            return fault(seq.min(head_seq as i64) + 1, "the log does not end where its head says");
        }
        if head_chain != chain {
            return fault(seq, "the head does not match the chain");
        }
        Ok(None)
    }
}
