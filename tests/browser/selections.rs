//! Selections of many parks: what the service answers, wishes and their prices, conflicts that give way, decisions reviewed.

use serde_json::{Value, json};

use crate::browser::{Browser, DESKTOP, LAPTOP, PHONE};
use crate::site::Site;

/// What the API selects.
async fn solved(site: &Site, asked: &Value) -> Value {
    let request = site.client.post(site.url("/api/v1/selections/solve")).json(asked);
    request.send().await.expect("an answer").json().await.expect("a body")
}

/// The pairs of an answer as the page marks them.
fn pairs(answer: &Value) -> Value {
    let all = answer["pairs"].as_array().expect("pairs").iter();
    let text = |value: &Value| value.as_str().expect("a code").to_owned();
    all.map(|one| json!(format!("{}~{}", text(&one["park"]), text(&one["college"])))).collect()
}

const SHOWN: &str = "[...document.querySelectorAll('tr[data-pair]')].map(row => row.dataset.pair)";

#[actix_web::test]
async fn many_parks_are_selected_for_and_wishes_have_their_price() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    for language in ["zh-CN", "en"] {
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/?lang={language}"))).await;
        browser.click("a[href='/selections']").await;
        browser.find("#pairs").await;
        let plain = solved(&site, &json!({"parks": "all", "wish": 3, "capacity": 2})).await;
        assert_eq!(browser.value(SHOWN).await, pairs(&plain), "as the API selects");
        // One place a college: fewer can have the best.
        browser.fill("input[name=capacity]", "1").await;
        browser.click("form.selection button[type=submit]:not(.plain)").await;
        browser.until("location.search.includes('capacity=1')").await;
        let tight = json!({"parks": "all", "wish": 3, "capacity": 1});
        let answer = solved(&site, &tight).await;
        assert_eq!(browser.value(SHOWN).await, pairs(&answer));
        assert_ne!(pairs(&answer), pairs(&plain));
        let lines = browser.value("document.querySelectorAll('.pair-line').length").await;
        assert_eq!(lines, pairs(&answer).as_array().expect("pairs").len(), "a line each: all have coordinates");
        // The first pair is forbidden with one press; a pair that is not selected is forced by its name.
        let first = answer["pairs"][0].clone();
        browser.click("tr[data-pair] a.quiet").await;
        browser.until("location.search.includes('forbidden=')").await;
        let outsider = [
            "C0001", "C0002", "C0003", "C0004", "C0005", "C0006", "C0007", "C0008", "C0009", "C0010", "C0011", "C0012",
        ]
        .into_iter()
        .find(|id| !pairs(&answer).to_string().contains(&format!("P0002~{id}")))
        .expect("a college that P0002 does not get");
        let name = site.api(&format!("/api/v1/colleges/{outsider}")).await["name"].as_str().expect("a name").to_owned();
        browser.fill("#add-pair input[name=add_park]", "P0002").await;
        browser.fill("#add-pair input[name=add_college]", &name).await;
        browser.click("#add-pair button").await;
        browser.until("location.search.includes('forced=P0002')").await;
        let mut wished = tight.clone();
        wished["forced"] = json!([{"park": "P0002", "college": outsider}]);
        wished["forbidden"] = json!([{"park": first["park"], "college": first["college"]}]);
        let answer = solved(&site, &wished).await;
        assert_eq!(answer["status"], "optimal", "{answer}");
        assert_eq!(browser.value(SHOWN).await, pairs(&answer));
        let prices = browser.value("[...document.querySelectorAll('tr[data-wish]')].map(row => [row.dataset.wish, Number(row.cells[3].textContent)])").await;
        let expected: Value = answer["wishes"]
            .as_array()
            .expect("wishes")
            .iter()
            .map(|one| {
                let text = |name: &str| one[name].as_str().expect("a text").to_owned();
                let price = (one["price"].as_f64().expect("a price") * 100.0).round() / 100.0;
                json!([format!("{} {}~{}", text("kind"), text("park"), text("college")), price])
            })
            .collect();
        let sorted = |all: &Value| {
            let mut all: Vec<String> = all.as_array().expect("prices").iter().map(Value::to_string).collect();
            all.sort();
            all
        };
        assert_eq!(sorted(&prices), sorted(&expected), "the price of every wish");
        assert!(expected.as_array().expect("prices").iter().any(|one| one[1].as_f64() > Some(0.0)), "{expected}");
        for (size, width) in [(PHONE, "320"), (LAPTOP, "1366"), (DESKTOP, "1920")] {
            browser.size(size).await;
            browser.is_sound(&format!("selection at {width}"), &host).await;
            browser.screenshot_whole(&format!("main-selection-{language}-{width}")).await;
        }
        browser.size(LAPTOP).await;
        files_hold_the_pairs(&site, &browser, &answer).await;
        let link = browser.value("document.querySelector('#share').href").await;
        browser.open(link.as_str().expect("a link")).await;
        assert_eq!(browser.value(SHOWN).await, pairs(&answer), "the link holds the question");
        adopted(&site, &browser, &answer, &host, language).await;
    }
}

