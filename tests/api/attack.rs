//! P20: attackers who ask everything they may, and subtract. A college officer learns from cuts alone (`published.rs`, and the
//! oracle in `tests/engine/cuts.rs`); here are those who ask rankings: a park's manager and a planner.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};
use zeyou::domain::{CollegeId, Date, Question, Role};

use crate::helpers::{Api, list, marks, number, spawn_app};

/// Everything that is told of one college's satisfaction at one seq, by every route, preset, kind and filter: field → values.
async fn all_told(api: &Api, key: &str, college: &str, parks: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let get = async |path: String| {
        let answer = api.send(api.request(Method::GET, &path).bearer_auth(key)).await;
        (answer.status, answer.json())
    };
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut note = |field: &str, value: &Value| {
        told.entry(field.to_owned()).or_default().insert(value.to_string());
    };
    let presets = get("/api/v1/presets".to_owned()).await.1;
    let presets: Vec<String> =
        list(&presets["items"]).iter().map(|one| one["id"].as_str().expect("a code").to_owned()).collect();
    let mut queries = vec![String::new(), "top=1".into(), "top=100&explore=false".into(), "max_km=4000".into()];
    queries.extend(presets.iter().map(|preset| format!("preset={preset}")));
    queries.extend(["hire", "train", "intern", "order_class"].map(|kind| format!("kind={kind}")));
    queries.extend(["exclude=C0001", "exclude=C0002,C0003", "uncertain_weights=true"].map(str::to_owned));
    for park in parks {
        for query in &queries {
            let (status, why) = get(format!("/api/v1/parks/{park}/colleges/{college}/explanation?{query}")).await;
            if status != 200 {
                continue;
            }
            for field in ["groups", "ratings", "own", "other", "effect", "prior", "sd_exact", "aspects"] {
                note(field, &why[field]);
            }
            note("satisfaction", &why["item"]["satisfaction"]);
            let parts = list(&why["item"]["contributions"]).iter();
            let part = parts.clone().find(|part| part["criterion"] == "satisfaction").expect("the criterion");
            note("anchored", &part["anchored"]);
            note("raw", &part["raw"]);
            let shortlist = get(format!("/api/v1/parks/{park}/shortlist?{query}")).await.1;
            for item in list(&shortlist["items"]).iter().filter(|item| item["college"]["id"] == college) {
                note("satisfaction", &item["satisfaction"]);
            }
        }
        let ids = if college == "C0001" { "C0001,C0002" } else { &format!("C0001,{college}") };
        let (status, pair) = get(format!("/api/v1/parks/{park}/compare?colleges={ids}")).await;
        if status == 200 {
            let one = list(&pair["colleges"]).iter().find(|one| one["college"]["id"] == college).expect("compared");
            note("satisfaction", &one["satisfaction"]);
        }
        // What if: weights, an excluded rival, a rating assumed of another college.
        for change in [json!({"weights": {"satisfaction": 100}}), json!({"exclude": "C0001"})] {
            let body = json!({"park": park, "top": 100, "changes": [change]});
            let request = api.request(Method::POST, "/api/v1/scenarios/evaluate").bearer_auth(key).json(&body);
            let answer = api.send(request).await.json();
            for side in ["base", "scenario"] {
                let items = answer["parks"][0][side]["items"].as_array().into_iter().flatten();
                for item in items.filter(|item| item["college"]["id"] == college) {
                    note("satisfaction", &item["satisfaction"]);
                }
            }
        }
    }
    told
}

/// Enterprises of a college's live ratings: the day each rated last, and its share in the effect. The operator's knowledge.
async fn truth(api: &Api, college: &CollegeId, park: &str) -> Vec<(Date, f64)> {
    let question = Question::of(park.parse().expect("a code"));
    let whole = api.service.explain(question, college.clone(), None).await.expect("explained");
    let current = api.service.live().current();
    let state = &current.snapshot.state;
    let mut firms: BTreeMap<u32, (Date, f64)> = BTreeMap::new();
    for one in &whole.ratings {
        let id = one.engagement.as_ref().expect("the operator's");
        let at = state.enterprises.position(&state.engagements.get(id).expect("engaged").enterprise).expect("known");
        let firm = firms.entry(at).or_default();
        firm.0 = firm.0.max(state.ratings.get(id).expect("live").rated_on);
        firm.1 += one.contribution;
    }
    let mut firms: Vec<(u32, (Date, f64))> = firms.into_iter().collect();
    firms.sort_by_key(|(at, (last, _))| (*last, *at));
    firms.into_iter().map(|(_, firm)| firm).collect()
}

