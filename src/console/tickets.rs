//! Rectification (整改): what is due, for the park, the college, the enterprise and the supervisor, each as much as it may know;
//! and a college's feedback.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::answer::send;
use super::frame::{Page, Section};
use super::language::Text;
use super::needs::see;
use super::texts::{rate, tickets};
use super::visit::{Visit, read_query};
use super::{failure, figures, form, words};
use crate::domain::{BadMark, Comment, EngagementId, Mark, Role, TicketId, TicketStanding};
use crate::http::Problem;
use crate::service::{Acting, FeedbackDue, LINK_DAYS, NewFeedback, NewStep, TicketShown, Tickets};

/// Bytes of a form here.
const MOST: usize = 16 * 1024;
/// Tickets on one page at most.
const SHOWN: usize = 100;

/// The page.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    shown(&request, &service, None).await
}

async fn shown(request: &HttpRequest, service: &Acting, fault: Option<Problem>) -> HttpResponse {
    let visit = Visit::of(request);
    let result = async {
        let done = read_query(request, &["done"])?.text("done").is_some();
        let found = service.tickets()?;
        let due = service.feedback_due();
        let links = links(service, &found).await;
        Ok::<_, Problem>(body(&visit, &service.principal().role, &found, &due, &links, done, fault.as_ref()))
    };
    match result.await {
        Ok(body) => {
            let status = fault.as_ref().map_or(StatusCode::OK, Problem::status);
            let title = visit.say(tickets::TITLE).to_owned();
            send(&visit, status, &Page { title, section: Section::Tickets, body, as_of: None, charts: false })
        }
        Err(problem) => failure::answer(request, &problem),
    }
}

/// Where an enterprise gives its follow-up rating, by engagement.
async fn links(service: &Acting, found: &Tickets) -> Vec<(EngagementId, String)> {
    let mut links = Vec::new();
    for id in found.items.iter().filter(|one| one.may_follow_up).filter_map(|one| one.engagement.clone()).take(SHOWN) {
        if let Ok(link) = service.rating_link(&id, LINK_DAYS).await {
            links.push((id, link.path));
        }
    }
    links
}

/// What was marked badly, in words.
pub(super) fn about(what: BadMark) -> Text {
    match what {
        BadMark::Overall => tickets::OVERALL,
        BadMark::Supply => tickets::SUPPLY,
        BadMark::Skill => tickets::SKILL,
        BadMark::Stay => tickets::STAY,
        BadMark::Help => tickets::HELP,
    }
}

/// How far a ticket is, in words.
pub(super) fn standing(one: &TicketShown) -> Text {
    match (one.standing, one.overdue) {
        (TicketStanding::ContactDue, false) => tickets::CONTACT_DUE,
        (TicketStanding::ContactDue, true) => tickets::CONTACT_LATE,
        (TicketStanding::AnswerDue, false) => tickets::ANSWER_DUE,
        (TicketStanding::AnswerDue, true) => tickets::ANSWER_LATE,
        (TicketStanding::Answered, _) => tickets::ANSWERED,
        (TicketStanding::Closed, _) => tickets::CLOSED,
    }
}

fn body(
    visit: &Visit,
    role: &Role,
    found: &Tickets,
    due: &[FeedbackDue],
    links: &[(EngagementId, String)],
    done: bool,
    fault: Option<&Problem>,
) -> Markup {
    let say = |text| visit.say(text);
    let lead = match role {
        Role::CollegeOfficer(_) => tickets::LEAD_COLLEGE,
        Role::EnterpriseRater(_) => tickets::LEAD_ENTERPRISE,
        _ => tickets::LEAD_PARK,
    };
    html! {
        h1 { (say(tickets::TITLE)) }
        p.lead { (say(lead)) }
        p.fine { (say(tickets::WORKING_DAYS)) }
        @if let Some(problem) = fault {
            @let invalid = problem.invalid_value();
            p.bad role="alert" #fault { (visit.language.pick(&invalid.zh, &invalid.en)) }
        }
        @if done { div.saved #notice role="status" { p { (say(tickets::DONE)) } } }
        @if found.suppressed { section.card #suppressed {
            p { (visit.fill(tickets::SUPPRESSED, &[("n", &found.open.to_string())])) }
        } } @else if found.items.is_empty() { div.empty { p { (say(tickets::NONE)) } } } @else {
            p #open { (visit.fill(tickets::OPEN, &[("n", &found.open.to_string())])) }
            ul.plain-list #tickets { @for one in found.items.iter().take(SHOWN) { li { (ticket(visit, role, one, links)) } } }
        }
        @if matches!(role, Role::CollegeOfficer(_)) { (feedback(visit, due)) }
    }
}

