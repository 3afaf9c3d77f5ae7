//! A provider: where it is asked, which keys it signs with, and the exchange of a code for an identity.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use serde::Deserialize;
use tokio::sync::{Mutex, Semaphore};

use super::claims::{Expected, Identity, identity};
use super::fetch::{Ask, Fetch};
use super::jws::{JwsFault, KeySet};
use super::{Flow, OidcFault, OidcSettings, secure};
use crate::domain::Timestamp;

/// How long what a provider says of itself is believed.
const LIFE: Duration = Duration::from_secs(3_600);
/// Codes exchanged at one time; more have to try again.
const AT_ONCE: usize = 8;

/// What a provider says of itself (OpenID Connect Discovery 1.0).
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Discovery {
    issuer: String,
    pub(super) authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// What was fetched, and when it was last tried.
struct Cached<T> {
    value: Option<(Instant, Arc<T>)>,
    tried: Option<Instant>,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self { value: None, tried: None }
    }
}

impl<T> Cached<T> {
    fn fresh(&self) -> Option<Arc<T>> {
        self.value.as_ref().filter(|(since, _)| since.elapsed() < LIFE).map(|(_, value)| Arc::clone(value))
    }

    /// Whether it may be fetched now; then the next time is a cool-down away, whatever comes of it.
    fn may_try(&mut self, cool_down: Duration) -> bool {
        let may = self.tried.is_none_or(|tried| tried.elapsed() >= cool_down);
        if may {
            self.tried = Some(Instant::now());
        }
        may
    }

    fn keep(&mut self, value: T) -> Arc<T> {
        let value = Arc::new(value);
        self.value = Some((Instant::now(), Arc::clone(&value)));
        value
    }
}

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
}

pub(super) struct Provider {
    fetch: Fetch,
    discovery: Mutex<Cached<Discovery>>,
    keys: Mutex<Cached<KeySet>>,
    turns: Semaphore,
}

impl Provider {
    pub(super) fn new() -> Result<Self, String> {
        let (discovery, keys) = (Mutex::default(), Mutex::default());
        Ok(Self { fetch: Fetch::new()?, discovery, keys, turns: Semaphore::new(AT_ONCE) })
    }

    async fn read(&self, address: &str) -> Result<Vec<u8>, OidcFault> {
        match self.fetch.ask(address, Ask::Get).await {
            Ok((StatusCode::OK, body)) => Ok(body),
            Ok((status, _)) => Err(OidcFault::Away(format!("{address} answers {status}"))),
            Err(error) => Err(OidcFault::Away(format!("{address}: {error}"))),
        }
    }

    /// What the provider says of itself, asked at most once an hour, and after a failure once a cool-down.
    pub(super) async fn discovery(&self, settings: &OidcSettings) -> Result<Arc<Discovery>, OidcFault> {
        let mut cached = self.discovery.lock().await;
        if let Some(known) = cached.fresh() {
            return Ok(known);
        }
        if !cached.may_try(settings.cool_down) {
            return Err(OidcFault::Away("it did not answer a moment ago".to_owned()));
        }
        let address = format!("{}/.well-known/openid-configuration", settings.issuer.trim_end_matches('/'));
        let found: Discovery = serde_json::from_slice(&self.read(&address).await?)
            .map_err(|error| OidcFault::Away(format!("{address}: {error}")))?;
        if found.issuer != settings.issuer {
            return Err(OidcFault::Refused("the provider calls itself by another name than --oidc-issuer"));
        }
        let endpoints = [&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri];
        if !endpoints.iter().all(|endpoint| secure(endpoint)) {
            return Err(OidcFault::Refused("an endpoint of the provider is not https"));
        }
        Ok(cached.keep(found))
    }

    /// The provider's keys; `anew`: a token names one that is not among them.
    async fn keys(&self, settings: &OidcSettings, address: &str, anew: bool) -> Result<Arc<KeySet>, OidcFault> {
        let mut cached = self.keys.lock().await;
        let known = cached.fresh();
        if let Some(known) = known.as_ref().filter(|_| !anew) {
            return Ok(Arc::clone(known));
        }
        if !cached.may_try(settings.cool_down) {
            // Whoever sends made-up names of keys makes nobody ask the provider more often.
            return known.ok_or_else(|| OidcFault::Away("its keys were not there a moment ago".to_owned()));
        }
        let keys = KeySet::parse(&self.read(address).await?).map_err(|error| OidcFault::Away(error.to_string()))?;
        if !anew {
            // The first change of keys is looked for at once.
            cached.tried = None;
        }
        Ok(cached.keep(keys))
    }

    /// Exchanges a code for the identity that it stands for.
    pub(super) async fn identity(
        &self,
        settings: &OidcSettings,
        code: &str,
        flow: &Flow,
        now: Timestamp,
    ) -> Result<Identity, OidcFault> {
        let _turn = self.turns.try_acquire().map_err(|_| OidcFault::Away("too many sign-ins at once".to_owned()))?;
        let discovery = self.discovery(settings).await?;
        let token = self.token(settings, &discovery, code, &flow.verifier()).await?;
        let keys = self.keys(settings, &discovery.jwks_uri, false).await?;
        let payload = match keys.verify(&token) {
            Err(JwsFault::UnknownKey) => self.keys(settings, &discovery.jwks_uri, true).await?.verify(&token),
            done => done,
        };
        let payload = payload.map_err(OidcFault::Signature)?;
        let (nonce, now) = (flow.nonce(), now.micros() / 1_000_000);
        let expected = Expected { issuer: &settings.issuer, client: &settings.client, nonce: &nonce, now };
        identity(&payload, &expected).map_err(OidcFault::Refused)
    }

    async fn token(
        &self,
        settings: &OidcSettings,
        discovery: &Discovery,
        code: &str,
        verifier: &str,
    ) -> Result<String, OidcFault> {
        let redirect = settings.redirect();
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", verifier),
        ];
        let methods = discovery.token_endpoint_auth_methods_supported.as_deref();
        let posted = methods.is_some_and(|all| {
            !all.iter().any(|one| one == "client_secret_basic") && all.iter().any(|one| one == "client_secret_post")
        });
        let secret = settings.secret.as_deref();
        let basic = secret
            .filter(|_| !posted)
            .map(|secret| STANDARD.encode(format!("{}:{}", super::encoded(&settings.client), super::encoded(secret))));
        if basic.is_none() {
            fields.push(("client_id", settings.client.as_str()));
            fields.extend(secret.map(|secret| ("client_secret", secret)));
        }
        let ask = Ask::Form { body: super::form(&fields), basic: basic.as_deref() };
        let address = &discovery.token_endpoint;
        match self.fetch.ask(address, ask).await {
            Ok((StatusCode::OK, body)) => {
                let tokens: Tokens = serde_json::from_slice(&body)
                    .map_err(|_| OidcFault::Refused("the provider's answer to the code cannot be read"))?;
                tokens.id_token.ok_or(OidcFault::Refused("the provider gave no ID token"))
            }
            // The code was used, is over or was made for somebody else.
            Ok((status, _)) if status.is_client_error() => Err(OidcFault::Refused("the provider refuses the code")),
            Ok((status, _)) => Err(OidcFault::Away(format!("{address} answers {status}"))),
            Err(error) => Err(OidcFault::Away(format!("{address}: {error}"))),
        }
    }
}
