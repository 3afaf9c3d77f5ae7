//! Checks before any route, and the answers for what is no route.

use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use uuid::Uuid;

use super::problem::{Place, Problem};
use super::refusals::rebuilding;
use super::{access, budget, waiting};
use crate::domain::Role;
use crate::live::Standing;
use crate::service::{Acting, Service, in_request};

/// Names a request, in problems (`instance`), in the answer's `X-Request-Id` and in the operator's log.
#[derive(Clone, Copy)]
pub(super) struct RequestId(Uuid);

impl RequestId {
    /// A new one; what a client sends under that name is not looked at.
    pub(super) fn new() -> Self {
        Self(uuid::Builder::from_random_bytes(rand::random()).into_uuid())
    }

    pub(super) fn urn(&self) -> String {
        self.0.urn().to_string()
    }

    pub(super) fn hyphenated(&self) -> String {
        self.0.hyphenated().to_string()
    }
}

/// Behind TLS a browser comes by TLS for a year, to this host and those below it.
const HSTS: &str = "max-age=31536000; includeSubDomains";
const MAX_URI: usize = 8 * 1024;
/// What was seen of the log so long ago is as good as now; older answers say their age in `Zeyou-Staleness`, in seconds.
const FRESH: Duration = Duration::from_secs(3);

/// Gives the request its id; checks length of the address, what the reader accepts.
pub(super) async fn check(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::new();
    request.extensions_mut().insert(id);
    let headers = request.headers();
    let problem = if request.uri().to_string().len() > MAX_URI {
        Some(Problem::new(StatusCode::URI_TOO_LONG, "uri-too-long", "地址超过 8 KiB", "the address exceeds 8 KiB"))
    } else if !acceptable(headers.get(header::ACCEPT).and_then(|value| value.to_str().ok())) {
        let problem =
            Problem::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", "只能以 JSON 回答", "the answer is JSON");
        Some(problem.at(Place::Header("Accept")))
    } else if request.path().starts_with("/api/") && standing(&request).is_some_and(|standing| standing.is_wrong()) {
        // What is served is not what the log holds.
        Some(rebuilding())
    } else {
        None
    };
    let behind_tls = access::Access::of(request.request()).behind_tls;
    let age = request.app_data::<Data<Service>>().map(|service| service.live().freshness().age());
    let refused = match problem {
        Some(problem) => Some(problem.response(request.request())),
        None => match access::admit(&request).await {
            Err(response) => Some(response),
            Ok(()) => budget::spend(&request).await.err().map(|error| waiting::answer(&request, &Problem::from(error))),
        },
    };
    let answering = async {
        match refused {
            Some(response) => Ok(request.into_response(response)),
            None => next.call(request).await,
        }
    };
    let mut response = in_request(id.hyphenated(), answering).await?;
    in_request(id.hyphenated(), async { note_refusal(&response) }).await;
    if let Ok(value) = HeaderValue::from_str(id.0.hyphenated().encode_lower(&mut Uuid::encode_buffer())) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if behind_tls {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    if let Some(age) = age.filter(|age| *age > FRESH) {
        response.headers_mut().insert(HeaderName::from_static("zeyou-staleness"), age.as_secs().into());
    }
    Ok(response)
}

/// Keeps in the audit log that somebody was not let in, or not to this; by kind of request, not by each.
fn note_refusal(response: &ServiceResponse<BoxBody>) {
    let (request, status) = (response.request(), response.status());
    let Some(pattern) = request.match_pattern() else { return };
    let extensions = request.extensions();
    let who = extensions.get::<Acting>().map(|acting| acting.principal());
    // What is not there is looked for by whoever guesses codes; the operator may see all, and guesses nothing.
    let guessed =
        status == StatusCode::NOT_FOUND && pattern.contains('{') && who.is_some_and(|who| who.role != Role::Operator);
    if !guessed && status != StatusCode::UNAUTHORIZED && status != StatusCode::FORBIDDEN {
        return;
    }
    // What links hold is a secret.
    let told = !pattern.contains("{token}") && !pattern.contains("{link}");
    let object = request.match_info().iter().next().filter(|_| told).map(|(_, value)| value.to_owned());
    let object = object.unwrap_or_default();
    if let Some(service) = request.app_data::<Data<Service>>() {
        let action = format!("{} {pattern}", request.method());
        service.note_refusal(who, &action, &object, status.as_str());
    }
}

fn standing(request: &ServiceRequest) -> Option<Standing> {
    Some(request.app_data::<Data<Service>>()?.live().standing())
}

fn acceptable(accept: Option<&str>) -> bool {
    let Some(accept) = accept else { return true };
    let fits = |range: &str| {
        let media = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let known = ["*/*", "application/*", "application/json", "application/problem+json"];
        known.contains(&media.as_str()) || media.starts_with("text/") || media.starts_with("image/") || media.is_empty()
    };
    accept.split(',').any(fits)
}

pub(crate) async fn not_found(request: HttpRequest) -> HttpResponse {
    Problem::not_found().response(&request)
}

pub(super) async fn method_not_allowed_list(request: HttpRequest) -> HttpResponse {
    Problem::method_not_allowed("GET").response(&request)
}

pub(super) async fn method_not_allowed_post(request: HttpRequest) -> HttpResponse {
    Problem::method_not_allowed("POST").response(&request)
}

pub(super) async fn method_not_allowed_some(request: HttpRequest) -> HttpResponse {
    Problem::method_not_allowed("GET, POST").response(&request)
}

pub(super) async fn method_not_allowed_one(request: HttpRequest) -> HttpResponse {
    Problem::method_not_allowed("GET, PUT, DELETE").response(&request)
}

pub(super) async fn method_not_allowed_open(request: HttpRequest) -> HttpResponse {
    Problem::method_not_allowed("GET, PUT").response(&request)
}

pub(super) async fn method_not_allowed_delete(request: HttpRequest) -> HttpResponse {
    Problem::method_not_allowed("DELETE").response(&request)
}
