//! The first page: a map that its list explains, what needs attention, and the tour to a shortlist and a scenario.

use std::time::Instant;

use serde_json::json;

use crate::browser::Browser;
use crate::site::Site;

#[actix_web::test]
async fn a_newcomer_is_led_by_keyboard_to_a_shortlist_and_a_scenario() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    for language in ["zh-CN", "en"] {
        let browser = Browser::start().await;
        let begun = Instant::now();
        browser.open(&site.url(&format!("/?lang={language}"))).await;
        let enter = async || {
            for kind in ["keyDown", "keyUp"] {
                let event =
                    json!({"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"});
                browser.devtools("Input.dispatchKeyEvent", event).await;
            }
        };
        browser.value("document.querySelector(\"a[href='/tour/1']\").focus()").await;
        enter().await;
        let pages = ["^/$", "^/parks/P[0-9]+$", "^/parks/P[0-9]+/colleges/", "^/parks/P[0-9]+/lab$"];
        for (steps, page) in (1..).zip(pages) {
            browser
                .until(&format!(
                    "new RegExp('{page}').test(location.pathname) && location.search.includes('tour={steps}')"
                ))
                .await;
            browser.find(".tour .next").await;
            browser.is_sound(&format!("step {steps}"), &host).await;
            browser.screenshot(&format!("main-tour-{steps}-{language}")).await;
            if steps < 4 {
                browser.value("document.querySelector('.tour .next').focus()").await;
                enter().await;
            }
        }
        // The scenario: one press on a slider, and ranks move.
        browser.find("[data-lab].live").await;
        browser
            .value(
                "document.querySelector('#weight-proximity').closest('.weight').querySelector('[type=range]').focus()",
            )
            .await;
        for _ in 0..30 {
            for kind in ["keyDown", "keyUp"] {
                let event =
                    json!({"type": kind, "key": "ArrowRight", "code": "ArrowRight", "windowsVirtualKeyCode": 39});
                browser.devtools("Input.dispatchKeyEvent", event).await;
            }
        }
        browser.until("document.querySelectorAll('.lab-list .tag.up').length > 0").await;
        let took = begun.elapsed();
        println!("tour, {language}: {took:?} for a machine");
        browser.value("scrollTo(0, 0)").await;
        browser.click(".tour .next").await;
        browser.until("!document.querySelector('.tour')").await;
    }
}

#[actix_web::test]
async fn the_map_is_numbered_like_its_list_and_what_needs_attention_is_led_to() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    let browser = Browser::start().await;
    browser.open(&site.url("/")).await;
    browser.is_sound("home", &host).await;
    let pins = browser.value("Object.fromEntries([...document.querySelectorAll('.map a')].map(a => [a.getAttribute('href'), a.querySelector('text').textContent]))").await;
    let list = browser.value("Object.fromEntries([...document.querySelectorAll('#parks a.park')].map(a => [a.getAttribute('href'), a.querySelector('.list-number').textContent.trim()]))").await;
    assert_eq!(pins, list);
    assert_eq!(pins.as_object().expect("pins").len(), site.service.parks().cards.len());
    // Farther north is higher up.
    let at = |id: &str| {
        let parks = site.service.parks();
        parks
            .cards
            .iter()
            .find(|card| card.park.id.as_str() == id)
            .and_then(|card| card.park.place)
            .expect("a place")
            .lat()
    };
    let y = browser.value("['P0001', 'P0002'].map(id => Number(document.querySelector(`.map a[href='/parks/${id}'] text`).getAttribute('y')))").await;
    assert_eq!(y[0].as_f64() < y[1].as_f64(), at("P0001") > at("P0002"), "{y}");
    let news = browser.text("#news").await;
    assert!(news.contains("400"), "the ratings that were imported today are counted: {news}");
    // A need that nobody meets shows up, with the people it leaves open.
    let major = {
        let current = site.service.live().current();
        let state = &current.snapshot.state;
        let offered: Vec<String> =
            state.programmes.iter().map(|(_, one)| one.value.major.to_string()[..2].to_owned()).collect();
        let codes = state.majors.iter().map(|(code, _)| code.to_string());
        codes
            .filter(|code| code.len() == 6)
            .find(|code| !offered.contains(&code[..2].to_owned()))
            .expect("a major nobody has")
    };
    let need = json!({"id": "DX1", "park": "P0003", "kind": "hire", "target": {"major": major}, "headcount": 77,
        "start": "2027-01-01", "end": "2027-12-31"});
    let put = site.client.put(site.url("/api/v1/demands/DX1")).json(&need).send().await.expect("an answer");
    assert!(put.status().is_success(), "{}", put.text().await.expect("text"));
    browser.open(&site.url("/")).await;
    let line = browser.text("#attention a[href='/parks/P0003']").await;
    let people: u32 =
        line.split_once("仍差 ").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok()).expect("people");
    assert!(people >= 77, "{line}");
    // From the first page to the code an enterprise scans.
    browser.click("#attention a[href*='/engagements']").await;
    browser.until("location.pathname.endsWith('/engagements')").await;
    browser.is_sound("engagements", &host).await;
    browser.screenshot_whole("main-engagements").await;
    browser.click("tbody tr:first-child a").await;
    browser.find("svg.qr").await;
}

