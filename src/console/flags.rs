//! Blocks of ratings that stand out, with what made them so.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::answer;
use super::figures::{self, fixed, percent, signed};
use super::frame::{Page, Section};
use super::texts::{board, flags, home};
use super::visit::{Visit, read_query};
use crate::domain::{Flag, FlagBlock, Flags};
use crate::http::Problem;
use crate::service::Acting;

/// The page.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        read_query(&request, &[])?;
        let found = service.flags(None).await?;
        let title = visit.say(flags::TITLE).to_owned();
        let body = body(&visit, &found);
        Ok::<_, Problem>(Page { title, section: Section::Workbench, body, as_of: Some(found.as_of), charts: false })
    };
    answer(&request, &visit, result.await)
}

fn body(visit: &Visit, found: &Flags) -> Markup {
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
            td { @match &one.block {
                FlagBlock::Park { park } => a href=(format!("/parks/{park}")) { (visit.fill(flags::OF_PARK, &[("park", park.as_str())])) },
                FlagBlock::Fortnight { from, to } => (visit.fill(flags::OF_TIME, &[("from", &figures::day(visit.language, *from)), ("to", &figures::day(visit.language, *to))])),
            } }
            td.number { (one.ratings) }
            td.number { (signed(one.shift, 1)) }
            td.number { (percent(one.weight)) "%" }
            td.number { (percent(one.share)) "%" }
            td.why-flag { (visit.language.pick(&one.reason.zh, &one.reason.en)) }
        }
    }
}
