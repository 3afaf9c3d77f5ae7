//! Asks a provider over HTTPS: one request, no redirect followed, bounds of time and size.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of an answer at most.
const MOST: usize = 256 * 1024;

/// A request to a provider.
pub(super) enum Ask<'a> {
    /// Reads what is there.
    Get,
    /// Sends a form, signed with a name and a secret if there is one.
    Form { body: String, basic: Option<&'a str> },
}

/// What asks.
pub(super) struct Fetch {
    tls: TlsConnector,
}

impl Fetch {
    /// Trusts whom the system trusts, or those in the file `SSL_CERT_FILE`.
    pub(super) fn new() -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        for certificate in rustls_native_certs::load_native_certs().certs {
            // One that cannot be read is one less to trust.
            let _ = roots.add(certificate);
        }
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Status and body of the answer.
    pub(super) async fn ask(&self, address: &str, ask: Ask<'_>) -> Result<(StatusCode, Vec<u8>), String> {
        let asked = tokio::time::timeout(PATIENCE, self.answer(address, ask));
        asked.await.unwrap_or_else(|_| Err("it does not answer in time".to_owned()))
    }

    async fn answer(&self, address: &str, ask: Ask<'_>) -> Result<(StatusCode, Vec<u8>), String> {
        let uri: Uri = address.parse().map_err(|_| "not an address".to_owned())?;
        let authority = uri.authority().ok_or("an address without a host")?;
        let secure = uri.scheme_str() == Some("https");
        let host = authority.host().trim_matches(['[', ']']);
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let tcp = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
        let (method, body, basic) = match ask {
            Ask::Get => (Method::GET, String::new(), None),
            Ask::Form { body, basic } => (Method::POST, body, basic),
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder().method(method.clone()).uri(path);
        request = request.header(HOST, authority.as_str()).header(ACCEPT, "application/json");
        if method == Method::POST {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(basic) = basic {
            request = request.header(AUTHORIZATION, format!("Basic {basic}"));
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())?;
        if secure {
            let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
            let tls = self.tls.connect(name, tcp).await.map_err(|error| error.to_string())?;
            exchange(TokioIo::new(tls), request).await
        } else {
            exchange(TokioIo::new(tcp), request).await
        }
    }
}

async fn exchange<T>(stream: T, request: Request<Full<Bytes>>) -> Result<(StatusCode, Vec<u8>), String>
where
    T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let told = |error: hyper::Error| error.to_string();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.map_err(told)?;
    let driven = tokio::spawn(connection);
    let answer = async {
        let (head, body) = sender.send_request(request).await.map_err(told)?.into_parts();
        let body = Limited::new(body, MOST).collect().await.map_err(|error| error.to_string())?;
        Ok((head.status, body.to_bytes().to_vec()))
    };
    let answer = answer.await;
    driven.abort();
    answer
}
