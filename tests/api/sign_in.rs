//! Ways in for people: one-time link, password, second factor, session, and out again.

use reqwest::Method;
use zeyou::domain::{Role, Scopes};
use zeyou::http::Access;
use zeyou::service::accounts::NewAccount;

use crate::helpers::{Answer, Api, spawn_app, spawn_as};

const PASSWORD: &str = "三月 blossom 37 trains";

/// A request with a form as browsers write it.
fn form(request: reqwest::RequestBuilder, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    request.header("content-type", "application/x-www-form-urlencoded").body(pairs.join("&"))
}

/// A form sent as a browser sends it, with a cookie if there is one.
pub(crate) async fn send(api: &Api, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let request = form(api.request(Method::POST, path), fields).header("accept", "text/html").header("cookie", cookie);
    api.send(request.header("origin", format!("http://{}", api.address))).await
}

pub(crate) async fn open(api: &Api, path: &str, cookie: &str) -> Answer {
    api.send(api.request(Method::GET, path).header("accept", "text/html").header("cookie", cookie)).await
}

/// The cookie that an answer sets, as it is sent back.
pub(crate) fn cookie(answer: &Answer) -> String {
    let set = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let session = set.rev().find(|value| value.contains("session=")).unwrap_or_default();
    session.split(';').next().unwrap_or_default().to_owned()
}

pub(crate) async fn invited(api: &Api, name: &str, role: Role) -> String {
    api.service.accounts().create(NewAccount { name: name.to_owned(), role }).await.expect("an account").path
}

/// The code that an authenticator shows for the secret on a page; `later` steps from now.
pub(crate) fn code(page: &str, later: u64) -> String {
    let secret = page.split("id=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a secret");
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base32");
    let factor = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().expect("a factor");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
    factor.generate(now + 30 * later).to_string()
}

pub(crate) fn word(page: &Answer) -> String {
    let rest = page.text.split("name=\"csrf\" value=\"").nth(1).expect("a word");
    rest.split('"').next().expect("its end").to_owned()
}

