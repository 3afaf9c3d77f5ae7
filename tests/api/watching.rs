//! P20 between two seqs: who watches a list as a rating arrives.

use reqwest::Method;
use serde_json::{Value, json};
use zeyou::domain::Role;

use crate::helpers::{marks, number, spawn_app};

/// The attack of [`what_two_seqs_still_tell_is_measured`] where lists go by published figures: who watches learns nothing.
#[actix_web::test]
async fn lists_by_published_figures_tell_nothing_of_a_rating_that_arrives() {
    let api = spawn_app().await;
    let mut model = api.get("/api/v1/models/current").await.ok(200);
    assert_eq!(model["ranks_by"], "ratings");
    (model["id"], model["ranks_by"]) = (json!("by-cuts"), json!("published"));
    let put = api.put_if("/api/v1/models/current", "1", &model).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let planner = api.key(Role::Planner(None)).await;
    let (mut tried, mut arrived) = (0, 0);
    let start = api.seq();
    for (n, free) in api.free_engagements().into_iter().enumerate().take(12) {
        let manager = api.key(Role::ParkManager(free.park.parse().expect("a code"))).await;
        let watch = async || {
            let mut seen = Vec::new();
            for key in [&planner, &manager] {
                for path in [
                    format!("parks/{}/shortlist?top=100", free.park),
                    format!("parks/{}/shortlist?top=100&affinity=20", free.park),
                    format!("parks/{}/colleges/{}/explanation", free.park, free.college),
                    format!("parks/{}/compare?colleges=C0001,C0002,{}", free.park, free.college),
                    format!("parks/{}/changes?from_seq={start}", free.park),
                ] {
                    let mut answer =
                        api.send(api.request(Method::GET, &format!("/api/v1/{path}")).bearer_auth(key)).await.json();
                    // The seq goes on, and with it what stands for a whole answer.
                    for field in ["as_of", "to", "verify_code", "events_between", "instance"] {
                        answer.as_object_mut().expect("an object").remove(field);
                    }
                    seen.push((path, answer));
                }
                let page = api.request(Method::GET, &format!("/parks/{}/colleges/{}", free.park, free.college));
                let page = api.send(page.bearer_auth(key).header("accept", "text/html")).await.text;
                seen.push(("the page".to_owned(), json!(page.contains("id=\"as-published\""))));
            }
            seen
        };
        let before = watch().await;
        let assumed = json!({"park": free.park, "changes": [
            {"rating_added": {"engagement": free.engagement, "marks": marks(1)}}]});
        let request = api.request(Method::POST, "/api/v1/scenarios/evaluate").bearer_auth(&planner).json(&assumed);
        api.send(request).await.is_problem("an assumed rating", 422, "forbidden-target");
        assert_eq!(api.rate(&free.engagement, 1, &format!("k{n}")).await.status, 201);
        let after = watch().await;
        arrived += 1;
        for (was, is) in before.iter().zip(&after) {
            assert_eq!(was, is, "{} of {}", free.engagement, free.college);
            tried += 1;
        }
    }
    println!(
        "lists by published figures: 0 of {arrived} ratings recovered by who watches each one arrive, {tried} answers"
    );
    assert!(arrived >= 5);
    let page = api.request(Method::GET, "/parks/P0001?lang=en").bearer_auth(&planner).header("accept", "text/html");
    let page = api.send(page).await.text;
    assert!(page.contains("10–19 enterprises") && !page.contains(" ratings</span>"), "a band stands there: {page}");
    // The rating counts for the model all the same, and codes of before and now verify.
    let list = api.shortlist("P0001", "top=5").await.ok(200);
    let code = list["verify_code"].as_str().expect("a code");
    let check = api.get(&format!("/api/v1/verify/{code}")).await.ok(200);
    assert_eq!((&check["matches"], &check["shortlist"]), (&json!(true), &list));
}

/// Not a promise but a measurement: whoever asks before and after one rating, and assumes each mark, finds which it was.
#[actix_web::test]
async fn what_two_seqs_still_tell_is_measured() {
    let api = spawn_app().await;
    let (mut recovered, mut tried) = (0, 0);
    for (n, free) in api.free_engagements().into_iter().enumerate() {
        let shortlist = async || api.shortlist(&free.park, "top=100").await.ok(200);
        let mean = |list: &Value| {
            let item = crate::helpers::item_of(list, &free.college)?;
            Some(number(&item["satisfaction"]["mean"]))
        };
        let mut expected = Vec::new();
        for overall in 1..=5 {
            let change = json!({"rating_added": {"engagement": free.engagement, "marks": marks(overall)}});
            let body = json!({"park": free.park, "top": 100, "changes": [change]});
            let answer = api.post("/api/v1/scenarios/evaluate", &body).await;
            if answer.status == 422 {
                // Of a college of too few enterprises nothing can be assumed.
                break;
            }
            let answer = answer.ok(200);
            expected.extend(mean(&answer["parks"][0]["scenario"]).map(|mean| (overall, mean)));
        }
        if expected.is_empty() {
            continue;
        }
        let given = 1 + n as u8 % 5;
        assert_eq!(api.rate(&free.engagement, given, &format!("k{n}")).await.status, 201);
        let after = mean(&shortlist().await).expect("still ranked");
        let nearest = expected.iter().min_by(|a, b| (a.1 - after).abs().total_cmp(&(b.1 - after).abs()));
        tried += 1;
        recovered += usize::from(nearest.is_some_and(|(overall, _)| *overall == given));
    }
    println!(
        "two seqs and what-ifs in between: {recovered} of {tried} ratings recovered by who watches each one arrive"
    );
    assert!(tried >= 5);
}
