//! Related parties (关联方): who is tied to whom since when, kept by a supervisor.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::answer::answer;
use super::frame::{Page, Section};
use super::language::Text;
use super::needs::see;
use super::texts::{board, flags, relations};
use super::tickets::field;
use super::visit::{Visit, read_query};
use super::{failure, figures, form};
use crate::domain::{College, Date, Enterprise, Event, Invalid, Relation, RelationId, RelationKind};
use crate::http::Problem;
use crate::service::Acting;
use crate::service::authorize::Action;

/// Bytes of a form here.
const MOST: usize = 16 * 1024;
/// Ties on one page at most.
const SHOWN: usize = 500;

/// The page.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let done = read_query(&request, &["done"])?.text("done").is_some();
        let listed = service.list(None, SHOWN, None, |one: &Relation| Some(one.clone())).await?;
        let keeps = service.may(Action::KeepRelation).is_ok();
        let title = visit.say(relations::TITLE).to_owned();
        let mut all = Vec::new();
        for relation in listed.items {
            let enterprise = service.read::<Enterprise>(&relation.enterprise, None).await;
            let college = service.read::<College>(&relation.college, None).await;
            let enterprise = enterprise.ok().map(|(found, _)| found.name.to_string());
            let college = college.ok().map(|(found, _)| found.name.to_string());
            all.push(Shown { relation, enterprise, college });
        }
        let body = body(&visit, &all, keeps, done);
        Ok::<_, Problem>(Page { title, section: Section::Workbench, body, as_of: None, charts: false })
    };
    answer(&request, &visit, result.await)
}

/// A tie with the names of both, as far as they may be read.
struct Shown {
    relation: Relation,
    enterprise: Option<String>,
    college: Option<String>,
}

/// A name before its code.
fn named(name: Option<&String>, code: &impl std::fmt::Display) -> Markup {
    html! { @if let Some(name) = name { (name) " " } span.fine { (code) } }
}

fn kind(kind: RelationKind) -> Text {
    match kind {
        RelationKind::Ownership => relations::OWNERSHIP,
        RelationKind::Personal => relations::PERSONAL,
    }
}

fn body(visit: &Visit, all: &[Shown], keeps: bool, done: bool) -> Markup {
    let say = |text| visit.say(text);
    let day = |day: Date| figures::day(visit.language, day);
    html! {
        h1 { (say(relations::TITLE)) }
        p.lead { (say(relations::LEAD)) }
        @if done { div.saved #notice role="status" { p { (say(flags::DONE)) } } }
        @if all.is_empty() { div.empty { p { (say(relations::NONE)) } } } @else {
            section.card #relations { div.scroll tabindex="0" role="group" aria-label=(say(relations::TITLE)) { table.small.wide {
                thead { tr {
                    @for head in [relations::ENTERPRISE, board::COLLEGE, relations::KIND, relations::BASIS, relations::FROM, relations::TO] { th scope="col" { (say(head)) } }
                    @if keeps { th scope="col" { (say(relations::DO)) } }
                } }
                tbody { @for Shown { relation: one, enterprise, college } in all { tr data-relation=(one.id) {
                    th scope="row" { (named(enterprise.as_ref(), &one.enterprise)) }
                    td { (named(college.as_ref(), &one.college)) }
                    td { (say(kind(one.kind))) }
                    td { (one.basis) }
                    td { (day(one.from)) }
                    td { @match one.to { Some(to) => (day(to)), None => (say(relations::LASTS)) } }
                    @if keeps { td { form.inline method="post" action="/relations/end" {
                        input type="hidden" name="id" value=(one.id);
                        input type="date" name="to" aria-label=(say(relations::TO));
                        button.plain type="submit" name="do" value="end" { (say(relations::END)) }
                        button.plain type="submit" name="do" value="back" { (say(relations::BACK)) }
                    } } }
                } } }
            } } }
        }
        @if keeps { section.card { h2 { (say(relations::ADD)) } form method="post" action="/relations" {
            div.entry-field { label for="enterprise" { span { (say(relations::ENTERPRISE)) } } input #enterprise name="enterprise" required maxlength="64" autocomplete="off"; }
            div.entry-field { label for="college" { span { (say(relations::COLLEGE)) } } input #college name="college" required maxlength="64" autocomplete="off"; }
            div.entry-field { label for="kind" { span { (say(relations::KIND)) } } select #kind name="kind" {
                option value="ownership" { (say(relations::OWNERSHIP)) } option value="personal" { (say(relations::PERSONAL)) } } }
            div.entry-field { label for="basis" { span { (say(relations::BASIS)) } } input #basis name="basis" required maxlength="200" autocomplete="off"; }
            div.entry-field { label for="from" { span { (say(relations::FROM)) } } input #from type="date" name="from" required; }
            p { button type="submit" { (say(relations::ADD)) } }
        } } }
    }
}

/// Makes a tie known.
pub(super) async fn add(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let sent = form::read(&request, payload, MOST).await?;
        let kind = match sent.text("kind").as_str() {
            "ownership" => RelationKind::Ownership,
            "personal" => RelationKind::Personal,
            other => {
                let invalid = Invalid::unknown_word(other, &["ownership", "personal"]);
                return Err(Problem::parameter("kind", invalid));
            }
        };
        let relation = Relation {
            id: service.new_relation_id()?,
            enterprise: field(&sent, "enterprise")?,
            college: field(&sent, "college")?,
            kind,
            basis: field(&sent, "basis")?,
            from: field(&sent, "from")?,
            to: None,
        };
        service.put(Event::RelationPut(relation), Some(0)).await?;
        Ok::<_, Problem>(see("/relations?done=1"))
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}

/// Ends a tie, or takes it back.
pub(super) async fn end(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let sent = form::read(&request, payload, MOST).await?;
        let id: RelationId = field(&sent, "id")?;
        let (mut relation, rev) = service.read::<Relation>(&id, None).await?;
        let event = if sent.text("do") == "back" {
            Event::RelationClosed(id)
        } else {
            let to: Date = field(&sent, "to")?;
            if to < relation.from {
                let (zh, en) = (relations::BEFORE.zh, relations::BEFORE.en);
                return Err(Problem::parameter("to", Invalid::new("invalid-period", zh, en)));
            }
            relation.to = Some(to);
            Event::RelationPut(relation)
        };
        service.put(event, Some(rev)).await?;
        Ok::<_, Problem>(see("/relations?done=1"))
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}
