//! Ranks on two sides joined by lines. Its table is the lab's list.

use maud::{Markup, html};

use super::lab_list::won;
use super::texts::lab;
use super::visit::Visit;
use crate::domain::Move;
use crate::service::Lab;

/// Height of a row, and where the lines begin and end, in units of the drawing.
const ROW: u32 = 26;
const SIDES: (u32, u32) = (236, 404);
/// Longest name that fits beside the lines.
const LONGEST: usize = 15;

/// The chart; nothing if nobody is listed.
pub(super) fn chart(visit: &Visit, found: &Lab, top: u16) -> Markup {
    let moves = &found.outcome.difference.moves;
    let rows = |rank: fn(&Move) -> Option<u32>| {
        let mut known: Vec<u32> = moves.iter().filter_map(rank).collect();
        known.sort_unstable();
        known
    };
    // Ranks beyond the list take the rows after it, in order.
    let (before, after) = (rows(|one| one.rank_before), rows(|one| one.rank_after));
    let row = |known: &[u32], rank: Option<u32>| {
        let rank = rank?;
        let beyond = known.iter().filter(|other| **other > u32::from(top) && **other < rank).count() as u32;
        let at = if rank <= u32::from(top) { rank } else { u32::from(top) + 1 + beyond };
        Some(at * ROW + ROW / 2)
    };
    let lowest =
        moves.iter().flat_map(|one| [row(&before, one.rank_before), row(&after, one.rank_after)]).flatten().max();
    let Some(lowest) = lowest else { return html! {} };
    let height = lowest + ROW;
    html! {
        section.card {
            h2 { (visit.say(lab::SLOPE)) }
            div.scroll tabindex="0" role="group" aria-label=(visit.say(lab::SLOPE)) {
                svg.slope viewBox=(format!("0 0 640 {height}")) role="img" aria-label=(label(visit, moves)) focusable="false" {
                    text.head x=(SIDES.0 - 10) y="18" text-anchor="end" { (visit.say(lab::BEFORE)) }
                    text.head x=(SIDES.1 + 10) y="18" { (visit.say(lab::AFTER)) }
                    @for one in moves {
                        @let (left, right) = (row(&before, one.rank_before), row(&after, one.rank_after));
                        @let class = match won(one) { Some(0) => "same", Some(n) if n > 0 => "up", _ => "down" };
                        g class=(class) {
                            @if let (Some(y), Some(rank)) = (left, one.rank_before) {
                                circle cx=(SIDES.0) cy=(y) r="4" {}
                                text x=(SIDES.0 - 10) y=(y + 5) text-anchor="end" { (short(one.college.name.as_str())) "  " (rank) }
                            }
                            @if let (Some(y), Some(rank)) = (right, one.rank_after) {
                                circle cx=(SIDES.1) cy=(y) r="4" {}
                                text x=(SIDES.1 + 10) y=(y + 5) { (rank) "  " (short(one.college.name.as_str())) }
                            }
                            @if let Some((from, to)) = left.zip(right) { line x1=(SIDES.0) y1=(from) x2=(SIDES.1) y2=(to) {} }
                        }
                    }
                }
            }
        }
    }
}

fn short(name: &str) -> String {
    if name.chars().count() <= LONGEST {
        name.to_owned()
    } else {
        name.chars().take(LONGEST - 1).chain(['…']).collect()
    }
}

fn label(visit: &Visit, moves: &[Move]) -> String {
    let rank = |rank: Option<u32>| rank.map_or_else(|| visit.say(lab::UNRANKED).to_owned(), |rank| rank.to_string());
    let part = |one: &Move| {
        let (a, b) = (rank(one.rank_before), rank(one.rank_after));
        visit.fill(lab::SLOPE_PART, &[("college", one.college.name.as_str()), ("a", &a), ("b", &b)])
    };
    let parts: Vec<String> = moves.iter().map(part).collect();
    visit.fill(lab::SLOPE_LABEL, &[("parts", &parts.join(visit.say(super::texts::board::COMMA)))])
}
