//! The catalogue of bad input: every case has its status and its slug, and the server lives on.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use crate::helpers::{Api, marks, spawn_app};

const RATINGS: &str = "/api/v1/ratings";

/// A good rating as text, to be spoilt.
fn good(api: &Api) -> String {
    json!({"engagement": api.free_engagement().engagement, "marks": marks(4)}).to_string()
}

/// A rating with these marks, written as they are.
fn with_overall(api: &Api, overall: &str) -> String {
    let engagement = api.free_engagement().engagement;
    format!(r#"{{"engagement":"{engagement}","marks":{{"overall":{overall},"supply":4,"skill":3,"stay":2,"help":1}}}}"#)
}

/// Head of a POST of a rating.
fn head(rest: &str) -> String {
    format!(
        "POST {RATINGS} HTTP/1.1\r\nHost: a\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\n{rest}\r\n\r\n"
    )
}

/// Cases 1–6.
#[actix_web::test]
async fn what_is_no_json_is_malformed() {
    let api = spawn_app().await;
    let good = good(&api);
    let surrogate = format!("{},\"comment\":\"\\ud800\"}}", &good[..good.len() - 1]);
    let latin = [good.trim_end_matches('}').as_bytes(), b"},\"comment\":\"\xff\xfe\"}"].concat();
    let deep = format!("{},\"comment\":{}{}}}", &good[..good.len() - 1], "[".repeat(129), "]".repeat(129));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("1 cut off", good.as_bytes()[..good.len() - 1].to_vec()),
        ("1 no JSON", b"overall=5".to_vec()),
        ("1 something behind it", format!("{good} {good}").into_bytes()),
        ("1 trailing comma", good.replace('}', ",}").into_bytes()),
        ("1 single quotes", good.replace('"', "'").into_bytes()),
        ("2 empty", Vec::new()),
        ("2 blank", b" \n ".to_vec()),
        ("3 invalid UTF-8", latin),
        ("3 lone surrogate", surrogate.into_bytes()),
        ("4 BOM", [b"\xef\xbb\xbf".as_slice(), good.as_bytes()].concat()),
        ("5 too deep", deep.into_bytes()),
        ("37 NaN", with_overall(&api, "NaN").into_bytes()),
        ("37 Infinity", with_overall(&api, "Infinity").into_bytes()),
        ("37 -Infinity", with_overall(&api, "-Infinity").into_bytes()),
        ("NUL in the text", good.replace(':', ":\0").into_bytes()),
    ];
    let seq = api.seq();
    for (case, body) in cases {
        api.post_rating("k", body).await.is_problem(case, 400, "malformed-json");
    }
    for (case, body) in [
        ("6 in the marks", good.replacen("\"overall\":4", "\"overall\":4,\"overall\":5", 1)),
        ("6 at the top", good.replacen('{', "{\"engagement\":\"G1\",", 1)),
        ("6 written differently", good.replacen("\"overall\":4", "\"overall\":4,\"\\u006fverall\":5", 1)),
    ] {
        let answer = api.post_rating("k", body).await;
        answer.is_problem(case, 400, "duplicate-field");
        assert_eq!(answer.place(), if case == "6 at the top" { "/engagement" } else { "/marks/overall" }, "{case}");
    }
    assert_eq!(api.seq(), seq, "nothing was written");
}

