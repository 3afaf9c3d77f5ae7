//! P22: what is kept of a subject is handed out whole, and erased so that log and digest stay what they were.

use reqwest::Method;
use serde_json::{Value, json};
use zeyou::domain::{Role, Scopes};
use zeyou::service::Service;
use zeyou::service::accounts::{NewAccount, NewKey};

use crate::helpers::{Answer, list, marks, spawn_app};

#[actix_web::test]
async fn a_subject_takes_its_data_along_and_erasing_it_leaves_the_log_whole() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let role = Role::EnterpriseRater(free.enterprise.parse().expect("a code"));
    let new = NewAccount { name: "wang-xiaoming".to_owned(), role };
    let account = api.service.accounts().create(new).await.expect("an account").account;
    let key = NewKey { label: "my key".to_owned(), scopes: Scopes::ALL, days: 30 };
    let key = api.service.accounts().make_key(&account.id, key).await.expect("a key").key;
    let ask = async |key: &str, method: Method, path: &str| -> Answer {
        api.send(api.request(method, path).bearer_auth(key)).await
    };
    let body = json!({"engagement": free.engagement, "marks": marks(2), "comment": "王小明：联系不上"});
    let request = api.request(Method::POST, "/api/v1/ratings").bearer_auth(&key).header("idempotency-key", "k");
    let rated = api.send(request.json(&body)).await.ok(201);
    let at = format!("/api/v1/ratings/{}", rated["id"].as_str().expect("an id"));
    let seq = rated["seq"].as_i64().expect("a seq");
    let body = json!({"marks": marks(2), "comment": "王小明：联系不上", "reason": "王小明离职"});
    let revised = api.request(Method::PUT, &at).bearer_auth(&key).header("if-match", "\"1\"").json(&body);
    assert_eq!(api.send(revised).await.ok(200)["seq"], seq + 2, "with its remark");
    assert_eq!(ask(&key, Method::GET, &at).await.status, 200);
    let data = ask(&key, Method::GET, "/api/v1/me/data").await.ok(200);
    assert_eq!((&data["account"]["name"], &data["account"]["id"]), (&json!("wang-xiaoming"), &json!(account.id)));
    assert_eq!(data["keys"][0]["label"], "my key");
    assert!(!data.to_string().contains(key.rsplit('_').next().expect("a secret")), "never a secret");
    let written = list(&data["written"]);
    assert_eq!((written.len(), &written[0]["seq"]), (3, &rated["seq"]), "what others wrote is not in it: {data}");
    assert_eq!(written[0]["event"]["body"]["comment"], "王小明：联系不上");
    assert_eq!(written[1]["event"]["body"]["reason"], "王小明离职");
    let done: Vec<&Value> = list(&data["audit"]).iter().map(|one| &one["action"]).collect();
    assert_eq!(done, ["read-rating", "export-subject"]);
    // For an admin without what it wrote.
    let admin = api.key(Role::Admin).await;
    let told = ask(&admin, Method::GET, &format!("/api/v1/accounts/{}/data", account.id)).await.ok(200);
    assert_eq!((&told["account"], &told["written"]), (&data["account"], &Value::Null));
    let planner = api.key(Role::Planner(None)).await;
    ask(&planner, Method::GET, &format!("/api/v1/accounts/{}/data", account.id)).await.is_problem(
        "a planner",
        403,
        "forbidden",
    );
    ask(&admin, Method::GET, "/api/v1/accounts/nobody/data").await.is_problem("nobody", 404, "not-found");

    // The log itself holds digests of comment and reason, and salted ones: they are nobody's to guess.
    let rows = api.service.store().rows(seq - 1, 3).await.expect("the rows");
    let raw = rows.iter().map(|row| String::from_utf8_lossy(&row.body)).collect::<Vec<_>>().join("\n");
    assert!(!raw.contains("王小明") && raw.contains("comment_digest") && raw.contains("reason_digest"), "{raw}");
    let copy = tempfile::tempdir().expect("a folder");
    let copy = copy.path().join("copy.db");
    Service::backup(api.service.store().address(), &copy, &|_, _, _| {}).await.expect("copied");
    let copied = zeyou::store::Store::open_read_only(&copy).await.expect("the copy");
    let kept = copied.comments("", 10).await.expect("comments");
    for text in ["王小明：联系不上", "王小明离职"] {
        assert!(kept.iter().any(|row| row.body == text && row.is_sound()), "a copy has it: {kept:?}");
    }
    copied.close().await;
    assert_eq!(ask(&key, Method::GET, &at).await.ok(200)["comment"], "王小明：联系不上");

    let before = Service::check_log(api.service.store(), |_| {}).await.expect("checked");
    assert_eq!(ask(&admin, Method::DELETE, &format!("/api/v1/accounts/{}", account.id)).await.status, 204);
    assert_eq!(ask(&key, Method::GET, "/api/v1/me").await.status, 401);
    let left = api.service.store().comments("", 10).await.expect("comments");
    assert!(left.iter().all(|row| !row.body.contains("王小明")), "{left:?}");
    let colleague = api.key(Role::EnterpriseRater(free.enterprise.parse().expect("a code"))).await;
    let rating = ask(&colleague, Method::GET, &at).await.ok(200);
    assert_eq!((&rating["comment"], &rating["marks"]["overall"]), (&Value::Null, &json!(2)), "the marks stay");
    let history = ask(&colleague, Method::GET, &format!("{at}/revisions")).await.ok(200);
    let last = list(&history["items"]).last().expect("a revision");
    assert_eq!((&last["comment"], &last["reason"], &last["rev"]), (&Value::Null, &Value::Null, &json!(2)), "{history}");
    ask(&admin, Method::GET, &format!("/api/v1/accounts/{}/data", account.id)).await.is_problem(
        "erased",
        404,
        "not-found",
    );
    let after = Service::check_log(api.service.store(), |_| {}).await.expect("checked");
    assert_eq!((&after, after.fault.as_ref()), (&before, None), "chain and digest of {} events", after.seq);
    assert!(after.seq > 2_000, "{}", after.seq);
    assert_eq!(api.service.store().check_audit().await.expect("checked"), None);
    let events = api.service.store().events(rated["seq"].as_u64().expect("a seq") - 1, 1).await.expect("the event");
    assert_eq!(&*events[0].principal, account.id, "the pseudonym stays, and names nobody");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let audit = ask(&admin, Method::GET, "/api/v1/audit?page_size=200").await;
    let accounts = ask(&admin, Method::GET, "/api/v1/accounts").await;
    for text in [audit.text, accounts.text] {
        assert!(!text.contains("wang-xiaoming"), "{text}");
    }
}

