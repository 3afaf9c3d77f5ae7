//! Kept scenarios: up to four side by side, opened again, adopted as a decision.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::answer::answer;
use super::figures::{fixed, signed};
use super::frame::{Page, Section};
use super::lab_state::address_of;
use super::needs::see;
use super::texts::{board, lab, scenarios};
use super::visit::{Visit, address, read_query};
use super::{decision_form, failure, form, words};
use crate::domain::{Invalid, Move, NewDecision, Scenario, ScenarioId, Sheet};
use crate::http::{Problem, Query};
use crate::service::{Acting, SideBySide};

/// A form, in bytes.
const MOST: usize = 32 * 1024;
/// Scenarios compared at most.
const COMPARED: usize = 4;

/// The page: `?ids=A,B` compares, `?kept=` says what was written.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    // Boxes of a form are sent one by one; the address has one list.
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .unwrap_or_default();
    let ticked: Vec<&str> = pairs.iter().filter(|(name, _)| name == "id").map(|(_, value)| value.as_str()).collect();
    if !ticked.is_empty() {
        return see(&address("/scenarios", [("ids", ticked.join(",").as_str())]));
    }
    let result = async {
        let query = read_query(&request, &["ids", "kept"])?;
        let asked = ids(&query)?;
        let compared = match asked.len() {
            0 => None,
            _ => Some(service.compare_scenarios(&asked).await?),
        };
        let body = body(&visit, &service, &asked, compared.as_ref(), &query);
        let title = visit.say(scenarios::TITLE).to_owned();
        Ok::<_, Problem>(Page {
            title,
            section: Section::Workbench,
            body,
            as_of: Some(service.parks().as_of),
            charts: false,
        })
    };
    answer(&request, &visit, result.await)
}

fn ids(query: &Query) -> Result<Vec<ScenarioId>, Problem> {
    let codes = query.text("ids").unwrap_or_default().split(',').filter(|code| !code.is_empty());
    codes.map(str::parse).collect::<Result<_, Invalid>>().map_err(|invalid| Problem::parameter("ids", invalid))
}

fn body(visit: &Visit, service: &Acting, asked: &[ScenarioId], compared: Option<&SideBySide>, query: &Query) -> Markup {
    let kept = service.kept_scenarios();
    html! {
        p.crumbs { a href="/" { (visit.say(super::texts::home::TITLE)) } }
        h1 { (visit.say(scenarios::TITLE)) }
        p.lead { (visit.say(scenarios::LEAD)) }
        @if query.text("kept").is_some() { div.saved #notice role="status" { p { (visit.say(scenarios::KEPT)) } } }
        @if let Some(compared) = compared { (side_by_side(visit, service, compared)) }
        @if kept.is_empty() { div.empty { p { (visit.say(scenarios::NONE)) } } } @else {
            form.card method="get" action="/scenarios" {
                h2 { (visit.say(scenarios::LIST)) }
                ul.named { @for one in &kept { li { (row(visit, one, asked)) } } }
                p.inline { button type="submit" { (visit.fill(scenarios::COMPARE, &[("n", &COMPARED.to_string())])) } }
            }
            (adopt(visit, service, &kept))
        }
    }
}

fn row(visit: &Visit, one: &Scenario, asked: &[ScenarioId]) -> Markup {
    html! {
        label.check { input type="checkbox" name="id" value=(one.id) checked[asked.contains(&one.id)]; " "
            strong { (one.name) } " " span.fine { (one.owner) " · " (visit.fill(scenarios::CHANGES, &[("n", &one.question.changes.len().to_string())])) } }
        @if let Some(address) = address_of(&one.question) {
            a href=(address) aria-label=(visit.fill(scenarios::OPEN_OF, &[("name", one.name.as_str())])) { (visit.say(scenarios::OPEN)) }
        }
    }
}

fn side_by_side(visit: &Visit, service: &Acting, compared: &SideBySide) -> Markup {
    let sheet = service.sheet();
    html! {
        @for (at, park) in compared.parks.iter().enumerate() {
            section.card #compared {
                h2 { (visit.fill(scenarios::SIDE_BY_SIDE, &[("park", park.park.as_str())])) }
                div.scroll tabindex="0" role="group" aria-label=(visit.say(scenarios::TITLE)) { table.small.wide {
                    thead { tr {
                        th scope="col" { (visit.say(board::COLLEGE)) }
                        th.number scope="col" { (visit.say(lab::BEFORE)) }
                        @for one in &compared.scenarios { th scope="col" { (one.name) } }
                    } }
                    tbody { @for college in &park.colleges {
                        tr data-college=(college.college.id) {
                            th scope="row" { (college.college.name) }
                            td.number { (rank(visit, college.base)) }
                            @for (n, one) in compared.scenarios.iter().enumerate() {
                                @let outcome = one.answer.as_ref().and_then(|answer| answer.parks.get(at));
                                @let moved = outcome.and_then(|outcome| outcome.difference.moves.iter().find(|each| each.college.id == college.college.id));
                                td { (cell(visit, &sheet, college.base, college.ranks[n], moved)) }
                            }
                        }
                    } }
                } }
            }
        }
    }
}

