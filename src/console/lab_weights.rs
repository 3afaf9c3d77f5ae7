//! The weights of the lab: for each a slider, − and +, a number box, and where the first stays first.

use maud::{Markup, html};

use super::bar::swatch;
use super::figures::fixed;
use super::lab_state::{Asked, KEPT, parameters, written};
use super::texts::lab;
use super::visit::Visit;
use super::words::{self, GROUPS};
use crate::domain::{Criterion, Group, WeightInterval};
use crate::service::Lab;

/// The form; without scripts only the number boxes are seen, and the button.
pub(super) fn form(visit: &Visit, asked: &Asked, found: &Lab) -> Markup {
    let path = format!("/parks/{}/lab", asked.park);
    let own = found.board.card.park.stage.preset();
    html! {
        form.card.lab-weights method="get" action=(path) data-lab autocomplete="off" {
            h2 { (visit.say(lab::WEIGHTS)) }
            @for (name, value) in visit.question() {
                @if name != "preset" { input type="hidden" name=(name) value=(value); }
            }
            @for (name, value) in visit.query().filter(|(name, _)| KEPT.contains(name)) { input type="hidden" name=(name) value=(value); }
            label { span { (visit.say(lab::BASE)) }
                select name="preset" {
                    @for preset in &found.board.presets {
                        option value=(if preset.id == own { "" } else { preset.id.as_str() })
                            selected[preset.id == found.board.shortlist.preset] { (words::preset(visit.language, preset)) }
                    }
                }
            }
            p.starts { span { (visit.say(lab::START)) } " "
                @for preset in &found.board.presets {
                    @let weights = parameters(&preset.weights);
                    @let weights: Vec<(&str, &str)> = weights.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    a href=(visit.here_with(&weights)) { (words::preset(visit.language, preset)) } " "
                }
            }
            p.fine { (visit.say(lab::HELP)) }
            @for group in GROUPS { (fieldset(visit, found, group)) }
            p.lab-total { (visit.say(lab::TOTAL)) " " strong #lab-total { "100" } }
            @if let Some(total) = asked.total {
                p.tag.warn role="status" { (visit.fill(lab::TOTAL_SCALED, &[("n", &fixed(total, 2))])) }
            }
            p.bad #lab-failed role="status" hidden { (visit.say(lab::FAILED)) }
            p.inline {
                button.apply type="submit" { (visit.say(lab::APPLY)) }
                a.quiet href=(visit.there(&path, &[("exclude", "")])) { (visit.say(lab::RESET)) }
            }
        }
    }
}

fn fieldset(visit: &Visit, found: &Lab, group: Group) -> Markup {
    let members = || Criterion::ALL.into_iter().filter(move |criterion| criterion.group() == group);
    let sum: f64 = members().map(|criterion| found.weights.percent(criterion)).sum();
    html! {
        fieldset {
            legend { (swatch(group)) " " (visit.say(words::group(group))) " " span.group-sum data-sum { (fixed(sum, 0)) } }
            @for criterion in members() { (weight(visit, found, criterion)) }
        }
    }
}

fn weight(visit: &Visit, found: &Lab, criterion: Criterion) -> Markup {
    let name = words::criterion(visit.language, &found.board.sheet, criterion);
    let of = |text| visit.fill(text, &[("criterion", name)]);
    let (code, value) = (criterion.code(), written(&found.weights, criterion));
    html! {
        div.weight {
            label for=(format!("weight-{code}")) { (name) }
            div.weight-controls {
                button type="button" data-step="-1" hidden aria-label=(of(lab::LESS)) { "\u{2212}" }
                input type="range" min="0" max="100" step="1" value=(value) hidden aria-label=(of(lab::SLIDER));
                button type="button" data-step="1" hidden aria-label=(of(lab::MORE)) { "+" }
                input.number #(format!("weight-{code}")) type="number" name=(code) min="0" max="100" step="0.01" value=(value) required;
            }
            (holds(visit, found, criterion))
        }
    }
}

/// Where the first stays first: a band under the slider, and in words.
fn holds(visit: &Visit, found: &Lab, criterion: Criterion) -> Markup {
    let interval = found.intervals.iter().find(|interval| interval.criterion == criterion);
    html! {
        div.holds id=(format!("holds-{}", criterion.code())) {
            @if let Some(interval) = interval {
                @let (low, high) = (interval.first.low, interval.first.high);
                svg width="100%" height="6" aria-hidden="true" focusable="false" {
                    rect.track width="100%" height="6" {}
                    rect.holds-band x=(format!("{low}%")) width=(format!("{}%", (high - low).max(0.5))) height="6" {}
                }
                p.fine { (words_of(visit, interval)) }
            }
        }
    }
}

fn words_of(visit: &Visit, interval: &WeightInterval) -> String {
    let first = &interval.first;
    let mut parts = vec![visit.fill(lab::HOLDS, &[("low", &fixed(first.low, 1)), ("high", &fixed(first.high, 1))])];
    for (text, college) in [(lab::HOLDS_BELOW, &first.below), (lab::HOLDS_ABOVE, &first.above)] {
        parts.extend(college.iter().map(|college| visit.fill(text, &[("college", college.name.as_str())])));
    }
    parts.join(visit.say(super::texts::board::COMMA))
}
