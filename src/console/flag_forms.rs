//! Deciding on flags and answering appeals, on the page of flags.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::figures;
use super::form;
use super::language::Text;
use super::needs::see;
use super::texts::{board, flags};
use super::tickets::field;
use super::visit::Visit;
use crate::domain::{AppealId, AppealOutcome, Flag, FlagBlock, FlagReviewShown, Invalid, Note, Verdict};
use crate::http::Problem;
use crate::service::{Acting, AppealShown, BlockNamed, FlagDecision, NewAppealAnswer};

/// Bytes of a form here.
const MOST: usize = 16 * 1024;

/// The block in words.
pub(super) fn block(visit: &Visit, block: &FlagBlock) -> Markup {
    html! { @match block {
        FlagBlock::Park { park } => a href=(format!("/parks/{park}")) { (visit.fill(flags::OF_PARK, &[("park", park.as_str())])) },
        FlagBlock::Fortnight { from, to } => (visit.fill(flags::OF_TIME, &[("from", &figures::day(visit.language, *from)), ("to", &figures::day(visit.language, *to))])),
    } }
}

fn verdict(verdict: Verdict) -> Text {
    match verdict {
        Verdict::Upheld => flags::UPHELD,
        Verdict::Dismissed => flags::DISMISSED,
    }
}

/// One form a flag, opened when it is wanted.
pub(super) fn decide(visit: &Visit, all: &[Flag]) -> Markup {
    let say = |text| visit.say(text);
    html! {
        section.card #decide {
            h2 { (say(flags::DECIDE)) }
            p { (say(flags::DECIDE_LEAD)) }
            @for (at, one) in all.iter().enumerate() {
                details {
                    summary { (one.college.name) " · " (block(visit, &one.block)) }
                    form method="post" action="/flags/review" {
                        input type="hidden" name="college" value=(one.college.id);
                        @match &one.block {
                            FlagBlock::Park { park } => { input type="hidden" name="park" value=(park); }
                            FlagBlock::Fortnight { from, .. } => { input type="hidden" name="from" value=(from); }
                        }
                        (form_fields(visit, &format!("review-{at}"), flags::VERDICT, "verdict", &[("upheld", flags::UPHELD), ("dismissed", flags::DISMISSED)]))
                    }
                }
            }
        }
    }
}

/// A choice, a reason and a button.
fn form_fields(visit: &Visit, id: &str, label: Text, name: &str, choices: &[(&str, Text)]) -> Markup {
    let say = |text| visit.say(text);
    let (choice, reason) = (format!("{id}-choice"), format!("{id}-reason"));
    html! {
        div.entry-field { label for=(choice) { span { (say(label)) } }
            select id=(choice) name=(name) { @for (value, text) in choices { option value=(value) { (say(*text)) } } } }
        div.entry-field { label for=(reason) { span { (say(flags::REASON)) } } input id=(reason) name="reason" required maxlength="500" autocomplete="off"; }
        p { button type="submit" { (say(flags::SAVE)) } }
    }
}

/// What was decided, the newest first.
pub(super) fn decided(visit: &Visit, reviews: &[FlagReviewShown]) -> Markup {
    let say = |text| visit.say(text);
    html! {
        section.card #reviews {
            h2 { (say(flags::DECIDED)) }
            div.scroll tabindex="0" role="group" aria-label=(say(flags::DECIDED)) { table.small.wide {
                thead { tr { @for head in [board::COLLEGE, flags::BLOCK, flags::VERDICT, flags::REASON, flags::ON, flags::BY] { th scope="col" { (say(head)) } } } }
                tbody { @for one in reviews { tr data-review=(one.id) {
                    th scope="row" { (one.college.name) }
                    td { (block(visit, &one.block)) }
                    td { (say(verdict(one.verdict))) }
                    td { (one.reason) }
                    td { (figures::day(visit.language, one.decided_on)) }
                    td { (one.by.as_deref().unwrap_or("–")) }
                } } }
            } }
        }
    }
}

/// How an appeal stands.
pub(super) fn outcome(one: &AppealShown) -> Text {
    match one.outcome {
        None => flags::WAITS,
        Some(AppealOutcome::Granted) => flags::GRANTED,
        Some(AppealOutcome::Refused) => flags::REFUSED,
    }
}

/// Appeals, with a form for those that wait.
pub(super) fn appeals(visit: &Visit, all: &[AppealShown], answers: bool) -> Markup {
    let say = |text| visit.say(text);
    html! {
        section.card #appeals {
            h2 { (say(flags::APPEALS)) }
            ul.plain-list { @for (at, one) in all.iter().enumerate() { li data-appeal=(one.id) {
                p { strong { (one.college.name) } " · " (figures::day(visit.language, one.lodged_on)) " · " (say(outcome(one)))
                    @if let Some(by) = &one.by { " · " (by) } }
                p { (one.text) }
                @if let Some(reason) = &one.reason { p { (visit.fill(flags::ANSWER, &[("text", reason.as_str())])) } }
                @if answers && one.outcome.is_none() {
                    form method="post" action="/flags/answer" {
                        input type="hidden" name="id" value=(one.id);
                        (form_fields(visit, &format!("answer-{at}"), flags::OUTCOME, "outcome", &[("refused", flags::REFUSED), ("granted", flags::GRANTED)]))
                    }
                }
            } } }
        }
    }
}

fn unknown(name: &str, text: &str, known: &[&str]) -> Problem {
    Problem::parameter(name, Invalid::unknown_word(text, known))
}

/// Decides on a flag.
pub(super) async fn review(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let sent = form::read(&request, payload, MOST).await?;
        let block = match sent.text("park") {
            park if park.is_empty() => BlockNamed::Fortnight { from: field(&sent, "from")?, to: None },
            _ => BlockNamed::Park { park: field(&sent, "park")? },
        };
        let verdict = match sent.text("verdict").as_str() {
            "upheld" => Verdict::Upheld,
            "dismissed" => Verdict::Dismissed,
            other => return Err(unknown("verdict", other, &["upheld", "dismissed"])),
        };
        let reason: Note = field(&sent, "reason")?;
        service.review_flag(FlagDecision { college: field(&sent, "college")?, block, verdict, reason }).await?;
        Ok::<_, Problem>(see("/flags?done=1"))
    };
    done.await.unwrap_or_else(|problem| super::failure::answer(&request, &problem))
}

/// Answers an appeal.
pub(super) async fn answer(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let sent = form::read(&request, payload, MOST).await?;
        let id: AppealId = field(&sent, "id")?;
        let outcome = match sent.text("outcome").as_str() {
            "granted" => AppealOutcome::Granted,
            "refused" => AppealOutcome::Refused,
            other => return Err(unknown("outcome", other, &["granted", "refused"])),
        };
        service.answer_appeal(id, NewAppealAnswer { outcome, reason: field(&sent, "reason")? }).await?;
        Ok::<_, Problem>(see("/flags?done=1"))
    };
    done.await.unwrap_or_else(|problem| super::failure::answer(&request, &problem))
}