fn rank(visit: &Visit, rank: Option<u32>) -> String {
    rank.map_or_else(|| visit.say(lab::UNRANKED).to_owned(), |rank| rank.to_string())
}

/// A rank, how far it moved, and the criterion that did most of it.
fn cell(visit: &Visit, sheet: &Sheet, base: Option<u32>, now: Option<u32>, moved: Option<&Move>) -> Markup {
    let won = base.zip(now).map(|(base, now)| i64::from(base) - i64::from(now)).filter(|won| *won != 0);
    // What lifted or lowered it; a rank can also move because others' scores moved more.
    let gain = moved.and_then(|one| Some(one.score_after? - one.score_before?)).unwrap_or(0.0);
    let own = won.is_some_and(|won| (won > 0) == (gain > 0.0));
    let cause = moved.filter(|_| own).and_then(|one| {
        one.by_criterion.iter().max_by(|a, b| (a.points * gain.signum()).total_cmp(&(b.points * gain.signum())))
    });
    html! {
        strong { (rank(visit, now)) } " "
        @if let Some(won) = won { span class=(if won > 0 { "tag up" } else { "tag down" }) { @if won > 0 { "▲" } @else { "▼" } (won.abs()) } }
        @if let Some(score) = moved.and_then(|one| one.score_after) { span.fine { (fixed(score, 1))
            @if won.is_some() && !own { " " (visit.say(scenarios::OTHERS)) }
            @if let Some(part) = cause {
                " " (visit.fill(board::MOVED_PART, &[("criterion", words::criterion(visit.language, sheet, part.criterion)), ("d", &signed(part.points, 1))]))
            }
        } }
    }
}

fn adopt(visit: &Visit, service: &Acting, kept: &[Scenario]) -> Markup {
    let which = html! {
        div.entry-field { label for="decision-scenario" { span { (visit.say(scenarios::WHICH)) } }
            select #decision-scenario name="scenario" { @for one in kept { option value=(one.id) { (one.name) } } } }
    };
    html! {
        details.card #adopt {
            summary { h2 { (visit.say(scenarios::ADOPT)) } }
            p.fine { (visit.say(scenarios::ADOPT_TEXT)) }
            form.entry method="post" action="/scenarios/adopt" { (decision_form::fields(visit, service.today(), &which)) }
        }
    }
}

/// Records that a scenario was adopted.
pub(super) async fn decide(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let sent = form::read(&request, payload, MOST).await?;
        let scenario = Some(decision_form::parsed("scenario", &sent.text("scenario"))?);
        let made = service.decide(NewDecision { scenario, ..decision_form::read(&sent)? }).await?;
        Ok::<_, Problem>(see(&address(&format!("/decisions/{}", made.id), [("recorded", "yes")])))
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}
