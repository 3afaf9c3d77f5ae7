//! Blocks of ratings that stand out, with what made them so.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::answer;
use super::figures::{fixed, percent, signed};
use super::flag_forms::{appeals as appeals_of, block, decide, decided};
use super::frame::{Page, Section};
use super::texts::{board, flags, home, relations};
use super::visit::{Visit, read_query};
use crate::domain::{Flag, Flags};
use crate::http::Problem;
use crate::service::Acting;
use crate::service::authorize::Action;

/// The page.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let done = read_query(&request, &["done"])?.text("done").is_some();
        let found = service.flags(None).await?;
        let decides = service.may(Action::ReviewFlag).is_ok();
        let appeals = if decides { service.appeals()? } else { Vec::new() };
        let title = visit.say(flags::TITLE).to_owned();
        let body = html! {
            (body(&visit, &found, done))
            @if service.may(Action::KeepRelation).is_ok() { p { a href="/relations" { (visit.say(relations::LINK)) } } }
            @if decides && !found.flags.is_empty() { (decide(&visit, &found.flags)) }
            @if !found.reviews.is_empty() { (decided(&visit, &found.reviews)) }
            @if !appeals.is_empty() { (appeals_of(&visit, &appeals, decides)) }
        };
        Ok::<_, Problem>(Page { title, section: Section::Workbench, body, as_of: Some(found.as_of), charts: false })
    };
    answer(&request, &visit, result.await)
}

fn body(visit: &Visit, found: &Flags, done: bool) -> Markup {
    let say = |text| visit.say(text);
    let rule = [
        ("weight", fixed(found.flag_weight, 2)),
        ("n", found.flag_ratings.to_string()),
        ("total", found.total.to_string()),
    ];
    let rule: Vec<(&str, &str)> = rule.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html! {
        p.crumbs { a href="/" { (say(home::TITLE)) } }
        h1 { (say(flags::TITLE)) }
        p.lead { (say(flags::LEAD)) }
        @if done { div.saved #notice role="status" { p { (say(flags::DONE)) } } }
        @if found.flags.is_empty() { div.empty { p { (say(flags::NONE)) } } } @else {
            section.card #flags {
                p.fine { (visit.fill(flags::RULE, &rule)) }
                div.scroll tabindex="0" role="group" aria-label=(say(flags::TITLE)) { table.small.wide {
                    thead { tr {
                        th scope="col" { (say(board::COLLEGE)) }
                        th scope="col" { (say(flags::BLOCK)) }
                        th.number scope="col" { (say(flags::N)) }
                        th.number scope="col" { (say(flags::SHIFT)) }
                        th.number scope="col" { (say(flags::WEIGHT)) }
                        th.number scope="col" { (say(flags::SHARE)) }
                        th scope="col" { (say(flags::WHY)) }
                    } }
                    tbody { @for one in &found.flags { (row(visit, one)) } }
                } }
                @if (found.flags.len() as u32) < found.total { p.fine { (visit.fill(flags::MORE, &[("n", &found.flags.len().to_string())])) } }
            }
        }
    }
}

fn row(visit: &Visit, one: &Flag) -> Markup {
    html! {
        tr data-college=(one.college.id) {
            th scope="row" { a href=(format!("/colleges/{}", one.college.id)) { (one.college.name) } }
            td { (block(visit, &one.block)) }
            td.number { (one.ratings) }
            td.number { (signed(one.shift, 1)) }
            td.number { (percent(one.weight)) "%" }
            td.number { (percent(one.share)) "%" }
            td.why-flag { (visit.language.pick(&one.reason.zh, &one.reason.en)) }
        }
    }
}
