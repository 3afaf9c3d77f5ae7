//! What a scenario can be asked beside some lists: all parks, filters, a selection.

use serde_json::{Value, json};

use crate::helpers::{list, number, spawn_app, spawn_within, sum};
use crate::scenarios::{EVALUATE, PARKS, adds_up};

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
    assert_eq!(lines[0]["error"]["type"], "https://zeyou/errors/scenario-timeout");
    assert_eq!(lines[0]["error"]["errors"][0]["pointer"], "/parks");
    assert!(!lines[0]["error"]["detail"].as_str().expect("a detail").is_ascii(), "in the reader's language");
    // Before anything was sent it is a problem like any other.
    let body = json!({"parks": "all", "changes": [{"exclude": "C0001"}]});
    api.post(EVALUATE, &body).await.is_problem("no time", 503, "scenario-timeout");
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
    // All lists and the selection: the same answer, in the line after the last batch; each change has its share.
    let of_all = json!({"parks": "all", "top": 3, "selection": selection, "changes": changes});
    let answer = api.post(EVALUATE, &of_all).await;
    let lines: Vec<Value> = answer.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let [parks @ .., done, told, last] = lines.as_slice() else { panic!("{}", answer.text) };
    assert_eq!(parks.iter().map(|park| &park["park"]).collect::<Vec<_>>(), PARKS);
    assert_eq!((&done["done"], &last["done"]), (&json!(4), &json!(4)));
    assert_eq!(told["selection"], both);
    let state = &api.service.live().current().snapshot.state;
    let read = zeyou::engine::State::from_bytes(&state.to_bytes()).expect("a state");
    assert_eq!(read.digest(), state.digest(), "a state with such a scenario is read back");
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
