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
