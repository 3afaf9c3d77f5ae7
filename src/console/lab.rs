//! S3, the scenario lab of a park (情景推演).

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::answer::answer;
use super::assets;
use super::bar::patterns;
use super::failure;
use super::form;
use super::frame::{Page, Section};
use super::lab_assumed;
use super::lab_departments;
use super::lab_join;
use super::lab_list;
use super::lab_state::{ADDS, Asked};
use super::lab_weights;
use super::needs::see;
use super::slope;
use super::texts::{lab, why};
use super::visit::{Visit, address};
use crate::domain::NewScenario;
use crate::http::Problem;
use crate::service::{Acting, Lab};

/// The lab of a park.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let (asked, query) = Asked::of(&request)?;
        // The address says an assumption as any other, so that it is the scenario.
        let to =
            |name: &str, all: &str| see(&visit.here_with(&[&ADDS.map(|name| (name, ""))[..], &[(name, all)]].concat()));
        if let Some(all) = lab_join::added(&visit, &service, &query)? {
            return Ok(Err(to("join", &all)));
        }
        if let Some((name, text)) = lab_assumed::added(&visit, &service, &query)? {
            let all = query.text(name).map_or_else(|| text.clone(), |given| format!("{given},{text}"));
            return Ok(Err(to(name, &all)));
        }
        let departments = asked.departments.clone();
        let found = service.lab(asked.park.clone(), asked.question(service.today()), departments).await?;
        if let Some(all) = lab_departments::added(&visit, &query, &asked.departments, &found.weights)? {
            return Ok(Err(to("departments", &all)));
        }
        Ok::<_, Problem>(Ok(Page {
            title: visit.fill(lab::TITLE, &[("park", found.board.card.park.name.as_str())]),
            section: Section::Workbench,
            body: body(&visit, &service, &asked, &found),
            as_of: Some(found.board.shortlist.as_of.clone()),
            charts: false,
        }))
    };
    match result.await {
        Ok(Err(elsewhere)) => elsewhere,
        Ok(Ok(page)) => answer(&request, &visit, Ok(page)),
        Err(problem) => answer(&request, &visit, Err(problem)),
    }
}

/// A form, in bytes.
const MOST: usize = 16 * 1024;

/// Keeps the scenario of the address.
pub(super) async fn keep(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let (asked, _) = Asked::of(&request)?;
        let sent = form::read(&request, payload, MOST).await?;
        let part = |name: &'static str| sent.text(name).parse().map_err(|invalid| Problem::parameter(name, invalid));
        let (name, owner) = (part("name")?, part("owner")?);
        let new = NewScenario { name, owner, description: None, question: asked.question(service.today()) };
        let made = service.keep_scenario(new).await?;
        Ok::<_, Problem>(see(&address("/scenarios", [("kept", made.id.as_str())])))
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}

fn body(visit: &Visit, service: &Acting, asked: &Asked, found: &Lab) -> Markup {
    let park = &found.board.card.park;
    let path = format!("/parks/{}", park.id);
    html! {
        (patterns())
        script src=(assets::address("lab.js")) defer {}
        p.crumbs { a href=(visit.there(&path, &[("exclude", "")])) { (visit.fill(why::BACK, &[("park", park.name.as_str())])) } }
        h1 { (visit.fill(lab::TITLE, &[("park", park.name.as_str())])) }
        p.lead { (visit.say(lab::LEAD)) }
        div.lab {
            (lab_weights::form(visit, asked, found))
            section #lab-outcome {
                section.card {
                    h2 { (visit.say(lab::RESULT)) }
                    p #lab-summary { (lab_list::summary(visit, found)) }
                    (lab_list::table(visit, asked, found))
                }
                (slope::chart(visit, found, asked.plain.top))
                (lab_list::assumptions(visit, service, asked, found))
            }
            div #lab-more {
                (lab_departments::card(visit, &format!("{path}/lab"), &asked.departments, found))
                (lab_assumed::forms(visit, service, &format!("{path}/lab"), found))
            }
        }
    }
}
