//! The directory: put, read, list, page, close; references and weights are checked.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::helpers::{Api, spawn_app};

fn college(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "kind": "associate", "city": "云岭市"})
}

fn occupation(id: &str, links: Value) -> Value {
    json!({"id": id, "name": "数控车工", "name_en": "CNC lathe operator", "links": links})
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

/// All ids of a list, page by page.
async fn walk(api: &Api, first: &str) -> Vec<String> {
    let (mut all, mut next) = (Vec::new(), Some(first.to_owned()));
    while let Some(path) = next {
        let answer = api.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let page = answer.json();
        assert!(!ids(&page).is_empty() || all.is_empty(), "{path}: no page is empty");
        all.extend(ids(&page));
        next = page["next_page"].as_str().map(str::to_owned);
        assert!(all.len() < 5_000, "{path}: paging ends");
    }
    all
}

#[actix_web::test]
async fn an_entry_is_put_read_changed_and_closed() {
    let api = spawn_app().await;
    let at = "/api/v1/colleges/C9001";
    api.get(at).await.is_problem("before", 404, "not-found");
    let made = api.put(at, &college("C9001", "新学院")).await;
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!(made.ok(201)["rev"], 1);
    let read = api.get(at).await;
    assert_eq!(read.header("etag"), "\"1\"");
    assert_eq!(read.ok(200)["name"], "新学院");
    let changed = college("C9001", "新学院（更名）");
    api.put_if(at, "\"9\"", &changed).await.is_problem("stale", 412, "revision-conflict");
    let written = api.put_if(at, "\"1\"", &changed).await.ok(200);
    assert_eq!((&written["rev"], &written["created"]), (&json!(2), &json!(false)));
    assert_eq!(written["seq"], api.seq(), "the seq to insist on");
    assert_eq!(api.get(at).await.ok(200)["name"], "新学院（更名）");
    api.delete_if(at, "\"1\"").await.is_problem("close stale", 412, "revision-conflict");
    api.delete_if(at, "\"2\"").await.ok(200);
    api.get(at).await.is_problem("after", 404, "not-found");
    api.delete(at).await.is_problem("close twice", 404, "not-found");
    assert!(!ids(&api.get("/api/v1/colleges").await.ok(200)).contains(&"C9001".to_owned()), "no longer listed");
}

#[actix_web::test]
async fn a_closed_entry_can_be_opened_again() {
    let api = spawn_app().await;
    let at = "/api/v1/colleges/C9001";
    api.put(at, &college("C9001", "新学院")).await.ok(201);
    api.delete(at).await.ok(200);
    let again = api.put(at, &college("C9001", "新学院")).await;
    assert_eq!((again.status, &again.json()["rev"]), (200, &json!(3)), "{}", again.text);
    assert_eq!(api.get(at).await.status, 200);
}

#[actix_web::test]
async fn a_closed_college_is_not_ranked() {
    let api = spawn_app().await;
    let first = api.shortlist("P0001", "").await.ok(200)["items"][0]["college"]["id"].clone();
    let id = first.as_str().expect("an id");
    api.delete(&format!("/api/v1/colleges/{id}")).await.ok(200);
    let after = api.shortlist("P0001", "top=100").await.ok(200);
    assert!(after["items"].as_array().expect("items").iter().all(|item| item["college"]["id"] != first));
}

#[actix_web::test]
async fn the_address_and_the_body_name_the_same_entry() {
    let api = spawn_app().await;
    let answer = api.put("/api/v1/colleges/C9001", &college("C9002", "新学院")).await;
    answer.is_problem("other id", 422, "invalid-id");
    assert_eq!(answer.place(), "/id");
}

#[actix_web::test]
async fn every_list_is_walked_page_by_page_without_loss() {
    let api = spawn_app().await;
    for id in ["4-01", "4-02", "4-03"] {
        api.put(&format!("/api/v1/occupations/{id}"), &occupation(id, json!([]))).await.ok(201);
    }
    let kinds = [
        ("parks", 1),
        ("enterprises", 7),
        ("colleges", 7),
        ("programmes", 100),
        ("demands", 10),
        ("engagements", 200),
        ("presets", 1),
        ("industries", 2),
        ("occupations", 2),
        ("majors", 150),
    ];
    for (kind, size) in kinds {
        let all = walk(&api, &format!("/api/v1/{kind}?page_size={size}")).await;
        let once: BTreeSet<&String> = all.iter().collect();
        assert_eq!(once.len(), all.len(), "{kind}: each once");
        let current = api.service.live().current();
        let state = &current.snapshot.state;
        let expected = match kind {
            "parks" => state.parks.len(),
            "enterprises" => state.enterprises.len(),
            "colleges" => state.colleges.len(),
            "programmes" => state.programmes.len(),
            "demands" => state.demands.len(),
            "engagements" => state.engagements.len(),
            "presets" => state.presets.len(),
            "industries" => state.industries.len(),
            "occupations" => state.occupations.len(),
            _ => state.majors.len(),
        };
        assert_eq!(all.len(), expected, "{kind}: all of them");
    }
}

#[actix_web::test]
async fn a_list_is_filtered_and_the_filter_survives_paging() {
    let api = spawn_app().await;
    let of_park = walk(&api, "/api/v1/enterprises?park=P0001&page_size=3").await;
    let expected = {
        let current = api.service.live().current();
        let enterprises = &current.snapshot.state.enterprises;
        enterprises.iter().filter(|(_, entry)| entry.value.park.as_str() == "P0001").count()
    };
    assert_eq!(of_park.len(), expected);
    assert!(expected > 3, "more than a page");
    for n in 1..=3 {
        let id = format!("C900{n}");
        let name = format!("A&B=100% +学院{n}");
        api.put(&format!("/api/v1/colleges/{id}"), &college(&id, &name)).await.ok(201);
    }
    let found = walk(&api, "/api/v1/colleges?page_size=1&q=A%26B%3D100%25%20%2B").await;
    assert_eq!(found, ["C9001", "C9002", "C9003"], "special characters survive in next_page");
    let by_city = walk(&api, "/api/v1/colleges?page_size=2&city=%E4%BA%91%E5%B2%AD%E5%B8%82&q=C900").await;
    assert_eq!(by_city, ["C9001", "C9002", "C9003"], "two filters");
    assert!(walk(&api, "/api/v1/colleges?city=nowhere").await.is_empty());
}

#[actix_web::test]
async fn a_list_refuses_parameters_it_does_not_know() {
    let api = spawn_app().await;
    let cases = [
        ("colleges?colour=red", "unknown-field", "?colour"),
        ("colleges?page_size=0", "out-of-range", "?page_size"),
        ("colleges?page_size=201", "out-of-range", "?page_size"),
        ("colleges?page_size=many", "wrong-type", "?page_size"),
        ("colleges?page_size=2&page_size=3", "duplicate-field", "?page_size"),
    ];
    for (path, slug, pointer) in cases {
        let answer = api.get(&format!("/api/v1/{path}")).await;
        answer.is_problem(path, 422, slug);
        assert_eq!(answer.place(), pointer, "{path}");
    }
    for path in ["colleges?after=-x", "majors?after=abc"] {
        let answer = api.get(&format!("/api/v1/{path}")).await;
        answer.is_problem(path, 400, "invalid-cursor");
        assert_eq!(answer.place(), "?after", "{path}");
    }
}

#[actix_web::test]
async fn an_engagement_cannot_be_closed_by_delete() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let answer = api.delete(&format!("/api/v1/engagements/{}", free.engagement)).await;
    answer.is_problem("engagement", 405, "method-not-allowed");
    assert_eq!(answer.header("allow"), "GET, PUT");
}

