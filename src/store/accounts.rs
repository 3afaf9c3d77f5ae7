//! Accounts, their keys, sessions and one-time links: rows beside the log that can be changed and erased.

use sqlx::AssertSqlSafe;

use super::database::on_both;
use super::error::StoreError;
use super::log::{LOG_ID, Store};

/// An account as it is stored. Times are microseconds since 1970.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AccountRow {
    /// The pseudonym that the log holds.
    pub id: String,
    /// The name to sign in with.
    pub name: String,
    /// The role's code.
    pub role: String,
    /// What the role belongs to.
    pub belongs: String,
    /// The password's hash (PHC string), once one is set.
    pub password: Option<String>,
    /// The secret of the second factor.
    pub totp: Option<Vec<u8>>,
    /// 1 once the second factor was proven.
    pub totp_on: i64,
    /// The last step of the second factor that was used.
    pub totp_step: i64,
    /// 1 if it may not sign in any more.
    pub disabled: i64,
    /// When it was made.
    pub created_at: i64,
}

/// A key as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ApiKeyRow {
    /// The public part.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// What it is for, in its owner's words.
    pub label: String,
    /// SHA-256 of the secret part.
    pub hash: Vec<u8>,
    /// Bits of the scopes.
    pub scopes: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

/// A session as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SessionRow {
    /// Whose it is.
    pub account: String,
    /// 1 until the second factor was given.
    pub half: i64,
    /// When it began.
    pub created_at: i64,
    /// When it was used last, to the minute.
    pub used_at: i64,
}

pub(super) const ACCOUNT: &str = "SELECT id, name, role, belongs, password, totp, totp_on, totp_step, disabled, created_at \
                       FROM account WHERE log_id = $1";
const API_KEY: &str = "SELECT id, account, label, hash, scopes, created_at, expires_at FROM api_key WHERE log_id = $1";

/// Runs a statement with values; how many rows it changed.
macro_rules! run {
    ($store:expr, $text:expr $(, $value:expr)*) => {
        on_both!(Pool, &$store.pool, pool => {
            sqlx::query($text).bind(LOG_ID)$(.bind($value))*.execute(pool).await.map(|done| done.rows_affected())
        }).map_err(StoreError::from)
    };
}
pub(super) use run;

