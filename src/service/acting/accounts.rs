//! Accounts and keys, as somebody.

use super::super::ServiceError;
use super::super::accounts::{
    Account, AccountError, Begun, Invited, KeyMade, KeyShown, NewAccount, NewKey, PasswordChange, SubjectData,
};
use super::super::authorize::Action;
use super::Acting;
use crate::domain::Invalid;

impl Acting {
    /// All accounts.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] unless the principal keeps accounts; so below.
    pub async fn list_accounts(&self) -> Result<Vec<Account>, ServiceError> {
        self.may(Action::KeepAccounts)?;
        Ok(self.accounts().list().await?)
    }

    /// Makes an account and the one-time link that sets its password.
    ///
    /// # Errors
    /// [`AccountError::Invalid`].
    pub async fn create_account(&self, new: NewAccount) -> Result<Invited, ServiceError> {
        self.may(Action::KeepAccounts)?;
        let current = self.state();
        let (state, belongs) = (&current.snapshot.state, new.role.belongs());
        let there = match new.role.code() {
            "park_manager" => belongs.parse().is_ok_and(|id| state.parks.get(&id).is_some()),
            "enterprise_rater" => belongs.parse().is_ok_and(|id| state.enterprises.get(&id).is_some()),
            "college_officer" => belongs.parse().is_ok_and(|id| state.colleges.get(&id).is_some()),
            _ => true,
        };
        if !there {
            let (zh, en) = (format!("没有代码为“{belongs}”的对象"), format!("there is no `{belongs}`"));
            return Err(AccountError::Invalid("belongs", Invalid::new("unknown-code", zh, en)).into());
        }
        let made = self.accounts().create(new).await?;
        self.noted("create-account", &made.account.id);
        Ok(made)
    }

    /// Lets an account sign in, or no more.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn disable_account(&self, id: &str, disabled: bool) -> Result<(), ServiceError> {
        self.may(Action::KeepAccounts)?;
        let id = self.accounts().find(id).await?.id;
        self.accounts().disable(&id, disabled).await?;
        self.noted(if disabled { "disable-account" } else { "enable-account" }, &id);
        Ok(())
    }

    /// A new one-time link for an account.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn reset_account(&self, id: &str) -> Result<Invited, ServiceError> {
        self.may(Action::KeepAccounts)?;
        let made = self.accounts().reset(id).await?;
        self.noted("reset-account", &made.account.id);
        Ok(made)
    }

    /// Takes away everything that is known of an account.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn erase_account(&self, id: &str) -> Result<(), ServiceError> {
        self.may(Action::KeepAccounts)?;
        // By its pseudonym: the name is what goes.
        let id = self.accounts().find(id).await?.id;
        self.accounts().erase(&id).await?;
        self.noted("erase-account", &id);
        Ok(())
    }

    /// Everything that is kept of one's own account.
    ///
    /// # Errors
    /// [`ServiceError::WrongScope`]; [`AccountError::NotFound`] for who is no account.
    pub async fn own_data(&self) -> Result<SubjectData, ServiceError> {
        self.may(Action::KeepOwnKeys)?;
        self.audited("export-subject", &self.principal().id).await?;
        Ok(self.accounts().subject(&self.principal().id, true).await?)
    }

    /// Whether one's own account has a password to change.
    ///
    /// # Errors
    /// [`ServiceError::WrongScope`].
    pub async fn has_password(&self) -> Result<bool, ServiceError> {
        self.may(Action::KeepOwnKeys)?;
        match self.accounts().find(&self.principal().id).await {
            Ok(account) => Ok(account.ready),
            // Whoever runs the program on the database itself.
            Err(AccountError::NotFound(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Changes one's own password: all sessions end, and the one that asks goes on as the one answered.
    ///
    /// # Errors
    /// [`ServiceError::WrongScope`]; those of [`super::super::accounts::Accounts::change_password`].
    pub async fn change_password(&self, change: PasswordChange) -> Result<Option<Begun>, ServiceError> {
        self.may(Action::KeepOwnKeys)?;
        Ok(self.accounts().change_password(&self.principal().id, change).await?)
    }

    /// Everything that is kept of an account but what it wrote: who keeps accounts sees no rating.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn account_data(&self, id: &str) -> Result<SubjectData, ServiceError> {
        self.may(Action::KeepAccounts)?;
        let id = self.accounts().find(id).await?.id;
        self.audited("export-subject", &id).await?;
        Ok(self.accounts().subject(&id, self.is_operator()).await?)
    }

    /// The account whose keys the principal may keep; `None`: everybody's.
    fn keys_of(&self) -> Result<Option<&str>, ServiceError> {
        if self.may(Action::KeepAccounts).is_ok() {
            return Ok(None);
        }
        self.may(Action::KeepOwnKeys)?;
        Ok(Some(&self.principal().id))
    }

    /// One's own keys, or everybody's.
    ///
    /// # Errors
    /// [`ServiceError::WrongScope`].
    pub async fn keys(&self) -> Result<Vec<KeyShown>, ServiceError> {
        Ok(self.accounts().keys(self.keys_of()?).await?)
    }

    /// Makes a key for oneself, or for another account. A key is never good for more than the one that made it.
    ///
    /// # Errors
    /// [`AccountError::NotFound`], [`AccountError::Invalid`], [`ServiceError::WrongScope`].
    pub async fn make_key(&self, account: Option<&str>, new: NewKey) -> Result<KeyMade, ServiceError> {
        let own = self.keys_of()?.map(str::to_owned);
        let owner = match account {
            None => self.principal().id.clone(),
            Some(name) => {
                let found = self.accounts().find(name).await;
                let found = found.map(|found| found.id).ok().filter(|id| own.as_ref().is_none_or(|own| own == id));
                found.ok_or(AccountError::NotFound("account"))?
            }
        };
        if owner == self.principal().id && !self.principal().scopes.contains(new.scopes) {
            return Err(ServiceError::WrongScope);
        }
        let made = self.accounts().make_key(&owner, new).await?;
        self.noted("make-key", &made.id);
        Ok(made)
    }

    /// Ends a key.
    ///
    /// # Errors
    /// [`AccountError::NotFound`], of another's key too.
    pub async fn revoke_key(&self, id: &str) -> Result<(), ServiceError> {
        self.accounts().revoke_key(id, self.keys_of()?).await?;
        self.noted("revoke-key", id);
        Ok(())
    }
}
