//! The options of a provider of OpenID Connect.

use std::path::PathBuf;
use std::time::Duration;

use crate::service::ServiceError;
use crate::service::oidc::OidcSettings;
use crate::store::StoreError;

/// The client's secret, where no command line shows it.
const SECRET: &str = "ZEYOU_OIDC_CLIENT_SECRET";
/// Made-up names of keys make nobody ask the provider more often.
const COOL_DOWN: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub(super) struct OidcArguments {
    /// A provider of OpenID Connect to sign in by: its issuer, https://…; accounts are bound to it by their one-time links.
    #[arg(long, env = "ZEYOU_OIDC_ISSUER", requires = "oidc_client_id", requires = "public_url")]
    oidc_issuer: Option<String>,
    /// This server's name at the provider.
    #[arg(long, env = "ZEYOU_OIDC_CLIENT_ID", requires = "oidc_issuer")]
    oidc_client_id: Option<String>,
    /// A file with this server's secret at the provider; or give it as ZEYOU_OIDC_CLIENT_SECRET; none for a public client.
    #[arg(long, env = "ZEYOU_OIDC_CLIENT_SECRET_FILE", requires = "oidc_issuer")]
    oidc_client_secret_file: Option<PathBuf>,
    /// Values of amr or acr that stand for a second factor given at the provider; without, the account's own is asked for.
    #[arg(long, env = "ZEYOU_OIDC_SECOND_FACTOR", value_delimiter = ',', requires = "oidc_issuer")]
    oidc_second_factor: Vec<String>,
    /// The address under which browsers reach this server: https://HOST. The provider must know PUBLIC_URL/login/oidc/callback.
    #[arg(long, env = "ZEYOU_PUBLIC_URL")]
    public_url: Option<String>,
}

impl OidcArguments {
    /// The settings, if there is a provider.
    pub(super) fn settings(self) -> Result<Option<OidcSettings>, ServiceError> {
        let (Some(issuer), Some(client), Some(public)) = (self.oidc_issuer, self.oidc_client_id, self.public_url)
        else {
            return Ok(None);
        };
        let secret = match self.oidc_client_secret_file {
            Some(path) => {
                let text = std::fs::read_to_string(&path).map_err(|error| StoreError::File(path, error))?;
                Some(text.trim().to_owned())
            }
            None => std::env::var(SECRET).ok(),
        };
        let (factors, cool_down) = (self.oidc_second_factor, COOL_DOWN);
        Ok(Some(OidcSettings { issuer, client, secret, public, factors, cool_down }))
    }
}
