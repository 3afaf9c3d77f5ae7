//! Decisions, and each looked at again: what was expected of its pairs, and what came.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::answer;
use super::figures::{self, fixed, signed};
use super::frame::{Page, Section, stamp};
use super::texts::{board, decisions, home, scenarios, selections};
use super::visit::{Visit, read_query};
use crate::domain::{Decision, DecisionId, DecisionReview, PairReview, Standing};
use crate::http::{Problem, path_id};
use crate::service::Acting;

/// Pairs shown at most.
const SHOWN: usize = 200;

/// Every decision.
pub(super) async fn list(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        read_query(&request, &[])?;
        let (all, today) = (service.decisions().await?, service.today());
        let say = |text| visit.say(text);
        let body = html! {
            p.crumbs { a href="/" { (say(home::TITLE)) } }
            h1 { (say(decisions::TITLE)) }
            p.lead { (say(decisions::LEAD)) }
            @if all.is_empty() { div.empty { p { (say(decisions::NONE)) }
                p { a href="/selections" { (say(selections::TITLE)) } " · " a href="/scenarios" { (say(scenarios::TITLE)) } } } } @else {
                section.card #decisions { div.scroll tabindex="0" role="group" aria-label=(say(decisions::TITLE)) { table.small.wide {
                    thead { tr {
                        th scope="col" { (say(decisions::NAME)) }
                        th scope="col" { (say(decisions::WHAT)) }
                        th scope="col" { (say(decisions::ATTENDEES)) }
                        th scope="col" { (say(decisions::REVIEW_ON)) }
                    } }
                    tbody { @for one in &all { tr data-decision=(one.id) {
                        th scope="row" { a href=(format!("/decisions/{}", one.id)) { (one.name) } " " span.fine { (one.id) } }
                        td { (adopts(&visit, one)) }
                        td { (joined(&visit, one.attendees.iter().map(|role| role.to_string()))) }
                        td { (figures::day(visit.language, one.review_on)) " " (due(&visit, one.review_on <= today)) }
                    } } }
                } } }
            }
        };
        let (title, as_of) = (say(decisions::TITLE).to_owned(), Some(service.parks().as_of));
        Ok::<_, Problem>(Page { title, section: Section::Workbench, body, as_of, charts: false })
    };
    answer(&request, &visit, result.await)
}

fn joined(visit: &Visit, parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(visit.say(board::COMMA))
}

fn due(visit: &Visit, due: bool) -> Markup {
    let text = visit.say(if due { decisions::DUE } else { decisions::NOT_DUE });
    html! { span.tag.warn[due].tie[!due] { (text) } }
}

fn adopts(visit: &Visit, one: &Decision) -> String {
    let pairs = (!one.pairs.is_empty()).then(|| visit.fill(decisions::PAIRS, &[("n", &one.pairs.len().to_string())]));
    let scenario = one.scenario.as_ref().map(|id| visit.fill(decisions::SCENARIO, &[("id", id.as_str())]));
    joined(visit, scenario.into_iter().chain(pairs))
}

/// One decision and its review.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let query = read_query(&request, &["recorded"])?;
        let id: DecisionId = path_id(&request, "id")?;
        let decision = service.decision(&id).await?;
        let review = service.review_decision(&id).await?;
        let body = body(&visit, &service, &decision, &review, query.text("recorded").is_some());
        let title = decision.name.to_string();
        Ok::<_, Problem>(Page { title, section: Section::Workbench, body, as_of: Some(review.as_of), charts: false })
    };
    answer(&request, &visit, result.await)
}

