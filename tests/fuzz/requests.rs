//! Targets behind the real routes: whatever is sent, the answer is none of the server's faults, and it says what it is.

use std::collections::BTreeMap;

use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::test::{TestRequest, init_service, try_call_service};
use zeyou::http::{Access, Admission, Metrics, application};

use crate::runner::{corpus, run};
use crate::site::demo;

/// Sends what `make` makes of every input.
fn behind_routes(target: &str, make: impl Fn(&[u8]) -> Option<TestRequest>) {
    let system = actix_web::rt::System::new();
    let (service, folder) = system.block_on(demo());
    let metrics = Metrics::default();
    let admission = Admission::new(&metrics, 2);
    // What is tried here is input, not who may send it.
    let open = Access { open: true, ..Access::default() };
    let app = system.block_on(init_service(application(service, metrics, admission, open, zeyou::console::routes)));
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    run(target, &corpus(target), |bytes| {
        let Some(request) = make(bytes) else { return };
        let answer = system.block_on(try_call_service(&app, request.to_request()));
        let Ok(answer) = answer else { panic!("no answer") };
        let (status, media) = (answer.status().as_u16(), answer.headers().get("content-type").cloned());
        if system.block_on(too_busy(answer)) {
            return;
        }
        *statuses.entry(status).or_default() += 1;
        assert!(status < 500, "{status}");
        let media = media.as_ref().and_then(|media| media.to_str().ok()).unwrap_or_default();
        let refused = (400..500).contains(&status);
        assert!(!refused || media == "application/problem+json" || media.starts_with("text/html"), "{status} {media}");
    });
    println!("{target}: {statuses:?}");
    // A target that is refused at the door tests nothing: some inputs reach the use case, and some are refused by it.
    assert!(statuses.keys().any(|status| *status < 300 || *status == 403 || *status == 409), "{statuses:?}");
    assert!(statuses.contains_key(&400) || statuses.contains_key(&422), "{statuses:?}");
    drop(folder);
}

/// Whether a request was refused unseen, as on a machine that is too busy.
pub(crate) async fn too_busy<B: MessageBody>(answer: ServiceResponse<B>) -> bool {
    answer.status() == 503 && {
        let body = to_bytes(answer.into_body()).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&body);
        text.contains("errors/overloaded") || text.contains("<h1>请求过多")
    }
}

fn json(path: &'static str) -> impl Fn(&[u8]) -> Option<TestRequest> {
    move |bytes| {
        let request =
            TestRequest::with_uri(path).method(Method::POST).insert_header(("content-type", "application/json"));
        Some(request.insert_header(("idempotency-key", "k")).set_payload(bytes.to_vec()))
    }
}

/// An address that a client could send at all.
fn address(text: String) -> Option<TestRequest> {
    text.parse::<actix_web::http::Uri>().ok()?;
    Some(TestRequest::with_uri(&text).insert_header(("accept", "text/html, application/json")))
}

/// F1: a rating.
#[test]
fn rating() {
    behind_routes("rating", json("/api/v1/ratings"));
}

/// F7: the parameters of a question.
#[test]
fn query() {
    behind_routes("query", |bytes| {
        address(format!("/api/v1/parks/P0001/shortlist?{}", String::from_utf8_lossy(bytes).trim()))
    });
}

/// F8: the key of a write.
#[test]
fn key() {
    behind_routes("key", |bytes| {
        let value = actix_web::http::header::HeaderValue::from_bytes(bytes).ok()?;
        let body = r#"{"engagement":"G1","marks":{"overall":4,"supply":4,"skill":4,"stay":4,"help":4}}"#;
        let request = TestRequest::with_uri("/api/v1/ratings").method(Method::POST).set_payload(body);
        Some(request.insert_header(("content-type", "application/json")).append_header(("idempotency-key", value)))
    });
}

/// F12: a selection, and weights.
#[test]
fn selection() {
    behind_routes("selection", json("/api/v1/selections/solve"));
}

#[test]
fn sensitivity() {
    behind_routes("sensitivity", json("/api/v1/parks/P0001/sensitivity"));
}

/// F13: a scenario.
#[test]
fn scenario() {
    behind_routes("scenario", json("/api/v1/scenarios/evaluate"));
}

/// The addresses of pages, which say whole scenarios and selections.
#[test]
fn page() {
    behind_routes("page", |bytes| address(String::from_utf8_lossy(bytes).trim().to_owned()));
}
