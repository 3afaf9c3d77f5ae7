//! Ratings: submitted once, replayed safely, revised with care, seen at once.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection};

use crate::helpers::{Answer, Api, Free, item_of, marks, number, spawn_app};

async fn ratings_of(api: &Api, park: &str, college: &str) -> Value {
    let shortlist = api.shortlist(park, "top=100").await.ok(200);
    item_of(&shortlist, college).expect("a ranked college")["satisfaction"].clone()
}

fn location(answer: &Answer) -> String {
    let location = answer.header("location");
    assert!(location.starts_with("/api/v1/ratings/"), "location {location:?}");
    location.to_owned()
}

#[actix_web::test]
async fn a_rating_is_in_the_very_next_shortlist() {
    let api = spawn_app().await;
    let free = api.ranked_engagement().await;
    let before = ratings_of(&api, &free.park, &free.college).await;
    let written = api.rate(&free.engagement, 1, "k1").await;
    let etag = written.header("etag").to_owned();
    let body = written.ok(201);
    assert_eq!(body["engagement"], free.engagement.as_str());
    assert_eq!((body["rev"].as_u64(), etag.as_str()), (Some(1), "\"1\""), "the first revision");
    let after = ratings_of(&api, &free.park, &free.college).await;
    assert_eq!(number(&after["ratings"]), number(&before["ratings"]) + 1.0, "one rating more");
    assert_ne!(after["mean"], before["mean"], "and it counts");
    let shortlist = api.shortlist(&free.park, "top=100").await.ok(200);
    assert!(
        shortlist["as_of"]["seq"].as_u64() >= body["seq"].as_u64(),
        "the answer is as of the rating's seq or later"
    );
}

#[actix_web::test]
async fn a_good_rating_lifts_the_mean_above_a_bad_one() {
    let api = spawn_app().await;
    let free = api.ranked_engagement().await;
    let at = location(&api.rate(&free.engagement, 1, "k").await);
    let bad = ratings_of(&api, &free.park, &free.college).await;
    api.put_if(&at, "\"1\"", &json!({"marks": marks(5)})).await.ok(200);
    let good = ratings_of(&api, &free.park, &free.college).await;
    assert!(number(&good["mean"]) > number(&bad["mean"]), "{good} above {bad}");
    assert_eq!(good["ratings"], bad["ratings"], "a revision is no further rating");
}

#[actix_web::test]
async fn a_submitted_rating_can_be_read_back() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let body = json!({"engagement": free.engagement, "marks": marks(4), "comment": "<b>很好</b>'; DROP TABLE event"});
    let at = location(&api.post_rating("k", body.to_string()).await);
    let read = api.get(&at).await;
    assert_eq!(read.header("etag"), "\"1\"");
    let read = read.ok(200);
    assert_eq!((&read["marks"], &read["comment"]), (&body["marks"], &body["comment"]), "stored as it was sent");
}

#[actix_web::test]
async fn the_same_key_and_body_are_answered_as_the_first_time() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let first = api.rate(&free.engagement, 4, "again").await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (201, ""), "{}", first.text);
    let seq = api.seq();
    // A later revision and a withdrawal do not change what the first answer was.
    for step in 0..3 {
        let again = api.rate(&free.engagement, 4, "again").await;
        assert_eq!((again.status, &again.text), (201, &first.text), "step {step}");
        assert_eq!(again.header("idempotent-replayed"), "true", "step {step}");
        for name in ["location", "etag", "content-type"] {
            assert_eq!(again.header(name), first.header(name), "step {step}: {name}");
        }
        assert_eq!(api.seq(), seq + step, "step {step}: a replay writes nothing");
        match step {
            0 => api.put_if(&location(&first), "1", &json!({"marks": marks(2)})).await.ok(200),
            1 => api.delete_if(&location(&first), "2").await.ok(200),
            _ => Value::Null,
        };
    }
}

#[actix_web::test]
async fn a_key_is_not_reused_for_another_rating() {
    let api = spawn_app().await;
    let all = api.free_engagements();
    let twin = |free: &Free| all.iter().find(|f| f.enterprise == free.enterprise && f.engagement != free.engagement);
    let (free, sibling) = all.iter().find_map(|f| Some((f, twin(f)?))).expect("an enterprise with two engagements");
    assert_eq!(api.rate(&free.engagement, 4, "mine").await.status, 201);
    api.rate(&free.engagement, 5, "mine").await.is_problem("other marks", 422, "idempotency-key-reuse");
    let answer = api.rate(&sibling.engagement, 4, "mine").await;
    answer.is_problem("other engagement of the same enterprise", 422, "idempotency-key-reuse");
    let others = api.free_engagements();
    let other = others.iter().find(|other| other.enterprise != free.enterprise).expect("another enterprise");
    let answer = api.rate(&other.engagement, 4, "mine").await;
    assert_eq!((answer.status, answer.header("idempotent-replayed")), (201, ""), "another enterprise's key is its own");
}

