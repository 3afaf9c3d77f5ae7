//! A page for one person with one task: no navigation, little to load.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::answer::send_markup;
use super::assets;
use super::frame::{head, other_language};
use super::texts::frame;
use super::visit::Visit;

/// Sends it.
pub(super) fn send(visit: &Visit, status: StatusCode, title: &str, body: &Markup) -> HttpResponse {
    let (other, name) = other_language(visit);
    // Relative, so that the page of a bad link does not depend on the link.
    let there = format!("?lang={}", other.code());
    let page = html! {
        (DOCTYPE)
        html lang=(visit.language.code()) class=[visit.large.then_some("large")] {
            (head(visit, title, &html! {
                meta name="robots" content="noindex";
                script src=(assets::address("rate.js")) defer {}
            }))
            body.phone {
                header.top {
                    span.brand {
                        span.seal aria-hidden="true" { (frame::BRAND.zh) }
                        span.brand-name { (visit.say(frame::BRAND)) }
                    }
                    div.tools role="group" aria-label=(visit.say(frame::TOOLS)) {
                        a href=(there) lang=(other.code()) hreflang=(other.code()) { (visit.say(name)) }
                    }
                }
                main #content { (body) }
            }
        }
    };
    send_markup(visit, status, page)
}