#[actix_web::test]
async fn at_one_seq_nobody_who_ranks_can_subtract_his_way_to_one_enterprise() {
    let api = spawn_app().await;
    let planner = api.key(Role::Planner(None)).await;
    let all = ["P0001", "P0002", "P0003", "P0004"];
    let (mut colleges, mut equations, mut smallest) = (0, 0, usize::MAX);
    for n in [1, 4, 9, 16] {
        let college = format!("C{n:04}");
        let told = all_told(&api, &planner, &college, &all).await;
        if told.is_empty() {
            continue;
        }
        colleges += 1;
        // Whatever is asked, the same figures: no second equation comes of asking twice.
        for (field, values) in &told {
            assert_eq!(values.len(), 1, "{college} {field}: {values:?}");
        }
        assert_eq!(told["ratings"].first().map(String::as_str), Some("[]"));
        let manager = api.key(Role::ParkManager("P0001".parse().expect("a code"))).await;
        for (field, values) in all_told(&api, &manager, &college, &["P0001"]).await {
            assert_eq!(values, told[&field], "{college} {field}: a manager learns no more than a planner");
        }
        // The attacker knows who is in which group, and every weight. What is left is sums over three enterprises or more, none
        // of which shares an enterprise with another: no combination of them is of fewer.
        let groups: Value = serde_json::from_str(told["groups"].first().expect("groups")).expect("JSON");
        let ranked = all.iter().find(|park| {
            let current = api.service.live().current();
            let question = Question { top: 100, ..Question::of(park.parse().expect("a code")) };
            let list = current.snapshot.shortlist(&question).expect("a list");
            list.items.iter().any(|item| item.college.id.as_str() == college)
        });
        let firms = truth(&api, &college.parse().expect("a code"), ranked.expect("it is ranked somewhere")).await;
        let mut rest = firms.iter();
        for group in list(&groups) {
            let (mut size, mut sum) = (0, 0.0);
            while (sum - number(&group["contribution"])).abs() > 1e-9 {
                sum += rest.next().unwrap_or_else(|| panic!("{college}: {groups} of {firms:?}")).1;
                size += 1;
            }
            assert!(size >= 3, "{college}: a group of {size}");
            smallest = smallest.min(size);
            equations += 1;
        }
        assert_eq!(rest.count(), 0, "{college}: every enterprise is in one group");
    }
    println!(
        "{colleges} colleges, {equations} independent equations, the smallest of {smallest} enterprises, 0 recovered"
    );
    assert!(colleges >= 2 && equations >= 4);
}

#[actix_web::test]
async fn of_one_and_two_enterprises_no_answer_depends_on_what_they_said() {
    let mut worlds = Vec::new();
    for mark in [1, 5] {
        let api = spawn_app().await;
        let mut college = api.get("/api/v1/colleges/C0016").await.ok(200);
        (college["id"], college["name"]) = (json!("C7001"), json!("新建学院"));
        assert_eq!(api.put("/api/v1/colleges/C7001", &college).await.status, 201);
        let mut programme = api.get("/api/v1/programmes/R00001").await.ok(200);
        (programme["id"], programme["college"]) = (json!("R7001"), json!("C7001"));
        assert_eq!(api.put("/api/v1/programmes/R7001", &programme).await.status, 201);
        let mut told = Vec::new();
        for n in 0..2 {
            // Enterprises that rated nobody else: by its other ratings one would be told to be harsh or mild.
            let (firm, id) = (format!("E700{n}"), format!("G700{n}"));
            let body = json!({"id": firm, "name": format!("新企业{n}"), "park": "P0001"});
            assert_eq!(api.put(&format!("/api/v1/enterprises/{firm}"), &body).await.status, 201);
            let body = json!({"id": id, "enterprise": firm, "college": "C7001", "kind": "hire", "start": "2026-01-01",
                "end": "2026-06-30", "status": "closed"});
            assert_eq!(api.put(&format!("/api/v1/engagements/{id}"), &body).await.status, 201);
            assert_eq!(api.rate(&id, mark, &id).await.status, 201);
            for (role, parks) in [
                (Role::Planner(None), &["P0001", "P0002"][..]),
                (Role::ParkManager("P0001".parse().expect("a code")), &["P0001"][..]),
            ] {
                let key = api.key(role).await;
                told.push(all_told(&api, &key, "C7001", parks).await);
            }
        }
        let last: Value = serde_json::from_str(told[0]["satisfaction"].first().expect("told")).expect("JSON");
        assert_eq!((&last["suppressed"], &last["raters"]), (&json!(true), &json!(0)), "{last}");
        // Nor can more be assumed until they show.
        let assumed = json!({"park": "P0001", "changes": [
            {"engagement_put": {"id": "GA", "enterprise": "E00001", "college": "C7001", "kind": "hire", "start": "2026-01-01",
                "end": "2026-06-30", "status": "closed"}},
            {"rating_added": {"engagement": "GA", "marks": marks(3)}}]});
        let answer = api.post("/api/v1/scenarios/evaluate", &assumed).await;
        answer.is_problem("assumed ratings", 422, "forbidden-target");
        assert_eq!(answer.place(), "/changes/1/rating_added");
        worlds.push(told);
    }
    assert_eq!(worlds[0], worlds[1], "ones and fives give the same answers, byte for byte");
}

