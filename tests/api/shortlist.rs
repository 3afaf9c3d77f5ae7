//! Shortlists, explanations, verification codes, reading one's own writes.

use reqwest::Method;
use serde_json::{Value, json};
use zeyou::domain::{ParkId, Question};

use crate::helpers::{number, spawn_app};

const PARK: &str = "P0001";

fn park() -> ParkId {
    PARK.parse().expect("a code")
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

#[actix_web::test]
async fn every_park_gets_a_complete_shortlist() {
    let api = spawn_app().await;
    for park in ["P0001", "P0002", "P0003", "P0004"] {
        let answer = api.shortlist(park, "top=5").await.ok(200);
        assert_eq!(answer["park"], park);
        assert!(answer["as_of"]["seq"].as_u64().is_some_and(|seq| seq <= api.seq()), "{park}: {}", answer["as_of"]);
        assert!(answer["as_of"]["at"].is_string() || answer["as_of"]["at"].is_number(), "{park}: when");
        assert!(answer["as_of"]["model"].is_string(), "{park}: by which model");
        assert!(answer["verify_code"].as_str().is_some_and(|code| code.len() > 8), "{park}: a code to print");
        assert!(answer["need_derived"].is_boolean() && answer["preset"].is_string() && answer["sheet"].is_string());
        let items = list(&answer["items"]);
        assert!(items.len() <= 5 && !items.is_empty(), "{park}: {} items", items.len());
        let (mut chance, mut before, mut group) = (0.0, f64::INFINITY, 0.0);
        for (at, item) in items.iter().enumerate() {
            let name = format!("{park} {}", item["college"]["id"]);
            assert_eq!(item["rank"], at + 1, "{name}: ranks are counted");
            let score = number(&item["score"]);
            assert!((0.0..=100.0).contains(&score) && score <= before, "{name}: {score} after {before}");
            before = score;
            let sum: f64 = list(&item["contributions"]).iter().map(|part| number(&part["points"])).sum();
            assert!((sum - score).abs() < 1e-9, "{name}: contributions sum to {sum}, the score is {score}");
            for part in list(&item["contributions"]) {
                let points = number(&part["weight"]) * number(&part["anchored"]) / 100.0;
                assert!((points - number(&part["points"])).abs() < 1e-9, "{name}: {part}");
                assert!(part["evidence"].is_string() && part["criterion"].is_string(), "{name}: {part}");
            }
            let weights: f64 = list(&item["contributions"]).iter().map(|part| number(&part["weight"])).sum();
            assert!((weights - 100.0).abs() < 1e-9, "{name}: weights sum to {weights}");
            let p = number(&item["p_top_k"]);
            assert!((0.0..=1.0).contains(&p), "{name}: a probability {p}");
            chance += p;
            assert!((0.0..=1.0).contains(&number(&item["coverage"])), "{name}: coverage {}", item["coverage"]);
            assert!(number(&item["score_sd"]) >= 0.0, "{name}");
            assert!(number(&item["tie_group"]) >= group, "{name}: tie groups follow the ranks");
            group = number(&item["tie_group"]);
            let satisfaction = &item["satisfaction"];
            let [low, mean, high] = ["low", "mean", "high"].map(|field| number(&satisfaction[field]));
            assert!(low <= mean && mean <= high && number(&satisfaction["sd"]) > 0.0, "{name}: {satisfaction}");
            assert!(number(&satisfaction["raters"]) <= number(&satisfaction["ratings"]), "{name}: {satisfaction}");
        }
        assert!(chance <= 5.0 + 1e-6, "{park}: no more than five belong to the best five: {chance}");
        for excluded in list(&answer["excluded"]) {
            assert!(excluded["reason"].is_string() && excluded["college"]["name"].is_string(), "{park}: {excluded}");
        }
        assert_eq!(answer["excluded_total"], list(&answer["excluded"]).len(), "{park}: twenty fit the list");
        let all = number(&answer["candidates"]) + number(&answer["excluded_total"]);
        assert_eq!(all, 20.0, "{park}: every college is ranked or excluded");
        for unmet in list(&answer["unmet"]) {
            assert!(unmet["demand"].is_string() && unmet["derived"].is_boolean(), "{park}: {unmet}");
            assert!(number(&unmet["headcount"]) > 0.0, "{park}: {unmet}");
        }
    }
}

#[actix_web::test]
async fn in_a_list_with_room_for_all_everybody_has_a_seat() {
    let api = spawn_app().await;
    let answer = api.shortlist(PARK, "top=100").await.ok(200);
    let items = list(&answer["items"]);
    assert_eq!(answer["candidates"], items.len(), "with top=100 all are listed");
    for item in items {
        assert!((number(&item["p_top_k"]) - 1.0).abs() < 1e-9, "everybody is among the best hundred: {item}");
    }
}

#[actix_web::test]
async fn the_same_question_gets_the_same_bytes() {
    let api = spawn_app().await;
    let first = api.shortlist(PARK, "top=5").await;
    assert_eq!(first.text, api.shortlist(PARK, "top=5").await.text);
    let (one, other) = ("exclude=C0001,C0002", "exclude=C0002,C0001,C0002");
    assert_eq!(api.shortlist(PARK, one).await.text, api.shortlist(PARK, other).await.text, "order is no question");
}

#[actix_web::test]
async fn a_printed_code_verifies_even_after_later_ratings() {
    let api = spawn_app().await;
    let printed = api.shortlist(PARK, "top=5").await.ok(200);
    let special = api.shortlist(PARK, "top=3&kind=hire&exclude=C0002&max_km=300&explore=false").await.ok(200);
    for (at, free) in api.free_engagements().into_iter().take(3).enumerate() {
        assert_eq!(api.rate(&free.engagement, 1, &format!("k{at}")).await.status, 201);
    }
    for shortlist in [printed, special] {
        let code = shortlist["verify_code"].as_str().expect("a code");
        let lower = code.to_lowercase().replace('-', "");
        for spelled in [code, lower.as_str()] {
            let check = api.get(&format!("/api/v1/verify/{spelled}")).await.ok(200);
            assert_eq!(check["matches"], true, "{spelled}");
            assert_eq!(check["shortlist"], shortlist, "{spelled}: the very same ranking");
        }
    }
}

#[actix_web::test]
async fn what_is_no_code_is_not_found() {
    let api = spawn_app().await;
    let code = api.shortlist(PARK, "top=5").await.ok(200)["verify_code"].as_str().expect("a code").to_owned();
    let long = "A".repeat(300);
    for bad in ["nonsense", "0", "-", &code[..code.len() / 2], long.as_str(), "%00", "中文"] {
        api.get(&format!("/api/v1/verify/{bad}")).await.is_problem(bad, 404, "invalid-verify-code");
    }
}

#[actix_web::test]
async fn a_college_put_on_the_exclusion_list_is_named_there() {
    let api = spawn_app().await;
    let before = api.shortlist(PARK, "top=5").await.ok(200);
    let first = before["items"][0]["college"]["id"].as_str().expect("a winner").to_owned();
    let after = api.shortlist(PARK, &format!("top=5&exclude={first}")).await.ok(200);
    assert!(list(&after["items"]).iter().all(|item| item["college"]["id"] != first.as_str()));
    let named = list(&after["excluded"]).iter().find(|excluded| excluded["college"]["id"] == first.as_str());
    assert_eq!(named.expect("named")["reason"], "excluded_by_question");
}

#[actix_web::test]
async fn an_explanation_adds_up() {
    let api = spawn_app().await;
    for free in api.free_engagements().into_iter().take(5).enumerate() {
        assert_eq!(api.rate(&free.1.engagement, 2, &format!("k{}", free.0)).await.status, 201);
    }
    let shortlist = api.shortlist(PARK, "top=100").await.ok(200);
    for item in list(&shortlist["items"]) {
        let id = item["college"]["id"].as_str().expect("an id");
        let why = api.get(&format!("/api/v1/parks/{PARK}/colleges/{id}/explanation")).await.ok(200);
        let [own, other, effect] = ["own", "other", "effect"].map(|field| number(&why[field]));
        assert!((own + other - effect).abs() < 1e-9, "{id}: {own} + {other} = {effect}");
        assert_eq!(why["ratings"], json!([]), "{id}: single ratings are the operator's to see");
        let shares: f64 = list(&why["groups"]).iter().map(|group| number(&group["contribution"])).sum();
        assert!((shares - own).abs() < 1e-9, "{id}: the groups' shares {shares} are its own part {own}");
        let bands = ["3-4", "5-9", "10-19", "20+"];
        assert!(
            list(&why["groups"]).iter().all(|group| bands.contains(&group["enterprises"].as_str().expect("a band")))
        );
        for field in ["rank", "score", "contributions", "satisfaction"] {
            assert_eq!(why["item"][field], item[field], "{id}: the {field} of the shortlist");
        }
        assert!(list(&why["strengths"]).len() <= 3, "{id}: at most three strengths");
        assert!(
            ["zh", "en"].iter().all(|tongue| why["sentence"][*tongue].as_str().is_some_and(|text| text.len() > 20))
        );
        assert!(number(&why["sd_exact"]) > 0.0, "{id}");
        let (question, college) = (Question { top: 10, ..Question::of(park()) }, id.parse().expect("a code"));
        let whole = api.service.explain(question, college, None).await.expect("explained");
        let shares: f64 = whole.ratings.iter().map(|share| share.contribution).sum();
        assert!(whole.ratings.len() == 100 || (shares - own).abs() < 1e-6, "{id}: {shares} and {own}");
        for share in whole.ratings {
            let without = share.without.expect("few ratings: all are computed");
            assert!((1.0..=5.0).contains(&without.mean), "{id}: {without:?}");
            assert!((whole.item.score - without.score - without.points).abs() < 1e-9, "{id}: {without:?}");
        }
    }
}

#[actix_web::test]
async fn what_does_not_exist_is_not_ranked() {
    let api = spawn_app().await;
    api.shortlist("P9999", "").await.is_problem("park", 404, "not-found");
    api.shortlist(PARK, "preset=nope").await.is_problem("preset", 404, "not-found");
    let unknown = api.get("/api/v1/parks/P0001/colleges/C9999/explanation").await;
    unknown.is_problem("college", 404, "not-found");
    let excluded = api.get("/api/v1/parks/P0001/colleges/C0001/explanation?exclude=C0001").await;
    excluded.is_problem("excluded college", 404, "not-found");
}

#[actix_web::test]
async fn a_reader_may_insist_on_a_seq() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let seq = api.rate(&free.engagement, 5, "k").await.ok(201)["seq"].as_u64().expect("a seq");
    let paths = ["/api/v1/parks/P0001/shortlist", "/api/v1/parks", "/api/v1/parks/P0001"];
    let ask = |path: &str, seq: &str| {
        let request = api.request(Method::GET, path).header("zeyou-min-seq", seq.to_owned());
        api.send(request)
    };
    for path in paths {
        assert_eq!(ask(path, &seq.to_string()).await.status, 200, "{path}: what is there");
        for far in [(seq + 1_000_001).to_string(), u64::MAX.to_string(), "soon".into(), "-1".into(), "1e3".into()] {
            ask(path, &far).await.is_problem(&format!("{path} {far}"), 400, "invalid-seq");
        }
    }
    let ahead = ask(paths[0], &(seq + 5).to_string()).await;
    ahead.is_problem("slightly ahead", 503, "replica-behind");
    assert_eq!(ahead.header("retry-after"), "1");
}