/// Cases 7, 34–36, 38, 39, 44 and ids of case 27 in the body.
#[actix_web::test]
async fn a_rating_of_the_wrong_shape_is_refused_with_a_pointer() {
    let api = spawn_app().await;
    let good = good(&api);
    let mut cases: Vec<(String, String, &str, &str)> = Vec::new();
    for field in ["weight", "recorded_at", "tenant_id", "rev", "a\\u001fout-of-range\\u001fx\\u001fy"] {
        let body = good.replacen('{', &format!("{{\"{field}\":1,"), 1);
        cases.push((format!("7/44 {field}"), body, "unknown-field", ""));
    }
    cases.push((
        "7 in marks".into(),
        good.replacen("\"help\"", "\"weight\":1,\"help\"", 1),
        "unknown-field",
        "/marks/weight",
    ));
    for overall in ["0", "6", "-1"] {
        cases.push((format!("34 {overall}"), with_overall(&api, overall), "out-of-range", "/marks/overall"));
    }
    for overall in ["4.999999999999999999", "4.5", "1.0000001"] {
        cases.push((format!("35 {overall}"), with_overall(&api, overall), "invalid-precision", "/marks/overall"));
    }
    let expecting = format!("\"expected {}\"", "x".repeat(5_000));
    for overall in ["\"5\"", "true", "null", "[5]", "{}", "\"\\u001fa\\u001fb\\u001fc\"", expecting.as_str()] {
        let case = format!("36 {}", &overall[..overall.len().min(20)]);
        cases.push((case, with_overall(&api, overall), "wrong-type", "/marks/overall"));
    }
    for overall in ["-0.0", "1e30", "256", "-9223372036854775808", "18446744073709551615"] {
        cases.push((format!("38 {overall}"), with_overall(&api, overall), "out-of-range", "/marks/overall"));
    }
    for overall in ["1e400", "-1e400", &"9".repeat(400)] {
        cases.push((format!("38 {:.8}", overall), with_overall(&api, overall), "out-of-range", "/marks/overall"));
    }
    for at in ["/marks/overall", "/marks/supply", "/marks/skill", "/marks/stay", "/marks/help", "/engagement", "/marks"]
    {
        let mut body: Value = serde_json::from_str(&good).expect("JSON");
        let (parent, field) = at.rsplit_once('/').expect("a pointer");
        body.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object").remove(field);
        cases.push((format!("39 {at}"), body.to_string(), "missing-field", at));
    }
    let unknown = r#"{"engagement":"G1","marks":{"overall":"unknown","supply":"unknown","skill":"unknown","stay":"unknown","help":"unknown"}}"#;
    cases.push(("39 nothing known".into(), unknown.into(), "missing-field", "/marks"));
    for id in ["", "-a", "a b", "G000001\\u0000", "中", &"x".repeat(65), &"x".repeat(5_000)] {
        let body = json!({"engagement": "ID", "marks": marks(4)}).to_string().replace("ID", id);
        cases.push((format!("27 {id:.12}"), body, "invalid-id", "/engagement"));
    }
    for body in ["[]", "1", "\"a\"", "null"] {
        cases.push((
            format!("no object: {body}"),
            body.into(),
            if body == "[]" { "missing-field" } else { "wrong-type" },
            "",
        ));
    }
    let seq = api.seq();
    for (case, body, slug, pointer) in cases {
        if body == "[]" {
            // A sequence is a rating without fields to serde: any 422 will do.
            assert_eq!(api.post_rating("k", body).await.status, 422, "{case}");
            continue;
        }
        let answer = api.post_rating("k", body).await;
        answer.is_problem(&case, 422, slug);
        assert!(answer.place().starts_with(pointer), "{case}: {pointer:?} in {}", answer.text);
    }
    assert_eq!(api.seq(), seq, "nothing was written");
}

/// Cases 8 and 9.
#[actix_web::test]
async fn only_plain_json_is_read() {
    let api = spawn_app().await;
    let good = good(&api);
    let send = |name: &'static str, value: &'static str, json: bool| {
        let mut request = api.request(Method::POST, RATINGS).header("idempotency-key", "k").header(name, value);
        if json {
            request = request.header("content-type", "application/json");
        }
        api.send(request.body(good.clone()))
    };
    for media in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "", "multipart/form-data"] {
        send("content-type", media, false).await.is_problem(&format!("8 {media}"), 415, "unsupported-media-type");
    }
    send("x-none", "", false).await.is_problem("8 none", 415, "unsupported-media-type");
    for coding in ["gzip", "br", "deflate", "zstd", "gzip, identity"] {
        send("content-encoding", coding, true).await.is_problem(&format!("9 {coding}"), 415, "unsupported-encoding");
    }
    let fine = send("content-type", "Application/JSON; charset=utf-8", false).await;
    assert_eq!(fine.status, 201, "{}", fine.text);
}