fn ticket(visit: &Visit, role: &Role, one: &TicketShown, links: &[(EngagementId, String)]) -> Markup {
    let say = |text| visit.say(text);
    let day = |day| figures::day(visit.language, day);
    let class = if one.overdue { "tag warn" } else { "tag" };
    let asks = match (role, one.standing) {
        (Role::ParkManager(_) | Role::Operator, _) if one.contacted_on.is_none() => {
            Some(("contact", tickets::CONTACT_DO))
        }
        (Role::CollegeOfficer(_), TicketStanding::AnswerDue) => Some(("answer", tickets::ANSWER_DO)),
        _ => None,
    };
    let link = one.engagement.as_ref().and_then(|id| links.iter().find(|(of, _)| of == id));
    let field = format!("text-{}", one.id);
    html! {
        section.card data-ticket=(one.id) {
            h2 { @match &one.enterprise {
                Some(enterprise) => (visit.fill(tickets::PAIR, &[("enterprise", enterprise.name.as_str()), ("college", one.college.name.as_str())])),
                None => (one.college.name),
            } }
            p { span class=(class) { (say(standing(one))) } }
            @if let Some(all) = &one.about {
                p { (say(tickets::ABOUT)) @for (at, what) in all.iter().enumerate() { @if at > 0 { (say(tickets::AND)) } (say(about(*what))) } }
            }
            p.facts {
                @if let Some(id) = &one.engagement { span { (visit.fill(tickets::ENGAGEMENT, &[("id", id.as_str())])) } }
                @if let Some(opened) = one.opened_on { span { (visit.fill(tickets::OPENED, &[("day", &day(opened))])) } }
                @if let Some(due) = one.contact_due { span { (visit.fill(tickets::CONTACT_BY, &[("day", &day(due))])) } }
                @if let Some(on) = one.contacted_on { span { (visit.fill(tickets::CONTACTED, &[("day", &day(on))])) } }
                span { (visit.fill(tickets::ANSWER_BY, &[("day", &day(one.answer_due))])) }
                @if let Some(on) = one.answered_on { span { (visit.fill(tickets::ANSWERED_ON, &[("day", &day(on))])) } }
                @if let Some(on) = one.followed_up_on { span { (visit.fill(tickets::FOLLOWED, &[("day", &day(on))])) } }
            }
            @if let Some(text) = &one.contact { p { (visit.fill(tickets::CONTACT_NOTE, &[("text", text.as_str())])) } }
            @if let Some(text) = &one.answer { p { (visit.fill(tickets::ANSWER_TEXT, &[("text", text.as_str())])) } }
            @if let Some((_, path)) = link { p { a.button href=(path) { (say(tickets::FOLLOW_UP)) } } }
            @if let Some((what, text)) = asks {
                form method="post" action="/tickets/step" {
                    input type="hidden" name="id" value=(one.id);
                    input type="hidden" name="do" value=(what);
                    div.entry-field { label for=(field) { span { (say(text)) } } textarea id=(field) name="text" rows="2" maxlength="1000" required {} }
                    p { button type="submit" { (say(tickets::SAVE)) } }
                }
            }
        }
    }
}

/// What the college may say of its engagements; the enterprise sees it when both have spoken.
fn feedback(visit: &Visit, due: &[FeedbackDue]) -> Markup {
    let say = |text| visit.say(text);
    let marks = [rate::MARK_5, rate::MARK_4, rate::MARK_3, rate::MARK_2, rate::MARK_1];
    html! {
        section.card #feedback {
            h2 { (say(tickets::FEEDBACK)) }
            p { (say(tickets::FEEDBACK_LEAD)) }
            @if due.is_empty() { p { (say(tickets::FEEDBACK_NONE)) } } @else {
                form method="post" action="/tickets/feedback" {
                    div.entry-field { label for="engagement" { span { (say(tickets::FEEDBACK_OF)) } }
                        select #engagement name="engagement" { @for one in due { option value=(one.engagement.id) {
                            (one.enterprise) " · " (say(words::kind(one.engagement.kind))) " · " (figures::day(visit.language, one.engagement.start))
                        } } } }
                    div.entry-field { label for="mark" { span { (say(tickets::FEEDBACK_MARK)) } }
                        select #mark name="mark" { @for (at, text) in marks.into_iter().enumerate() { option value=(5 - at) { (5 - at) " " (say(text)) } } } }
                    div.entry-field { label for="sentence" { span { (say(rate::SENTENCE)) } } input #sentence name="comment" maxlength="500" autocomplete="off"; }
                    p { button type="submit" { (say(tickets::SAVE)) } }
                }
            }
        }
    }
}

/// Notes a contact, or answers.
pub(super) async fn step(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let sent = form::read(&request, payload, MOST).await?;
        let id: TicketId = field(&sent, "id")?;
        let step = NewStep { text: field::<Comment>(&sent, "text")? };
        match sent.text("do").as_str() {
            "contact" => service.contact_ticket(id, step).await?,
            _ => service.answer_ticket(id, step).await?,
        };
        Ok::<_, Problem>(see("/tickets?done=1"))
    };
    match done.await {
        Ok(response) => response,
        Err(problem) => shown(&request, &service, Some(problem)).await,
    }
}

/// A college's feedback.
pub(super) async fn give(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let sent = form::read(&request, payload, MOST).await?;
        let id: EngagementId = field(&sent, "engagement")?;
        let mark = sent.text("mark").parse().ok().and_then(|mark| Mark::new(mark).ok()).unwrap_or(Mark::UNKNOWN);
        let new = NewFeedback { mark, comment: Some(field(&sent, "comment")?) };
        service.give_feedback(id, new).await?;
        Ok::<_, Problem>(see("/tickets?done=1"))
    };
    match done.await {
        Ok(response) => response,
        Err(problem) => shown(&request, &service, Some(problem)).await,
    }
}

/// A field of a form as the value it stands for.
pub(super) fn field<T: std::str::FromStr<Err = crate::domain::Invalid>>(
    sent: &form::Form,
    name: &str,
) -> Result<T, Problem> {
    sent.text(name).parse().map_err(|invalid| Problem::parameter(name, invalid))
}
