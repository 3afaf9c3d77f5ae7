//! Changing one's own password: by the page and by the API, with the present one, and what ends then.

use reqwest::Method;
use serde_json::json;
use zeyou::domain::{Role, Scopes};
use zeyou::http::Access;
use zeyou::service::accounts::NewKey;

use crate::helpers::{Api, list, spawn_app, spawn_as};
use crate::sign_in::{cookie, invited, open, send, word};

const OLD: &str = "三月 blossom 37 trains";
const NEW: &str = "十月 harvest 52 boats";
const PAGE: &str = "/accounts/password";

/// An account with a password and a key: its session and its key.
async fn entered(api: &Api) -> (String, String) {
    let link = invited(api, "li", Role::ParkManager("P0001".parse().expect("a code"))).await;
    let session = cookie(&send(api, &link, "", &[("password", OLD)]).await);
    let id = api.service.accounts().find("li").await.expect("the account").id;
    let key = NewKey { label: "k".to_owned(), scopes: Scopes::ALL, days: 1 };
    (session, api.service.accounts().make_key(&id, key).await.expect("a key").key)
}

async fn sign_in(api: &Api, password: &str) -> crate::helpers::Answer {
    send(api, "/login", "", &[("name", "li"), ("password", password)]).await
}

#[actix_web::test]
async fn a_new_password_ends_every_other_session_and_the_old_one() {
    let api = spawn_app().await;
    let (session, key) = entered(&api).await;
    let other = cookie(&sign_in(&api, OLD).await);
    assert!(open(&api, "/accounts", &session).await.text.contains("id=\"change-password\""), "the way there");
    let page = open(&api, PAGE, &session).await;
    let csrf = word(&page);
    let change = async |present: &str, new: &str, csrf: &str| {
        send(&api, PAGE, &session, &[("csrf", csrf), ("password", present), ("new_password", new)]).await
    };
    assert_eq!(change(OLD, NEW, "").await.status, 403, "without the session's word");
    let wrong = change("not my password", NEW, &csrf).await;
    assert!(wrong.status == 422 && wrong.text.contains("现在的密码不对"), "{} {}", wrong.status, wrong.text);
    let long = "长".repeat(129);
    for (bad, said) in [("short", "12"), ("leavemealone", "太常见"), (long.as_str(), "128")] {
        let refused = change(OLD, bad, &csrf).await;
        assert!(refused.status == 422 && refused.text.contains(said), "{bad}: {} {}", refused.status, refused.text);
    }
    assert_eq!(open(&api, PAGE, &other).await.status, 200, "nothing has changed yet");

    let changed = change(OLD, NEW, &csrf).await;
    assert_eq!(
        (changed.status, changed.header("location")),
        (303, "/accounts/password?changed=yes"),
        "{}",
        changed.text
    );
    let fresh = cookie(&changed);
    assert!(!fresh.is_empty() && fresh != session, "the session goes on under another token");
    for ended in [&session, &other] {
        assert_eq!(open(&api, PAGE, ended).await.status, 303, "{ended}");
    }
    assert!(open(&api, changed.header("location"), &fresh).await.text.contains("id=\"changed\""));
    assert_eq!(sign_in(&api, OLD).await.status, 401);
    assert_eq!(sign_in(&api, NEW).await.status, 303);
    let by_key = api.request(Method::GET, "/api/v1/me").bearer_auth(&key);
    assert_eq!(api.send(by_key).await.status, 200, "keys stay");

    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let id = api.service.accounts().find("li").await.expect("the account").id;
    let rows = api.service.store().audit_rows(None, &id, 100).await.expect("the audit log");
    let results: Vec<&str> = rows
        .iter()
        .map(|row| &row.entry)
        .filter(|one| one.action == "change-password")
        .map(|one| &*one.result)
        .collect();
    assert_eq!(results, ["ok", "wrong"], "the newest first");
    assert!([OLD, NEW].iter().all(|password| !format!("{rows:?}").contains(password)));
}