/// Case 53.
#[actix_web::test]
async fn a_reference_to_nothing_is_refused_with_near_codes() {
    let api = spawn_app().await;
    let park = json!({"id": "P9", "name": "园区", "city": "市", "stage": "new", "industries": ["汽车零件"]});
    let mut programme = api.get("/api/v1/programmes/R00001").await.ok(200);
    programme["major"] = json!("460199");
    let mut of_nobody = api.get("/api/v1/programmes/R00001").await.ok(200);
    of_nobody["college"] = json!("C0099");
    let enterprise = json!({"id": "E9", "name": "企业", "park": "P0009"});
    let mut declining = college("C9", "学院");
    declining["declined_parks"] = json!(["P0009"]);
    let free = api.free_engagement();
    let at_engagement = format!("/api/v1/engagements/{}", free.engagement);
    let mut engagement = api.get(&at_engagement).await.ok(200);
    engagement["enterprise"] = json!("E00099");
    let mut demand = api.get("/api/v1/demands/D00001").await.ok(200);
    demand["target"] = json!({"major": "430699"});
    let trade = occupation("4-01", json!([{"major": "460103", "strength": 1}, {"major": "460199", "strength": 1}]));
    let mut of_trade = api.get("/api/v1/demands/D00001").await.ok(200);
    of_trade["target"] = json!({"occupation": "4-09"});
    for id in ["4-01", "4-02", "4-03"] {
        api.put(&format!("/api/v1/occupations/{id}"), &occupation(id, json!([]))).await.ok(201);
    }
    let mut industry = api.get("/api/v1/industries/%E6%B1%BD%E8%BD%A6").await.ok(200);
    industry["needs"][1]["links"][0]["major"] = json!("460199");
    let cases = [
        ("/api/v1/occupations/4-01", trade, "/links/1/major", "4601"),
        ("/api/v1/industries/%E6%B1%BD%E8%BD%A6", industry, "/needs/1/links/0/major", "4601"),
        ("/api/v1/demands/D00001", of_trade, "/target/occupation", "4-0"),
        ("/api/v1/parks/P9", park, "/industries", "汽车"),
        ("/api/v1/programmes/R00001", programme, "/major", "4601"),
        ("/api/v1/programmes/R00001", of_nobody, "/college", "C00"),
        ("/api/v1/enterprises/E9", enterprise, "/park", "P000"),
        ("/api/v1/colleges/C9", declining, "/declined_parks", "P000"),
        (at_engagement.as_str(), engagement, "/enterprise", "E000"),
        ("/api/v1/demands/D00001", demand, "/target/major", "4306"),
    ];
    for (path, body, pointer, near) in cases {
        let answer = api.send(api.request(Method::PUT, path).header("accept-language", "en").json(&body)).await;
        answer.is_problem(path, 422, "unknown-code");
        assert_eq!(answer.place(), pointer, "{path}: {}", answer.text);
        let detail = answer.json()["detail"].as_str().expect("a detail").to_owned();
        let codes = detail.split("near ones: ").nth(1).unwrap_or_default();
        assert_eq!(codes.split(", ").count(), 3, "{path}: three near codes in {detail:?}");
        assert!(codes.contains(near), "{path}: near ones share the beginning {near}: {detail:?}");
    }
}

