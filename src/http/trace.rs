//! One span for each request, which goes on where the caller's trace came from (W3C Trace Context).

use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

/// The span of a request; costs next to nothing where nobody listens. No address, parameter or body is in it.
pub(super) fn span(request: &ServiceRequest, method: &'static str) -> Span {
    let span = tracing::debug_span!(
        target: "zeyou::span",
        "request",
        otel.kind = "server",
        otel.name = Empty,
        http.request.method = method,
        http.route = Empty,
        http.response.status_code = Empty,
        request_id = Empty,
    );
    if !span.is_disabled() && request.headers().contains_key("traceparent") {
        let context = TraceContextPropagator::new().extract(&Headers(request.headers()));
        if let Err(error) = span.set_parent(context) {
            tracing::debug!(%error, "a caller's trace is not followed");
        }
    }
    span
}

/// What is known at the end.
pub(super) fn answered(span: &Span, route: &str, status: u16, request_id: impl FnOnce() -> Option<String>) {
    if span.is_disabled() {
        return;
    }
    span.record("http.route", route);
    span.record("http.response.status_code", status);
    if let Some(id) = request_id() {
        span.record("request_id", id);
    }
}
