//! Who asks: a key in `Authorization`, or a session in a cookie. Nothing is answered to nobody but what is public.

use std::sync::Arc;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};

use super::address::Network;
use super::problem::{Place, Problem};
use crate::service::accounts::{AccountError, Known};
use crate::service::{Acting, Service};

/// How the service is reached and who is let in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Access {
    /// Everybody is the operator: for a loopback address only.
    pub open: bool,
    /// TLS ends before this process: cookies are `Secure` and named `__Host-`.
    pub behind_tls: bool,
    /// The demo's accounts can be taken with one click: for a loopback address only.
    pub demo: bool,
    /// Proxies whose `X-Forwarded-For` is believed, for the life of the process.
    pub trusted_proxies: &'static [Network],
}

/// The way in that a request took.
#[derive(Clone)]
pub(crate) struct Signed(pub(crate) Known);

/// The header that an unsafe request of a page's script holds.
const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");

impl Access {
    /// Of the server that answers a request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        request.app_data::<Data<Self>>().map_or_else(Self::default, |access| *access.as_ref())
    }

    /// The session cookie's name. Plain HTTP, on the loopback only, cannot have the prefix: browsers refuse it without TLS.
    fn cookie_name(self) -> &'static str {
        if self.behind_tls { "__Host-zeyou_session" } else { "zeyou_session" }
    }

    /// The cookie of a session; an empty token takes it away.
    pub(crate) fn cookie(self, token: &str) -> Cookie<'static> {
        let mut cookie = Cookie::build(self.cookie_name(), token.to_owned())
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.behind_tls)
            .finish();
        if token.is_empty() {
            cookie.set_max_age(Duration::ZERO);
        }
        cookie
    }

    /// The session's token that a request holds.
    pub(crate) fn token(self, request: &HttpRequest) -> Option<String> {
        request.cookie(self.cookie_name()).map(|cookie| cookie.value().to_owned()).filter(|token| !token.is_empty())
    }
}

/// What everybody may ask: health, the document, what pages load, ways in, and rating links, which are a way in of their own.
fn is_public(path: &str) -> bool {
    const EXACT: [&str; 9] = [
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/docs",
        "/login",
        "/login/code",
        "/login/demo",
        "/logout",
        "/favicon.ico",
    ];
    const BELOW: [&str; 4] = ["/docs/", "/assets/", "/r/", "/welcome/"];
    EXACT.contains(&path) || BELOW.iter().any(|start| path.starts_with(start))
}

/// Finds out who asks and lets them act; refuses nobody's requests for what is not public.
pub(super) async fn admit(request: &ServiceRequest) -> Result<(), HttpResponse> {
    let path = request.path().to_owned();
    if path.starts_with("/assets/") || path.starts_with("/health/") {
        return Ok(());
    }
    let refused = |problem: Problem| Err(problem.response(request.request()));
    let Some(service) = request.app_data::<Data<Service>>().cloned() else { return refused(unsigned()) };
    let access = Access::of(request.request());
    if access.open {
        request.extensions_mut().insert(service.operator());
        return Ok(());
    }
    match known(request, &service, access).await {
        Err(error) => refused(error.into()),
        Ok(Some(known)) if !known.half => {
            if unsafe_by_session(request, &known) {
                let (zh, en) = ("请求须带本会话的 X-CSRF-Token", "send the session's X-CSRF-Token");
                let problem = Problem::new(StatusCode::FORBIDDEN, "csrf", zh, en);
                return refused(problem.at(Place::Header("X-CSRF-Token")));
            }
            request.extensions_mut().insert(service.acting(Arc::clone(&known.principal)));
            request.extensions_mut().insert(Signed(known));
            Ok(())
        }
        Ok(known) => {
            if let Some(half) = known {
                request.extensions_mut().insert(Signed(half));
            }
            if is_public(&path) {
                return Ok(());
            }
            if wants_page(request) {
                let there = super::query::encoded(&request.uri().to_string());
                let to_login = (header::LOCATION, format!("/login?next={there}"));
                return Err(HttpResponse::SeeOther().insert_header(to_login).finish());
            }
            refused(unsigned())
        }
    }
}

/// The key or the session of a request. A key that is not good is no reason to look for a session.
async fn known(request: &ServiceRequest, service: &Service, access: Access) -> Result<Option<Known>, AccountError> {
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let key = value.to_str().ok().and_then(|value| value.split_once(' '));
        let key = key.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, key)| key.trim());
        return match key {
            Some(key) => service.accounts().of_key(key).await,
            None => Ok(None),
        };
    }
    match access.token(request.request()) {
        Some(token) => service.accounts().of_session(&token).await,
        None => Ok(None),
    }
}

/// A program's request that changes something, signed by a browser's cookie and without the session's own word. Forms have
/// the word in a field: whoever reads one looks at it.
fn unsafe_by_session(request: &ServiceRequest, known: &Known) -> bool {
    let Some(csrf) = &known.csrf else { return false };
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let word = request.headers().get(CSRF).and_then(|value| value.to_str().ok());
    !safe && request.path().starts_with("/api/") && word != Some(csrf.as_str())
}

fn wants_page(request: &ServiceRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let program = ["/api/", "/metrics"].iter().any(|start| request.path().starts_with(start));
    !program && accept.contains("text/html") && [Method::GET, Method::HEAD].contains(request.method())
}

/// Nobody is signed in.
fn unsigned() -> Problem {
    let (zh, en) = ("请先登录，或带上 API 密钥", "sign in, or send an API key");
    Problem::new(StatusCode::UNAUTHORIZED, "not-signed-in", zh, en)
        .at(Place::Header("Authorization"))
        .with(header::WWW_AUTHENTICATE, "Bearer realm=\"zeyou\"")
}

/// The service, as whoever asks. A route that takes it can be reached by nobody else, whatever is public above.
impl FromRequest for Acting {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let acting = request.extensions().get::<Self>().cloned();
        let refuse = || InternalError::from_response("not signed in", unsigned().response(request)).into();
        std::future::ready(acting.ok_or_else(refuse))
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Wrong => {
                let (zh, en) = ("名称或密码不对", "the name or the password is wrong");
                Self::new(StatusCode::UNAUTHORIZED, "wrong-password", zh, en).at(Place::Header("Authorization"))
            }
            AccountError::TooMany(seconds) => {
                let zh = format!("尝试过多，请 {seconds} 秒后再试");
                let en = format!("too many attempts; try again in {seconds} s");
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", zh, en)
                    .with(header::RETRY_AFTER, seconds.to_string())
            }
            AccountError::Invalid(field, invalid) => Self::invalid(Place::Body(format!("/{field}")), invalid),
            AccountError::NotFound(what) => {
                let zh = match what {
                    "account" => "没有这个账号",
                    "key" => "没有这个密钥",
                    _ => "链接无效、已用过或已过期",
                };
                Self::new(StatusCode::NOT_FOUND, "not-found", zh, format!("there is no such {what}"))
            }
            AccountError::Store(error) => crate::service::ServiceError::Store(error).into(),
        }
    }
}