#[actix_web::test]
async fn flagged_ratings_have_a_page_that_says_why() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.open(&site.url("/flags")).await;
    let before = site.api("/api/v1/flags").await["total"].as_u64().expect("a number");
    let rows = "document.querySelectorAll('#flags tbody tr').length";
    assert_eq!(browser.value(rows).await, before);
    // One park's enterprises suddenly rate a college as low as can be.
    let (park, college, firms) = {
        let current = site.service.live().current();
        let state = &current.snapshot.state;
        let mut by_park: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
        for (id, entry) in state.enterprises.iter() {
            by_park.entry(entry.value.park.to_string()).or_default().push(id.to_string());
        }
        let (park, firms) = by_park.into_iter().max_by_key(|(_, firms)| firms.len()).expect("a park");
        let mut rated: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
        for (_, entry) in state.ratings.iter() {
            if let Some(engagement) = state.engagements.get(&entry.value.engagement) {
                *rated.entry(engagement.college.to_string()).or_default() += 1;
            }
        }
        let college = rated.into_iter().max_by_key(|(_, n)| *n).expect("a college").0;
        (park, college, firms)
    };
    for n in 0..60 {
        let (id, firm) = (format!("EX{n}"), &firms[n % firms.len()]);
        let body = json!({"id": id, "enterprise": firm, "college": college, "status": "confirmed", "kind": "hire", "start": "2026-01-01", "end": "2026-11-20"});
        let put = site
            .client
            .put(site.url(&format!("/api/v1/engagements/{id}")))
            .json(&body)
            .send()
            .await
            .expect("an answer");
        assert!(put.status().is_success(), "{}", put.text().await.expect("text"));
        site.rate(&id, 1).await;
    }
    let flags = site.api("/api/v1/flags").await;
    let flag = flags["flags"].as_array().expect("flags").iter().find(|flag| flag["college"]["id"] == json!(college));
    let flag = flag.unwrap_or_else(|| panic!("{park}: {flags}"));
    browser.open(&site.url("/")).await;
    browser.click("#attention a[href='/flags']").await;
    browser.find("#flags").await;
    let why = browser.text(&format!("tr[data-college='{college}'] .why-flag")).await;
    assert_eq!(why, flag["reason"]["zh"].as_str().expect("a reason"));
    let host = site.address.to_string();
    for (size, width) in [(crate::browser::PHONE, "320"), (crate::browser::LAPTOP, "1366")] {
        browser.size(size).await;
        browser.is_sound("flags", &host).await;
        browser.screenshot_whole(&format!("main-flags-{width}")).await;
    }
}
