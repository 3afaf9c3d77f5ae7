//! Pages for what went wrong: what it is, and what to do now.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use maud::html;

use super::answer::send;
use super::frame::{Page, Section};
use super::texts::failure;
use super::visit::Visit;
use crate::http::{Problem, title};

/// The page that says why there is no other.
pub(super) fn answer(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let visit = Visit::of(request);
    let status = problem.status();
    let instance = problem.log_cause(request);
    let invalid = problem.invalid_value();
    let kind = title(&invalid.rule, status);
    let kind = visit.language.pick(kind.0, kind.1);
    let heading = match status {
        StatusCode::NOT_FOUND => visit.say(failure::TITLE_404),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => visit.say(failure::TITLE_PARAMETER),
        StatusCode::SERVICE_UNAVAILABLE => visit.say(failure::TITLE_BUSY),
        _ => visit.say(failure::TITLE_OTHER),
    };
    let detail = visit.language.pick(&invalid.zh, &invalid.en);
    let detail = match problem.blamed_parameter() {
        Some(name) => visit.fill(failure::PARAMETER, &[("name", name), ("detail", detail)]),
        None => detail.clone(),
    };
    let body = html! {
        div.failure {
            p.failure-status aria-hidden="true" { (status.as_str()) }
            h1 { (heading) }
            p.lead { (detail) }
            h2 { (visit.say(failure::WHAT_NOW)) }
            ul {
                @if status == StatusCode::SERVICE_UNAVAILABLE {
                    li { a href=(visit.here_with(&[])) { (visit.say(failure::TRY_AGAIN)) } }
                } @else if !request.query_string().is_empty() && status != StatusCode::NOT_FOUND {
                    li { a href=(request.path()) { (visit.say(failure::GO_BACK)) } }
                }
                li { a href="/" { (visit.say(failure::GO_HOME)) } }
            }
            @if let Some(instance) = instance {
                p.fine { (visit.say(failure::INSTANCE)) code { (instance) } }
            }
        }
    };
    let page = Page { title: kind.to_owned(), section: Section::None, body, as_of: None, charts: false };
    send(&visit, status, &page)
}

/// A page with a form that is sent to its own address.
pub(super) async fn read_or_sent(request: HttpRequest) -> HttpResponse {
    let problem = Problem::method_not_allowed("GET, HEAD, POST");
    problem.response(&request)
}

/// What a form is sent to is not read: the page with the form is the first part of its address.
pub(super) async fn only_sent(request: HttpRequest) -> HttpResponse {
    let problem = Problem::method_not_allowed("POST");
    problem.response(&request)
}

/// A page is only read.
pub(super) async fn wrong_method(request: HttpRequest) -> HttpResponse {
    let problem = Problem::method_not_allowed("GET, HEAD");
    problem.response(&request)
}
