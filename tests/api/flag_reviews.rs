//! Flags decided on by a supervisor, what the college is told, and appeals.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use zeyou::domain::Role;

use crate::helpers::{Api, as_role, item_of, list, number, spawn_app, with_form};

/// Enterprises of one park rate a college as low as can be; park, college and the flag.
async fn wave(api: &Api, firms: usize) -> (String, String, Value) {
    let (park, firms) = {
        let current = api.service.live().current();
        let mut by_park: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, entry) in current.snapshot.state.enterprises.iter() {
            by_park.entry(entry.value.park.to_string()).or_default().push(id.to_string());
        }
        let (park, mut all) = by_park.into_iter().max_by_key(|(_, firms)| firms.len()).expect("a park");
        all.truncate(firms);
        (park, all)
    };
    let college = {
        let current = api.service.live().current();
        let state = &current.snapshot.state;
        let mut rated: BTreeMap<String, usize> = BTreeMap::new();
        for (_, entry) in state.ratings.iter() {
            let college = &state.engagements.get(&entry.value.engagement).expect("an engagement").college;
            *rated.entry(college.to_string()).or_default() += 1;
        }
        rated.into_iter().max_by_key(|(_, n)| *n).expect("a college").0
    };
    for n in 0..60 {
        let id = format!("EX{n}");
        let body = json!({"id": id, "enterprise": firms[n % firms.len()], "college": college, "kind": "hire",
            "status": "confirmed", "start": "2026-01-01", "end": "2026-11-20"});
        api.put(&format!("/api/v1/engagements/{id}"), &body).await.ok(201);
        let marks = json!({"overall": 1, "supply": 1, "skill": 1, "stay": 1, "help": 1});
        api.post_rating(&id, json!({"engagement": id, "marks": marks}).to_string()).await.ok(201);
    }
    let flags = api.get("/api/v1/flags").await.ok(200);
    let flag = list(&flags["flags"]).iter().find(|flag| flag["college"]["id"] == json!(college));
    (park, college, flag.unwrap_or_else(|| panic!("{flags}")).clone())
}

async fn ratings(api: &Api, park: &str, college: &str) -> Option<(f64, f64)> {
    let list = api.shortlist(park, "top=100").await.ok(200);
    let of = &item_of(&list, college)?["satisfaction"];
    Some((number(&of["ratings"]), number(&of["mean"])))
}

#[actix_web::test]
async fn a_supervisor_decides_on_a_flag_and_may_decide_anew() {
    let api = spawn_app().await;
    let (park, college, flag) = wave(&api, 100).await;
    let supervisor = Role::Supervisor;
    let decide = async |verdict: &str, block: &Value| {
        let body = json!({"college": college, "block": block, "verdict": verdict, "reason": "逐家核实"});
        as_role(&api, &supervisor, Method::POST, "/api/v1/flags/reviews", Some(&body)).await
    };
    for (body, status, slug) in [
        (json!({"college": college, "block": flag["block"], "verdict": "upheld", "reason": ""}), 422, "missing-field"),
        (json!({"college": "C9999", "block": flag["block"], "verdict": "upheld", "reason": "x"}), 422, "unknown-code"),
        (
            json!({"college": college, "block": {"kind": "park", "park": "P9999"}, "verdict": "upheld", "reason": "x"}),
            409,
            "not-flagged",
        ),
        (json!({"college": college, "block": flag["block"], "verdict": "deleted", "reason": "x"}), 422, "unknown-code"),
    ] {
        let answer = as_role(&api, &supervisor, Method::POST, "/api/v1/flags/reviews", Some(&body)).await;
        answer.is_problem(&body.to_string(), status, slug);
    }
    let before = ratings(&api, &park, &college).await;
    let made = decide("upheld", &flag["block"]).await.ok(201);
    assert_eq!(made["rev"], 1);
    let flags = as_role(&api, &supervisor, Method::GET, "/api/v1/flags", None).await.ok(200);
    let review = &flags["reviews"][0];
    assert_eq!(
        (&review["verdict"], &review["reason"], &review["id"]),
        (&json!("upheld"), &json!("逐家核实"), &made["id"])
    );
    assert_eq!(
        (&review["ratings"], &review["enterprises"]),
        (&flag["ratings"], &flag["enterprises"]),
        "as the flag said"
    );
    assert!(review["by"].as_str().is_some_and(|by| !by.is_empty()), "who decided: {review}");
    let still =
        list(&flags["flags"]).iter().any(|one| one["college"]["id"] == json!(college) && one["block"] == flag["block"]);
    assert!(!still, "it is no open flag any more");
    let others = api.get("/api/v1/flags").await.ok(200);
    assert_eq!(others["reviews"][0]["by"], Value::Null, "a planner is not told who");
    let after = ratings(&api, &park, &college).await;
    if let (Some((n, mean)), Some((left, higher))) = (before, after) {
        assert_eq!(left, n - number(&flag["ratings"]), "none of the block counts");
        assert!(higher > mean, "{higher} {mean}");
    }
    let rating = {
        let current = api.service.live().current();
        let state = &current.snapshot.state;
        state.ratings.get(&"EX0".parse().expect("a code")).expect("a rating").id
    };
    assert_eq!(api.get(&format!("/api/v1/ratings/{rating}")).await.ok(200)["not_counted"], "flag_upheld");

    let again = decide("dismissed", &flag["block"]).await.ok(201);
    assert_eq!((&again["id"], &again["rev"]), (&made["id"], &json!(2)), "the same decision, made anew");
    let full = ratings(&api, &park, &college).await;
    if let (Some((n, mean)), Some((all, lower))) = (before, full) {
        assert_eq!(all, n, "all of them count again");
        assert!(lower < mean, "and in full: {lower} {mean}");
    }
    assert_eq!(api.get(&format!("/api/v1/ratings/{rating}")).await.ok(200)["not_counted"], Value::Null);
}

