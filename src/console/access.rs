//! Signing in and out: name and password, the second step, one-time links, the demo's accounts.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::answer::send;
use super::form;
use super::frame::{Page, Section};
use super::language::Text;
use super::link::qr;
use super::texts::access;
use super::visit::Visit;
use crate::http::{Access, Problem, Query, came_from, encoded};
use crate::service::Service;
use crate::service::accounts::{AccountError, Accounts, Begun, Welcome};

/// Bytes of a form here.
const MOST: usize = 8 * 1024;

/// A role in words.
pub(super) fn role_text(code: &str) -> Text {
    match code {
        "park_manager" => access::PARK_MANAGER,
        "enterprise_rater" => access::ENTERPRISE_RATER,
        "planner" => access::PLANNER,
        "supervisor" => access::SUPERVISOR,
        "college_officer" => access::COLLEGE_OFFICER,
        _ => access::ADMIN,
    }
}

/// A page of ours to go on to: a path of this site, nothing else.
fn there(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if own { next } else { "/" }
}

pub(super) fn next_of(request: &HttpRequest) -> String {
    let query = Query::read_given(request, &["next", "lang", "text"]).ok();
    there(query.as_ref().and_then(|query| query.text("next")).unwrap_or("/")).to_owned()
}

pub(super) fn plain(visit: &Visit, status: StatusCode, title: Text, body: Markup) -> HttpResponse {
    send(
        visit,
        status,
        &Page { title: visit.say(title).to_owned(), section: Section::None, body, as_of: None, charts: false },
    )
}

pub(super) fn go(to: &str, cookies: impl IntoIterator<Item = Cookie<'static>>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((header::LOCATION, to)).insert_header((header::CACHE_CONTROL, "no-store"));
    cookies.into_iter().for_each(|cookie| {
        response.cookie(cookie);
    });
    response.finish()
}

fn begun(request: &HttpRequest, begun: &Begun, next: &str) -> HttpResponse {
    let cookie = Access::of(request).cookie(&begun.token);
    go(&onward(begun, next), [cookie])
}

/// The same with one more cookie.
pub(super) fn begun_with(request: &HttpRequest, begun: &Begun, next: &str, more: Cookie<'static>) -> HttpResponse {
    let cookie = Access::of(request).cookie(&begun.token);
    go(&onward(begun, there(next)), [cookie, more])
}

fn onward(begun: &Begun, next: &str) -> String {
    if begun.half { format!("/login/code?next={}", encoded(next)) } else { next.to_owned() }
}

