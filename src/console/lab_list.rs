//! The lab's list: ranks before and after, by how much, and why.

use maud::{Markup, html};

use super::figures::{fixed, signed};
use super::lab_assumed;
use super::lab_join;
use super::lab_state::Asked;
use super::texts::{board, lab};
use super::visit::Visit;
use super::words;
use crate::domain::{CollegeId, Move};
use crate::service::{Acting, Lab};

/// Criteria named as the causes of one move.
const CAUSES: usize = 3;

/// Ranks won (positive) or lost; `None` unless it is ranked on both sides.
pub(super) fn won(one: &Move) -> Option<i64> {
    Some(i64::from(one.rank_before?) - i64::from(one.rank_after?))
}

/// The outcome in a sentence.
pub(super) fn summary(visit: &Visit, found: &Lab) -> String {
    let first = found.outcome.scenario.as_ref().and_then(|list| list.items.first());
    let Some(first) = first else { return visit.say(lab::SUMMARY_EMPTY).to_owned() };
    let moved = found.outcome.difference.moves.iter().filter(|one| one.rank_before != one.rank_after).count();
    let text = if moved == 0 { lab::SUMMARY_NONE } else { lab::SUMMARY };
    visit.fill(text, &[("college", first.college.name.as_str()), ("n", &moved.to_string())])
}

/// Every college of either list.
pub(super) fn table(visit: &Visit, asked: &Asked, found: &Lab) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(visit.say(lab::RESULT)) {
            table.small.lab-list {
                thead { tr {
                    th.number scope="col" { (visit.say(lab::AFTER)) }
                    th scope="col" { (visit.say(board::COLLEGE)) }
                    th.number scope="col" { (visit.say(lab::BEFORE)) }
                    th scope="col" { (visit.say(lab::MOVE)) }
                    th.number scope="col" { (visit.say(lab::SCORES)) }
                    th scope="col" { (visit.say(lab::CAUSES)) }
                    th scope="col" { (visit.say(board::ACTIONS)) }
                } }
                tbody { @for one in &found.outcome.difference.moves { (row(visit, asked, found, one)) } }
            }
        }
    }
}

fn row(visit: &Visit, asked: &Asked, found: &Lab, one: &Move) -> Markup {
    let rank = |rank: Option<u32>| rank.map_or_else(|| visit.say(lab::UNRANKED).to_owned(), |rank| rank.to_string());
    let score = |score: Option<f64>| score.map_or_else(|| "–".to_owned(), |score| fixed(score, 1));
    let left = asked.leaves.contains(&one.college.id);
    html! {
        tr data-college=(one.college.id) data-rank=[one.rank_after] {
            td.number { strong { (rank(one.rank_after)) } }
            th scope="row" { (one.college.name) }
            td.number { (rank(one.rank_before)) }
            td { (badge(visit, asked.plain.top, one)) }
            td.number { (score(one.score_before)) " → " (score(one.score_after)) }
            td { (causes(visit, found, one)) }
            td { @if !left {
                a href=(leaving(visit, asked, &one.college.id)) aria-label=(visit.fill(lab::LEAVES_OF, &[("college", one.college.name.as_str())])) { (visit.say(lab::LEAVES)) }
            } }
        }
    }
}

fn badge(visit: &Visit, top: u16, one: &Move) -> Markup {
    let listed = |rank: Option<u32>| rank.is_some_and(|rank| rank <= u32::from(top));
    let (class, text) = match (listed(one.rank_before), listed(one.rank_after), won(one)) {
        (true, false, _) => ("down", visit.say(board::MOVED_OUT).to_owned()),
        (false, true, _) => ("up", visit.say(board::MOVED_IN).to_owned()),
        (.., Some(n)) if n > 0 => ("up", format!("▲{n}")),
        (.., Some(n)) if n < 0 => ("down", format!("▼{}", -n)),
        _ => ("tie", "=".to_owned()),
    };
    html! { span class=(format!("tag {class}")) { (text) } }
}

fn causes(visit: &Visit, found: &Lab, one: &Move) -> String {
    let mut parts: Vec<_> = one.by_criterion.iter().filter(|part| part.points.abs() >= 0.005).collect();
    parts.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
    let said = parts.iter().take(CAUSES).map(|part| {
        let name = words::criterion(visit.language, &found.board.sheet, part.criterion);
        visit.fill(board::MOVED_PART, &[("criterion", name), ("d", &signed(part.points, 2))])
    });
    said.collect::<Vec<_>>().join(visit.say(board::COMMA))
}

/// This page with one more college assumed to leave.
fn leaving(visit: &Visit, asked: &Asked, college: &CollegeId) -> String {
    let all = asked.leaves.iter().chain([college]).map(CollegeId::as_str).collect::<Vec<_>>();
    visit.here_with(&[("exclude", &all.join(","))])
}

/// What is assumed, each to be taken back.
pub(super) fn assumptions(visit: &Visit, service: &Acting, asked: &Asked, found: &Lab) -> Markup {
    let mut said = lab_assumed::said(visit, service, &asked.needed, &asked.seated);
    said.extend(asked.joined.iter().map(|one| {
        let moves = &found.outcome.difference.moves;
        let rank = moves.iter().find(|each| each.college.name == one.name).and_then(|each| each.rank_after);
        let stands = match rank {
            Some(rank) => visit.fill(lab::JOIN_RANK, &[("n", &rank.to_string())]),
            None => visit.fill(lab::JOIN_UNLISTED, &[("n", &asked.plain.top.to_string())]),
        };
        let what = [lab_join::said(visit, service, one), stands].join(visit.say(board::COMMA));
        ("join", what, one.text())
    }));
    let name = |id: &CollegeId| {
        let moves = &found.outcome.difference.moves;
        let known = moves.iter().find(|one| one.college.id == *id).map(|one| one.college.name.to_string());
        let named = || found.outcome.scenario.iter().flat_map(|list| &list.excluded).find(|one| one.college.id == *id);
        known.or_else(|| named().map(|one| one.college.name.to_string())).unwrap_or_else(|| id.to_string())
    };
    html! {
        section.card #assumptions {
            h2 { (visit.say(lab::ASSUMED)) }
            @if asked.leaves.is_empty() && said.is_empty() { p { (visit.say(lab::ASSUMED_NONE)) } } @else {
                ul.named { @for college in &asked.leaves {
                    @let what = visit.fill(lab::ASSUMED_LEAVES, &[("college", &name(college))]);
                    @let others: Vec<&str> = asked.leaves.iter().filter(|one| *one != college).map(CollegeId::as_str).collect();
                    li { span { (what) }
                        a href=(visit.here_with(&[("exclude", &others.join(","))])) aria-label=(visit.fill(lab::TAKE_BACK_OF, &[("what", &what)])) { (visit.say(lab::TAKE_BACK)) } }
                }
                @for (name, what, text) in &said {
                    @let others: Vec<&str> = said.iter().filter(|(other, _, each)| other == name && each != text).map(|(.., each)| each.as_str()).collect();
                    li { span { (what) }
                        a href=(visit.here_with(&[(name, &others.join(","))])) aria-label=(visit.fill(lab::TAKE_BACK_OF, &[("what", what)])) { (visit.say(lab::TAKE_BACK)) } }
                } }
            }
            p { a #share href=(visit.here_with(&[])) { (visit.say(lab::SHARE)) } }
        }
    }
}
