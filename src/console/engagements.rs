//! Engagements of a park's enterprises, each with the way to its rating link.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::answer;
use super::frame::{Page, Section};
use super::texts::{engagements, needs};
use super::visit::{Visit, read_query};
use super::{figures, words};
use crate::domain::ParkId;
use crate::http::{Problem, path_id};
use crate::service::{Acting, EngagementShown};

/// Engagements on one page at most.
const SHOWN: usize = 200;

/// The page; `?open=1` leaves out what is rated.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = (|| {
        let query = read_query(&request, &["open"])?;
        let open = query.flag("open")?.unwrap_or(false);
        let park: ParkId = path_id(&request, "park")?;
        let (name, mut all) = service.engagements(&park)?;
        all.retain(|one| !open || !one.rated);
        let title = visit.fill(engagements::TITLE, &[("park", name.as_str())]);
        let body = html! {
            p.crumbs { a href=(format!("/parks/{park}")) { (visit.say(needs::TO_LIST)) } }
            h1 { (title) }
            p.lead { (visit.say(engagements::LEAD)) }
            p { a href=(visit.here_with(&[("open", if open { "" } else { "1" })])) {
                (visit.say(if open { engagements::ALL_OF } else { engagements::ONLY_OPEN })) } }
            @if all.is_empty() { div.empty { p { (visit.say(engagements::NONE)) } } } @else { (table(&visit, &all)) }
            @if all.len() > SHOWN { p { (visit.fill(engagements::MORE, &[("n", &(all.len() - SHOWN).to_string())])) } }
        };
        Ok::<_, Problem>(Page {
            title,
            section: Section::Workbench,
            body,
            as_of: Some(service.parks().as_of),
            charts: false,
        })
    })();
    answer(&request, &visit, result)
}

fn table(visit: &Visit, all: &[EngagementShown]) -> Markup {
    let say = |text| visit.say(text);
    html! {
        section.card {
            div.scroll tabindex="0" role="group" aria-label=(say(engagements::RATED)) { table.small.wide {
                thead { tr {
                    th scope="col" { (say(engagements::COLLEGE)) }
                    th scope="col" { (say(engagements::ENTERPRISE)) }
                    th scope="col" { (say(needs::KIND)) }
                    th scope="col" { (say(engagements::PERIOD)) }
                    th scope="col" { (say(engagements::RATED)) }
                    th scope="col" { (say(needs::ACTIONS)) }
                } }
                tbody { @for one in all.iter().take(SHOWN) { (row(visit, one)) } }
            } }
        }
    }
}

fn row(visit: &Visit, one: &EngagementShown) -> Markup {
    let engagement = &one.engagement;
    let period = [figures::day(visit.language, engagement.start), figures::day(visit.language, engagement.end)];
    let period = visit.fill(needs::PERIOD, &[("start", &period[0]), ("end", &period[1])]);
    let pair = [("enterprise", one.enterprise.as_str()), ("college", one.college.as_str())];
    let (class, text) =
        if one.rated { ("tag up", engagements::IS_RATED) } else { ("tag warn", engagements::NOT_RATED) };
    html! {
        tr {
            th scope="row" { (one.college) }
            td { (one.enterprise) }
            td { (visit.say(words::kind(engagement.kind))) }
            td { (period) }
            td { span class=(class) { (visit.say(text)) } }
            td { a href=(format!("/engagements/{}/link", engagement.id)) aria-label=(visit.fill(engagements::LINK_OF, &pair)) { (visit.say(engagements::LINK)) } }
        }
    }
}
