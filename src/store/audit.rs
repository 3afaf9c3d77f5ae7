//! The audit log: append-only rows with a chain of their own, beside the log.

use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;

use super::chain::{Chain, ChainFault};
use super::database::{Connection, on_both, pieces, values};
use super::error::StoreError;
use super::log::{LOG_ID, Store};
use crate::domain::Timestamp;

/// Rows read at a time.
const PAGE: i64 = 1_000;
/// Rows of one INSERT.
const ROWS: usize = 1_024;

/// Something that was done, or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct AuditEntry {
    /// When, UTC.
    #[sqlx(try_from = "i64")]
    pub at: Timestamp,
    /// The pseudonym of who did it; empty: nobody who is known.
    pub principal: String,
    /// Its role then; empty: none.
    pub role: String,
    /// What was done.
    pub action: String,
    /// What it was done to; may be empty.
    pub object: String,
    /// What came of it: `ok`, or why not.
    pub result: String,
    /// How often, within a minute.
    pub times: i64,
    /// The request's id; empty: none.
    pub request: String,
}

/// An entry as it is stored, and as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct AuditRow {
    /// Its place.
    pub seq: i64,
    /// What was recorded.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub entry: AuditEntry,
    /// The chain after it.
    #[serde(skip)]
    pub chain: Vec<u8>,
}

/// Where the audit log ends, and where what is kept of it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// Its last entry.
    pub seq: i64,
    /// The chain after it.
    pub chain: Chain,
    /// Everything up to here was taken away.
    pub purged: i64,
}

