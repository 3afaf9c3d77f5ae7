//! The college's mirror: its own place in a park and the smallest single changes that would lift it. No other college is named.

use maud::{Markup, html};

use super::figures::{day, fixed, raw};
use super::texts::supply;
use super::visit::Visit;
use super::words;
use crate::domain::{Counterfactual, Item, PublishedSatisfaction};
use crate::service::Mirror;

/// Levers shown of a step.
const LEVERS: usize = 6;

/// The card.
pub(super) fn card(visit: &Visit, mirror: &Mirror, path: &str) -> Markup {
    html! {
        section.card #mirror {
            h2 { (visit.say(supply::MIRROR)) }
            p.fine { (visit.say(supply::MIRROR_TEXT)) }
            (published(visit, &mirror.published))
            form.inline method="get" action=(format!("{path}#mirror")) {
                label { span { (visit.say(supply::MIRROR_PARK)) }
                    select name="park" {
                        @for (park, name, _) in &mirror.ranks { option value=(park) selected[*park == mirror.park] { (name) } }
                    }
                }
                button.plain type="submit" { (visit.say(supply::MIRROR_LOOK)) }
            }
            @match &mirror.item {
                None => p { (visit.say(supply::MIRROR_UNRANKED)) },
                Some(item) => (place(visit, mirror, item)),
            }
            details {
                summary { (visit.say(supply::MIRROR_RANKS)) }
                table.small {
                    thead { tr { th scope="col" { (visit.say(supply::MIRROR_PARK)) } th.number scope="col" { (visit.say(supply::RANK)) } } }
                    tbody { @for (_, name, rank) in &mirror.ranks {
                        tr { th scope="row" { (name) }
                            td.number { (rank.map_or_else(|| visit.say(supply::UNRANKED).to_owned(), |rank| rank.to_string())) } }
                    } }
                }
            }
        }
    }
}

/// What was published of the college's satisfaction, and since when; nothing else of what enterprises said is told to it.
fn published(visit: &Visit, told: &PublishedSatisfaction) -> Markup {
    html! {
        div #published {
            h3 { (visit.say(supply::PUBLISHED)) }
            @match (&told.figures, told.on) {
                (Some(figures), Some(on)) => {
                    p { strong { (visit.fill(supply::PUBLISHED_MEAN, &[("mean", &fixed(figures.mean, 1)), ("band", figures.raters.words().0)])) } }
                    @if !figures.aspects.is_empty() {
                        ul.plain-list { @for one in &figures.aspects {
                            li { (visit.fill(supply::PUBLISHED_ASPECT, &[("aspect", visit.say(words::aspect(one.aspect))), ("mean", &fixed(one.mean, 1))])) }
                        } }
                    }
                    p.fine { (visit.fill(supply::PUBLISHED_ON, &[("day", &day(visit.language, on))])) }
                }
                _ => p { (visit.say(supply::PUBLISHED_NONE)) },
            }
        }
    }
}

fn place(visit: &Visit, mirror: &Mirror, item: &Item) -> Markup {
    html! {
        p #own-rank { strong { (visit.fill(supply::MIRROR_SCORE, &[("rank", &item.rank.to_string()), ("score", &fixed(item.score, 1))])) } }
        @if item.rank == 1 { p { (visit.say(supply::MIRROR_FIRST)) } }
        div.steps {
            @for (rank, changes) in &mirror.steps {
                div.step {
                    h3 { (visit.fill(supply::MIRROR_STEP, &[("from", &item.rank.to_string()), ("to", &rank.to_string())])) }
                    @if changes.is_empty() { p { (visit.say(supply::MIRROR_NOTHING)) } } @else {
                        ul { @for change in changes.iter().take(LEVERS) { li { (lever(visit, mirror, item, change)) } } }
                    }
                }
            }
        }
    }
}

fn lever(visit: &Visit, mirror: &Mirror, item: &Item, change: &Counterfactual) -> Markup {
    let name = words::criterion(visit.language, &mirror.sheet, change.criterion);
    let now = item.contributions.iter().find(|part| part.criterion == change.criterion).and_then(|part| part.raw);
    let value = |value: Option<f64>| raw(visit.language, change.criterion, value);
    let points = [fixed(change.anchored, 0), fixed(change.anchored_needed, 0)];
    let (from, to) = (value(now), value(change.raw_needed));
    html! {
        (visit.fill(supply::MIRROR_LEVER, &[("criterion", name), ("from", &from), ("to", &to)])) " "
        span.fine { (visit.fill(supply::MIRROR_POINTS, &[("from", &points[0]), ("to", &points[1])])) }
    }
}