/// Cases 10 and 11.
#[actix_web::test]
async fn a_body_that_is_too_large_closes_the_connection() {
    let api = spawn_app().await;
    let large = "x".repeat(65 * 1024);
    let chunked: String = large.as_bytes().chunks(1024).map(|_| format!("400\r\n{}\r\n", "x".repeat(1024))).collect();
    let cases = [
        ("10 with its length", head(&format!("Content-Length: {}", large.len())) + &large),
        ("10 only announced", head("Content-Length: 99999999999")),
        ("11 chunked", head("Transfer-Encoding: chunked") + &chunked + "0\r\n\r\n"),
        ("11 chunked without end", head("Transfer-Encoding: chunked") + &chunked),
    ];
    for (case, bytes) in cases {
        let answer = api.raw(bytes.as_bytes()).await;
        answer.is_problem(case, 413, "body-too-large");
        assert_eq!(answer.header("connection"), "close", "{case}");
    }
    let good = good(&api);
    let padded = good.clone() + &" ".repeat(16 * 1024 - good.len());
    assert_eq!(api.post_rating("k", padded.clone()).await.status, 201, "16 KiB are not too large");
    api.post_rating("k", padded + " ").await.is_problem("one byte more", 413, "body-too-large");
    api.lives_on().await;
}

/// Case 12.
#[actix_web::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let api = spawn_app().await;
    let begun = Instant::now();
    let answer = api.raw((head("Content-Length: 100") + "{\"engagement\":").as_bytes()).await;
    answer.is_problem("12", 408, "request-timeout");
    assert_eq!(answer.header("connection"), "close");
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_secs(9) && waited < Duration::from_secs(20), "after ten seconds, not {waited:?}");
    api.lives_on().await;
}

/// Cases 13–15.
#[actix_web::test]
async fn a_broken_head_is_refused() {
    let api = spawn_app().await;
    let good = good(&api);
    let get = |headers: &str| format!("GET /health/live HTTP/1.1\r\n{headers}\r\n\r\n");
    let huge = get(&format!("Host: a\r\nX-Large: {}", "x".repeat(300_000)));
    let many: String = (0..500).map(|n| format!("\r\nX-{n}: 1")).collect();
    let both = head(&format!("Content-Length: {}\r\nTransfer-Encoding: chunked", good.len())) + "0\r\n\r\n";
    let cases = [
        ("13 length and chunked", both, 400, "malformed-request"),
        ("13 two lengths", head("Content-Length: 5\r\nContent-Length: 6") + "{}", 400, "malformed-request"),
        ("13 length of no number", head("Content-Length: +5") + "{}", 400, "malformed-request"),
        ("14 no Host", get("X-A: a"), 400, "malformed-request"),
        ("14 two Hosts", get("Host: a\r\nHost: b"), 400, "malformed-request"),
        ("15 one huge header", huge, 431, "header-too-large"),
        ("15 many headers", get(&format!("Host: a{many}")), 431, "header-too-large"),
        ("no HTTP", "hello\r\n\r\n".to_owned(), 400, "malformed-request"),
    ];
    for (case, bytes, status, slug) in cases {
        let answer = api.raw(bytes.as_bytes()).await;
        answer.is_problem(case, status, slug);
        api.lives_on().await;
    }
    let text = api.raw_to_the_end((get("Host: a") + "hello\r\n\r\n").as_bytes()).await;
    assert!(text.starts_with("HTTP/1.1 200 OK"), "a good request before a broken one is answered: {text}");
    assert!(text.contains("\r\n\r\n{\"type\":\"https://zeyou/errors/malformed-request\""), "and so is that: {text}");
}

