//! The team of k, and the selection over many parks, on the live model.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::helpers::{list, number, spawn_app};

const SOLVE: &str = "/api/v1/selections/solve";

#[actix_web::test]
async fn a_team_covers_at_least_what_the_shortlist_would() {
    let api = spawn_app().await;
    for park in ["P0001", "P0002", "P0003", "P0004"] {
        let mut before = 0.0;
        for size in 1..=4 {
            let team = api.get(&format!("/api/v1/parks/{park}/portfolio?size={size}&exact=true")).await.ok(200);
            assert_eq!(team["as_of"]["seq"], api.seq());
            let coverage = number(&team["coverage"]);
            assert!(coverage >= number(&team["shortlist_coverage"]) - 1e-9, "{team}");
            assert!(coverage >= before - 1e-9 && number(&team["gap"]) >= 0.0, "{team}");
            assert!((coverage + number(&team["gap"]) - number(&team["bound"])).abs() < 1e-9);
            let members = list(&team["members"]);
            assert!(members.len() <= size);
            let adds: f64 = members.iter().map(|member| number(&member["adds"])).sum();
            assert!((adds - coverage).abs() < 1e-9, "{team}");
            let shortlist = api.shortlist(park, "top=100").await.ok(200);
            for member in members {
                let at = number(&member["rank"]) as usize - 1;
                assert_eq!(shortlist["items"][at]["college"], member["college"], "a member is a ranked college");
                assert_eq!(shortlist["items"][at]["score"], member["score"]);
            }
            before = coverage;
        }
    }
}

#[actix_web::test]
async fn a_team_with_time_enough_is_the_team_without_a_limit() {
    let api = spawn_app().await;
    let path = "/api/v1/parks/P0001/portfolio?size=3&exact=true";
    let (proven, limited) =
        (api.get(path).await.ok(200), api.get(&format!("{path}&time_limit_ms=60000")).await.ok(200));
    assert_eq!(number(&proven["gap"]), 0.0);
    assert_eq!((&limited, &limited["stopped"]), (&proven, &json!(false)));
}

#[actix_web::test]
async fn a_bad_question_for_a_team_is_refused() {
    let api = spawn_app().await;
    for (query, slug, place) in [
        ("size=0", "out-of-range", "?size"),
        ("size=21", "out-of-range", "?size"),
        ("size=many", "wrong-type", "?size"),
        ("exact=maybe", "unknown-code", "?exact"),
        ("time_limit_ms=50", "contradictory", "?time_limit_ms"),
        ("exact=true&time_limit_ms=0", "out-of-range", "?time_limit_ms"),
        ("exact=true&time_limit_ms=60001", "out-of-range", "?time_limit_ms"),
        ("top=3", "unknown-field", "?top"),
    ] {
        let answer = api.get(&format!("/api/v1/parks/P0001/portfolio?{query}")).await;
        answer.is_problem(query, 422, slug);
        assert_eq!(answer.place(), place);
    }
    api.get("/api/v1/parks/P9999/portfolio").await.is_problem("no park", 404, "not-found");
}

#[actix_web::test]
async fn a_selection_keeps_to_wishes_and_capacities_and_is_proven() {
    let api = spawn_app().await;
    let body = json!({"parks": "all", "wish": 3, "capacity": 1});
    let answer = api.post(SOLVE, &body).await.ok(200);
    assert_eq!((&answer["status"], number(&answer["gap"])), (&json!("optimal"), 0.0), "{answer}");
    assert_eq!(answer["as_of"]["seq"], api.seq());
    let (mut parks, mut colleges, mut sum) = (BTreeMap::new(), BTreeMap::new(), 0.0);
    for pair in list(&answer["pairs"]) {
        *parks.entry(pair["park"].to_string()).or_insert(0) += 1;
        *colleges.entry(pair["college"].to_string()).or_insert(0) += 1;
        sum += number(&pair["score"]);
        let park = pair["park"].as_str().expect("a park");
        let shortlist = api.shortlist(park, "top=100").await.ok(200);
        let item = crate::helpers::item_of(&shortlist, pair["college"].as_str().expect("a college")).expect("ranked");
        assert_eq!(item["score"], pair["score"], "the scores are the ranking's");
    }
    assert!(parks.values().all(|&n| n <= 3) && colleges.values().all(|&n| n <= 1), "{answer}");
    assert!((sum - number(&answer["objective"])).abs() < 1e-6);
    // Without capacity every park gets its own three best.
    let free = api.post(SOLVE, &json!({"parks": "all", "wish": 3, "capacity": 4})).await.ok(200);
    let mut best = 0.0;
    for park in ["P0001", "P0002", "P0003", "P0004"] {
        let shortlist = api.shortlist(park, "top=3").await.ok(200);
        best += list(&shortlist["items"]).iter().map(|item| number(&item["score"])).sum::<f64>();
    }
    assert!((number(&free["objective"]) - best).abs() < 1e-6);
    assert!(sum <= best + 1e-9);
}

