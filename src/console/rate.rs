//! S4, rating on a phone: opened by a signed link, answered by taps, sent as a plain form.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use maud::{Markup, html};
use uuid::Uuid;

use super::access::role_text;
use super::answer::guarded;
use super::form::foreign;
use super::language::Text;
use super::questionnaire::{Filled, given, hidden, questions};
use super::texts::{rate, tickets};
use super::visit::Visit;
use super::{figures, phone, words};
use crate::domain::{Comment, LinkMaker, NotCounted, RatingWindow, Role, without_personal_data};
use crate::http::{Access, Metrics, Problem};
use crate::service::{
    Acting, LinkAnswer, LinkedRating, RatingHistory, RatingRevision, Service, ServiceError, TicketShown,
};

/// A form is smaller, in bytes.
const MAX_FORM: usize = 16 * 1024;
/// A form must have arrived after this long.
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(10);
/// How often and how long a second sending waits for the first, which is still being written.
const IN_FLIGHT: (u32, std::time::Duration) = (40, std::time::Duration::from_millis(100));

/// The form, or what was answered.
pub(super) async fn page(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let visit = Visit::of(&request);
    match service.follow_link(request.match_info().query("token")).await {
        Ok(linked) => match service.linked_revisions(&linked).await {
            Ok(history) => {
                let gave = gave(&request, &linked);
                let status = if linked.used && !gave { StatusCode::GONE } else { StatusCode::OK };
                show(&visit, status, &linked, history.as_ref(), None, gave)
            }
            Err(error) => super::failure::answer(&request, &error.into()),
        },
        Err(_) => bad_link(&visit),
    }
}

/// Takes the answers: records them, or changes those that there are.
pub(super) async fn submit(
    request: HttpRequest,
    payload: web::Payload,
    service: web::Data<Service>,
    metrics: web::Data<Metrics>,
) -> HttpResponse {
    let visit = Visit::of(&request);
    if foreign(&request) {
        return refused(&visit, StatusCode::FORBIDDEN, rate::TITLE, rate::FOREIGN);
    }
    let token = request.match_info().query("token");
    let Ok(linked) = service.follow_link(token).await else { return bad_link(&visit) };
    let fields = read(payload).await.unwrap_or_default();
    let filled = Filled::read(&fields);
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let key = field("key").and_then(|key| key.parse::<Uuid>().ok());
    let rev = field("rev").and_then(|rev| rev.parse().ok());
    let comment = filled.comment();
    let comment = if comment.is_empty() { Some(None) } else { comment.parse().ok().map(Some) };
    let reason = field("reason").unwrap_or_default().trim().to_owned();
    let followup = field("followup").is_some();
    let again = |key, rev, filled, confirm| Form { key, rev, filled, reason: reason.clone(), followup, confirm };
    let (Some(key), Some(rev), Some(marks), Some(comment)) = (key, rev, filled.marks(), comment) else {
        let form = again(key.unwrap_or_else(Uuid::new_v4), rev.unwrap_or(0), filled, false);
        let notice = Some((visit.say(rate::INCOMPLETE).to_owned(), Some(form)));
        return show(&visit, StatusCode::UNPROCESSABLE_ENTITY, &linked, None, notice, gave(&request, &linked));
    };
    let confirmed = field("confirm").is_some();
    let personal = |comment: &Comment| without_personal_data(comment.as_str()).is_err();
    if !confirmed && comment.as_ref().is_some_and(personal) {
        let form = again(key, rev, filled, true);
        let notice = Some((visit.say(rate::PERSONAL).to_owned(), Some(form)));
        return show(&visit, StatusCode::UNPROCESSABLE_ENTITY, &linked, None, notice, gave(&request, &linked));
    }
    let gave_it = gave(&request, &linked);
    let answer = LinkAnswer {
        key: key.to_string(),
        rev,
        marks,
        comment,
        reason: (!reason.is_empty()).then(|| reason.parse().ok()).flatten(),
        followup,
        gave: gave_it,
    };
    let problem = match recorded(&service, token, &answer).await {
        Ok(replayed) => {
            if rev == 0 && !replayed {
                metrics.rating_accepted();
            }
            let mut response = guarded(StatusCode::SEE_OTHER);
            if let Some(mark) = service.follow_link(token).await.ok().and_then(|linked| linked.mark) {
                response.cookie(kept(&request, &linked, mark));
            }
            return response.insert_header((header::LOCATION, linked.link.path)).finish();
        }
        Err(problem) => problem,
    };
    problem.log_cause(&request);
    let Ok(now) = service.follow_link(token).await else { return bad_link(&visit) };
    let refused = problem.invalid_value();
    let (status, text, once_more) = if problem.status().is_server_error() {
        (problem.status(), visit.say(rate::NOT_SAVED), true)
    } else {
        match &*refused.rule {
            "missing-field" => (StatusCode::UNPROCESSABLE_ENTITY, visit.say(rate::REASON_DUE), true),
            "used-link" => (StatusCode::GONE, visit.say(rate::NOT_TAKEN), false),
            "revision-limit" | "rating-window" | "no-followup" => {
                (StatusCode::CONFLICT, visit.language.pick(&*refused.zh, &*refused.en), false)
            }
            _ if now.used && !gave(&request, &now) => (StatusCode::CONFLICT, visit.say(rate::NOT_TAKEN), false),
            _ => (StatusCode::CONFLICT, visit.say(rate::CHANGED), false),
        }
    };
    let notice = Some((text.to_owned(), once_more.then(|| again(key, rev, filled, false))));
    show(&visit, status, &now, None, notice, gave(&request, &now))
}