/// Case 55.
#[actix_web::test]
async fn weights_that_do_not_sum_to_a_hundred_are_refused() {
    let api = spawn_app().await;
    let at = "/api/v1/presets/mine";
    let preset = |weights: Value| json!({"id": "mine", "name": "我的", "name_en": "Mine", "weights": weights});
    let seq = api.seq();
    let cases = [
        ("all zero", json!({"major_fit": 0, "capacity": 0})),
        ("none", json!({})),
        ("99", json!({"major_fit": 60, "capacity": 39})),
        ("negative", json!({"major_fit": 110, "capacity": -10})),
        ("three decimals", json!({"major_fit": 50.005, "capacity": 49.995})),
        ("huge", json!({"major_fit": 1e300})),
    ];
    for (case, weights) in cases {
        let answer = api.put(at, &preset(weights)).await;
        answer.is_problem(case, 422, "invalid-weights");
        assert!(answer.place().starts_with("/weights"), "{case}: {}", answer.text);
    }
    let unknown = api.put(at, &preset(json!({"beauty": 100}))).await;
    unknown.is_problem("unknown criterion", 422, "unknown-code");
    let twice = r#"{"id":"mine","name":"a","name_en":"b","weights":{"major_fit":50,"major_fit":50}}"#;
    let request = api.request(Method::PUT, at).header("content-type", "application/json").body(twice);
    api.send(request).await.is_problem("twice", 400, "duplicate-field");
    let many: Vec<String> = (0..1_000_000).map(|n| format!("\"w{n}\":0")).collect();
    let body = format!(r#"{{"id":"mine","weights":{{{}}}}}"#, many.join(","));
    let head = format!(
        "PUT {at} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    api.raw(head.as_bytes()).await.is_problem("a million weights", 413, "body-too-large");
    assert_eq!(api.seq(), seq, "nothing was written");

    api.put(at, &preset(json!({"major_fit": 62.5, "satisfaction": 37.5}))).await.ok(201);
    let shortlist = api.shortlist("P0001", "preset=mine").await.ok(200);
    assert_eq!(shortlist["preset"], "mine", "a preset of one's own ranks");
}

#[actix_web::test]
async fn a_demand_for_an_occupation_ranks_through_its_links() {
    let api = spawn_app().await;
    let park = json!({"id": "P9", "name": "园区", "city": "云岭市", "stage": "new", "industries": []});
    api.put("/api/v1/parks/P9", &park).await.ok(201);
    let demand = |target: Value| {
        json!({"id": "D9", "park": "P9", "kind": "hire", "target": target, "headcount": 30,
               "start": "2026-01-01", "end": "2099-12-31"})
    };
    let coverages = async || {
        let shortlist = api.shortlist("P9", "top=100").await.ok(200);
        let items = shortlist["items"].as_array().expect("items").clone();
        items.into_iter().map(|item| (item["college"]["id"].clone(), item["coverage"].clone())).collect::<Vec<_>>()
    };
    api.put("/api/v1/demands/D9", &demand(json!({"major": "460103"}))).await.ok(201);
    let by_major = coverages().await;
    let at = "/api/v1/occupations/6-18-01-01";
    let links = |major: &str| occupation("6-18-01-01", json!([{"major": major, "strength": 1}]));
    assert_eq!(api.put(at, &links("460103")).await.header("etag"), "\"1\"");
    assert_eq!(api.get(at).await.ok(200)["links"][0]["major"], "460103");
    api.put("/api/v1/demands/D9", &demand(json!({"occupation": "6-18-01-01"}))).await.ok(200);
    assert_eq!(coverages().await, by_major, "the occupation leads to that very major");
    api.put(at, &links("490206")).await.ok(200);
    assert_ne!(coverages().await, by_major, "other links, another ranking");
    api.delete(at).await.is_problem("no event closes it", 405, "method-not-allowed");
}
