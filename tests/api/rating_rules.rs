//! When a rating may be given, and how often it may be revised.

use serde_json::{Value, json};
use zeyou::domain::Role;

use crate::helpers::{Answer, Api, list, marks, spawn, spawn_app, today};

/// Puts an engagement between two days, counted from today.
async fn engagement(api: &Api, id: &str, from: i32, to: i32, status: &str) {
    let free = api.free_engagement();
    let body = json!({"id": id, "enterprise": free.enterprise, "college": free.college, "kind": "train",
        "start": today().plus_days(from), "end": today().plus_days(to), "status": status});
    let answer = api.put(&format!("/api/v1/engagements/{id}"), &body).await;
    assert!([200, 201].contains(&answer.status), "{}", answer.text);
}

/// A rating of the demo, given long ago: its engagement and its address.
fn old_rating(api: &Api) -> (String, String) {
    let current = api.service.live().current();
    let ratings = &current.snapshot.state.ratings;
    let old = |day: zeyou::domain::Date| day.plus_days(60) < today();
    let found = ratings.iter().find(|(_, entry)| !entry.closed && old(entry.value.rated_on));
    let (engagement, entry) = found.expect("the demo has old ratings");
    (engagement.to_string(), format!("/api/v1/ratings/{}", entry.value.id))
}

#[actix_web::test]
async fn a_rating_is_possible_from_a_month_after_the_start_until_half_a_year_after_the_end() {
    let api = spawn(|service| service.with_rating_window(180)).await;
    for (at, (from, to, status, inside)) in [
        (-29, 100, "confirmed", false),
        (-30, 100, "confirmed", true),
        (-5, -1, "closed", true),
        (-400, -180, "closed", true),
        (-400, -181, "closed", false),
        (-800, -400, "confirmed", true),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("GW{at}");
        engagement(&api, &id, from, to, status).await;
        let answer = api.rate(&id, 4, &id).await;
        if inside {
            assert_eq!(answer.status, 201, "{id}: {}", answer.text);
            continue;
        }
        answer.is_problem(&id, 409, "rating-window");
        assert_eq!(answer.place(), "/engagement");
        let detail = answer.json()["detail"].as_str().expect("a detail").to_owned();
        assert!(detail.contains(&today().plus_days(from).plus_days(30).to_string()), "the first day: {detail}");
        let last = today().plus_days(to).plus_days(180).to_string();
        assert_eq!(detail.contains(&last), status == "closed", "the last day: {detail}");
        let link = api.service.rating_link(&id.parse().expect("a code"), 1).await.expect("a link");
        let page = api.send(api.request(reqwest::Method::GET, &link.path).header("accept", "text/html")).await;
        assert!(
            page.text.contains("id=\"outside\"") && !page.text.contains("<form method=\"post\" action=\"/r/"),
            "{id}: the page says when"
        );
    }
}

#[actix_web::test]
async fn a_rating_given_in_time_is_answered_again_after_its_window() {
    let api = spawn(|service| service.with_rating_window(180)).await;
    engagement(&api, "GW", -300, -100, "closed").await;
    let first = api.rate("GW", 4, "in-time").await;
    assert_eq!(first.status, 201, "{}", first.text);
    engagement(&api, "GW", -600, -300, "closed").await;
    let again = api.rate("GW", 4, "in-time").await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"), "{}", again.text);
    api.rate("GW", 4, "late").await.is_problem("another key", 409, "already-rated");
    let at = first.header("location").to_owned();
    api.put_if(&at, "1", &json!({"marks": marks(5)})).await.ok(200);
    api.delete_if(&at, "2").await.ok(200);
    api.rate("GW", 4, "anew").await.is_problem("anew, too late", 409, "rating-window");
}

