//! Random keys of the installation: made once, kept beside the log, never part of it.

use super::database::on_both;
use super::error::StoreError;
use super::log::{LOG_ID, Store};

impl Store {
    /// The key of that name, made if there is none yet. Replicas that start at one moment agree on one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn secret_or_new(&self, name: &'static str) -> Result<[u8; 32], StoreError> {
        let first = "INSERT INTO secret (log_id, name, value) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let fresh: [u8; 32] = rand::random();
        on_both!(Pool, &self.pool, pool => {
            sqlx::query(first).bind(LOG_ID).bind(name).bind(&fresh[..]).execute(pool).await.map(|_| ())
        })?;
        self.secret(name).await?.ok_or_else(|| StoreError::Unavailable(format!("the key {name} was not kept")))
    }

    /// The key of that name, if there is one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn secret(&self, name: &'static str) -> Result<Option<[u8; 32]>, StoreError> {
        let read = "SELECT value FROM secret WHERE log_id = $1 AND name = $2";
        let value: Option<Vec<u8>> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_scalar(read).bind(LOG_ID).bind(name).fetch_optional(pool).await
        })?;
        Ok(value.and_then(|bytes| bytes.try_into().ok()))
    }
}
