//! Accounts, for who keeps them, and keys, for everybody.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::access::role_text;
use super::answer::send;
use super::failure;
use super::figures;
use super::form;
use super::frame::{Page, Section};
use super::language::Text;
use super::texts::{access, audit};
use super::visit::Visit;
use crate::domain::{ROLES, Role, SCOPES, Scopes};
use crate::http::Problem;
use crate::service::Acting;
use crate::service::accounts::{Account, KeyShown, NewAccount, NewKey};
use crate::service::authorize::Action;

const MOST: usize = 8 * 1024;

/// What a form led to.
#[derive(Default)]
struct Outcome {
    /// The account's name and its one-time link.
    link: Option<(String, String)>,
    key: Option<String>,
    fault: Option<Problem>,
}

/// Accounts and keys.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    shown(&request, &service, Outcome::default()).await
}

async fn shown(request: &HttpRequest, service: &Acting, outcome: Outcome) -> HttpResponse {
    let visit = Visit::of(request);
    let result = async {
        let keeps = service.may(Action::KeepAccounts).is_ok();
        let accounts = if keeps { service.list_accounts().await? } else { Vec::new() };
        let keys = service.keys().await?;
        let may = (keeps, service.may(Action::ReadAudit).is_ok(), service.has_password().await?);
        Ok::<_, Problem>(body(&visit, request, may, &accounts, &keys, &outcome))
    };
    match result.await {
        Ok(body) => {
            let status = outcome.fault.as_ref().map_or(StatusCode::OK, Problem::status);
            let title = visit.say(access::ACCOUNTS).to_owned();
            send(&visit, status, &Page { title, section: Section::Accounts, body, as_of: None, charts: false })
        }
        Err(problem) => failure::answer(request, &problem),
    }
}

fn scope_text(at: usize) -> Text {
    [access::SCOPE_READ, access::SCOPE_WRITE, access::SCOPE_RATE, access::SCOPE_ACCOUNTS][at]
}

