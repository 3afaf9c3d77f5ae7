//! Snapshots: a start need not read the whole log nor fit every pair again. What does not match its digest is not used.

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::{Row, Sqlite, Transaction};
use tokio::sync::mpsc::Receiver;

use super::log::{LOG_ID, Store, StoreError};

/// Bytes of one piece.
pub const PIECE: usize = 1 << 20;
/// Pieces of one transaction: a longer one would keep ratings waiting.
const GROUP: usize = 8;

const INSERT_STATE: &str = "INSERT INTO state_snapshot (log_id, seq, part, digest, body) VALUES ($1, $2, $3, $4, $5) \
                            ON CONFLICT (log_id, seq, part) DO UPDATE SET digest = excluded.digest, body = excluded.body";
const INSERT_FIT: &str =
    "INSERT INTO fit_part (log_id, digest, part, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

impl Store {
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Stores the state at `seq`, given in pieces of [`PIECE`] bytes.
    ///
    /// It is written between other writers; the first piece comes last and brings the digest, so that a state of which
    /// only a part was written does not count.
    ///
    /// # Errors
    /// What SQLite says; then the snapshots before it still count.
    pub async fn save_state(&self, seq: u64, mut pieces: Receiver<Vec<u8>>) -> Result<(), StoreError> {
        let Some(first) = pieces.recv().await else { return Ok(()) };
        let mut hash = Sha256::new_with_prefix(&first);
        let (mut part, mut group) = (1_i64, Vec::with_capacity(GROUP));
        while pieces.recv_many(&mut group, GROUP).await > 0 {
            let mut tx = self.begin().await?;
            for body in group.drain(..) {
                hash.update(&body);
                let query = sqlx::query(INSERT_STATE).bind(LOG_ID).bind(seq as i64).bind(part).bind("").bind(body);
                query.execute(&mut *tx).await?;
                part += 1;
            }
            tx.commit().await?;
        }
        let digest = format!("{:x}", hash.finalize());
        let query = sqlx::query(INSERT_STATE).bind(LOG_ID).bind(seq as i64).bind(0).bind(digest).bind(first);
        query.execute(&self.pool).await?;
        Ok(())
    }

    /// Whether a fit table of this digest is stored.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn has_fit(&self, digest: &str) -> Result<bool, StoreError> {
        let query = sqlx::query("SELECT 1 FROM fit_snapshot WHERE log_id = $1 AND digest = $2 LIMIT 1");
        Ok(query.bind(LOG_ID).bind(digest).fetch_optional(&self.pool).await?.is_some())
    }

    /// Stores a fit table, given in pieces.
    ///
    /// # Errors
    /// What SQLite says; then the table does not count.
    pub async fn save_fit(&self, digest: &str, mut pieces: Receiver<Vec<u8>>) -> Result<(), StoreError> {
        let (mut part, mut group) = (0_i64, Vec::with_capacity(GROUP));
        while pieces.recv_many(&mut group, GROUP).await > 0 {
            let mut tx = self.begin().await?;
            for body in group.drain(..) {
                let query = sqlx::query(INSERT_FIT).bind(LOG_ID).bind(digest).bind(part).bind(body);
                query.execute(&mut *tx).await?;
                part += 1;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// Says that `engine` derived the fit table of this digest from the state at `seq`, and drops older snapshots but one.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn name_fit(&self, seq: u64, engine: &str, digest: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let name = "INSERT INTO fit_snapshot (log_id, seq, engine, digest) VALUES ($1, $2, $3, $4) \
                    ON CONFLICT (log_id, seq) DO UPDATE SET engine = excluded.engine, digest = excluded.digest";
        sqlx::query(name).bind(LOG_ID).bind(seq as i64).bind(engine).bind(digest).execute(&mut *tx).await?;
        let prune = [
            "DELETE FROM state_snapshot WHERE log_id = $1 AND seq < \
             (SELECT min(seq) FROM (SELECT DISTINCT seq FROM state_snapshot WHERE log_id = $1 ORDER BY seq DESC LIMIT 2) AS newest)",
            "DELETE FROM fit_snapshot WHERE log_id = $1 AND seq NOT IN (SELECT seq FROM state_snapshot WHERE log_id = $1)",
            "DELETE FROM fit_part WHERE log_id = $1 AND digest NOT IN (SELECT digest FROM fit_snapshot WHERE log_id = $1)",
        ];
        for statement in prune {
            sqlx::query(statement).bind(LOG_ID).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Seq and bytes of the newest intact state that `engine` stored at or before `seq`; another engine might read its
    /// bytes otherwise.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn load_state(&self, seq: u64, engine: &str) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let seqs = "SELECT seq FROM fit_snapshot WHERE log_id = $1 AND seq <= $2 AND engine = $3 ORDER BY seq DESC";
        let seqs = sqlx::query_scalar(seqs).bind(LOG_ID).bind(seq as i64).bind(engine);
        let seqs: Vec<i64> = seqs.fetch_all(&self.pool).await?;
        for seq in seqs {
            let about = "SELECT max(digest), sum(length(body)) FROM state_snapshot WHERE log_id = $1 AND seq = $2";
            let about = sqlx::query(about).bind(LOG_ID).bind(seq).fetch_one(&self.pool).await?;
            let (stored, length): (Option<String>, Option<i64>) = (about.try_get(0)?, about.try_get(1)?);
            let parts = "SELECT body FROM state_snapshot WHERE log_id = $1 AND seq = $2 ORDER BY part";
            let mut rows = sqlx::query(parts).bind(LOG_ID).bind(seq).fetch(&self.pool);
            let mut state = Vec::with_capacity(length.unwrap_or(0) as usize);
            while let Some(row) = rows.try_next().await? {
                state.extend_from_slice(row.try_get::<&[u8], _>(0)?);
            }
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
    /// What SQLite says.
    pub async fn load_fit(&self, seq: u64, engine: &str, mut read: impl FnMut(&[u8])) -> Result<bool, StoreError> {
        let name = "SELECT digest FROM fit_snapshot WHERE log_id = $1 AND seq = $2 AND engine = $3";
        let name: Option<String> =
            sqlx::query_scalar(name).bind(LOG_ID).bind(seq as i64).bind(engine).fetch_optional(&self.pool).await?;
        let Some(stored) = name else { return Ok(false) };
        let parts = "SELECT body FROM fit_part WHERE log_id = $1 AND digest = $2 ORDER BY part";
        let mut rows = sqlx::query(parts).bind(LOG_ID).bind(&stored).fetch(&self.pool);
        let mut hash = Sha256::new();
        while let Some(row) = rows.try_next().await? {
            let body = row.try_get::<&[u8], _>(0)?;
            hash.update(body);
            read(body);
        }
        Ok(format!("{:x}", hash.finalize()) == stored)
    }
}