#[actix_web::test]
async fn a_key_in_flight_is_answered_with_a_conflict() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    // Its rater has a key before that.
    let enterprise = free.enterprise.parse().expect("a code");
    api.key(zeyou::domain::Role::EnterpriseRater(enterprise)).await;
    // Another connection holds the write lock: whichever request is first has to wait.
    let zeyou::store::Address::File(path) = api.service.store().address() else { panic!("a file") };
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut lock = sqlx::sqlite::SqliteConnection::connect_with(&options).await.expect("a connection");
    sqlx::query(AssertSqlSafe("BEGIN IMMEDIATE")).execute(&mut lock).await.expect("the write lock");
    let one = Box::pin(api.rate(&free.engagement, 4, "twice"));
    let two = Box::pin(api.rate(&free.engagement, 4, "twice"));
    let (refused, waiting) = match futures_util::future::select(one, two).await {
        futures_util::future::Either::Left((refused, waiting)) => (refused, waiting),
        futures_util::future::Either::Right((refused, waiting)) => (refused, waiting),
    };
    refused.is_problem("in flight", 409, "idempotency-in-progress");
    assert_eq!(refused.header("retry-after"), "1");
    sqlx::query(AssertSqlSafe("ROLLBACK")).execute(&mut lock).await.expect("the lock is given back");
    let first = waiting.await;
    assert_eq!(first.status, 201, "{}", first.text);
    let again = api.rate(&free.engagement, 4, "twice").await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"), "the retry is a replay");
}

#[actix_web::test]
async fn of_many_equal_requests_one_writes() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    // One account sends all of them: an equal key of another is another key.
    api.key(zeyou::domain::Role::EnterpriseRater(free.enterprise.parse().expect("a code"))).await;
    let seq = api.seq();
    let answers = futures_util::future::join_all((0..16).map(|_| api.rate(&free.engagement, 3, "crowd"))).await;
    let written = answers.iter().filter(|a| a.status == 201 && a.header("idempotent-replayed").is_empty()).count();
    assert_eq!(written, 1, "exactly one is the first");
    for answer in &answers {
        assert!(answer.status == 201 || answer.slug() == "idempotency-in-progress", "{}", answer.text);
    }
    assert_eq!(api.seq(), seq + 1, "one event");
}

#[actix_web::test]
async fn of_many_rival_ratings_one_wins() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let keys: Vec<String> = (0..8).map(|n| format!("rival-{n}")).collect();
    let answers = futures_util::future::join_all(keys.iter().map(|key| api.rate(&free.engagement, 3, key))).await;
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.is_problem("rival", 409, "already-rated");
    }
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "one winner");
}

#[actix_web::test]
async fn a_second_rating_is_led_to_the_first() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let first = api.rate(&free.engagement, 4, "one").await;
    let second = api.rate(&free.engagement, 4, "two").await;
    second.is_problem("second rating", 409, "already-rated");
    assert_eq!(second.header("location"), location(&first));
}

#[actix_web::test]
async fn only_a_confirmed_engagement_can_be_rated() {
    let api = spawn_app().await;
    api.rate("G999999", 4, "k").await.is_problem("no such engagement", 403, "no-engagement");
    let free = api.free_engagement();
    let path = format!("/api/v1/engagements/{}", free.engagement);
    let mut engagement = api.get(&path).await.ok(200);
    engagement["status"] = json!("proposed");
    api.put(&path, &engagement).await.ok(200);
    api.rate(&free.engagement, 4, "k").await.is_problem("only proposed", 403, "no-engagement");
}

