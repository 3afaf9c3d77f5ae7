//! What changed in a shortlist, and which events did it.

use serde_json::{Value, json};

use crate::helpers::{number, spawn_app};

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

#[actix_web::test]
async fn a_rating_moves_a_college_and_is_named_with_its_share() {
    let api = spawn_app().await;
    let free = api.ranked_engagement().await;
    let before = api.shortlist(&free.park, "top=100").await.ok(200);
    let from = api.seq();
    let to = api.rate(&free.engagement, 1, "k").await.ok(201)["seq"].as_u64().expect("a seq");
    let after = api.shortlist(&free.park, "top=100").await.ok(200);
    let at = format!("/api/v1/parks/{}/changes", free.park);
    let answer = api.get(&format!("{at}?from_seq={from}&to_seq={to}&top=100")).await.ok(200);
    assert_eq!((&answer["from"], &answer["to"]), (&before["as_of"], &after["as_of"]));
    assert_eq!((&answer["events_between"], &answer["events_total"]), (&json!(1), &json!(1)));
    let event = &answer["events"][0];
    assert_eq!((&event["seq"], &event["kind"]), (&json!(to), &json!("rating")));
    assert_eq!((&event["id"], &event["college"]), (&json!(""), &json!(free.college)), "never who rated");
    assert!(!answer.to_string().contains(&free.enterprise), "never who rated");
    for change in list(&answer["colleges"]) {
        let id = &change["college"]["id"];
        for (shortlist, ranked) in [(&before, &change["before"]), (&after, &change["after"])] {
            let item = list(&shortlist["items"]).iter().find(|item| item["college"]["id"] == *id).expect("listed");
            assert_eq!((&ranked["rank"], &ranked["score"]), (&item["rank"], &item["score"]), "{id}");
        }
        let sum: f64 = list(&change["parts"]).iter().map(|part| number(&part["moved"])).sum();
        assert!((sum - number(&change["moved"])).abs() < 1e-9, "{change}");
        let satisfaction = &change["satisfaction"];
        let parts = number(&satisfaction["by_ratings"]) + number(&satisfaction["by_others"]);
        assert!((parts - number(&satisfaction["moved"])).abs() < 1e-9, "{change}");
        if id == free.college.as_str() {
            assert_eq!(satisfaction["by_ratings"], event["share"], "{change}");
        } else {
            assert_eq!(satisfaction["by_ratings"], 0.0, "{change}");
        }
    }
    assert_eq!(list(&answer["colleges"]).len(), list(&after["items"]).len());
    let now = api.get(&format!("{at}?from_seq={from}&top=100")).await.ok(200);
    assert_eq!(now, answer, "now, if no end is named");
    let short = api.get(&format!("{at}?from_seq={to}&to_seq={to}")).await.ok(200);
    assert_eq!((&short["events_between"], list(&short["colleges"]).len()), (&json!(0), 10));
    assert!(list(&short["colleges"]).iter().all(|change| change["moved"] == 0.0));
}

#[actix_web::test]
async fn a_preset_and_a_closed_college_are_told_apart_from_ratings() {
    let api = spawn_app().await;
    let first = api.shortlist("P0001", "top=3").await.ok(200)["items"][0]["college"]["id"].clone();
    let first = first.as_str().expect("an id");
    let from = api.seq();
    api.delete(&format!("/api/v1/colleges/{first}")).await.ok(200);
    let answer = api.get(&format!("/api/v1/parks/P0001/changes?from_seq={from}&top=3")).await.ok(200);
    assert_eq!(answer["left"][0]["id"], first);
    assert_eq!(list(&answer["entered"]).len(), 1, "another one came in");
    let gone = list(&answer["colleges"]).iter().find(|change| change["college"]["id"] == first).expect("listed before");
    assert_eq!((&gone["after"], &gone["moved"], &gone["before"]["rank"]), (&Value::Null, &Value::Null, &json!(1)));
    assert_eq!((&answer["events"][0]["kind"], &answer["events"][0]["share"]), (&json!("college"), &Value::Null));
}

#[actix_web::test]
async fn bounds_that_make_no_sense_are_refused_by_name() {
    let api = spawn_app().await;
    let head = api.seq();
    let cases = [
        (String::new(), "missing-field", "?from_seq"),
        ("to_seq=5".to_owned(), "missing-field", "?from_seq"),
        ("from_seq=soon".to_owned(), "wrong-type", "?from_seq"),
        ("from_seq=1.5".to_owned(), "out-of-range", "?from_seq"),
        ("from_seq=0".to_owned(), "out-of-range", "?from_seq"),
        ("from_seq=-1".to_owned(), "out-of-range", "?from_seq"),
        (format!("from_seq={}", head + 1), "out-of-range", "?from_seq"),
        (format!("from_seq={head}&to_seq={}", head + 1), "out-of-range", "?to_seq"),
        (format!("from_seq={head}&to_seq=later"), "wrong-type", "?to_seq"),
        (format!("from_seq={head}&to_seq={}", head - 1), "out-of-range", "?from_seq"),
        // The park was not there yet.
        ("from_seq=1".to_owned(), "out-of-range", "?from_seq"),
        (format!("from_seq={head}&top=0"), "out-of-range", "?top"),
        (format!("from_seq={head}&explore=true"), "unknown-field", "?explore"),
    ];
    for (query, slug, place) in cases {
        let answer = api.get(&format!("/api/v1/parks/P0001/changes?{query}")).await;
        answer.is_problem(&query, 422, slug);
        assert_eq!(answer.place(), place, "{query}");
    }
    let unknown = api.get(&format!("/api/v1/parks/P9999/changes?from_seq={head}")).await;
    unknown.is_problem("an unknown park", 404, "not-found");
}