/// The chain after one more entry: numbers as 8 bytes little-endian, texts after their lengths.
pub(super) fn extend(chain: Chain, seq: i64, entry: &AuditEntry) -> Chain {
    let mut hash = Sha256::new().chain_update(chain.0);
    [seq, entry.at.micros(), entry.times].iter().for_each(|number| hash.update(number.to_le_bytes()));
    let AuditEntry { principal, role, action, object, result, request, .. } = entry;
    for text in [principal, role, action, object, result, request] {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    Chain(hash.finalize().into())
}

const COLUMNS: &str = "seq, at, principal, role, action, object, result, times, request, chain";

/// Adds rows in the transaction of a connection.
pub(super) async fn insert(connection: &mut Connection, rows: &[AuditRow]) -> Result<(), StoreError> {
    for piece in pieces(rows, ROWS) {
        let text = format!("INSERT INTO audit_log (log_id, {COLUMNS}) VALUES {}", values(0, piece.len(), 11));
        on_both!(Connection, &mut *connection, it => {
            let mut query = sqlx::query(AssertSqlSafe(text));
            for AuditRow { seq, entry, chain } in piece {
                query = query.bind(LOG_ID).bind(*seq).bind(entry.at.micros()).bind(entry.principal.as_str());
                query = query.bind(entry.role.as_str()).bind(entry.action.as_str()).bind(entry.object.as_str());
                query = query.bind(entry.result.as_str()).bind(entry.times).bind(entry.request.as_str());
                query = query.bind(chain.as_slice());
            }
            query.execute(it).await.map(|_| ())
        })?;
    }
    Ok(())
}

/// Says where the audit log ends from now on.
pub(super) async fn move_head(connection: &mut Connection, seq: i64, chain: Chain) -> Result<(), StoreError> {
    let moved = "UPDATE audit_head SET seq = $2, chain = $3 WHERE log_id = $1";
    on_both!(Connection, &mut *connection, it => {
        sqlx::query(moved).bind(LOG_ID).bind(seq).bind(&chain.0[..]).execute(it).await.map(|_| ())
    })?;
    Ok(())
}

impl Store {
    /// Appends entries in one transaction of their own connection; durable once this returns.
    ///
    /// # Errors
    /// What the database says; then nothing was appended.
    pub async fn append_audit(&self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        // Dropped with its transaction if anything fails: a file's connection is cheap, and entries are few.
        let mut connection = self.connection().await?;
        let begin = if connection.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" };
        connection.run(begin).await?;
        let lock = if connection.is_postgres() { " FOR UPDATE" } else { "" };
        let head = format!("SELECT seq, chain FROM audit_head WHERE log_id = $1{lock}");
        let (mut seq, chain): (i64, Vec<u8>) = on_both!(Connection, &mut connection, it => {
            sqlx::query_as(AssertSqlSafe(head)).bind(LOG_ID).fetch_one(it).await
        })?;
        let mut chain = Chain::read(seq, chain)?;
        let rows: Vec<AuditRow> = entries
            .iter()
            .cloned()
            .map(|entry| {
                seq += 1;
                chain = extend(chain, seq, &entry);
                AuditRow { seq, entry, chain: chain.0.to_vec() }
            })
            .collect();
        insert(&mut connection, &rows).await?;
        move_head(&mut connection, seq, chain).await?;
        connection.run("COMMIT").await?;
        connection.close().await?;
        Ok(())
    }

    /// At most `limit` entries before one (or the last ones), of one principal if one is named, the newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn audit_rows(&self, before: Option<i64>, who: &str, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        let page = format!(
            "SELECT {COLUMNS} FROM audit_log WHERE log_id = $1 AND seq < $2 AND ($3 = '' OR principal = $3) \
             ORDER BY seq DESC LIMIT $4"
        );
        Ok(on_both!(Pool, &self.pool, pool => {
            let query = sqlx::query_as(AssertSqlSafe(page)).bind(LOG_ID).bind(before.unwrap_or(i64::MAX));
            query.bind(who).bind(limit).fetch_all(pool).await
        })?)
    }

    /// At most a page of entries after one, in order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn audit_after(&self, seq: i64) -> Result<Vec<AuditRow>, StoreError> {
        let page = format!("SELECT {COLUMNS} FROM audit_log WHERE log_id = $1 AND seq > $2 ORDER BY seq LIMIT {PAGE}");
        Ok(on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(AssertSqlSafe(page)).bind(LOG_ID).bind(seq).fetch_all(pool).await
        })?)
    }

    /// Where the audit log ends: to be kept elsewhere, since who owns the database could write all of it anew.
    ///
    /// # Errors
    /// What the database says.
    pub async fn audit_head(&self) -> Result<AuditHead, StoreError> {
        let head = "SELECT seq, chain FROM audit_head WHERE log_id = $1";
        let row: Option<(i64, Vec<u8>)> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(head).bind(LOG_ID).fetch_optional(pool).await
        })?;
        let (purged, _) = self.audit_anchor().await?;
        let Some((seq, chain)) = row else { return Ok(AuditHead { seq: 0, chain: Chain::EMPTY, purged }) };
        Ok(AuditHead { seq, chain: Chain::read(seq, chain)?, purged })
    }

    /// The last entry that was taken away, and the chain after it.
    pub(super) async fn audit_anchor(&self) -> Result<(i64, Chain), StoreError> {
        let anchor = "SELECT seq, chain FROM audit_anchor WHERE log_id = $1 ORDER BY seq DESC LIMIT 1";
        let row: Option<(i64, Vec<u8>)> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(anchor).bind(LOG_ID).fetch_optional(pool).await
        })?;
        row.map_or(Ok((0, Chain::EMPTY)), |(seq, chain)| Ok((seq, Chain::read(seq, chain)?)))
    }

    /// Recomputes the chain of what is kept, from the newest anchor, and compares it with every row and the head.
    ///
    /// # Errors
    /// What the database says. A broken chain is the answer: the first bad entry.
    pub async fn check_audit(&self) -> Result<Option<ChainFault>, StoreError> {
        let fault = |seq, what: &str| Ok(Some(ChainFault { seq, what: what.to_owned() }));
        let (mut seq, mut chain) = self.audit_anchor().await?;
        // What a purge did not finish is still there, and still has to be sound.
        let first = "SELECT coalesce(min(seq), 0) FROM audit_log WHERE log_id = $1";
        let first: i64 =
            on_both!(Pool, &self.pool, pool => sqlx::query_scalar(first).bind(LOG_ID).fetch_one(pool).await)?;
        if first != 0 && first <= seq {
            return fault(first, "an entry that was purged is there");
        }
        loop {
            let rows = self.audit_after(seq).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                seq += 1;
                if row.seq != seq {
                    return fault(seq, "the entry is missing");
                }
                chain = extend(chain, seq, &row.entry);
                if row.chain != chain.0 {
                    return fault(seq, "the entry does not match its chain");
                }
            }
        }
        let head = self.audit_head().await?;
        if (head.seq, head.chain) != (seq, chain) {
            return fault(seq.min(head.seq) + 1, "the audit log does not end where its head says");
        }
        Ok(None)
    }
}