fn body(
    visit: &Visit,
    request: &HttpRequest,
    (keeps, audits, has_password): (bool, bool, bool),
    accounts: &[Account],
    keys: &[KeyShown],
    outcome: &Outcome,
) -> Markup {
    let origin = format!("{}://{}", request.connection_info().scheme(), request.connection_info().host());
    html! {
        h1 { (visit.say(access::ACCOUNTS)) }
        @if has_password { p { a #change-password href=(super::password::PATH) { (visit.say(access::CHANGE_PASSWORD)) } } }
        @if audits { p { a href="/audit" { (visit.say(audit::TITLE)) } } }
        @if let Some(problem) = &outcome.fault {
            @let invalid = problem.invalid_value();
            p.bad role="alert" #fault { (visit.language.pick(&invalid.zh, &invalid.en)) }
        }
        @if let Some((name, path)) = &outcome.link {
            section.card role="status" { p { (visit.fill(access::MADE, &[("name", name)])) } p { code #link { (origin) (path) } } }
        }
        @if let Some(key) = &outcome.key {
            section.card role="status" { p { (visit.say(access::KEY_MADE)) } p { code #key { (key) } } }
        }
        @if keeps {
            p.lead { (visit.say(access::ACCOUNTS_LEAD)) }
            section.card { div.scroll tabindex="0" role="group" aria-label=(visit.say(access::ACCOUNTS)) { table.small #accounts {
                thead { tr { @for head in [access::NAME, access::ROLE, access::BELONGS, access::STATE] { th scope="col" { (visit.say(head)) } } td {} } }
                tbody { @for one in accounts { tr {
                    th scope="row" { (one.name) }
                    td { (visit.say(role_text(&one.role))) }
                    td { (one.belongs) }
                    td { (visit.say(state(one))) }
                    td { form.inline method="post" action="/accounts/change" {
                        input type="hidden" name="id" value=(one.id);
                        button.plain type="submit" name="do" value="reset" { (visit.say(access::RESET)) }
                        @if !one.disabled { button.plain type="submit" name="do" value="disable" { (visit.say(access::DISABLE)) } }
                        button.plain type="submit" name="do" value="erase" { (visit.say(access::ERASE)) }
                    } }
                } } }
            } } }
            section.card { h2 { (visit.say(access::MAKE)) } form method="post" action="/accounts/make" {
                div.entry-field { label for="new-name" { span { (visit.say(access::NAME)) } } input #new-name name="name" required maxlength="40" autocomplete="off"; }
                div.entry-field { label for="new-role" { span { (visit.say(access::ROLE)) } }
                    select #new-role name="role" { @for role in ROLES { option value=(role) { (visit.say(role_text(role))) } } } }
                div.entry-field { label for="new-belongs" { span { (visit.say(access::BELONGS)) } }
                    input #new-belongs name="belongs" maxlength="64" autocomplete="off" aria-describedby="belongs-hint"; p.fine #belongs-hint { (visit.say(access::BELONGS_HINT)) } }
                p { button type="submit" { (visit.say(access::MAKE)) } }
            } }
        }
        section.card { h2 { (visit.say(access::KEYS)) } p { (visit.say(access::KEYS_LEAD)) }
            @if keys.is_empty() { p { (visit.say(access::NO_KEYS)) } } @else { div.scroll tabindex="0" role="group" aria-label=(visit.say(access::KEYS)) { table.small #keys {
                thead { tr { @for head in [access::KEY_LABEL, access::KEY_OF, access::KEY_SCOPES, access::KEY_UNTIL] { th scope="col" { (visit.say(head)) } } td {} } }
                tbody { @for key in keys { tr {
                    th scope="row" { (key.label) }
                    td { (accounts.iter().find(|one| one.id == key.account).map_or(key.account.as_str(), |one| one.name.as_str())) }
                    td { (key.scopes.join(", ")) }
                    td { (figures::day(visit.language, key.expires_on)) }
                    td { form method="post" action="/accounts/revoke" { input type="hidden" name="id" value=(key.id);
                        button.plain type="submit" { (visit.say(access::REVOKE)) } } }
                } } }
            } } }
            form method="post" action="/accounts/key" {
                div.entry-field { label for="label" { span { (visit.say(access::KEY_LABEL)) } } input #label name="label" required maxlength="60" autocomplete="off"; }
                fieldset.entry-field { legend { (visit.say(access::KEY_SCOPES)) } @for (at, scope) in SCOPES.iter().enumerate() {
                    label.check { input type="checkbox" name="scope" value=(scope) checked[at == 0]; " " (visit.say(scope_text(at))) } } }
                div.entry-field { label for="days" { span { (visit.say(access::KEY_DAYS)) } } input #days type="number" name="days" value="90" min="1" max="366" required; }
                p { button type="submit" { (visit.say(access::KEY_MAKE)) } }
            }
        }
    }
}

fn state(account: &Account) -> Text {
    match account {
        Account { disabled: true, .. } => access::STATE_DISABLED,
        Account { ready: false, .. } => access::STATE_WAITING,
        _ => access::STATE_READY,
    }
}

async fn after(request: &HttpRequest, service: &Acting, result: Result<Outcome, Problem>) -> HttpResponse {
    let outcome = result.unwrap_or_else(|problem| Outcome { fault: Some(problem), ..Outcome::default() });
    shown(request, service, outcome).await
}

/// Makes an account.
pub(super) async fn make(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let result = async {
        let sent = form::read(&request, payload, MOST).await?;
        let role = Role::parse(&sent.text("role"), &sent.text("belongs"));
        let role = role.map_err(|invalid| Problem::parameter("belongs", invalid))?;
        let made = service.create_account(NewAccount { name: sent.text("name"), role }).await?;
        Ok::<_, Problem>(Outcome { link: Some((made.account.name, made.path)), ..Outcome::default() })
    };
    let result = result.await;
    after(&request, &service, result).await
}

/// Lets an account in anew, or no more, or erases it.
pub(super) async fn change(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let result = async {
        let sent = form::read(&request, payload, MOST).await?;
        let id = sent.text("id");
        let mut outcome = Outcome::default();
        match sent.text("do").as_str() {
            "reset" => {
                let made = service.reset_account(&id).await?;
                outcome.link = Some((made.account.name, made.path));
            }
            "disable" => service.disable_account(&id, true).await?,
            "erase" => service.erase_account(&id).await?,
            _ => return Err(Problem::not_found()),
        }
        Ok::<_, Problem>(outcome)
    };
    let result = result.await;
    after(&request, &service, result).await
}

/// Makes a key of one's own.
pub(super) async fn make_key(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let result = async {
        let sent = form::read(&request, payload, MOST).await?;
        let chosen = sent.all("scope");
        let scopes = Scopes::parse(chosen.iter().map(String::as_str));
        let scopes = scopes.map_err(|invalid| Problem::parameter("scope", invalid))?;
        let new = NewKey { label: sent.text("label"), scopes, days: sent.text("days").parse().unwrap_or(0) };
        let made = service.make_key(None, new).await?;
        Ok::<_, Problem>(Outcome { key: Some(made.key), ..Outcome::default() })
    };
    let result = result.await;
    after(&request, &service, result).await
}

/// Ends a key.
pub(super) async fn revoke(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let result = async {
        let sent = form::read(&request, payload, MOST).await?;
        service.revoke_key(&sent.text("id")).await?;
        Ok::<_, Problem>(Outcome::default())
    };
    let result = result.await;
    after(&request, &service, result).await
}
