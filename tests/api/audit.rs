//! The audit log: what is recorded, for whom it is, and what is not read if it cannot be recorded.

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use zeyou::domain::{Role, Scopes};
use zeyou::store::Address;

use crate::helpers::{Answer, Api, list, spawn_app};

async fn ask(api: &Api, key: &str, method: Method, path: &str) -> Answer {
    api.send(api.request(method, path).bearer_auth(key)).await
}

/// All entries, the oldest first, without those of reading them.
async fn entries(api: &Api) -> Vec<Value> {
    let key = api.key(Role::Supervisor).await;
    let mut all = Vec::new();
    let mut path = "/api/v1/audit?page_size=7".to_owned();
    // What is recorded without waiting is there a moment later.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    loop {
        let page = ask(api, &key, Method::GET, &path).await.ok(200);
        all.extend(list(&page["items"]).clone());
        match page["next_page"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    all.reverse();
    all.retain(|one| one["action"] != "read-audit");
    all
}

fn found<'a>(all: &'a [Value], action: &str, result: &str) -> Vec<&'a Value> {
    all.iter().filter(|one| one["action"] == action && one["result"] == result).collect()
}

async fn sign_in(api: &Api, name: &str, password: &str) -> u16 {
    let body = format!("name={name}&password={password}");
    let request = api.request(Method::POST, "/login").header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("origin", format!("http://{}", api.address)).header("cookie", "zeyou_session=x");
    api.send(request.header("accept", "text/html").body(body)).await.status
}

#[actix_web::test]
async fn who_comes_in_is_refused_or_reads_is_recorded_without_what_is_secret() {
    let api = spawn_app().await;
    let admin = api.key(Role::Admin).await;
    let body = json!({"name": "auditee", "role": "park_manager", "belongs": "P0001"});
    let made = api.send(api.request(Method::POST, "/api/v1/accounts").bearer_auth(&admin).json(&body)).await.ok(201);
    let id = made["account"]["id"].as_str().expect("an id").to_owned();
    let link = made["path"].as_str().expect("a path").to_owned();
    let secret = "canary77blossom";
    let request = api.request(Method::POST, &link).header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("origin", format!("http://{}", api.address)).header("cookie", "zeyou_session=x");
    let set = api.send(request.body(format!("password={secret}37trains"))).await;
    assert_eq!(set.status, 303, "{}", set.text);
    assert_eq!(sign_in(&api, "auditee", "wrong-canary-guess").await, 401);
    assert_eq!(sign_in(&api, "nobody-at-all", "wrong-canary-guess").await, 401);
    assert_eq!(sign_in(&api, "auditee", &format!("{secret}37trains")).await, 303);
    let free = api.free_engagement();
    let rated = api.rate(&free.engagement, 4, "k").await.ok(201);
    let at = format!("/api/v1/ratings/{}", rated["id"].as_str().expect("an id"));
    let rater = api.key(Role::EnterpriseRater(free.enterprise.parse().expect("a code"))).await;
    assert_eq!(ask(&api, &rater, Method::GET, &at).await.status, 200);
    let manager = api.key(Role::ParkManager("P0001".parse().expect("a code"))).await;
    assert_eq!(ask(&api, &manager, Method::GET, &at).await.status, 403, "his role reads none");
    assert_eq!(ask(&api, &manager, Method::GET, "/api/v1/parks/P0002/shortlist").await.status, 404, "another's");
    assert_eq!(ask(&api, "zy_no_key", Method::GET, "/api/v1/me").await.status, 401);
    let key = json!({"label": "l", "scopes": ["read"], "days": 1});
    let key = api.send(api.request(Method::POST, "/api/v1/keys").bearer_auth(&manager).json(&key)).await.ok(201);
    ask(&api, &manager, Method::DELETE, &format!("/api/v1/keys/{}", key["id"].as_str().expect("an id"))).await;
    let planner = api.key(Role::Planner(None)).await;
    for path in ["/api/v1/decisions", "/data/export.xlsx", "/api/v1/flags"] {
        let supervisor = api.key(Role::Supervisor).await;
        let who = if path.ends_with("flags") { &supervisor } else { &planner };
        assert_eq!(ask(&api, who, Method::GET, path).await.status, 200, "{path}");
    }
    let all = entries(&api).await;
    let one = |action: &str, result: &str| {
        let found = found(&all, action, result);
        assert_eq!(found.len(), 1, "{action} {result}: {all:#?}");
        found[0].clone()
    };
    assert_eq!(one("create-account", "ok")["object"], id);
    assert_eq!((&one("set-password", "ok")["principal"], &one("sign-in", "ok")["principal"]), (&json!(id), &json!(id)));
    let wrong = found(&all, "sign-in", "wrong");
    let who: Vec<&Value> = wrong.iter().map(|one| &one["principal"]).collect();
    assert_eq!(who, [&json!(id), &json!("")], "a name that is not there is not kept: it may be a password");
    let read = one("read-rating", "ok");
    assert_eq!((&read["role"], &read["object"]), (&json!("enterprise_rater"), &rated["id"]));
    assert_eq!(read["request"].as_str().expect("a request").len(), 36, "{read}");
    assert_eq!(one("GET /api/v1/ratings/{id}", "403")["object"], rated["id"]);
    assert_eq!(one("GET /api/v1/parks/{park}/shortlist", "404")["object"], "P0002");
    assert_eq!(one("GET /api/v1/me", "401")["principal"], "");
    for action in ["make-key", "revoke-key", "read-decision", "export", "read-flags"] {
        assert!(!found(&all, action, "ok").is_empty(), "{action}: {all:#?}");
    }
    let text = serde_json::to_string(&all).expect("JSON");
    for hidden in ["canary", "auditee", "nobody-at-all", &link, key["key"].as_str().expect("a key"), &free.enterprise] {
        assert!(!text.contains(hidden), "{hidden} is in {text}");
    }
    let end = ask(&api, &admin, Method::GET, "/api/v1/audit/head").await.ok(200);
    assert_eq!(end["chain"].as_str().expect("a chain").len(), 64);
    assert_eq!(api.service.store().check_audit().await.expect("checked"), None);
}

