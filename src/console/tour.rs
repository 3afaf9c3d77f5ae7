//! The guided tour: four pages a newcomer is led through, by plain links; whoever has seen enough ends it.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::failure;
use super::language::Text;
use super::needs::see;
use super::texts::tour;
use super::visit::{Visit, read_query};
use crate::domain::Question;
use crate::http::Problem;
use crate::service::Acting;

const STEPS: [Text; 4] = [tour::STEP_1, tour::STEP_2, tour::STEP_3, tour::STEP_4];

/// Leads to the page of a step, whatever parks and colleges there are.
pub(super) async fn step(request: HttpRequest, service: Acting) -> HttpResponse {
    let address = (|| {
        read_query(&request, &[])?;
        let step: usize = request.match_info().query("step").parse().map_err(|_| Problem::not_found())?;
        let parks = service.parks();
        let park = parks.cards.iter().find(|card| card.demands > 0).or(parks.cards.first());
        let park = park.map(|card| card.park.id.clone());
        Ok::<_, Problem>(match (step, park) {
            (1, _) | (_, None) => "/?tour=1".to_owned(),
            (2, Some(park)) => format!("/parks/{park}?tour=2"),
            (3, Some(park)) => {
                let first = service.shortlist(&Question { top: 1, ..Question::of(park.clone()) })?;
                match first.items.first() {
                    Some(item) => format!("/parks/{park}/colleges/{}?tour=3", item.college.id),
                    None => format!("/parks/{park}?tour=2"),
                }
            }
            (4, Some(park)) => format!("/parks/{park}/lab?tour=4"),
            _ => return Err(Problem::not_found()),
        })
    })();
    match address {
        Ok(address) => see(&address),
        Err(problem) => failure::answer(&request, &problem),
    }
}

/// What the tour says of this page; nothing outside a tour.
pub(super) fn strip(visit: &Visit) -> Markup {
    let Some((step, text)) = visit.tour.and_then(|step| Some((step, STEPS.get(step.checked_sub(1)?)?))) else {
        return html! {};
    };
    let last = step == STEPS.len();
    html! {
        aside.tour aria-label=(visit.say(tour::LABEL)) {
            p { strong { (visit.fill(tour::STEP, &[("n", &step.to_string())])) } " " (visit.say(*text)) }
            p.inline {
                @if step > 1 { a.button.plain href=(format!("/tour/{}", step - 1)) { (visit.say(tour::BACK)) } }
                @if last { a.button.next href=(visit.here_with(&[])) { (visit.say(tour::DONE)) } } @else {
                    a.button.next href=(format!("/tour/{}", step + 1)) { (visit.say(tour::NEXT)) }
                    a.quiet href=(visit.here_with(&[])) { (visit.say(tour::SKIP)) }
                }
            }
        }
    }
}
