//! How ratings make a college's satisfaction: shares that add up, and what would be without each.

use maud::{Markup, html};

use super::figures::{fixed, signed};
use super::texts::why;
use super::visit::Visit;
use crate::domain::Explanation;

/// Ratings shown at most; the largest shares.
const LISTED: usize = 10;

/// The panel of a college's page. Ratings go by number: it is never told who gave them.
pub(super) fn panel(visit: &Visit, explanation: &Explanation) -> Markup {
    let of = &explanation.item.satisfaction;
    html! {
        section.card #ratings {
            h2 { (visit.say(why::SATISFACTION)) }
            @if of.ratings == 0 {
                p { (visit.say(why::SATISFACTION_NONE)) }
            } @else {
                p { (visit.fill(why::SATISFACTION_TEXT, &[
                    ("mean", &fixed(of.mean, 2)), ("low", &fixed(of.low, 2)), ("high", &fixed(of.high, 2)),
                    ("raters", &of.raters.to_string()), ("ratings", &of.ratings.to_string())])) }
                p { (visit.fill(why::SATISFACTION_SPLIT, &[
                    ("effect", &signed(explanation.effect, 2)), ("own", &signed(explanation.own, 2)),
                    ("other", &signed(explanation.other, 2))])) }
                (table(visit, explanation))
            }
            @let not = &explanation.not_counted;
            @if not.related_party > 0 { p #related { (visit.fill(why::RELATED, &[("n", &not.related_party.to_string())])) } }
            @if not.flag_upheld > 0 { p #upheld { (visit.fill(why::UPHELD, &[("n", &not.flag_upheld.to_string())])) } }
        }
    }
}

fn table(visit: &Visit, explanation: &Explanation) -> Markup {
    let shown = explanation.ratings.len().min(LISTED);
    html! {
        figure.chart data-chart="shares" {
            div.scroll tabindex="0" role="group" aria-label=(visit.say(why::SATISFACTION)) { table.small {
                thead { tr {
                    th scope="col" { (visit.say(why::RATING)) }
                    th.number scope="col" { (visit.say(why::RATING_SCORE)) }
                    th.number scope="col" { (visit.say(why::RATING_SHARE)) }
                    th.number scope="col" { (visit.say(why::RATING_WITHOUT)) }
                    th.number scope="col" { (visit.say(why::RATING_POINTS)) }
                } }
                tbody { @for (at, rating) in explanation.ratings.iter().take(LISTED).enumerate() {
                    tr {
                        th scope="row" { (visit.fill(why::RATING_N, &[("n", &(at + 1).to_string())])) }
                        td.number { (fixed(rating.score, 2)) }
                        td.number { (signed(rating.contribution, 3)) }
                        @if let Some(without) = &rating.without {
                            td.number { (fixed(without.score, 2)) }
                            td.number { (signed(without.points, 2)) }
                        } @else { td.number { "–" } td.number { "–" } }
                    }
                } }
            } }
            @if explanation.item.satisfaction.ratings as usize > shown {
                p.fine { (visit.fill(why::RATINGS_MORE, &[("n", &shown.to_string())])) }
            }
        }
    }
}