/// The name of the cookie by which a browser shows that it gave the rating.
const GIVEN: &str = "zeyou_given";

/// Whether this browser gave the rating, or is signed in for the enterprise. A link goes through several hands; how it was
/// rated is shown in these only.
fn gave(request: &HttpRequest, linked: &LinkedRating) -> bool {
    let extensions = request.extensions();
    let own = extensions.get::<Acting>().is_some_and(|acting| match &acting.principal().role {
        Role::EnterpriseRater(id) => *id == linked.link.engagement.enterprise,
        role => *role == Role::Operator,
    });
    let shown = request.cookie(GIVEN);
    own || linked.gave(shown.as_ref().map(Cookie::value))
}

/// The cookie, for the link's own address.
fn kept(request: &HttpRequest, linked: &LinkedRating, mark: String) -> Cookie<'static> {
    Cookie::build(GIVEN, mark)
        .path(linked.link.path.clone())
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(Access::of(request).behind_tls)
        .max_age(Duration::days(366))
        .finish()
}

/// Records it; whether it had been recorded before.
async fn recorded(service: &Service, token: &str, answer: &LinkAnswer) -> Result<bool, Problem> {
    for _ in 0..IN_FLIGHT.0 {
        let problem: Problem = match service.rate_by_link(token, answer.clone()).await {
            Ok((_, replayed)) => return Ok(replayed),
            Err(error) => error.into(),
        };
        if problem.invalid_value().rule != "idempotency-in-progress" {
            return Err(problem);
        }
        tokio::time::sleep(IN_FLIGHT.1).await;
    }
    Err(ServiceError::Busy.into())
}

async fn read(payload: web::Payload) -> Option<Vec<(String, String)>> {
    let bytes = tokio::time::timeout(DEADLINE, payload.to_bytes_limited(MAX_FORM)).await.ok()?.ok()?.ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    web::Query::<Vec<(String, String)>>::from_query(text).ok().map(web::Query::into_inner)
}

/// One body for every link that does not open, whatever is wrong with it.
fn bad_link(visit: &Visit) -> HttpResponse {
    refused(visit, StatusCode::NOT_FOUND, rate::BAD_TITLE, rate::BAD_TEXT)
}

fn refused(visit: &Visit, status: StatusCode, title: Text, text: Text) -> HttpResponse {
    let body = html! { h1 { (visit.say(title)) } p.lead { (visit.say(text)) } };
    phone::send(visit, status, visit.say(title), &body)
}

/// A form as it was sent.
struct Form {
    key: Uuid,
    rev: u32,
    filled: Filled,
    /// Why an earlier rating is changed.
    reason: String,
    /// Whether it is the follow-up rating.
    followup: bool,
    /// Whether the sentence is to be looked at once more.
    confirm: bool,
}

