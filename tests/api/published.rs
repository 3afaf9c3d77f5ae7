//! What a college officer learns of its satisfaction: what was published, and nothing that a rating moves.

use reqwest::Method;
use serde_json::{Value, json};
use zeyou::domain::Role;

use crate::helpers::{Answer, Api, list, number, spawn_app};

async fn ask(api: &Api, key: &str, path: &str) -> Answer {
    api.send(api.request(Method::GET, path).bearer_auth(key)).await
}

/// Everything that the officer of a college can be answered about it, whatever it is asked by.
async fn all_that_is_told(api: &Api, college: &str) -> Vec<(String, u16, String)> {
    let key = api.key(Role::CollegeOfficer(college.parse().expect("a code"))).await;
    let mut told = Vec::new();
    for path in [
        format!("/api/v1/colleges/{college}"),
        format!("/api/v1/colleges/{college}/satisfaction"),
        format!("/colleges/{college}"),
        format!("/colleges/{college}?park=P0001"),
        format!("/colleges/{college}?park=P0002&lang=en"),
        "/colleges".to_owned(),
        "/data".to_owned(),
        "/".to_owned(),
        "/api/v1/colleges".to_owned(),
        "/api/v1/programmes".to_owned(),
        "/api/v1/engagements?page_size=200".to_owned(),
        "/api/v1/presets".to_owned(),
        "/api/v1/criteria".to_owned(),
        "/api/v1/models/current".to_owned(),
        // Not for a college at all.
        "/api/v1/flags".to_owned(),
        "/api/v1/parks/P0001/shortlist".to_owned(),
        format!("/api/v1/parks/P0001/colleges/{college}/explanation"),
        "/api/v1/parks/P0001/changes?from_seq=1".to_owned(),
        "/api/v1/verify/Y85G-2085-0400-0DYK-ED19-P".to_owned(),
        "/metrics".to_owned(),
        "/flags".to_owned(),
    ] {
        let answer = ask(api, &key, &path).await;
        let text = answer.text.replace(answer.header("x-request-id"), "");
        told.push((path, answer.status, text));
    }
    told
}

#[actix_web::test]
async fn a_college_officer_sees_the_cut_and_no_rating_moves_anything_it_is_told() {
    let api = spawn_app().await;
    let free = {
        let current = api.service.live().current();
        let cuts = &current.snapshot.state.cuts;
        let told = |college: &str| cuts.told(&college.parse().expect("a code")).is_some();
        api.free_engagements().into_iter().find(|one| told(&one.college)).expect("a college that enough have rated")
    };
    let before = all_that_is_told(&api, &free.college).await;
    let told: Value = serde_json::from_str(&before[1].2).expect("JSON");
    assert_eq!((&told["college"], &told["suppressed"]), (&json!(free.college), &json!(false)), "{told}");
    let mean = number(&told["figures"]["mean"]);
    assert!((mean * 10.0 - (mean * 10.0).round()).abs() < 1e-9, "one decimal: {told}");
    assert!(["3-4", "5-9", "10-19", "20+"].contains(&told["figures"]["raters"].as_str().expect("a band")), "{told}");
    assert!(!list(&told["figures"]["aspects"]).is_empty(), "{told}");
    assert!(
        before[2].2.contains("id=\"published\"") && before[2].2.contains(&format!("{mean:.1}")),
        "the page tells it"
    );
    for (path, status, text) in &before {
        for word in ["\"ratings\":", "\"raters\":1", "\"raters\":2"] {
            assert!(!text.contains(word), "{path}: {status} {word}");
        }
    }
    let live = api.shortlist(&free.park, "top=100").await.ok(200);
    // A rating, another of another enterprise, one revised, one withdrawn.
    let others: Vec<_> = api.free_engagements().into_iter().filter(|one| one.college == free.college).collect();
    for (n, one) in others.iter().enumerate() {
        let rated = api.rate(&one.engagement, 1, &format!("k{n}")).await.ok(201);
        assert_eq!(all_that_is_told(&api, &free.college).await, before, "rating {n} of {}", one.enterprise);
        let at = format!("/api/v1/ratings/{}", rated["id"].as_str().expect("an id"));
        let marks = json!({"marks": crate::helpers::marks(5)});
        assert_eq!(api.put_if(&at, "\"1\"", &marks).await.status, 200);
        assert_eq!(all_that_is_told(&api, &free.college).await, before, "revised");
        if n == 0 {
            assert_eq!(api.delete_if(&at, "\"2\"").await.status, 200);
            assert_eq!(all_that_is_told(&api, &free.college).await, before, "withdrawn");
            assert_eq!(api.rate(&one.engagement, 1, "again").await.status, 201);
        }
    }
    let moved = api.shortlist(&free.park, "top=100").await.ok(200);
    assert_ne!(moved["items"], live["items"], "the list of the park goes by all ratings at once");
}

#[actix_web::test]
async fn below_three_enterprises_there_is_no_figure_and_no_number() {
    let api = spawn_app().await;
    let mut college = api.get("/api/v1/colleges/C0001").await.ok(200);
    (college["id"], college["name"]) = (json!("C7001"), json!("新建学院"));
    assert_eq!(api.put("/api/v1/colleges/C7001", &college).await.status, 201);
    let mut engagement = api.get("/api/v1/engagements/G000001").await.ok(200);
    (engagement["id"], engagement["college"]) = (json!("G7001"), json!("C7001"));
    assert_eq!(api.put("/api/v1/engagements/G7001", &engagement).await.status, 201);
    assert_eq!(api.rate("G7001", 1, "k").await.status, 201);
    let key = api.key(Role::CollegeOfficer("C7001".parse().expect("a code"))).await;
    let answer = ask(&api, &key, "/api/v1/colleges/C7001/satisfaction").await;
    assert_eq!(answer.ok(200), json!({"college": "C7001", "suppressed": true}));
    let page = ask(&api, &key, "/colleges/C7001?lang=en").await;
    assert!(page.text.contains("Too few enterprises have rated"), "{}", page.text);
    ask(&api, &key, "/api/v1/colleges/C0001/satisfaction").await.is_problem("another's", 404, "not-found");
    let at = "/api/v1/colleges/C7001/satisfaction";
    ask(&api, &key, &format!("{at}?x=1")).await.is_problem("a parameter", 422, "unknown-field");
    // Whoever may ask of all is told the same.
    for role in [Role::Supervisor, Role::ParkManager("P0001".parse().expect("a code")), Role::Planner(None)] {
        let key = api.key(role).await;
        assert_eq!(ask(&api, &key, at).await.ok(200), json!({"college": "C7001", "suppressed": true}));
    }
}
