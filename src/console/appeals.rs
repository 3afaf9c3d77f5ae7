//! What a college is told of flags on its ratings, and where it appeals.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::answer::answer;
use super::flag_forms::{self, block};
use super::frame::{Page, Section};
use super::needs::see;
use super::texts::{flags, supply};
use super::tickets::field;
use super::visit::{Visit, read_query};
use super::{failure, figures, form};
use crate::domain::{CollegeId, Comment};
use crate::http::{Problem, path_id};
use crate::service::authorize::Action;
use crate::service::{Acting, AppealShown, CollegeReview, NewAppeal, ReviewStanding};

/// Bytes of a form here.
const MOST: usize = 16 * 1024;

/// The page.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let done = read_query(&request, &["done"])?.text("done").is_some();
        let id: CollegeId = path_id(&request, "college")?;
        let reviews = service.college_reviews(&id).await?;
        let mut appeals = service.appeals()?;
        appeals.retain(|one| one.college.id == id);
        let appeals_here = service.may(Action::Appeal).is_ok();
        let title = visit.say(flags::OWN_TITLE).to_owned();
        let body = body(&visit, &id, &reviews, &appeals, appeals_here, done);
        Ok::<_, Problem>(Page { title, section: Section::Supply, body, as_of: None, charts: false })
    };
    answer(&request, &visit, result.await)
}

fn standing(one: &CollegeReview) -> super::language::Text {
    match one.standing {
        ReviewStanding::UnderReview => flags::UNDER_REVIEW,
        ReviewStanding::Upheld => flags::UPHELD,
        ReviewStanding::Dismissed => flags::DISMISSED,
    }
}

fn body(
    visit: &Visit,
    id: &CollegeId,
    reviews: &[CollegeReview],
    appeals: &[AppealShown],
    may_appeal: bool,
    done: bool,
) -> Markup {
    let say = |text| visit.say(text);
    let decided = || reviews.iter().filter_map(|one| Some((one.id.as_ref()?, one.decided_on?)));
    html! {
        p.crumbs { a href=(format!("/colleges/{id}")) { (say(supply::CHOOSE_TITLE)) } }
        h1 { (say(flags::OWN_TITLE)) }
        p.lead { (say(flags::OWN_LEAD)) }
        @if done { div.saved #notice role="status" { p { (say(flags::DONE)) } } }
        @if reviews.is_empty() { div.empty { p { (say(flags::OWN_NONE)) } } } @else {
            section.card #reviews { ul.plain-list { @for one in reviews { li {
                p { strong { (say(standing(one))) }
                    @if let Some(day) = one.decided_on { " · " (figures::day(visit.language, day)) }
                    " · " @match &one.block { Some(of) => (block(visit, of)), None => (say(flags::WITHHELD)) } }
                @if let Some(reason) = &one.reason { p { (visit.fill(flags::ANSWER, &[("text", reason.as_str())])) } }
            } } } }
        }
        @if !appeals.is_empty() { (flag_forms::appeals(visit, appeals, false)) }
        @if may_appeal { section.card #appeal {
            h2 { (say(flags::APPEAL)) }
            form method="post" action=(format!("/colleges/{id}/appeal")) {
                div.entry-field { label for="review" { span { (say(flags::APPEAL_OF)) } }
                    select #review name="review" {
                        option value="" { (say(flags::UNDER_REVIEW)) }
                        @for (review, day) in decided() { option value=(review) { (figures::day(visit.language, day)) " " (review) } }
                    } }
                div.entry-field { label for="text" { span { (say(flags::APPEAL_TEXT)) } } textarea #text name="text" rows="4" maxlength="2000" required {} }
                p { button type="submit" { (say(flags::APPEAL)) } }
            }
        } }
    }
}

/// Lodges an appeal.
pub(super) async fn lodge(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let college: CollegeId = path_id(&request, "college")?;
        let sent = form::read(&request, payload, MOST).await?;
        let review = if sent.text("review").is_empty() { None } else { Some(field(&sent, "review")?) };
        let text: Comment = field(&sent, "text")?;
        let to = format!("/colleges/{college}/reviews?done=1");
        service.appeal(NewAppeal { college, review, text }).await?;
        Ok::<_, Problem>(see(&to))
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}
