//! Signing in by a provider of OpenID Connect: the code flow with PKCE. An identity is bound to an account that was made
//! for it; none is ever made by signing in.

mod claims;
mod fetch;
mod jws;
mod provider;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use claims::{Expected, Identity, identity};
pub use jws::{JwsFault, KeySet};

use crate::domain::Timestamp;
use provider::Provider;

/// Where a provider sends people back to, below this server's public address.
pub const CALLBACK: &str = "/login/oidc/callback";

/// How a provider is reached.
#[derive(Clone)]
pub struct OidcSettings {
    /// The provider's own name: an `https://` address.
    pub issuer: String,
    /// This server's name at the provider.
    pub client: String,
    /// This server's secret at the provider, if it has one.
    pub secret: Option<String>,
    /// The address under which browsers reach this server: scheme, host and port.
    pub public: String,
    /// Values of `amr` or `acr` that stand for a second factor given at the provider; none: ours is asked for.
    pub factors: Vec<String>,
    /// The shortest time between two requests for the provider's keys.
    pub cool_down: Duration,
}

impl OidcSettings {
    /// The one address that the provider may send people back to.
    pub(super) fn redirect(&self) -> String {
        format!("{}{CALLBACK}", self.public.trim_end_matches('/'))
    }
}

/// Why nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum OidcFault {
    /// There is no provider.
    #[error("there is no provider")]
    Off,
    /// An answer of the provider, or of the browser, is not what it must be.
    #[error("the answer is not accepted: {0}")]
    Refused(&'static str),
    /// The token is not the provider's.
    #[error("the ID token is not accepted: {0}")]
    Signature(JwsFault),
    /// No account was made for this identity.
    #[error("no account is bound to this identity")]
    Unbound,
    /// Another account has this identity.
    #[error("another account is bound to this identity")]
    Taken,
    /// The account needs a second factor: neither the provider said that one was given, nor was ours enrolled.
    #[error("a second factor is needed")]
    Factor,
    /// The provider does not answer as it should.
    #[error("the provider cannot be asked: {0}")]
    Away(String),
}

/// A provider that people may sign in by.
pub struct Oidc {
    settings: OidcSettings,
    provider: Provider,
}

impl Oidc {
    /// A provider; it is asked when the first person signs in.
    ///
    /// # Errors
    /// Why TLS cannot be spoken here.
    pub fn new(settings: OidcSettings) -> Result<Self, String> {
        Ok(Self { settings, provider: Provider::new()? })
    }

    pub(super) fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Whether the provider may be believed about second factors at all.
    pub(super) fn believes_factors(&self) -> bool {
        !self.settings.factors.is_empty()
    }

    /// Whether a second factor was given at the provider.
    pub(super) fn has_factor(&self, identity: &Identity) -> bool {
        identity.methods.iter().any(|method| self.settings.factors.contains(method))
    }

    /// The provider's page to send a browser to.
    pub(super) async fn address(&self, flow: &Flow) -> Result<String, OidcFault> {
        let discovery = self.provider.discovery(&self.settings).await?;
        let redirect = self.settings.redirect();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(flow.verifier().as_bytes()));
        let (state, nonce) = (flow.state(), flow.nonce());
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.settings.client),
            ("redirect_uri", &redirect),
            ("scope", "openid"),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let page = &discovery.authorization_endpoint;
        Ok(format!("{page}{}{query}", if page.contains('?') { '&' } else { '?' }))
    }

    /// Who a browser is that came back now.
    pub(super) async fn identity(&self, flow: &Flow, back: &Returned, now: Timestamp) -> Result<Identity, OidcFault> {
        let same: bool = flow.state().as_bytes().ct_eq(back.state.as_bytes()).into();
        if !same {
            return Err(OidcFault::Refused("state is that of another sign-in"));
        }
        if back.issuer.as_ref().is_some_and(|issuer| *issuer != self.settings.issuer) {
            return Err(OidcFault::Refused("iss is another provider"));
        }
        let Some(code) = back.code.as_deref().filter(|code| (1..=4_096).contains(&code.len())) else {
            return Err(OidcFault::Refused("the provider gave no code"));
        };
        self.provider.identity(&self.settings, code, flow, now).await
    }
}

/// What a provider sent a browser back with.
#[derive(Clone, Debug, Default)]
pub struct Returned {
    /// The code to exchange; none if the provider refused.
    pub code: Option<String>,
    /// What was sent along.
    pub state: String,
    /// Who says so (RFC 9207).
    pub issuer: Option<String>,
}

/// A sign-in that began in a browser: state, nonce and verifier come of one random token that only this browser keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    token: String,
    /// The one-time link that binds the identity, if one does.
    pub(super) link: Option<String>,
    /// The page to go on to.
    pub(super) next: String,
}

impl Flow {
    pub(super) fn new(token: String, link: Option<&str>, next: &str) -> Self {
        Self { token, link: link.map(str::to_owned), next: next.to_owned() }
    }

    /// As the browser keeps it: token, link and page.
    pub fn text(&self) -> String {
        let link = self.link.as_deref().unwrap_or_default();
        format!("{}.{link}.{}", self.token, URL_SAFE_NO_PAD.encode(&self.next))
    }

    /// What a browser kept; none if it is nothing that was given to one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (token, link, next) = (parts.next()?, parts.next()?, parts.next()?);
        let ours = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if parts.next().is_some() || text.len() > 4_096 || token.len() != 43 || !ours(token) || !ours(link) {
            return None;
        }
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
        Some(Self::new(token.to_owned(), Some(link).filter(|link| !link.is_empty()), &next))
    }

    fn derived(&self, what: &str) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("zeyou {what}\n{}", self.token)))
    }

    pub(super) fn state(&self) -> String {
        self.derived("state")
    }

    fn nonce(&self) -> String {
        self.derived("nonce")
    }

    fn verifier(&self) -> String {
        self.derived("verifier")
    }
}

/// Whether an address is `https`, or plain on this machine.
pub(crate) fn secure(address: &str) -> bool {
    let Ok(uri) = address.parse::<hyper::Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match uri.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => here,
        _ => false,
    }
}

/// A text as it is written in a form.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_keeps_one_token_and_everything_else_comes_of_it() {
        let flow = Flow::new("a".repeat(43), Some("l-i_nk"), "/parks/P1?x=1.2");
        assert_eq!(Flow::parse(&flow.text()), Some(flow.clone()));
        let all = [flow.state(), flow.nonce(), flow.verifier(), flow.token.clone()];
        let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), 4, "none tells another");
        for bad in ["", ".", "..", "a.b.c", &format!("{}..!", "a".repeat(43)), &format!("{}...", "a".repeat(43))] {
            assert_eq!(Flow::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_https_or_this_machine_is_secure() {
        for good in [
            "https://id.example",
            "https://id.example:8443/x",
            "http://127.0.0.1:9/x",
            "http://[::1]:9",
            "http://localhost",
        ] {
            assert!(secure(good), "{good}");
        }
        for bad in ["http://id.example", "ftp://id.example", "id.example", "", "https://", "http://127.0.0.1.example"] {
            assert!(!secure(bad), "{bad}");
        }
    }
}
