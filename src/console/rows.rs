//! The rows of a shortlist.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::bar::score_bar;
use super::figures::{fixed, percent};
use super::texts::board;
use super::visit::Visit;
use crate::domain::{CollegeId, Evidence, Item, Satisfaction, Shortlist};
use crate::service::Board;

/// Share of the weight that rests on data; what is only implied or derived counts half.
pub(super) fn evidence_share(item: &Item) -> f64 {
    let known = |evidence| match evidence {
        Evidence::Measured => 1.0,
        Evidence::Implied | Evidence::Derived => 0.5,
        Evidence::Prior => 0.0,
    };
    item.contributions.iter().map(|part| part.weight * known(part.evidence)).sum::<f64>() / 100.0
}

/// How many ratings a satisfaction rests on, or how many enterprises where it was published.
pub(super) fn ratings(visit: &Visit, of: &Satisfaction) -> String {
    match of.band {
        Some(band) => visit.fill(board::BAND, &[("n", band.words().0)]),
        None if of.ratings == 0 => visit.say(board::NO_RATINGS).to_owned(),
        None => visit.fill(board::RATINGS, &[("n", &of.ratings.to_string())]),
    }
}

/// Four dots, as many of them full as quarters of the weight rest on data.
pub(super) fn dots(visit: &Visit, item: &Item) -> Markup {
    let share = evidence_share(item);
    let full = (share * 4.0).round().clamp(0.0, 4.0) as usize;
    let label = visit.fill(board::EVIDENCE_LABEL, &[("n", &full.to_string()), ("share", &fixed(100.0 * share, 0))]);
    html! {
        span.dots role="img" aria-label=(label) title=(label) {
            @for at in 0..4 { span.dot-full[at < full].dot-open[at >= full] {} }
        }
        @if full <= 1 { " " span.tag.warn { (visit.say(board::THIN)) } }
    }
}

/// The first rank of each tie group that has more than one college, and how many it has.
pub(super) fn ties(shortlist: &Shortlist) -> BTreeMap<u32, (u32, usize)> {
    let mut groups: BTreeMap<u32, (u32, usize)> = BTreeMap::new();
    for item in &shortlist.items {
        let entry = groups.entry(item.tie_group).or_insert((item.rank, 0));
        entry.0 = entry.0.min(item.rank);
        entry.1 += 1;
    }
    groups.retain(|_, (_, n)| *n > 1);
    groups
}

/// The address of a college's page, with the same question.
pub(super) fn why_address(visit: &Visit, board: &Board, college: &CollegeId) -> String {
    visit.there(&format!("/parks/{}/colleges/{college}", board.card.park.id), &[])
}

/// The table of a shortlist.
pub(super) fn table(visit: &Visit, board: &Board, excluded: &[CollegeId], top: u16) -> Markup {
    let shortlist = &board.shortlist;
    let ties = ties(shortlist);
    let chance = visit.fill(board::CHANCE, &[("k", &top.to_string())]);
    html! {
        table.ranking role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    th role="columnheader" scope="col" { (visit.say(board::RANK)) }
                    th role="columnheader" scope="col" { (visit.say(board::COLLEGE)) }
                    th.number role="columnheader" scope="col" { (visit.say(board::SCORE)) }
                    th role="columnheader" scope="col" { (visit.say(board::PARTS)) }
                    th.number role="columnheader" scope="col" { (chance) }
                    th role="columnheader" scope="col" { (visit.say(board::EVIDENCE)) }
                    th.acts role="columnheader" scope="col" { (visit.say(board::ACTIONS)) }
                }
            }
            tbody role="rowgroup" {
                @for (at, item) in shortlist.items.iter().enumerate() {
                    @let tie = ties.get(&item.tie_group);
                    @let opens = tie.is_some_and(|(first, _)| *first == item.rank);
                    (row(visit, board, excluded, Place { at, tie: tie.copied(), opens, chance: &chance }))
                }
            }
        }
    }
}

