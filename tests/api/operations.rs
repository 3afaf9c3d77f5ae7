//! What operators see.

use std::collections::BTreeSet;

use reqwest::Method;

use crate::helpers::{Api, document, spawn_app};

/// The figure of one line of `/metrics`; 0 if there is none.
async fn figure(api: &Api, line: &str) -> f64 {
    let answer = api.get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.header("content-type").starts_with("text/plain; version=0.0.4"),
        "{}",
        answer.header("content-type")
    );
    let found = answer.text.lines().find_map(|found| found.strip_prefix(line)?.trim().parse().ok());
    found.unwrap_or(0.0)
}

#[actix_web::test]
async fn requests_are_counted_and_timed_by_route() {
    let api = spawn_app().await;
    for query in ["top=3", "top=5", "top=0"] {
        api.shortlist("P0001", query).await;
    }
    for path in ["/nothing", "/api/v1/parks;x"] {
        api.get(path).await;
    }
    api.send(api.request(Method::from_bytes(b"BREW").expect("a method"), "/nothing")).await;
    let requests = async |labels: &str| figure(&api, &format!("zeyou_http_requests_total{{{labels}}}")).await;
    let shortlist = "method=\"GET\",route=\"/api/v1/parks/{park}/shortlist\"";
    assert_eq!(requests(&format!("{shortlist},status=\"2xx\"")).await, 2.0);
    assert_eq!(requests(&format!("{shortlist},status=\"4xx\"")).await, 1.0);
    assert_eq!(requests("method=\"GET\",route=\"none\",status=\"4xx\"").await, 2.0, "no label per address");
    assert_eq!(requests("method=\"other\",route=\"none\",status=\"4xx\"").await, 1.0, "no label per method");
    let durations = "zeyou_http_request_duration_seconds";
    assert_eq!(figure(&api, &format!("{durations}_count{{{shortlist}}}")).await, 3.0);
    assert_eq!(figure(&api, &format!("{durations}_bucket{{{shortlist},le=\"10\"}}")).await, 3.0);
    assert!(figure(&api, &format!("{durations}_sum{{{shortlist}}}")).await > 0.0);
}

#[actix_web::test]
async fn ratings_listeners_sizes_and_the_process_have_figures() {
    let api = spawn_app().await;
    assert_eq!(figure(&api, "zeyou_ratings ").await, 400.0);
    assert_eq!(figure(&api, "zeyou_seq ").await, api.seq() as f64);
    assert!(figure(&api, "process_resident_memory_bytes ").await > 1e6);
    assert!(figure(&api, "process_start_time_seconds ").await > 1.7e9);
    assert_eq!(figure(&api, "zeyou_event_listeners ").await, 0.0);
    let stream = api.signed(Method::GET, "/api/v1/events").await.send().await.expect("a stream");
    assert_eq!(figure(&api, "zeyou_event_listeners ").await, 1.0);
    drop(stream);
    // That a listener has gone shows when something is written to it.
    let mut accepted = 0.0;
    for free in api.free_engagements() {
        for _ in 0..2 {
            assert_eq!(api.rate(&free.engagement, 4, &free.engagement).await.status, 201);
        }
        accepted += 1.0;
        assert_eq!(figure(&api, "zeyou_ratings_accepted_total ").await, accepted, "a replay is no further rating");
        for counted in ["zeyou_commit_units_sum ", "zeyou_commit_seconds_count ", "zeyou_solve_events_sum "] {
            assert!(figure(&api, counted).await >= accepted, "{counted}");
        }
        if figure(&api, "zeyou_event_listeners ").await == 0.0 {
            return;
        }
    }
    panic!("the listener that left is still counted");
}

#[actix_web::test]
async fn an_import_tells_how_far_it_is() {
    let api = spawn_app().await;
    let told = std::cell::RefCell::new(Vec::new());
    let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo");
    let report = api.service.import(&demo, true, false, |done, total| told.borrow_mut().push((done, total))).await;
    let rows: usize = report.expect("imported").files.iter().map(|(_, rows)| rows).sum();
    let told = told.into_inner();
    assert!(told.is_sorted() && told.iter().all(|(_, total)| *total == rows), "it only rises");
    assert_eq!((told.first(), told.last()), (Some(&(0, rows)), Some(&(rows, rows))), "from nothing to all");
}

#[actix_web::test]
async fn the_document_describes_every_operation() {
    let api = spawn_app().await;
    assert_eq!(&api.get("/openapi.json").await.ok(200), document(), "the document is served as it is printed");
    assert!(document()["openapi"].as_str().expect("a version").starts_with("3.1"));
    assert_eq!(document()["servers"][0]["url"], "/");
    let tags: Vec<&str> =
        document()["tags"].as_array().expect("tags").iter().filter_map(|t| t["name"].as_str()).collect();
    let mut ids = BTreeSet::new();
    let paths = document()["paths"].as_object().expect("paths");
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("an item") {
            let name = format!("{method} {path}");
            let text = |value: &serde_json::Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
            let both = |value: &serde_json::Value| text(value) && !value.as_str().expect("text").is_ascii();
            assert!(
                both(&operation["summary"]) && both(&operation["description"]),
                "{name}: a summary in both languages"
            );
            assert!(ids.insert(operation["operationId"].as_str().expect("an id")), "{name}: an id of its own");
            assert!(
                operation["tags"]
                    .as_array()
                    .expect("tags")
                    .iter()
                    .all(|tag| tags.contains(&tag.as_str().expect("a tag")))
            );
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["schema"].is_object() && both(&parameter["description"]), "{name}: {parameter}");
            }
            for (status, response) in operation["responses"].as_object().expect("responses") {
                if status.as_str() < "400" {
                    assert!(
                        both(&response["description"]) && (response["content"].is_object() || status == "204"),
                        "{name} {status}: {response}"
                    );
                    continue;
                }
                let at = response["$ref"].as_str().expect("a reference").trim_start_matches('#');
                let response = document().pointer(at).expect("a component");
                let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{name} {status}");
                assert!(both(&response["description"]), "{name} {status}");
            }
        }
    }
    for path in ["/health/live", "/health/ready", "/metrics", "/api/v1/criteria", "/api/v1/occupations/{id}"] {
        assert!(paths.contains_key(path), "{path}");
    }
    assert_eq!(api.get("/api/v1/criteria").await.status, 200);
    let reader = api.get("/docs").await;
    assert_eq!((reader.status, reader.header("location")), (302, "/docs/"), "it leads to the reader");
    assert!(api.get("/docs/").await.ok(200).is_null(), "a page");
}

#[actix_web::test]
async fn the_dashboard_shows_figures_that_there_are() {
    let api = spawn_app().await;
    api.shortlist("P0001", "top=3").await;
    let known = api.get("/metrics").await.text;
    let dashboard = include_str!("../../deploy/grafana.json");
    let parsed: serde_json::Value = serde_json::from_str(dashboard).expect("JSON");
    let words = dashboard.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let named: BTreeSet<&str> =
        words.filter(|word| word.starts_with("zeyou_") || word.starts_with("process_")).collect();
    assert!(named.len() >= 9 && parsed["panels"].as_array().expect("panels").len() >= 10, "{named:?}");
    for name in named {
        assert!(known.contains(&format!("\n{name}")), "{name} is told by nothing");
    }
}
