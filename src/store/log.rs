//! Opening, reading and checking the log.

use std::fs::File;
use std::sync::Arc;

use sqlx::ConnectOptions;
use uuid::Uuid;

use super::address::Address;
use super::append::Recorded;
use super::chain::{Chain, ChainFault};
use super::clock::Clock;
use super::database::{Connection, Pool, on_both};
use super::error::StoreError;
use super::vault::Vault;
use super::{postgres, sqlite};
use crate::domain::{Event, Timestamp};

/// Rows read at a time.
const PAGE: i64 = 10_000;
/// One log per province; this process serves one.
pub(super) const LOG_ID: i64 = 1;

/// Where the log ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Seq of the last event.
    pub seq: u64,
    /// The chain after it.
    pub chain: Chain,
    /// Which life of the log this is; a restored one begins another.
    pub epoch: String,
}

/// The log of one database.
#[derive(Clone)]
pub struct Store {
    pub(super) pool: Pool,
    pub(super) address: Address,
    pub(super) vault: Vault,
    pub(super) clock: Clock,
    /// Held while a file may be written: a second process refuses to start.
    _lock: Option<Arc<File>>,
}

impl Store {
    /// Opens the log for writing and makes it if it is not there. A file is kept from every other writing process.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::OldSqlite`], [`StoreError::Unsafe`] or what the database says.
    pub async fn open(address: impl Into<Address>) -> Result<Self, StoreError> {
        let address = address.into();
        let lock = match &address {
            Address::File(path) => Some(Arc::new(sqlite::lock(path)?)),
            Address::Postgres(_) => None,
        };
        let store = Self::connect(address, lock).await?;
        store.migrate().await?;
        let first = "INSERT INTO log_head (log_id, seq, chain, epoch) VALUES ($1, 0, $2, $3) ON CONFLICT DO NOTHING";
        let (epoch, chain) = (Uuid::new_v4().to_string(), &Chain::EMPTY.0[..]);
        on_both!(Pool, &store.pool, pool => {
            sqlx::query(first).bind(LOG_ID).bind(chain).bind(epoch).execute(pool).await.map(|_| ())
        })?;
        store.guard_audit().await?;
        Ok(store)
    }

    /// Opens an existing log for reading beside a running server.
    ///
    /// # Errors
    /// What the database says, e.g. that there is no such file.
    pub async fn open_read_only(address: impl Into<Address>) -> Result<Self, StoreError> {
        let store = Self::open_to_look(address).await?;
        store.check_schema().await?;
        Ok(store)
    }

    /// Opens a database that is there, whatever tables it has.
    ///
    /// # Errors
    /// What the database says, e.g. that there is no such file.
    pub async fn open_to_look(address: impl Into<Address>) -> Result<Self, StoreError> {
        let address = address.into();
        if let Address::File(path) = &address
            && !path.exists()
        {
            let absent = std::io::Error::other("没有这个数据库 / there is no such database");
            return Err(StoreError::File(path.clone(), absent));
        }
        Self::connect(address, None).await
    }

    /// Closes all connections of this log's pool: the last one that a file of SQLite loses folds its `-wal` into it.
    pub async fn close(&self) {
        on_both!(Pool, &self.pool, pool => pool.close().await);
    }

    async fn connect(address: Address, lock: Option<Arc<File>>) -> Result<Self, StoreError> {
        let pool = match &address {
            Address::File(path) => Pool::Sqlite(sqlite::connect(path).await?),
            Address::Postgres(options) => Pool::Postgres(postgres::connect(options).await?),
        };
        let store = Self { pool, address, vault: Vault::default(), clock: Clock::default(), _lock: lock };
        store.set_clock().await?;
        Ok(store)
    }

    /// Where the log lies.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Whether other processes may write the log too.
    pub fn is_shared(&self) -> bool {
        matches!(self.address, Address::Postgres(_))
    }

    /// A connection of the writer's own.
    pub(super) async fn connection(&self) -> Result<Connection, StoreError> {
        Ok(match &self.address {
            Address::File(path) => Connection::Sqlite(sqlite::options(path).connect().await?),
            Address::Postgres(options) => Connection::Postgres(postgres::connection(options).await?),
        })
    }

