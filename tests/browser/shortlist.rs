//! S1, the shortlist: two clicks, everything the answer says, live.

use std::time::{Duration, Instant};

use crate::browser::{Browser, LAPTOP};
use crate::site::Site;

#[actix_web::test]
async fn a_park_manager_has_the_best_five_in_two_clicks() {
    let site = Site::demo().await;
    for language in ["zh-CN", "en"] {
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/?lang={language}"))).await;
        let mut clicks = 0;
        browser.click("a.park[href='/parks/P0001']").await;
        clicks += 1;
        browser.find("#board table.ranking").await;
        assert!(clicks <= 2);
        let list = site.api("/api/v1/parks/P0001/shortlist").await;
        let items = list["items"].as_array().expect("items");
        let rows = browser.value("[...document.querySelectorAll('.ranking tbody tr')].map(r => r.id)").await;
        let expected: Vec<String> =
            items.iter().map(|item| format!("row-{}", item["college"]["id"].as_str().expect("an id"))).collect();
        assert_eq!(rows, serde_json::json!(expected), "the order is the API's");
        assert_eq!(list["preset"], "established_park", "the preset is already chosen");
        let seen = "document.querySelectorAll('.ranking tbody tr')[4].getBoundingClientRect().bottom <= innerHeight";
        assert_eq!(browser.value(seen).await, true, "five are seen without scrolling");
        browser.screenshot(&format!("main-shortlist-{language}")).await;
    }
}

#[actix_web::test]
async fn the_page_says_what_the_answer_says() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.open(&site.url("/parks/P0001?lang=en")).await;
    let list = site.api("/api/v1/parks/P0001/shortlist").await;
    let text = browser.text("#board").await;
    for item in list["items"].as_array().expect("items") {
        assert!(text.contains(item["college"]["name"].as_str().expect("a name")));
        assert!(text.contains(&format!("{:.1}", item["score"].as_f64().expect("a score"))));
    }
    for excluded in list["excluded"].as_array().expect("excluded") {
        assert!(text.contains(excluded["college"]["name"].as_str().expect("a name")), "nobody disappears silently");
    }
    for unmet in list["unmet"].as_array().expect("unmet") {
        assert!(text.contains(unmet["demand"].as_str().expect("a demand")), "{unmet}");
    }
    assert!(text.contains(list["verify_code"].as_str().expect("a code")));
    assert!(text.contains(&format!("seq {}", list["as_of"]["seq"])));
    // Groups are told apart by pattern and label, not by colour alone.
    let bar = browser.value("document.querySelector('.bar').getAttribute('aria-label')").await;
    assert!(
        bar.as_str().is_some_and(|bar| bar.contains("Need") && bar.contains("Outcome") && bar.contains("Condition"))
    );
    for group in ["need", "outcome", "condition"] {
        let n = browser
            .value(&format!("document.querySelectorAll('.bar rect[fill=\"url(#pattern-{group})\"]').length"))
            .await;
        assert_eq!(n, list["items"].as_array().expect("items").len());
    }
    // Every tie is said.
    let items = list["items"].as_array().expect("items");
    let tied = items.iter().filter(|item| items.iter().filter(|o| o["tie_group"] == item["tie_group"]).count() > 1);
    assert_eq!(browser.value("document.querySelectorAll('.tag.tie').length").await, tied.count());
    // The team comes beside the list.
    browser.until("document.querySelectorAll('#team tbody tr').length > 0").await;
    let team = site.api("/api/v1/parks/P0001/portfolio?size=5&exact=true").await;
    let members = team["members"].as_array().expect("members");
    let shown = browser.text("#team").await;
    assert!(members.iter().all(|member| shown.contains(member["college"]["name"].as_str().expect("a name"))));
    // The code leads to the check, which agrees.
    browser.click(".print-foot a[href^='/help?code=']").await;
    browser.find("#outcome.good").await;
}

#[actix_web::test]
async fn filters_and_exclusions_ask_again() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.open(&site.url("/parks/P0001")).await;
    let first = browser.value("document.querySelector('.ranking tbody tr').id").await;
    browser.value("(() => { const s = document.querySelector('[name=top]'); s.value = '5'; s.dispatchEvent(new Event('change', {bubbles: true})); })()").await;
    browser.until("document.querySelectorAll('.ranking tbody tr').length === 5").await;
    assert_eq!(
        browser.value("new URLSearchParams(location.search).get('top')").await,
        "5",
        "the address can be shared"
    );
    browser.value("(() => { const s = document.querySelector('[name=preset]'); s.value = 'new_park'; s.dispatchEvent(new Event('change', {bubbles: true})); })()").await;
    browser.until("new URLSearchParams(location.search).get('preset') === 'new_park'").await;
    let code = browser.text(".print-foot code").await;
    let list = site.api("/api/v1/parks/P0001/shortlist?top=5&preset=new_park").await;
    assert_eq!(code, list["verify_code"].as_str().expect("a code"), "the very answer of the API");
    browser.open(&site.url("/parks/P0001")).await;
    browser.click(".ranking tbody tr:first-child .acts a.quiet").await;
    browser.until("location.search.includes('exclude=')").await;
    browser.find("#board").await;
    assert_ne!(browser.value("document.querySelector('.ranking tbody tr').id").await, first);
    browser.screenshot_whole("shortlist-excluded").await;
    // Nobody is left: the page says so, and names everybody.
    browser.open(&site.url("/parks/P0001?max_km=1")).await;
    browser.find(".empty").await;
    browser.screenshot_whole("shortlist-empty").await;
}

