//! Bad input that is only bad together with who sends it or with what is there already.

use reqwest::Method;
use serde_json::{Value, json};
use zeyou::domain::{Role, Scopes};

use crate::helpers::{marks, spawn_app};
use crate::sign_in::{cookie, invited, open, send};

/// Case 23: which of the two is meant is not guessed, whatever either is worth.
#[actix_web::test]
async fn a_key_and_a_session_at_once_are_refused() {
    let api = spawn_app().await;
    let link = invited(&api, "li", Role::ParkManager("P0001".parse().expect("a code"))).await;
    let session = cookie(&send(&api, &link, "", &[("password", "三月 blossom 37 trains")]).await);
    let key = api.new_key(Role::ParkManager("P0001".parse().expect("a code")), Scopes::ALL).await;
    let path = "/api/v1/parks/P0001/shortlist";
    for (key, session) in [(key.as_str(), session.as_str()), (&key, "zeyou_session=worthless"), ("worthless", &session)]
    {
        let request = api.request(Method::GET, path).bearer_auth(key).header("cookie", session);
        let answer = api.send(request).await;
        answer.is_problem("23", 400, "ambiguous-credential");
        assert_eq!(answer.place(), "Authorization:");
    }
    // Another cookie is no session.
    let fine = api.request(Method::GET, path).bearer_auth(&key).header("cookie", "lang=en; zeyou_session=");
    api.send(fine).await.ok(200);
    assert_eq!(open(&api, "/parks/P0001", &session).await.status, 200);
}

/// Case 32: an equal key of another account is another key, of the same enterprise too: nothing of the first answer comes back.
#[actix_web::test]
async fn an_equal_key_of_another_account_is_another_key() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let rater = || Role::EnterpriseRater(free.enterprise.parse().expect("a code"));
    let (one, other) = (api.new_key(rater(), Scopes::ALL).await, api.new_key(rater(), Scopes::ALL).await);
    let body = json!({"engagement": free.engagement, "marks": marks(4)});
    let post = async |key: &str, body: &Value| {
        let request = api.request(Method::POST, "/api/v1/ratings").bearer_auth(key).header("idempotency-key", "same");
        api.send(request.json(body)).await
    };
    let first = post(&one, &body).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let again = post(&one, &body).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"));
    assert_eq!(again.text, first.text);
    let answer = post(&other, &body).await;
    answer.is_problem("32 the same body", 409, "already-rated");
    assert_eq!(answer.header("idempotent-replayed"), "");
    // Not even that the key is in use: another body under it is answered as under a fresh one.
    let changed = json!({"engagement": free.engagement, "marks": marks(1)});
    post(&one, &changed).await.is_problem("30 another body", 422, "idempotency-key-reuse");
    post(&other, &changed).await.is_problem("32 another body", 409, "already-rated");
}

/// Case 42: a number of somebody is refused until whoever sends it says that it must stay.
#[actix_web::test]
async fn a_number_of_somebody_in_a_comment_must_be_confirmed() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let seq = api.seq();
    let mut body = json!({"engagement": free.engagement, "marks": marks(4)});
    for comment in ["联系张老师 138 0013 8000", "身份证 11010519491231002X", "０４３１－８５１６６０００"]
    {
        body["comment"] = json!(comment);
        let answer = api.post_rating("k", body.to_string()).await;
        answer.is_problem(comment, 422, "personal-data");
        assert_eq!(answer.place(), "/comment");
        assert!(!answer.text.contains("8000") && !answer.text.contains("1949"), "not repeated: {}", answer.text);
    }
    assert_eq!(api.seq(), seq, "nothing was written");
    body["confirm_personal_data"] = json!(true);
    let made = api.post_rating("k", body.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let at = made.header("location").to_owned();
    let mut revision = json!({"marks": marks(3), "comment": "13800138000"});
    api.put_if(&at, "1", &revision).await.is_problem("a revision", 422, "personal-data");
    revision["confirm_personal_data"] = json!(true);
    api.put_if(&at, "1", &revision).await.ok(200);
    // By a link the page asks, and takes what was looked at.
    let free = api.free_engagement();
    let link = api.service.rating_link(&free.engagement.parse().expect("a code"), 3).await.expect("a link").path;
    let fields = [
        ("key", "0b2f6c9e-6f3e-4a6c-9d0e-5f6b8f5d2c11"),
        ("rev", "0"),
        ("overall", "4"),
        ("supply", "4"),
        ("skill", "4"),
        ("stay", "4"),
        ("help", "4"),
        ("sentence", "电话 13800138000"),
    ];
    let asked = send(&api, &link, "", &fields).await;
    assert_eq!(asked.status, 422, "{}", asked.text);
    assert!(asked.text.contains("name=\"confirm\"") && asked.text.contains("身份证号"), "{}", asked.text);
    let taken = send(&api, &link, "", &[&fields[..], &[("confirm", "1")]].concat()).await;
    assert_eq!(taken.status, 303, "{}", taken.text);
}

/// Case 68: a college under its name written otherwise is perhaps there already; whoever knows better says so.
#[actix_web::test]
async fn a_college_that_may_be_there_already_must_be_confirmed() {
    let api = spawn_app().await;
    let college = |id: &str, name: &str| json!({"id": id, "name": name, "kind": "associate", "city": "云岭市"});
    let put = async |id: &str, name: &str, more: &str| {
        api.put(&format!("/api/v1/colleges/{id}{more}"), &college(id, name)).await
    };
    put("C9001", "长春职业技术学院(南校区)", "").await.ok(201);
    let seq = api.seq();
    for name in [
        "长春职业技术学院(南校区)",
        "长春职业技术学院（南校区）",
        "長春職業技術學院（南校區）",
        "长春 职业技术学院 （南校区）",
    ] {
        let answer = put("C9002", name, "").await;
        answer.is_problem(name, 409, "possible-duplicate");
        assert_eq!(answer.place(), "/name");
        assert!(answer.text.contains("C9001"), "{}", answer.text);
    }
    assert_eq!(api.seq(), seq, "nothing was written");
    put("C9002", "长春职业技术学院（北校区）", "").await.ok(201);
    put("C9001", "长春职业技术学院（南校区）", "").await.ok(200);
    put("C9002", "长春职业技术学院（南校区）", "").await.is_problem("renamed", 409, "possible-duplicate");
    put("C9003", "長春職業技術學院（南校區）", "?confirm=yes").await.is_problem("another word", 422, "unknown-code");
    put("C9003", "長春職業技術學院（南校區）", "?confirm=possible-duplicate").await.ok(201);
    // A closed one is nobody's double.
    assert_eq!(api.delete("/api/v1/colleges/C9001").await.status, 200);
    assert_eq!(api.delete("/api/v1/colleges/C9003").await.status, 200);
    put("C9004", "长春职业技术学院（南校区）", "").await.ok(201);
}
