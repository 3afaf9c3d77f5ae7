//! Signing in: name and password, then the second factor; sessions of browsers; one-time links that set both.

use sha2::{Digest, Sha256};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::known::Way;
use super::{AccountError, Accounts, DAY, Known, SECOND, sha256, token};
use crate::domain::{Invalid, Role, Scopes};
use crate::store::{AccountRow, SessionRow};

/// A session ends when it is not used for so long.
const IDLE: i64 = 30 * 60 * SECOND;
/// A session ends at last.
const LONGEST: i64 = 12 * 3600 * SECOND;
/// How long the second factor is waited for.
const HALF: i64 = 5 * 60 * SECOND;
/// Bytes of a second factor's secret.
const SECRET: usize = 20;

/// A session that began.
#[derive(Clone, Debug)]
pub struct Begun {
    /// What the browser keeps. Only its hash is stored.
    pub token: String,
    /// Whether the second factor is still to be given.
    pub half: bool,
}

/// What a one-time link is for.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// The account's name.
    pub name: String,
    /// The account's role.
    pub role: Role,
    /// The secret of the second factor to enrol: base32 and as an address for the authenticator.
    pub factor: Option<(String, String)>,
}

fn totp(secret: &[u8], name: &str) -> Option<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(secret.to_vec())
        .with_issuer(Some("Zeyou"))
        .with_account_name(name)
        .build()
        .ok()
}

impl Accounts {
    /// Begins a session by name and password. `from` is the address it comes from.
    ///
    /// # Errors
    /// [`AccountError::Wrong`] whatever is wrong; [`AccountError::TooMany`] after many failures.
    pub async fn sign_in(&self, name: &str, password: String, from: &str) -> Result<Begun, AccountError> {
        let row = self.store.account_named(name).await?.filter(|row| row.disabled == 0);
        if let Err(error) = self.door.check(name, from).await {
            self.note(row.as_ref(), "sign-in", "too-many");
            return Err(error);
        }
        self.door.attempted(name, from);
        let hash = row.as_ref().and_then(|row| row.password.clone());
        // Of nobody it takes as long.
        let right = self.door.verify(password, hash).await?;
        if !right {
            self.note(row.as_ref(), "sign-in", "wrong");
        }
        let Some(row) = row.filter(|_| right) else {
            self.door.failed(name, from);
            return Err(AccountError::Wrong);
        };
        let principal = Self::principal(&row, Scopes::ALL).ok_or(AccountError::Wrong)?;
        let half = row.totp_on == 1 || principal.role.needs_second_factor();
        if half && row.totp_on == 0 {
            // Never enrolled: only a one-time link leads on.
            return Err(AccountError::Wrong);
        }
        if !half {
            self.door.passed(name, from);
        }
        self.note(Some(&row), "sign-in", if half { "password" } else { "ok" });
        self.begin(&row.id, half).await
    }

    /// Begins a session of whoever was recognised.
    pub(super) async fn begin(&self, account: &str, half: bool) -> Result<Begun, AccountError> {
        let (token, at) = (token(), self.now());
        let session = SessionRow { account: account.to_owned(), half: i64::from(half), created_at: at, used_at: at };
        self.store.add_session(&sha256(&token), &session).await?;
        Ok(Begun { token, half })
    }

    /// Gives the second factor of a session that waits for it; the session goes on under another token.
    ///
    /// # Errors
    /// [`AccountError::Wrong`], [`AccountError::TooMany`].
    pub async fn second_factor(&self, token: &str, code: &str, from: &str) -> Result<Begun, AccountError> {
        let hash = sha256(token);
        let session = self.store.session(&hash).await?.filter(|session| session.half == 1);
        let session = session.filter(|session| self.now() - session.created_at < HALF).ok_or(AccountError::Wrong)?;
        let row = self.store.account(&session.account).await?.ok_or(AccountError::Wrong)?;
        self.door.check(&row.name, from).await?;
        self.door.attempted(&row.name, from);
        if !self.code_fits(&row, code).await? {
            self.door.failed(&row.name, from);
            self.note(Some(&row), "second-factor", "wrong");
            return Err(AccountError::Wrong);
        }
        self.door.passed(&row.name, from);
        self.note(Some(&row), "second-factor", "ok");
        self.store.end_session(&hash).await?;
        self.memory.forget();
        self.begin(&row.id, false).await
    }

    /// The secret of the account's second factor, if it has one.
    fn factor(&self, row: &AccountRow) -> Result<Option<Vec<u8>>, AccountError> {
        Ok(row.totp.as_ref().map(|stored| self.store.open_factor(&row.id, stored)).transpose()?)
    }

