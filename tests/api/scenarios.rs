//! Scenarios: hypothetical changes in, differences with causes out, nothing stored.

use serde_json::{Value, json};

use crate::helpers::{Api, list, number, spawn_app, sum};

pub(crate) const EVALUATE: &str = "/api/v1/scenarios/evaluate";
pub(crate) const PARKS: [&str; 4] = ["P0001", "P0002", "P0003", "P0004"];

async fn evaluate(api: &Api, changes: Value) -> Value {
    api.post(EVALUATE, &json!({"parks": PARKS, "top": 5, "changes": changes})).await.ok(200)
}

/// Every move's parts add up to it, and who enters or leaves is in one list only.
pub(crate) fn adds_up(answer: &Value) {
    for park in list(&answer["parks"]) {
        for moved in list(&park["difference"]["moves"]) {
            let Some(whole) = moved["score_move"].as_f64() else { continue };
            let scores = number(&moved["score_after"]) - number(&moved["score_before"]);
            assert!((scores - whole).abs() < 1e-9, "{moved}");
            assert!((sum(&moved["by_criterion"]) - whole).abs() < 1e-9, "{moved}");
            assert!((sum(&moved["by_change"]) - whole).abs() < 1e-9, "{moved}");
        }
        for entered in list(&park["difference"]["entered"]) {
            let in_list = |list: &Value| {
                list["items"]
                    .as_array()
                    .is_some_and(|items| items.iter().any(|item| item["college"]["id"] == entered["id"]))
            };
            assert!(in_list(&park["scenario"]) && !in_list(&park["base"]), "{entered}");
        }
    }
}

#[actix_web::test]
async fn an_empty_scenario_answers_the_same_bytes_as_production() {
    let api = spawn_app().await;
    for park in PARKS {
        for top in [1, 5, 10, 100] {
            let production = api.shortlist(park, &format!("top={top}")).await.text;
            let answer = api.post(EVALUATE, &json!({"park": park, "top": top, "changes": []})).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let both = format!("\"base\":{production},\"scenario\":{production}");
            assert!(answer.text.contains(&both), "{park}: {}\n{production}", answer.text);
            let park = &answer.json()["parks"][0];
            let moves = list(&park["difference"]["moves"]);
            assert!(moves.iter().all(|moved| number(&moved["score_move"]) == 0.0));
            assert_eq!(park["difference"]["unmet"], json!([]));
        }
    }
}

#[actix_web::test]
async fn a_scenario_never_reaches_what_is_served() {
    let api = spawn_app().await;
    let digest = || api.service.live().current().snapshot.state.digest();
    let (before, seq) = (digest(), api.seq());
    let production = api.shortlist("P0001", "top=10").await.text;
    let best = serde_json::from_str::<Value>(&production).expect("JSON")["items"][0]["college"]["id"].clone();
    let free = api.ranked_engagement().await;
    let answer = evaluate(
        &api,
        json!([
            {"college_closed": best},
            {"rating_added": {"engagement": free.engagement, "marks": crate::helpers::marks(1)}},
            {"programme_seats": {"programme": "R00001", "kind": "order_class", "seats": 60}},
            {"programme_stations": {"programme": "R00002", "stations": 200, "stations_free": 160}},
            {"weights": {"satisfaction": 60, "major_fit": 40}},
            {"demand_closed": "D00001"},
        ]),
    )
    .await;
    adds_up(&answer);
    let first = &answer["parks"][0];
    assert_eq!(first["scenario"]["verify_code"], "", "no log recomputes it");
    assert!(list(&first["difference"]["left"]).iter().any(|college| college["id"] == best), "{}", first["difference"]);
    assert_eq!((digest(), api.seq()), (before, seq));
    assert_eq!(api.shortlist("P0001", "top=10").await.text, production);
    let current = api.service.live().current();
    let cold = zeyou::engine::Snapshot::cold(current.snapshot.state.clone());
    assert!(current.snapshot.same_derived(&cold), "what is served is still derived from the log alone");
}

#[actix_web::test]
async fn every_move_has_its_causes() {
    let api = spawn_app().await;
    let changes = json!([
        {"weights": {"cobuild": 50, "satisfaction": 10, "major_fit": 40}},
        {"programme_seats": {"programme": "R00003", "kind": "hire", "seats": 900}},
    ]);
    let answer = evaluate(&api, changes).await;
    adds_up(&answer);
    let moves: Vec<&Value> =
        list(&answer["parks"]).iter().flat_map(|park| list(&park["difference"]["moves"])).collect();
    assert!(moves.iter().any(|moved| list(&moved["by_criterion"]).iter().any(|part| part["criterion"] == "cobuild")));
    assert!(moves.iter().any(|moved| moved["rank_before"] != moved["rank_after"]), "the order changed");
}