/// Case 16.
#[actix_web::test]
async fn an_address_that_is_too_long_is_refused() {
    let api = spawn_app().await;
    let long = "x".repeat(8 * 1024);
    for path in [format!("/api/v1/parks/{long}"), format!("/api/v1/parks?q={long}"), format!("/{long}")] {
        api.get(&path).await.is_problem(&path[..20], 414, "uri-too-long");
    }
    assert_eq!(api.get(&format!("/api/v1/parks?q={}", &long[..8_000])).await.status, 200, "8,000 are fine");
}

/// Cases 17 and 18.
#[actix_web::test]
async fn an_address_is_taken_literally() {
    let api = spawn_app().await;
    let paths = [
        "/v1/%2e%2e/admin",
        "//v1",
        "/;x",
        "//api/v1/parks",
        "/api//v1/parks",
        "/api/v1/parks;x",
        "/api/v1/../v1/parks",
        "/api/v1/%2e%2e/v1/parks",
        "/api/v1/parks/",
        "/API/v1/parks",
        "/api/v1/parks/P0001/shortlist/x",
        "/api/v1/nothing",
        "/nothing",
        "/.env",
    ];
    for path in paths {
        let answer = api.raw(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await;
        answer.is_problem(path, 404, "not-found");
    }
}

/// Case 19.
#[actix_web::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let api = spawn_app().await;
    let cases = [
        (Method::POST, "/api/v1/parks", "GET"),
        (Method::DELETE, "/api/v1/parks", "GET"),
        (Method::POST, "/api/v1/parks/P0001", "GET, PUT, DELETE"),
        (Method::PATCH, "/api/v1/colleges/C0001", "GET, PUT, DELETE"),
        (Method::POST, "/api/v1/parks/P0001/shortlist", "GET"),
        (Method::PUT, "/api/v1/parks/P0001/colleges/C0001/explanation", "GET"),
        (Method::POST, "/api/v1/verify/abc", "GET"),
        (Method::GET, RATINGS, "POST"),
        (Method::DELETE, RATINGS, "POST"),
        (Method::POST, "/api/v1/ratings/6f9619ff-8b86-4011-b42d-00c04fc964ff", "GET, PUT, DELETE"),
        (Method::POST, "/api/v1/events", "GET"),
        (Method::POST, "/health/ready", "GET"),
        (Method::DELETE, "/api/v1/majors/460103", "GET, PUT"),
        (Method::POST, "/api/v1/majors/460103", "GET, PUT"),
    ];
    for (method, path, allow) in cases {
        let case = format!("{method} {path}");
        let answer = api.send(api.request(method, path)).await;
        answer.is_problem(&case, 405, "method-not-allowed");
        assert_eq!(answer.header("allow"), allow, "{case}");
    }
}

/// Case 20.
#[actix_web::test]
async fn an_answer_nobody_offers_is_not_acceptable() {
    let api = spawn_app().await;
    let ask = |accept: &'static str| {
        api.send(api.request(Method::GET, "/api/v1/parks/P0001/shortlist").header("accept", accept))
    };
    for accept in ["application/xml", "application/xml;q=0.9, application/pdf", "audio/*"] {
        ask(accept).await.is_problem(accept, 406, "not-acceptable");
    }
    for accept in ["application/json", "*/*", "application/xml, application/json;q=0.1", "APPLICATION/JSON"] {
        assert_eq!(ask(accept).await.status, 200, "{accept}");
    }
}

/// Case 27.
#[actix_web::test]
async fn an_id_in_the_address_has_the_shape_of_one() {
    let api = spawn_app().await;
    let nil = "00000000-0000-0000-0000-000000000000";
    let revision = json!({"marks": marks(3)});
    let bads =
        ["nope", nil, "6f9619ff8b864011b42d00c04fc964ff", "6f9619ff-8b86-4011-b42d-00c04fc964ff%00", "%7B%7D", "1"];
    for bad in bads {
        let at = format!("{RATINGS}/{bad}");
        api.get(&at).await.is_problem(&format!("read {bad}"), 422, "invalid-id");
        api.put_if(&at, "1", &revision).await.is_problem(&format!("revise {bad}"), 422, "invalid-id");
        let answer = api.delete_if(&at, "1").await;
        answer.is_problem(&format!("withdraw {bad}"), 422, "invalid-id");
        assert_eq!(answer.place(), "?id");
    }
    for bad in ["-a", "a%20b", "P0001%00", "%E4%B8%AD", &"x".repeat(65), "..%2f..%2fetc"] {
        for path in
            [format!("/api/v1/parks/{bad}"), format!("/api/v1/parks/{bad}/shortlist"), format!("/api/v1/majors/{bad}")]
        {
            api.get(&path).await.is_problem(&path, 422, "invalid-id");
        }
    }
}

