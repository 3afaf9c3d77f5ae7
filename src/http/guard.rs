//! Checks before any route, and the answers for what is no route.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse};

use super::problem::Problem;

const MAX_URI: usize = 8 * 1024;

/// Host, length of the address, what the reader accepts.
pub(super) async fn check(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let headers = request.headers();
    let problem = if request.uri().to_string().len() > MAX_URI {
        Some(Problem::new(StatusCode::URI_TOO_LONG, "uri-too-long", "地址超过 8 KiB", "the address exceeds 8 KiB"))
    } else if headers.get_all(header::HOST).count() != 1 && request.version() == actix_web::http::Version::HTTP_11 {
        Some(Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid-host",
            "须有且只有一个 Host",
            "send exactly one Host header",
        ))
    } else if !acceptable(headers.get(header::ACCEPT).and_then(|value| value.to_str().ok())) {
        Some(Problem::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", "只能以 JSON 回答", "the answer is JSON"))
    } else {
        None
    };
    match problem {
        Some(problem) => {
            let response = problem.response(request.request());
            Ok(request.into_response(response))
        }
        None => next.call(request).await,
    }
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

pub(super) async fn not_found(request: HttpRequest) -> HttpResponse {
    Problem::not_found().response(&request)
}

pub(super) fn method_not_allowed(allow: &str) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        format!("此处只允许 {allow}"),
        format!("only {allow} here"),
    )
    .with(header::ALLOW, allow)
}

pub(super) async fn method_not_allowed_list(request: HttpRequest) -> HttpResponse {
    method_not_allowed("GET").response(&request)
}

pub(super) async fn method_not_allowed_post(request: HttpRequest) -> HttpResponse {
    method_not_allowed("POST").response(&request)
}

pub(super) async fn method_not_allowed_one(request: HttpRequest) -> HttpResponse {
    method_not_allowed("GET, PUT, DELETE").response(&request)
}
