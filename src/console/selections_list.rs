//! The answer to a selection: the sentence, the pairs, what wishes cost, what places are worth.

use maud::{Markup, html};

use super::figures::{fixed, signed};
use super::selections_map::Marks;
use super::selections_state::{Asked, with, without};
use super::selections_words::{college, park};
use super::texts::{board, lab, selections};
use super::visit::Visit;
use crate::domain::{Between, CollegeUse, Objective, SelectedPair, SelectionStatus};
use crate::service::SelectionBoard;

/// Pairs on one page.
pub(super) const PAGE: usize = 100;
/// Colleges whose places are told.
const PLACES: usize = 20;
/// Parks that are named as having fewer than they wished for.
const SHORT: usize = 8;

/// The pairs of the page asked for; the last page if there are fewer.
pub(super) fn page_of<'a>(asked: &Asked, pairs: &'a [SelectedPair]) -> (usize, &'a [SelectedPair]) {
    let first = (asked.page * PAGE).min(pairs.len().saturating_sub(1) / PAGE * PAGE);
    (first, &pairs[first..pairs.len().min(first + PAGE)])
}

/// The outcome in sentences.
pub(super) fn summary(visit: &Visit, found: &SelectionBoard) -> Markup {
    let made = &found.answer.selection.selection;
    let mean = made.objective / made.pairs.len().max(1) as f64;
    let figures = [("n", made.pairs.len().to_string()), ("sum", fixed(made.objective, 1)), ("mean", fixed(mean, 1))];
    let figures: Vec<(&str, &str)> = figures.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html! {
        p #summary {
            (visit.fill(selections::SUMMARY, &figures)) " "
            @if made.status == SelectionStatus::Optimal { strong.good { (visit.say(selections::OPTIMAL)) } } @else {
                (visit.fill(selections::WITHIN, &[("gap", &fixed(made.gap, 2))]))
            }
        }
        ul.plain-list {
            @for one in &made.comparison { @if let Some(share) = one.share {
                @let rule = match one.rule { "greedy" => selections::GREEDY, "deferred_acceptance" => selections::DEFERRED, _ => selections::IN_ORDER };
                @let figures = [("sum", fixed(one.objective, 1)), ("share", fixed(100.0 * share, 1)), ("n", one.pairs.to_string())];
                @let figures: Vec<(&str, &str)> = figures.iter().map(|(name, value)| (*name, value.as_str())).chain([("rule", visit.say(rule))]).collect();
                li { (visit.fill(selections::COMPARED, &figures)) }
            } }
            @if let Some(first) = made.envy.pairs.first() { li {
                (visit.fill(selections::ENVY, &[("n", &made.envy.blocking.unwrap_or(made.envy.pairs.len()).to_string()), ("park", park(found, &first.park)), ("college", college(found, &first.college))]))
            } } @else if made.envy.blocking == Some(0) { li { (visit.say(selections::STABLE)) } }
            @if !made.short.is_empty() { li.caution { (short(visit, found)) } }
            @if !found.answer.not_kept.is_empty() { li.caution { (visit.fill(selections::NOT_KEPT, &[("n", &found.answer.not_kept.len().to_string())])) } }
        }
    }
}

fn short(visit: &Visit, found: &SelectionBoard) -> String {
    let all = &found.answer.selection.selection.short;
    let named = all.iter().take(SHORT).map(|one| {
        let (n, wish) = (one.partners.to_string(), one.wish.to_string());
        visit.fill(selections::SHORT_ONE, &[("park", park(found, &one.park)), ("n", &n), ("wish", &wish)])
    });
    let mut list = named.collect::<Vec<_>>().join(visit.say(board::COMMA));
    if all.len() > SHORT {
        list.push_str(" …");
    }
    visit.fill(selections::SHORT, &[("n", &all.len().to_string()), ("list", &list)])
}

/// The pairs of one page.
pub(super) fn pairs(visit: &Visit, asked: &Asked, found: &SelectionBoard, marks: &Marks<'_>) -> Markup {
    let all = &found.answer.selection.selection.pairs;
    let (first, shown) = page_of(asked, all);
    html! {
        @if all.is_empty() { p { (visit.say(selections::NONE)) } } @else {
            div.scroll tabindex="0" role="group" aria-label=(visit.say(selections::PAIRS)) { table.small.pairs {
                thead { tr {
                    th scope="col" { (visit.say(selections::PARK)) }
                    th scope="col" { (visit.say(board::COLLEGE)) }
                    th.number scope="col" { (visit.say(if asked.objective == Objective::Score { selections::SCORE } else { selections::COVERAGE })) }
                    th.number scope="col" { (visit.say(selections::KM)) }
                    th scope="col" { (visit.say(board::ACTIONS)) }
                } }
                @for group in shown.chunk_by(|a, b| a.park == b.park) { tbody {
                    @for (at, one) in group.iter().enumerate() { (row(visit, asked, found, marks, one, (at == 0).then_some(group.len()))) }
                } }
            } }
            @if all.len() > PAGE { (pager(visit, first, all.len())) }
        }
    }
}