#[actix_web::test]
async fn a_college_is_told_the_outcome_and_which_block_only_among_three_enterprises() {
    for (firms, told) in [(2, false), (100, true)] {
        let api = spawn_app().await;
        let (park, college, flag) = wave(&api, firms).await;
        if !told && number(&flag["enterprises"]) >= 3.0 {
            // The same fortnight also holds ratings of others.
            continue;
        }
        let officer = Role::CollegeOfficer(college.parse().expect("a code"));
        let path = format!("/api/v1/colleges/{college}/reviews");
        let open = as_role(&api, &officer, Method::GET, &path, None).await;
        let first = &open.json()["items"][0];
        assert_eq!((&first["standing"], &first["reason"]), (&json!("under_review"), &Value::Null));
        let body = json!({"college": college, "block": flag["block"], "verdict": "upheld", "reason": "查实集中刷分"});
        let made = as_role(&api, &Role::Supervisor, Method::POST, "/api/v1/flags/reviews", Some(&body)).await.ok(201);
        let answer = as_role(&api, &officer, Method::GET, &path, None).await;
        let items = answer.json()["items"].clone();
        let decided = list(&items).iter().find(|one| one["id"] == made["id"]).expect("the decision");
        assert_eq!(decided["standing"], "upheld");
        assert_eq!((decided["block"].is_null(), decided["reason"].is_null()), (!told, !told), "{firms}: {decided}");
        let names_park = answer.text.contains(&format!("\"{park}\"")) || open.text.contains(&format!("\"{park}\""));
        assert!(told || !names_park, "never the park: {}", answer.text);
        assert!(!answer.text.contains("\"E0") && !answer.text.contains("EX"), "never who: {}", answer.text);
        let other = if college == "C0001" { "C0002" } else { "C0001" };
        let other = Role::CollegeOfficer(other.parse().expect("a code"));
        as_role(&api, &other, Method::GET, &path, None).await.is_problem("another college", 404, "not-found");
        as_role(&api, &Role::Planner(None), Method::GET, &path, None).await.is_problem("a planner", 403, "forbidden");
    }
}

