//! Signing in by a provider of OpenID Connect: out to it, back from it, and binding an account to an identity.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::access::{begun_with, complaint, go, next_of, plain, welcome_page};
use super::form;
use super::texts::access;
use super::visit::Visit;
use crate::http::{Access, Problem, encoded};
use crate::service::Service;
use crate::service::accounts::{AccountError, Sent};
use crate::service::oidc::Returned;

/// Bytes of a form here.
const MOST: usize = 4 * 1024;

/// The way to the provider, on the page to sign in.
pub(super) fn button(visit: &Visit, next: &str) -> Markup {
    html! {
        section.card #provider {
            p { (visit.say(access::PROVIDER_LEAD)) }
            p { a.button.plain href=(format!("/login/oidc?next={}", encoded(next))) { (visit.say(access::PROVIDER)) } }
        }
    }
}

/// Begins a sign-in.
pub(super) async fn leave(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    match service.accounts().leave(&next_of(&request)).await {
        Ok(Sent { address, flow }) => go(&address, [Access::of(&request).flow_cookie(&flow)]),
        Err(error) => refused(&request, error),
    }
}

/// Begins to bind an account. The policy of our pages lets no form lead elsewhere, so a link does.
pub(super) async fn leave_to_bind(
    request: HttpRequest,
    link: web::Path<String>,
    payload: web::Payload,
    service: web::Data<Service>,
) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let sent = form::read_unsigned(&request, payload, MOST).await?;
        Ok::<_, Problem>(service.accounts().leave_to_bind(&link, &sent.text("code")).await?)
    };
    match result.await {
        Ok(Sent { address, flow }) => {
            let body = html! {
                h1 { (visit.say(access::BIND)) }
                section.card {
                    p { (visit.say(access::BIND_LEAD)) }
                    p { a.button #onward href=(address) { (visit.say(access::CONTINUE)) } }
                }
            };
            let mut response = plain(&visit, StatusCode::OK, access::BIND, body);
            // A cookie that cannot be set ends as a sign-in of which the browser kept nothing.
            let _ = response.add_cookie(&Access::of(&request).flow_cookie(&flow));
            response
        }
        Err(problem) => welcome_page(&request, &visit, &link, &service, Some(&problem)).await,
    }
}

/// Takes somebody who came back.
pub(super) async fn come_back(request: HttpRequest, service: web::Data<Service>) -> HttpResponse {
    let access = Access::of(&request);
    let flow = access.flow(&request).unwrap_or_default();
    // A provider adds parameters of its own: those that are not known say nothing to us.
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let pairs = pairs.map(web::Query::into_inner).unwrap_or_default();
    let only = |name: &str| {
        let mut found = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone());
        found.next().filter(|_| found.next().is_none())
    };
    let back = Returned { code: only("code"), state: only("state").unwrap_or_default(), issuer: only("iss") };
    match service.accounts().come_back(&flow, &back).await {
        Ok((session, next)) => begun_with(&request, &session, &next, access.flow_cookie("")),
        Err(error) => {
            let mut response = refused(&request, error);
            let _ = response.add_cookie(&access.flow_cookie(""));
            response
        }
    }
}

/// A page that says why nobody was let in, and leads back.
fn refused(request: &HttpRequest, error: AccountError) -> HttpResponse {
    let (visit, problem) = (Visit::of(request), Problem::from(error));
    problem.log_cause(request);
    let body = html! {
        h1 { (visit.say(access::SIGN_IN)) }
        section.card {
            (complaint(&visit, &problem))
            p { a.button href="/login" { (visit.say(access::BACK_TO_LOGIN)) } }
        }
    };
    let mut response = plain(&visit, problem.status(), access::SIGN_IN, body);
    for (name, value) in problem.headers() {
        response.headers_mut().insert(name, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}
