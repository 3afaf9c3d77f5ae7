//! The page for people who have to wait because too much is asked, by all or by them. It asks nothing of the console.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{ContentType, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};

use super::access::for_people;
use super::problem::Problem;

/// The problem, as a page if a person reads it.
pub(super) fn answer(request: &ServiceRequest, problem: &Problem) -> HttpResponse {
    if for_people(request) { page(request.request(), problem) } else { problem.response(request.request()) }
}

/// A page that tries again by itself, or says that what was sent was not saved.
fn page(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let mut response = HttpResponse::build(problem.status());
    let mut after = HeaderValue::from_static("1");
    for (name, value) in problem.headers() {
        if name == RETRY_AFTER {
            after = value.clone();
        }
        response.insert_header((name, value));
    }
    let seconds = after.to_str().unwrap_or("1");
    let invalid = problem.invalid_value();
    let (zh, en) = (invalid.zh.trim_end_matches('。'), invalid.en.trim_end_matches('.'));
    let sent = ![Method::GET, Method::HEAD].contains(request.method());
    let (refresh, zh, en) = if sent {
        (
            String::new(),
            format!("{zh}。这次提交没有保存：请在 {seconds} 秒后返回上一页重新提交。"),
            format!("{en}. What was sent was not saved: go back and send it again in {seconds} s."),
        )
    } else {
        (
            format!("\n<meta http-equiv=\"refresh\" content=\"{seconds}\">"),
            format!("{zh}。本页将在 {seconds} 秒后自动重试；已保存的内容没有丢失。"),
            format!("{en}. This page tries again in {seconds} s; nothing that was saved is lost."),
        )
    };
    let text = include_str!("../../web/wait.html");
    let text = text.replace("REFRESH", &refresh).replace("CHINESE", &zh).replace("ENGLISH", &en);
    response.content_type(ContentType::html()).body(text)
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_people_get_a_page() {
        let asked = |path: &str, accept: &str| {
            for_people(&TestRequest::with_uri(path).insert_header(("accept", accept)).to_srv_request())
        };
        assert!(asked("/", "text/html,application/xhtml+xml"));
        assert!(!asked("/", "application/json") && !asked("/", "*/*") && !asked("/api/v1/parks", "text/html"));
    }

    #[actix_web::test]
    async fn it_says_when_to_come_again_and_whether_anything_was_saved() {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate-limited", "过于频繁", "too often");
        let problem = problem.with(RETRY_AFTER, "90");
        for (request, again, said) in [
            (TestRequest::get(), true, "too often. This page tries again in 90 s"),
            (TestRequest::post(), false, "过于频繁。这次提交没有保存：请在 90 秒后"),
        ] {
            let page = page(&request.to_http_request(), &problem);
            assert_eq!(page.status(), StatusCode::TOO_MANY_REQUESTS);
            assert!(page.headers().get(RETRY_AFTER).is_some_and(|seconds| seconds == "90"));
            let body = to_bytes(page.into_body()).await.expect("a body");
            let text = String::from_utf8(body.to_vec()).expect("text");
            assert_eq!(text.contains("http-equiv=\"refresh\" content=\"90\""), again, "{text}");
            assert!(text.contains(said), "{text}");
        }
    }
}
