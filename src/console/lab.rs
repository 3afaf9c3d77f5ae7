//! S3, the scenario lab of a park (情景推演).

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::answer::answer;
use super::assets;
use super::bar::patterns;
use super::frame::{Page, Section};
use super::lab_list;
use super::lab_state::Asked;
use super::lab_weights;
use super::slope;
use super::texts::{lab, why};
use super::visit::Visit;
use crate::http::Problem;
use crate::service::{Lab, Service};

/// The lab of a park.
pub(super) async fn page(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let asked = Asked::of(&request)?;
        let found = service.lab(asked.park.clone(), asked.question()).await?;
        Ok::<_, Problem>(Page {
            title: visit.fill(lab::TITLE, &[("park", found.board.card.park.name.as_str())]),
            section: Section::Workbench,
            body: body(&visit, &asked, &found),
            as_of: Some(found.board.shortlist.as_of.clone()),
            charts: false,
        })
    };
    answer(&request, &visit, result.await)
}

fn body(visit: &Visit, asked: &Asked, found: &Lab) -> Markup {
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
                (lab_list::assumptions(visit, asked, found))
            }
        }
    }
}