#[actix_web::test]
async fn a_written_change_gives_what_its_scenario_said() {
    let api = spawn_app().await;
    let mut programme = api.get("/api/v1/programmes/R00003").await.ok(200);
    programme["seats"]["hire"] = json!(900);
    let said = evaluate(&api, json!([{"programme_put": programme}])).await;
    api.put("/api/v1/programmes/R00003", &programme).await.ok(200);
    for (at, park) in PARKS.iter().enumerate() {
        let now = api.shortlist(park, "top=5").await.ok(200);
        for field in ["items", "explore", "unmet", "excluded"] {
            assert_eq!(said["parks"][at]["scenario"][field], now[field], "{park} {field}");
        }
    }
}

#[actix_web::test]
async fn a_forced_college_costs_what_the_one_it_displaces_has_more() {
    let api = spawn_app().await;
    let all = api.shortlist("P0001", "top=100").await.ok(200);
    let items = list(&all["items"]);
    let (fifth, last) = (&items[4], &items[items.len() - 1]);
    let answer = evaluate(&api, json!([{"force": last["college"]["id"]}])).await;
    let forced = &answer["parks"][0]["difference"]["forced"][0];
    assert_eq!(forced["displaces"]["id"], fifth["college"]["id"]);
    let lost = number(&fifth["score"]) - number(&last["score"]);
    assert!((number(&forced["cost"]) - lost).abs() < 1e-9, "{forced}");
}

#[actix_web::test]
async fn a_scenario_may_start_from_the_past() {
    let api = spawn_app().await;
    let seq = api.seq();
    let then = api.shortlist("P0002", "top=5").await.ok(200);
    let free = api.free_engagement();
    assert_eq!(api.rate(&free.engagement, 1, "k").await.status, 201);
    let body = json!({"park": "P0002", "top": 5, "base_seq": seq, "changes": []});
    let answer = api.post(EVALUATE, &body).await.ok(200);
    assert_eq!(answer["as_of"]["seq"], seq);
    assert_eq!(answer["parks"][0]["base"], then);
}

