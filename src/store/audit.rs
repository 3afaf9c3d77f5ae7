//! The audit log: append-only rows with a chain of their own, beside the log.

use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use super::chain::{Chain, ChainFault};
use super::database::{Pool, on_both, values};
use super::error::StoreError;
use super::log::{LOG_ID, Store};

/// Rows read at a time.
const PAGE: i64 = 1_000;
/// What was recorded may be taken away after so many days at the earliest; triggers hold to it.
pub const LEAST_AUDIT_DAYS: u32 = 180;
/// What is said to whoever tries.
const KEPT: &str = "the audit log is append-only";

/// Something that was done, or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When, in microseconds since 1970.
    pub at: i64,
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

/// An entry as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRow {
    /// Its place.
    pub seq: i64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// The pseudonym of who did it.
    pub principal: String,
    /// Its role then.
    pub role: String,
    /// What was done.
    pub action: String,
    /// What it was done to.
    pub object: String,
    /// What came of it.
    pub result: String,
    /// How often, within a minute.
    pub times: i64,
    /// The request's id.
    pub request: String,
    /// The chain after it.
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
fn extend(chain: Chain, seq: i64, entry: &AuditEntry) -> Chain {
    let mut hash = Sha256::new().chain_update(chain.0);
    [seq, entry.at, entry.times].iter().for_each(|number| hash.update(number.to_le_bytes()));
    let AuditEntry { principal, role, action, object, result, request, .. } = entry;
    for text in [principal, role, action, object, result, request] {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    Chain(hash.finalize().into())
}

impl AuditRow {
    fn entry(&self) -> AuditEntry {
        let AuditRow { at, principal, role, action, object, result, times, request, .. } = self.clone();
        AuditEntry { at, principal, role, action, object, result, times, request }
    }
}

const COLUMNS: &str = "seq, at, principal, role, action, object, result, times, request, chain";

/// What keeps rows from being changed. A purge leaves an anchor first, which must be old enough.
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
                     AND seq = NEW.seq AND at <= (CAST(strftime('%s', 'now') AS INTEGER) - {oldest}) * 1000000)"
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
        let text = format!("INSERT INTO audit_log (log_id, {COLUMNS}) VALUES {}", values(0, entries.len(), 11));
        on_both!(Connection, &mut connection, it => {
            let mut query = sqlx::query(AssertSqlSafe(text));
            for entry in entries {
                seq += 1;
                chain = extend(chain, seq, entry);
                query = query.bind(LOG_ID).bind(seq).bind(entry.at).bind(entry.principal.as_str());
                query = query.bind(entry.role.as_str()).bind(entry.action.as_str()).bind(entry.object.as_str());
                query = query.bind(entry.result.as_str()).bind(entry.times).bind(entry.request.as_str());
                query = query.bind(chain.0.to_vec());
            }
            query.execute(it).await.map(|_| ())
        })?;
        let moved = "UPDATE audit_head SET seq = $2, chain = $3 WHERE log_id = $1";
        on_both!(Connection, &mut connection, it => {
            sqlx::query(moved).bind(LOG_ID).bind(seq).bind(&chain.0[..]).execute(it).await.map(|_| ())
        })?;
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

    async fn audit_anchor(&self) -> Result<(i64, Chain), StoreError> {
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
                chain = extend(chain, seq, &row.entry());
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