#[actix_web::test]
async fn a_park_may_take_several_seats_of_a_college() {
    let api = spawn_app().await;
    let parks = |seats: [u32; 4]| -> Value {
        let park = |(n, seats): (usize, u32)| json!({"park": format!("P{:04}", n + 1), "seats": seats});
        seats.into_iter().enumerate().map(park).collect()
    };
    let body = |seats, capacity| json!({"parks": parks(seats), "wish": 3, "capacity": capacity});
    let solved = async |body: Value| api.post(SOLVE, &body).await.ok(200);
    // Two seats each, three a college: one park a college.
    let (two, one) = (solved(body([2; 4], 3)).await, solved(body([1; 4], 1)).await);
    assert_eq!((&two["objective"], &two["status"]), (&one["objective"], &json!("optimal")), "{two}");
    let mixed = solved(body([3, 2, 1, 1], 3)).await;
    let mut used = BTreeMap::new();
    for pair in list(&mixed["pairs"]) {
        let seats = match pair["park"].as_str() {
            Some("P0001") => 3,
            Some("P0002") => 2,
            _ => 1,
        };
        *used.entry(pair["college"].to_string()).or_insert(0) += seats;
    }
    assert!(used.values().all(|&seats| seats <= 3) && used.values().any(|&seats| seats == 3), "{mixed}");
    assert_eq!((&mixed["status"], number(&mixed["gap"])), (&json!("optimal"), 0.0), "{mixed}");
    // No better than if every pair took one, no worse than if every pair took three.
    let (free, tight) = (solved(body([1; 4], 3)).await, solved(body([3; 4], 3)).await);
    let (free, tight) = (number(&free["objective"]), number(&tight["objective"]));
    assert!((tight..=free).contains(&number(&mixed["objective"])) && tight < free, "{mixed}");
}

#[actix_web::test]
async fn the_price_of_a_forced_pair_is_what_the_selection_loses_by_it() {
    let api = spawn_app().await;
    let free = api.post(SOLVE, &json!({"parks": "all", "wish": 2, "capacity": 1})).await.ok(200);
    let shortlist = api.shortlist("P0001", "top=100").await.ok(200);
    let last = list(&shortlist["items"]).last().expect("items").clone();
    let forced = json!([{"park": "P0001", "college": last["college"]["id"]}]);
    let body = json!({"parks": "all", "wish": 2, "capacity": 1, "forced": forced});
    let with = api.post(SOLVE, &body).await.ok(200);
    let lost = number(&free["objective"]) - number(&with["objective"]);
    assert!((number(&with["wishes"][0]["price"]) - lost).abs() < 1e-6, "{}", with["wishes"]);
}

#[actix_web::test]
async fn contradictory_wishes_are_an_answer() {
    let api = spawn_app().await;
    let pair = json!([{"park": "P0001", "college": api.shortlist("P0001", "top=1").await.ok(200)["items"][0]["college"]["id"]}]);
    let body = json!({"parks": [{"park": "P0001", "wish": 1}], "capacity": 1, "forced": pair, "forbidden": pair});
    let answer = api.post(SOLVE, &body).await.ok(200);
    assert_eq!(answer["status"], "infeasible");
    assert!(!list(&answer["conflicts"]).is_empty() && !list(&answer["relaxation"]).is_empty(), "{answer}");
}

