//! Keeping accounts: make, list, disable, let in anew, erase; the first admin; the demo's accounts.

use serde::Serialize;
use utoipa::ToSchema;

use super::key::NewKey;
use super::session::Begun;
use super::{AccountError, Accounts};
use crate::domain::{Invalid, Role, Scopes, Timestamp};
use crate::store::AccountRow;

/// An account to make.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The name to sign in with: 2–40 letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// Its role.
    pub role: Role,
}

/// An account as it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Account {
    /// Its pseudonym: what the log holds.
    pub id: String,
    /// The name to sign in with.
    pub name: String,
    /// Its role.
    pub role: String,
    /// What the role belongs to; empty: nothing in particular.
    pub belongs: String,
    /// Whether it can sign in: it has a password, or is bound to an identity at a provider.
    pub ready: bool,
    /// Whether it signs in with a second factor.
    pub second_factor: bool,
    /// Whether it may not sign in any more.
    pub disabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An account and the one-time link that sets its password.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Invited {
    /// The account.
    pub account: Account,
    /// The path of the link; it holds for seven days, and once.
    pub path: String,
}

/// The demo's accounts: name, role, what it belongs to.
const DEMO: [(&str, &str, &str); 6] = [
    ("demo-planner", "planner", ""),
    ("demo-park", "park_manager", "P0001"),
    ("demo-enterprise", "enterprise_rater", ""),
    ("demo-college", "college_officer", "C0001"),
    ("demo-supervisor", "supervisor", ""),
    ("demo-admin", "admin", ""),
];
/// The secret part of the demo's keys: visible, and good for nothing but the demo on the loopback.
const DEMO_SECRET: &str = "demo";

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            ready: row.password.is_some(),
            second_factor: row.totp_on == 1,
            disabled: row.disabled == 1,
            created_at: Timestamp::from_micros(row.created_at),
            id: row.id,
            name: row.name,
            role: row.role,
            belongs: row.belongs,
        }
    }
}

/// The public part of a demo account's key.
fn demo_id(name: &str) -> String {
    name.trim_start_matches("demo-").to_owned()
}

fn check_name(name: &str) -> Result<(), AccountError> {
    let fits = (2..=40).contains(&name.chars().count())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let (zh, en) = ("名称须为 2–40 个字母、数字或 - _ .", "2-40 letters, digits or - _ .");
    if fits { Ok(()) } else { Err(AccountError::Invalid("name", Invalid::new("invalid-id", zh, en))) }
}

impl Accounts {
    async fn make(&self, new: NewAccount) -> Result<AccountRow, AccountError> {
        check_name(&new.name)?;
        let row = AccountRow {
            id: format!("A{}", &uuid::Uuid::new_v4().simple().to_string()[..16]),
            role: new.role.code().to_owned(),
            belongs: new.role.belongs().to_owned(),
            name: new.name,
            password: None,
            totp: None,
            totp_on: 0,
            totp_step: 0,
            disabled: 0,
            created_at: self.now(),
        };
        if !self.store.add_account(&row).await? {
            let (zh, en) = ("这个名称已有账号", "there is an account of that name");
            return Err(AccountError::Invalid("name", Invalid::new("name-taken", zh, en)));
        }
        Ok(row)
    }

    /// Makes an account and the one-time link that sets its password.
    ///
    /// # Errors
    /// [`AccountError::Invalid`] for a name that is taken or breaks a rule.
    pub async fn create(&self, new: NewAccount) -> Result<Invited, AccountError> {
        let row = self.make(new).await?;
        let link = self.invite(&row).await?;
        Ok(Invited { account: row.into(), path: format!("/welcome/{link}") })
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self) -> Result<Vec<Account>, AccountError> {
        let bound = self.store.bound_accounts().await?;
        let shown = |row: AccountRow| {
            let account = Account::from(row);
            Account { ready: account.ready || bound.contains(&account.id), ..account }
        };
        Ok(self.store.accounts().await?.into_iter().map(shown).collect())
    }

