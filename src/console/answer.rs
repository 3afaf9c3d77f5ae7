//! Sends a page: headers that every page has, and the reader's wishes remembered.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use maud::Markup;

use super::failure;
use super::form::CSRF_FIELD;
use super::frame::{Page, framed};
use super::visit::Visit;
use crate::http::Problem;

/// Only what this server sends is loaded or run; nothing inline, no frame around a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// An answer with the headers that everything of the console has.
pub(super) fn guarded(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    HEADERS.iter().for_each(|header| {
        response.insert_header(*header);
    });
    response
}

/// A page in its frame.
pub(super) fn send(visit: &Visit, status: StatusCode, page: &Page) -> HttpResponse {
    send_markup(visit, status, framed(visit, page))
}

/// A whole page.
pub(super) fn send_markup(visit: &Visit, status: StatusCode, page: Markup) -> HttpResponse {
    let mut response = guarded(status);
    response.content_type("text/html; charset=utf-8");
    response.insert_header((header::CONTENT_LANGUAGE, visit.language.code()));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response.insert_header((header::VARY, "Cookie"));
    visit.cookies().for_each(|cookie| {
        response.cookie(cookie);
    });
    response.body(with_word(visit, page.into_string()))
}

/// Puts the session's word into every form that is sent: none can be forgotten.
fn with_word(visit: &Visit, page: String) -> String {
    const FORM: &str = r#" method="post""#;
    let Some((_, Some(word))) = &visit.signed else { return page };
    let field = format!(r#"<input type="hidden" name="{CSRF_FIELD}" value="{word}">"#);
    let mut parts = page.split(FORM);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (head, rest) = part.split_once('>').unwrap_or((part, ""));
        whole.extend([FORM, head, ">", &field, rest]);
    }
    whole
}

/// The page, or the page that says why there is none.
pub(super) fn answer(request: &HttpRequest, visit: &Visit, result: Result<Page, Problem>) -> HttpResponse {
    match result {
        Ok(page) => send(visit, StatusCode::OK, &page),
        Err(problem) => failure::answer(request, &problem),
    }
}