/// CSV and workbook of the page hold the same pairs.
async fn files_hold_the_pairs(site: &Site, browser: &Browser, answer: &Value) {
    let expected = pairs(answer);
    let expected: Vec<&str> =
        expected.as_array().expect("pairs").iter().map(|one| one.as_str().expect("text")).collect();
    for ending in ["csv", "xlsx"] {
        let link = browser.value(&format!("document.querySelector('a[href*=\"pairs.{ending}\"]').href")).await;
        let answer = site.client.get(link.as_str().expect("a link")).send().await.expect("an answer");
        let disposition = answer.headers()["content-disposition"].to_str().expect("text").to_owned();
        assert!(disposition.contains(&format!(".{ending}")), "{disposition}");
        let bytes = answer.bytes().await.expect("a file");
        let sheets = zeyou::exchange::read_sheets(&format!("x.{ending}"), &bytes).expect("a table");
        let rows = &sheets[0].rows[1..=expected.len()];
        let found: Vec<String> = rows.iter().map(|row| format!("{}~{}", row[0].text(), row[3].text())).collect();
        assert_eq!(found, expected, "{ending}");
        assert!(ending == "csv" || sheets.len() == 4, "prices, places and definitions have sheets of their own");
    }
}

/// The selection becomes a decision, whose page shows it and codes that anyone can check.
async fn adopted(site: &Site, browser: &Browser, answer: &Value, host: &str, language: &str) {
    browser.click("#adopt summary").await;
    browser.fill("#decision-name", "2027 统筹").await;
    browser.fill("#decision-attendees", "发展改革委\n教育局").await;
    browser.fill("#decision-reasons", "名额有限").await;
    browser.click("#adopt button").await;
    browser.until("location.pathname.startsWith('/decisions/')").await;
    browser.find("#notice").await;
    let id = browser.value("location.pathname.split('/')[2]").await;
    let decision = site.api(&format!("/api/v1/decisions/{}", id.as_str().expect("a code"))).await;
    let kept: Vec<Value> = answer["pairs"]
        .as_array()
        .expect("pairs")
        .iter()
        .map(|one| json!({"park": one["park"], "college": one["college"]}))
        .collect();
    assert_eq!(decision["pairs"], json!(kept));
    assert_eq!(decision["as_of_seq"], answer["as_of"]["seq"], "on what was seen");
    let shown = browser.value("[...document.querySelectorAll('#review tr[data-pair]')].length").await;
    assert_eq!(shown, kept.len());
    let codes = browser.value("[...document.querySelectorAll('#codes code')].map(code => code.textContent)").await;
    assert_eq!(codes.as_array().map(Vec::len), Some(4));
    for code in codes.as_array().expect("codes") {
        let check = site.api(&format!("/api/v1/verify/{}", code.as_str().expect("a code"))).await;
        assert_eq!((&check["matches"], &check["shortlist"]["as_of"]["seq"]), (&json!(true), &decision["as_of_seq"]));
    }
    browser.is_sound("decision", host).await;
    browser.screenshot_whole(&format!("main-decision-{language}")).await;
    browser.size(PHONE).await;
    browser.is_sound("decision on a phone", host).await;
    browser.screenshot_whole(&format!("main-decision-{language}-320")).await;
    browser.size(LAPTOP).await;
}

#[actix_web::test]
async fn wishes_that_exclude_each_other_are_explained_and_give_way() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    let browser = Browser::start().await;
    for language in ["zh-CN", "en"] {
        let asked = "wish=3&capacity=1&mandatory=1&forced=P0001~C0001,P0002~C0001";
        browser.open(&site.url(&format!("/selections?{asked}&lang={language}"))).await;
        let said = browser.text("#conflicts").await;
        let name = site.api("/api/v1/colleges/C0001").await["name"].as_str().expect("a name").to_owned();
        assert!(said.contains(&name) && !said.contains("C0001"), "in words, not codes: {said}");
        browser.is_sound("conflict", &host).await;
        browser.screenshot_whole(&format!("main-conflict-{language}")).await;
        browser.size(PHONE).await;
        browser.is_sound("conflict on a phone", &host).await;
        browser.screenshot_whole(&format!("main-conflict-{language}-320")).await;
        browser.size(LAPTOP).await;
        browser.click("#conflicts a.button").await;
        browser.find("#pairs tr[data-pair]").await;
        assert_eq!(browser.value("document.querySelectorAll('#conflicts').length").await, 0);
    }
    // Parks are ticked without scripts; nothing ticked is all of them.
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    browser.open(&site.url("/selections")).await;
    browser.click("input[name=park][value=P0002]").await;
    browser.click("input[name=park][value=P0003]").await;
    browser.click("form.selection button[type=submit]:not(.plain)").await;
    browser.find("tr[data-pair^=P0002]").await;
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false})).await;
    let two = json!({"parks": [{"park": "P0002"}, {"park": "P0003"}], "wish": 3, "capacity": 2});
    assert_eq!(browser.value(SHOWN).await, pairs(&solved(&site, &two).await));
}

