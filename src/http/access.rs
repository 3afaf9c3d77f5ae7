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
use crate::service::oidc::OidcFault;
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

    /// Plain HTTP cannot have the prefix here either.
    fn flow_name(self) -> &'static str {
        if self.behind_tls { "__Host-zeyou_flow" } else { "zeyou_flow" }
    }

    /// The cookie of a sign-in that goes on at a provider, for ten minutes; an empty text takes it away.
    pub(crate) fn flow_cookie(self, flow: &str) -> Cookie<'static> {
        let life = if flow.is_empty() { Duration::ZERO } else { Duration::minutes(10) };
        Cookie::build(self.flow_name(), flow.to_owned())
            .path("/")
            .http_only(true)
            // Whoever comes back comes from another site.
            .same_site(SameSite::Lax)
            .secure(self.behind_tls)
            .max_age(life)
            .finish()
    }

    /// The sign-in that a request goes on with.
    pub(crate) fn flow(self, request: &HttpRequest) -> Option<String> {
        request.cookie(self.flow_name()).map(|cookie| cookie.value().to_owned()).filter(|flow| !flow.is_empty())
    }

    /// The session's token that a request holds.
    pub(crate) fn token(self, request: &HttpRequest) -> Option<String> {
        request.cookie(self.cookie_name()).map(|cookie| cookie.value().to_owned()).filter(|token| !token.is_empty())
    }
}

/// What everybody may ask: health, the document, what pages load, ways in, and rating links, which are a way in of their own.
fn is_public(path: &str) -> bool {
    const EXACT: [&str; 11] = [
        "/health/live",
        "/health/ready",
        "/openapi.json",
        "/docs",
        "/login",
        "/login/code",
        "/login/demo",
        "/login/oidc",
        "/login/oidc/callback",
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
    if request.headers().contains_key(header::AUTHORIZATION) && access.token(request.request()).is_some() {
        // Which of the two is meant is not for us to guess.
        let (zh, en) = ("请求同时带了密钥与会话，请只带其一", "send a key or a session, not both");
        let problem = Problem::new(StatusCode::BAD_REQUEST, "ambiguous-credential", zh, en);
        return refused(problem.at(Place::Header("Authorization")));
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

/// Whether a request comes by a session, not by a key.
pub(crate) fn by_session(request: &HttpRequest) -> bool {
    request.extensions().get::<Signed>().is_some_and(|signed| signed.0.csrf.is_some())
}

/// Whether a person reads the answer, who did not send a form.
pub(super) fn wants_page(request: &ServiceRequest) -> bool {
    for_people(request) && [Method::GET, Method::HEAD].contains(request.method())
}

/// Whether a person reads the answer.
pub(super) fn for_people(request: &ServiceRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let program = ["/api/", "/metrics"].iter().any(|start| request.path().starts_with(start));
    !program && accept.contains("text/html")
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
            AccountError::Provider(fault) => provider(&fault),
            AccountError::Store(error) => crate::service::ServiceError::Store(error).into(),
        }
    }
}

/// Why nobody was let in by a provider; the cause is for the operator's log.
fn provider(fault: &OidcFault) -> Problem {
    match fault {
        OidcFault::Off => Problem::not_found(),
        OidcFault::Refused(_) | OidcFault::Signature(_) => {
            let zh = "单位统一身份的回答未被接受，请重新登录";
            let en = "what came back from your organisation was not accepted: sign in again";
            Problem::new(StatusCode::UNAUTHORIZED, "provider-refused", zh, en).because(fault)
        }
        OidcFault::Unbound => {
            let zh = "这个统一身份没有绑定账号：请向管理员要一次性链接，用它绑定";
            let en =
                "no account is bound to this identity: ask your administrator for a one-time link and bind it by that";
            Problem::new(StatusCode::FORBIDDEN, "not-bound", zh, en)
        }
        OidcFault::Taken => {
            let (zh, en) = ("这个统一身份已绑定另一个账号", "this identity is bound to another account");
            Problem::new(StatusCode::CONFLICT, "identity-taken", zh, en)
        }
        OidcFault::Factor => {
            let zh = "这个账号须有两步验证，单位统一身份这次没有给出：请在单位登录页使用两步验证，或向管理员要新链接";
            let en = "this account needs a second step, and your organisation gave none this time: use one there, or ask \
                      your administrator for a new link";
            Problem::new(StatusCode::FORBIDDEN, "second-factor-required", zh, en)
        }
        OidcFault::Away(_) => {
            let zh = "暂时联系不上单位统一身份，请稍后再试";
            let en = "your organisation's sign-in cannot be reached now: try again";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "provider-away", zh, en)
                .because(fault)
                .with(header::RETRY_AFTER, "30")
        }
    }
}