fn row(
    visit: &Visit,
    asked: &Asked,
    found: &SelectionBoard,
    marks: &Marks<'_>,
    one: &SelectedPair,
    rows: Option<usize>,
) -> Markup {
    let (park_id, college_id) = (one.park.as_str(), one.college.as_str());
    let names = [("park", park(found, park_id)), ("college", college(found, college_id))];
    let by_wish = asked.forced.iter().any(|pair| pair.park.as_str() == park_id && pair.college.as_str() == college_id);
    let to = |changes: &[(&str, &str)]| visit.here_with(&[changes, &[("page", "")]].concat());
    html! {
        tr data-pair=(format!("{park_id}~{college_id}")) {
            @if let Some(rows) = rows {
                th scope="rowgroup" rowspan=(rows) { span.list-number { (marks.park(park_id)) } " " a href=(format!("/parks/{park_id}")) { (names[0].1) } }
            }
            td { span.letter { (marks.college(college_id)) } " " a href=(format!("/parks/{park_id}/colleges/{college_id}")) { (names[1].1) }
                @if one.forced { " " span.tag { (visit.say(selections::FORCED)) } } }
            td.number { (fixed(one.score, 1)) }
            td.number { (found.km(one).map_or_else(|| "–".to_owned(), |km| fixed(km, 0))) }
            td.acts {
                @if by_wish {
                    a href=(to(&[("forced", &without(&asked.forced, park_id, college_id))])) aria-label=(visit.fill(lab::TAKE_BACK_OF, &[("what", &visit.fill(selections::FORCE_OF, &names))])) { (visit.say(lab::TAKE_BACK)) }
                } @else if !one.forced {
                    a href=(to(&[("forced", &with(&asked.forced, park_id, college_id))])) aria-label=(visit.fill(selections::FORCE_OF, &names)) { (visit.say(selections::FORCE)) } " "
                    a.quiet href=(to(&[("forbidden", &with(&asked.forbidden, park_id, college_id))])) aria-label=(visit.fill(selections::FORBID_OF, &names)) { (visit.say(selections::FORBID)) }
                }
            }
        }
    }
}

fn pager(visit: &Visit, first: usize, all: usize) -> Markup {
    let page = first / PAGE + 1;
    let figures = [(first + 1).to_string(), all.min(first + PAGE).to_string(), all.to_string()];
    html! {
        p.inline.pager {
            @if page > 1 { a href=(visit.here_with(&[("page", &(page - 1).to_string())])) rel="prev" { (visit.say(selections::BEFORE)) } }
            span { (visit.fill(selections::PAGES, &[("from", &figures[0]), ("to", &figures[1]), ("n", &figures[2])])) }
            @if first + PAGE < all { a href=(visit.here_with(&[("page", &(page + 1).to_string())])) rel="next" { (visit.say(selections::NEXT)) } }
        }
    }
}

/// A price with its sign; what it lies between if it is not known exactly.
pub(super) fn price(visit: &Visit, exact: Option<f64>, between: Option<Between>) -> String {
    match (exact, between) {
        (Some(exact), _) => fixed(exact, 2),
        (None, Some(Between { low, high })) => {
            visit.fill(selections::PRICE_BETWEEN, &[("low", &fixed(low, 2)), ("high", &fixed(high, 2))])
        }
        (None, None) => visit.say(selections::PRICE_UNKNOWN).to_owned(),
    }
}

