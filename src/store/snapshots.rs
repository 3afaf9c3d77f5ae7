//! Snapshots: a start need not read the whole log nor fit every pair again. What does not match its digest is not used.

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Row};
use tokio::sync::mpsc::Receiver;

use super::chain::Chain;
use super::database::{on_both, pieces, values};
use super::error::StoreError;
use super::log::{LOG_ID, Store};

/// Bytes of one piece.
pub const PIECE: usize = 1 << 20;
/// Pieces of one statement, and so of one transaction: a longer one would keep ratings waiting.
const GROUP: usize = 8;

impl Store {
    /// Stores the state at `seq`, given in pieces of [`PIECE`] bytes.
    ///
    /// It is written between other writers; the first piece comes last and brings the digest, so that a state of which
    /// only a part was written does not count.
    ///
    /// # Errors
    /// What the database says; then the snapshots before it still count.
    pub async fn save_state(&self, seq: u64, mut taken: Receiver<Vec<u8>>) -> Result<(), StoreError> {
        let Some(first) = taken.recv().await else { return Ok(()) };
        let mut hash = Sha256::new_with_prefix(&first);
        let (mut part, mut group) = (1_i64, Vec::with_capacity(GROUP));
        while taken.recv_many(&mut group, GROUP).await > 0 {
            for bodies in pieces(&group, GROUP) {
                bodies.iter().for_each(|body| hash.update(body));
                self.save_state_parts(seq, part, "", bodies).await?;
                part += bodies.len() as i64;
            }
            group.clear();
        }
        let digest = format!("{:x}", hash.finalize());
        self.save_state_parts(seq, 0, &digest, &[first]).await
    }

    async fn save_state_parts(&self, seq: u64, from: i64, digest: &str, bodies: &[Vec<u8>]) -> Result<(), StoreError> {
        let text = format!(
            "INSERT INTO state_snapshot (log_id, seq, part, digest, body) VALUES {} \
             ON CONFLICT (log_id, seq, part) DO UPDATE SET digest = excluded.digest, body = excluded.body",
            values(0, bodies.len(), 5)
        );
        on_both!(Pool, &self.pool, pool => {
            let mut query = sqlx::query(AssertSqlSafe(text));
            for (part, body) in (from..).zip(bodies) {
                query = query.bind(LOG_ID).bind(seq as i64).bind(part).bind(digest).bind(body.as_slice());
            }
            query.execute(pool).await.map(|_| ())
        })?;
        Ok(())
    }

