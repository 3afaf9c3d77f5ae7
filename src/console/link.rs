//! The rating link of an engagement for the park's manager: to be scanned or sent.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use qrcode::{Color, QrCode};

use super::answer::answer;
use super::figures;
use super::frame::{Page, Section};
use super::texts::rate;
use super::visit::{Visit, read_query};
use crate::http::{Problem, path_id};
use crate::service::{Acting, LINK_DAYS, RatingLink};

/// The white edge that readers of codes need, in modules.
const QUIET: usize = 4;

/// The link as text and as a QR code.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        read_query(&request, &[])?;
        let link = service.rating_link(&path_id(&request, "id")?, LINK_DAYS).await?;
        let address = {
            let connection = request.connection_info();
            format!("{}://{}{}", connection.scheme(), connection.host(), link.path)
        };
        let title = visit.say(rate::LINK_TITLE).to_owned();
        let body = body(&visit, &link, &address);
        Ok::<_, Problem>(Page { title, section: Section::None, body, as_of: None, charts: false })
    };
    answer(&request, &visit, result.await)
}

fn body(visit: &Visit, link: &RatingLink, address: &str) -> Markup {
    let until = figures::day(visit.language, link.until);
    html! {
        h1 { (visit.say(rate::LINK_TITLE)) }
        p.lead { (visit.fill(rate::LINK_PAIR, &[("college", &link.college), ("enterprise", &link.enterprise)])) }
        p { (visit.fill(rate::LINK_TEXT, &[("until", &until)])) }
        @if link.rated { p #rated { (visit.say(rate::LINK_RATED)) } }
        section.card.link {
            (qr(address, visit.say(rate::LINK_QR)))
            p { code #address { (address) } }
            p.no-print { a.button href=(link.path) { (visit.say(rate::LINK_OPEN)) } }
            p.fine { (visit.say(rate::LINK_CARE)) }
        }
    }
}

/// Dark modules as one path; nothing if the text is too long for a code.
pub(super) fn qr(text: &str, label: &str) -> Markup {
    let Ok(code) = QrCode::new(text) else { return html! {} };
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let path: String = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET)).collect();
    let side = width + 2 * QUIET;
    html! {
        svg.qr viewBox=(format!("0 0 {side} {side}")) role="img" aria-label=(label) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}
