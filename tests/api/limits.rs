//! Limits: how much an account and an address may ask, and how often one may try to get in.

use reqwest::Method;
use serde_json::json;
use zeyou::domain::Role;
use zeyou::http::{Access, Network};
use zeyou::service::Budget;

use crate::helpers::{Answer, Api, spawn, spawn_with, with_form};

#[track_caller]
fn is_refused(answer: &Answer, case: &str) {
    answer.is_problem(case, 429, "rate-limited");
    let wait: u64 = answer.header("retry-after").parse().unwrap_or_else(|_| panic!("{case}: seconds"));
    assert!((1..=3_601).contains(&wait), "{case}: {wait}");
}

async fn ask(api: &Api, role: Role, path: &str) -> Answer {
    let key = api.key(role).await;
    api.send(api.request(Method::GET, path).bearer_auth(key)).await
}

#[actix_web::test]
async fn an_account_may_ask_so_much_and_a_what_if_costs_more() {
    let api = spawn(|service| service.with_budget(Budget::an_hour(50, 0))).await;
    let what_if = json!({"park": "P0001", "changes": []});
    let evaluate = async |role: Role| {
        let key = api.key(role).await;
        api.send(api.request(Method::POST, "/api/v1/scenarios/evaluate").bearer_auth(key).json(&what_if)).await
    };
    for n in 0..2 {
        assert_eq!(evaluate(Role::Planner(None)).await.status, 200, "what-if {n}");
    }
    is_refused(&evaluate(Role::Planner(None)).await, "a third what-if");
    for n in 0..10 {
        assert_eq!(ask(&api, Role::Planner(None), "/api/v1/parks/P0001/shortlist").await.status, 200, "shortlist {n}");
    }
    is_refused(&ask(&api, Role::Planner(None), "/api/v1/parks/P0001/shortlist").await, "an eleventh shortlist");
    // Others are not held up, and what costs nothing is answered.
    let manager = Role::ParkManager("P0001".parse().expect("a code"));
    assert_eq!(ask(&api, manager.clone(), "/api/v1/parks/P0001/shortlist").await.status, 200, "another account");
    assert_eq!(api.get("/health/ready").await.status, 200);
    assert_eq!(evaluate(manager).await.status, 200, "another account's own what-if");
}

#[actix_web::test]
async fn an_address_may_ask_five_times_as_much_as_an_account() {
    let api = spawn(|service| service.with_budget(Budget::an_hour(4, 0))).await;
    let mut answered = 0;
    for n in 1..=8 {
        let park = Role::ParkManager(format!("P000{n}").parse().expect("a code"));
        for _ in 0..4 {
            let answer = ask(&api, park.clone(), "/api/v1/criteria").await;
            match answer.status {
                200 => answered += 1,
                _ => is_refused(&answer, "the address"),
            }
        }
    }
    assert_eq!(answered, 20, "five times four, whoever asks");
}

#[actix_web::test]
async fn ways_in_are_counted_by_address_and_a_forwarded_one_only_from_a_trusted_proxy() {
    let trusted: &'static [Network] = vec!["127.0.0.0/8".parse().expect("a network")].leak();
    for (trusted_proxies, refused) in [(trusted, false), (&[][..], true)] {
        let access = Access { trusted_proxies, ..Access::default() };
        let api = spawn_with(|service| service.with_budget(Budget::an_hour(0, 3)), access).await;
        let enter = async |from: &str| {
            let form = [("name", "nobody-here"), ("password", "blossom 37 trains")];
            let request = with_form(api.request(Method::POST, "/login"), &form).header("x-forwarded-for", from);
            api.send(request.header("cookie", "zeyou_session=x")).await
        };
        for n in 0..3 {
            assert_ne!(enter("198.51.100.1").await.slug(), "rate-limited", "try {n}");
        }
        is_refused(&enter("198.51.100.1").await, "a fourth try");
        // Who sent the form sees a page that says when to send it again.
        let form = [("name", "nobody-here"), ("password", "blossom 37 trains")];
        let request = with_form(api.request(Method::POST, "/login"), &form).header("x-forwarded-for", "198.51.100.1");
        let page = api.send(request.header("cookie", "zeyou_session=x").header("accept", "text/html")).await;
        assert_eq!((page.status, page.header("content-type")), (429, "text/html; charset=utf-8"));
        assert!(page.text.contains("这次提交没有保存") && page.text.contains("not saved"), "{}", page.text);
        assert!(page.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds <= 3_601));
        let other = enter("198.51.100.2").await;
        assert_eq!(other.slug() == "rate-limited", refused, "another address, as it says: {}", other.text);
    }
}
