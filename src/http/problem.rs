//! Errors as RFC 9457 problems, in the reader's language.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::guard::RequestId;
use super::titles::title;
use crate::domain::Invalid;

/// The part of the request that is to blame.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// JSON pointer into the body; empty: the body as a whole.
    Body(String),
    /// A parameter of the path or the query.
    Parameter(String),
    /// A header.
    Header(&'static str),
}

/// A problem with its two sentences.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    invalid: Invalid,
    place: Option<Place>,
    headers: Vec<(HeaderName, String)>,
    /// For the operator's log only.
    cause: Option<String>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, slug: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::of(status, Invalid::new(slug, zh, en))
    }

    pub(super) fn of(status: StatusCode, invalid: Invalid) -> Self {
        Self { status, invalid, place: None, headers: Vec::new(), cause: None }
    }

    /// A value of the request that breaks a rule.
    pub(super) fn invalid(place: Place, invalid: Invalid) -> Self {
        Self::of(StatusCode::UNPROCESSABLE_ENTITY, invalid).at(place)
    }

    /// A parameter that breaks a rule.
    pub(super) fn parameter(name: &str, invalid: Invalid) -> Self {
        Self::invalid(Place::Parameter(name.to_owned()), invalid)
    }

    /// A header that is missing or breaks a rule.
    pub(super) fn header(name: &'static str, slug: &str, zh: &str, en: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, slug, zh, en).at(Place::Header(name))
    }

    pub(super) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    pub(super) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn because(mut self, cause: &dyn std::error::Error) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "没有这个地址或对象", "there is nothing at this address")
    }

    pub(super) fn response(&self, request: &HttpRequest) -> HttpResponse {
        let zh = prefers_chinese(request);
        let detail = if zh { &self.invalid.zh } else { &self.invalid.en };
        let (title_zh, title_en) = title(&self.invalid.rule, self.status);
        let mut body = Map::from_iter([
            ("type".to_owned(), format!("https://zeyou/errors/{}", self.invalid.rule).into()),
            ("title".to_owned(), if zh { title_zh } else { title_en }.into()),
            ("status".to_owned(), self.status.as_u16().into()),
            ("detail".to_owned(), detail.as_str().into()),
        ]);
        let instance = request.extensions().get::<RequestId>().map(RequestId::urn);
        if let Some(cause) = &self.cause {
            // Logged once, here; the client learns nothing of the inside but can name the request.
            let instance = instance.as_deref().unwrap_or_default();
            tracing::error!(instance, slug = self.invalid.rule, error = cause, "a request failed");
        }
        body.extend(instance.map(|instance| ("instance".to_owned(), instance.into())));
        if let Some(place) = &self.place {
            let (kind, place) = match place {
                Place::Body(pointer) => ("pointer", pointer.as_str()),
                Place::Parameter(name) => ("parameter", name.as_str()),
                Place::Header(name) => ("header", *name),
            };
            let error = json!({kind: place, "code": self.invalid.rule, "detail": detail});
            body.insert("errors".to_owned(), Value::Array(vec![error]));
        }
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        response.insert_header((header::CONTENT_LANGUAGE, if zh { "zh-CN" } else { "en" }));
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.insert_header((name.clone(), value));
            }
        }
        if self.status == StatusCode::PAYLOAD_TOO_LARGE || self.status == StatusCode::REQUEST_TIMEOUT {
            response.force_close();
        }
        response.body(Value::Object(body).to_string())
    }
}

/// Chinese unless the reader names English first.
fn prefers_chinese(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("zh");
    let lower = accepted.to_ascii_lowercase();
    match (lower.find("zh"), lower.find("en")) {
        (Some(zh), Some(en)) => zh < en,
        (None, Some(_)) => false,
        _ => true,
    }
}

/// An answer or the problem, rendered for this request.
pub(super) fn respond(request: &HttpRequest, result: Result<HttpResponse, Problem>) -> HttpResponse {
    result.unwrap_or_else(|problem| problem.response(request))
}
