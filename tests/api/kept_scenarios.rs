//! Kept scenarios: read, changed, evaluated again, compared.

use serde_json::{Value, json};

use crate::helpers::{list, number, spawn_app};
use crate::scenarios::EVALUATE;

#[actix_web::test]
async fn scenarios_of_all_parks_are_compared_by_rank() {
    let api = spawn_app().await;
    let keep = |name: &str, question: Value| {
        let new = json!({"name": name, "owner": "局", "question": question});
        let api = &api;
        async move { api.post("/api/v1/scenarios", &new).await.ok(201)["id"].as_str().expect("an id").to_owned() }
    };
    let change = json!([{"weights": {"proximity": 100}}]);
    let all = keep("全国", json!({"parks": "all", "top": 5, "changes": change})).await;
    let none = keep("不变", json!({"parks": "all", "top": 5, "changes": []})).await;
    let one = keep("一园", json!({"park": "P0001", "top": 5, "changes": change})).await;
    let compared = api.get(&format!("/api/v1/scenarios/compare?ids={all},{none},{one}")).await.ok(200);
    let scenarios = list(&compared["scenarios"]);
    assert_eq!((&scenarios[0]["answer"], &scenarios[1]["parks_changed"]), (&Value::Null, &json!(0)));
    assert!(number(&scenarios[0]["parks_changed"]) > 0.0 && scenarios[2]["answer"].is_object());
    assert!(scenarios.iter().all(|scenario| scenario["as_of"]["seq"] == api.seq()));
    assert_eq!(list(&compared["parks"]).len(), 4);
    for park in list(&compared["parks"]) {
        let id = park["park"].as_str().expect("a park");
        let listed = api.shortlist(id, "top=5").await.ok(200);
        for college in list(&park["colleges"]) {
            let (ranks, own) = (list(&college["ranks"]), college["college"]["id"].as_str().expect("a code"));
            let item = crate::helpers::item_of(&listed, own);
            assert_eq!(ranks[1], item.map_or(Value::Null, |item| item["rank"].clone()), "{id}: {college}");
            if id == "P0001" && !ranks[0].is_null() {
                assert_eq!(ranks[0], ranks[2], "the same change, the same rank");
            }
        }
    }
}

#[actix_web::test]
async fn a_kept_scenario_is_read_changed_evaluated_compared_and_closed() {
    let api = spawn_app().await;
    let question = json!({"park": "P0001", "top": 5, "changes": [{"weights": {"cobuild": 100}}]});
    let new = json!({"name": "共建优先", "owner": "发展改革委", "description": "只看共建投入", "question": question});
    let made = api.post("/api/v1/scenarios", &new).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let at = made.header("location").to_owned();
    let shortlist = api.shortlist("P0001", "top=5").await.ok(200);
    let direct = api.post(EVALUATE, &question).await.ok(200);
    let kept = api.get(&format!("{at}/evaluation")).await.ok(200);
    assert_eq!(direct, kept, "as if its question were asked");
    assert_eq!(kept["parks"][0]["base"]["items"], shortlist["items"]);

    let mut scenario = api.get(&at).await.ok(200);
    assert_eq!((&scenario["name"], &scenario["owner"]), (&new["name"], &new["owner"]));
    scenario["question"]["changes"] = json!([{"weights": {"satisfaction": 100}}]);
    scenario["question"]["base_seq"] = json!(api.seq());
    api.put_if(&at, "\"1\"", &scenario).await.ok(200);
    api.put_if(&at, "\"1\"", &scenario).await.is_problem("an old revision", 412, "revision-conflict");
    let other = api.post("/api/v1/scenarios", &new).await.ok(201);
    let ids = format!("{},{}", scenario["id"].as_str().expect("an id"), other["id"].as_str().expect("an id"));
    let compared = api.get(&format!("/api/v1/scenarios/compare?ids={ids}")).await.ok(200);
    assert_eq!(list(&compared["scenarios"]).len(), 2);
    for college in list(&compared["parks"][0]["colleges"]) {
        assert_eq!(list(&college["ranks"]).len(), 2, "{college}");
    }
    let free = api.free_engagement();
    assert_eq!(api.rate(&free.engagement, 1, "k").await.status, 201);
    let own = api.get(&format!("{at}/evaluation")).await.ok(200);
    let now = api.get(&format!("{at}/evaluation?base=now")).await.ok(200);
    assert_eq!(own["as_of"]["seq"], scenario["question"]["base_seq"]);
    assert_eq!(now["as_of"]["seq"], api.seq());

    let listed = api.get("/api/v1/scenarios?owner=%E5%8F%91%E5%B1%95%E6%94%B9%E9%9D%A9%E5%A7%94").await.ok(200);
    assert_eq!(list(&listed["items"]).len(), 2);
    api.delete(&at).await.ok(200);
    api.get(&at).await.is_problem("closed", 404, "not-found");
    api.get(&format!("{at}/evaluation")).await.is_problem("closed", 404, "not-found");
    let state = &api.service.live().current().snapshot.state;
    let read = zeyou::engine::State::from_bytes(&state.to_bytes()).expect("a state");
    assert_eq!(read.digest(), state.digest(), "a state with scenarios is read back");
    assert_eq!(read.scenarios.len(), 2);
}

