//! Accounts, keys and secrets as rows, to be copied with the log: a backup, or from one database to another. Secrets travel as
//! they are stored: hashed, or sealed if they are. What is used once (sessions, one-time links) stays behind.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::copy::Filling;
use super::database::on_both;
use super::error::StoreError;
use super::log::{LOG_ID, Store};
use super::vault::Vault;

#[derive(Clone, Serialize, sqlx::FromRow)]
struct Account {
    id: String,
    name: String,
    role: String,
    belongs: String,
    password: Option<String>,
    totp: Option<Vec<u8>>,
    totp_on: i64,
    totp_step: i64,
    disabled: i64,
    created_at: i64,
    issuer: Option<String>,
    subject: Option<String>,
}

#[derive(Clone, Serialize, sqlx::FromRow)]
struct Key {
    id: String,
    account: String,
    label: String,
    hash: Vec<u8>,
    scopes: i64,
    created_at: i64,
    expires_at: i64,
}

#[derive(Clone, Serialize, sqlx::FromRow)]
struct Secret {
    name: String,
    value: Vec<u8>,
}

/// Who may sign in, as a whole.
#[derive(Clone, Serialize)]
pub struct AccountRows {
    accounts: Vec<Account>,
    keys: Vec<Key>,
    secrets: Vec<Secret>,
}

impl AccountRows {
    /// How many accounts.
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether there is no account.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Secrets among them that are stored as they are.
    pub fn plain_secrets(&self) -> usize {
        let factors = self.accounts.iter().filter_map(|account| account.totp.as_deref());
        let secrets = self.secrets.iter().map(|secret| secret.value.as_slice());
        factors.chain(secrets).filter(|stored| !Vault::is_sealed(stored)).count()
    }

    /// SHA-256 over all rows in order, hexadecimal.
    pub fn digest(&self) -> String {
        format!("{:x}", Sha256::digest(serde_json::to_vec(self).unwrap_or_default()))
    }
}

impl Store {
    /// Accounts, keys and secrets as they are stored, by id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_rows(&self) -> Result<AccountRows, StoreError> {
        let accounts = "SELECT id, name, role, belongs, password, totp, totp_on, totp_step, disabled, created_at, issuer, subject \
                        FROM account WHERE log_id = $1";
        let keys = "SELECT id, account, label, hash, scopes, created_at, expires_at FROM api_key WHERE log_id = $1";
        let secrets = "SELECT name, value FROM secret WHERE log_id = $1";
        let (mut accounts, mut keys, mut secrets): (Vec<Account>, Vec<Key>, Vec<Secret>) = on_both!(Pool, &self.pool, pool => {
            let accounts = sqlx::query_as(accounts).bind(LOG_ID).fetch_all(pool).await?;
            let keys = sqlx::query_as(keys).bind(LOG_ID).fetch_all(pool).await?;
            (accounts, keys, sqlx::query_as(secrets).bind(LOG_ID).fetch_all(pool).await?)
        });
        // Databases order texts differently.
        accounts.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        keys.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        secrets.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(AccountRows { accounts, keys, secrets })
    }
}

impl Filling {
    /// Accounts, keys and secrets; they arrive with the log, or not at all.
    ///
    /// # Errors
    /// What the database says, e.g. that there is such an account already.
    pub async fn accounts(&mut self, rows: &AccountRows) -> Result<(), StoreError> {
        let account = "INSERT INTO account (log_id, id, name, role, belongs, password, totp, totp_on, totp_step, disabled, \
                       created_at, issuer, subject) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        let key = "INSERT INTO api_key (log_id, id, account, label, hash, scopes, created_at, expires_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let secret = "INSERT INTO secret (log_id, name, value) VALUES ($1, $2, $3)";
        on_both!(Connection, &mut self.connection, it => {
            for row in &rows.accounts {
                let query = sqlx::query(account).bind(LOG_ID).bind(&row.id).bind(&row.name).bind(&row.role);
                let query = query.bind(&row.belongs).bind(&row.password).bind(&row.totp).bind(row.totp_on);
                let query = query.bind(row.totp_step).bind(row.disabled).bind(row.created_at);
                query.bind(&row.issuer).bind(&row.subject).execute(&mut *it).await?;
            }
            for row in &rows.keys {
                let query = sqlx::query(key).bind(LOG_ID).bind(&row.id).bind(&row.account).bind(&row.label);
                let query = query.bind(&row.hash).bind(row.scopes).bind(row.created_at).bind(row.expires_at);
                query.execute(&mut *it).await?;
            }
            for row in &rows.secrets {
                sqlx::query(secret).bind(LOG_ID).bind(&row.name).bind(&row.value).execute(&mut *it).await?;
            }
        });
        Ok(())
    }
}