#[actix_web::test]
async fn every_event_says_who_wrote_it() {
    let api = spawn_app().await;
    let free = api.free_engagements();
    let role = Role::EnterpriseRater(free[0].enterprise.parse().expect("a code"));
    let new = NewAccount { name: "zhang".to_owned(), role };
    let account = api.service.accounts().create(new).await.expect("an account").account;
    let key = NewKey { label: "k".to_owned(), scopes: Scopes::ALL, days: 30 };
    let key = api.service.accounts().make_key(&account.id, key).await.expect("a key").key;
    let by = async |seq: u64| {
        let events = api.service.store().events(seq - 1, 1).await.expect("events");
        events[0].principal.to_string()
    };
    assert_eq!(by(1).await, "operator", "what every log begins with");
    let body = json!({"engagement": free[0].engagement, "marks": marks(2)});
    let request = api.request(Method::POST, "/api/v1/ratings").bearer_auth(&key).header("idempotency-key", "k");
    let rated = api.send(request.json(&body)).await.ok(201);
    assert_eq!(by(rated["seq"].as_u64().expect("a seq")).await, account.id);
    let other = free.iter().find(|one| one.enterprise != free[0].enterprise).expect("another enterprise");
    let link = api.service.rating_link(&other.engagement.parse().expect("a code"), 1).await.expect("a link");
    let form = format!("key={}&rev=0&overall=4&supply=4&skill=4&stay=4&help=4", uuid::Uuid::new_v4());
    let request = api.request(Method::POST, &link.path).header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("origin", format!("http://{}", api.address)).header("cookie", "zeyou_session=x");
    let sent = api.send(request.header("accept", "text/html").body(form)).await;
    assert!(sent.status < 400, "{} {}", sent.status, sent.text);
    assert_eq!(by(api.seq()).await, "link");
    assert_eq!(api.service.store().check_chain(|_| {}).await.expect("checked"), None);
    // No answer to any role tells it.
    for role in [Role::Planner(None), Role::Supervisor, Role::CollegeOfficer(free[0].college.parse().expect("a code"))]
    {
        let key = api.key(role).await;
        for path in [
            format!("/api/v1/parks/{}/changes?from_seq={}", free[0].park, api.seq() - 3),
            format!("/api/v1/parks/{}/colleges/{}/explanation", free[0].park, free[0].college),
            "/api/v1/flags".to_owned(),
            format!("/api/v1/engagements/{}", free[0].engagement),
        ] {
            let answer = api.send(api.request(Method::GET, &path).bearer_auth(&key)).await;
            assert!(!answer.text.contains(&account.id), "{path}: {}", answer.text);
        }
    }
}
