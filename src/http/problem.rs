//! Errors as RFC 9457 problems, in the reader's language.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::guard::RequestId;
use super::titles::title;
use crate::domain::Invalid;

/// The part of the request that is to blame.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// JSON pointer into the body; empty: the body as a whole.
    Body(String),
    /// A parameter of the path or the query.
    Parameter(String),
    /// A header.
    Header(&'static str),
}

/// A problem with its two sentences.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    invalid: Invalid,
    place: Option<Place>,
    headers: Vec<(HeaderName, String)>,
    /// For the operator's log only.
    cause: Option<String>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, slug: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::of(status, Invalid::new(slug, zh, en))
    }

    pub(crate) fn of(status: StatusCode, invalid: Invalid) -> Self {
        Self { status, invalid, place: None, headers: Vec::new(), cause: None }
    }

    /// A value of the request that breaks a rule.
    pub(crate) fn invalid(place: Place, invalid: Invalid) -> Self {
        Self::of(StatusCode::UNPROCESSABLE_ENTITY, invalid).at(place)
    }

    /// A parameter that breaks a rule.
    pub(crate) fn parameter(name: &str, invalid: Invalid) -> Self {
        Self::invalid(Place::Parameter(name.to_owned()), invalid)
    }

    /// A header that is missing or breaks a rule.
    pub(super) fn header(name: &'static str, slug: &str, zh: &str, en: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, slug, zh, en).at(Place::Header(name))
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn because(mut self, cause: &dyn std::error::Error) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "没有这个地址或对象", "there is nothing at this address")
    }

    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        let (zh, en) = (format!("此处只允许 {allow}"), format!("only {allow} here"));
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", zh, en).with(header::ALLOW, allow)
    }

    /// The status to answer with.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// Headers to answer with.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> + '_ {
        self.headers.iter().filter_map(|(name, value)| Some((name.clone(), HeaderValue::from_str(value).ok()?)))
    }

    /// What is wrong this time, in both languages.
    pub(crate) fn invalid_value(&self) -> &Invalid {
        &self.invalid
    }

    /// The parameter that is to blame, if one is.
    pub(crate) fn blamed_parameter(&self) -> Option<&str> {
        match &self.place {
            Some(Place::Parameter(name)) => Some(name),
            _ => None,
        }
    }

    /// Logs the inner cause, if there is one: once, under the request's name; the client learns nothing of it.
    pub(crate) fn log_cause(&self, request: &HttpRequest) -> Option<String> {
        let instance = request.extensions().get::<RequestId>().map(RequestId::urn);
        if let Some(cause) = &self.cause {
            let instance = instance.as_deref().unwrap_or_default();
            tracing::error!(instance, slug = self.invalid.rule, error = cause, "a request failed");
        }
        instance
    }

    /// The body as JSON.
    pub(super) fn text(&self, zh: bool, instance: Option<String>) -> String {
        let detail = if zh { &self.invalid.zh } else { &self.invalid.en };
        let (title_zh, title_en) = title(&self.invalid.rule, self.status);
        let body = ProblemBody {
            kind: format!("https://zeyou/errors/{}", self.invalid.rule),
            title: if zh { title_zh } else { title_en },
            status: self.status.as_u16(),
            detail,
            instance,
            errors: self.place.iter().map(|place| Fault::new(place, &self.invalid.rule, detail)).collect(),
        };
        serde_json::to_string(&body).unwrap_or_default()
    }

    /// The body as JSON, in the reader's language.
    pub(super) fn json(&self, request: &HttpRequest) -> String {
        let instance = self.log_cause(request);
        self.text(prefers_chinese(request), instance)
    }

    pub(crate) fn response(&self, request: &HttpRequest) -> HttpResponse {
        let zh = prefers_chinese(request);
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
        response.body(self.json(request))
    }
}

/// A problem (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody<'a> {
    /// 错误类型，同类错误相同 The kind of problem, the same for every occurrence.
    #[serde(rename = "type")]
    #[schema(example = "https://zeyou/errors/out-of-range")]
    kind: String,
    /// 该类错误的名称，按 Accept-Language 为中文或英文 Its name, in the reader's language.
    #[schema(example = "超出范围")]
    title: &'a str,
    /// HTTP 状态码 The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// 本次出错的说明 What is wrong this time.
    #[schema(example = "须在 1 到 100 之间")]
    detail: &'a str,
    /// 本次请求的编号，即 X-Request-Id The request's name, as in X-Request-Id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "urn:uuid:0b2f6c9e-6f3e-4a6c-9d0e-5f6b8f5d2c11")]
    instance: Option<String>,
    /// 出错之处；没有可指之处时省略 Where the faults lie; left out where there is no place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, min_items = 1)]
    errors: Vec<Fault<'a>>,
}

/// One fault, at exactly one of `pointer`, `parameter` and `header`.
#[derive(Serialize, ToSchema)]
pub(super) struct Fault<'a> {
    /// 请求体内的 JSON 指针，空串为整个请求体 JSON pointer into the body; empty: the body as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pointer: Option<&'a str>,
    /// 地址或查询中的参数 A parameter of the path or the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "top")]
    parameter: Option<&'a str>,
    /// 请求头 A header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    header: Option<&'a str>,
    /// 所违反的规则 The rule that is broken: the last segment of `type`.
    #[schema(example = "out-of-range")]
    code: &'a str,
    /// 说明 What is wrong.
    #[schema(example = "须在 1 到 100 之间")]
    detail: &'a str,
}

impl<'a> Fault<'a> {
    fn new(place: &'a Place, code: &'a str, detail: &'a str) -> Self {
        let nowhere = Self { pointer: None, parameter: None, header: None, code, detail };
        match place {
            Place::Body(pointer) => Self { pointer: Some(pointer), ..nowhere },
            Place::Parameter(name) => Self { parameter: Some(name), ..nowhere },
            Place::Header(name) => Self { header: Some(name), ..nowhere },
        }
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