    /// The account that goes by an id or a name.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn find(&self, id_or_name: &str) -> Result<Account, AccountError> {
        Ok(self.row(id_or_name).await?.into())
    }

    async fn row(&self, id_or_name: &str) -> Result<AccountRow, AccountError> {
        let by_id = self.store.account(id_or_name).await?;
        let row = if by_id.is_some() { by_id } else { self.store.account_named(id_or_name).await? };
        row.ok_or(AccountError::NotFound("account"))
    }

    /// Lets an account sign in, or no more.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn disable(&self, id_or_name: &str, disabled: bool) -> Result<(), AccountError> {
        let row = self.row(id_or_name).await?;
        self.store.set_disabled(&row.id, disabled).await?;
        self.memory.forget();
        Ok(())
    }

    /// A new one-time link: password, second factor and sessions end.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn reset(&self, id_or_name: &str) -> Result<Invited, AccountError> {
        let row = self.row(id_or_name).await?;
        let link = self.invite(&row).await?;
        Ok(Invited { account: self.row(&row.id).await?.into(), path: format!("/welcome/{link}") })
    }

    /// Takes away everything that is known of an account, comments and reasons of its ratings too; the log keeps its pseudonym, which then names nobody.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn erase(&self, id_or_name: &str) -> Result<(), AccountError> {
        let row = self.row(id_or_name).await?;
        self.erase_comments(&row.id).await?;
        self.store.erase_account(&row.id).await?;
        self.memory.forget();
        Ok(())
    }

    /// The one-time link of the first admin, if there is none who could use the console. One holds at a time.
    ///
    /// # Errors
    /// What the database says.
    pub async fn first_admin(&self) -> Result<Option<Invited>, AccountError> {
        let mut admins = self.list().await?;
        admins.retain(|account| account.role == "admin");
        match &admins[..] {
            [] => match self.create(NewAccount { name: "admin".to_owned(), role: Role::Admin }).await {
                // Another replica was faster, and printed the link.
                Err(AccountError::Invalid(..)) => Ok(None),
                made => made.map(Some),
            },
            // Started before, and the link was never used: a new one, and the one before is good for nothing.
            [only] if only.name == "admin" && !only.ready && !only.disabled => self.reset(&only.id).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Makes the demo's accounts and their keys, if they are not there; `enterprise` is whose ratings the demo's rater
    /// gives. The demo planner's and the demo rater's keys.
    ///
    /// # Errors
    /// What the database says.
    pub async fn make_demo(&self, enterprise: &str) -> Result<(String, String), AccountError> {
        for (name, role, belongs) in DEMO {
            let belongs = if role == "enterprise_rater" { enterprise } else { belongs };
            if self.store.account_named(name).await?.is_some() {
                continue;
            }
            let role = Role::parse(role, belongs).map_err(|invalid| AccountError::Invalid("role", invalid))?;
            let row = self.make(NewAccount { name: name.to_owned(), role }).await?;
            let key = NewKey { label: "demo".to_owned(), scopes: Scopes::ALL, days: 366 };
            self.make_key_of(&row.id, key, demo_id(name), DEMO_SECRET.to_owned()).await?;
        }
        let key = |name| format!("zy_{}_{DEMO_SECRET}", demo_id(name));
        Ok((key("demo-planner"), key("demo-enterprise")))
    }

    /// Whether the demo's accounts are there.
    ///
    /// # Errors
    /// What the database says.
    pub async fn has_demo(&self) -> Result<bool, AccountError> {
        Ok(self.store.accounts().await?.iter().any(|row| DEMO.iter().any(|(name, ..)| *name == row.name)))
    }

    /// Names and roles of the demo's accounts.
    pub fn demo_names() -> impl Iterator<Item = (&'static str, &'static str)> {
        DEMO.iter().map(|(name, role, _)| (*name, *role))
    }

    /// Begins a session as one of the demo's accounts.
    ///
    /// # Errors
    /// [`AccountError::NotFound`] for any other name.
    pub async fn sign_in_demo(&self, name: &str) -> Result<Begun, AccountError> {
        if !DEMO.iter().any(|(known, ..)| *known == name) {
            return Err(AccountError::NotFound("account"));
        }
        let row = self.row(name).await?;
        self.begin(&row.id, false).await
    }
}
