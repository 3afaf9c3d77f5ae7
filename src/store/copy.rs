//! The log as rows, to be copied elsewhere: a backup, or from one database to another. Every row is checked on arrival.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::chain::{Chain, ChainFault};
use super::comments::{self, CommentRow};
use super::database::{Connection, on_both, pieces, values};
use super::error::StoreError;
use super::group;
use super::log::{LOG_ID, Store};
use crate::domain::Event;

/// Rows of one INSERT.
const ROWS: usize = 1_024;

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LogRow {
    /// Its place.
    pub seq: i64,
    /// When it was recorded, in microseconds since 1970.
    pub recorded_at: i64,
    /// What it is about.
    pub subject: String,
    /// The revision it makes.
    pub rev: i64,
    /// Its canonical bytes.
    pub body: Vec<u8>,
    /// The pseudonym of who wrote it; empty: not known.
    pub principal: String,
    /// The chain after it.
    pub chain: Vec<u8>,
}

/// An idempotency key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KeyRow {
    /// Whose key it is.
    pub principal: String,
    /// The key.
    pub idempotency_key: String,
    /// Hash of the request.
    pub fingerprint: Vec<u8>,
    /// Seq of its last event.
    pub seq: i64,
}

impl Store {
    /// At most `limit` rows after `after`, in order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rows(&self, after: i64, limit: i64) -> Result<Vec<LogRow>, StoreError> {
        let page = "SELECT seq, recorded_at, subject, rev, body, principal, chain FROM event_log \
                    WHERE log_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        Ok(on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(page).bind(LOG_ID).bind(after).bind(limit).fetch_all(pool).await
        })?)
    }

    /// At most `limit` keys after this principal and key, in their order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keys(&self, (principal, key): (&str, &str), limit: i64) -> Result<Vec<KeyRow>, StoreError> {
        let page = "SELECT principal, idempotency_key, fingerprint, seq FROM idempotency \
                    WHERE log_id = $1 AND (principal, idempotency_key) > ($2, $3) \
                    ORDER BY principal, idempotency_key LIMIT $4";
        Ok(on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(page).bind(LOG_ID).bind(principal).bind(key).bind(limit).fetch_all(pool).await
        })?)
    }

    /// Begins to fill this log, which must be empty. All of it arrives with [`Filling::finish`], or nothing.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`], or what the database says.
    pub async fn fill(&self) -> Result<Filling, StoreError> {
        let mut connection = self.connection().await?;
        if group::begin(&mut connection).await?.0 != 0 {
            return Err(StoreError::NotEmpty);
        }
        Ok(Filling { connection, seq: 0, chain: Chain::EMPTY })
    }
}

/// A log that is being filled.
pub struct Filling {
    pub(super) connection: Connection,
    seq: i64,
    chain: Chain,
}

impl Filling {
    /// The next rows. A row that does not continue the chain, or that this program cannot read, is the answer.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rows(&mut self, rows: &[LogRow]) -> Result<Option<ChainFault>, StoreError> {
        for row in rows {
            let fault = |what: &str| Ok(Some(ChainFault { seq: row.seq, what: what.to_owned() }));
            self.seq += 1;
            if row.seq != self.seq {
                return fault("the event before it is missing");
            }
            self.chain = self.chain.extend(row.seq, row.recorded_at, &row.subject, row.rev, &row.body, &row.principal);
            if row.chain != self.chain.0 {
                return fault("the event does not match its chain");
            }
            if let Err(invalid) = Event::from_canonical_bytes(&row.body) {
                return fault(&invalid.en);
            }
        }
        for piece in pieces(rows, ROWS) {
            let text = format!(
                "INSERT INTO event_log (log_id, seq, recorded_at, subject, rev, body, principal, chain) VALUES {}",
                values(0, piece.len(), 8)
            );
            on_both!(Connection, &mut self.connection, it => {
                let mut query = sqlx::query(AssertSqlSafe(text));
                for row in piece {
                    query = query.bind(LOG_ID).bind(row.seq).bind(row.recorded_at).bind(row.subject.as_str());
                    query = query.bind(row.rev).bind(row.body.as_slice()).bind(row.principal.as_str());
                    query = query.bind(row.chain.as_slice());
                }
                query.execute(it).await.map(|_| ())
            })?;
        }
        Ok(None)
    }

    /// The next keys.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keys(&mut self, keys: &[KeyRow]) -> Result<(), StoreError> {
        for piece in pieces(keys, ROWS) {
            let text = format!(
                "INSERT INTO idempotency (log_id, principal, idempotency_key, fingerprint, seq) VALUES {}",
                values(0, piece.len(), 5)
            );
            on_both!(Connection, &mut self.connection, it => {
                let mut query = sqlx::query(AssertSqlSafe(text));
                for row in piece {
                    query = query.bind(LOG_ID).bind(row.principal.as_str()).bind(row.idempotency_key.as_str());
                    query = query.bind(row.fingerprint.as_slice()).bind(row.seq);
                }
                query.execute(it).await.map(|_| ())
            })?;
        }
        Ok(())
    }

    /// The next comments.
    ///
    /// # Errors
    /// What the database says.
    pub async fn comments(&mut self, rows: &[CommentRow]) -> Result<(), StoreError> {
        comments::fill(&mut self.connection, rows).await
    }

    /// Ends with this seq and begins a new epoch: replicas that served another life of the log start anew. Answers the
    /// chain.
    ///
    /// # Errors
    /// What the database says.
    pub async fn finish(mut self) -> Result<(u64, Chain), StoreError> {
        let head = "UPDATE log_head SET seq = $2, chain = $3, epoch = $4 WHERE log_id = $1";
        let (epoch, chain) = (Uuid::new_v4().to_string(), &self.chain.0[..]);
        on_both!(Connection, &mut self.connection, it => {
            sqlx::query(head).bind(LOG_ID).bind(self.seq).bind(chain).bind(epoch).execute(it).await.map(|_| ())
        })?;
        self.connection.run("COMMIT").await?;
        Ok((self.seq as u64, self.chain))
    }
}
