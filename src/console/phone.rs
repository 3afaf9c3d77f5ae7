//! A page for one person with one task: no navigation, little to load.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::answer::send_markup;
use super::assets;
use super::language::Language;
use super::texts::frame;
use super::visit::Visit;

/// Sends it.
pub(super) fn send(visit: &Visit, status: StatusCode, title: &str, body: &Markup) -> HttpResponse {
    let (other, name) = match visit.language {
        Language::Chinese => (Language::English, frame::ENGLISH),
        Language::English => (Language::Chinese, frame::CHINESE),
    };
    // Relative, so that the page of a bad link does not depend on the link.
    let there = format!("?lang={}", other.code());
    let page = html! {
        (DOCTYPE)
        html lang=(visit.language.code()) class=[visit.large.then_some("large")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " · " (visit.say(frame::BRAND)) }
                link rel="icon" href=(assets::address("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(assets::address("console.css"));
                script src=(assets::address("rate.js")) defer {}
            }
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