#[actix_web::test]
async fn the_page_is_exported_as_a_table() {
    let site = Site::demo().await;
    let list = site.api("/api/v1/parks/P0001/shortlist?top=5").await;
    let answer = site.client.get(site.url("/parks/P0001/shortlist.csv?top=5&lang=en")).send().await.expect("an answer");
    let text = answer.text().await.expect("a text");
    let text = text.strip_prefix('\u{feff}').expect("a spreadsheet sees that it is UTF-8");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(&reader.headers().expect("a head")[1], "Rank");
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let ranked: Vec<&csv::StringRecord> = rows.iter().filter(|row| &row[0] == "Ranked").collect();
    assert_eq!(ranked.len(), 5);
    for (row, item) in ranked.iter().zip(list["items"].as_array().expect("items")) {
        assert_eq!(&row[3], item["college"]["id"].as_str().expect("an id"));
        let points: f64 = (9..21).map(|at| row[at].parse::<f64>().expect("points")).sum();
        assert!((points - row[5].parse::<f64>().expect("a score")).abs() < 0.01, "the points add up");
    }
    assert!(rows.iter().any(|row| row[3] == list["verify_code"]), "the code is in the file");
}

#[actix_web::test]
async fn an_open_list_follows_a_rating_and_says_why() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.open(&site.url("/parks/P0001?top=20&lang=en")).await;
    browser.until("document.querySelector('.live-state').classList.contains('on')").await;
    browser.complaints().await;
    let before = site.api("/api/v1/parks/P0001/shortlist?top=20").await;
    // Many enterprises rate the college that is the least behind the one before: what one or two said would not be told of by
    // itself. Their engagements lift it too.
    let items = before["items"].as_array().expect("items");
    let lead =
        |n: &usize| items[n - 1]["score"].as_f64().expect("a score") - items[*n]["score"].as_f64().expect("a score");
    let rated = |n: &usize| items[*n]["satisfaction"]["suppressed"] != true && lead(n) > 1e-4;
    let closest = (1..items.len()).filter(rated).min_by(|a, b| lead(a).total_cmp(&lead(b))).expect("a college");
    let college = items[closest]["college"]["id"].as_str().expect("a code").to_owned();
    let firms: Vec<String> = {
        let current = site.service.live().current();
        current.snapshot.state.enterprises.iter().map(|(id, _)| id.to_string()).collect()
    };
    let mut free = Vec::new();
    for (n, firm) in firms.iter().enumerate() {
        let body = serde_json::json!({"id": format!("EX{n}"), "enterprise": firm, "college": college, "status": "closed",
            "kind": "hire", "start": "2026-01-01", "end": "2026-11-20"});
        let put = site.client.put(site.url(&format!("/api/v1/engagements/EX{n}"))).json(&body).send().await;
        assert!(put.expect("an answer").status().is_success());
        free.push(format!("EX{n}"));
    }
    let mut waits = Vec::new();
    let order = |list: &serde_json::Value| {
        let items = list["items"].as_array().expect("items").iter();
        items.map(|item| item["college"]["id"].to_string()).collect::<Vec<_>>()
    };
    for engagement in &free {
        let begun = Instant::now();
        let seq = site.rate(engagement, 5).await;
        let repainted = format!("Number(document.querySelector('#board').dataset.live) >= {seq}");
        while browser.value(&repainted).await != true {
            assert!(begun.elapsed() < Duration::from_secs(10), "the list was not repainted");
        }
        waits.push(begun.elapsed());
        if waits.len() >= 8 && order(&site.api("/api/v1/parks/P0001/shortlist?top=20").await) != order(&before) {
            break;
        }
    }
    waits.sort();
    println!(
        "rating posted to list repainted: median {:?}, slowest {:?}",
        waits[waits.len() / 2],
        waits[waits.len() - 1]
    );
    let after = site.api("/api/v1/parks/P0001/shortlist?top=20").await;
    let code = after["verify_code"].as_str().expect("a code").to_owned();
    browser.until(&format!("document.querySelector('.print-foot code').textContent === '{code}'")).await;
    // The team is fetched anew after each change; that must not begin the count again.
    browser.until("document.querySelector('#team table') !== null && !document.querySelector('.htmx-request')").await;
    let caused = "rating × 1";
    browser.until(&format!("document.querySelector('#changes').textContent.includes('{caused}')")).await;
    let panel = browser.text("#changes").await;
    assert!(
        panel.contains("satisfaction") && panel.contains(&format!("Since seq {}", before["as_of"]["seq"])),
        "{panel}"
    );
    assert!(!browser.value("document.getElementById('spoken').textContent").await.as_str().expect("text").is_empty());
    // Every badge is the difference of the two orders.
    let rank = |list: &serde_json::Value, id: &str| {
        list["items"].as_array().expect("items").iter().find(|item| item["college"]["id"] == *id)?["rank"].as_i64()
    };
    let mut moved = 0;
    for item in after["items"].as_array().expect("items") {
        let id = item["college"]["id"].as_str().expect("an id");
        let Some(old) = rank(&before, id) else { continue };
        let up = old - rank(&after, id).expect("a rank");
        let expected = match up {
            0 => String::new(),
            1.. => format!("▲{up}"),
            _ => format!("▼{}", -up),
        };
        assert_eq!(browser.value(&format!("document.querySelector('#row-{id} .moved').textContent")).await, expected);
        moved += usize::from(up != 0);
    }
    assert!(moved > 0, "enough good ratings move somebody");
    browser.size(LAPTOP).await;
    browser.screenshot_whole("shortlist-changed").await;
    browser.is_sound("a list that changed", &site.address.to_string()).await;
    browser.click("#changes .button").await;
    browser.until("document.querySelectorAll('#changes li').length === 0").await;
}
