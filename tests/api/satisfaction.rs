//! Flags, comparisons, and what an explanation says of satisfaction.

use serde_json::{Value, json};

use crate::helpers::{number, spawn_app};

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

#[actix_web::test]
async fn colleges_are_compared_pair_by_pair() {
    let api = spawn_app().await;
    let shortlist = api.shortlist("P0001", "top=3").await.ok(200);
    let ids: Vec<&str> = list(&shortlist["items"]).iter().filter_map(|item| item["college"]["id"].as_str()).collect();
    let answer = api.get(&format!("/api/v1/parks/P0001/compare?colleges={}", ids.join(","))).await.ok(200);
    assert_eq!(answer["as_of"], shortlist["as_of"]);
    for (one, item) in list(&answer["colleges"]).iter().zip(list(&shortlist["items"])) {
        for field in ["college", "rank", "score", "satisfaction"] {
            assert_eq!(one[field], item[field], "{field}");
        }
        assert!((number(&one["score_sd"]) / number(&item["score_sd"]) - 1.0).abs() < 0.05, "{one} against {item}");
    }
    let pairs = list(&answer["pairs"]);
    assert_eq!(pairs.len(), 3);
    for pair in pairs {
        let p = number(&pair["score"]["p_better"]);
        assert!((0.5..=1.0).contains(&p) && number(&pair["satisfaction"]["sd"]) > 0.0, "{pair}");
    }
    let at = "/api/v1/parks/P0001/compare";
    for (query, slug) in
        [("", "out-of-range"), ("?colleges=C0001", "out-of-range"), ("?colleges=C0001,C0001", "out-of-range")]
    {
        api.get(&format!("{at}{query}")).await.is_problem(query, 422, slug);
    }
    api.get(&format!("{at}?colleges=C0001,C9999")).await.is_problem("unknown", 404, "not-found");
    api.get(&format!("{at}?colleges=C0001,C0002&x=1")).await.is_problem("parameter", 422, "unknown-field");
}

#[actix_web::test]
async fn flags_are_answered_and_name_nobody() {
    let api = spawn_app().await;
    let answer = api.get("/api/v1/flags").await.ok(200);
    assert_eq!(answer["total"], json!(list(&answer["flags"]).len()));
    assert!((number(&answer["flag_weight"]) - 0.1).abs() < 1e-12 && answer["flag_ratings"] == 3, "{answer}");
    assert!(!answer.to_string().contains("\"E0"), "never who rated");
    api.get("/api/v1/flags?x=1").await.is_problem("parameter", 422, "unknown-field");
}

#[actix_web::test]
async fn an_explanation_tells_the_four_aspects_and_adds_up() {
    let api = spawn_app().await;
    // Of a college of which enough enterprises answered every question: of others less is told.
    let mut found = None;
    for free in api.free_engagements() {
        let at = format!("/api/v1/parks/{}/colleges/{}/explanation", free.park, free.college);
        let before = api.get(&at).await;
        if before.status == 200 && list(&before.json()["aspects"]).len() == 4 {
            found = Some((free, at, before.json()));
            break;
        }
    }
    let (free, at, before) = found.expect("a college that many have rated");
    let sum = ["prior", "own", "other"].map(|part| number(&before[part])).iter().sum::<f64>();
    assert!((sum - number(&before["effect"])).abs() < 1e-9, "{before}");
    let marks = json!({"overall": 4, "supply": 1, "skill": "unknown", "stay": 5, "help": 4});
    let body = json!({"engagement": free.engagement, "marks": marks}).to_string();
    api.post_rating("aspects", body).await.ok(201);
    let after = api.get(&at).await.ok(200);
    let aspect = |answer: &Value, at: usize, field: &str| number(&answer["aspects"][at][field]);
    let counted: Vec<f64> = (0..4).map(|k| aspect(&after, k, "ratings") - aspect(&before, k, "ratings")).collect();
    assert_eq!(counted, [1.0, 0.0, 1.0, 1.0], "不了解 does not count");
    let moved = |k: usize| aspect(&after, k, "mean") - aspect(&before, k, "mean");
    assert!(moved(0) < moved(3) && moved(3) < moved(2), "a one, a four and a five");
    let names: Vec<&Value> = list(&after["aspects"]).iter().map(|aspect| &aspect["aspect"]).collect();
    assert_eq!(names, ["supply", "skill", "stay", "help"]);
}