fn body(visit: &Visit, service: &Acting, decision: &Decision, review: &DecisionReview, recorded: bool) -> Markup {
    let say = |text| visit.say(text);
    let count = |of: &dyn Fn(&PairReview) -> bool| review.pairs.iter().filter(|one| of(one)).count().to_string();
    let figures = [
        ("n", review.pairs.len().to_string()),
        ("confirmed", count(&|one| one.realised.confirmed > 0)),
        ("rated", count(&|one| one.realised.ratings > 0)),
        ("up", count(&|one| one.satisfaction_move.is_some_and(|by| by > 0.0))),
        ("down", count(&|one| one.satisfaction_move.is_some_and(|by| by < 0.0))),
    ];
    let figures: Vec<(&str, &str)> = figures.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let rest = review.pairs.len().saturating_sub(SHOWN);
    html! {
        p.crumbs { a href="/decisions" { (say(decisions::TITLE)) } }
        div.title { h1 { (decision.name) } p.facts { span { (decision.id) } span { (adopts(visit, decision)) } } }
        @if recorded { div.saved #notice role="status" { p { (visit.fill(decisions::RECORDED, &[("id", decision.id.as_str())])) } } }
        section.card #decision { dl.given {
            dt { (say(decisions::ATTENDEES)) } dd { (joined(visit, decision.attendees.iter().map(|role| role.to_string()))) }
            @if !decision.recusals.is_empty() {
                dt { (say(decisions::RECUSALS)) }
                @for one in &decision.recusals { dd { (one.role) " – " (one.reason) } }
            }
            dt { (say(decisions::REASONS)) } dd { (decision.reasons) }
            dt { (say(decisions::REVIEW_ON)) } dd { (super::figures::day(visit.language, review.review_on)) " " (due(visit, review.due)) }
        } }
        section.card #review {
            h2 { (say(decisions::TABLE)) }
            p #summary { (visit.fill(decisions::SUMMARY, &figures)) }
            p.fine { (visit.fill(decisions::THEN, &[("stamp", &stamp(visit, &review.expected_as_of))])) br; (visit.fill(decisions::NOW, &[("stamp", &stamp(visit, &review.as_of))])) }
            div.scroll tabindex="0" role="group" aria-label=(say(decisions::TABLE)) { table.small.wide {
                thead { tr {
                    th scope="col" { (say(selections::PARK)) }
                    th scope="col" { (say(board::COLLEGE)) }
                    th scope="col" { (say(decisions::EXPECTED)) }
                    th scope="col" { (say(decisions::STANDING)) }
                    th scope="col" { (say(decisions::SINCE)) }
                    th scope="col" { (say(decisions::SATISFACTION)) }
                } }
                tbody { @for one in review.pairs.iter().take(SHOWN) { (row(visit, service, one)) } }
            } }
            @if rest > 0 { p.fine { (visit.fill(decisions::MORE, &[("n", &rest.to_string())])) } }
        }
        @if !review.codes.is_empty() {
            section.card #codes {
                h2 { (say(decisions::CODES)) }
                p.fine { (say(decisions::CODES_TEXT)) }
                ul.named { @for one in &review.codes { li { span { (park_name(service, one.park.as_str())) } code { (one.verify_code) } } } }
            }
        }
    }
}

fn park_name(service: &Acting, id: &str) -> String {
    id.parse().ok().and_then(|id| service.park_name(&id)).unwrap_or_else(|| id.to_owned())
}

fn ranked(visit: &Visit, standing: Option<&Standing>) -> String {
    standing.map_or_else(
        || visit.say(decisions::UNKNOWN).to_owned(),
        |at| visit.fill(decisions::RANKED, &[("rank", &at.rank.to_string()), ("score", &fixed(at.score, 1))]),
    )
}

fn row(visit: &Visit, service: &Acting, one: &PairReview) -> Markup {
    let since = [
        ("proposed", one.realised.proposed.to_string()),
        ("confirmed", one.realised.confirmed.to_string()),
        ("ratings", one.realised.ratings.to_string()),
    ];
    let since: Vec<(&str, &str)> = since.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mean =
        |value: Option<f64>| value.map_or_else(|| visit.say(decisions::UNKNOWN).to_owned(), |value| fixed(value, 2));
    let way = |by: f64| if by < 0.0 { "down" } else { "up" };
    html! {
        tr data-pair=(format!("{}~{}", one.park, one.college.id)) {
            th scope="row" { (park_name(service, one.park.as_str())) }
            td { a href=(format!("/parks/{}/colleges/{}", one.park, one.college.id)) { (one.college.name) } }
            td { (ranked(visit, one.expected.as_ref())) }
            td { (ranked(visit, one.now.as_ref())) @if let Some(by) = one.score_move { " " span class=(format!("tag {}", way(by))) { (signed(by, 1)) } } }
            td { (visit.fill(decisions::SINCE_TEXT, &since)) }
            td { (mean(one.expected.as_ref().map(|at| at.satisfaction.mean))) " → " (mean(one.realised.mean))
                @if let Some(by) = one.satisfaction_move { " " span class=(format!("tag {}", way(by))) { (signed(by, 2)) } } }
        }
    }
}
