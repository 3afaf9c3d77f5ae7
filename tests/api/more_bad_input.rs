//! More of the catalogue of bad input: texts, days, places of a list, heads that do not end.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::helpers::{marks, spawn_app};

/// Cases 40 and 41: a comment has bounds, in characters and in bytes, and no characters that deceive or break.
#[actix_web::test]
async fn a_comment_is_bounded_and_shows_what_it_says() {
    let api = spawn_app().await;
    let engagement = api.free_engagement().engagement;
    let seq = api.seq();
    let marks_of = "a\u{0301}\u{0302}".repeat(2_500);
    for (case, comment, slug) in [
        ("40 2,001 characters", "字".repeat(2_001), "too-long"),
        ("40 combining marks", marks_of, "too-long"),
        ("41 NUL", "a\0b".to_owned(), "invalid-characters"),
        ("41 escape", "a\u{1b}[2Jb".to_owned(), "invalid-characters"),
        ("41 bidi override", "a\u{202e}b".to_owned(), "invalid-characters"),
        ("41 isolate", "a\u{2066}b".to_owned(), "invalid-characters"),
        ("41 byte order mark", "a\u{feff}b".to_owned(), "invalid-characters"),
    ] {
        let body = json!({"engagement": engagement, "marks": marks(4), "comment": comment}).to_string();
        let answer = api.post_rating("k", body).await;
        answer.is_problem(case, 422, slug);
        assert_eq!(answer.place(), "/comment", "{case}");
    }
    assert_eq!(api.seq(), seq, "nothing was written");
}

/// Case 43: text that would be code elsewhere is text here.
#[actix_web::test]
async fn what_would_be_code_elsewhere_is_kept_as_text() {
    let api = spawn_app().await;
    for (at, comment) in
        ["<script>alert(1)</script>", "'; DROP TABLE event_log; --", "${jndi:ldap://x}"].iter().enumerate()
    {
        let engagement = api.free_engagement().engagement;
        let body = json!({"engagement": engagement, "marks": marks(4), "comment": comment}).to_string();
        let made = api.post_rating(&format!("k{at}"), body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let read = api.get(made.header("location")).await.ok(200);
        assert_eq!(read["comment"], *comment);
    }
    let name = "<b>&\"'</b>";
    let park = json!({"id": "PX", "name": name, "city": "市", "stage": "new"});
    assert_eq!(api.put("/api/v1/parks/PX", &park).await.status, 201);
    let page = api.send(api.request(Method::GET, "/").header("accept", "text/html")).await;
    assert!(!page.text.contains("<b>&") && page.text.contains("&lt;b&gt;"), "a page writes it as text");
}

/// Case 69: a day that the calendar has not, or that is no day.
#[actix_web::test]
async fn a_day_that_is_none_is_refused_with_its_place() {
    let api = spawn_app().await;
    let mut demand = api.get("/api/v1/demands/D00001").await.ok(200);
    for day in [
        "2026-02-30",
        "2026-13-01",
        "0000-01-01",
        "2026-1-1",
        "2026-01-01T00:00:00+14:00",
        "2016-12-31T23:59:60Z",
        "46266",
        "",
    ] {
        demand["start"] = json!(day);
        let answer = api.put("/api/v1/demands/D00001", &demand).await;
        answer.is_problem(day, 422, "invalid-date");
        assert_eq!(answer.place(), "/start", "{day}");
    }
}

/// Case 59: the place in a list is a code; what is none is refused, and one nobody has begins after it.
#[actix_web::test]
async fn the_place_in_a_list_has_the_shape_of_a_code() {
    let api = spawn_app().await;
    for bad in ["-a", "%00", "a%20b", "..%2f", "%E4%B8%AD"] {
        let answer = api.get(&format!("/api/v1/colleges?after={bad}")).await;
        answer.is_problem(bad, 400, "invalid-cursor");
        assert_eq!(answer.place(), "?after", "{bad}");
    }
    assert_eq!(api.get("/api/v1/colleges?after=ZZZZ").await.ok(200)["items"], json!([]));
}

/// A head that does not end is given up, and others are answered meanwhile.
#[actix_web::test]
async fn a_head_that_does_not_end_is_given_up() {
    let api = spawn_app().await;
    let begun = Instant::now();
    let waiting = api.raw(b"GET /health/live HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    let (answer, ()) = tokio::join!(waiting, api.lives_on());
    assert_eq!(answer.status, 408, "{}", answer.text);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}