/// What the link shows now, with a notice; a form that could not be taken stands there as it was sent. What was answered is
/// shown to the browser that `gave` it.
fn show(
    visit: &Visit,
    status: StatusCode,
    linked: &LinkedRating,
    history: Option<&RatingHistory>,
    notice: Option<(String, Option<Form>)>,
    gave: bool,
) -> HttpResponse {
    let (notice, sent) = notice.map_or((None, None), |(text, form)| (Some(text), form));
    let body = html! {
        @if let Some(text) = notice { p.notice role="alert" { (text) } }
        @match (&linked.given, &sent) {
            (Some((rating, rev)), None) if gave => {
                (answered(visit, linked, &Filled::of(rating.marks, rating.comment.as_ref().map(|text| text.as_str())), *rev))
                (revisions(visit, history))
            }
            (None, None) if linked.outside.is_some() => {
                h1 { (visit.say(rate::TITLE)) }
                (what(visit, linked))
                @if let Some(window) = &linked.outside { p #outside { (outside(visit, window)) } }
            }
            (_, None) if linked.used && !gave => {
                h1 { (visit.say(rate::TITLE)) }
                (what(visit, linked))
                p #used { (visit.say(rate::USED)) }
            }
            (_, sent) => {
                h1 { (visit.say(rate::TITLE)) }
                (what(visit, linked))
                @let rev = linked.given.as_ref().map_or(0, |(_, rev)| *rev);
                @let (filled, reason_given) = (Filled::default(), String::new());
                @let fresh = Form { key: Uuid::new_v4(), rev, filled, reason: reason_given, followup: false, confirm: false };
                @if rev > 0 && sent.is_none() { p #rated { (visit.say(rate::RATED)) } }
                @let form = sent.as_ref().unwrap_or(&fresh);
                @if form.rev == 0 { p { (visit.say(rate::LEAD)) } }
                (sending(visit, linked, form.key, form.rev, html! {
                    (questions(visit, &form.filled))
                    @if form.followup { input type="hidden" name="followup" value="1"; }
                    @if form.rev > 0 && !form.followup { (reason(visit, &form.reason)) }
                    @if form.confirm {
                        label { span { (visit.say(rate::SENTENCE)) } textarea name="sentence" rows="3" maxlength="500" { (form.filled.sentence) } }
                        label.confirm { input type="checkbox" name="confirm" value="1"; " " (visit.say(rate::PERSONAL_KEEP)) }
                    } @else if !form.filled.sentence.is_empty() {
                        input type="hidden" name="sentence" value=(form.filled.sentence);
                    }
                    button.send type="submit" { (visit.say(rate::SUBMIT)) }
                }))
            }
        }
    };
    phone::send(visit, status, visit.say(rate::TITLE), &body)
}

/// Who rates whom, and which cooperation.
fn what(visit: &Visit, linked: &LinkedRating) -> Markup {
    let link = &linked.link;
    let engagement = &link.engagement;
    let (start, end) = (figures::day(visit.language, engagement.start), figures::day(visit.language, engagement.end));
    let kind = visit.say(words::kind(engagement.kind));
    html! {
        p.pair-named { (visit.fill(rate::PAIR, &[("college", &link.college), ("enterprise", &link.enterprise)])) }
        p.fine { (visit.fill(rate::PERIOD, &[("kind", kind), ("start", &start), ("end", &end)])) }
    }
}

/// What the college answered, and the form of the one follow-up rating.
fn rectification(visit: &Visit, linked: &LinkedRating, ticket: &TicketShown, filled: &Filled, rev: u32) -> Markup {
    html! {
        section.card #rectification {
            h2 { (visit.say(tickets::TITLE)) }
            p { span.tag { (visit.say(super::tickets::standing(ticket))) } }
            @if let Some(text) = &ticket.answer { p { (visit.fill(tickets::ANSWER_TEXT, &[("text", text.as_str())])) } }
            @if ticket.may_follow_up { details #follow-up {
                summary { (visit.say(tickets::FOLLOW_UP)) }
                (sending(visit, linked, Uuid::new_v4(), rev, html! {
                    input type="hidden" name="followup" value="1";
                    (questions(visit, filled))
                    input type="hidden" name="sentence" value=(filled.sentence);
                    button.send type="submit" { (visit.say(rate::CHANGE_SEND)) }
                }))
            } }
        }
    }
}