#[actix_web::test]
async fn a_rating_is_revised_and_withdrawn_with_the_revision_in_hand() {
    let api = spawn_app().await;
    let free = api.ranked_engagement().await;
    let before = ratings_of(&api, &free.park, &free.college).await;
    let at = location(&api.rate(&free.engagement, 4, "k").await);
    let revision = json!({"marks": marks(2), "comment": "改了主意"});
    api.put(&at, &revision).await.is_problem("no If-Match", 428, "precondition-required");
    let stale = api.put_if(&at, "\"7\"", &revision).await;
    stale.is_problem("stale If-Match", 412, "revision-conflict");
    assert_eq!(stale.header("etag"), "\"1\"", "the revision to try again with");
    api.put_if(&at, "\"abc\"", &revision).await.is_problem("no number", 400, "invalid-if-match");
    let revised = api.put_if(&at, "\"1\"", &revision).await;
    assert_eq!(revised.header("etag"), "\"2\"");
    assert_eq!(revised.ok(200)["rev"], 2);
    let read = api.get(&at).await.ok(200);
    assert_eq!((&read["marks"], &read["comment"]), (&revision["marks"], &revision["comment"]));

    api.delete(&at).await.is_problem("withdraw without If-Match", 428, "precondition-required");
    api.delete_if(&at, "1").await.is_problem("withdraw stale", 412, "revision-conflict");
    api.delete_if(&at, "2").await.ok(200);
    assert_eq!(ratings_of(&api, &free.park, &free.college).await, before, "it no longer counts");
    api.get(&at).await.is_problem("read withdrawn", 409, "rating-withdrawn");
    api.put_if(&at, "3", &revision).await.is_problem("revise withdrawn", 409, "rating-withdrawn");
    api.delete_if(&at, "3").await.is_problem("withdraw twice", 409, "rating-withdrawn");
}

#[actix_web::test]
async fn after_a_withdrawal_the_engagement_can_be_rated_anew() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let old = location(&api.rate(&free.engagement, 4, "one").await);
    api.delete_if(&old, "1").await.ok(200);
    let anew = api.rate(&free.engagement, 5, "two").await;
    assert_eq!(anew.status, 201, "{}", anew.text);
    let new = location(&anew);
    assert_ne!(old, new, "another rating");
    assert_eq!(api.get(&new).await.ok(200)["marks"], marks(5));
    api.get(&old).await.is_problem("the old one", 409, "rating-withdrawn");
}

#[actix_web::test]
async fn an_unknown_rating_is_not_found() {
    let api = spawn_app().await;
    let at = "/api/v1/ratings/6f9619ff-8b86-4011-b42d-00c04fc964ff";
    api.get(at).await.is_problem("read", 404, "not-found");
    api.put_if(at, "1", &json!({"marks": marks(2)})).await.is_problem("revise", 404, "not-found");
    api.delete_if(at, "1").await.is_problem("withdraw", 404, "not-found");
}

#[actix_web::test]
async fn listeners_hear_of_a_rating_and_not_what_it_says() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let mut stream = api.signed(Method::GET, "/api/v1/events").await.send().await.expect("a stream");
    assert_eq!(stream.status(), 200);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let seq = api.rate(&free.engagement, 1, "k").await.ok(201)["seq"].as_u64().expect("a seq");
    let chunk = tokio::time::timeout(Duration::from_secs(20), stream.chunk()).await.expect("in time");
    let text = String::from_utf8(chunk.expect("a chunk").expect("not the end").to_vec()).expect("text");
    assert!(text.starts_with(&format!("id: {seq}\nevent: change\ndata: ")), "{text:?}");
    let data = text.lines().find_map(|line| line.strip_prefix("data: ")).expect("data");
    let data: Value = serde_json::from_str(data).expect("JSON");
    assert_eq!((&data["seq"], &data["kind"]), (&json!(seq), &json!("rating")));
    let fields: Vec<&String> = data.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["at", "id", "kind", "seq"], "who and what, never how");
}

#[actix_web::test]
async fn a_listener_catches_up_without_a_gap() {
    let api = spawn_app().await;
    let head = api.seq();
    let mut stream = api.signed(Method::GET, "/api/v1/events?after=0").await.send().await.expect("a stream");
    let mut text = String::new();
    let last = format!("id: {head}\n");
    let reading = async {
        while !text.contains(&last) {
            let chunk = stream.chunk().await.expect("a chunk").expect("not the end");
            text.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reading).await.expect("in time");
    let ids: Vec<u64> = text.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect();
    assert_eq!(ids, (1..=head).collect::<Vec<_>>(), "each once and in order");
    let far = api.get(&format!("/api/v1/events?after={}", head + 1)).await;
    far.is_problem("beyond the end", 400, "invalid-seq");
}
