//! Feedback of colleges: sealed until both sides spoke, never scored.

use reqwest::Method;
use serde_json::{Value, json};
use zeyou::domain::Role;

use crate::helpers::{Free, as_role, item_of, spawn_app, today};

fn sides(free: &Free) -> (Role, Role, String) {
    let college = Role::CollegeOfficer(free.college.parse().expect("a code"));
    let rater = Role::EnterpriseRater(free.enterprise.parse().expect("a code"));
    (college, rater, format!("/api/v1/engagements/{}/feedback", free.engagement))
}

#[actix_web::test]
async fn a_college_s_feedback_is_sealed_until_the_enterprise_rated() {
    let api = spawn_app().await;
    let free = api.ranked_engagement().await;
    let (college, rater, at) = sides(&free);
    let before = api.shortlist(&free.park, "top=100").await.ok(200);
    for (body, slug) in [
        (json!({"mark": 0}), "out-of-range"),
        (json!({"mark": "unknown"}), "out-of-range"),
        (json!({"comment": "x"}), "missing-field"),
        (json!({"mark": 3, "score": 1}), "unknown-field"),
    ] {
        as_role(&api, &college, Method::POST, &at, Some(&body)).await.is_problem(&body.to_string(), 422, slug);
    }
    let given = json!({"mark": 3, "comment": "对接人更换频繁"});
    as_role(&api, &rater, Method::POST, &at, Some(&given)).await.is_problem("the enterprise", 403, "forbidden");
    as_role(&api, &college, Method::POST, &at, Some(&given)).await.ok(201);
    as_role(&api, &college, Method::POST, &at, Some(&given)).await.is_problem("twice", 409, "already-answered");
    let after = api.shortlist(&free.park, "top=100").await.ok(200);
    assert_eq!(item_of(&after, &free.college), item_of(&before, &free.college), "it is never scored");

    let own = as_role(&api, &college, Method::GET, &at, None).await.ok(200);
    assert_eq!((&own["mark"], &own["comment"]), (&json!(3), &json!("对接人更换频繁")));
    let sealed = as_role(&api, &rater, Method::GET, &at, None).await.ok(200);
    assert_eq!((&sealed["sealed"], &sealed["mark"], &sealed["comment"]), (&json!(true), &Value::Null, &Value::Null));
    assert_eq!(sealed["sealed_until"], json!(today().plus_days(14)));
    api.rate(&free.engagement, 4, "k").await.ok(201);
    let open = as_role(&api, &rater, Method::GET, &at, None).await.ok(200);
    assert_eq!((&open["sealed"], &open["mark"]), (&json!(false), &json!(3)), "both have spoken");
    let link = api.service.rating_link(&free.engagement.parse().expect("a code"), 9).await.expect("a link");
    let page = as_role(&api, &rater, Method::GET, &link.path, None).await;
    assert!(page.text.contains("id=\"feedback\"") && page.text.contains("对接人更换频繁"), "the page shows it then");
}

#[actix_web::test]
async fn a_rating_is_sealed_from_the_college_s_side_for_fourteen_days_and_counts_at_once() {
    let api = spawn_app().await;
    let free = api.ranked_engagement().await;
    let (college, rater, at) = sides(&free);
    let id = free.engagement.parse().expect("a code");
    let sealed = |day| api.service.live().current().snapshot.state.is_sealed(&id, day);
    assert!(!sealed(today()), "nobody has spoken");
    let before = api.shortlist(&free.park, "top=100").await.ok(200);
    api.rate(&free.engagement, 1, "k").await.ok(201);
    let after = api.shortlist(&free.park, "top=100").await.ok(200);
    assert_ne!(item_of(&after, &free.college), item_of(&before, &free.college), "rankings use it at once");
    assert!(sealed(today()) && sealed(today().plus_days(13)) && !sealed(today().plus_days(14)));
    let waits = as_role(&api, &rater, Method::GET, &at, None).await.ok(200);
    assert_eq!((&waits["sealed"], &waits["mark"]), (&json!(true), &Value::Null));
    as_role(&api, &college, Method::POST, &at, Some(&json!({"mark": 5}))).await.ok(201);
    assert!(!sealed(today()), "both have spoken");
    // Ratings given long ago are not sealed, nor is what nobody knows.
    let current = api.service.live().current();
    let state = &current.snapshot.state;
    let old = state.ratings.iter().find(|(_, entry)| entry.value.rated_on.plus_days(20) < today()).expect("an old one");
    assert!(!state.is_sealed(old.0, today()));
}
