//! Who did what, for who oversees and who keeps the system.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::access::role_text;
use super::answer::answer;
use super::frame::{Page, Section};
use super::texts::{access, audit};
use super::visit::{Visit, address, read_query};
use crate::http::Problem;
use crate::service::{Acting, AuditEnd, AuditRow};

/// Entries on one page.
const SHOWN: usize = 100;

/// The page.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let query = read_query(&request, &["before", "principal"])?;
        let before = query.number("before", 1, u32::MAX)?.map(i64::from);
        let who = query.text("principal").unwrap_or_default().trim();
        let (entries, more) = service.audit_entries(before, who, SHOWN).await?;
        let end = service.audit_end().await?;
        let title = visit.say(audit::TITLE).to_owned();
        let body = body(&visit, &entries, more, &end, who);
        Ok::<_, Problem>(Page { title, section: Section::Audit, body, as_of: None, charts: false })
    };
    answer(&request, &visit, result.await)
}

fn body(visit: &Visit, entries: &[AuditRow], more: bool, end: &AuditEnd, who: &str) -> Markup {
    let say = |text| visit.say(text);
    let heads = [audit::WHEN, audit::WHO, audit::WHAT, audit::OBJECT, audit::RESULT];
    html! {
        p.crumbs { a href="/accounts" { (say(access::ACCOUNTS)) } }
        h1 { (say(audit::TITLE)) }
        p.lead { (say(audit::LEAD)) }
        p.fine #audit-head { (visit.fill(audit::HEAD, &[("seq", &end.seq.to_string()), ("chain", &end.chain)])) }
        @if end.purged > 0 { p.fine { (visit.fill(audit::PURGED, &[("seq", &end.purged.to_string())])) } }
        form.inline method="get" action="/audit" {
            input name="principal" value=(who) maxlength="64" autocomplete="off" aria-label=(say(audit::FILTER)) placeholder=(say(audit::FILTER));
            button.plain type="submit" { (say(audit::FILTER_DO)) }
        }
        @if entries.is_empty() { div.empty { p { (say(audit::NONE)) } } } @else {
            section.card { div.scroll tabindex="0" role="group" aria-label=(say(audit::TITLE)) { table.small.wide #audit {
                thead { tr { @for head in heads { th scope="col" { (say(head)) } } th.number scope="col" { (say(audit::TIMES)) } } }
                tbody { @for one in entries { (row(visit, one)) } }
            } } }
            @if let Some(last) = entries.last().filter(|_| more) {
                @let before = last.seq.to_string();
                p { a href=(address("/audit", [("before", before.as_str()), ("principal", who)])) { (say(audit::OLDER)) } }
            }
        }
    }
}

fn row(visit: &Visit, row: &AuditRow) -> Markup {
    let one = &row.entry;
    html! {
        tr data-seq=(row.seq) {
            th scope="row" { (one.at) }
            td {
                @if one.principal.is_empty() { (visit.say(audit::NOBODY)) } @else {
                    a href=(address("/audit", [("principal", one.principal.as_str())])) title=(visit.say(audit::OF)) { (one.principal) }
                    @if crate::domain::ROLES.contains(&one.role.as_str()) { " " span.fine { (visit.say(role_text(&one.role))) } }
                }
            }
            td { (action(visit, &one.action)) }
            td { (one.object) }
            td { (result(visit, &one.result)) }
            td.number { (one.times) }
        }
    }
}

/// An action in words; a kind of request as it is.
fn action<'a>(visit: &Visit, code: &'a str) -> &'a str {
    let text = match code {
        "sign-in" => audit::SIGN_IN,
        "second-factor" => audit::SECOND_FACTOR,
        "sign-out" => audit::SIGN_OUT,
        "set-password" => audit::SET_PASSWORD,
        "change-password" => audit::CHANGE_PASSWORD,
        "bind-identity" => audit::BIND_IDENTITY,
        "create-account" => audit::CREATE_ACCOUNT,
        "disable-account" => audit::DISABLE_ACCOUNT,
        "enable-account" => audit::ENABLE_ACCOUNT,
        "reset-account" => audit::RESET_ACCOUNT,
        "erase-account" => audit::ERASE_ACCOUNT,
        "make-key" => audit::MAKE_KEY,
        "revoke-key" => audit::REVOKE_KEY,
        "make-rating-link" => audit::MAKE_LINK,
        "read-rating" => audit::READ_RATING,
        "read-flags" => audit::READ_FLAGS,
        "read-decision" | "read-decisions" => audit::READ_DECISION,
        "read-audit" | "read-audit-head" => audit::READ_AUDIT,
        "export" => audit::EXPORT,
        "export-subject" => audit::EXPORT_SUBJECT,
        "purge-audit" => audit::PURGE,
        _ => return code,
    };
    visit.say(text)
}

fn result<'a>(visit: &Visit, code: &'a str) -> &'a str {
    let text = match code {
        "ok" => audit::OK,
        "password" => audit::PASSWORD_OK,
        "provider" => audit::PROVIDER_OK,
        "wrong" => audit::WRONG,
        "too-many" => audit::TOO_MANY,
        "401" => audit::UNSIGNED,
        "403" => audit::FORBIDDEN,
        "404" => audit::NOT_FOUND,
        _ => return code,
    };
    visit.say(text)
}
