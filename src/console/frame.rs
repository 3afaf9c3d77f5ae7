//! The frame around every page: head, navigation, tools, foot.
//!
//! Scripts know these attributes only, so that any page can use them:
//! - `data-live="SEQ"` on one part with an `id`: fetched again and put into place whenever something changes after SEQ;
//!   `data-changes` is the page whose `#changes` then says what moved, rows with an `id` and `data-rank` glide.
//! - `data-chart="kind"` on a figure with a table: `chart.js` draws the table; it is loaded by [`Page::charts`].
//! - `data-drop`: a form that takes a file dropped on it and sends itself.
//! - `data-print`, `data-filter`: a button that prints, a field that narrows what it names. Hidden without scripts.

use maud::{DOCTYPE, Markup, html};

use super::assets;
use super::language::{Language, Text};
use super::texts::{access, audit, frame, tickets};
use super::tour;
use super::visit::Visit;
use crate::domain::{AsOf, Role};

/// A part of the console that the navigation leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// Parks and their shortlists.
    Workbench,
    /// Needs of parks.
    Needs,
    /// What colleges offer.
    Supply,
    /// Rectification and feedback.
    Tickets,
    /// Import and export.
    Data,
    /// Accounts and keys.
    Accounts,
    /// Who did what.
    Audit,
    /// How to read the pages.
    Help,
    /// No part: an error.
    None,
}

/// What the navigation shows, in order.
const SECTIONS: [(Section, &str, Text); 8] = [
    (Section::Workbench, "/", frame::NAV_HOME),
    (Section::Needs, "/needs", frame::NAV_NEEDS),
    (Section::Supply, "/colleges", frame::NAV_SUPPLY),
    (Section::Tickets, "/tickets", tickets::NAV),
    (Section::Data, "/data", frame::NAV_DATA),
    (Section::Accounts, "/accounts", access::NAV_ACCOUNTS),
    (Section::Audit, "/audit", audit::NAV),
    (Section::Help, "/help", frame::NAV_HELP),
];

/// Whether a role finds anything there.
fn leads(role: Option<&Role>, section: Section) -> bool {
    match (role, section) {
        (None, _) => section == Section::None,
        (Some(_), Section::Accounts | Section::Help) | (Some(Role::Operator), _) => true,
        (Some(role), Section::Audit) => matches!(role, Role::Admin | Role::Supervisor),
        (Some(Role::Admin), _) | (Some(Role::Planner(_)), Section::Tickets) => false,
        (Some(Role::EnterpriseRater(_)), _) => [Section::Workbench, Section::Tickets].contains(&section),
        (Some(Role::CollegeOfficer(_)), _) => [Section::Supply, Section::Tickets, Section::Data].contains(&section),
        (Some(Role::Supervisor), _) => {
            [Section::Workbench, Section::Supply, Section::Needs, Section::Tickets].contains(&section)
        }
        (Some(Role::ParkManager(_) | Role::Planner(_)), _) => true,
    }
}

/// A page without its frame.
pub(super) struct Page {
    /// The title, for the tab.
    pub(super) title: String,
    /// The part it belongs to.
    pub(super) section: Section,
    /// Everything between head and foot; has the one `h1`.
    pub(super) body: Markup,
    /// The state it was made from.
    pub(super) as_of: Option<AsOf>,
    /// Whether it draws charts.
    pub(super) charts: bool,
}

/// The page in its frame.
pub(super) fn framed(visit: &Visit, page: &Page) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(visit.language.code()) class=[visit.large.then_some("large")] {
            (head(visit, &page.title, &html! {
                meta name="htmx-config" content=r#"{"includeIndicatorCSS":false,"transitions":false}"#;
                script src=(assets::address("htmx.js")) defer {}
                script src=(assets::address("console.js")) defer {}
                @if page.charts {
                    script src=(assets::address("echarts.js")) defer {}
                    script src=(assets::address("chart.js")) defer {}
                }
            }))
            body {
                a.skip href="#content" { (visit.say(frame::SKIP)) }
                (top(visit, page.section))
                (tour::strip(visit))
                main #content tabindex="-1" { (page.body) }
                (foot(visit, page))
                p #spoken.unseen role="status" aria-live="polite" {}
            }
        }
    }
}

/// What every page loads; `more` is what this one loads beside it.
pub(super) fn head(visit: &Visit, title: &str, more: &Markup) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " · " (visit.say(frame::BRAND)) }
            link rel="icon" href=(assets::address("icon.svg")) type="image/svg+xml";
            link rel="stylesheet" href=(assets::address("console.css"));
            (more)
        }
    }
}

/// The language the page is not in, and its name.
pub(super) fn other_language(visit: &Visit) -> (Language, Text) {
    match visit.language {
        Language::Chinese => (Language::English, frame::ENGLISH),
        Language::English => (Language::Chinese, frame::CHINESE),
    }
}

fn top(visit: &Visit, section: Section) -> Markup {
    let other = other_language(visit);
    let (size, size_text) = if visit.large { ("normal", frame::LARGE_OFF) } else { ("large", frame::LARGE_ON) };
    html! {
        header.top {
            a.brand href="/" {
                span.seal lang="zh-CN" { (frame::BRAND.zh) }
                span.brand-name { (visit.say(frame::BRAND)) }
            }
            nav aria-label=(visit.say(frame::NAV)) {
                ul {
                    @for (at, path, text) in SECTIONS.into_iter().filter(|(at, ..)| leads(visit.role.as_ref(), *at)) {
                        li { a href=(path) aria-current=[(at == section).then_some("page")] { (visit.say(text)) } }
                    }
                }
            }
            div.tools role="group" aria-label=(visit.say(frame::TOOLS)) {
                a href=(visit.here_with(&[("lang", other.0.code())])) lang=(other.0.code()) hreflang=(other.0.code()) {
                    (visit.say(other.1))
                }
                a href=(visit.here_with(&[("text", size)])) { (visit.say(size_text)) }
                button type="button" data-print hidden { (visit.say(frame::PRINT)) }
                @if let Some((name, _)) = &visit.signed {
                    form.sign-out method="post" action="/logout" { button type="submit" title=(name) { (visit.say(access::SIGN_OUT)) " " (name) } }
                }
            }
        }
    }
}

fn foot(visit: &Visit, page: &Page) -> Markup {
    html! {
        footer.foot {
            p { (visit.say(frame::RECOMMENDS)) }
            @if let Some(as_of) = &page.as_of {
                p #as-of { (stamp(visit, as_of)) }
            }
            p { a href="/docs/" { (visit.say(frame::NAV_API)) } }
        }
    }
}

/// The state something was made from, in words.
pub(super) fn stamp(visit: &Visit, as_of: &AsOf) -> String {
    let day = super::figures::day(visit.language, as_of.at.day());
    visit.fill(frame::AS_OF, &[("day", &day), ("seq", &as_of.seq.to_string()), ("model", &as_of.model.to_string())])
}