#[actix_web::test]
async fn a_one_time_link_sets_the_password_once_and_one_signs_in_and_out() {
    let api = spawn_app().await;
    let link = invited(&api, "li", Role::ParkManager("P0001".parse().expect("a code"))).await;
    assert!(open(&api, &link, "").await.text.contains("li"));
    for bad in ["short", "password1234", "aaaaaaaaaaaaaa"] {
        assert_eq!(send(&api, &link, "", &[("password", bad)]).await.status, 422, "{bad}");
    }
    let set = send(&api, &link, "", &[("password", PASSWORD)]).await;
    assert_eq!((set.status, set.header("location")), (303, "/"), "{}", set.text);
    assert_eq!(send(&api, &link, "", &[("password", PASSWORD)]).await.status, 404, "once");
    assert_eq!(open(&api, "/welcome/never-made", "").await.status, 404);

    let before = open(&api, "/parks/P0001", "").await;
    assert_eq!((before.status, before.header("location")), (303, "/login?next=%2Fparks%2FP0001"));
    let fields = [("name", "li"), ("password", PASSWORD), ("next", "/parks/P0001")];
    let began = std::time::Instant::now();
    let entered = send(&api, "/login", "", &fields).await;
    println!("a login takes {:?}", began.elapsed());
    assert_eq!((entered.status, entered.header("location")), (303, "/parks/P0001"));
    let set = entered.header("set-cookie").to_owned();
    assert!(set.starts_with("zeyou_session=") && set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    let session = cookie(&entered);
    let page = open(&api, "/parks/P0001", &session).await;
    assert!(page.status == 200 && page.text.contains("li"), "{}", page.status);
    assert_eq!(open(&api, "/parks/P0002", &session).await.status, 404, "another's park is not there");
    assert_eq!(open(&api, "/parks/P9999", &session).await.status, 404);

    // Without the session's word nothing is done by its cookie, neither by a form nor by a program's request.
    assert_eq!(send(&api, "/logout", &session, &[]).await.status, 403);
    let api_post = |csrf: &str| {
        let request = api.request(Method::POST, "/api/v1/keys").header("cookie", &session).header("x-csrf-token", csrf);
        request.json(&serde_json::json!({"label": "x", "scopes": ["read"], "days": 1}))
    };
    api.send(api_post("")).await.is_problem("no word", 403, "csrf");
    assert_eq!(api.send(api_post(&word(&page))).await.status, 201);
    let foreign = form(api.request(Method::POST, "/logout"), &[("csrf", &word(&page))]).header("cookie", &session);
    assert_eq!(api.send(foreign.header("origin", "http://elsewhere.example")).await.status, 403);
    let left = send(&api, "/logout", &session, &[("csrf", &word(&page))]).await;
    assert_eq!((left.status, left.header("location")), (303, "/login"));
    assert_eq!(open(&api, "/parks/P0001", &session).await.status, 303, "the old session is worth nothing");
}

/// Found by the fuzz target F10: what had been looked up as the one a moment ago was taken as the other.
#[actix_web::test]
async fn a_session_is_no_key_and_a_key_is_no_session() {
    let api = spawn_app().await;
    let manager = || Role::ParkManager("P0001".parse().expect("a code"));
    let link = invited(&api, "li", manager()).await;
    let link = link.trim_start_matches("/welcome/");
    let token = api.service.accounts().accept(link, PASSWORD.to_owned(), "").await.expect("in").token;
    let key = api.key(manager()).await;
    for (good, bad) in [
        (("cookie", format!("zeyou_session={token}")), ("authorization", format!("Bearer {token}"))),
        (("authorization", format!("Bearer {key}")), ("cookie", format!("zeyou_session={key}"))),
    ] {
        for ((name, value), status) in [(&good, 200), (&bad, 401), (&good, 200)] {
            let answer = api.send(api.request(Method::GET, "/api/v1/me").header(*name, value)).await;
            assert_eq!(answer.status, status, "{name}: {value}");
        }
    }
}

#[actix_web::test]
async fn a_planner_needs_a_second_step_and_each_code_works_once() {
    let api = spawn_app().await;
    let link = invited(&api, "wang", Role::Planner(None)).await;
    let page = open(&api, &link, "").await.text;
    assert!(page.contains("<svg class=\"qr\""), "a code to scan");
    assert_eq!(send(&api, &link, "", &[("password", PASSWORD), ("code", "000000")]).await.status, 422);
    let first = code(&page, 0);
    assert_eq!(send(&api, &link, "", &[("password", PASSWORD), ("code", &first)]).await.status, 303);
    let half = send(&api, "/login", "", &[("name", "wang"), ("password", PASSWORD), ("next", "/help")]).await;
    assert_eq!((half.status, half.header("location")), (303, "/login/code?next=%2Fhelp"));
    let half = cookie(&half);
    for path in ["/", "/parks/P0001", "/api/v1/me"] {
        assert_ne!(open(&api, path, &half).await.status, 200, "half a session opens nothing: {path}");
    }
    assert_eq!(send(&api, "/login/code", &half, &[("code", &first)]).await.status, 401, "a code works once");
    let next = code(&page, 1);
    let whole = send(&api, "/login/code", &half, &[("code", &next), ("next", "/help")]).await;
    assert_eq!((whole.status, whole.header("location")), (303, "/help"), "{}", whole.text);
    let session = cookie(&whole);
    assert_ne!(session, half, "the session goes on under another token");
    assert_eq!(open(&api, "/help", &session).await.status, 200);
    assert_ne!(open(&api, "/help", &half).await.status, 200);
    // A reset ends it all.
    api.service.accounts().reset("wang").await.expect("reset");
    assert_eq!(open(&api, "/help", &session).await.status, 303);
    assert_eq!(send(&api, "/login", "", &[("name", "wang"), ("password", PASSWORD)]).await.status, 401);
}

#[actix_web::test]
async fn who_guesses_learns_nothing_and_has_to_wait() {
    let api = spawn_app().await;
    let link = invited(&api, "li", Role::ParkManager("P0001".parse().expect("a code"))).await;
    send(&api, &link, "", &[("password", PASSWORD)]).await;
    let text = |answer: &Answer| answer.text.replace("value=\"li\"", "").replace("value=\"nobody\"", "");
    let one = send(&api, "/login", "", &[("name", "li"), ("password", "wrong wrong wrong")]).await;
    let other = send(&api, "/login", "", &[("name", "nobody"), ("password", "wrong wrong wrong")]).await;
    assert_eq!((one.status, text(&one)), (other.status, text(&other)), "a name that is not there looks the same");
    for n in 2..=5 {
        let answer = send(&api, "/login", "", &[("name", "li"), ("password", "wrong wrong wrong")]).await;
        assert_eq!(answer.status, 401, "try {n}");
    }
    let waits = send(&api, "/login", "", &[("name", "li"), ("password", PASSWORD)]).await;
    assert_eq!(waits.status, 429);
    assert!(waits.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1), "{:?}", waits.headers);
    for next in ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example"] {
        let page = open(&api, &format!("/login?next={next}"), "").await;
        assert!(page.text.contains("name=\"next\" value=\"/\""), "{next}: {}", page.text);
    }
}