#[actix_web::test]
async fn what_a_selection_cannot_read_is_refused_with_its_name() {
    let site = Site::demo().await;
    for (query, status, said) in [
        ("wish=101", 422, "wish"),
        ("capacity=many", 422, "capacity"),
        ("min_score=101", 422, "min_score"),
        ("objective=luck", 422, "objective"),
        ("forced=P0001", 422, "forced"),
        ("forced=P0001~C9999", 422, "C9999"),
        ("parks=P9999&wish=1", 422, "P9999"),
        ("colour=red", 422, "colour"),
        ("add_park=P0001&add_college=nowhere", 422, "nowhere"),
    ] {
        let request = site.client.get(site.url(&format!("/selections?{query}"))).header("Accept", "text/html");
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{query}");
        assert!(answer.text().await.expect("a page").contains(said), "{query}");
    }
    // What is adopted is what was seen.
    let form = [
        ("mark", "0000000000000000"),
        ("name", "x"),
        ("attendees", "x"),
        ("reasons", "x"),
        ("review_on", "2099-01-01"),
    ];
    let body = form.map(|(name, value)| format!("{name}={value}")).join("&");
    let request = site.client.post(site.url("/selections/adopt?wish=3")).body(body);
    let request = request.header("Content-Type", "application/x-www-form-urlencoded").header("Accept", "text/html");
    assert_eq!(request.send().await.expect("an answer").status().as_u16(), 422);
    assert_eq!(site.api("/api/v1/decisions").await["items"], json!([]));
}

#[actix_web::test]
async fn a_decision_shows_what_came_of_it() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    let (engagement, college) = site.free_engagements().remove(0);
    let firm =
        site.api(&format!("/api/v1/engagements/{engagement}")).await["enterprise"].as_str().expect("a firm").to_owned();
    let park = site.api(&format!("/api/v1/enterprises/{firm}")).await["park"].as_str().expect("a park").to_owned();
    let body = json!({"name": "试点", "pairs": [{"park": park, "college": college}], "attendees": ["教育局"], "reasons": "试", "review_on": "2099-01-01"});
    let made: Value = site
        .client
        .post(site.url("/api/v1/decisions"))
        .json(&body)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("a body");
    site.rate(&engagement, 5).await;
    // Two more enterprises of the park: below three nothing is told of what they said.
    let firms: Vec<String> = {
        let current = site.service.live().current();
        let all = current.snapshot.state.enterprises.iter();
        let of_park = all.filter(|(id, one)| one.value.park.as_str() == park && id.as_str() != firm);
        of_park.take(2).map(|(id, _)| id.to_string()).collect()
    };
    for (n, firm) in firms.iter().enumerate() {
        let body = json!({"id": format!("EX{n}"), "enterprise": firm, "college": college, "status": "closed", "kind": "hire",
            "start": "2026-01-01", "end": "2026-11-20"});
        let put = site.client.put(site.url(&format!("/api/v1/engagements/EX{n}"))).json(&body).send().await;
        assert!(put.expect("an answer").status().is_success());
        site.rate(&format!("EX{n}"), 5).await;
    }
    browser.open(&site.url("/decisions")).await;
    browser.click(&format!("tr[data-decision='{}'] a", made["id"].as_str().expect("a code"))).await;
    let row = browser.text(&format!("tr[data-pair='{park}~{college}']")).await;
    let review = site.api(&format!("/api/v1/decisions/{}/review", made["id"].as_str().expect("a code"))).await;
    assert_eq!(review["pairs"][0]["realised"]["ratings"], 3);
    assert!(row.contains("评价 3") && row.contains("5.00"), "{row}");
    let expected = review["pairs"][0]["expected"]["satisfaction"]["mean"].as_f64().expect("a mean");
    assert!(row.contains(&format!("{expected:.2}")), "{row}");
}