#[actix_web::test]
async fn no_what_if_takes_one_rating_away_or_moves_it() {
    let api = spawn_app().await;
    let (rating, engagement, firm) = {
        let current = api.service.live().current();
        let state = &current.snapshot.state;
        let (id, entry) = state.ratings.iter().next().expect("a rating");
        let engagement = serde_json::to_value(state.engagements.get(id).expect("engaged")).expect("JSON");
        let firm = engagement["enterprise"].as_str().expect("a code").parse().expect("a code");
        (entry.value.id, engagement, serde_json::to_value(state.enterprises.get(&firm).expect("known")).expect("JSON"))
    };
    let elsewhere = |value: &Value, field: &str, other: [&str; 2]| {
        let mut moved = value.clone();
        moved[field] = json!(if moved[field] == other[0] { other[1] } else { other[0] });
        moved
    };
    let changes = [
        json!({"rating_dropped": rating}),
        json!({"engagement_put": elsewhere(&engagement, "college", ["C0001", "C0002"])}),
        json!({"engagement_put": elsewhere(&engagement, "enterprise", ["E00001", "E00002"])}),
        json!({"enterprise_put": elsewhere(&firm, "park", ["P0001", "P0002"])}),
    ];
    for change in &changes {
        let code = change.as_object().expect("one key").keys().next().expect("a key");
        let question = json!({"park": "P0001", "changes": [change]});
        for (path, body, at) in [
            ("/api/v1/scenarios/evaluate", question.clone(), "/changes/0"),
            ("/api/v1/scenarios/evaluate", json!({"parks": "all", "changes": [change]}), "/changes/0"),
            ("/api/v1/scenarios", json!({"name": "试", "owner": "试", "question": question}), "/question/changes/0"),
        ] {
            let answer = api.post(path, &body).await;
            answer.is_problem(&format!("{path} {change}"), 422, "forbidden-target");
            assert_eq!(answer.place(), format!("{at}/{code}"));
        }
        let question = serde_json::from_value(question).expect("a question");
        let done = api.service.evaluate_scenario(question).await;
        assert!(done.is_ok(), "the operator may: {change} {done:?}");
    }
}

#[actix_web::test]
async fn a_link_does_not_tell_who_made_it_how_it_was_rated() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let link = api.service.rating_link(&free.engagement.parse().expect("a code"), 1).await.expect("a link").path;
    let get = async |cookie: &str| api.send(api.request(Method::GET, &link).header("cookie", cookie)).await.text;
    let submit = async |rev: u32, overall: u8, cookie: &str| {
        let key = uuid::Uuid::new_v4();
        let form = format!("key={key}&rev={rev}&overall={overall}&supply=2&skill=2&stay=2&help=2");
        let request = api.request(Method::POST, &link).header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("origin", format!("http://{}", api.address)).header("cookie", cookie);
        let sent = api.send(request.header("accept", "text/html").body(form)).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        sent.header("set-cookie").split(';').next().expect("a cookie").to_owned()
    };
    let before = get("x=y").await;
    let proof = submit(0, 1, "x=y").await;
    let (own, maker) = (get(&proof).await, get("x=y").await);
    assert!(own.contains("id=\"given\""), "{own}");
    assert!(maker.contains("id=\"used\"") && !maker.contains("id=\"given\""), "{maker}");
    assert!(!maker.contains("checked") && before.matches("checked").count() == 0, "no answer stands there: {maker}");
    // The proof is of one rating; who has it changes that.
    let again = submit(1, 5, &proof).await;
    assert_eq!(again, proof, "the same rating, revised");
    assert!(get("zeyou_given=AAAA").await.contains("id=\"used\""));
}
