//! S3, many parks at once (多园区统筹择优): the best pairs under wishes and limits, their prices, or why there are none.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::answer::send;
use super::frame::{Page, Section};
use super::needs::see;
use super::selections_list as list;
use super::selections_map::{self, Marks};
use super::selections_state::{Asked, raw};
use super::texts::{home, selections};
use super::visit::{Visit, address};
use super::{decision_form, failure, form, selections_form, selections_words};
use crate::domain::SelectionStatus;
use crate::http::Problem;
use crate::service::{Acting, Parks, SelectionBoard};

/// A form, in bytes.
const MOST: usize = 32 * 1024;
/// So many parks are answered at once when the page is opened; more wait for the button.
const AT_ONCE: usize = 60;

/// The page; its address is the question.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        if let Some(address) = selections_form::sent(&visit, &service, &raw(&request))? {
            return Ok(see(&address));
        }
        let asked = Asked::of(&request)?;
        let parks = service.parks();
        let now = !parks.cards.is_empty() && (asked.given || parks.cards.len() <= AT_ONCE);
        let found = if now { Some(service.selection_board(asked.question(&service)).await) } else { None };
        let (found, refused) = match found.transpose().map_err(Problem::from) {
            Ok(found) => (found, None),
            // What the reader can mend is said above the form that mends it.
            Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => (None, Some(problem)),
            Err(problem) => return Err(problem),
        };
        let status = refused.as_ref().map_or(StatusCode::OK, Problem::status);
        let page = Page {
            title: visit.say(selections::TITLE).to_owned(),
            section: Section::Workbench,
            body: body(&visit, &service, &asked, &parks, found.as_ref(), refused.as_ref()),
            as_of: Some(found.map_or(parks.as_of, |found| found.answer.as_of)),
            charts: false,
        };
        Ok::<_, Problem>(send(&visit, status, &page))
    };
    result.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}

fn body(
    visit: &Visit,
    service: &Acting,
    asked: &Asked,
    parks: &Parks,
    found: Option<&SelectionBoard>,
    refused: Option<&Problem>,
) -> Markup {
    let presets = service.presets();
    let feasible = found.filter(|found| found.answer.selection.selection.status != SelectionStatus::Infeasible);
    html! {
        p.crumbs { a href="/" { (visit.say(home::TITLE)) } }
        h1 { (visit.say(selections::TITLE)) }
        p.lead { (visit.say(selections::LEAD)) }
        @if let Some(problem) = refused {
            @let invalid = problem.invalid_value();
            p.notice #refused role="alert" { (visit.language.pick(&invalid.zh, &invalid.en)) }
        }
        @if parks.cards.is_empty() { div.empty { p { (visit.say(home::EMPTY)) } } } @else {
            div.lab.selections {
                (selections_form::form(visit, asked, parks, &presets))
                div {
                    @match (feasible, found) {
                        (Some(found), _) => (answer(visit, asked, found)),
                        (None, Some(found)) => (selections_words::infeasible(visit, asked, found)),
                        (None, None) => { @if refused.is_none() { div.empty { p { (visit.say(selections::FIRST)) } } } },
                    }
                    (list::wishes(visit, asked, found))
                    section.card { h2 { (visit.say(selections::ADD)) } (selections_form::pair_form(visit, service, parks)) }
                    @if let Some(found) = feasible {
                        (list::places(visit, asked, found))
                        (adopt(visit, service, found))
                    }
                }
            }
        }
    }
}

fn answer(visit: &Visit, asked: &Asked, found: &SelectionBoard) -> Markup {
    let (_, shown) = list::page_of(asked, &found.answer.selection.selection.pairs);
    let marks = Marks::of(shown);
    html! {
        section.card #pairs {
            h2 { (visit.say(selections::PAIRS)) }
            (list::summary(visit, found))
            (list::pairs(visit, asked, found, &marks))
            p.inline.acts-row {
                a #share href=(visit.here_with(&[])) { (visit.say(selections::SHARE)) }
                a href=(visit.here_at("/selections/pairs.csv")) { (visit.say(selections::CSV)) }
                a href=(visit.here_at("/selections/pairs.xlsx")) { (visit.say(selections::XLSX)) }
            }
        }
        (selections_map::map(visit, found, shown, &marks))
    }
}

fn adopt(visit: &Visit, service: &Acting, found: &SelectionBoard) -> Markup {
    let n = found.answer.selection.selection.pairs.len();
    html! {
        @if n > 0 {
            details.card #adopt {
                summary { h2 { (visit.say(selections::ADOPT)) } }
                p.fine { (visit.fill(selections::ADOPT_TEXT, &[("n", &n.to_string())])) }
                form.entry method="post" action=(visit.here_at("/selections/adopt")) {
                    input type="hidden" name="mark" value=(found.mark());
                    (decision_form::fields(visit, service.today(), &html! {}))
                }
            }
        }
    }
}

/// Records the selection of the address as a decision.
pub(super) async fn decide(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let asked = Asked::of(&request)?;
        let sent = form::read(&request, payload, MOST).await?;
        let new = decision_form::read(&sent)?;
        let made = service.adopt_selection(asked.question(&service), &sent.text("mark"), new).await?;
        Ok::<_, Problem>(see(&address(&format!("/decisions/{}", made.id), [("recorded", "yes")])))
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}