    /// Where the log ends.
    ///
    /// # Errors
    /// What the database says.
    pub async fn head(&self) -> Result<Head, StoreError> {
        let head = "SELECT seq, chain, epoch FROM log_head WHERE log_id = $1";
        let row: Option<(i64, Vec<u8>, String)> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(head).bind(LOG_ID).fetch_optional(pool).await
        })?;
        let Some((seq, chain, epoch)) = row else {
            return Ok(Head { seq: 0, chain: Chain::EMPTY, epoch: String::new() });
        };
        Ok(Head { seq: seq as u64, chain: Chain::read(seq, chain)?, epoch })
    }

    /// At most `limit` events after `after`, in order.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] names the row that cannot be read or is missing.
    pub async fn events(&self, after: u64, limit: i64) -> Result<Vec<Recorded>, StoreError> {
        let page = "SELECT seq, recorded_at, body, principal, chain FROM event_log \
                    WHERE log_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        type Row = (i64, i64, Vec<u8>, String, Vec<u8>);
        let rows: Vec<Row> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(page).bind(LOG_ID).bind(after as i64).bind(limit.min(PAGE)).fetch_all(pool).await
        })?;
        let mut events = Vec::with_capacity(rows.len());
        for (expected, (seq, at, body, principal, chain)) in (after as i64 + 1..).zip(rows) {
            if seq != expected {
                return Err(StoreError::Corrupt { seq: expected, what: "the event is missing".into() });
            }
            let event =
                Event::from_canonical_bytes(&body).map_err(|invalid| StoreError::Corrupt { seq, what: invalid.en })?;
            let (at, chain) = (Timestamp::from_micros(at), Chain::read(seq, chain)?);
            let (seq, event, principal) = (seq as u64, Arc::new(event), principal.into());
            events.push(Recorded { seq, at, event, principal, chain });
        }
        Ok(events)
    }

    /// The chain after the event at `seq`; `None` if the log has no such event.
    ///
    /// # Errors
    /// What the database says.
    pub async fn chain_at(&self, seq: u64) -> Result<Option<Chain>, StoreError> {
        if seq == 0 {
            return Ok(Some(Chain::EMPTY));
        }
        let chain = "SELECT chain FROM event_log WHERE log_id = $1 AND seq = $2";
        let chain: Option<Vec<u8>> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_scalar(chain).bind(LOG_ID).bind(seq as i64).fetch_optional(pool).await
        })?;
        chain.map(|chain| Chain::read(seq as i64, chain)).transpose()
    }

    /// The revision that the event at `seq` made of its subject.
    ///
    /// # Errors
    /// What the database says.
    pub async fn revision(&self, seq: u64) -> Result<u32, StoreError> {
        let rev = "SELECT rev FROM event_log WHERE log_id = $1 AND seq = $2";
        let rev: i64 = on_both!(Pool, &self.pool, pool => {
            sqlx::query_scalar(rev).bind(LOG_ID).bind(seq as i64).fetch_one(pool).await
        })?;
        Ok(rev as u32)
    }

    /// Recomputes the chain from the first event and compares it with every row and the head.
    ///
    /// # Errors
    /// What the database says. A broken chain is not an error but the answer: the first bad seq.
    pub async fn check_chain(&self, progress: impl Fn(u64)) -> Result<Option<ChainFault>, StoreError> {
        let (mut chain, mut seq) = (Chain::EMPTY, 0_i64);
        let fault = |seq, what: &str| Ok(Some(ChainFault { seq, what: what.to_owned() }));
        loop {
            let page = "SELECT seq, recorded_at, subject, rev, body, principal, chain FROM event_log \
                        WHERE log_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
            let rows: Vec<super::copy::LogRow> = on_both!(Pool, &self.pool, pool => {
                sqlx::query_as(page).bind(LOG_ID).bind(seq).bind(PAGE).fetch_all(pool).await
            })?;
            if rows.is_empty() {
                break;
            }
            for super::copy::LogRow { seq: at_seq, recorded_at, subject, rev, body, principal, chain: stored } in rows {
                seq += 1;
                if at_seq != seq {
                    return fault(seq, "the event is missing");
                }
                chain = chain.extend(seq, recorded_at, &subject, rev, &body, &principal);
                if stored != chain.0 {
                    return fault(seq, "the event does not match its chain");
                }
                if let Err(invalid) = Event::from_canonical_bytes(&body) {
                    return fault(seq, &invalid.en);
                }
            }
            progress(seq as u64);
        }
        let head = self.head().await?;
        if head.seq as i64 != seq {
            return fault(seq.min(head.seq as i64) + 1, "the log does not end where its head says");
        }
        if head.chain != chain {
            return fault(seq, "the head does not match the chain");
        }
        Ok(None)
    }
}