#[actix_web::test]
async fn a_list_can_show_affinity_and_how_far_its_ranks_hold() {
    let api = spawn_app().await;
    let plain = api.shortlist(PARK, "top=5").await.ok(200);
    assert!(
        list(&plain["items"]).iter().all(|item| item.get("affinity").is_none() && item.get("acceptability").is_none())
    );
    let asked = api.shortlist(PARK, "top=5&affinity=20&uncertain_weights=true").await.ok(200);
    for item in list(&asked["items"]) {
        let affinity = &item["affinity"];
        let sum: f64 = list(&item["contributions"]).iter().map(|part| number(&part["points"])).sum();
        assert!((sum + number(&affinity["points"]) - number(&item["score"])).abs() < 1e-9, "{item}");
        assert_eq!(number(&affinity["weight"]), 20.0);
        assert!(number(&item["acceptability"]["first"]) <= number(&item["acceptability"]["listed"]), "{item}");
        let college = item["college"]["id"].as_str().expect("a code");
        let address = format!("/api/v1/parks/{PARK}/colleges/{college}/explanation?affinity=20&top=5");
        let why = api.get(&address).await.ok(200);
        assert_eq!(why["item"]["score"], item["score"], "explained with the same question");
    }
    let code = asked["verify_code"].as_str().expect("a code");
    let check = api.get(&format!("/api/v1/verify/{code}")).await.ok(200);
    assert_eq!(check["matches"], true, "{check}");
    for (query, at) in
        [("affinity=21", "affinity"), ("affinity=-1", "affinity"), ("uncertain_weights=perhaps", "uncertain_weights")]
    {
        let refused = api.shortlist(PARK, query).await;
        assert_eq!(refused.status, 422, "{query}");
        assert!(refused.text.contains(at), "{query}: {}", refused.text);
    }
}