/// What the college says, once it may be seen.
fn feedback(visit: &Visit, linked: &LinkedRating) -> Markup {
    let said = &linked.feedback;
    let mark = said.mark.and_then(|mark| mark.get()).map(|mark| mark.to_string());
    html! {
        @if let Some(mark) = mark {
            p #feedback { (visit.fill(tickets::FEEDBACK_GIVEN, &[("mark", &mark), ("text", said.comment.as_ref().map_or("", |text| text.as_str()))])) }
        }
        @if let Some(until) = said.sealed_until { p.fine #sealed { (visit.fill(tickets::FEEDBACK_SEALED, &[("day", &figures::day(visit.language, until))])) } }
    }
}

/// How the rating came to be what it is: each revision with its day, its reason, and who made the link it came by.
fn revisions(visit: &Visit, history: Option<&RatingHistory>) -> Markup {
    let row = |one: &RatingRevision| {
        let day = figures::day(visit.language, one.at.day());
        let what = match (one.marks, one.followup) {
            (None, _) => rate::WAS_WITHDRAWN,
            (_, true) => rate::WAS_FOLLOWUP,
            (_, false) => rate::WAS_GIVEN,
        };
        let maker = |link: &LinkMaker| match link.role.as_str() {
            "operator" => visit.say(rate::OPERATOR).to_owned(),
            role => format!("{} {}", visit.say(role_text(role)), link.id),
        };
        html! { li {
            (day) " · " (visit.say(what))
            @if let Some(link) = &one.link { " · " (visit.fill(rate::BY_LINK, &[("maker", &maker(link))])) }
            @if let Some(reason) = &one.reason { " · " (visit.fill(rate::BECAUSE, &[("reason", reason.as_str())])) }
        } }
    };
    html! { @if let Some(history) = history { details.card #revisions {
        summary { (visit.fill(rate::REVISIONS, &[("n", &history.items.len().to_string())])) }
        ul.plain-list { @for one in &history.items { (row(one)) } }
    } } }
}

/// Why an answer is changed, once it is no longer new.
fn reason(visit: &Visit, given: &str) -> Markup {
    html! { label { span { (visit.say(rate::REASON)) } textarea name="reason" rows="2" maxlength="500" { (given) } } }
}

/// When it can be rated.
fn outside(visit: &Visit, window: &RatingWindow) -> String {
    let opens = figures::day(visit.language, window.opens);
    match window.closes {
        Some(closes) => {
            visit.fill(rate::WINDOW, &[("opens", &opens), ("closes", &figures::day(visit.language, closes))])
        }
        None => visit.fill(rate::WINDOW_OPENS, &[("opens", &opens)]),
    }
}

/// Thanks, what happens with it, until when it may be changed, one sentence, and the form again.
fn answered(visit: &Visit, linked: &LinkedRating, filled: &Filled, rev: u32) -> Markup {
    let until = figures::day(visit.language, linked.link.until);
    html! {
        h1 #received { (visit.say(rate::RECEIVED)) }
        (what(visit, linked))
        p { (visit.fill(rate::CHANGEABLE, &[("until", &until)])) }
        @match linked.not_counted {
            None => p { (visit.say(rate::WHAT_HAPPENS)) },
            Some(NotCounted::RelatedParty) => p #not-counted { (visit.say(rate::RELATED)) },
            Some(NotCounted::FlagUpheld) => p #not-counted { (visit.say(rate::UPHELD)) },
        }
        section.card #sentence {
            (sending(visit, linked, Uuid::new_v4(), rev, html! {
                (hidden(filled))
                label { span { (visit.say(rate::SENTENCE)) } textarea name="sentence" rows="3" maxlength="500" { (filled.sentence) } }
                button.send.second type="submit" { (visit.say(rate::SENTENCE_SEND)) }
            }))
        }
        @if let Some(ticket) = &linked.ticket { (rectification(visit, linked, ticket, filled, rev)) }
        (feedback(visit, linked))
        section.card #given { h2 { (visit.say(rate::GIVEN)) } (given(visit, filled)) }
        details.card #change {
            summary { (visit.say(rate::CHANGE)) }
            (sending(visit, linked, Uuid::new_v4(), rev, html! {
                (questions(visit, filled))
                (reason(visit, ""))
                input type="hidden" name="sentence" value=(filled.sentence);
                button.send type="submit" { (visit.say(rate::CHANGE_SEND)) }
            }))
        }
    }
}

/// A form that goes back by the link, under a key of its own: sent twice, it counts once.
fn sending(visit: &Visit, linked: &LinkedRating, key: Uuid, rev: u32, fields: Markup) -> Markup {
    html! {
        form method="post" action=(linked.link.path) data-send data-sending=(visit.say(rate::SENDING)) data-waiting=(visit.say(rate::WAITING)) {
            input type="hidden" name="key" value=(key);
            input type="hidden" name="rev" value=(rev);
            (fields)
            p.sent role="status" {}
        }
    }
}
