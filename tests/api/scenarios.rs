//! Scenarios: hypothetical changes in, differences with causes out, nothing stored.

use serde_json::{Value, json};

use crate::helpers::{Api, number, spawn_app, spawn_within};

const EVALUATE: &str = "/api/v1/scenarios/evaluate";
const PARKS: [&str; 4] = ["P0001", "P0002", "P0003", "P0004"];

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

fn sum(parts: &Value) -> f64 {
    list(parts).iter().map(|part| number(&part["points"])).sum()
}

async fn evaluate(api: &Api, changes: Value) -> Value {
    api.post(EVALUATE, &json!({"parks": PARKS, "top": 5, "changes": changes})).await.ok(200)
}

/// Every move's parts add up to it, and who enters or leaves is in one list only.
fn adds_up(answer: &Value) {
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
    let free = api.free_engagement();
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
async fn the_nation_is_streamed_with_its_progress() {
    let api = spawn_app().await;
    let body = json!({"parks": "all", "top": 3, "changes": [{"weights": {"proximity": 100}}]});
    let answer = api.post(EVALUATE, &body).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"));
    let lines: Vec<Value> = answer.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (last, parks) = lines.split_last().expect("lines");
    assert_eq!((&last["done"], &last["of"]), (&json!(4), &json!(4)));
    for (park, id) in parks.iter().zip(PARKS) {
        assert_eq!(park["park"], id);
        let listed = api.shortlist(id, "top=3").await.ok(200);
        let ids: Vec<&Value> = list(&listed["items"]).iter().map(|item| &item["college"]["id"]).collect();
        assert_eq!(list(&park["before"]).iter().collect::<Vec<_>>(), ids);
    }
}

#[actix_web::test]
async fn a_nation_that_runs_out_of_time_says_so_in_its_last_line() {
    let api = spawn_within(std::time::Duration::ZERO).await;
    let body = json!({"parks": "all", "changes": []});
    let answer = api.post(EVALUATE, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let lines: Vec<Value> = answer.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 1, "{}", answer.text);
    assert_eq!(lines[0]["error"]["type"], "https://zeyou/errors/time-budget-exceeded");
    assert_eq!(lines[0]["error"]["errors"][0]["pointer"], "/parks");
    assert!(!lines[0]["error"]["detail"].as_str().expect("a detail").is_ascii(), "in the reader's language");
    // Before anything was sent it is a problem like any other.
    let body = json!({"parks": "all", "changes": [{"exclude": "C0001"}]});
    api.post(EVALUATE, &body).await.is_problem("no time", 422, "time-budget-exceeded");
}

#[actix_web::test]
async fn a_scenario_is_asked_with_the_filters_of_a_list() {
    let api = spawn_app().await;
    for filters in [
        json!({"kind": "train"}),
        json!({"kind": "intern", "explore": false}),
        json!({"max_km": 30}),
        json!({"kind": "hire", "max_km": 60, "explore": false, "preset": "new_park"}),
    ] {
        let query: Vec<String> = filters
            .as_object()
            .expect("filters")
            .iter()
            .map(|(name, value)| format!("{name}={}", value.to_string().trim_matches('"')))
            .collect();
        let production = api.shortlist("P0001", &format!("top=5&{}", query.join("&"))).await.text;
        let mut body = json!({"park": "P0001", "top": 5, "changes": []});
        body.as_object_mut().expect("an object").extend(filters.as_object().expect("filters").clone());
        let answer = api.post(EVALUATE, &body).await;
        assert!(
            answer.text.contains(&format!("\"base\":{production},\"scenario\":{production}")),
            "{filters}: {}",
            answer.text
        );
        body["changes"] = json!([
            {"programme_seats": {"programme": "R00003", "kind": "hire", "seats": 900}},
            {"weights": {"major_fit": 60, "capacity": 40}},
        ]);
        let answer = api.post(EVALUATE, &body).await.ok(200);
        adds_up(&answer);
        for item in list(&answer["parks"][0]["scenario"]["items"]) {
            assert!(number(&item["score"]) >= 0.0);
        }
        body["parks"] = json!("all");
        body.as_object_mut().expect("an object").remove("park");
        let nation = api.post(EVALUATE, &body).await;
        let first: Value = serde_json::from_str(nation.text.lines().next().expect("a line")).expect("JSON");
        let items = list(&answer["parks"][0]["scenario"]["items"]);
        let listed: Vec<&Value> = items.iter().map(|item| &item["college"]["id"]).collect();
        assert_eq!(list(&first["after"]).iter().collect::<Vec<_>>(), listed, "{filters}");
    }
}

#[actix_web::test]
async fn a_capacity_changes_the_selection_and_bears_its_share() {
    let api = spawn_app().await;
    let selection = json!({"parks": "all", "wish": 2, "capacity": 1});
    let made = api.post("/api/v1/selections/solve", &selection).await.ok(200);
    let worth = |college: &Value| number(&college["one_more"]);
    let colleges = list(&made["colleges"]);
    let best = colleges.iter().max_by(|a, b| worth(a).total_cmp(&worth(b))).expect("colleges");
    assert!(worth(best) > 0.0, "{best}");
    let changes = json!([{"exclude": "C0001"}, {"capacity": {"college": best["college"], "capacity": 2}}]);
    let only = json!([changes[1]]);
    let body = |changes: &Value| json!({"selection": selection, "changes": changes});
    let one = api.post(EVALUATE, &body(&only)).await.ok(200);
    let moved = &one["selection"];
    assert_eq!(one["parks"], json!([]));
    assert_eq!(moved["base"]["pairs"], made["pairs"], "the base is what is solved today");
    assert!((number(&moved["objective_move"]) - worth(best)).abs() < 1e-6, "the price says what a place more brings");
    assert_eq!(list(&moved["by_change"]).len(), 1, "{}", moved["by_change"]);
    let of_college = |pairs: &Value| list(pairs).iter().filter(|pair| pair["college"] == best["college"]).count();
    assert_eq!((of_college(&moved["entered"]), of_college(&moved["left"])), (1, 0), "{moved}");
    let both = api.post(EVALUATE, &body(&changes)).await.ok(200)["selection"].clone();
    let change = number(&both["scenario"]["objective"]) - number(&both["base"]["objective"]);
    assert!((change - number(&both["objective_move"])).abs() < 1e-6);
    assert!((sum(&both["by_change"]) - number(&both["objective_move"])).abs() < 1e-6, "{}", both["by_change"]);
    assert!(list(&both["scenario"]["pairs"]).iter().all(|pair| pair["college"] != "C0001"), "it is excluded");
    // Lists and the selection in one answer; a kept scenario holds both.
    let question = json!({"park": "P0002", "top": 3, "selection": selection, "changes": only});
    let new = json!({"name": "扩容", "owner": "教育局", "question": question});
    let kept = api.post("/api/v1/scenarios", &new).await;
    let again = api.get(&format!("{}/evaluation", kept.header("location"))).await.ok(200);
    assert_eq!(again["selection"], *moved);
    assert_eq!(again["parks"][0]["park"], "P0002");
    let state = &api.service.live().current().snapshot.state;
    let read = zeyou::engine::State::from_bytes(&state.to_bytes()).expect("a state");
    assert_eq!(read.digest(), state.digest(), "a state with such a scenario is read back");
}

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
async fn bad_scenarios_are_refused_and_name_the_change_at_fault() {
    let api = spawn_app().await;
    let good = json!({"exclude": "C0001"});
    let free = api.free_engagement();
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
            "unknown-code",
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
        (json!({"parks": "all", "selection": selection, "changes": []}), "contradictory", "/selection"),
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

#[actix_web::test]
async fn when_all_places_are_taken_a_scenario_is_told_to_come_again_and_everybody_else_is_served() {
    let api = spawn_app().await;
    let mut places = Vec::new();
    while let Ok(place) = api.service.planning().place().await {
        places.push(place);
    }
    let answer = api.post(EVALUATE, &json!({"park": "P0001", "changes": []})).await;
    answer.is_problem("all places are taken", 503, "busy");
    assert_eq!(answer.header("retry-after"), "1");
    api.shortlist("P0001", "top=5").await.ok(200);
    places.pop();
    api.post(EVALUATE, &json!({"park": "P0001", "changes": []})).await.ok(200);
}

#[actix_web::test]
async fn a_decision_is_recorded_once_and_changes_no_ranking() {
    let api = spawn_app().await;
    let question = json!({"park": "P0001", "changes": []});
    let kept =
        api.post("/api/v1/scenarios", &json!({"name": "情景", "owner": "局", "question": question})).await.ok(201);
    let before = api.shortlist("P0001", "top=5").await.ok(200);
    let good = json!({
        "name": "2027 年合作院校", "scenario": kept["id"], "pairs": [{"park": "P0001", "college": "C0001"}],
        "attendees": ["发展改革委", "教育局"], "recusals": [{"role": "园区管委会", "reason": "与候选院校有合作"}],
        "reasons": "覆盖焊接缺口", "review_on": "2099-12-31",
    });
    let made = api.post("/api/v1/decisions", &good).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let at = made.header("location").to_owned();
    let read = api.get(&at).await.ok(200);
    for field in ["name", "scenario", "pairs", "attendees", "recusals", "reasons", "review_on"] {
        assert_eq!(read[field], good[field]);
    }
    assert!(number(&read["as_of_seq"]) < number(&made.json()["seq"]), "taken on what was there");
    assert_eq!(list(&api.get("/api/v1/decisions").await.ok(200)["items"]).len(), 1);
    assert_eq!(api.put(&at, &read).await.status, 405, "recorded once");
    assert_eq!(api.shortlist("P0001", "top=5").await.ok(200)["items"], before["items"]);
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    let seq = api.seq();
    for (body, slug, pointer) in [
        (with("scenario", json!("S9")), "unknown-code", "/scenario"),
        (with("pairs", json!([{"park": "P9", "college": "C0001"}])), "unknown-code", "/pairs/0/park"),
        (with("pairs", json!([{"park": "P0001", "college": "C9"}])), "unknown-code", "/pairs/0/college"),
        (with("attendees", json!([])), "missing-field", "/attendees"),
        (with("attendees", json!(["园区管委会"])), "contradictory", "/recusals/0/role"),
        (with("as_of_seq", json!(0)), "invalid-seq", "/as_of_seq"),
        (with("as_of_seq", json!(seq + 1)), "invalid-seq", "/as_of_seq"),
        (with("review_on", json!("2000-01-01")), "out-of-range", "/review_on"),
        (with("review_on", json!("soon")), "invalid-date", "/review_on"),
    ] {
        let answer = api.post("/api/v1/decisions", &body).await;
        answer.is_problem(pointer, 422, slug);
        assert_eq!(answer.place(), pointer, "{}", answer.text);
    }
    assert_eq!(api.seq(), seq, "nothing was stored");
    api.get("/api/v1/decisions/D9").await.is_problem("no such", 404, "not-found");
}

#[actix_web::test]
async fn a_decision_is_compared_with_what_came() {
    let api = spawn_app().await;
    let free = api.ranked_engagement().await;
    let shortlist = api.shortlist(&free.park, "top=100").await.ok(200);
    let item = crate::helpers::item_of(&shortlist, &free.college).expect("ranked").clone();
    let other = list(&shortlist["items"]).iter().find(|item| item["college"]["id"] != *free.college).expect("another");
    let pairs = json!([
        {"park": free.park, "college": free.college},
        {"park": free.park, "college": other["college"]["id"]},
    ]);
    let new = json!({"name": "2027 年合作院校", "pairs": pairs, "attendees": ["教育局"], "reasons": "择优", "review_on": "2099-12-31"});
    let at = api.post("/api/v1/decisions", &new).await.header("location").to_owned();
    let seq = api.seq() - 1;
    let of = |review: &Value, college: &str| {
        let pair = list(&review["pairs"]).iter().find(|pair| pair["college"]["id"] == college);
        pair.cloned().unwrap_or_else(|| panic!("no {college} in {review}"))
    };
    let before = api.get(&format!("{at}/review")).await.ok(200);
    let pair = of(&before, &free.college);
    assert_eq!((&before["expected_as_of"]["seq"], &before["due"]), (&json!(seq), &json!(false)));
    assert_eq!((&pair["expected"]["rank"], &pair["expected"]["score"]), (&item["rank"], &item["score"]));
    assert_eq!(pair["expected"]["satisfaction"], item["satisfaction"]);
    let nothing = json!({"proposed": 0, "confirmed": 0, "ratings": 0, "mean": null});
    assert_eq!((&pair["realised"], &pair["satisfaction_move"]), (&nothing, &Value::Null), "unknown stays unknown");

    // A second engagement of the two is proposed, then confirmed; the first is rated.
    let enterprise = &free.enterprise;
    let mut engagement = json!({"id": "GNEW", "enterprise": enterprise, "college": free.college, "kind": "hire",
        "start": "2027-01-01", "end": "2027-12-31", "status": "proposed"});
    api.put("/api/v1/engagements/GNEW", &engagement).await.ok(201);
    let proposed = of(&api.get(&format!("{at}/review")).await.ok(200), &free.college);
    assert_eq!((&proposed["realised"]["proposed"], &proposed["realised"]["confirmed"]), (&json!(1), &json!(0)));
    engagement["status"] = json!("confirmed");
    api.put_if("/api/v1/engagements/GNEW", "\"1\"", &engagement).await.ok(200);
    assert_eq!(api.rate(&free.engagement, 1, "k").await.status, 201);
    let after = api.get(&format!("{at}/review")).await.ok(200);
    let pair = of(&after, &free.college);
    assert_eq!((&pair["realised"]["proposed"], &pair["realised"]["confirmed"]), (&json!(0), &json!(1)));
    assert_eq!(pair["realised"]["ratings"], 1);
    let mean = number(&pair["realised"]["mean"]);
    let expected = number(&pair["expected"]["satisfaction"]["mean"]);
    assert!((number(&pair["satisfaction_move"]) - (mean - expected)).abs() < 2e-6, "{pair}");
    assert_eq!(pair["expected"]["score"], item["score"], "what was expected stays");
    let now = api.shortlist(&free.park, "top=100").await.ok(200);
    let ranked = crate::helpers::item_of(&now, &free.college).expect("ranked");
    assert_eq!((&pair["now"]["rank"], &pair["now"]["score"]), (&ranked["rank"], &ranked["score"]));
    let untouched = of(&after, other["college"]["id"].as_str().expect("a code"));
    assert_eq!(untouched["realised"], nothing);

    // A scenario that was adopted without pairs: what it lists, as it would be under its changes.
    let question = json!({"park": free.park, "top": 3, "changes": [{"weights": {"proximity": 100}}]});
    let direct = api.post(EVALUATE, &question).await.ok(200);
    let kept = api.post("/api/v1/scenarios", &json!({"name": "近", "owner": "局", "question": question})).await.ok(201);
    let mut new = json!({"name": "近", "scenario": kept["id"], "attendees": ["教育局"], "reasons": "近", "review_on": "2099-12-31"});
    let at = api.post("/api/v1/decisions", &new).await.header("location").to_owned();
    let review = api.get(&format!("{at}/review")).await.ok(200);
    for item in list(&direct["parks"][0]["scenario"]["items"]) {
        let pair = of(&review, item["college"]["id"].as_str().expect("a code"));
        assert_eq!((&pair["expected"]["rank"], &pair["expected"]["score"]), (&item["rank"], &item["score"]));
    }
    // And what it selects, if it selects.
    let question = json!({"selection": {"parks": "all", "wish": 1, "capacity": 1}, "changes": []});
    let kept =
        api.post("/api/v1/scenarios", &json!({"name": "统筹", "owner": "局", "question": question})).await.ok(201);
    new["scenario"] = kept["id"].clone();
    let at = api.post("/api/v1/decisions", &new).await.header("location").to_owned();
    assert_eq!(list(&api.get(&format!("{at}/review")).await.ok(200)["pairs"]).len(), 4);
    api.get("/api/v1/decisions/D9/review").await.is_problem("no such", 404, "not-found");
}

#[actix_web::test]
async fn a_nation_whose_client_goes_gives_its_place_back() {
    let api = spawn_app().await;
    let body = json!({"parks": "all", "changes": []});
    for _ in 0..8 {
        // More than there are places; each is dropped as soon as it is answered.
        let question = serde_json::from_value(body.clone()).expect("a question");
        drop(api.service.evaluate_nation(question).await.expect("a place, the ones before having been given back"));
    }
    api.post(EVALUATE, &body).await.ok(200);
}
