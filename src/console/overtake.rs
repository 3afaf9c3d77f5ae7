//! What would change the order: single changes that would lift a college above its neighbour.

use maud::{Markup, html};

use super::figures::{fixed, raw};
use super::texts::why;
use super::visit::Visit;
use super::words;
use crate::domain::Counterfactual;
use crate::service::Reasons;

/// Changes listed at most; the smallest first.
const LISTED: usize = 4;

/// The panel of a college's page.
pub(super) fn panel(visit: &Visit, found: &Reasons) -> Markup {
    let nameless = visit.say(why::NEXT);
    let name = |college: &Option<crate::domain::CollegeRef>| {
        college.as_ref().map_or_else(|| nameless.to_owned(), |college| college.name.to_string())
    };
    let first = found.explanation.item.rank == 1;
    let changes = if first { &found.threats } else { &found.explanation.overtake };
    let text = match (first, found.below.is_some(), changes.is_empty()) {
        (true, false, _) => visit.say(why::OVERTAKE_ALONE).to_owned(),
        (true, true, false) => visit.fill(why::OVERTAKE_FIRST, &[("below", &name(&found.below))]),
        (true, true, true) => visit.fill(why::OVERTAKE_SAFE, &[("below", &name(&found.below))]),
        (false, _, false) => visit.fill(why::OVERTAKE_TEXT, &[("above", &name(&found.above))]),
        (false, _, true) => visit.fill(why::OVERTAKE_NONE, &[("above", &name(&found.above))]),
    };
    let mut changes: Vec<&Counterfactual> = changes.iter().collect();
    changes.sort_by(|a, b| (a.anchored_needed - a.anchored).total_cmp(&(b.anchored_needed - b.anchored)));
    html! {
        section.card #overtake {
            h2 { (visit.say(why::OVERTAKE)) }
            p { (text) }
            @if !changes.is_empty() {
                ul { @for change in changes.into_iter().take(LISTED) { li { (line(visit, found, change)) } } }
            }
        }
    }
}

fn line(visit: &Visit, found: &Reasons, change: &Counterfactual) -> String {
    let language = visit.language;
    let sheet = &found.board.sheet;
    let today = sheet.of(change.criterion).raw_of(change.anchored);
    let (from, to) = match (today, change.raw_needed) {
        (Some(today), Some(needed)) => {
            (raw(language, change.criterion, Some(today)), raw(language, change.criterion, Some(needed)))
        }
        _ => {
            let points = |points: f64| visit.fill(why::OVERTAKE_POINTS, &[("n", &fixed(points, 1))]);
            (points(change.anchored), points(change.anchored_needed))
        }
    };
    let criterion = words::criterion(language, sheet, change.criterion);
    visit.fill(why::OVERTAKE_ITEM, &[("criterion", criterion), ("from", &from), ("to", &to)])
}