#[actix_web::test]
async fn a_bad_kept_scenario_is_refused() {
    let api = spawn_app().await;
    let with = |question: Value| json!({"name": "情景", "owner": "局", "question": question});
    let many: Vec<Value> = (0..101).map(|_| json!({"exclude": "C0001"})).collect();
    let seq = api.seq();
    for (body, slug, pointer) in [
        (json!({"owner": "局", "question": {"park": "P0001", "changes": []}}), "missing-field", "/name"),
        (with(json!({"park": "P0001", "changes": many})), "too-many", "/question/changes"),
        (with(json!({"park": "P0001", "top": 0, "changes": []})), "out-of-range", "/question/top"),
        (with(json!({"park": "P0001", "changes": [{"luck": 1}]})), "unknown-code", "/question/changes/0"),
    ] {
        let answer = api.post("/api/v1/scenarios", &body).await;
        answer.is_problem(slug, 422, slug);
        assert_eq!(answer.place(), pointer, "{}", answer.text);
    }
    assert_eq!(api.seq(), seq, "nothing was stored");
    let made = api.post("/api/v1/scenarios", &with(json!({"park": "P0001", "changes": []}))).await.ok(201);
    let one = made["id"].as_str().expect("an id");
    for (ids, slug) in [
        (String::new(), "out-of-range"),
        (one.to_owned(), "out-of-range"),
        (format!("{one},{one}"), "repeated"),
        ("a%20b,c".to_owned(), "invalid-id"),
    ] {
        let answer = api.get(&format!("/api/v1/scenarios/compare?ids={ids}")).await;
        answer.is_problem(&ids, 422, slug);
        assert_eq!(answer.place(), "?ids");
    }
    api.get(&format!("/api/v1/scenarios/compare?ids={one},S9")).await.is_problem("no such", 404, "not-found");
    api.get(&format!("/api/v1/scenarios/{one}/evaluation?base=then")).await.is_problem("base", 422, "unknown-code");
}

/// Logs hold these bytes: they must be read for ever, and written the same again.
#[test]
fn what_was_kept_before_is_read_and_written_the_same() {
    for body in [
        r#"{"kind":"scenario_put","body":{"id":"S1","name":"扩容","owner":"教育局","description":null,"question":{"parks":["P0001"],"top":10,"preset":null,"weights":null,"base_seq":null,"kind":null,"max_km":null,"explore":true,"selection":null,"changes":[{"exclude":"C0001"}]}}}"#,
        r#"{"kind":"decision_recorded","body":{"id":"D1","name":"采纳","as_of_seq":7,"scenario":"S1","pairs":[{"park":"P0001","college":"C0001"}],"attendees":["园区办"],"recusals":[{"role":"学校代表","reason":"利益相关"}],"reasons":"更优","review_on":"2027-06-30"}}"#,
    ] {
        let event = zeyou::domain::Event::from_canonical_bytes(body.as_bytes()).expect("an old event");
        assert_eq!(String::from_utf8(event.canonical_bytes()).expect("text"), body);
    }
}
