//! The audit log as rows, to be copied with the log: from where what is kept of it begins, each entry against its chain, which
//! goes on in the copy where it ended.

use super::audit::{AuditRow, extend, insert, move_head};
use super::chain::Chain;
use super::copy::Filling;
use super::database::on_both;
use super::error::StoreError;
use super::log::{LOG_ID, Store};

fn broken(seq: i64, what: &str) -> StoreError {
    StoreError::BrokenAudit { seq, what: what.to_owned() }
}

/// The chain after entries that follow one.
fn continued((mut seq, mut chain): (i64, Chain), rows: &[AuditRow]) -> Result<(i64, Chain), StoreError> {
    for row in rows {
        seq += 1;
        if row.seq != seq {
            return Err(broken(seq, "the entry is missing"));
        }
        chain = extend(chain, seq, &row.entry);
        if row.chain != chain.0 {
            return Err(broken(seq, "the entry does not match its chain"));
        }
    }
    Ok((seq, chain))
}

impl Filling {
    /// What another database keeps of its audit log, up to its end as it is now; how many entries. Of one that has none it
    /// stays empty.
    ///
    /// # Errors
    /// [`StoreError::BrokenAudit`] names the first entry that does not continue the chain; what the databases say.
    pub async fn audit(&mut self, source: &Store) -> Result<u64, StoreError> {
        let begin = source.audit_anchor().await?;
        let head = source.audit_head().await?;
        let (mut seq, mut chain) = begin;
        if seq > 0 {
            let anchor = "INSERT INTO audit_anchor (log_id, seq, chain, purged_at) VALUES ($1, $2, $3, $4)";
            let purged_at = source.audit_purged_at(seq).await?;
            on_both!(Connection, &mut self.connection, it => {
                let query = sqlx::query(anchor).bind(LOG_ID).bind(seq).bind(&chain.0[..]).bind(purged_at);
                query.execute(it).await.map(|_| ())
            })?;
        }
        while seq < head.seq {
            let mut rows = source.audit_after(seq).await?;
            // What was recorded since belongs to the next copy.
            rows.retain(|row| row.seq <= head.seq);
            if rows.is_empty() {
                return Err(broken(seq + 1, "the entry is missing"));
            }
            (seq, chain) = continued((seq, chain), &rows)?;
            insert(&mut self.connection, &rows).await?;
        }
        if (seq, chain) != (head.seq, head.chain) {
            return Err(broken(seq.min(head.seq) + 1, "the audit log does not end where its head says"));
        }
        move_head(&mut self.connection, seq, chain).await?;
        Ok((seq - begin.0) as u64)
    }
}

impl Store {
    /// When what is older than an anchor was taken away.
    async fn audit_purged_at(&self, seq: i64) -> Result<i64, StoreError> {
        let text = "SELECT purged_at FROM audit_anchor WHERE log_id = $1 AND seq = $2";
        Ok(on_both!(Pool, &self.pool, pool => {
            sqlx::query_scalar(text).bind(LOG_ID).bind(seq).fetch_one(pool).await
        })?)
    }
}