#[actix_web::test]
async fn a_program_changes_it_by_a_key_or_by_a_session_with_its_word() {
    let api = spawn_app().await;
    let (session, key) = entered(&api).await;
    let body = |present: &str, new: &str| json!({"password": present, "new_password": new});
    let by_key = async |body: &serde_json::Value| {
        api.send(api.request(Method::POST, "/api/v1/me/password").bearer_auth(&key).json(body)).await
    };
    for (body, slug, place) in [
        (body("not my password", NEW), "wrong-password", "/password"),
        (body(OLD, "short"), "out-of-range", "/new_password"),
        (body(OLD, "1QAZ2WSX3EDC"), "too-common", "/new_password"),
        (json!({"password": OLD}), "missing-field", "/new_password"),
        (json!({"password": OLD, "new_password": NEW, "account": "admin"}), "unknown-field", "/account"),
    ] {
        let answer = by_key(&body).await;
        answer.is_problem(slug, 422, slug);
        assert_eq!(answer.place(), place, "{slug}");
    }
    let changed = by_key(&body(OLD, NEW)).await;
    assert_eq!((changed.status, changed.header("set-cookie")), (204, ""), "{}", changed.text);
    assert_eq!(open(&api, PAGE, &session).await.status, 303, "sessions end whoever asks");

    let session = cookie(&sign_in(&api, NEW).await);
    let csrf = word(&open(&api, PAGE, &session).await);
    let by_session = async |csrf: &str| {
        let request = api.request(Method::POST, "/api/v1/me/password").header("cookie", &session);
        api.send(request.header("x-csrf-token", csrf).json(&body(NEW, OLD))).await
    };
    by_session("").await.is_problem("without the word", 403, "csrf");
    let changed = by_session(&csrf).await;
    assert_eq!((changed.status, open(&api, PAGE, &cookie(&changed)).await.status), (204, 200), "{}", changed.text);
    assert_eq!(sign_in(&api, OLD).await.status, 303);

    // Guessing is slowed down as at the door, even for whoever is in.
    for _ in 0..5 {
        by_key(&body("not my password", NEW)).await.is_problem("a guess", 422, "wrong-password");
    }
    let waits = by_key(&body(OLD, NEW)).await;
    waits.is_problem("the sixth", 429, "too-many-attempts");
    assert!(waits.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1), "{:?}", waits.headers);
    assert_eq!(sign_in(&api, OLD).await.status, 429, "at the door too");
}

#[actix_web::test]
async fn where_there_is_no_password_none_is_changed() {
    let api = spawn_app().await;
    let body = json!({"password": OLD, "new_password": NEW});
    let ask = async |api: &Api, key: &str| {
        api.send(api.request(Method::POST, "/api/v1/me/password").bearer_auth(key).json(&body)).await
    };
    let planner = api.key(Role::Planner(None)).await;
    ask(&api, &planner).await.is_problem("keys only", 422, "no-password");
    let reader = api.new_key(Role::Planner(None), Scopes::one(0)).await;
    ask(&api, &reader).await.is_problem("a reading key", 403, "wrong-scope");
    let page = api.request(Method::GET, PAGE).header("accept", "text/html").bearer_auth(&planner);
    let page = api.send(page).await;
    assert!(
        page.status == 200 && page.text.contains("这个账号没有密码") && !page.text.contains("new_password"),
        "{}",
        page.text
    );
    let accounts =
        api.send(api.request(Method::GET, "/accounts").header("accept", "text/html").bearer_auth(&planner)).await;
    assert!(!accounts.text.contains("id=\"change-password\""));
    // Who is no account has none either.
    let open_to_all = spawn_as(Access { open: true, ..Access::default() }).await;
    let request = open_to_all.request(Method::POST, "/api/v1/me/password").header("cookie", "none=1");
    open_to_all.send(request.json(&body)).await.is_problem("the operator", 404, "not-found");
    let log = api.service.store().audit_rows(None, "", 100).await.expect("the audit log");
    assert!(list(&json!(log)).iter().all(|row| row["action"] != "change-password"), "nothing was tried");
}