pub(super) fn complaint(visit: &Visit, error: &Problem) -> Markup {
    let invalid = error.invalid_value();
    html! { p.bad #fault role="alert" { (visit.language.pick(&invalid.zh, &invalid.en)) } }
}

/// The form to sign in by.
pub(super) async fn page(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let (visit, next) = (Visit::of(&request), next_of(&request));
    let provider = service.accounts().has_provider();
    plain(&visit, StatusCode::OK, access::SIGN_IN, sign_in_form(&visit, &request, provider, &next, "", None))
}

fn sign_in_form(
    visit: &Visit,
    request: &HttpRequest,
    provider: bool,
    next: &str,
    name: &str,
    error: Option<&Problem>,
) -> Markup {
    html! {
        h1 { (visit.say(access::SIGN_IN)) }
        @if Access::of(request).demo {
            section.card #demo {
                h2 { (visit.say(access::DEMO)) }
                p { (visit.say(access::DEMO_LEAD)) }
                form method="post" action="/login/demo" {
                    input type="hidden" name="next" value=(next);
                    p.inline { @for (name, role) in Accounts::demo_names() {
                        button.plain[role != "planner"] type="submit" name="name" value=(name) { (visit.say(role_text(role))) }
                    } }
                }
            }
        }
        @if provider { (super::oidc::button(visit, next)) }
        section.card {
            p { (visit.say(access::LEAD)) }
            @if let Some(error) = error { (complaint(visit, error)) }
            form method="post" action="/login" {
                input type="hidden" name="next" value=(next);
                div.entry-field { label for="name" { span { (visit.say(access::NAME)) } }
                    input #name name="name" required maxlength="40" autocomplete="username" value=(name) autofocus[error.is_none()]; }
                div.entry-field { label for="password" { span { (visit.say(access::PASSWORD)) } }
                    input #password type="password" name="password" required maxlength="128" autocomplete="current-password"; }
                p { button type="submit" { (visit.say(access::SIGN_IN)) } }
            }
        }
    }
}

/// Takes name and password.
pub(super) async fn sign_in(request: HttpRequest, payload: web::Payload, service: web::Data<Service>) -> HttpResponse {
    let visit = Visit::of(&request);
    let (mut name, mut next) = (String::new(), "/".to_owned());
    let result = async {
        let sent = form::read_unsigned(&request, payload, MOST).await?;
        (name, next) = (sent.text("name"), there(&sent.text("next")).to_owned());
        Ok::<_, Problem>(service.accounts().sign_in(&name, sent.raw("password"), &came_from(&request)).await?)
    };
    match result.await {
        Ok(session) => begun(&request, &session, &next),
        Err(problem) => {
            let provider = service.accounts().has_provider();
            let body = sign_in_form(&visit, &request, provider, &next, &name, Some(&problem));
            with_wait(plain(&visit, problem.status(), access::SIGN_IN, body), &problem)
        }
    }
}

/// A page that says when to try again.
pub(super) fn with_wait(mut response: HttpResponse, problem: &Problem) -> HttpResponse {
    for (name, value) in problem.headers() {
        response.headers_mut().insert(name, value);
    }
    response
}

/// Takes one of the demo's accounts.
pub(super) async fn demo(request: HttpRequest, payload: web::Payload, service: web::Data<Service>) -> HttpResponse {
    let result = async {
        if !Access::of(&request).demo {
            return Err(Problem::not_found());
        }
        let sent = form::read_unsigned(&request, payload, MOST).await?;
        let session = service.accounts().sign_in_demo(&sent.text("name")).await?;
        Ok::<_, Problem>(begun(&request, &session, there(&sent.text("next"))))
    };
    result.await.unwrap_or_else(|problem| super::failure::answer(&request, &problem))
}

/// The form for the second step.
pub(super) async fn code_page(request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request);
    plain(&visit, StatusCode::OK, access::CODE_TITLE, code_form(&visit, &next_of(&request), None))
}

fn code_form(visit: &Visit, next: &str, error: Option<&Problem>) -> Markup {
    html! {
        h1 { (visit.say(access::CODE_TITLE)) }
        section.card {
            p { (visit.say(access::CODE_LEAD)) }
            @if let Some(error) = error { (complaint(visit, error)) }
            form method="post" action="/login/code" {
                input type="hidden" name="next" value=(next);
                (code_field(visit))
                p { button type="submit" { (visit.say(access::CONTINUE)) } }
            }
        }
    }
}

fn code_field(visit: &Visit) -> Markup {
    html! { div.entry-field { label for="code" { span { (visit.say(access::CODE)) } }
    input #code name="code" required inputmode="numeric" maxlength="9" autocomplete="one-time-code"; } }
}

/// Takes the second step.
pub(super) async fn code(request: HttpRequest, payload: web::Payload, service: web::Data<Service>) -> HttpResponse {
    let visit = Visit::of(&request);
    let mut next = "/".to_owned();
    let result = async {
        let sent = form::read_unsigned(&request, payload, MOST).await?;
        next = there(&sent.text("next")).to_owned();
        let token = Access::of(&request).token(&request).ok_or(AccountError::Wrong)?;
        Ok::<_, Problem>(service.accounts().second_factor(&token, &sent.text("code"), &came_from(&request)).await?)
    };
    match result.await {
        Ok(session) => begun(&request, &session, &next),
        Err(problem) => {
            let body = code_form(&visit, &next, Some(&problem));
            with_wait(plain(&visit, problem.status(), access::CODE_TITLE, body), &problem)
        }
    }
}

/// Ends the session.
pub(super) async fn sign_out(request: HttpRequest, payload: web::Payload, service: web::Data<Service>) -> HttpResponse {
    let access = Access::of(&request);
    let result = async {
        form::read(&request, payload, MOST).await?;
        if let Some(token) = access.token(&request) {
            service.accounts().sign_out(&token).await?;
        }
        Ok::<_, Problem>(go("/login", [access.cookie("")]))
    };
    result.await.unwrap_or_else(|problem| super::failure::answer(&request, &problem))
}

/// What a one-time link opens: a password to set, and the second factor to enrol.
pub(super) async fn welcome(
    request: HttpRequest,
    link: web::Path<String>,
    service: web::Data<Service>,
) -> HttpResponse {
    welcome_page(&request, &Visit::of(&request), &link, &service, None).await
}

/// The page of a one-time link, with what was wrong.
pub(super) async fn welcome_page(
    request: &HttpRequest,
    visit: &Visit,
    link: &str,
    service: &Service,
    error: Option<&Problem>,
) -> HttpResponse {
    match service.accounts().welcome(link).await {
        Ok(found) => {
            let status = error.map_or(StatusCode::OK, Problem::status);
            let bind = Bind::of(service);
            plain(visit, status, access::WELCOME, welcome_form(visit, link, &found, bind, error))
        }
        Err(error) => no_welcome(request, visit, error),
    }
}

/// Whether an account may be bound to an identity at a provider.
#[derive(Clone, Copy)]
enum Bind {
    No,
    Plainly,
    /// With the code of our second factor.
    WithCode,
}

impl Bind {
    fn of(service: &Service) -> Self {
        let accounts = service.accounts();
        match (accounts.has_provider(), accounts.binds_with_code()) {
            (false, _) => Self::No,
            (true, false) => Self::Plainly,
            (true, true) => Self::WithCode,
        }
    }
}

fn no_welcome(request: &HttpRequest, visit: &Visit, error: AccountError) -> HttpResponse {
    if !matches!(error, AccountError::NotFound(_)) {
        return super::failure::answer(request, &error.into());
    }
    let body = html! { h1 { (visit.say(access::GONE_TITLE)) } p.lead { (visit.say(access::GONE)) } };
    plain(visit, StatusCode::NOT_FOUND, access::GONE_TITLE, body)
}

fn welcome_form(visit: &Visit, link: &str, found: &Welcome, bind: Bind, error: Option<&Problem>) -> Markup {
    let role = visit.say(role_text(found.role.code()));
    html! {
        h1 { (visit.say(access::WELCOME)) }
        p.lead { (visit.fill(access::WELCOME_LEAD, &[("name", &found.name), ("role", role)])) }
        section.card.link {
            @if let Some(error) = error { (complaint(visit, error)) }
            form method="post" action=(format!("/welcome/{link}")) {
                input type="hidden" name="username" autocomplete="username" value=(found.name);
                div.entry-field { label for="password" { span { (visit.say(access::NEW_PASSWORD)) } }
                    input #password type="password" name="password" required minlength="12" maxlength="128" autocomplete="new-password"; }
                @if let Some((secret, address)) = &found.factor {
                    p { (visit.say(access::FACTOR)) }
                    (qr(address, visit.say(access::QR)))
                    p.fine { (visit.say(access::FACTOR_TEXT)) " " code #secret { (secret) } }
                    (code_field(visit))
                }
                p { button type="submit" { (visit.say(access::SET)) } }
            }
        }
        @if !matches!(bind, Bind::No) {
            section.card.link #bind {
                p { (visit.say(access::BIND_OFFER)) }
                form method="post" action=(format!("/welcome/{link}/oidc")) {
                    @if found.factor.is_some() && matches!(bind, Bind::WithCode) {
                        div.entry-field { label for="bind-code" { span { (visit.say(access::CODE)) } }
                            input #bind-code name="code" required inputmode="numeric" maxlength="9" autocomplete="one-time-code"; }
                    }
                    p { button.plain type="submit" { (visit.say(access::BIND)) } }
                }
            }
        }
    }
}

/// Takes the password, and the code of the second factor.
pub(super) async fn accept(
    request: HttpRequest,
    link: web::Path<String>,
    payload: web::Payload,
    service: web::Data<Service>,
) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let sent = form::read_unsigned(&request, payload, MOST).await?;
        Ok::<_, Problem>(service.accounts().accept(&link, sent.raw("password"), &sent.text("code")).await?)
    };
    match result.await {
        Ok(session) => begun(&request, &session, "/"),
        Err(problem) => welcome_page(&request, &visit, &link, &service, Some(&problem)).await,
    }
}