#[actix_web::test]
async fn a_college_appeals_in_writing_and_is_answered_once() {
    let api = spawn_app().await;
    let officer = Role::CollegeOfficer("C0001".parse().expect("a code"));
    let lodge = async |text: &str, review: Value| {
        let body = json!({"college": "C0001", "text": text, "review": review});
        as_role(&api, &officer, Method::POST, "/api/v1/appeals", Some(&body)).await
    };
    lodge("", Value::Null).await.is_problem("no text", 422, "missing-field");
    lodge("不服", json!("W1")).await.is_problem("no such decision", 422, "unknown-code");
    let made = lodge("评价集中于停工期间", Value::Null).await.ok(201);
    for _ in 0..2 {
        lodge("再述", Value::Null).await.ok(201);
    }
    lodge("第四件", Value::Null).await.is_problem("three wait", 422, "too-many");
    let at = format!("/api/v1/appeals/{}/answer", made["id"].as_str().expect("a code"));
    let answer = json!({"outcome": "refused", "reason": "经核实评价真实"});
    as_role(&api, &officer, Method::POST, &at, Some(&answer)).await.is_problem("its own judge", 403, "forbidden");
    let empty = json!({"outcome": "granted", "reason": " "});
    as_role(&api, &Role::Supervisor, Method::POST, &at, Some(&empty)).await.is_problem(
        "no reason",
        422,
        "missing-field",
    );
    as_role(&api, &Role::Supervisor, Method::POST, &at, Some(&answer)).await.ok(201);
    as_role(&api, &Role::Supervisor, Method::POST, &at, Some(&answer)).await.is_problem(
        "twice",
        409,
        "already-answered",
    );
    let none = "/api/v1/appeals/A000000000000/answer";
    as_role(&api, &Role::Supervisor, Method::POST, none, Some(&answer)).await.is_problem("none", 404, "not-found");
    let own = as_role(&api, &officer, Method::GET, "/api/v1/appeals", None).await.ok(200);
    let answered = list(&own["items"]).iter().find(|one| one["id"] == made["id"]).expect("it");
    assert_eq!((&answered["outcome"], &answered["reason"]), (&json!("refused"), &json!("经核实评价真实")));
    assert_eq!((&answered["by"], &answered["answered_by"]), (&Value::Null, &Value::Null), "no pseudonym for a college");
    let all = as_role(&api, &Role::Supervisor, Method::GET, "/api/v1/appeals", None).await.ok(200);
    assert_eq!(list(&all["items"]).len(), 3);
    assert!(
        all["items"][2]["answered_by"].is_string() && all["items"][0]["outcome"].is_null(),
        "those that wait first"
    );
    let other = Role::CollegeOfficer("C0002".parse().expect("a code"));
    let others = as_role(&api, &other, Method::GET, "/api/v1/appeals", None).await.ok(200);
    assert_eq!(list(&others["items"]).len(), 0, "another college sees none of it");
}

#[actix_web::test]
async fn pages_have_the_forms_of_decision_and_appeal() {
    let api = spawn_app().await;
    let (_, college, flag) = wave(&api, 100).await;
    let page = async |role: Role, path: &str| {
        let request = api.request(Method::GET, path).bearer_auth(api.key(role).await);
        api.send(request.header("accept", "text/html")).await
    };
    let sent = async |role: Role, path: &str, form: &[(&str, &str)]| {
        let request = api.request(Method::POST, path).bearer_auth(api.key(role).await);
        api.send(with_form(request.header("accept", "text/html"), form)).await
    };
    let planner = page(Role::Planner(None), "/flags").await;
    assert!(!planner.text.contains("/flags/review"), "a planner reads");
    let forms = page(Role::Supervisor, "/flags?lang=en").await;
    assert!(forms.text.contains("action=\"/flags/review\"") && forms.text.contains("Upheld"), "{}", forms.text);
    let block = &flag["block"];
    let named = match block["kind"].as_str() {
        Some("park") => ("park", block["park"].as_str().expect("a park")),
        _ => ("from", block["from"].as_str().expect("a day")),
    };
    let form = [("college", college.as_str()), named, ("verdict", "upheld"), ("reason", "核实")];
    assert_eq!(sent(Role::Supervisor, "/flags/review", &form).await.status, 303);
    let officer = Role::CollegeOfficer(college.parse().expect("a code"));
    let own = format!("/colleges/{college}/reviews");
    let told = page(officer.clone(), &format!("{own}?lang=en")).await;
    assert!(told.text.contains("upheld: not counted") && told.text.contains("/appeal\""), "{}", told.text);
    let linked = page(officer.clone(), &format!("/colleges/{college}")).await;
    assert!(linked.text.contains(&own), "the college's page leads there");
    let appealed = sent(officer, &format!("/colleges/{college}/appeal"), &[("review", ""), ("text", "请复核")]).await;
    assert_eq!(appealed.status, 303, "{}", appealed.text);
    let waits = page(Role::Supervisor, "/flags").await;
    assert!(waits.text.contains("请复核") && waits.text.contains("action=\"/flags/answer\""));
}
