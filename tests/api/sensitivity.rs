//! How much a ranking depends on its weights.

use serde_json::{Value, json};

use crate::helpers::{Api, number, spawn_app};

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

async fn ask(api: &Api, body: Value) -> Value {
    api.post("/api/v1/parks/P0001/sensitivity", &body).await.ok(200)
}

#[actix_web::test]
async fn an_interval_ends_where_the_ranking_changes() {
    let api = spawn_app().await;
    let answer = ask(&api, json!({"top": 3, "preset": "new_park"})).await;
    let best = answer["colleges"][0]["college"]["id"].clone();
    let shortlist = api.shortlist("P0001", "top=3&preset=new_park").await.ok(200);
    assert_eq!(best, shortlist["items"][0]["college"]["id"]);
    let all = api.shortlist("P0001", "top=100&preset=new_park").await.ok(200);
    let others: Vec<&Value> = list(&all["items"]).iter().filter(|item| item["college"]["id"] != best).collect();
    let leader = crate::helpers::item_of(&all, best.as_str().expect("an id")).expect("it is ranked");
    let mut ends = 0;
    for interval in list(&answer["intervals"]) {
        let (first, weight) = (&interval["first"], number(&interval["weight"]));
        assert!(number(&first["low"]) <= weight && weight <= number(&first["high"]), "{interval}");
        let whole = &interval["list"];
        assert!(number(&whole["low"]) <= weight && weight <= number(&whole["high"]), "{interval}");
        let criterion = interval["criterion"].as_str().expect("a code");
        for (end, who, step) in [("low", "below", -1e-6), ("high", "above", 1e-6)] {
            let at = number(&first[end]);
            let leads = |percent: f64, other: &Value| {
                rescaled(leader, criterion, percent) - rescaled(other, criterion, percent)
            };
            assert!(others.iter().all(|other| leads(at - step, other) > -1e-9), "{interval}: it leads just inside");
            let Some(next) = first[who]["id"].as_str() else { continue };
            let next = crate::helpers::item_of(&all, next).expect("it is ranked");
            assert!(leads(at + step, next) < 0.0, "{interval}: the one named leads just outside");
            ends += 1;
        }
    }
    assert!(ends > 0, "some weight can change the first");
}

/// An item's score with one weight moved to `percent` and the others rescaled in proportion.
fn rescaled(item: &Value, criterion: &str, percent: f64) -> f64 {
    let parts = list(&item["contributions"]);
    let own = parts.iter().find(|part| part["criterion"] == criterion).expect("the criterion");
    let others = (100.0 - percent) / (100.0 - number(&own["weight"]));
    let score = |part: &Value| {
        let weight = if part["criterion"] == criterion { percent } else { others * number(&part["weight"]) };
        weight * number(&part["anchored"]) / 100.0
    };
    parts.iter().map(score).sum()
}

#[actix_web::test]
async fn drawn_weights_are_repeatable_and_count_every_draw() {
    let api = spawn_app().await;
    let asked = json!({"top": 5, "seed": 7, "draws": 500});
    let answer = ask(&api, asked.clone()).await;
    assert_eq!(answer, ask(&api, asked).await, "the same seed, the same answer");
    assert_eq!((&answer["seed"], &answer["draws"]), (&json!(7), &json!(500)));
    let firsts: f64 = list(&answer["colleges"]).iter().map(|college| number(&college["first"])).sum();
    assert!((0.0..=1.0 + 1e-9).contains(&firsts));
    for college in list(&answer["colleges"]) {
        let ranks: f64 = list(&college["ranks"]).iter().map(number).sum();
        assert!((ranks - number(&college["listed"])).abs() < 1e-9 && ranks <= 1.0 + 1e-9, "{college}");
        assert!(number(&college["topsis_rank"]) >= 1.0 && number(&college["entropy_rank"]) >= 1.0);
    }
    let sharp = ask(&api, json!({"top": 1, "concentration": 10_000, "draws": 200})).await;
    let vague = ask(&api, json!({"top": 1, "concentration": 1, "draws": 200})).await;
    assert!(number(&sharp["colleges"][0]["first"]) >= number(&vague["colleges"][0]["first"]));
    let entropy: f64 = list(&answer["entropy_weights"]).iter().map(number).sum();
    assert!((entropy - 100.0).abs() < 1e-6);
}

#[actix_web::test]
async fn a_lift_is_the_smallest_single_change() {
    let api = spawn_app().await;
    let shortlist = api.shortlist("P0001", "top=10").await.ok(200);
    let item = &shortlist["items"][5];
    let answer = ask(&api, json!({"lift": {"college": item["college"]["id"], "rank": 2}})).await;
    let lift = &answer["lift"];
    assert_eq!((&lift["rank"], &lift["wanted"]), (&json!(6), &json!(2)));
    let target = number(&shortlist["items"][1]["score"]);
    let mut before = 0.0;
    for change in list(&lift["changes"]) {
        let part =
            list(&item["contributions"]).iter().find(|part| part["criterion"] == change["criterion"]).expect("it");
        let grows = number(&change["anchored_needed"]) - number(&change["anchored"]);
        assert!(grows >= before - 1e-9, "the smallest first");
        before = grows;
        let reached = number(&item["score"]) + number(&part["weight"]) * grows / 100.0;
        assert!(reached > target && reached < target + 0.05, "{change}: {reached} against {target}");
    }
    let held = ask(&api, json!({"lift": {"college": item["college"]["id"], "rank": 9}})).await;
    assert_eq!(held["lift"]["changes"], json!([]), "it has that rank");
}

