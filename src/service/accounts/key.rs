//! API keys: `zy_ID_SECRET`. The secret is shown once; what is stored is its hash.

use serde::Serialize;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::known::Way;
use super::{AccountError, Accounts, DAY, Known, sha256, token};
use crate::domain::{Date, Invalid, Scopes, Timestamp};
use crate::store::ApiKeyRow;

/// Live keys of an account: one in use and one to change to.
const MOST: usize = 2;
/// Longest life of a key, days.
const MOST_DAYS: u32 = 366;

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub scopes: Scopes,
    /// Days that it holds, 1–366.
    pub days: u32,
}

/// A key that was made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeyMade {
    /// Its public part.
    pub id: String,
    /// The whole key. It is not shown again.
    pub key: String,
    /// Its last day.
    pub expires_on: Date,
}

/// A key without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeyShown {
    /// Its public part.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub scopes: Vec<&'static str>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its last day.
    pub expires_on: Date,
}

impl Accounts {
    /// Makes a key for an account.
    ///
    /// # Errors
    /// [`AccountError::NotFound`]; [`AccountError::Invalid`] if it has two live keys, or a value breaks a rule.
    pub async fn make_key(&self, account: &str, new: NewKey) -> Result<KeyMade, AccountError> {
        let secret = token().replace(['-', '_'], "x");
        let id = uuid::Uuid::new_v4().simple().to_string()[..12].to_owned();
        self.make_key_of(account, new, id, secret).await
    }

    /// The same with id and secret given: the demo's keys are the same everywhere.
    pub(super) async fn make_key_of(
        &self,
        account: &str,
        new: NewKey,
        id: String,
        secret: String,
    ) -> Result<KeyMade, AccountError> {
        let row = self.store.account(account).await?.ok_or(AccountError::NotFound("account"))?;
        let at = self.now();
        if !(1..=MOST_DAYS).contains(&new.days) {
            return Err(AccountError::Invalid("days", Invalid::out_of_range(1, MOST_DAYS)));
        }
        let label: String = new.label.trim().to_owned();
        if label.is_empty() || label.chars().count() > 60 || label.chars().any(char::is_control) {
            return Err(AccountError::Invalid("label", Invalid::out_of_range(1, 60)));
        }
        let live = self.store.api_keys(Some(&row.id)).await?.into_iter().filter(|key| key.expires_at > at);
        if live.count() >= MOST {
            let (zh, en) = ("最多两个有效密钥，请先吊销一个", "two live keys at most: revoke one first");
            return Err(AccountError::Invalid("account", Invalid::new("too-many", zh, en)));
        }
        let expires_at = at + i64::from(new.days) * DAY;
        let stored = ApiKeyRow {
            id: id.clone(),
            account: row.id,
            label,
            hash: sha256(&secret).to_vec(),
            scopes: new.scopes.bits(),
            created_at: at,
            expires_at,
        };
        self.store.add_api_key(&stored).await?;
        self.memory.forget();
        Ok(KeyMade { key: format!("zy_{id}_{secret}"), id, expires_on: Timestamp::from_micros(expires_at).day() })
    }

    /// Keys of one account or of all.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keys(&self, account: Option<&str>) -> Result<Vec<KeyShown>, AccountError> {
        let shown = |row: ApiKeyRow| KeyShown {
            id: row.id,
            account: row.account,
            label: row.label,
            scopes: Scopes::from_bits(row.scopes).names(),
            created_at: Timestamp::from_micros(row.created_at),
            expires_on: Timestamp::from_micros(row.expires_at).day(),
        };
        let at = self.now();
        let rows = self.store.api_keys(account).await?.into_iter().filter(|row| row.expires_at > at);
        Ok(rows.map(shown).collect())
    }

    /// Ends a key; of that account only, if one is named.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn revoke_key(&self, id: &str, account: Option<&str>) -> Result<(), AccountError> {
        let found = self.store.revoke_api_key(id, account).await?;
        self.memory.forget();
        if found { Ok(()) } else { Err(AccountError::NotFound("key")) }
    }

    /// Who a key is of; none if it is no live key of an account that may act.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of_key(&self, text: &str) -> Result<Option<Known>, AccountError> {
        let hash = sha256(text);
        if let Some(known) = self.memory.get(Way::Key, hash) {
            return Ok(Some(known));
        }
        let parts = text.strip_prefix("zy_").and_then(|rest| rest.split_once('_'));
        let Some((id, secret)) = parts.filter(|_| text.len() <= 128) else { return Ok(None) };
        let Some(key) = self.store.api_key(id).await? else { return Ok(None) };
        let same: bool = sha256(secret)[..].ct_eq(&key.hash).into();
        if !same || key.expires_at <= self.now() {
            return Ok(None);
        }
        let Some(row) = self.store.account(&key.account).await? else { return Ok(None) };
        let Some(principal) = Self::principal(&row, Scopes::from_bits(key.scopes)) else { return Ok(None) };
        let known = Known { principal: principal.into(), name: row.name, half: false, csrf: None };
        self.memory.put(Way::Key, hash, known.clone());
        Ok(Some(known))
    }
}