#[actix_web::test]
async fn coverage_quotas_and_running_engagements_are_wishes_too() {
    let api = spawn_app().await;
    let body = json!({"parks": "all", "wish": 2, "capacity": 2, "objective": "coverage"});
    let answer = api.post(SOLVE, &body).await.ok(200);
    assert!(list(&answer["pairs"]).iter().all(|pair| (0.0..=100.0).contains(&number(&pair["score"]))));
    let city = api.get("/api/v1/colleges/C0001").await.ok(200)["city"].clone();
    let body = json!({"parks": "all", "wish": 2, "capacity": 2, "quotas": [{"city": city, "pairs": 0}]});
    let none = api.post(SOLVE, &body).await.ok(200);
    for pair in list(&none["pairs"]) {
        let college = api.get(&format!("/api/v1/colleges/{}", pair["college"].as_str().expect("id"))).await.ok(200);
        assert_ne!(college["city"], city);
    }
    let body =
        json!({"parks": "all", "wish": 20, "capacity": 20, "keep_existing": true, "min_score": 1, "max_km": 2000});
    let kept = api.post(SOLVE, &body).await.ok(200);
    assert!(kept["not_kept"].is_array() && kept["status"] == "optimal", "{kept}");
}

#[actix_web::test]
async fn bad_wishes_are_refused_with_their_pointer() {
    let api = spawn_app().await;
    let with = |field: &str, value: Value| {
        let mut body = json!({"parks": [{"park": "P0001"}], "capacity": 1});
        body[field] = value;
        body
    };
    for (body, slug, pointer) in [
        (json!({"parks": "all"}), "missing-field", "/capacity"),
        (json!({"capacity": 1}), "missing-field", "/parks"),
        (with("parks", json!([])), "missing-field", "/parks"),
        (with("parks", json!("some")), "unknown-code", "/parks"),
        (with("parks", json!([{"park": "P9"}])), "unknown-code", "/parks/0/park"),
        (with("parks", json!([{"park": "P0001"}, {"park": "P0001"}])), "repeated", "/parks/1/park"),
        (with("parks", json!([{"park": "P0001", "wish": 101}])), "out-of-range", "/parks/0/wish"),
        (with("parks", json!([{"park": "P0001", "seats": 0}])), "out-of-range", "/parks/0/seats"),
        (with("parks", json!([{"park": "P0001", "seats": -1}])), "out-of-range", "/parks/0/seats"),
        (with("wish", json!(-1)), "out-of-range", "/wish"),
        (with("wish", json!(101)), "out-of-range", "/wish"),
        (with("capacity", json!(-1)), "out-of-range", "/capacity"),
        (with("candidates", json!(0)), "out-of-range", "/candidates"),
        (with("candidates", json!(201)), "out-of-range", "/candidates"),
        (with("max_km", json!(0)), "out-of-range", "/max_km"),
        (with("min_score", json!(101)), "out-of-range", "/min_score"),
        (with("objective", json!("luck")), "unknown-code", "/objective"),
        (with("preset", json!("none")), "unknown-code", "/preset"),
        (with("luck", json!(1)), "unknown-field", "/luck"),
        (with("capacities", json!([{"college": "C9", "capacity": 1}])), "unknown-code", "/capacities/0/college"),
        (with("forced", json!([{"park": "P0001", "college": "C9"}])), "unknown-code", "/forced/0/college"),
        (with("forced", json!([{"park": "P0002", "college": "C0001"}])), "unknown-code", "/forced/0/park"),
        (with("forbidden", json!([{"park": "P9", "college": "C0001"}])), "unknown-code", "/forbidden/0/park"),
        (with("quotas", json!([{"city": "没有市", "pairs": 1}])), "unknown-code", "/quotas/0/city"),
    ] {
        let answer = api.post(SOLVE, &body).await;
        answer.is_problem(&body.to_string(), 422, slug);
        assert_eq!(answer.place(), pointer, "{}", answer.text);
    }
    let mut college = api.get("/api/v1/colleges/C0001").await.ok(200);
    college["status"] = json!("suspended");
    api.put("/api/v1/colleges/C0001", &college).await.ok(200);
    let answer = api.post(SOLVE, &with("forced", json!([{"park": "P0001", "college": "C0001"}]))).await;
    answer.is_problem("a suspended college", 422, "contradictory");
    assert_eq!(answer.place(), "/forced/0/college");
    api.lives_on().await;
}