#[actix_web::test]
async fn departments_stand_side_by_side_with_where_they_disagree() {
    let api = spawn_app().await;
    let department = |name: &str, weights: Value| json!({"name": name, "weights": weights});
    let departments = json!([
        department("发展改革委", json!({"major_fit": 60, "capacity": 40})),
        department("教育局", json!({"faculty": 70, "facilities": 30})),
        department("人社局", json!({"retention": 50, "satisfaction": 50})),
    ]);
    let answer = ask(&api, json!({"top": 4, "departments": departments})).await;
    let side = &answer["departments"];
    assert_eq!(list(&side["orders"]).len(), 3);
    for order in list(&side["orders"]) {
        assert_eq!(list(&order["colleges"]).len(), 4);
        let fork = departments.as_array().expect("a list").iter().find(|one| one["name"] == order["name"]).expect("it");
        let body = json!({"park": "P0001", "top": 4, "changes": [{"weights": fork["weights"]}]});
        let scenario = api.post("/api/v1/scenarios/evaluate", &body).await.ok(200);
        let best = &scenario["parks"][0]["scenario"]["items"][0]["score"];
        let own = list(&scenario["parks"][0]["scenario"]["items"])
            .iter()
            .find(|item| item["college"] == order["colleges"][0])
            .expect("its first is on the list");
        assert_eq!(&own["score"], best, "the department's first is first under its weights");
    }
    let spreads: Vec<f64> = list(&side["disputed"]).iter().map(|one| number(&one["spread"])).collect();
    assert!(spreads.windows(2).all(|pair| pair[0] >= pair[1]) && spreads[0] > 0.0, "{spreads:?}");
    assert_eq!(side["criteria"][0]["criterion"], "faculty");
}

#[actix_web::test]
async fn comparisons_give_weights_or_are_refused_at_their_place() {
    let api = spawn_app().await;
    let ahp = |matrix: Value| json!({"criteria": ["major_fit", "satisfaction", "cost"], "matrix": matrix});
    let good = ahp(json!([[1, 3, 5], [0.3333, 1, 3], [0.2, 0.3333, 1]]));
    let answer = api.post("/api/v1/weights/ahp", &good).await.ok(200);
    let sum: f64 = answer["weights"].as_object().expect("weights").values().map(number).sum();
    assert!((sum - 100.0).abs() < 1e-9 && answer["consistent"] == true, "{answer}");
    let body = json!({"park": "P0001", "changes": [{"weights": answer["weights"]}]});
    api.post("/api/v1/scenarios/evaluate", &body).await.ok(200);
    for (body, slug, pointer) in [
        (ahp(json!([[1, 3], [0.3333, 1]])), "wrong-type", "/matrix"),
        (ahp(json!([[1, 3, 5], [0.3333, 1], [0.2, 0.3333, 1]])), "wrong-type", "/matrix/1"),
        (ahp(json!([[1, 3, 5], [3, 1, 3], [0.2, 0.3333, 1]])), "contradictory", "/matrix/0/1"),
        (ahp(json!([[1, 0, 5], [0.3333, 1, 3], [0.2, 0.3333, 1]])), "out-of-range", "/matrix/0/1"),
        (ahp(json!([[1, 10, 5], [0.1, 1, 3], [0.2, 0.3333, 1]])), "out-of-range", "/matrix/0/1"),
        (ahp(json!([[2, 3, 5], [0.3333, 1, 3], [0.2, 0.3333, 1]])), "contradictory", "/matrix/0/0"),
        (json!({"criteria": ["cost"], "matrix": [[1]]}), "out-of-range", "/criteria"),
        (json!({"criteria": ["cost", "cost"], "matrix": [[1, 1], [1, 1]]}), "repeated", "/criteria/1"),
        (json!({"criteria": ["luck", "cost"], "matrix": [[1, 1], [1, 1]]}), "unknown-code", "/criteria/0"),
    ] {
        let answer = api.post("/api/v1/weights/ahp", &body).await;
        answer.is_problem(&body.to_string(), 422, slug);
        assert_eq!(answer.place(), pointer, "{}", answer.text);
    }
}

#[actix_web::test]
async fn a_bad_question_of_weights_is_refused() {
    let api = spawn_app().await;
    let many: Vec<Value> = (0..11).map(|_| json!({"name": "局", "weights": {"cost": 100}})).collect();
    for (body, slug, pointer) in [
        (json!({"top": 0}), "out-of-range", "/top"),
        (json!({"top": 21}), "out-of-range", "/top"),
        (json!({"draws": 0}), "out-of-range", "/draws"),
        (json!({"draws": 5001}), "out-of-range", "/draws"),
        (json!({"concentration": 0}), "out-of-range", "/concentration"),
        (json!({"preset": "none"}), "unknown-code", "/preset"),
        (json!({"preset": "new_park", "weights": {"cost": 100}}), "contradictory", "/weights"),
        (json!({"weights": {"cost": 99}}), "invalid-weights", "/weights"),
        (json!({"lift": {"college": "C9", "rank": 1}}), "unknown-code", "/lift/college"),
        (json!({"lift": {"college": "C0001", "rank": 0}}), "out-of-range", "/lift/rank"),
        (json!({"departments": many}), "too-many", "/departments"),
        (json!({"luck": 1}), "unknown-field", "/luck"),
    ] {
        let answer = api.post("/api/v1/parks/P0001/sensitivity", &body).await;
        answer.is_problem(&body.to_string(), 422, slug);
        assert_eq!(answer.place(), pointer, "{}", answer.text);
    }
    api.post("/api/v1/parks/P9/sensitivity", &json!({})).await.is_problem("no park", 404, "not-found");
}
