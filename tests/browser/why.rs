//! S2, why and compare.

use crate::browser::{Browser, LAPTOP};
use crate::site::Site;

#[actix_web::test]
async fn the_reasons_are_seen_without_scrolling_and_the_points_add_up() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    let list = site.api("/api/v1/parks/P0001/shortlist?top=100").await;
    for language in ["zh-CN", "en"] {
        for item in list["items"].as_array().expect("items") {
            let id = item["college"]["id"].as_str().expect("an id");
            browser.open(&site.url(&format!("/parks/P0001/colleges/{id}?lang={language}"))).await;
            browser.size(LAPTOP).await;
            for part in ["#sentence", "#weakness", "section.for li:last-child"] {
                if part.starts_with("section") && browser.value("!document.querySelector('#reasons')").await == true {
                    continue;
                }
                let bottom = format!("document.querySelector('{part}').getBoundingClientRect().bottom <= innerHeight");
                assert_eq!(browser.value(&bottom).await, true, "{id} {language}: {part} is seen without scrolling");
            }
            // What is printed adds up to what is printed, to 0.05.
            let sum = "[...document.querySelectorAll('#criteria .points')].reduce((s, c) => s + Number(c.textContent.replace('\u{2212}', '-')), 0)";
            let sum = browser.value(sum).await.as_f64().expect("a sum");
            let total = browser.text("#total").await.parse::<f64>().expect("a total");
            assert!((sum - total).abs() <= 0.05, "{id}: {sum} is not {total}");
            let exact =
                "[...document.querySelectorAll('#criteria .points')].reduce((s, c) => s + Number(c.dataset.points), 0)";
            let exact = browser.value(exact).await.as_f64().expect("a sum");
            assert!((exact - item["score"].as_f64().expect("a score")).abs() < 1e-6, "{id}");
            let sentence = browser.text("#sentence").await;
            let api = site.api(&format!("/api/v1/parks/P0001/colleges/{id}/explanation")).await;
            let of = if language == "en" { &api["sentence"]["en"] } else { &api["sentence"]["zh"] };
            assert_eq!(sentence, of.as_str().expect("a sentence"));
        }
    }
}

#[actix_web::test]
async fn a_reader_goes_from_the_list_to_the_reasons_to_a_comparison() {
    let site = Site::demo().await;
    for language in ["zh-CN", "en"] {
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/parks/P0001?lang={language}"))).await;
        browser.click(".ranking tbody tr:nth-child(2) .acts a").await;
        browser.find("#overtake li").await;
        browser.screenshot(&format!("main-why-{language}")).await;
        browser.value("document.querySelector('#ratings').scrollIntoView()").await;
        browser.find("figure .canvas canvas").await;
        assert!(
            browser.value("document.querySelectorAll('figure table tbody tr').length > 0").await == true,
            "a table under the chart"
        );
        browser.screenshot(&format!("main-ratings-{language}")).await;
        browser.is_sound("why", &site.address.to_string()).await;
        browser.click("form.inline button").await;
        browser.find("#verdict").await;
        // One probability, wherever it is asked for.
        let names = browser
            .value("new URL(location.href).searchParams.get('a') + ',' + new URL(location.href).searchParams.get('b')");
        let names = names.await.as_str().expect("two codes").to_owned();
        let compared = site.api(&format!("/api/v1/parks/P0001/compare?colleges={names}")).await;
        let p = 100.0 * compared["pairs"][0]["score"]["p_better"].as_f64().expect("a probability");
        let verdict = browser.text("#verdict").await;
        assert!(verdict.contains(&format!("{p:.0}")), "{verdict} against {p}");
        let sum =
            "[...document.querySelectorAll('#criteria .points')].reduce((s, c) => s + Number(c.dataset.points), 0)";
        let sum = browser.value(sum).await.as_f64().expect("a sum");
        let total = browser.text("#total").await.replace('\u{2212}', "-").parse::<f64>().expect("a total");
        assert!((sum - total).abs() <= 0.005, "the differences add up to the gap");
        browser.screenshot_whole(&format!("main-compare-{language}")).await;
        browser.is_sound("compare", &site.address.to_string()).await;
    }
}

#[actix_web::test]
async fn everything_is_read_without_scripts() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.devtools("Emulation.setScriptExecutionDisabled", serde_json::json!({"value": true})).await;
    browser.open(&site.url("/")).await;
    browser.click("a.park[href='/parks/P0001']").await;
    browser.find("#board table.ranking").await;
    browser.click("#team a").await;
    browser.find("#team tbody tr").await;
    browser.open(&site.url("/parks/P0001")).await;
    browser.click(".ranking tbody tr:first-child .acts a").await;
    browser.find("#criteria").await;
    browser.screenshot_whole("why-without-scripts").await;
}
