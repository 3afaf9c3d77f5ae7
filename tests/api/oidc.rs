//! Signing in by a provider of OpenID Connect: who is bound gets in, whatever is not right does not.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use zeyou::domain::Role;
use zeyou::http::Access;
use zeyou::service::oidc::{Oidc, OidcSettings};

use crate::helpers::{Answer, Api, spawn_app, spawn_as};
use crate::provider::{CLIENT, Provider, SECRET};
use crate::sign_in::{code, cookie, invited, open, send};

/// Where the provider believes it sends people back to.
const PUBLIC: &str = "http://localhost:1";
const COOL_DOWN: Duration = Duration::from_millis(700);

/// Changes the header, and gives the signature instead of the provider's.
type Forge = Box<dyn Fn(&mut Value, &Value) -> String + Send>;

async fn offer(api: &Api, factors: &[&str]) -> Provider {
    let provider = Provider::start().await;
    let factors = factors.iter().map(ToString::to_string).collect();
    let settings = OidcSettings {
        issuer: provider.issuer.clone(),
        client: CLIENT.to_owned(),
        secret: Some(SECRET.to_owned()),
        public: PUBLIC.to_owned(),
        factors,
        cool_down: COOL_DOWN,
    };
    api.service.accounts().offer(Oidc::new(settings).expect("TLS"));
    provider
}

/// The cookie by that name that an answer sets, as it is sent back.
fn kept(answer: &Answer, name: &str) -> String {
    let set = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let found = set.rev().find(|value| value.starts_with(name)).unwrap_or_default();
    found.split(';').next().unwrap_or_default().to_owned()
}

/// What the provider answers at its page: the path to come back to.
async fn at_provider(address: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let answer = client.build().expect("a client").get(address).send().await.expect("an answer");
    let back = answer.headers().get("location").and_then(|value| value.to_str().ok()).expect("back");
    back.strip_prefix(PUBLIC).expect("the exact redirect").to_owned()
}

/// Out and as far as the way back: the path and the browser's cookie.
async fn out(api: &Api) -> (String, String) {
    let left = open(api, "/login/oidc?next=/help", "").await;
    assert_eq!(left.status, 303, "{}", left.text);
    (at_provider(left.header("location")).await, kept(&left, "zeyou_flow="))
}

async fn sign_in(api: &Api) -> Answer {
    let (back, flow) = out(api).await;
    open(api, &back, &flow).await
}

/// Nobody is let in, and the page says so in the reader's language.
#[track_caller]
fn is_refused(case: &str, answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{case}: {}", answer.text);
    assert!(
        !answer.headers.get_all("set-cookie").iter().any(|set| set.to_str().unwrap_or_default().contains("session=")),
        "{case}"
    );
    assert!(answer.text.contains("id=\"fault\""), "{case}: {}", answer.text);
}

