//! Errors as RFC 9457 problems, in the reader's language.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::domain::Invalid;
use crate::service::ServiceError;
use crate::store::StoreError;

/// A problem with its two sentences.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    invalid: Invalid,
    pointer: Option<String>,
    headers: Vec<(header::HeaderName, String)>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, slug: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::of(status, Invalid::new(slug, zh, en))
    }

    pub(super) fn of(status: StatusCode, invalid: Invalid) -> Self {
        Self { status, invalid, pointer: None, headers: Vec::new() }
    }

    /// A value of the body or the query that breaks a rule.
    pub(super) fn invalid(pointer: impl Into<String>, invalid: Invalid) -> Self {
        let mut problem = Self::of(StatusCode::UNPROCESSABLE_ENTITY, invalid);
        problem.pointer = Some(pointer.into()).filter(|pointer| !pointer.is_empty());
        problem
    }

    pub(super) fn with(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "没有这个地址或对象", "there is nothing at this address")
    }

    pub(super) fn response(&self, request: &HttpRequest) -> HttpResponse {
        let zh = prefers_chinese(request);
        let detail = if zh { &self.invalid.zh } else { &self.invalid.en };
        let mut body = json!({
            "type": format!("https://zeyou/errors/{}", self.invalid.rule),
            "title": self.status.canonical_reason().unwrap_or("error"),
            "status": self.status.as_u16(),
            "detail": detail,
        });
        if let Some(pointer) = &self.pointer {
            body["errors"] =
                Value::Array(vec![json!({"pointer": pointer, "code": self.invalid.rule, "detail": detail})]);
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
        response.body(body.to_string())
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

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        use StatusCode as S;
        match error {
            ServiceError::Invalid(pointer, invalid) if invalid.rule == "invalid-verify-code" => {
                Self { pointer: Some(pointer).filter(|p| !p.is_empty()), ..Self::of(S::NOT_FOUND, invalid) }
            }
            ServiceError::Invalid(pointer, invalid) => Self::invalid(pointer, invalid),
            ServiceError::NotFound(what, id) => {
                let id: String = id.chars().take(64).collect();
                Self::new(
                    S::NOT_FOUND,
                    "not-found",
                    format!("没有“{id}”（{what}）"),
                    format!("there is no {what} `{id}`"),
                )
            }
            ServiceError::NoEngagement(_) => Self::new(
                S::FORBIDDEN,
                "no-engagement",
                "没有可评价的已确认合作",
                "there is no confirmed engagement to rate",
            ),
            ServiceError::AlreadyRated(id) => Self::new(
                S::CONFLICT,
                "already-rated",
                "该合作已评价，可修改原评价",
                "the engagement has been rated; revise that rating",
            )
            .with(header::LOCATION, format!("/api/v1/ratings/{id}")),
            ServiceError::RatingWithdrawn => {
                Self::new(S::CONFLICT, "rating-withdrawn", "该评价已撤回", "the rating was withdrawn")
            }
            ServiceError::PreconditionRequired => Self::new(
                S::PRECONDITION_REQUIRED,
                "precondition-required",
                "须带 If-Match（所依据的版本）",
                "send If-Match with the revision you saw",
            ),
            ServiceError::RevisionConflict(rev) => Self::new(
                S::PRECONDITION_FAILED,
                "revision-conflict",
                format!("已被他人修改，当前版本为 {rev}"),
                format!("somebody changed it; the revision is now {rev}"),
            )
            .with(header::ETAG, format!("\"{rev}\"")),
            ServiceError::InvalidSeq(head) => Self::new(
                S::BAD_REQUEST,
                "invalid-seq",
                format!("Zeyou-Min-Seq 远超日志末尾 {head}"),
                format!("Zeyou-Min-Seq lies far beyond the end of the log, {head}"),
            ),
            ServiceError::ReplicaBehind(seq) => Self::new(
                S::SERVICE_UNAVAILABLE,
                "replica-behind",
                format!("尚未更新到 {seq}，请稍后再试"),
                format!("seq {seq} is not served yet; try again"),
            )
            .with(header::RETRY_AFTER, "1"),
            ServiceError::Store(StoreError::KeyReuse) => Self::new(
                S::UNPROCESSABLE_ENTITY,
                "idempotency-key-reuse",
                "该 Idempotency-Key 已用于另一请求",
                "the Idempotency-Key was used for another request",
            ),
            ServiceError::Store(StoreError::KeyInFlight) => Self::new(
                S::CONFLICT,
                "idempotency-in-progress",
                "同一 Idempotency-Key 的请求正在处理",
                "a request with this Idempotency-Key is still running",
            )
            .with(header::RETRY_AFTER, "1"),
            ServiceError::Store(StoreError::Full) => Self::new(
                S::INSUFFICIENT_STORAGE,
                "storage-full",
                "磁盘已满，未写入",
                "the disk is full; nothing was written",
            ),
            ServiceError::Store(error) => {
                // Logged once, here; the client learns nothing about the database.
                tracing::error!(%error, "the store failed");
                Self::new(
                    S::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "暂时无法写入，请稍后以同一 Idempotency-Key 重试",
                    "the log cannot be written now; retry with the same Idempotency-Key",
                )
            }
        }
    }
}

/// An answer or the problem, rendered for this request.
pub(super) fn respond(request: &HttpRequest, result: Result<HttpResponse, Problem>) -> HttpResponse {
    result.unwrap_or_else(|problem| problem.response(request))
}
