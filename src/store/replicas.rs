//! What replicas say of themselves: the digest of the state they serve, to be compared.

use super::chain::Chain;
use super::database::on_both;
use super::error::StoreError;
use super::log::{LOG_ID, Store};

/// Digests older than this many events are dropped.
const KEPT: i64 = 100_000;

impl Store {
    /// Leaves the digest of the state that `replica` serves at `seq`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn leave_digest(
        &self,
        replica: &str,
        engine: &str,
        (seq, chain): (u64, Chain),
        digest: &str,
    ) -> Result<(), StoreError> {
        let now = self.now().micros();
        let (seq, chain) = (seq as i64, &chain.0[..]);
        let say = "INSERT INTO replica_status (log_id, replica, seq, engine, chain, digest, recorded_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (log_id, replica, seq) DO UPDATE SET \
                   engine = excluded.engine, chain = excluded.chain, digest = excluded.digest, \
                   recorded_at = excluded.recorded_at";
        let drop = "DELETE FROM replica_status WHERE log_id = $1 AND seq < $2";
        on_both!(Pool, &self.pool, pool => {
            let say = sqlx::query(say).bind(LOG_ID).bind(replica).bind(seq).bind(engine).bind(chain).bind(digest);
            say.bind(now).execute(pool).await?;
            sqlx::query(drop).bind(LOG_ID).bind(seq - KEPT).execute(pool).await.map(|_| ())
        })?;
        Ok(())
    }

    /// The replicas of the same engine and history that left another digest at `seq`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn other_digests(
        &self,
        engine: &str,
        (seq, chain): (u64, Chain),
        digest: &str,
    ) -> Result<Vec<String>, StoreError> {
        let others = "SELECT replica FROM replica_status \
                      WHERE log_id = $1 AND seq = $2 AND engine = $3 AND chain = $4 AND digest <> $5 ORDER BY replica";
        Ok(on_both!(Pool, &self.pool, pool => {
            let others = sqlx::query_scalar(others).bind(LOG_ID).bind(seq as i64).bind(engine).bind(&chain.0[..]);
            others.bind(digest).fetch_all(pool).await
        })?)
    }

    /// Every digest that is kept: replica, seq, digest.
    ///
    /// # Errors
    /// What the database says.
    pub async fn digests(&self) -> Result<Vec<(String, u64, String)>, StoreError> {
        let all = "SELECT replica, seq, digest FROM replica_status WHERE log_id = $1 ORDER BY replica, seq";
        let rows: Vec<(String, i64, String)> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(all).bind(LOG_ID).fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(|(replica, seq, digest)| (replica, seq as u64, digest)).collect())
    }
}
