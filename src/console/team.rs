//! The team of k beside the individual order.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::answer;
use super::board::unmet_row;
use super::figures::percent;
use super::frame::{Page, Section};
use super::texts::{board, why};
use super::visit::{Visit, read_question};
use crate::domain::Team;
use crate::http::Problem;
use crate::service::Acting;

/// A page does not wait longer for the proof.
const TEAM_TIME: std::time::Duration = std::time::Duration::from_secs(2);

/// The colleges that together cover the need best.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let (question, query) = read_question(&request, &["size"])?;
        let size = query.number("size", 1, 20)?.unwrap_or(5) as usize;
        let team = service.team(question, size, true, Some(TEAM_TIME)).await?;
        let back = visit.there(&format!("/parks/{}", team.park), &[]);
        let title = visit.fill(board::TEAM, &[("k", &team.members.len().to_string())]);
        let body = html! {
            p.crumbs { a href=(back) { (visit.fill(why::BACK, &[("park", team.park_name.as_str())])) } }
            h1 { (team.park_name) }
            (panel(&visit, &team))
        };
        Ok::<_, Problem>(Page { title, section: Section::Workbench, body, as_of: Some(team.as_of), charts: false })
    };
    answer(&request, &visit, result.await)
}

fn panel(visit: &Visit, team: &Team) -> Markup {
    let k = team.members.len().to_string();
    let (coverage, other) = (percent(team.coverage), percent(team.shortlist_coverage));
    let text = if coverage == other { board::TEAM_SAME } else { board::TEAM_TEXT };
    html! {
        section.card #team {
            h2 { (visit.fill(board::TEAM, &[("k", &k)])) }
            @if team.members.is_empty() {
                p { (visit.say(board::TEAM_EMPTY)) }
            } @else {
                p { (visit.fill(text, &[("k", &k), ("coverage", &coverage), ("other", &other)])) " "
                    @if team.gap <= 1e-9 { (visit.say(board::TEAM_PROVEN)) } @else {
                        (visit.fill(board::TEAM_BOUND, &[("k", &k), ("bound", &percent(team.bound))]))
                    }
                }
                div.scroll tabindex="0" role="group" aria-label=(visit.fill(board::TEAM, &[("k", &k)])) {
                    table.small {
                        thead { tr {
                            th scope="col" { (visit.say(board::COLLEGE)) }
                            th.number scope="col" { (visit.say(board::TEAM_RANK)) }
                            th.number scope="col" { (visit.say(board::TEAM_ADDS)) }
                            th.number scope="col" { (visit.say(board::TEAM_ALONE)) }
                        } }
                        tbody { @for member in &team.members {
                            tr {
                                th scope="row" { a href=(visit.there(&format!("/parks/{}/colleges/{}", team.park, member.college.id), &[])) { (member.college.name) } }
                                td.number { (member.rank) }
                                td.number { (percent(member.adds)) "%" }
                                td.number { (percent(member.alone)) "%" }
                            }
                        } }
                    }
                }
                @if !team.unmet.is_empty() && team.unmet.iter().all(|open| open.derived) {
                    table.small {
                        thead { tr { th scope="col" { (visit.say(board::UNMET_WHAT)) } th.number scope="col" { (visit.say(board::UNMET_GAP)) } } }
                        tbody { @for open in &team.unmet { (unmet_row(visit, None, open)) } }
                    }
                }
            }
        }
    }
}