/// An account of a park, bound to whoever signs in at the provider.
async fn bound(api: &Api, name: &str) {
    let link = invited(api, name, Role::ParkManager("P0001".parse().expect("a code"))).await;
    let page = send(api, &format!("{link}/oidc"), "", &[]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let back = at_provider(&onward(&page)).await;
    let entered = open(api, &back, &kept(&page, "zeyou_flow=")).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/"), "{}", entered.text);
    assert_eq!(open(api, "/parks/P0001", &cookie(&entered)).await.status, 200);
    assert_eq!(open(api, &link, "").await.status, 404, "a link binds once");
}

fn onward(page: &Answer) -> String {
    let link = page.text.split("id=\"onward\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    link.expect("a link").replace("&amp;", "&")
}

#[actix_web::test]
async fn whoever_is_bound_signs_in_and_nobody_is_made_an_account() {
    let api = spawn_app().await;
    assert_eq!(open(&api, "/login/oidc", "").await.status, 404, "without a provider there is no such way");
    assert!(!open(&api, "/login", "").await.text.contains("/login/oidc"));
    let provider = offer(&api, &[]).await;
    for (language, text) in [("zh-CN", "单位统一身份"), ("en", "your organisation")] {
        let page = open(&api, &format!("/login?lang={language}"), "").await.text;
        assert!(page.contains("/login/oidc?next=") && page.contains(text), "{page}");
    }
    let before = api.service.accounts().list().await.expect("accounts").len();
    is_refused("an unknown sub", &sign_in(&api).await, 403);
    assert_eq!(api.service.accounts().list().await.expect("accounts").len(), before, "never made by signing in");

    bound(&api, "li").await;
    let entered = sign_in(&api).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/help"));
    assert!(kept(&entered, "zeyou_flow").ends_with('='), "the sign-in is over: {:?}", entered.headers);
    let session = cookie(&entered);
    assert_eq!(open(&api, "/parks/P0001", &session).await.status, 200);
    assert_eq!(open(&api, "/parks/P0002", &session).await.status, 404, "the role is the account's");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let id = api.service.accounts().find("li").await.expect("the account").id;
    let rows = api.service.store().audit_rows(None, &id, 10).await.expect("the audit log");
    for action in ["bind-identity", "sign-in"] {
        assert!(rows.iter().any(|row| row.entry.action == action && row.entry.result == "ok"), "{action}: {rows:?}");
    }

    // Another person there, another account here; one identity is one account.
    provider.person("u-2");
    is_refused("another person", &sign_in(&api).await, 403);
    provider.person("u-1");
    let link = invited(&api, "wang", Role::ParkManager("P0002".parse().expect("a code"))).await;
    let page = send(&api, &format!("{link}/oidc"), "", &[]).await;
    let back = at_provider(&onward(&page)).await;
    is_refused("an identity that is taken", &open(&api, &back, &kept(&page, "zeyou_flow=")).await, 409);
    assert_eq!(open(&api, &link, "").await.status, 200, "the link still holds");

    // Disabled or reset, the identity opens nothing any more.
    api.service.accounts().disable("li", true).await.expect("disabled");
    is_refused("a disabled account", &sign_in(&api).await, 403);
    api.service.accounts().disable("li", false).await.expect("enabled");
    assert_eq!(sign_in(&api).await.status, 303);
    api.service.accounts().reset("li").await.expect("reset");
    is_refused("after a reset", &sign_in(&api).await, 403);
}

#[actix_web::test]
async fn an_answer_that_was_not_made_for_this_sign_in_lets_nobody_in() {
    let api = spawn_app().await;
    let provider = offer(&api, &[]).await;
    bound(&api, "li").await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
    let claims: [(&str, Value); 8] = [
        ("nonce", json!("of another")),
        ("aud", json!("another client")),
        ("aud", json!(["another client", CLIENT])),
        ("azp", json!("another client")),
        ("iss", json!("https://id.example")),
        ("exp", json!(now - 61)),
        ("nbf", json!(now + 120)),
        ("sub", json!("unknown")),
    ];
    for (claim, value) in claims {
        assert_eq!(sign_in(&api).await.status, 303, "before {claim} is changed it is let in");
        let status = if claim == "sub" { 403 } else { 401 };
        provider.twist(move |_, claims, _| claims[claim] = value.clone());
        is_refused(claim, &sign_in(&api).await, status);
        provider.straight();
    }
    let public = provider.public_bytes();
    let unsigned: [(&str, Forge); 5] = [
        (
            "alg none",
            Box::new(|header, _| {
                header["alg"] = json!("none");
                String::new()
            }),
        ),
        (
            "alg None",
            Box::new(|header, _| {
                header["alg"] = json!("None");
                String::new()
            }),
        ),
        ("no signature", Box::new(|_, _| String::new())),
        ("another's signature", Box::new(|_, _| URL_SAFE_NO_PAD.encode([7; 256]))),
        (
            "HS256 with the public key",
            Box::new(move |header, claims| {
                header["alg"] = json!("HS256");
                let mut mac = Hmac::<Sha256>::new_from_slice(&public).expect("a key");
                let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
                mac.update(format!("{}.{}", part(header), part(claims)).as_bytes());
                URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
            }),
        ),
    ];
    for (case, forge) in unsigned {
        provider.twist(move |header, claims, signature| *signature = Some(forge(header, claims)));
        is_refused(case, &sign_in(&api).await, 401);
        provider.straight();
    }
    provider.twist(|header, _, _| header["crit"] = json!(["b64"]));
    is_refused("an extension that must be understood", &sign_in(&api).await, 401);
    provider.straight();
    assert_eq!(sign_in(&api).await.status, 303, "and straight again it is let in");
}

#[actix_web::test]
async fn a_way_back_belongs_to_one_browser_one_sign_in_and_one_time() {
    let api = spawn_app().await;
    offer(&api, &[]).await;
    bound(&api, "li").await;
    let (back, flow) = out(&api).await;
    is_refused("no cookie: another browser", &open(&api, &back, "").await, 401);
    let (other, _) = out(&api).await;
    is_refused("the state of another sign-in", &open(&api, &other, &flow).await, 401);
    let forged = back.replace("state=", "state=x");
    is_refused("a state that was changed", &open(&api, &forged, &flow).await, 401);
    let twice = format!("{back}&state=x");
    is_refused("two states", &open(&api, &twice, &flow).await, 401);
    let elsewhere = format!("{}&iss=https://id.example", back.split("&iss=").next().expect("before"));
    is_refused("another provider's answer", &open(&api, &elsewhere, &flow).await, 401);
    let refused = back.replace("code=", "error=access_denied&x=");
    is_refused("the provider refused", &open(&api, &refused, &flow).await, 401);
    assert_eq!(open(&api, &back, &flow).await.status, 303, "the right browser");
    is_refused("a code that was used", &open(&api, &back, &flow).await, 401);
    for next in ["//elsewhere.example/", "https://elsewhere.example/"] {
        let left = open(&api, &format!("/login/oidc?next={next}"), "").await;
        let back = at_provider(left.header("location")).await;
        let entered = open(&api, &back, &kept(&left, "zeyou_flow=")).await;
        assert_eq!(entered.header("location"), "/", "{next}");
    }
}

#[actix_web::test]
async fn new_keys_of_the_provider_are_found_and_not_asked_for_too_often() {
    let api = spawn_app().await;
    let provider = offer(&api, &[]).await;
    bound(&api, "li").await;
    assert_eq!(sign_in(&api).await.status, 303);
    assert_eq!(provider.asked_for_keys(), 1, "kept");
    provider.rotate();
    assert_eq!(sign_in(&api).await.status, 303, "ES256, by a new key");
    assert_eq!(provider.asked_for_keys(), 2);
    provider.twist(|header, _, _| header["kid"] = json!("made up"));
    for _ in 0..3 {
        is_refused("a made-up key", &sign_in(&api).await, 401);
    }
    assert_eq!(provider.asked_for_keys(), 2, "not within the cool-down");
    tokio::time::sleep(COOL_DOWN).await;
    is_refused("a made-up key", &sign_in(&api).await, 401);
    assert_eq!(provider.asked_for_keys(), 3);
    provider.straight();
    tokio::time::sleep(COOL_DOWN).await;
    provider.rotate();
    assert_eq!(sign_in(&api).await.status, 303, "RS256 again, the third key");
}

#[actix_web::test]
async fn a_second_factor_is_ours_unless_the_provider_is_believed_and_says_so() {
    // Not believed: ours is enrolled on the way out, and asked for at each sign-in.
    let api = spawn_app().await;
    let provider = offer(&api, &[]).await;
    provider.twist(|_, claims, _| claims["amr"] = json!(["pwd", "mfa"]));
    let link = invited(&api, "wang", Role::Planner(None)).await;
    let page = open(&api, &link, "").await.text;
    assert!(page.contains("bind-code"));
    assert_eq!(send(&api, &format!("{link}/oidc"), "", &[("code", "000000")]).await.status, 422);
    let left = send(&api, &format!("{link}/oidc"), "", &[("code", &code(&page, 0))]).await;
    let entered = open(&api, &at_provider(&onward(&left)).await, &kept(&left, "zeyou_flow=")).await;
    assert_eq!(open(&api, "/help", &cookie(&entered)).await.status, 200, "{}", entered.text);
    let half = sign_in(&api).await;
    assert_eq!((half.status, half.header("location")), (303, "/login/code?next=%2Fhelp"));
    assert_eq!(open(&api, "/help", &cookie(&half)).await.status, 303, "half a session opens nothing");
    let whole = send(&api, "/login/code", &cookie(&half), &[("code", &code(&page, 1)), ("next", "/help")]).await;
    assert_eq!(open(&api, "/help", &cookie(&whole)).await.status, 200);

    // Believed: without the word nobody is let in who has none of ours.
    let api = spawn_as(Access { behind_tls: true, ..Access::default() }).await;
    let provider = offer(&api, &["mfa", "urn:example:2"]).await;
    let link = invited(&api, "wang", Role::Planner(None)).await;
    assert!(!open(&api, &link, "").await.text.contains("bind-code"));
    let bind = async || {
        let left = send(&api, &format!("{link}/oidc"), "", &[]).await;
        let flow = kept(&left, "__Host-zeyou_flow=");
        assert!(left.header("set-cookie").contains("Secure") || !flow.is_empty(), "{:?}", left.headers);
        open(&api, &at_provider(&onward(&left)).await, &flow).await
    };
    is_refused("no second factor to bind by", &bind().await, 403);
    provider.twist(|_, claims, _| claims["acr"] = json!("urn:example:2"));
    let entered = bind().await;
    assert_eq!(open(&api, "/help", &cookie(&entered)).await.status, 200, "{}", entered.text);
    let again = async || {
        let left = open(&api, "/login/oidc?next=/help", "").await;
        open(&api, &at_provider(left.header("location")).await, &kept(&left, "__Host-zeyou_flow=")).await
    };
    assert_eq!(again().await.header("location"), "/help");
    provider.straight();
    is_refused("the provider did not ask for one", &again().await, 403);
}

#[actix_web::test]
async fn a_provider_that_is_away_takes_nobody_elses_way_in() {
    let api = spawn_app().await;
    let settings = OidcSettings {
        issuer: "http://127.0.0.1:1".to_owned(),
        client: CLIENT.to_owned(),
        secret: None,
        public: PUBLIC.to_owned(),
        factors: Vec::new(),
        cool_down: COOL_DOWN,
    };
    api.service.accounts().offer(Oidc::new(settings).expect("TLS"));
    let away = open(&api, "/login/oidc", "").await;
    is_refused("nobody listens there", &away, 503);
    assert!(!away.header("retry-after").is_empty());
    let key = api.signed(Method::GET, "/api/v1/parks/P0001/shortlist").await;
    api.send(key).await.ok(200);
}