    /// Whether a fit table of this digest is stored.
    ///
    /// # Errors
    /// What the database says.
    pub async fn has_fit(&self, digest: &str) -> Result<bool, StoreError> {
        let named = "SELECT seq FROM fit_snapshot WHERE log_id = $1 AND digest = $2 LIMIT 1";
        let seq: Option<i64> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_scalar(named).bind(LOG_ID).bind(digest).fetch_optional(pool).await
        })?;
        Ok(seq.is_some())
    }

    /// Stores a fit table, given in pieces.
    ///
    /// # Errors
    /// What the database says; then the table does not count.
    pub async fn save_fit(&self, digest: &str, mut taken: Receiver<Vec<u8>>) -> Result<(), StoreError> {
        let (mut part, mut group) = (0_i64, Vec::with_capacity(GROUP));
        while taken.recv_many(&mut group, GROUP).await > 0 {
            for bodies in pieces(&group, GROUP) {
                let text = format!(
                    "INSERT INTO fit_part (log_id, digest, part, body) VALUES {} ON CONFLICT DO NOTHING",
                    values(0, bodies.len(), 4)
                );
                on_both!(Pool, &self.pool, pool => {
                    let mut query = sqlx::query(AssertSqlSafe(text));
                    for (part, body) in (part..).zip(bodies) {
                        query = query.bind(LOG_ID).bind(digest).bind(part).bind(body.as_slice());
                    }
                    query.execute(pool).await.map(|_| ())
                })?;
                part += bodies.len() as i64;
            }
            group.clear();
        }
        Ok(())
    }

    /// Says that `engine` derived the fit table of this digest from the state at `seq`, whose chain is `chain`, and drops
    /// older snapshots but one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn name_fit(&self, seq: u64, chain: Chain, engine: &str, digest: &str) -> Result<(), StoreError> {
        let name = "INSERT INTO fit_snapshot (log_id, seq, engine, digest, chain) VALUES ($1, $2, $3, $4, $5) \
                    ON CONFLICT (log_id, seq) DO UPDATE SET \
                    engine = excluded.engine, digest = excluded.digest, chain = excluded.chain";
        let prune = [
            "DELETE FROM state_snapshot WHERE log_id = $1 AND seq < \
             (SELECT min(seq) FROM (SELECT DISTINCT seq FROM state_snapshot WHERE log_id = $1 ORDER BY seq DESC LIMIT 2) AS newest)",
            "DELETE FROM fit_snapshot WHERE log_id = $1 AND seq NOT IN (SELECT seq FROM state_snapshot WHERE log_id = $1)",
            "DELETE FROM fit_part WHERE log_id = $1 AND digest NOT IN (SELECT digest FROM fit_snapshot WHERE log_id = $1)",
        ];
        // Each statement is whole by itself: what is not pruned now is pruned next time.
        on_both!(Pool, &self.pool, pool => {
            let name = sqlx::query(name).bind(LOG_ID).bind(seq as i64).bind(engine).bind(digest).bind(&chain.0[..]);
            name.execute(pool).await?;
            for statement in prune {
                sqlx::query(statement).bind(LOG_ID).execute(pool).await?;
            }
        });
        Ok(())
    }

    /// Seq of the newest snapshot of `engine`; 0 if there is none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn newest_snapshot(&self, engine: &str) -> Result<u64, StoreError> {
        let newest = "SELECT max(seq) FROM fit_snapshot WHERE log_id = $1 AND engine = $2";
        let seq: Option<i64> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_scalar(newest).bind(LOG_ID).bind(engine).fetch_one(pool).await
        })?;
        Ok(seq.unwrap_or(0) as u64)
    }

    /// Takes the names from all snapshots: none is used any more.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget_snapshots(&self) -> Result<(), StoreError> {
        let forget = "DELETE FROM fit_snapshot WHERE log_id = $1";
        on_both!(Pool, &self.pool, pool => sqlx::query(forget).bind(LOG_ID).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Seq and bytes of the newest intact state that `engine` stored at or before `seq`, of the history that the log holds;
    /// another engine might read its bytes otherwise.
    ///
    /// # Errors
    /// What the database says.
    pub async fn load_state(&self, seq: u64, engine: &str) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let seqs = "SELECT fit.seq FROM fit_snapshot AS fit JOIN event_log AS event \
                    ON event.log_id = fit.log_id AND event.seq = fit.seq AND event.chain = fit.chain \
                    WHERE fit.log_id = $1 AND fit.seq <= $2 AND fit.engine = $3 ORDER BY fit.seq DESC";
        let seqs: Vec<i64> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_scalar(seqs).bind(LOG_ID).bind(seq as i64).bind(engine).fetch_all(pool).await
        })?;
        for seq in seqs {
            let about = "SELECT max(digest), CAST(sum(length(body)) AS BIGINT) FROM state_snapshot \
                         WHERE log_id = $1 AND seq = $2";
            let parts = "SELECT body FROM state_snapshot WHERE log_id = $1 AND seq = $2 ORDER BY part";
            let (stored, state) = on_both!(Pool, &self.pool, pool => {
                let about = sqlx::query_as(about).bind(LOG_ID).bind(seq).fetch_one(pool).await?;
                let (stored, length): (Option<String>, Option<i64>) = about;
                let mut state = Vec::with_capacity(length.unwrap_or(0) as usize);
                let mut rows = sqlx::query(parts).bind(LOG_ID).bind(seq).fetch(pool);
                while let Some(row) = rows.try_next().await? {
                    state.extend_from_slice(row.try_get::<&[u8], _>(0)?);
                }
                (stored, state)
            });
            if Some(format!("{:x}", Sha256::digest(&state))) == stored {
                return Ok(Some((seq as u64, state)));
            }
            tracing::warn!(seq, "a snapshot does not match its digest; using an older one or the log itself");
        }
        Ok(None)
    }

    /// Reads the fit table that `engine` stored with the state at `seq`, piece by piece. Says whether there was one and
    /// it was intact; if not, what was read does not count.
    ///
    /// # Errors
    /// What the database says.
    pub async fn load_fit(&self, seq: u64, engine: &str, mut read: impl FnMut(&[u8])) -> Result<bool, StoreError> {
        let name = "SELECT digest FROM fit_snapshot WHERE log_id = $1 AND seq = $2 AND engine = $3";
        let name: Option<String> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_scalar(name).bind(LOG_ID).bind(seq as i64).bind(engine).fetch_optional(pool).await
        })?;
        let Some(stored) = name else { return Ok(false) };
        let parts = "SELECT body FROM fit_part WHERE log_id = $1 AND digest = $2 ORDER BY part";
        let mut hash = Sha256::new();
        on_both!(Pool, &self.pool, pool => {
            let mut rows = sqlx::query(parts).bind(LOG_ID).bind(&stored).fetch(pool);
            while let Some(row) = rows.try_next().await? {
                let body = row.try_get::<&[u8], _>(0)?;
                hash.update(body);
                read(body);
            }
        });
        Ok(format!("{:x}", hash.finalize()) == stored)
    }
}