#[actix_web::test]
async fn behind_tls_the_cookie_is_the_hosts_own_and_secure() {
    let api = spawn_as(Access { behind_tls: true, ..Access::default() }).await;
    let link = invited(&api, "li", Role::Supervisor).await;
    let page = open(&api, &link, "").await.text;
    let set = send(&api, &link, "", &[("password", PASSWORD), ("code", &code(&page, 0))]).await;
    let cookie = set.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-zeyou_session=") && cookie.contains("Secure") && cookie.contains("Path=/"),
        "{cookie}"
    );
    assert!(!cookie.contains("Domain"), "{cookie}");
    // Every answer, of pages and of the API, good or not.
    for path in ["/login", "/api/v1/parks", "/health/live", "/nothing"] {
        let answer = open(&api, path, "").await;
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000; includeSubDomains", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[actix_web::test]
async fn the_demo_lets_in_by_a_click_and_nothing_else_does() {
    let api = spawn_as(Access { demo: true, ..Access::default() }).await;
    api.service.accounts().make_demo("E00001").await.expect("the demo's accounts");
    let entered = send(&api, "/login/demo", "", &[("name", "demo-planner"), ("next", "/parks/P0001")]).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/parks/P0001"));
    assert_eq!(open(&api, "/parks/P0001", &cookie(&entered)).await.status, 200);
    let key = api.request(Method::GET, "/api/v1/parks/P0001/shortlist").bearer_auth("zy_planner_demo");
    api.send(key).await.ok(200);
    api.new_key(Role::Supervisor, Scopes::ALL).await;
    assert_eq!(send(&api, "/login/demo", "", &[("name", "admin")]).await.status, 404);
    let real = spawn_app().await;
    assert_eq!(open(&real, "/login", "").await.header("strict-transport-security"), "", "not without TLS");
    real.service.accounts().make_demo("E00001").await.expect("the demo's accounts");
    assert_eq!(send(&real, "/login/demo", "", &[("name", "demo-planner")]).await.status, 404, "only in the demo");
}

#[actix_web::test]
async fn without_accounts_everybody_is_the_operator() {
    let api = spawn_as(Access { open: true, ..Access::default() }).await;
    let request = api.request(Method::GET, "/api/v1/me").header("cookie", "none=1");
    assert_eq!(api.send(request).await.ok(200)["role"], "operator");
}
