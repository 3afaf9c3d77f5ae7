//! Decisions: recorded once, and later compared with what came.

use serde_json::{Value, json};

use crate::helpers::{list, number, spawn_app};
use crate::scenarios::EVALUATE;

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
    let nothing = json!({"proposed": 0, "confirmed": 0, "ratings": 0, "mean": null, "suppressed": true});
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
    let one = &pair["realised"];
    assert_eq!(
        (&one["ratings"], &one["mean"], &one["suppressed"]),
        (&json!(0), &Value::Null, &json!(true)),
        "one rating"
    );
    assert_eq!(pair["satisfaction_move"], Value::Null);
    // Two more enterprises of the park, and what three say together is told.
    let firms: Vec<String> = {
        let current = api.service.live().current();
        let all = current.snapshot.state.enterprises.iter();
        let of_park = all.filter(|(id, one)| one.value.park.as_str() == free.park && id.as_str() != free.enterprise);
        of_park.take(2).map(|(id, _)| id.to_string()).collect()
    };
    for firm in &firms {
        let (mut more, id) = (engagement.clone(), format!("GM{firm}"));
        (more["id"], more["enterprise"]) = (json!(id), json!(firm));
        api.put(&format!("/api/v1/engagements/{id}"), &more).await.ok(201);
        assert_eq!(api.rate(&id, 2, &id).await.status, 201);
    }
    let after = api.get(&format!("{at}/review")).await.ok(200);
    let pair = of(&after, &free.college);
    assert_eq!((&pair["realised"]["ratings"], &pair["realised"]["suppressed"]), (&json!(3), &json!(false)));
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