/// What the question asked for beside the score.
pub(super) fn asked(visit: &Visit, item: &Item) -> Markup {
    html! {
        @if let Some(affinity) = &item.affinity {
            span.affinity title=(visit.fill(board::AFFINITY_HELP, &[("n", &affinity.raters.to_string())])) {
                (visit.fill(board::AFFINITY_LINE, &[("mean", &fixed(affinity.mean, 2)), ("sd", &fixed(affinity.sd, 2))]))
                @if affinity.weight > 0.0 {
                    (visit.fill(board::AFFINITY_POINTS, &[("points", &fixed(affinity.points, 2))]))
                }
            }
        }
        @if let Some(held) = &item.acceptability {
            span.held title=(visit.fill(board::HELD_HELP, &[("rank", &fixed(held.mean_rank, 1))])) {
                (visit.fill(board::HELD, &[("first", &percent(held.first)), ("listed", &percent(held.listed))]))
            }
        }
    }
}

struct Place<'a> {
    at: usize,
    /// First rank and size of the tie group.
    tie: Option<(u32, usize)>,
    /// Whether it is the first of its tie group.
    opens: bool,
    chance: &'a str,
}

fn row(visit: &Visit, board: &Board, excluded: &[CollegeId], place: Place<'_>) -> Markup {
    let items = &board.shortlist.items;
    let item = &items[place.at];
    let (id, name) = (&item.college.id, item.college.name.as_str());
    let park = &board.card.park.id;
    // Beside the one before it; the first beside the second.
    let rival = place.at.checked_sub(1).map_or_else(|| items.get(1), |before| items.get(before));
    let without: Vec<&str> = excluded.iter().chain([id]).map(|college| college.as_str()).collect();
    html! {
        tr id=(format!("row-{id}")) data-rank=(item.rank) role="row"
            class=[place.tie.map(|_| if place.opens { "tied opens" } else { "tied" })] {
            td.rank role="cell" {
                @if let Some((first, n)) = place.tie {
                    @let tip = visit.fill(board::TIE_BAND, &[("n", &n.to_string())]);
                    span.rank-number title=(tip) { (first) span.unseen { " " (visit.say(board::TIED)) } }
                    span.tag.tie aria-hidden="true" title=(tip) { (visit.say(board::TIED)) }
                } @else {
                    span.rank-number { (item.rank) }
                }
                span.moved aria-hidden="true" {}
            }
            th.college role="rowheader" scope="row" {
                a href=(why_address(visit, board, id)) { (name) }
                span.facts {
                    span { (ratings(visit, &item.satisfaction)) }
                    span { (visit.fill(board::COVERS, &[("n", &percent(item.coverage))])) }
                    @if let Some(n) = board.engagements.get(id) {
                        span { (visit.fill(board::TOGETHER, &[("n", &n.to_string())])) }
                    }
                    (asked(visit, item))
                }
            }
            td.score.number role="cell" {
                strong { (fixed(item.score, 1)) }
                span.fine { (visit.fill(board::SPREAD, &[("n", &fixed(item.score_sd, 1))])) }
            }
            td.parts role="cell" { (score_bar(visit, item)) }
            td.chance.number role="cell" {
                span.label aria-hidden="true" { (place.chance) " " }
                (percent(item.p_top_k)) "%"
            }
            td.evidence role="cell" {
                span.label aria-hidden="true" { (visit.say(board::EVIDENCE)) " " }
                (dots(visit, item))
            }
            td.acts role="cell" {
                a href=(why_address(visit, board, id))
                    aria-label=(visit.fill(board::WHY_OF, &[("college", name)])) { (visit.say(board::WHY)) }
                @if let Some(rival) = rival {
                    a href=(visit.there(&format!("/parks/{park}/compare"), &[("a", id.as_str()), ("b", rival.college.id.as_str())]))
                        aria-label=(visit.fill(board::COMPARE_OF, &[("a", name), ("b", rival.college.name.as_str())])) {
                        (visit.say(board::COMPARE))
                    }
                }
                a.quiet href=(visit.here_with(&[("exclude", &without.join(","))]))
                    aria-label=(visit.fill(board::EXCLUDE_OF, &[("college", name)])) { (visit.say(board::EXCLUDE)) }
            }
        }
    }
}
