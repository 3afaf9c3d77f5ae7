//! How ratings make a college's satisfaction: shares of groups of enterprises that add up, never one enterprise's.

use maud::{Markup, html};

use super::figures::{fixed, signed};
use super::texts::why;
use super::visit::Visit;
use crate::domain::{Date, Explanation, RatingGroup};

/// The panel of a college's page.
pub(super) fn panel(visit: &Visit, explanation: &Explanation) -> Markup {
    let of = &explanation.item.satisfaction;
    html! {
        section.card #ratings {
            h2 { (visit.say(why::SATISFACTION)) }
            @if of.ratings == 0 {
                p { (visit.say(why::SATISFACTION_NONE)) }
            } @else if let Some(on) = explanation.published_on {
                p #as-published { (visit.fill(why::SATISFACTION_PUBLISHED, &[
                    ("mean", &fixed(of.mean, 2)), ("low", &fixed(of.low, 2)), ("high", &fixed(of.high, 2)),
                    ("on", &on.to_string()), ("raters", of.band.map_or("", |band| band.words().0))])) }
            } @else {
                p { (visit.fill(why::SATISFACTION_TEXT, &[
                    ("mean", &fixed(of.mean, 2)), ("low", &fixed(of.low, 2)), ("high", &fixed(of.high, 2)),
                    ("raters", &of.raters.to_string()), ("ratings", &of.ratings.to_string())])) }
                p { (visit.fill(why::SATISFACTION_SPLIT, &[
                    ("effect", &signed(explanation.effect, 2)), ("own", &signed(explanation.own, 2)),
                    ("other", &signed(explanation.other, 2))])) }
                @if !explanation.groups.is_empty() { (table(visit, &explanation.groups)) }
                p.fine { (visit.say(why::GROUPS_TEXT)) }
            }
            @let not = &explanation.not_counted;
            @if not.related_party > 0 { p #related { (visit.fill(why::RELATED, &[("n", &not.related_party.to_string())])) } }
            @if not.flag_upheld > 0 { p #upheld { (visit.fill(why::UPHELD, &[("n", &not.flag_upheld.to_string())])) } }
        }
    }
}

/// A month, as `2026-11`.
fn month(day: Date) -> String {
    day.to_string().chars().take(7).collect()
}

fn table(visit: &Visit, groups: &[RatingGroup]) -> Markup {
    html! {
        figure.chart data-chart="shares" {
            div.scroll tabindex="0" role="group" aria-label=(visit.say(why::SATISFACTION)) { table.small {
                thead { tr {
                    th scope="col" { (visit.say(why::GROUP)) }
                    th.number scope="col" { (visit.say(why::GROUP_ENTERPRISES)) }
                    th.number scope="col" { (visit.say(why::GROUP_SHARE)) }
                } }
                tbody { @for group in groups {
                    tr {
                        th scope="row" { (visit.fill(why::GROUP_OF, &[("from", &month(group.from)), ("to", &month(group.to))])) }
                        td.number { (group.enterprises.words().0) }
                        td.number { (signed(group.contribution, 3)) }
                    }
                } }
            } }
        }
    }
}
