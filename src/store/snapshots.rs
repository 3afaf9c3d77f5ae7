//! Snapshots of the state: a start need not read the whole log. A snapshot whose digest does not match is not used.

use sha2::{Digest, Sha256};
use sqlx::Row;

use super::log::{LOG_ID, Store, StoreError};

const PART_BYTES: usize = 1 << 20;

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Store {
    /// Stores the bytes of the state at `seq` and drops older snapshots but one.
    ///
    /// # Errors
    /// What SQLite says; then nothing is stored.
    pub async fn save_snapshot(&self, seq: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let digest = digest(bytes);
        let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        for (part, body) in bytes.chunks(PART_BYTES).enumerate() {
            sqlx::query("INSERT INTO state_snapshot (log_id, seq, part, digest, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING")
                .bind(LOG_ID)
                .bind(seq as i64)
                .bind(part as i64)
                .bind(&digest)
                .bind(body)
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query(
            "DELETE FROM state_snapshot WHERE log_id = $1 AND seq < \
             (SELECT min(seq) FROM (SELECT DISTINCT seq FROM state_snapshot WHERE log_id = $1 ORDER BY seq DESC LIMIT 2) AS newest)",
        )
        .bind(LOG_ID)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The newest intact snapshot at or before `seq`.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn load_snapshot(&self, seq: u64) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let seqs: Vec<i64> = sqlx::query_scalar(
            "SELECT DISTINCT seq FROM state_snapshot WHERE log_id = $1 AND seq <= $2 ORDER BY seq DESC",
        )
        .bind(LOG_ID)
        .bind(seq as i64)
        .fetch_all(&self.pool)
        .await?;
        for seq in seqs {
            let rows =
                sqlx::query("SELECT digest, body FROM state_snapshot WHERE log_id = $1 AND seq = $2 ORDER BY part")
                    .bind(LOG_ID)
                    .bind(seq)
                    .fetch_all(&self.pool)
                    .await?;
            let (mut bytes, mut stored) = (Vec::new(), String::new());
            for row in rows {
                stored = row.try_get(0)?;
                bytes.extend(row.try_get::<Vec<u8>, _>(1)?);
            }
            if digest(&bytes) == stored {
                return Ok(Some((seq as u64, bytes)));
            }
            tracing::warn!(seq, "a snapshot does not match its digest; using an older one or the log itself");
        }
        Ok(None)
    }
}
