//! Scenarios beyond weights: a need and seats assumed, kept, set side by side, and adopted; in both languages.

use serde_json::{Value, json};

use crate::browser::{Browser, PHONE};
use crate::site::Site;

/// The ranks the API gives under these changes: college, before, after.
async fn order(site: &Site, changes: Value) -> Value {
    let asked = json!({"park": "P0001", "explore": false, "changes": changes});
    let answer = site.client.post(site.url("/api/v1/scenarios/evaluate")).json(&asked).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("a body");
    let moves = answer["parks"][0]["difference"]["moves"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
    moves.iter().map(|one| json!([one["college"]["id"], one["rank_before"], one["rank_after"]])).collect()
}

#[actix_web::test]
async fn a_firm_settles_and_a_college_grows_and_the_committee_adopts_it() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    let today = site.service.today();
    let (start, end) = (today.plus_days(30).to_string(), today.plus_days(395).to_string());
    for language in ["zh-CN", "en"] {
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/parks/P0001/lab?lang={language}"))).await;
        browser.click(".adds summary").await;
        browser.fill("#add-need", "skjs").await;
        browser.fill("#add-people", "800").await;
        browser.click(".adds form:nth-of-type(1) button").await;
        browser.until("location.search.includes('need=460103')").await;
        let need = json!({"demand_put": {"id": "NEW1", "park": "P0001", "kind": "hire", "target": {"major": "460103"},
            "headcount": 800, "start": start, "end": end}});
        let shown = "[...document.querySelectorAll('.lab-list tbody tr')].map(r => r.dataset.college)";
        let ids =
            |order: &Value| -> Value { order.as_array().expect("rows").iter().map(|row| row[0].clone()).collect() };
        let firm = order(&site, json!([need])).await;
        assert_eq!(browser.value(shown).await, ids(&firm), "as the API answers");
        assert!(browser.text("#assumptions li span").await.contains("800"));
        browser.value("document.querySelector('.adds').open = true").await;
        let programme = browser.value("document.querySelector('#add-programme').value").await;
        browser.fill("#add-seats", "0").await;
        browser.click(".adds form:nth-of-type(2) button").await;
        browser.until("location.search.includes('seats=')").await;
        let seats = json!({"programme_seats": {"programme": programme, "kind": "hire", "seats": 0}});
        assert_eq!(browser.value(shown).await, ids(&order(&site, json!([need, seats])).await));
        assert_eq!(browser.value("document.querySelectorAll('#assumptions .named li').length").await, 2);
        browser.is_sound("assumptions", &host).await;
        browser.screenshot_whole(&format!("main-assumed-{language}")).await;
        // Kept twice: with the seats and without.
        browser.fill("#keep input[name=name]", "企业落户，名额减少").await;
        browser.fill("#keep input[name=owner]", "发展改革委").await;
        browser.click("#keep button").await;
        browser.find("#notice").await;
        browser.client.back().await.expect("back");
        browser.click("#assumptions .named li:last-child a").await;
        browser.until("!location.search.includes('seats=')").await;
        browser.fill("#keep input[name=name]", "企业落户").await;
        browser.fill("#keep input[name=owner]", "发展改革委").await;
        browser.click("#keep button").await;
        browser.find("#notice").await;
        browser
            .value("document.querySelectorAll('input[name=id]').forEach((box, at) => { box.checked = at < 2; })")
            .await;
        browser.click("form.card button[type=submit]").await;
        browser.find("#compared").await;
        let ranks = "[...document.querySelectorAll('#compared tbody tr')].length";
        assert!(browser.value(ranks).await.as_u64() >= Some(10));
        browser.is_sound("side by side", &host).await;
        browser.screenshot_whole(&format!("main-side-by-side-{language}")).await;
        browser.size(PHONE).await;
        browser.is_sound("side by side on a phone", &host).await;
        browser.size(crate::browser::LAPTOP).await;
        // A kept scenario opens again as it was.
        let link = browser.value("[...document.querySelectorAll('.named a')].map(a => a.getAttribute('href')).find(a => !a.includes('seats='))").await;
        assert!(link.as_str().expect("a link").contains("need=460103%3A800%3Ahire"), "{link}");
        browser.click("#adopt summary").await;
        browser.fill("#decision-name", "秋季选取").await;
        browser.fill("#decision-attendees", "园区管委会\n教育局").await;
        browser.fill("#decision-recusals", "院校代表：关联方").await;
        browser.fill("#decision-reasons", "龙头企业落户").await;
        browser.click("#adopt button").await;
        browser.until("location.pathname.startsWith('/decisions/')").await;
        let id = browser.value("location.pathname.split('/')[2]").await;
        let decision = site.api(&format!("/api/v1/decisions/{}", id.as_str().expect("a code"))).await;
        assert_eq!(
            (&decision["attendees"][1], &decision["recusals"][0]["reason"]),
            (&json!("教育局"), &json!("关联方"))
        );
    }
}