/// Cases 28 and 29.
#[actix_web::test]
async fn a_rating_needs_one_printable_key() {
    let api = spawn_app().await;
    let good = good(&api);
    let post = |keys: Vec<HeaderValue>| {
        let request = api.request(Method::POST, RATINGS).header("content-type", "application/json").body(good.clone());
        let request = keys.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
        api.send(request)
    };
    let key = |bytes: &[u8]| HeaderValue::from_bytes(bytes).expect("a header value");
    post(Vec::new()).await.is_problem("28", 400, "idempotency-key-required");
    let cases = [
        ("29 empty", vec![key(b"")]),
        ("29 256 characters", vec![key(&[b'k'; 256])]),
        ("29 not ASCII", vec![key("键".as_bytes())]),
        ("29 tab", vec![key(b"a\tb")]),
        ("29 two", vec![key(b"a"), key(b"b")]),
        ("29 twice the same", vec![key(b"a"), key(b"a")]),
    ];
    for (case, keys) in cases {
        let answer = post(keys).await;
        answer.is_problem(case, 400, "idempotency-key-invalid");
        assert_eq!(answer.place(), "Idempotency-Key:", "{case}");
    }
    assert_eq!(post(vec![key(&[b'k'; 255])]).await.status, 201, "255 characters are fine");
}

/// Case 52 and the other parameters of a question.
#[actix_web::test]
async fn a_question_out_of_bounds_is_refused() {
    let api = spawn_app().await;
    let cases = [
        ("top=0", "out-of-range", "?top"),
        ("top=101", "out-of-range", "?top"),
        ("top=-1", "out-of-range", "?top"),
        ("top=1e9", "out-of-range", "?top"),
        ("top=1e400", "out-of-range", "?top"),
        ("top=NaN", "out-of-range", "?top"),
        ("top=2.5", "out-of-range", "?top"),
        ("top=ten", "wrong-type", "?top"),
        ("top=", "wrong-type", "?top"),
        ("max_km=0", "out-of-range", "?max_km"),
        ("max_km=5001", "out-of-range", "?max_km"),
        ("kind=marry", "unknown-code", "?kind"),
        ("explore=maybe", "unknown-code", "?explore"),
        ("exclude=C0001,-x", "invalid-id", "?exclude"),
        ("preset=%00", "invalid-id", "?preset"),
        ("weights=1", "unknown-field", "?weights"),
        ("top=1&top=2", "duplicate-field", "?top"),
    ];
    for (query, slug, pointer) in cases {
        let answer = api.shortlist("P0001", query).await;
        answer.is_problem(query, 422, slug);
        assert_eq!(answer.place(), pointer, "{query}");
    }
    for query in ["top=1", "top=100", "top=1e1", "max_km=5000", ""] {
        assert_eq!(api.shortlist("P0001", query).await.status, 200, "{query}");
    }
}

