//! What changed in a shortlist, and which events did it.

use serde_json::{Value, json};

use zeyou::http::Access;

use crate::helpers::{Api, Free, number, spawn_app, spawn_as};

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

#[actix_web::test]
async fn a_rating_moves_a_college_and_to_the_operator_is_named_with_its_share() {
    let api = spawn_as(Access { open: true, ..Access::default() }).await;
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
    assert_eq!((&event["id"], &event["college"]), (&json!(free.engagement), &json!(free.college)));
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

/// Engagements of a college with enterprises of which none has another new rating of it.
async fn engaged(api: &Api, free: &Free, n: usize) -> Vec<String> {
    let firms: Vec<String> = {
        let current = api.service.live().current();
        let all = current.snapshot.state.enterprises.iter().filter(|(id, _)| id.as_str() != free.enterprise);
        all.take(n).map(|(id, _)| id.to_string()).collect()
    };
    let mut made = Vec::new();
    for firm in firms {
        let id = format!("GX{firm}");
        let body = json!({"id": id, "enterprise": firm, "college": free.college, "kind": "hire", "start": "2026-01-01",
            "end": "2026-06-30", "status": "closed"});
        api.put(&format!("/api/v1/engagements/{id}"), &body).await.ok(201);
        made.push(id);
    }
    made
}

#[actix_web::test]
async fn what_one_or_two_enterprises_said_is_left_out_and_what_three_said_is_one_entry() {
    let api = spawn_app().await;
    let free = api.ranked_engagement().await;
    let more = engaged(&api, &free, 2).await;
    let from = api.seq();
    let at = format!("/api/v1/parks/{}/changes?top=100&from_seq={from}", free.park);
    for (n, engagement) in [&free.engagement, &more[0]].into_iter().enumerate() {
        let before = api.shortlist(&free.park, "top=100").await.ok(200);
        assert_eq!(api.rate(engagement, 1, &format!("k{n}")).await.status, 201);
        let after = api.shortlist(&free.park, "top=100").await.ok(200);
        assert_ne!(before["items"], after["items"], "the list itself goes by it at once");
        let answer = api.get(&at).await.ok(200);
        assert_eq!((&answer["withheld"], &answer["events_total"]), (&json!(true), &json!(0)), "{n}: {answer}");
        assert!(list(&answer["colleges"]).iter().all(|change| change["moved"] == 0.0), "{n}: {answer}");
    }
    assert_eq!(api.rate(&more[1], 1, "k3").await.status, 201);
    let answer = api.get(&at).await.ok(200);
    assert_eq!((&answer["withheld"], &answer["events_total"]), (&Value::Null, &json!(1)), "{answer}");
    let event = &answer["events"][0];
    assert_eq!((&event["kind"], &event["id"], &event["college"]), (&json!("rating"), &json!(""), &json!(free.college)));
    let change = list(&answer["colleges"]).iter().find(|change| change["college"]["id"] == *free.college);
    let satisfaction = &change.expect("listed")["satisfaction"];
    assert!(satisfaction["by_ratings"] == event["share"] && number(&satisfaction["moved"]) < 0.0, "{answer}");
    assert!(!answer.to_string().contains(&free.engagement) && !answer.to_string().contains(&free.enterprise));
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
