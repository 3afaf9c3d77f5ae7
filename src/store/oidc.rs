//! Identities of a provider that accounts are bound to, and sign-ins that were used up.

use super::accounts::{ACCOUNT, AccountRow, run};
use super::database::on_both;
use super::error::StoreError;
use super::log::{LOG_ID, Store};

impl Store {
    /// The account that an identity is bound to.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_bound(&self, issuer: &str, subject: &str) -> Result<Option<AccountRow>, StoreError> {
        let text = format!("{ACCOUNT} AND issuer = $2 AND subject = $3");
        let row = on_both!(Pool, &self.pool, pool => {
            let query = sqlx::query_as(sqlx::AssertSqlSafe(text)).bind(LOG_ID).bind(issuer).bind(subject);
            query.fetch_optional(pool).await
        });
        Ok(row?)
    }

    /// Binds an account to an identity, in place of any it had and of its password.
    ///
    /// # Errors
    /// What the database says, e.g. that another account has it.
    pub async fn bind_account(&self, id: &str, issuer: &str, subject: &str) -> Result<(), StoreError> {
        let text = "UPDATE account SET password = NULL, issuer = $3, subject = $4 WHERE log_id = $1 AND id = $2";
        run!(self, text, id, issuer, subject).map(|_| ())
    }

    /// Takes an account's identity away.
    ///
    /// # Errors
    /// What the database says.
    pub async fn unbind_account(&self, id: &str) -> Result<(), StoreError> {
        let text = "UPDATE account SET issuer = NULL, subject = NULL WHERE log_id = $1 AND id = $2";
        run!(self, text, id).map(|_| ())
    }

    /// Ids of accounts that are bound to an identity.
    ///
    /// # Errors
    /// What the database says.
    pub async fn bound_accounts(&self) -> Result<Vec<String>, StoreError> {
        let text = "SELECT id FROM account WHERE log_id = $1 AND subject IS NOT NULL";
        let ids = on_both!(Pool, &self.pool, pool => sqlx::query_scalar(text).bind(LOG_ID).fetch_all(pool).await);
        Ok(ids?)
    }

    /// Uses a sign-in up; whether it was not used before.
    ///
    /// # Errors
    /// What the database says.
    pub async fn spend(&self, hash: &[u8; 32], expires_at: i64) -> Result<bool, StoreError> {
        let text = "INSERT INTO spent (log_id, hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        Ok(run!(self, text, &hash[..], expires_at)? == 1)
    }
}