/// Case 54.
#[actix_web::test]
async fn constraints_that_leave_nobody_are_answered_with_their_names() {
    let api = spawn_app().await;
    let everybody: Vec<String> = (1..=20).map(|n| format!("C{n:04}")).collect();
    let answer = api.shortlist("P0001", &format!("max_km=1&exclude={}", everybody.join(","))).await.ok(200);
    assert_eq!(answer["items"], json!([]));
    assert_eq!((&answer["candidates"], &answer["excluded_total"]), (&json!(0), &json!(20)));
    assert_eq!(answer["explore"], Value::Null, "nobody is left to explore");
    let excluded = answer["excluded"].as_array().expect("a list");
    for id in &everybody {
        assert!(excluded.iter().any(|one| one["college"]["id"] == id.as_str() && one["reason"].is_string()), "{id}");
    }
    let far = api.shortlist("P0001", "max_km=1").await.ok(200);
    let too_far = far["excluded"].as_array().expect("a list").iter().filter(|one| one["reason"] == "too_far").count();
    assert!(too_far > 0, "the binding constraint is named: {}", far["excluded"]);
    let code = answer["verify_code"].as_str().expect("a code");
    let check = api.get(&format!("/api/v1/verify/{code}")).await.ok(200);
    assert_eq!(check["matches"], true, "even an empty answer verifies");
}

#[actix_web::test]
async fn problems_speak_chinese_unless_asked_for_english() {
    let api = spawn_app().await;
    let body = with_overall(&api, "6");
    let ask = |language: Option<&'static str>| {
        let mut request = api.request(Method::POST, RATINGS).header("content-type", "application/json");
        request = request.header("idempotency-key", "k").body(body.clone());
        if let Some(language) = language {
            request = request.header("accept-language", language);
        }
        api.send(request)
    };
    let languages = [
        (None, true),
        (Some("zh-CN,zh;q=0.9,en;q=0.8"), true),
        (Some("fr"), true),
        (Some("en"), false),
        (Some("en-GB,en;q=0.9,zh;q=0.1"), false),
    ];
    for (language, chinese) in languages {
        let answer = ask(language).await;
        answer.is_problem("language", 422, "out-of-range");
        assert_eq!(answer.header("content-language"), if chinese { "zh-CN" } else { "en" }, "{language:?}");
        let problem = answer.json();
        assert_eq!(problem["type"], "https://zeyou/errors/out-of-range");
        assert_eq!(problem["title"], if chinese { "超出范围" } else { "Out of range" });
        let expected = if chinese { "须在 1 到 5 之间" } else { "must be between 1 and 5" };
        assert_eq!(problem["detail"], expected, "{language:?}");
        let error = json!({"pointer": "/marks/overall", "code": "out-of-range", "detail": expected});
        assert_eq!(problem["errors"], json!([error]), "{language:?}");
    }
}

#[actix_web::test]
async fn every_answer_names_its_request_and_no_client_chooses_the_name() {
    let api = spawn_app().await;
    let mut seen = std::collections::BTreeSet::new();
    for path in
        ["/health/live", "/api/v1/parks", "/metrics", "/openapi.json", "/docs/", "/nothing", "/api/v1/parks?x=1"]
    {
        for _ in 0..2 {
            let chosen = "00000000-0000-4000-8000-000000000000";
            let answer = api.send(api.request(Method::GET, path).header("x-request-id", chosen)).await;
            let id = answer.header("x-request-id").to_owned();
            assert!(uuid::Uuid::parse_str(&id).is_ok_and(|id| id.get_version_num() == 4), "{path}: {id:?}");
            assert!(id != chosen && seen.insert(id), "{path}: a new name each time");
        }
    }
}

#[actix_web::test]
async fn a_fault_is_placed_where_it_lies() {
    let api = spawn_app().await;
    let stale = api.put_if("/api/v1/colleges/C0001", "x", &json!({})).await;
    stale.is_problem("body before header", 422, "missing-field");
    assert_eq!(stale.place(), "/id", "the field that is missing");
    let escaped = api.put("/api/v1/colleges/C0001", &json!({"a/b~c": 1})).await;
    assert_eq!(escaped.place(), "/a~1b~0c", "{}", escaped.text);
    let seq = api.send(api.request(Method::GET, "/api/v1/parks").header("zeyou-min-seq", "soon")).await;
    seq.is_problem("header", 400, "invalid-seq");
    assert_eq!(seq.place(), "Zeyou-Min-Seq:");
    let after = api.get("/api/v1/events?after=999999").await;
    after.is_problem("the same rule of a parameter", 400, "invalid-seq");
    assert_eq!(after.place(), "?after");
}
