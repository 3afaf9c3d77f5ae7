//! What changed in a shortlist since it was opened, and why.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::answer;
use super::figures::{fixed, signed};
use super::frame::{Page, Section};
use super::texts::board;
use super::visit::{Visit, read_question};
use super::words;
use crate::domain::{Changes, CollegeChange, Invalid, Sheet};
use crate::http::Problem;
use crate::service::Acting;

/// Parts named as the causes of one move.
const CAUSES: usize = 3;

/// What changed since `since`.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let (question, query) = read_question(&request, &["since"])?;
        let missing = || Problem::parameter("since", Invalid::missing_field("since"));
        let since = u64::from(query.number("since", 1, u32::MAX)?.ok_or_else(missing)?);
        let park = question.park.clone();
        let found = service.changes(question, since, None).await?;
        let sheet = service.sheet();
        let title = visit.say(board::CHANGED).to_owned();
        let back = visit.there(&format!("/parks/{park}"), &[]);
        let body = html! {
            h1 { (visit.say(board::CHANGED)) }
            (panel(&visit, &found, &sheet, &back))
        };
        Ok::<_, Problem>(Page { title, section: Section::Workbench, body, as_of: Some(found.to), charts: false })
    };
    answer(&request, &visit, result.await)
}

/// Whether a college's place or score is another one to a reader.
fn moved(change: &CollegeChange) -> bool {
    let rank = |place: &Option<crate::domain::Ranked>| place.as_ref().map(|place| (place.rank, place.listed));
    rank(&change.before) != rank(&change.after) || change.moved.is_some_and(|moved| moved.abs() >= 0.005)
}

fn panel(visit: &Visit, changes: &Changes, sheet: &Sheet, back: &str) -> Markup {
    let mut shown: Vec<&CollegeChange> = changes.colleges.iter().filter(|change| moved(change)).collect();
    shown.sort_by(|a, b| jump(b).cmp(&jump(a)).then(size(b).total_cmp(&size(a))));
    let since = visit.fill(board::CHANGED_SINCE, &[("seq", &changes.from.seq.to_string())]);
    html! {
        section #changes.card.changed {
            div.title { h2 { (visit.say(board::CHANGED)) } span.fine { (since) }
                a.button href=(back) { (visit.say(board::CHANGED_SEEN)) } }
            @if shown.is_empty() {
                p { (visit.say(board::CHANGED_NONE)) }
            } @else {
                ul { @for change in shown { li data-college=(change.college.id) data-moved=[jumped(change)] { (line(visit, change, sheet)) } } }
            }
            (causes(visit, changes))
            @if changes.withheld { p.fine { (visit.say(board::CHANGED_WITHHELD)) } }
        }
    }
}

/// Ranks jumped over.
fn jump(change: &CollegeChange) -> u32 {
    change.before.as_ref().zip(change.after.as_ref()).map_or(u32::MAX, |(a, b)| a.rank.abs_diff(b.rank))
}

fn size(change: &CollegeChange) -> f64 {
    change.moved.unwrap_or(0.0).abs()
}

/// Ranks won (positive) or lost.
fn jumped(change: &CollegeChange) -> Option<i64> {
    let (before, after) = change.before.as_ref().zip(change.after.as_ref())?;
    Some(i64::from(before.rank) - i64::from(after.rank))
}

fn line(visit: &Visit, change: &CollegeChange, sheet: &Sheet) -> Markup {
    let listed = |place: &Option<crate::domain::Ranked>| place.as_ref().is_some_and(|place| place.listed);
    let kind = match (listed(&change.before), listed(&change.after), jumped(change)) {
        (false, true, _) => visit.say(board::MOVED_IN).to_owned(),
        (true, false, _) => visit.say(board::MOVED_OUT).to_owned(),
        (.., Some(n)) if n > 0 => visit.fill(board::MOVED_UP, &[("n", &n.to_string())]),
        (.., Some(n)) if n < 0 => visit.fill(board::MOVED_DOWN, &[("n", &(-n).to_string())]),
        _ => visit.say(board::MOVED_SAME).to_owned(),
    };
    let direction = match jumped(change) {
        Some(n) if n > 0 => "up",
        Some(n) if n < 0 => "down",
        _ => "same",
    };
    let mut parts: Vec<_> = change.parts.iter().filter(|part| part.moved.abs() >= 0.005).collect();
    parts.sort_by(|a, b| b.moved.abs().total_cmp(&a.moved.abs()));
    let parts: Vec<String> = parts
        .iter()
        .take(CAUSES)
        .map(|part| {
            let criterion = words::criterion(visit.language, sheet, part.criterion);
            visit.fill(board::MOVED_PART, &[("criterion", criterion), ("d", &signed(part.moved, 2))])
        })
        .collect();
    let comma = visit.say(board::COMMA);
    html! {
        strong { (change.college.name) } " "
        span class=(format!("tag {direction}")) { (kind) } " "
        @if let Some((before, after)) = change.before.as_ref().zip(change.after.as_ref()) {
            @if before.rank != after.rank {
                (visit.fill(board::MOVED_RANK, &[("a", &before.rank.to_string()), ("b", &after.rank.to_string())])) (comma)
            }
            (visit.fill(board::MOVED_SCORE, &[("a", &fixed(before.score, 2)), ("b", &fixed(after.score, 2)), ("d", &signed(change.moved.unwrap_or(0.0), 2))]))
            @if !parts.is_empty() {
                (comma) (visit.fill(board::MOVED_BY, &[("parts", &parts.join(comma))]))
            }
        }
    }
}

/// The events in between, counted by kind.
fn causes(visit: &Visit, changes: &Changes) -> Markup {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for event in &changes.events {
        match kinds.iter_mut().find(|(kind, _)| *kind == event.kind) {
            Some((_, n)) => *n += 1,
            None => kinds.push((event.kind, 1)),
        }
    }
    let named: Vec<String> = kinds
        .iter()
        .map(|(kind, n)| {
            visit.fill(board::MOVED_EVENT, &[("kind", visit.say(words::event(kind))), ("n", &n.to_string())])
        })
        .collect();
    html! {
        @if !named.is_empty() {
            p.fine { (visit.fill(board::MOVED_EVENTS, &[("events", &named.join(visit.say(board::COMMA)))])) }
        }
    }
}