/// Every forced and forbidden pair with its price, each to be taken back.
pub(super) fn wishes(visit: &Visit, asked: &Asked, found: Option<&SelectionBoard>) -> Markup {
    let made = found.map(|found| &found.answer.selection.selection);
    let feasible = made.is_some_and(|made| made.status != SelectionStatus::Infeasible);
    let priced = |kind: &str, park: &str, college: &str| {
        let known = made.and_then(|made| {
            made.wishes.iter().find(|one| one.kind == kind && one.park == park && one.college == college)
        });
        match known {
            Some(one) => price(visit, one.price, one.price_between),
            // Forbidding what is no candidate forbids nothing.
            None if feasible => fixed(0.0, 2),
            None => visit.say(selections::PRICE_NONE).to_owned(),
        }
    };
    let lists = [("forced", &asked.forced, selections::FORCED), ("forbidden", &asked.forbidden, selections::FORBIDDEN)];
    let name = |id: &str, of: fn(&SelectionBoard, &str) -> Option<String>| {
        found.and_then(|found| of(found, id)).unwrap_or_else(|| id.to_owned())
    };
    html! {
        section.card #wishes {
            h2 { (visit.say(selections::WISHES)) }
            @if asked.forced.is_empty() && asked.forbidden.is_empty() { p { (visit.say(selections::WISHES_NONE)) } } @else {
                p.fine { (visit.say(selections::WISHES_LEAD)) }
                div.scroll tabindex="0" role="group" aria-label=(visit.say(selections::WISHES)) { table.small {
                    thead { tr {
                        th scope="col" { (visit.say(selections::FILE_KIND)) }
                        th scope="col" { (visit.say(selections::PARK)) }
                        th scope="col" { (visit.say(board::COLLEGE)) }
                        th.number scope="col" { (visit.say(selections::PRICE)) }
                        th scope="col" { (visit.say(board::ACTIONS)) }
                    } }
                    tbody { @for (kind, pairs, text) in lists { @for pair in pairs {
                        @let park = name(pair.park.as_str(), |found, id| found.parks.get(id).map(|park| park.name.to_string()));
                        @let college = name(pair.college.as_str(), |found, id| found.colleges.get(id).map(|college| college.name.to_string()));
                        tr data-wish=(format!("{kind} {}~{}", pair.park, pair.college)) {
                            td { span.tag.warn[kind == "forbidden"] { (visit.say(text)) } }
                            td { (park) }
                            td { (college) }
                            td.number { (priced(kind, pair.park.as_str(), pair.college.as_str())) }
                            td { a href=(visit.here_with(&[(kind, &without(pairs, pair.park.as_str(), pair.college.as_str())), ("page", "")]))
                                aria-label=(visit.fill(lab::TAKE_BACK_OF, &[("what", &format!("{park} × {college}"))])) { (visit.say(lab::TAKE_BACK)) } }
                        }
                    } } }
                } }
            }
        }
    }
}

/// What one more place of each college would add, the dearest first.
pub(super) fn places(visit: &Visit, asked: &Asked, found: &SelectionBoard) -> Markup {
    let worth = |one: &CollegeUse| one.one_more.or(one.one_more_between.map(|between| between.high)).unwrap_or(0.0);
    let mut all: Vec<&CollegeUse> = found.answer.selection.selection.colleges.iter().collect();
    all.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then(b.wanted.cmp(&a.wanted)).then(a.college.cmp(&b.college)));
    let told = |exact: Option<f64>, between: Option<Between>, sign: f64| match (exact, between) {
        (None, None) => "–".to_owned(),
        (Some(exact), _) => signed(sign * exact, 2),
        (None, between) => price(visit, None, between),
    };
    html! {
        section.card #places {
            h2 { (visit.say(selections::PLACES)) }
            p.fine { (visit.say(selections::PLACES_LEAD)) }
            div.scroll tabindex="0" role="group" aria-label=(visit.say(selections::PLACES)) { table.small {
                thead { tr {
                    th scope="col" { (visit.say(board::COLLEGE)) }
                    th.number scope="col" { (visit.say(selections::USED)) }
                    th.number scope="col" { (visit.say(selections::ONE_MORE)) }
                    th.number scope="col" { (visit.say(selections::ONE_LESS)) }
                    th.number scope="col" { (visit.say(selections::WANTED)) }
                    th scope="col" { (visit.say(board::ACTIONS)) }
                } }
                tbody { @for one in all.iter().take(PLACES) {
                    @let name = college(found, &one.college);
                    tr data-college=(one.college) {
                        th scope="row" { (name) }
                        td.number { (one.used) " / " (one.capacity) }
                        td.number { (told(one.one_more, one.one_more_between, 1.0)) }
                        td.number { (told(one.one_less, one.one_less_between, -1.0)) }
                        td.number { (one.wanted) }
                        td { @if worth(one) > 0.0 {
                            a href=(raised(visit, asked, &one.college)) aria-label=(visit.fill(selections::RAISE_OF, &[("college", name)])) { (visit.say(selections::RAISE)) }
                        } }
                    }
                } }
            } }
            @if all.len() > PLACES { p.fine { (visit.fill(selections::PLACES_MORE, &[("n", &(all.len() - PLACES).to_string())])) } }
        }
    }
}

fn raised(visit: &Visit, asked: &Asked, college: &str) -> String {
    let mut now = asked.clone();
    if let Ok(id) = college.parse() {
        let capacity = asked.capacity_of(college) + 1;
        now.capacities.push(crate::domain::CollegeCapacity { college: id, capacity });
    }
    visit.here_with(&[("capacities", now.capacities_text().as_str()), ("page", "")])
}
