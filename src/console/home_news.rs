//! What the first page tells besides the parks: what needs attention and what is new.

use maud::{Markup, html};

use super::texts::home;
use super::visit::Visit;
use super::words;
use crate::service::Attention;

/// Lines of one sort at most.
const LINES: usize = 4;

/// What needs attention.
pub(super) fn attention(visit: &Visit, found: &Attention) -> Markup {
    let nothing = found.unmet.is_empty() && found.waiting.is_empty() && found.flags == 0 && found.stale == 0;
    html! {
        section.card #attention {
            h2 { (visit.say(home::ATTENTION)) }
            @if nothing { p { (visit.say(home::ATTENTION_NONE)) } } @else {
                ul.plain-list {
                    @for one in found.unmet.iter().take(LINES) {
                        @let people = format!("{:.0}", one.people.ceil());
                        li { a href=(format!("/parks/{}", one.park)) { (visit.fill(home::UNMET, &[("park", one.name.as_str()), ("people", &people)])) } }
                    }
                    @for one in found.waiting.iter().take(LINES) {
                        @let (n, soon) = (one.waiting.to_string(), one.soon.to_string());
                        li { a href=(format!("/parks/{}/engagements?open=1", one.park)) {
                            (visit.fill(if one.soon > 0 { home::WAITING } else { home::WAITING_LONG }, &[("park", one.name.as_str()), ("n", &n), ("soon", &soon)])) } }
                    }
                    @if found.flags > 0 { li {
                        a href="/flags" { (visit.fill(home::FLAGS, &[("n", &found.flags.to_string())])) }
                        @for why in &found.flagged { br; span.fine { (visit.language.pick(&why.zh, &why.en)) } }
                    } }
                    @if found.stale > 0 { li { a href="/colleges" { (visit.fill(home::STALE, &[("n", &found.stale.to_string())])) } } }
                }
            }
        }
    }
}

/// What was recorded in the last seven days, by what readers call it.
pub(super) fn news(visit: &Visit, found: &Attention) -> Markup {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for (kind, n) in &found.news {
        let name = visit.say(words::event(kind));
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, all)) => *all += n,
            None => counts.push((name, *n)),
        }
    }
    html! {
        section.card #news {
            h2 { (visit.say(home::NEWS)) }
            @if counts.is_empty() { p { (visit.say(home::NEWS_NONE)) } } @else {
                ul.plain-list.counts { @for (name, n) in &counts {
                    li { (visit.fill(home::NEWS_COUNT, &[("kind", name), ("n", &n.to_string())])) }
                } }
                @if let Some(n) = found.counted { p.fine { (visit.fill(home::NEWS_MORE, &[("n", &n.to_string())])) } }
            }
        }
    }
}
