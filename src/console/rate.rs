//! S4, rating on a phone: opened by a signed link, answered by taps, sent as a plain form.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use maud::{Markup, html};
use uuid::Uuid;

use super::answer::guarded;
use super::form::foreign;
use super::language::Text;
use super::questionnaire::{Filled, given, hidden, questions};
use super::texts::rate;
use super::visit::Visit;
use super::{figures, phone, words};
use crate::domain::Role;
use crate::http::{Access, Metrics, Problem};
use crate::service::{Acting, LinkAnswer, LinkedRating, Service, ServiceError};

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
        Ok(linked) => show(&visit, StatusCode::OK, &linked, None, gave(&request, &linked)),
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
    let (Some(key), Some(rev), Some(marks), Some(comment)) = (key, rev, filled.marks(), comment) else {
        let form = Form { key: key.unwrap_or_else(Uuid::new_v4), rev: rev.unwrap_or(0), filled };
        let notice = Some((rate::INCOMPLETE, Some(form)));
        return show(&visit, StatusCode::UNPROCESSABLE_ENTITY, &linked, notice, gave(&request, &linked));
    };
    let answer = LinkAnswer { key: key.to_string(), rev, marks, comment };
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
    if problem.status().is_server_error() {
        let form = Form { key, rev, filled };
        return show(&visit, problem.status(), &now, Some((rate::NOT_SAVED, Some(form))), gave(&request, &now));
    }
    show(&visit, StatusCode::CONFLICT, &now, Some((rate::CHANGED, None)), gave(&request, &now))
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
    own || shown.is_some_and(|shown| linked.mark.as_deref() == Some(shown.value()))
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
}

/// What the link shows now, with a notice; a form that could not be taken stands there as it was sent. What was answered is
/// shown to the browser that `gave` it.
fn show(
    visit: &Visit,
    status: StatusCode,
    linked: &LinkedRating,
    notice: Option<(Text, Option<Form>)>,
    gave: bool,
) -> HttpResponse {
    let (notice, sent) = notice.map_or((None, None), |(text, form)| (Some(text), form));
    let body = html! {
        @if let Some(text) = notice { p.notice role="alert" { (visit.say(text)) } }
        @match (&linked.given, &sent) {
            (Some((rating, rev)), None) if gave => (answered(visit, linked, &Filled::of(rating.marks, rating.comment.as_ref().map(|text| text.as_str())), *rev)),
            (_, sent) => {
                h1 { (visit.say(rate::TITLE)) }
                (what(visit, linked))
                @let rev = linked.given.as_ref().map_or(0, |(_, rev)| *rev);
                @let fresh = Form { key: Uuid::new_v4(), rev, filled: Filled::default() };
                @if rev > 0 && sent.is_none() { p #rated { (visit.say(rate::RATED)) } }
                @let form = sent.as_ref().unwrap_or(&fresh);
                @if form.rev == 0 { p { (visit.say(rate::LEAD)) } }
                (sending(visit, linked, form.key, form.rev, html! {
                    (questions(visit, &form.filled))
                    @if !form.filled.sentence.is_empty() { input type="hidden" name="sentence" value=(form.filled.sentence); }
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