#[actix_web::test]
async fn bad_scenarios_are_refused_and_name_the_change_at_fault() {
    let api = spawn_app().await;
    let good = json!({"exclude": "C0001"});
    let free = api.ranked_engagement().await;
    let rated = {
        let current = api.service.live().current();
        let state = &current.snapshot.state;
        let (id, _) = state.ratings.iter().find(|(_, entry)| !entry.closed).expect("a rating");
        id.to_string()
    };
    let marks = crate::helpers::marks(3);
    let rating = |engagement: &str| json!({"rating_added": {"engagement": engagement, "marks": marks}});
    let seats = |seats: Value| json!({"programme_seats": {"programme": "R00001", "kind": "hire", "seats": seats}});
    let cases: Vec<(Value, &str, &str)> = vec![
        (json!({"college_closed": "C9999"}), "unknown-code", "/changes/1/college_closed"),
        (json!({"park_closed": "P9999"}), "unknown-code", "/changes/1/park_closed"),
        (json!({"enterprise_closed": "E9"}), "unknown-code", "/changes/1/enterprise_closed"),
        (json!({"programme_closed": "R9"}), "unknown-code", "/changes/1/programme_closed"),
        (json!({"demand_closed": "D9"}), "unknown-code", "/changes/1/demand_closed"),
        (json!({"preset": "none"}), "unknown-code", "/changes/1/preset"),
        (json!({"force": "C9999"}), "unknown-code", "/changes/1/force"),
        (json!({"force": "C0001"}), "contradictory", "/changes/1/force"),
        (
            json!({"rating_dropped": "6f9619ff-8b86-4011-b42d-00c04fc964ff"}),
            "forbidden-target",
            "/changes/1/rating_dropped",
        ),
        (rating("G9"), "no-engagement", "/changes/1/rating_added/engagement"),
        (rating(&rated), "already-rated", "/changes/1/rating_added/engagement"),
        (
            json!({"programme_seats": {"programme": "R9", "kind": "hire", "seats": 1}}),
            "unknown-code",
            "/changes/1/programme_seats/programme",
        ),
        (seats(json!(-1)), "out-of-range", "/changes/1/programme_seats/seats"),
        (seats(json!(1.5)), "out-of-range", "/changes/1/programme_seats/seats"),
        (seats(json!("many")), "wrong-type", "/changes/1/programme_seats/seats"),
        (json!({"weights": {"major_fit": 99}}), "invalid-weights", "/changes/1/weights"),
        (json!({"weights": {"major_fit": -1}}), "invalid-weights", "/changes/1/weights"),
        (json!({"weights": {"luck": 100}}), "unknown-code", "/changes/1/weights"),
        (json!({"luck": 1}), "unknown-code", "/changes/1"),
        (json!({"college_closed": "a b"}), "invalid-id", "/changes/1/college_closed"),
        (
            json!({"engagement_put": {"id": "G9", "enterprise": "E9", "college": "C0001", "kind": "hire", "start": "2026-01-01", "end": "2026-12-31", "status": "confirmed"}}),
            "unknown-code",
            "/changes/1/engagement_put/enterprise",
        ),
    ];
    let (digest, seq) = (api.service.live().current().snapshot.state.digest(), api.seq());
    for (change, slug, pointer) in cases {
        let body = json!({"park": "P0001", "changes": [good, change]});
        let answer = api.post(EVALUATE, &body).await;
        answer.is_problem(&change.to_string(), 422, slug);
        assert!(answer.place().starts_with(pointer), "{change}: {pointer} in {}", answer.text);
    }
    let twice = json!({"park": "P0001", "changes": [rating(&free.engagement), rating(&free.engagement)]});
    let answer = api.post(EVALUATE, &twice).await;
    answer.is_problem("rated twice", 422, "already-rated");
    assert_eq!(answer.place(), "/changes/1/rating_added/engagement");
    let many: Vec<&Value> = (0..101).map(|_| &good).collect();
    let parks: Vec<String> = (0..51).map(|n| format!("P{n}")).collect();
    let weights = json!({"major_fit": 100});
    let selection = json!({"parks": "all", "capacity": 1});
    let capacity = |college: &str, capacity: Value| json!({"capacity": {"college": college, "capacity": capacity}});
    let with = |changes: Value| json!({"selection": selection, "changes": changes});
    for (body, slug, pointer) in [
        (json!({"park": "P0001", "changes": many}), "too-many", "/changes"),
        (json!({"parks": parks, "changes": []}), "too-many", "/parks"),
        (json!({"parks": [], "changes": []}), "missing-field", "/parks"),
        (json!({"parks": "some", "changes": []}), "unknown-code", "/parks"),
        (json!({"parks": ["P0001", "P9"], "changes": []}), "unknown-code", "/parks/1"),
        (json!({"changes": []}), "missing-field", ""),
        (json!({"park": "P0001", "parks": "all", "changes": []}), "contradictory", ""),
        (json!({"park": "P0001"}), "missing-field", "/changes"),
        (json!({"park": "P0001", "top": 0, "changes": []}), "out-of-range", "/top"),
        (json!({"park": "P0001", "top": 101, "changes": []}), "out-of-range", "/top"),
        (json!({"park": "P0001", "preset": "none", "changes": []}), "unknown-code", "/preset"),
        (
            json!({"park": "P0001", "preset": "new_park", "weights": weights, "changes": []}),
            "contradictory",
            "/weights",
        ),
        (json!({"park": "P0001", "base_seq": 0, "changes": []}), "invalid-seq", "/base_seq"),
        (json!({"park": "P0001", "base_seq": seq + 1, "changes": []}), "invalid-seq", "/base_seq"),
        (json!({"park": "P0001", "luck": 1, "changes": []}), "unknown-field", "/luck"),
        (json!({"park": "P0001", "kind": "luck", "changes": []}), "unknown-code", "/kind"),
        (json!({"park": "P0001", "max_km": 0, "changes": []}), "out-of-range", "/max_km"),
        (json!({"park": "P0001", "changes": [capacity("C0001", json!(2))]}), "missing-field", "/changes/0/capacity"),
        (
            json!({"parks": "all", "selection": {"parks": "all", "capacity": -1}, "changes": []}),
            "out-of-range",
            "/selection/capacity",
        ),
        (with(json!([capacity("C9999", json!(2))])), "unknown-code", "/changes/0/capacity/college"),
        (with(json!([capacity("C0001", json!(-1))])), "out-of-range", "/changes/0/capacity/capacity"),
        (with(json!([capacity("C0001", json!(200_000))])), "out-of-range", "/changes/0/capacity/capacity"),
        (
            json!({"selection": {"parks": [{"park": "P9"}], "capacity": 1}, "changes": []}),
            "unknown-code",
            "/selection/parks/0/park",
        ),
        (json!({"selection": {"parks": "all", "capacity": -1}, "changes": []}), "out-of-range", "/selection/capacity"),
        (
            json!({"parks": "all", "changes": [{"college_closed": "C9999"}]}),
            "unknown-code",
            "/changes/0/college_closed",
        ),
    ] {
        let answer = api.post(EVALUATE, &body).await;
        answer.is_problem(&body.to_string()[..60.min(body.to_string().len())], 422, slug);
        assert_eq!(answer.place(), pointer, "{}", answer.text);
    }
    let large = json!({"park": "P0001", "changes": [], "preset": "x".repeat(300_000)});
    api.post(EVALUATE, &large).await.is_problem("too large", 413, "body-too-large");
    assert_eq!((api.service.live().current().snapshot.state.digest(), api.seq()), (digest, seq), "nothing was stored");
    api.lives_on().await;
}
