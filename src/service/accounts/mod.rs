//! Accounts and the ways in: keys for programs, passwords and sessions for browsers, one-time links for a first password.

mod change;
mod common;
mod keep;
mod key;
mod known;
mod password;
mod provider;
mod session;
mod subject;

use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::audit::Audit;
use crate::domain::{Invalid, Principal};
use crate::store::{AccountRow, Store, StoreError};

pub use change::PasswordChange;
pub use keep::{Account, Invited, NewAccount};
pub use key::{KeyMade, KeyShown, NewKey};
pub use provider::Sent;
pub use session::{Begun, Welcome};
pub use subject::{EventWritten, SessionShown, SubjectData};

use known::Memory;
use password::Door;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Accounts of one log.
#[derive(Clone)]
pub struct Accounts {
    store: Store,
    memory: Arc<Memory>,
    door: Arc<Door>,
    /// Where it is recorded who was let in and who was not.
    audit: Audit,
    provider: Arc<OnceLock<Arc<super::oidc::Oidc>>>,
}

/// Who a key or a session is of.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who acts.
    pub principal: Arc<Principal>,
    /// The account's name.
    pub name: String,
    /// A session that waits for the second factor: nothing is open to it but giving that.
    pub half: bool,
    /// What forms sent by a session must hold; none for a key.
    pub csrf: Option<String>,
}

/// Why an account or a key was not kept, or nobody let in.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Name, password or code do not fit. It does not say which.
    #[error("the name or the password is wrong")]
    Wrong,
    /// Too many failures: try again in so many seconds.
    #[error("too many attempts; try again in {0} s")]
    TooMany(u64),
    /// A value breaks a rule, at a field.
    #[error("{}", .1.en)]
    Invalid(&'static str, Invalid),
    /// There is no such account, key or link.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The way in by a provider ended without anybody let in.
    #[error(transparent)]
    Provider(#[from] super::oidc::OidcFault),
    /// What the database says.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// The accounts beside a log.
    pub fn of(store: Store) -> Self {
        let audit = Audit::of(store.clone());
        Self { audit, store, memory: Arc::default(), door: Arc::default(), provider: Arc::default() }
    }

    /// Where it is recorded who was let in and who was not.
    pub(super) fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Records something an account did, or that was tried in its name.
    fn note(&self, row: Option<&AccountRow>, action: &str, result: &str) {
        let (id, role) = row.map_or(("", ""), |row| (row.id.as_str(), row.role.as_str()));
        self.audit.note(id, role, action, "", result);
    }

    /// Records what whoever runs the program on the database itself did to an account or a key.
    ///
    /// # Errors
    /// What the database says.
    pub async fn operator_did(&self, action: &str, object: &str) -> Result<(), StoreError> {
        self.audit.by(&Principal::operator(), action, object, "ok").await
    }

    /// The accounts of a database beside a running server, which hears of changes within two seconds.
    ///
    /// # Errors
    /// What the database says, e.g. that it has no tables of Zeyou.
    pub async fn beside(address: &crate::store::Address, vault: crate::store::Vault) -> Result<Self, StoreError> {
        Ok(Self::of(Store::open_read_only(address.clone()).await?.sealed_by(vault)))
    }

    /// Whether an enterprise has an account that can sign in to rate.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rates_itself(&self, enterprise: &crate::domain::EnterpriseId) -> Result<bool, StoreError> {
        self.store.has_active_account("enterprise_rater", enterprise.as_str(), self.now()).await
    }

    /// Closes the connections of [`Self::beside`].
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Microseconds since 1970 by the clock of the log: what a session or a key has left is the same at every replica.
    fn now(&self) -> i64 {
        self.store.now().micros()
    }

    /// The principal of an account; none if it may not sign in.
    fn principal(row: &AccountRow, scopes: crate::domain::Scopes) -> Option<Principal> {
        let role = crate::domain::Role::parse(&row.role, &row.belongs);
        let role = role.inspect_err(|error| tracing::error!(account = row.id, ?error, "an account has no such role"));
        (row.disabled == 0).then_some(Principal { id: row.id.clone(), role: role.ok()?, scopes })
    }
}

fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// 256 random bits as text.
fn token() -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}
