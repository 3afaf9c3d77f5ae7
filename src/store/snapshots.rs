//! Snapshots: a start need not read the whole log nor fit every pair again. What does not match its digest is not used.

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::Row;

use super::log::{LOG_ID, Store, StoreError};

const PART_BYTES: usize = 1 << 20;
/// Parts of one transaction: a longer one would keep ratings waiting.
const PARTS: usize = 8;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

impl Store {
    /// Stores the state at `seq` with the fit table `engine` derived from it, and drops older snapshots but one.
    ///
    /// It is written piece by piece between other writers; until the last piece it does not match its digest and so
    /// does not count.
    ///
    /// # Errors
    /// What SQLite says; then the snapshots before it still count.
    pub async fn save_snapshot(&self, seq: u64, engine: &str, state: &[u8], fit: &[u8]) -> Result<(), StoreError> {
        let fit_digest = digest(fit);
        let known = sqlx::query("SELECT 1 FROM fit_snapshot WHERE log_id = $1 AND digest = $2 LIMIT 1")
            .bind(LOG_ID)
            .bind(&fit_digest)
            .fetch_optional(&self.pool)
            .await?;
        if known.is_none() {
            let insert =
                "INSERT INTO fit_part (log_id, digest, part, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
            for (first, parts) in fit.chunks(PART_BYTES * PARTS).enumerate() {
                let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
                for (part, body) in (first * PARTS..).zip(parts.chunks(PART_BYTES)) {
                    let query = sqlx::query(insert).bind(LOG_ID).bind(&fit_digest).bind(part as i64).bind(body);
                    query.execute(&mut *tx).await?;
                }
                tx.commit().await?;
            }
        }
        let state_digest = digest(state);
        let insert = "INSERT INTO state_snapshot (log_id, seq, part, digest, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        for (first, parts) in state.chunks(PART_BYTES * PARTS).enumerate() {
            let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
            for (part, body) in (first * PARTS..).zip(parts.chunks(PART_BYTES)) {
                let query = sqlx::query(insert).bind(LOG_ID).bind(seq as i64).bind(part as i64).bind(&state_digest);
                query.bind(body).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        }
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let name = "INSERT INTO fit_snapshot (log_id, seq, engine, digest) VALUES ($1, $2, $3, $4) \
                    ON CONFLICT (log_id, seq) DO UPDATE SET engine = excluded.engine, digest = excluded.digest";
        sqlx::query(name).bind(LOG_ID).bind(seq as i64).bind(engine).bind(&fit_digest).execute(&mut *tx).await?;
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

    /// Seq and bytes of the newest intact state stored at or before `seq`.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn load_state(&self, seq: u64) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let seqs = "SELECT DISTINCT seq FROM state_snapshot WHERE log_id = $1 AND seq <= $2 ORDER BY seq DESC";
        let seqs: Vec<i64> = sqlx::query_scalar(seqs).bind(LOG_ID).bind(seq as i64).fetch_all(&self.pool).await?;
        for seq in seqs {
            let about = "SELECT max(digest), sum(length(body)) FROM state_snapshot WHERE log_id = $1 AND seq = $2";
            let about = sqlx::query(about).bind(LOG_ID).bind(seq).fetch_one(&self.pool).await?;
            let (stored, length): (String, i64) = (about.try_get(0)?, about.try_get(1)?);
            let parts = "SELECT body FROM state_snapshot WHERE log_id = $1 AND seq = $2 ORDER BY part";
            let mut rows = sqlx::query(parts).bind(LOG_ID).bind(seq).fetch(&self.pool);
            let mut state = Vec::with_capacity(length as usize);
            while let Some(row) = rows.try_next().await? {
                state.extend_from_slice(row.try_get::<&[u8], _>(0)?);
            }
            if digest(&state) == stored {
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
        Ok(hex(&hash.finalize()) == stored)
    }
}
