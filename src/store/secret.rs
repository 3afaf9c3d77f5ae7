//! Random keys of the installation: made once, kept beside the log, never part of it; and the sealing of stored secrets.

use super::database::on_both;
use super::error::StoreError;
use super::log::{LOG_ID, Store};
use super::vault::Vault;

impl Store {
    /// The same store, its secrets sealed with the keys of a vault.
    #[must_use]
    pub fn sealed_by(mut self, vault: Vault) -> Self {
        self.vault = vault;
        self
    }

    /// The key of that name, made if there is none yet. Replicas that start at one moment agree on one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn secret_or_new(&self, name: &'static str) -> Result<[u8; 32], StoreError> {
        let first = "INSERT INTO secret (log_id, name, value) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        let fresh: [u8; 32] = rand::random();
        let fresh = self.vault.seal(&place(name), &fresh)?;
        on_both!(Pool, &self.pool, pool => {
            sqlx::query(first).bind(LOG_ID).bind(name).bind(&fresh[..]).execute(pool).await.map(|_| ())
        })?;
        self.secret(name).await?.ok_or_else(|| StoreError::Unavailable(format!("the key {name} was not kept")))
    }

    /// The key of that name, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Sealed`], or what the database says.
    pub async fn secret(&self, name: &'static str) -> Result<Option<[u8; 32]>, StoreError> {
        let read = "SELECT value FROM secret WHERE log_id = $1 AND name = $2";
        let value: Option<Vec<u8>> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_scalar(read).bind(LOG_ID).bind(name).fetch_optional(pool).await
        })?;
        let Some(stored) = value else { return Ok(None) };
        Ok(self.vault.open(&place(name), &stored)?.plain.try_into().ok())
    }

    /// The secret of an account's second factor as it is stored.
    ///
    /// # Errors
    /// [`StoreError::Sealed`].
    pub fn seal_factor(&self, account: &str, secret: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.vault.seal(&factor(account), secret)
    }

    /// The secret of an account's second factor.
    ///
    /// # Errors
    /// [`StoreError::Sealed`].
    pub fn open_factor(&self, account: &str, stored: &[u8]) -> Result<Vec<u8>, StoreError> {
        Ok(self.vault.open(&factor(account), stored)?.plain)
    }

    /// Seals with the key in use what is stored plainly or sealed with an older one; how many were sealed anew.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] for the first secret that no key opens, or what the database says.
    pub async fn seal_all(&self) -> Result<usize, StoreError> {
        let (mut changed, secrets) = (0, self.stored_secrets().await?);
        for (table, id, stored) in secrets {
            let what = if table == Table::Secret { place(&id) } else { factor(&id) };
            let opened = self.vault.open(&what, &stored)?;
            if opened.current {
                continue;
            }
            let sealed = self.vault.seal(&what, &opened.plain)?;
            // Only if it is still what was read: another process may have been faster.
            let text = match table {
                Table::Secret => "UPDATE secret SET value = $3 WHERE log_id = $1 AND name = $2 AND value = $4",
                Table::Account => "UPDATE account SET totp = $3 WHERE log_id = $1 AND id = $2 AND totp = $4",
            };
            on_both!(Pool, &self.pool, pool => {
                let query = sqlx::query(text).bind(LOG_ID).bind(&id).bind(&sealed[..]).bind(&stored[..]);
                query.execute(pool).await.map(|_| ())
            })?;
            changed += 1;
        }
        Ok(changed)
    }

    /// Whether every stored secret opens with the keys given. Only reads.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] for the first that does not, or what the database says.
    pub async fn check_sealed(&self) -> Result<(), StoreError> {
        for (table, id, stored) in self.stored_secrets().await? {
            let what = if table == Table::Secret { place(&id) } else { factor(&id) };
            self.vault.open(&what, &stored)?;
        }
        Ok(())
    }

    /// How many stored secrets are sealed, and how many are not.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sealed_and_plain(&self) -> Result<(usize, usize), StoreError> {
        let secrets = self.stored_secrets().await?;
        let sealed = secrets.iter().filter(|(_, _, stored)| Vault::is_sealed(stored)).count();
        Ok((sealed, secrets.len() - sealed))
    }

    async fn stored_secrets(&self) -> Result<Vec<(Table, String, Vec<u8>)>, StoreError> {
        let keys = "SELECT name, value FROM secret WHERE log_id = $1 ORDER BY name";
        let factors = "SELECT id, totp FROM account WHERE log_id = $1 AND totp IS NOT NULL ORDER BY id";
        let (keys, factors): (Stored, Stored) = on_both!(Pool, &self.pool, pool => {
            let keys = sqlx::query_as(keys).bind(LOG_ID).fetch_all(pool).await?;
            (keys, sqlx::query_as(factors).bind(LOG_ID).fetch_all(pool).await?)
        });
        let keys = keys.into_iter().map(|(name, value)| (Table::Secret, name, value));
        Ok(keys.chain(factors.into_iter().map(|(id, totp)| (Table::Account, id, totp))).collect())
    }
}

/// Secrets by name or account, as they are stored.
type Stored = Vec<(String, Vec<u8>)>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Secret,
    Account,
}

/// Where a key of the installation lies, so that no other is put in its place.
fn place(name: &str) -> String {
    format!("secret:{LOG_ID}:{name}")
}

fn factor(account: &str) -> String {
    format!("totp:{LOG_ID}:{account}")
}