    /// Whether a code is the account's now, and was not used before.
    pub(super) async fn code_fits(&self, row: &AccountRow, code: &str) -> Result<bool, AccountError> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let factor = self.factor(row)?.and_then(|secret| totp(&secret, &row.name));
        let Some(step) = factor.and_then(|factor| factor.check(&code, (self.now() / SECOND) as u64)) else {
            return Ok(false);
        };
        Ok(self.store.take_totp_step(&row.id, step as i64).await?)
    }

    /// Who a session is of; none if it ended.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of_session(&self, token: &str) -> Result<Option<Known>, AccountError> {
        let hash = sha256(token);
        if let Some(known) = self.memory.get(Way::Session, hash) {
            return Ok(Some(known));
        }
        let Some(session) = self.store.session(&hash).await? else { return Ok(None) };
        let at = self.now();
        let longest = if session.half == 1 { HALF } else { LONGEST };
        if at - session.used_at > IDLE || at - session.created_at > longest {
            self.store.end_session(&hash).await?;
            return Ok(None);
        }
        // Where nothing can be written, what may be read still is; the session only ends sooner.
        if at - session.used_at > 60 * SECOND
            && let Err(error) = self.store.touch_session(&hash, at).await
        {
            tracing::warn!(%error, "the use of a session was not noted");
        }
        let Some(row) = self.store.account(&session.account).await? else { return Ok(None) };
        let Some(principal) = Self::principal(&row, Scopes::ALL) else { return Ok(None) };
        let csrf = format!("{:x}", Sha256::new().chain_update(b"csrf\n").chain_update(token).finalize());
        let known = Known { principal: principal.into(), name: row.name, half: session.half == 1, csrf: Some(csrf) };
        self.memory.put(Way::Session, hash, known.clone());
        Ok(Some(known))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sign_out(&self, token: &str) -> Result<(), AccountError> {
        let session = self.store.session(&sha256(token)).await?;
        self.store.end_session(&sha256(token)).await?;
        self.memory.forget();
        if let Some(session) = session {
            self.note(self.store.account(&session.account).await?.as_ref(), "sign-out", "ok");
        }
        Ok(())
    }

    /// Takes away what ended.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sweep(&self) -> Result<(), AccountError> {
        let at = self.now();
        Ok(self.store.sweep_accounts(at - IDLE, at - LONGEST, at).await?)
    }

    pub(super) async fn invited(&self, link: &str) -> Result<AccountRow, AccountError> {
        let gone = || AccountError::NotFound("link");
        let (account, expires_at) = self.store.invitation(&sha256(link)).await?.ok_or_else(gone)?;
        let row = self.store.account(&account).await?.filter(|row| row.disabled == 0 && expires_at > self.now());
        row.ok_or_else(gone)
    }

    /// What a one-time link is for.
    ///
    /// # Errors
    /// [`AccountError::NotFound`]: used, ended or never made.
    pub async fn welcome(&self, link: &str) -> Result<Welcome, AccountError> {
        let row = self.invited(link).await?;
        let role = Role::parse(&row.role, &row.belongs).map_err(|invalid| AccountError::Invalid("role", invalid))?;
        let factor = self.factor(&row)?.and_then(|secret| {
            let factor = totp(&secret, &row.name)?;
            Some((Secret::from(secret).to_base32(), factor.to_url().ok()?))
        });
        Ok(Welcome { name: row.name, role, factor })
    }

    /// Sets the password by a one-time link, and proves the second factor if the role needs one; begins a session.
    ///
    /// # Errors
    /// [`AccountError::NotFound`]; [`AccountError::Invalid`] for the password or the code.
    pub async fn accept(&self, link: &str, password: String, code: &str) -> Result<Begun, AccountError> {
        let row = self.invited(link).await?;
        let hash = self.door.hash(password).await?;
        if row.totp.is_some() && !self.code_fits(&row, code).await? {
            let (zh, en) =
                ("验证码不对，请核对手机时间后再试", "the code is wrong; check the phone's clock and try again");
            return Err(AccountError::Invalid("code", Invalid::new("wrong-code", zh, en)));
        }
        if !self.store.take_invitation(&sha256(link)).await? {
            return Err(AccountError::NotFound("link"));
        }
        self.store.set_password(&row.id, &hash).await?;
        self.note(Some(&row), "set-password", "ok");
        self.store.end_sessions(&row.id).await?;
        self.memory.forget();
        self.begin(&row.id, false).await
    }

    /// Makes a one-time link for an account: its password, its identity at a provider, its sessions and its second factor end.
    pub(super) async fn invite(&self, row: &AccountRow) -> Result<String, AccountError> {
        let role = Role::parse(&row.role, &row.belongs).map_err(|invalid| AccountError::Invalid("role", invalid))?;
        let secret: Option<[u8; SECRET]> = role.needs_second_factor().then(rand::random);
        let secret = secret.map(|secret| self.store.seal_factor(&row.id, &secret)).transpose()?;
        self.store.set_secrets(&row.id, None, secret.as_deref(), false).await?;
        self.store.unbind_account(&row.id).await?;
        self.store.end_sessions(&row.id).await?;
        let link = token();
        self.store.add_invitation(&sha256(&link), &row.id, self.now() + 7 * DAY).await?;
        self.memory.forget();
        Ok(link)
    }
}
