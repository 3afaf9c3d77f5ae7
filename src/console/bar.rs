//! The score as a bar: three groups told apart by colour, pattern and label, with its error.

use maud::{Markup, html};

use super::figures::fixed;
use super::texts::{board, words};
use super::visit::Visit;
use super::words::{GROUPS, group, group_class};
use crate::domain::{Criterion, Group, Item};

/// Points of each group, in the order of [`GROUPS`]; they add up to the score. Affinity is of the group of satisfaction.
pub(super) fn by_group(item: &Item) -> [f64; 3] {
    GROUPS.map(|wanted| {
        let own = item.contributions.iter().filter(|part| part.criterion.group() == wanted).map(|part| part.points);
        let affinity = item.affinity.as_ref().filter(|_| wanted == Criterion::Satisfaction.group());
        own.sum::<f64>() + affinity.map_or(0.0, |affinity| affinity.points)
    })
}

/// The patterns that bars are filled with; once on every page that has bars.
pub(super) fn patterns() -> Markup {
    html! {
        svg.patterns width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                pattern #pattern-need width="6" height="6" patternUnits="userSpaceOnUse" {
                    path.stroke d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2" {}
                }
                pattern #pattern-outcome width="6" height="6" patternUnits="userSpaceOnUse" {
                    circle.dot cx="3" cy="3" r="1.1" {}
                }
                pattern #pattern-condition width="5" height="5" patternUnits="userSpaceOnUse" {
                    path.stroke d="M2.5,0 v5" {}
                }
            }
        }
    }
}

/// A small square in a group's colour and pattern.
pub(super) fn swatch(group: Group) -> Markup {
    let class = group_class(group);
    html! {
        svg.swatch width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" focusable="false" {
            rect class=(class) width="14" height="14" {}
            rect width="14" height="14" fill=(format!("url(#pattern-{class})")) {}
        }
    }
}

/// The bar of one college and, under it, the points of each group.
pub(super) fn score_bar(visit: &Visit, item: &Item) -> Markup {
    let points = by_group(item);
    let text = visit.fill(
        board::BAR_LABEL,
        &[
            ("need", visit.say(words::GROUP_NEED)),
            ("a", &fixed(points[0], 1)),
            ("outcome", visit.say(words::GROUP_OUTCOME)),
            ("b", &fixed(points[1], 1)),
            ("condition", visit.say(words::GROUP_CONDITION)),
            ("c", &fixed(points[2], 1)),
            ("score", &fixed(item.score, 1)),
            ("sd", &fixed(item.score_sd, 1)),
        ],
    );
    let percent = |value: f64| format!("{:.2}%", value.clamp(0.0, 100.0));
    let starts = [0.0, points[0], points[0] + points[1]];
    let (low, high) = (item.score - item.score_sd, item.score + item.score_sd);
    html! {
        svg.bar width="100%" height="20" role="img" aria-label=(text) focusable="false" {
            rect.track y="4" width="100%" height="12" {}
            @for ((group, start), width) in GROUPS.into_iter().zip(starts).zip(points) {
                rect class=(group_class(group)) x=(percent(start)) y="4" width=(percent(width)) height="12" {}
                rect x=(percent(start)) y="4" width=(percent(width)) height="12"
                    fill=(format!("url(#pattern-{})", group_class(group))) {}
            }
            line.spread x1=(percent(low)) x2=(percent(high)) y1="10" y2="10" {}
            line.spread x1=(percent(low)) x2=(percent(low)) y1="5" y2="15" {}
            line.spread x1=(percent(high)) x2=(percent(high)) y1="5" y2="15" {}
        }
        span.bar-key aria-hidden="true" {
            @for (group, points) in GROUPS.into_iter().zip(points) {
                span { (swatch(group)) " " (fixed(points, 1)) }
            }
        }
    }
}

/// What the three patterns stand for.
pub(super) fn legend(visit: &Visit) -> Markup {
    html! {
        p.legend {
            @for each in GROUPS {
                span { (swatch(each)) " " (visit.say(group(each))) }
            }
            span { svg.swatch width="22" height="14" viewBox="0 0 22 14" aria-hidden="true" focusable="false" {
                line.spread x1="1" x2="21" y1="7" y2="7" {}
                line.spread x1="1" x2="1" y1="2" y2="12" {}
                line.spread x1="21" x2="21" y1="2" y2="12" {}
            } " " (visit.say(board::LEGEND_SPREAD)) }
            span { (visit.say(board::LEGEND_DOTS)) }
        }
    }
}
