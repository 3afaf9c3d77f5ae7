//! S4, rating on a phone: opened by a signed link, answered by taps, sent as a plain form.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};
use uuid::Uuid;

use super::answer::guarded;
use super::form::foreign;
use super::language::Text;
use super::questionnaire::{Filled, given, hidden, questions};
use super::texts::rate;
use super::visit::Visit;
use super::{figures, phone, words};
use crate::domain::{Comment, without_personal_data};
use crate::http::{Metrics, Problem};
use crate::service::{LinkAnswer, LinkedRating, Service, ServiceError};

/// A form is smaller, in bytes.
const MAX_FORM: usize = 16 * 1024;
/// A form must have arrived after this long.
const DEADLINE: Duration = Duration::from_secs(10);
/// How often and how long a second sending waits for the first, which is still being written.
const IN_FLIGHT: (u32, Duration) = (40, Duration::from_millis(100));

/// The form, or what was answered.
pub(super) async fn page(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let visit = Visit::of(&request);
    match service.follow_link(request.match_info().query("token")) {
        Ok(linked) => show(&visit, StatusCode::OK, &linked, None),
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
    let Ok(linked) = service.follow_link(token) else { return bad_link(&visit) };
    let fields = read(payload).await.unwrap_or_default();
    let filled = Filled::read(&fields);
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let key = field("key").and_then(|key| key.parse::<Uuid>().ok());
    let rev = field("rev").and_then(|rev| rev.parse().ok());
    let comment = filled.comment();
    let comment = if comment.is_empty() { Some(None) } else { comment.parse().ok().map(Some) };
    let (Some(key), Some(rev), Some(marks), Some(comment)) = (key, rev, filled.marks(), comment) else {
        let form = Form { key: key.unwrap_or_else(Uuid::new_v4), rev: rev.unwrap_or(0), filled, confirm: false };
        return show(&visit, StatusCode::UNPROCESSABLE_ENTITY, &linked, Some((rate::INCOMPLETE, Some(form))));
    };
    let confirmed = field("confirm").is_some();
    let personal = |comment: &Comment| without_personal_data(comment.as_str()).is_err();
    if !confirmed && comment.as_ref().is_some_and(personal) {
        let form = Form { key, rev, filled, confirm: true };
        return show(&visit, StatusCode::UNPROCESSABLE_ENTITY, &linked, Some((rate::PERSONAL, Some(form))));
    }
    let answer = LinkAnswer { key: key.to_string(), rev, marks, comment };
    let problem = match recorded(&service, token, &answer).await {
        Ok(replayed) => {
            if rev == 0 && !replayed {
                metrics.rating_accepted();
            }
            return guarded(StatusCode::SEE_OTHER).insert_header((header::LOCATION, linked.link.path)).finish();
        }
        Err(problem) => problem,
    };
    problem.log_cause(&request);
    let Ok(now) = service.follow_link(token) else { return bad_link(&visit) };
    if problem.status().is_server_error() {
        let form = Form { key, rev, filled, confirm: false };
        return show(&visit, problem.status(), &now, Some((rate::NOT_SAVED, Some(form))));
    }
    show(&visit, StatusCode::CONFLICT, &now, Some((rate::CHANGED, None)))
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
    /// Whether the sentence is to be looked at once more.
    confirm: bool,
}

/// What the link shows now, with a notice; a form that could not be taken stands there as it was sent.
fn show(
    visit: &Visit,
    status: StatusCode,
    linked: &LinkedRating,
    notice: Option<(Text, Option<Form>)>,
) -> HttpResponse {
    let (notice, sent) = notice.map_or((None, None), |(text, form)| (Some(text), form));
    let body = html! {
        @if let Some(text) = notice { p.notice role="alert" { (visit.say(text)) } }
        @match (&linked.given, &sent) {
            (Some((rating, rev)), None) => (answered(visit, linked, &Filled::of(rating.marks, rating.comment.as_ref().map(|text| text.as_str())), *rev)),
            (_, sent) => {
                h1 { (visit.say(rate::TITLE)) }
                (what(visit, linked))
                @let fresh = Form { key: Uuid::new_v4(), rev: 0, filled: Filled::default(), confirm: false };
                @let form = sent.as_ref().unwrap_or(&fresh);
                @if form.rev == 0 { p { (visit.say(rate::LEAD)) } }
                (sending(visit, linked, form.key, form.rev, html! {
                    (questions(visit, &form.filled))
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

/// Thanks, what happens with it, until when it may be changed, one sentence, and the form again.
fn answered(visit: &Visit, linked: &LinkedRating, filled: &Filled, rev: u32) -> Markup {
    let until = figures::day(visit.language, linked.link.until);
    html! {
        h1 #received { (visit.say(rate::RECEIVED)) }
        (what(visit, linked))
        p { (visit.fill(rate::CHANGEABLE, &[("until", &until)])) }
        p { (visit.say(rate::WHAT_HAPPENS)) }
        section.card #sentence {
            (sending(visit, linked, Uuid::new_v4(), rev, html! {
                (hidden(filled))
                label { span { (visit.say(rate::SENTENCE)) } textarea name="sentence" rows="3" maxlength="500" { (filled.sentence) } }
                button.send.second type="submit" { (visit.say(rate::SENTENCE_SEND)) }
            }))
        }
        section.card #given { h2 { (visit.say(rate::GIVEN)) } (given(visit, filled)) }
        details.card #change {
            summary { (visit.say(rate::CHANGE)) }
            (sending(visit, linked, Uuid::new_v4(), rev, html! {
                (questions(visit, filled))
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