#[actix_web::test]
async fn ratings_from_files_are_records_of_the_past_and_have_no_window() {
    let api = spawn(|service| service.with_rating_window(180)).await;
    engagement(&api, "GW", -900, -700, "closed").await;
    let file = tempfile::tempdir().expect("a folder");
    let path = file.path().join("ratings.csv");
    let row = format!("6f9619ff-8b86-4011-b42d-00c04fc964ff,GW,4,4,4,4,4,{}", today().plus_days(-690));
    std::fs::write(&path, format!("id,engagement,overall,supply,skill,stay,help,rated_on\n{row}\n")).expect("written");
    let report = api.service.import(&path, false, false, |_, _| {}).await.expect("imported");
    assert_eq!((report.errors.len(), report.seq.is_some()), (0, true), "{:?}", report.errors);
}

fn from(answer: &Answer) -> String {
    answer.json()["detail"].as_str().expect("a detail").to_owned()
}

#[actix_web::test]
async fn an_old_rating_is_revised_with_a_reason_and_not_twice_in_a_month() {
    let api = spawn_app().await;
    let (engagement, at) = old_rating(&api);
    let rev = api.get(&at).await.header("etag").to_owned();
    let without = api.put_if(&at, &rev, &json!({"marks": marks(2)})).await;
    without.is_problem("no reason", 422, "missing-field");
    assert_eq!(without.place(), "/reason");
    let empty = api.put_if(&at, &rev, &json!({"marks": marks(2), "reason": "  "})).await;
    empty.is_problem("an empty reason", 422, "missing-field");
    let first = api.put_if(&at, &rev, &json!({"marks": marks(2), "reason": "学员离职后重新评估"})).await.ok(200);
    let rev = first["rev"].to_string();
    let again = json!({"marks": marks(3), "reason": "又改"});
    let soon = api.put_if(&at, &rev, &again).await;
    soon.is_problem("a second in a month", 409, "revision-limit");
    assert!(from(&soon).contains(&today().plus_days(30).to_string()), "{}", from(&soon));
    api.put_if(&at, "99", &again).await.is_problem("a stale one", 412, "revision-conflict");
    // Withdrawing and rating anew is no way around.
    api.delete_if(&at, &rev).await.ok(200);
    let anew = |reason: Value| json!({"engagement": engagement, "marks": marks(3), "reason": reason}).to_string();
    api.post_rating("anew", anew(Value::Null)).await.is_problem("anew without a reason", 422, "missing-field");
    api.post_rating("anew", anew(json!("重评"))).await.is_problem("anew", 409, "revision-limit");
}

#[actix_web::test]
async fn a_new_rating_is_revised_freely_and_every_revision_stays_for_its_enterprise_to_read() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let at = api.rate(&free.engagement, 4, "k").await.header("location").to_owned();
    for rev in 1..=5_u8 {
        let body = json!({"marks": marks(rev), "comment": format!("第 {rev} 次")});
        api.put_if(&at, &rev.to_string(), &body).await.ok(200);
    }
    api.put_if(&at, "6", &json!({"marks": marks(5), "reason": "说明"})).await.ok(200);
    api.delete_if(&at, "7").await.ok(200);
    let history = api.get(&format!("{at}/revisions")).await.ok(200);
    let items = list(&history["items"]);
    let revs: Vec<u64> = items.iter().filter_map(|item| item["rev"].as_u64()).collect();
    assert_eq!((history["engagement"].as_str(), revs), (Some(free.engagement.as_str()), (1..=8).collect()));
    assert_eq!((&items[0]["marks"], &items[3]["comment"]), (&marks(4), &json!("第 3 次")), "as they were given");
    assert_eq!((&items[6]["reason"], &items[5]["reason"]), (&json!("说明"), &Value::Null));
    assert_eq!((&items[7]["marks"], &items[0]["link"]), (&Value::Null, &Value::Null), "withdrawn; given by itself");
    // Nobody else reads it: another enterprise not even that it is there.
    let others = api.free_engagements().into_iter().find(|other| other.enterprise != free.enterprise);
    let other = Role::EnterpriseRater(others.expect("another enterprise").enterprise.parse().expect("a code"));
    for (role, status) in [(other, 404), (Role::Planner(None), 403), (Role::Supervisor, 403)] {
        let key = api.key(role).await;
        let request = api.request(reqwest::Method::GET, &format!("{at}/revisions")).bearer_auth(key);
        assert_eq!(api.send(request).await.status, status);
    }
}
