//! Changing one's own password.

use super::session::Begun;
use super::{AccountError, Accounts};
use crate::domain::Invalid;

/// A new password for one's own account. It is never printed.
pub struct PasswordChange {
    /// The password until now.
    pub password: String,
    /// The one from now on.
    pub new_password: String,
    /// The address that the request comes from.
    pub from: String,
    /// Whether a session asks, which then goes on under another token.
    pub by_session: bool,
}

fn wrong() -> AccountError {
    let (zh, en) = ("现在的密码不对", "the present password is wrong");
    AccountError::Invalid("password", Invalid::new("wrong-password", zh, en))
}

impl Accounts {
    /// Changes an account's password. All its sessions end; the one that asks, if one does, goes on as the one answered. Keys
    /// stay. Whoever guesses at the present password waits as at the door.
    ///
    /// # Errors
    /// [`AccountError::Invalid`] for the present password, also if there is none, or for the new one; [`AccountError::TooMany`];
    /// [`AccountError::NotFound`] for who is no account.
    pub async fn change_password(&self, id: &str, change: PasswordChange) -> Result<Option<Begun>, AccountError> {
        let PasswordChange { password, new_password, from, by_session } = change;
        let row = self.store.account(id).await?.filter(|row| row.disabled == 0);
        let row = row.ok_or(AccountError::NotFound("account"))?;
        let Some(present) = row.password.clone() else {
            let zh = "这个账号没有密码：请用一次性链接设置，或继续用单位统一身份登录";
            let en =
                "this account has no password: set one by a one-time link, or go on signing in with your organisation";
            return Err(AccountError::Invalid("password", Invalid::new("no-password", zh, en)));
        };
        if let Err(error) = self.door.check(&row.name, &from).await {
            self.note(Some(&row), "change-password", "too-many");
            return Err(error);
        }
        self.door.attempted(&row.name, &from);
        if !self.door.verify(password, Some(present.clone())).await? {
            self.door.failed(&row.name, &from);
            self.note(Some(&row), "change-password", "wrong");
            return Err(wrong());
        }
        self.door.passed(&row.name, &from);
        let hash = self.door.hash(new_password).await.map_err(|error| match error {
            AccountError::Invalid(_, invalid) => AccountError::Invalid("new_password", invalid),
            other => other,
        })?;
        // If it was reset or changed meanwhile, what was proven counts no more.
        if !self.store.change_password(&row.id, &present, &hash).await? {
            return Err(wrong());
        }
        self.note(Some(&row), "change-password", "ok");
        self.store.end_sessions(&row.id).await?;
        self.memory.forget();
        Ok(if by_session { Some(self.begin(&row.id, false).await?) } else { None })
    }
}
