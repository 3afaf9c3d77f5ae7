//! Related parties: their ratings are shown and do not count.

use reqwest::Method;
use serde_json::{Value, json};
use zeyou::domain::Role;

use crate::helpers::{Api, item_of, number, spawn_app, today};

/// A tie from so many days ago.
fn relation(id: &str, enterprise: &str, college: &str, days: i32) -> Value {
    json!({"id": id, "enterprise": enterprise, "college": college, "kind": "ownership",
        "basis": "企业登记信息：持股 30%", "from": today().plus_days(-days), "to": null})
}

async fn satisfaction(api: &Api, park: &str, college: &str) -> Value {
    let list = api.shortlist(park, "top=100").await.ok(200);
    item_of(&list, college).expect("a ranked college")["satisfaction"].clone()
}

#[actix_web::test]
async fn a_rating_of_a_related_pair_is_shown_and_does_not_count() {
    let api = spawn_app().await;
    let free = api.ranked_engagement().await;
    let before = satisfaction(&api, &free.park, &free.college).await;
    let at = api.rate(&free.engagement, 1, "k").await.header("location").to_owned();
    let counted = satisfaction(&api, &free.park, &free.college).await;
    assert_eq!(number(&counted["ratings"]), number(&before["ratings"]) + 1.0);
    assert_eq!(api.get(&at).await.ok(200)["not_counted"], Value::Null);

    let tie = relation("V0001", &free.enterprise, &free.college, 0);
    api.put("/api/v1/relations/V0001", &tie).await.ok(201);
    // Ratings given before the tie count still; this one was given on its first day.
    let without = satisfaction(&api, &free.park, &free.college).await;
    assert_eq!(without["ratings"], before["ratings"], "as if it had not been given");
    assert_eq!(without["mean"], before["mean"]);
    assert_eq!(api.get(&at).await.ok(200)["not_counted"], "related_party", "its enterprise reads why");
    let why = format!("/api/v1/parks/{}/colleges/{}/explanation", free.park, free.college);
    assert_eq!(api.get(&why).await.ok(200)["not_counted"], json!({"related_party": 1, "flag_upheld": 0}));
    let page = api.request(Method::GET, &format!("/parks/{}/colleges/{}?lang=en", free.park, free.college));
    let page = api.send(page.bearer_auth(api.key(Role::Planner(None)).await).header("accept", "text/html")).await;
    assert!(page.text.contains("id=\"related\"") && page.text.contains("related parties"), "the page says so in words");

    // Ended yesterday: what was given today counts again.
    let mut ended = relation("V0001", &free.enterprise, &free.college, 9);
    ended["to"] = json!(today().plus_days(-1));
    api.put_if("/api/v1/relations/V0001", "1", &ended).await.ok(200);
    assert_eq!(satisfaction(&api, &free.park, &free.college).await, counted);
    api.put_if("/api/v1/relations/V0001", "2", &tie).await.ok(200);
    assert_eq!(satisfaction(&api, &free.park, &free.college).await["ratings"], before["ratings"]);
    // Taken back: there was no tie.
    api.delete_if("/api/v1/relations/V0001", "3").await.ok(200);
    assert_eq!(satisfaction(&api, &free.park, &free.college).await, counted);
}

#[actix_web::test]
async fn a_supervisor_keeps_ties_and_others_read_their_own() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let tie = relation("V0001", &free.enterprise, &free.college, 30);
    for role in [Role::Planner(None), Role::ParkManager(free.park.parse().expect("a code")), Role::Admin] {
        let key = api.key(role).await;
        let request = api.request(Method::PUT, "/api/v1/relations/V0001").bearer_auth(key).json(&tie);
        api.send(request).await.is_problem("not a supervisor", 403, "forbidden");
    }
    for (field, value, slug) in [
        ("enterprise", json!("E99999"), "unknown-code"),
        ("college", json!("C9999"), "unknown-code"),
        ("basis", json!(" "), "missing-field"),
        ("to", json!("2001-01-01"), "invalid-period"),
        ("kind", json!("friend"), "unknown-code"),
        ("from", json!("2026-02-30"), "invalid-date"),
        ("weight", json!(0), "unknown-field"),
    ] {
        let mut bad = tie.clone();
        bad[field] = value;
        api.put("/api/v1/relations/V0001", &bad).await.is_problem(field, 422, slug);
    }
    api.put("/api/v1/relations/V0001", &tie).await.ok(201);
    let college = Role::CollegeOfficer(free.college.parse().expect("a code"));
    let other = if free.college == "C0001" { "C0002" } else { "C0001" };
    let other = Role::CollegeOfficer(other.parse().expect("a code"));
    for (role, seen) in [(college, 1), (other, 0), (Role::Supervisor, 1)] {
        let request = api.request(Method::GET, "/api/v1/relations").bearer_auth(api.key(role.clone()).await);
        let listed = api.send(request).await.ok(200);
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(seen), "{role:?}");
    }
}

#[actix_web::test]
async fn ties_are_imported_and_exported_as_a_table() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let folder = tempfile::tempdir().expect("a folder");
    let row = format!("V1,{},{},personal,共同任职,2025-01-01,", free.enterprise, free.college);
    let text = format!("id,enterprise,college,kind,basis,from,to\n{row}\n");
    std::fs::write(folder.path().join("relations.csv"), &text).expect("written");
    let report = api.service.import(folder.path(), false, false, |_, _| {}).await.expect("imported");
    assert_eq!((report.errors.len(), report.written), (0, 1), "{:?}", report.errors);
    let files = api.service.export().await.expect("exported");
    let (_, exported) = files.iter().find(|(name, _)| *name == "relations.csv").expect("the table");
    assert_eq!(exported.trim_start_matches('\u{feff}').replace("\r\n", "\n"), text);
    let again = api.service.import(folder.path(), false, false, |_, _| {}).await.expect("imported");
    assert_eq!((again.written, again.unchanged), (0, 1));
}
