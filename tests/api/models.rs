//! The parameters of the satisfaction model: read, put into force.

use reqwest::Method;
use serde_json::{Value, json};

use crate::helpers::{number, spawn_app};

const MODEL: &str = "/api/v1/models/current";

/// The parameters in force, under another name and with another noise.
fn other(model: &Value) -> Value {
    let mut other = model.clone();
    (other["id"], other["noise_variance"]) = ("noisy-1".into(), 2.0.into());
    other
}

#[actix_web::test]
async fn parameters_come_into_force_and_old_codes_still_verify() {
    let api = spawn_app().await;
    let printed = api.shortlist("P0001", "top=5").await.ok(200);
    let read = api.get(MODEL).await;
    assert_eq!((read.status, read.header("etag")), (200, "\"1\""));
    let model = read.json();
    assert_eq!(printed["as_of"]["model"], model["id"]);
    let noisy = other(&model);
    let put = api.put_if(MODEL, "\"1\"", &noisy).await;
    assert_eq!((put.status, put.header("etag")), (200, "\"2\""), "{}", put.text);
    let seq = put.json()["seq"].as_u64().expect("a seq");
    assert_eq!(seq, api.seq());
    assert_eq!(api.get(MODEL).await.json(), noisy);
    let now = api.shortlist("P0001", "top=5").await.ok(200);
    assert_eq!(now["as_of"]["model"], "noisy-1");
    assert!(now["items"] != printed["items"], "noisier ratings tell less");
    let item = &now["items"][0]["satisfaction"];
    assert!(number(&item["sd"]) > 0.1, "{item}");
    for shortlist in [&printed, &now] {
        let code = shortlist["verify_code"].as_str().expect("a code");
        let check = api.get(&format!("/api/v1/verify/{code}")).await.ok(200);
        assert_eq!((&check["matches"], &check["shortlist"]), (&json!(true), shortlist));
    }
    let again = api.put_if(MODEL, "2", &noisy).await.ok(200);
    assert_eq!((&again["rev"], api.seq()), (&json!(2), seq), "what is in force is not written again");
}

#[actix_web::test]
async fn parameters_that_may_not_be_are_refused() {
    let api = spawn_app().await;
    let model = api.get(MODEL).await.json();
    let noisy = other(&model);
    api.put(MODEL, &noisy).await.is_problem("no revision", 428, "precondition-required");
    api.put_if(MODEL, "7", &noisy).await.is_problem("another revision", 412, "revision-conflict");
    let same_name = |value: f64| {
        let mut model = model.clone();
        model["mean"] = value.into();
        model
    };
    let taken = api.put_if(MODEL, "1", &same_name(3.1)).await;
    taken.is_problem("the name in force", 422, "name-taken");
    assert_eq!(taken.place(), "/id");
    for (field, value, slug) in [
        ("mean", json!(9), "out-of-range"),
        ("noise_variance", json!(0), "out-of-range"),
        ("noise_variance", json!("x"), "wrong-type"),
        ("id", json!("a b"), "invalid-id"),
        ("colour", json!(1), "unknown-field"),
    ] {
        let mut bad = noisy.clone();
        bad[field] = value;
        api.put_if(MODEL, "1", &bad).await.is_problem(field, 422, slug);
    }
    let wrong = api.send(api.request(Method::DELETE, MODEL)).await;
    wrong.is_problem("delete", 405, "method-not-allowed");
    assert_eq!(wrong.header("allow"), "GET, PUT");
    assert_eq!(api.get(MODEL).await.json(), model, "nothing was written");
}