#[actix_web::test]
async fn a_flood_of_refusals_is_a_few_entries() {
    let api = spawn_app().await;
    let manager = api.key(Role::ParkManager("P0001".parse().expect("a code"))).await;
    let before = api.service.store().audit_head().await.expect("head").seq;
    for n in 0..300 {
        let path = format!("/api/v1/parks/P9{n:03}/shortlist");
        assert_eq!(ask(&api, &manager, Method::GET, &path).await.status, 404);
        assert_eq!(ask(&api, &format!("zy_{n}_x"), Method::GET, "/api/v1/me").await.status, 401);
        if n < 40 {
            sign_in(&api, &format!("nobody-{n}"), "wrong-guess-here").await;
        }
    }
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let after = api.service.store().audit_head().await.expect("head").seq;
    assert!(after - before <= 10, "{} entries of 640 refusals", after - before);
    // How often it was is written when the minute is over, or at the end.
    api.service.close().await;
    let Address::File(path) = api.service.store().address() else { panic!("a file") };
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.expect("connection");
    let times: i64 = sqlx::query_scalar("SELECT sum(times) FROM audit_log WHERE result IN ('401', '404')")
        .fetch_one(&mut connection)
        .await
        .expect("a sum");
    connection.close().await.expect("closed");
    assert!(times >= 600, "{times} of 600 were counted");
}

#[actix_web::test]
async fn it_is_read_by_who_oversees_and_who_keeps_the_system_in_pages() {
    let api = spawn_app().await;
    for role in [Role::Supervisor, Role::Admin] {
        let key = api.key(role.clone()).await;
        for path in ["/api/v1/audit", "/api/v1/audit?page_size=1&principal=operator", "/api/v1/audit/head"] {
            assert_eq!(ask(&api, &key, Method::GET, path).await.status, 200, "{path} as {role:?}");
        }
        let page = ask(&api, &key, Method::GET, "/audit?lang=en").await;
        assert!(page.status == 200 && page.text.contains("id=\"audit-head\""), "{}", page.text);
        assert!(ask(&api, &key, Method::GET, "/accounts").await.text.contains("href=\"/audit\""));
    }
    for role in [Role::Planner(None), Role::CollegeOfficer("C0001".parse().expect("a code"))] {
        let key = api.key(role).await;
        assert_eq!(ask(&api, &key, Method::GET, "/api/v1/audit").await.status, 403);
        assert!(!ask(&api, &key, Method::GET, "/accounts").await.text.contains("href=\"/audit\""));
    }
    let key = api.key(Role::Supervisor).await;
    for (query, slug) in [
        ("page_size=0", "out-of-range"),
        ("page_size=201", "out-of-range"),
        ("before=0", "out-of-range"),
        ("before=x", "wrong-type"),
        ("who=x", "unknown-field"),
    ] {
        ask(&api, &key, Method::GET, &format!("/api/v1/audit?{query}")).await.is_problem(query, 422, slug);
    }
    ask(&api, &key, Method::GET, "/api/v1/audit/head?x=1").await.is_problem("head", 422, "unknown-field");
}

#[actix_web::test]
async fn what_cannot_be_audited_is_not_read() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let rated = api.rate(&free.engagement, 4, "k").await.ok(201);
    let rating = format!("/api/v1/ratings/{}", rated["id"].as_str().expect("an id"));
    let rater = api.new_key(Role::EnterpriseRater(free.enterprise.parse().expect("a code")), Scopes::ALL).await;
    let supervisor = api.key(Role::Supervisor).await;
    let planner = api.key(Role::Planner(None)).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let Address::File(path) = api.service.store().address() else { panic!("a file") };
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.expect("connection");
    sqlx::query("ALTER TABLE audit_log RENAME TO elsewhere").execute(&mut connection).await.expect("away");
    connection.close().await.expect("closed");
    for (who, path) in [
        (&rater, rating.as_str()),
        (&supervisor, "/api/v1/flags"),
        (&supervisor, "/api/v1/audit"),
        (&planner, "/api/v1/decisions"),
        (&planner, "/data/export.xlsx"),
    ] {
        let answer = ask(&api, who, Method::GET, path).await;
        assert_eq!(answer.status, 503, "{path}: {}", answer.text);
        assert!(!answer.text.contains("audit_log"), "{}", answer.text);
    }
    // What is not sensitive goes on.
    assert_eq!(ask(&api, &planner, Method::GET, "/api/v1/parks/P0001/shortlist").await.status, 200);
}