impl Store {
    /// All accounts, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        let text = format!("{ACCOUNT} ORDER BY name");
        let rows = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(AssertSqlSafe(text)).bind(LOG_ID).fetch_all(pool).await
        });
        Ok(rows?)
    }

    /// The account of that id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account(&self, id: &str) -> Result<Option<AccountRow>, StoreError> {
        let text = format!("{ACCOUNT} AND id = $2");
        let row = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(AssertSqlSafe(text)).bind(LOG_ID).bind(id).fetch_optional(pool).await
        });
        Ok(row?)
    }

    /// The account of that name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_named(&self, name: &str) -> Result<Option<AccountRow>, StoreError> {
        let text = format!("{ACCOUNT} AND name = $2");
        let row = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(AssertSqlSafe(text)).bind(LOG_ID).bind(name).fetch_optional(pool).await
        });
        Ok(row?)
    }

    /// Adds an account; whether the name was free.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_account(&self, new: &AccountRow) -> Result<bool, StoreError> {
        let text = "INSERT INTO account (log_id, id, name, role, belongs, password, totp, totp_on, totp_step, disabled, created_at) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
        let added = run!(
            self,
            text,
            &new.id,
            &new.name,
            &new.role,
            &new.belongs,
            &new.password,
            &new.totp,
            new.totp_on,
            new.totp_step,
            new.disabled,
            new.created_at
        )?;
        Ok(added == 1)
    }

    /// Gives an account a password and a proven or unproven second factor.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_secrets(
        &self,
        id: &str,
        password: Option<&str>,
        totp: Option<&[u8]>,
        totp_on: bool,
    ) -> Result<(), StoreError> {
        let text =
            "UPDATE account SET password = $3, totp = $4, totp_on = $5, totp_step = 0 WHERE log_id = $1 AND id = $2";
        run!(self, text, id, password, totp, i64::from(totp_on)).map(|_| ())
    }

    /// Gives an account a password.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_password(&self, id: &str, password: &str) -> Result<(), StoreError> {
        run!(self, "UPDATE account SET password = $3 WHERE log_id = $1 AND id = $2", id, password).map(|_| ())
    }

    /// Gives an account another password in place of this one; whether it still was the account's.
    ///
    /// # Errors
    /// What the database says.
    pub async fn change_password(&self, id: &str, from: &str, to: &str) -> Result<bool, StoreError> {
        let text = "UPDATE account SET password = $4 WHERE log_id = $1 AND id = $2 AND password = $3";
        Ok(run!(self, text, id, from, to)? == 1)
    }

    /// Takes a step of the second factor, each once; whether it was not taken before.
    ///
    /// # Errors
    /// What the database says.
    pub async fn take_totp_step(&self, id: &str, step: i64) -> Result<bool, StoreError> {
        let text = "UPDATE account SET totp_step = $3, totp_on = 1 WHERE log_id = $1 AND id = $2 AND totp_step < $3";
        Ok(run!(self, text, id, step)? == 1)
    }

    /// Lets an account sign in, or no more; then its sessions end. Whether there is such an account.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_disabled(&self, id: &str, disabled: bool) -> Result<bool, StoreError> {
        let text = "UPDATE account SET disabled = $3 WHERE log_id = $1 AND id = $2";
        let changed = run!(self, text, id, i64::from(disabled))?;
        self.end_sessions(id).await?;
        Ok(changed == 1)
    }

    /// Takes away everything that is known of an account; the log keeps its id, which then names nobody. Idempotency keys go
    /// too: their fingerprints are hashes, without a salt, of what it wrote.
    ///
    /// # Errors
    /// What the database says.
    pub async fn erase_account(&self, id: &str) -> Result<bool, StoreError> {
        let keys = "DELETE FROM idempotency WHERE log_id = $1 AND (principal = $2 OR principal LIKE $2 || '/%')";
        run!(self, keys, id)?;
        run!(self, "DELETE FROM session WHERE log_id = $1 AND account = $2", id)?;
        run!(self, "DELETE FROM invitation WHERE log_id = $1 AND account = $2", id)?;
        run!(self, "DELETE FROM api_key WHERE log_id = $1 AND account = $2", id)?;
        Ok(run!(self, "DELETE FROM account WHERE log_id = $1 AND id = $2", id)? == 1)
    }

    /// Keys of one account or of all, the newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn api_keys(&self, account: Option<&str>) -> Result<Vec<ApiKeyRow>, StoreError> {
        let text = format!("{API_KEY} AND ($2 = '' OR account = $2) ORDER BY created_at DESC, id");
        let rows = on_both!(Pool, &self.pool, pool => {
            let query = sqlx::query_as(AssertSqlSafe(text)).bind(LOG_ID).bind(account.unwrap_or_default());
            query.fetch_all(pool).await
        });
        Ok(rows?)
    }

    /// The key of that id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn api_key(&self, id: &str) -> Result<Option<ApiKeyRow>, StoreError> {
        let text = format!("{API_KEY} AND id = $2");
        let row = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(AssertSqlSafe(text)).bind(LOG_ID).bind(id).fetch_optional(pool).await
        });
        Ok(row?)
    }

    /// Adds a key.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_api_key(&self, key: &ApiKeyRow) -> Result<(), StoreError> {
        let text = "INSERT INTO api_key (log_id, id, account, label, hash, scopes, created_at, expires_at) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        let values = (&key.id, &key.account, &key.label);
        run!(self, text, values.0, values.1, values.2, &key.hash[..], key.scopes, key.created_at, key.expires_at)
            .map(|_| ())
    }

    /// Takes a key away; of that account only, if one is named. Whether it was there.
    ///
    /// # Errors
    /// What the database says.
    pub async fn revoke_api_key(&self, id: &str, account: Option<&str>) -> Result<bool, StoreError> {
        let text = "DELETE FROM api_key WHERE log_id = $1 AND id = $2 AND ($3 = '' OR account = $3)";
        Ok(run!(self, text, id, account.unwrap_or_default())? == 1)
    }

    /// Begins a session.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_session(&self, hash: &[u8; 32], session: &SessionRow) -> Result<(), StoreError> {
        let text =
            "INSERT INTO session (log_id, hash, account, half, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6)";
        run!(self, text, &hash[..], &session.account, session.half, session.created_at, session.used_at).map(|_| ())
    }

    /// The session of that hash.
    ///
    /// # Errors
    /// What the database says.
    pub async fn session(&self, hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        let text = "SELECT account, half, created_at, used_at FROM session WHERE log_id = $1 AND hash = $2";
        let row = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(text).bind(LOG_ID).bind(&hash[..]).fetch_optional(pool).await
        });
        Ok(row?)
    }

    /// The sessions of an account, the newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sessions_of(&self, account: &str) -> Result<Vec<SessionRow>, StoreError> {
        let text = "SELECT account, half, created_at, used_at FROM session WHERE log_id = $1 AND account = $2 \
                    ORDER BY created_at DESC";
        let rows = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(text).bind(LOG_ID).bind(account).fetch_all(pool).await
        });
        Ok(rows?)
    }

    /// At most `limit` events after one that a pseudonym wrote: seq, when, canonical bytes. No index serves it: it is asked
    /// once in a while, and an index would slow every write.
    ///
    /// # Errors
    /// What the database says.
    pub async fn written_by(
        &self,
        principal: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<(i64, i64, Vec<u8>)>, StoreError> {
        let text = "SELECT seq, recorded_at, body FROM event_log \
                    WHERE log_id = $1 AND seq > $2 AND principal = $3 ORDER BY seq LIMIT $4";
        let rows = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(text).bind(LOG_ID).bind(after).bind(principal).bind(limit).fetch_all(pool).await
        });
        Ok(rows?)
    }

    /// Says that a session was used.
    ///
    /// # Errors
    /// What the database says.
    pub async fn touch_session(&self, hash: &[u8; 32], at: i64) -> Result<(), StoreError> {
        run!(self, "UPDATE session SET used_at = $3 WHERE log_id = $1 AND hash = $2", &hash[..], at).map(|_| ())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_session(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        run!(self, "DELETE FROM session WHERE log_id = $1 AND hash = $2", &hash[..]).map(|_| ())
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end_sessions(&self, account: &str) -> Result<(), StoreError> {
        run!(self, "DELETE FROM session WHERE log_id = $1 AND account = $2", account).map(|_| ())
    }

    /// Takes away what ended: sessions not used since `used`, or begun before `begun`; links and keys that ended before `now`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sweep_accounts(&self, used: i64, begun: i64, now: i64) -> Result<(), StoreError> {
        run!(self, "DELETE FROM session WHERE log_id = $1 AND (used_at < $2 OR created_at < $3)", used, begun)?;
        run!(self, "DELETE FROM api_key WHERE log_id = $1 AND expires_at < $2", now)?;
        run!(self, "DELETE FROM spent WHERE log_id = $1 AND expires_at < $2", now)?;
        run!(self, "DELETE FROM invitation WHERE log_id = $1 AND expires_at < $2", now).map(|_| ())
    }

    /// Gives an account a one-time link in place of any it had.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_invitation(&self, hash: &[u8; 32], account: &str, expires_at: i64) -> Result<(), StoreError> {
        run!(self, "DELETE FROM invitation WHERE log_id = $1 AND account = $2", account)?;
        let text = "INSERT INTO invitation (log_id, hash, account, expires_at) VALUES ($1, $2, $3, $4)";
        run!(self, text, &hash[..], account, expires_at).map(|_| ())
    }

    /// The account that a one-time link is for, and when the link ends.
    ///
    /// # Errors
    /// What the database says.
    pub async fn invitation(&self, hash: &[u8; 32]) -> Result<Option<(String, i64)>, StoreError> {
        let text = "SELECT account, expires_at FROM invitation WHERE log_id = $1 AND hash = $2";
        let row = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(text).bind(LOG_ID).bind(&hash[..]).fetch_optional(pool).await
        });
        Ok(row?)
    }

    /// Uses a one-time link up; whether it was there.
    ///
    /// # Errors
    /// What the database says.
    pub async fn take_invitation(&self, hash: &[u8; 32]) -> Result<bool, StoreError> {
        Ok(run!(self, "DELETE FROM invitation WHERE log_id = $1 AND hash = $2", &hash[..])? == 1)
    }
}

impl Store {
    /// Whether an account of this role and owner can sign in, by a password or a key that holds at `now`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn has_active_account(&self, role: &str, belongs: &str, now: i64) -> Result<bool, StoreError> {
        let text = "SELECT count(*) FROM account WHERE log_id = $1 AND role = $2 AND belongs = $3 AND disabled = 0 \
                    AND (password IS NOT NULL OR EXISTS (SELECT 1 FROM api_key WHERE api_key.log_id = account.log_id \
                    AND api_key.account = account.id AND api_key.expires_at > $4))";
        let found: i64 = on_both!(Pool, &self.pool, pool => {
            sqlx::query_scalar(text).bind(LOG_ID).bind(role).bind(belongs).bind(now).fetch_one(pool).await
        })?;
        Ok(found > 0)
    }
}
