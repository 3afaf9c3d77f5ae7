//! Changing one's own password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::access::{complaint, go, with_wait};
use super::answer::send;
use super::failure;
use super::form;
use super::frame::{Page, Section};
use super::texts::access;
use super::visit::{Visit, read_query};
use crate::http::{Access, Problem, by_session, came_from};
use crate::service::Acting;
use crate::service::accounts::PasswordChange;

const MOST: usize = 8 * 1024;
/// Where the page is.
pub(super) const PATH: &str = "/accounts/password";

/// The form, and whether it was just done.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let changed = read_query(&request, &["changed"]).map(|query| query.text("changed").is_some());
    match changed {
        Ok(changed) => shown(&request, &service, changed, None).await,
        Err(problem) => failure::answer(&request, &problem),
    }
}

async fn shown(request: &HttpRequest, service: &Acting, changed: bool, fault: Option<&Problem>) -> HttpResponse {
    let visit = Visit::of(request);
    let body = match service.has_password().await {
        Ok(has) => body(&visit, has, changed, fault),
        Err(error) => return failure::answer(request, &error.into()),
    };
    let status = fault.map_or(StatusCode::OK, Problem::status);
    let title = visit.say(access::CHANGE_PASSWORD).to_owned();
    send(&visit, status, &Page { title, section: Section::Accounts, body, as_of: None, charts: false })
}

fn body(visit: &Visit, has: bool, changed: bool, fault: Option<&Problem>) -> Markup {
    let name = visit.signed.as_ref().map_or("", |(name, _)| name.as_str());
    html! {
        p.crumbs { a href="/accounts" { (visit.say(access::ACCOUNTS)) } }
        h1 { (visit.say(access::CHANGE_PASSWORD)) }
        @if changed { section.card role="status" { p #changed { (visit.say(access::PASSWORD_CHANGED)) } } }
        @if has {
            p.lead { (visit.say(access::PASSWORD_LEAD)) }
            section.card {
                @if let Some(fault) = fault { (complaint(visit, fault)) }
                form method="post" action=(PATH) {
                    input type="hidden" name="username" autocomplete="username" value=(name);
                    div.entry-field { label for="password" { span { (visit.say(access::PRESENT_PASSWORD)) } }
                        input #password type="password" name="password" required maxlength="128" autocomplete="current-password"; }
                    div.entry-field { label for="new-password" { span { (visit.say(access::NEW_PASSWORD)) } }
                        input #new-password type="password" name="new_password" required minlength="12" maxlength="128" autocomplete="new-password"; }
                    p { button type="submit" { (visit.say(access::CHANGE_PASSWORD)) } }
                }
            }
        } @else { p.lead { (visit.say(access::NO_PASSWORD)) } }
    }
}

/// Takes the present password and the new one.
pub(super) async fn change(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let result = async {
        let sent = form::read(&request, payload, MOST).await?;
        let change = PasswordChange {
            password: sent.raw("password"),
            new_password: sent.raw("new_password"),
            from: came_from(&request),
            by_session: by_session(&request),
        };
        Ok::<_, Problem>(service.change_password(change).await?)
    };
    match result.await {
        Ok(begun) => {
            let cookie = begun.map(|begun| Access::of(&request).cookie(&begun.token));
            go(&format!("{PATH}?changed=yes"), cookie)
        }
        Err(problem) => with_wait(shown(&request, &service, false, Some(&problem)).await, &problem),
    }
}
