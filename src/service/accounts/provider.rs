//! Signing in by a provider of OpenID Connect: only as an account that a one-time link has bound to the identity.

use std::sync::Arc;

use super::session::Begun;
use super::{AccountError, Accounts, DAY, sha256, token};
use crate::domain::{Invalid, Role};
use crate::service::oidc::{Flow, Identity, Oidc, OidcFault, Returned};
use crate::store::AccountRow;

/// A sign-in that goes on at the provider.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The provider's page.
    pub address: String,
    /// What the browser keeps until it comes back.
    pub flow: String,
}

impl Accounts {
    /// Lets people sign in by a provider. Once: another one is not taken.
    pub fn offer(&self, provider: Oidc) {
        if self.provider.set(Arc::new(provider)).is_err() {
            tracing::warn!("there is a provider already");
        }
    }

    /// Whether people may sign in by a provider.
    pub fn has_provider(&self) -> bool {
        self.provider.get().is_some()
    }

    /// Whether a one-time link that is bound at the provider still needs the code of our second factor.
    pub fn binds_with_code(&self) -> bool {
        self.provider.get().is_some_and(|provider| !provider.believes_factors())
    }

    fn oidc(&self) -> Result<&Oidc, AccountError> {
        Ok(self.provider.get().ok_or(OidcFault::Off)?)
    }

    /// Begins a sign-in.
    ///
    /// # Errors
    /// [`AccountError::Provider`].
    pub async fn leave(&self, next: &str) -> Result<Sent, AccountError> {
        self.send(&Flow::new(token(), None, next)).await
    }

    /// Begins to bind an account to an identity by its one-time link. Where the provider is not believed about second
    /// factors, ours is proven first.
    ///
    /// # Errors
    /// [`AccountError::NotFound`]; [`AccountError::Invalid`] for the code; [`AccountError::Provider`].
    pub async fn leave_to_bind(&self, link: &str, code: &str) -> Result<Sent, AccountError> {
        let oidc = self.oidc()?;
        let row = self.invited(link).await?;
        if row.totp.is_some() && row.totp_on == 0 && !oidc.believes_factors() && !self.code_fits(&row, code).await? {
            let (zh, en) =
                ("验证码不对，请核对手机时间后再试", "the code is wrong; check the phone's clock and try again");
            return Err(AccountError::Invalid("code", Invalid::new("wrong-code", zh, en)));
        }
        self.send(&Flow::new(token(), Some(link), "/")).await
    }

    async fn send(&self, flow: &Flow) -> Result<Sent, AccountError> {
        Ok(Sent { address: self.oidc()?.address(flow).await?, flow: flow.text() })
    }

    /// Ends a sign-in: who came back, as which account; and the page to go on to.
    ///
    /// # Errors
    /// [`AccountError::Provider`]; [`AccountError::NotFound`] if the link it was to bind by was used meanwhile.
    pub async fn come_back(&self, flow: &str, back: &Returned) -> Result<(Begun, String), AccountError> {
        let oidc = self.oidc()?;
        let flow = Flow::parse(flow).ok_or(OidcFault::Refused("the browser kept nothing of a sign-in"))?;
        let identity = oidc.identity(&flow, back, self.store.now()).await?;
        if !self.store.spend(&sha256(&flow.state()), self.now() + DAY).await? {
            return Err(OidcFault::Refused("this sign-in was used").into());
        }
        let row = match &flow.link {
            Some(link) => self.bind(oidc, link, &identity).await?,
            None => {
                let row = self.store.account_bound(oidc.issuer(), &identity.subject).await?;
                row.filter(|row| row.disabled == 0).ok_or(OidcFault::Unbound)?
            }
        };
        let waits = needs_factor(&row)? && !oidc.has_factor(&identity);
        if waits && row.totp_on == 0 {
            return Err(OidcFault::Factor.into());
        }
        // Whoever binds has given the code on the way out.
        let (binds, half) = (flow.link.is_some(), waits && flow.link.is_none());
        self.note(Some(&row), if binds { "bind-identity" } else { "sign-in" }, if half { "provider" } else { "ok" });
        Ok((self.begin(&row.id, half).await?, flow.next))
    }

    async fn bind(&self, oidc: &Oidc, link: &str, identity: &Identity) -> Result<AccountRow, AccountError> {
        let row = self.invited(link).await?;
        if needs_factor(&row)? && row.totp_on == 0 && !oidc.has_factor(identity) {
            return Err(OidcFault::Factor.into());
        }
        let bound = self.store.account_bound(oidc.issuer(), &identity.subject).await?;
        if bound.is_some_and(|other| other.id != row.id) {
            return Err(OidcFault::Taken.into());
        }
        if !self.store.take_invitation(&sha256(link)).await? {
            return Err(AccountError::NotFound("link"));
        }
        self.store.bind_account(&row.id, oidc.issuer(), &identity.subject).await?;
        self.store.end_sessions(&row.id).await?;
        self.memory.forget();
        Ok(row)
    }
}

fn needs_factor(row: &AccountRow) -> Result<bool, AccountError> {
    let role = Role::parse(&row.role, &row.belongs).map_err(|invalid| AccountError::Invalid("role", invalid))?;
    Ok(row.totp_on == 1 || role.needs_second_factor())
}
