//! S4, rating on a phone: by a signed link, by taps alone, counted once.

use serde_json::json;
use zeyou::service::{LINK_DAYS, LinksWanted};

use crate::browser::{Browser, PHONE};
use crate::site::Site;

/// Paths of links to engagements without a rating.
fn open_links(site: &Site) -> Vec<(String, String)> {
    let wanted = LinksWanted { enterprise: None, open: true, days: LINK_DAYS };
    let links = site.service.rating_links(&wanted).expect("links");
    assert!(links.len() >= 4, "the demo city has engagements without a rating");
    links.into_iter().map(|link| (link.engagement.id.to_string(), link.path)).collect()
}

/// The marks of an engagement's rating, its comment and how many ratings there are.
fn rated(site: &Site, engagement: &str) -> (Option<serde_json::Value>, usize) {
    let current = site.service.live().current();
    let ratings = &current.snapshot.state.ratings;
    let found = ratings.get(&engagement.parse().expect("a code"));
    (found.map(|rating| serde_json::to_value(rating).expect("JSON")), ratings.len())
}

const ANSWERS: [(&str, &str); 5] =
    [("overall", "4"), ("supply", "5"), ("skill", "3"), ("stay", "unknown"), ("help", "4")];

/// Taps an answer as a thumb would: on what is seen, not on the unseen input.
async fn tap(browser: &Browser, name: &str, value: &str) {
    browser.click(&format!("label.pick:has(input[name='{name}'][value='{value}'])")).await;
}

#[actix_web::test]
async fn six_taps_rate_in_both_languages_on_a_small_light_page() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    let host = site.address.to_string();
    browser.size(PHONE).await;
    for (at, language) in ["zh-CN", "en"].into_iter().enumerate() {
        let (engagement, path) = open_links(&site).swap_remove(0);
        let before = rated(&site, &engagement).1;
        browser.devtools("Network.clearBrowserCache", json!({})).await;
        browser.requests().await;
        browser.open(&site.url(&format!("{path}?lang={language}"))).await;
        browser.find("form").await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let bytes: u64 = browser.requests().await.iter().map(|(_, bytes)| bytes).sum();
        println!("rating form, {language}: {bytes} bytes");
        assert!(bytes > 0 && bytes <= 60 * 1024, "{bytes} bytes");
        let small = "[...document.querySelectorAll('.pick, button')].filter(e => e.offsetParent).filter(e => \
                     { const r = e.getBoundingClientRect(); return r.height < 44 || r.width < 44; }).length";
        assert_eq!(browser.value(small).await, 0, "targets are at least 44 px");
        let least = "Math.min(...[...document.querySelectorAll('.pick b, .pick small, legend, .fine')].filter(e => e.offsetParent).map(e => parseFloat(getComputedStyle(e).fontSize)))";
        let least = browser.value(least).await;
        assert!(least.as_f64() >= Some(12.0), "text is at least 12 px: {least}");
        // Keystroke-level model: per answer a decision (1.35 s), a reach (1.1 s) and a tap (.2 s); .8 s for each screen scrolled by.
        let height = browser.value("document.documentElement.scrollHeight").await.as_f64().expect("a height");
        let estimate = 6.0 * (1.35 + 1.1 + 0.2) + 0.8 * (height / f64::from(PHONE.1) - 1.0);
        println!("rating form, {language}: {height} px, keystroke-level estimate {estimate:.1} s");
        assert!(estimate <= 20.0, "{estimate} s");
        browser.screenshot_whole(&format!("rate-form-{language}-320")).await;
        browser.is_sound(&format!("rate-form-{language}"), &host).await;
        let mut taps = 0;
        for (name, value) in ANSWERS {
            tap(&browser, name, value).await;
            taps += 1;
        }
        browser.screenshot_whole(&format!("rate-filled-{language}-320")).await;
        browser.click("button.send").await;
        taps += 1;
        browser.find("#received").await;
        assert_eq!(taps, 6);
        let (rating, after) = rated(&site, &engagement);
        assert_eq!(after, before + 1, "{at}: one rating more");
        let marks = json!({"overall": 4, "supply": 5, "skill": 3, "stay": "unknown", "help": 4});
        assert_eq!(rating.expect("a rating")["marks"], marks);
        browser.screenshot_whole(&format!("rate-thanks-{language}-320")).await;
        browser.is_sound(&format!("rate-thanks-{language}"), &host).await;
        // The same link shows what was given and changes it: still one rating.
        browser.open(&site.url(&path)).await;
        browser.click("#change summary").await;
        browser.click("#change label.pick:has(input[name='overall'][value='5'])").await;
        browser.click("#change button.send").await;
        browser.until("document.querySelector('#given dd')?.textContent.startsWith('5')").await;
        let (rating, after) = rated(&site, &engagement);
        assert_eq!((&rating.expect("a rating")["marks"]["overall"], after), (&json!(5), before + 1));
        // Text at 200 % on the smallest phone.
        browser.value("document.documentElement.style.setProperty('font-size', '200%')").await;
        browser.is_sound(&format!("rate-thanks-{language} at 200 %"), &host).await;
    }
}

#[actix_web::test]
async fn a_low_mark_reveals_reasons_and_a_sentence_can_be_added() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.size(PHONE).await;
    let (engagement, path) = open_links(&site).swap_remove(0);
    browser.open(&site.url(&path)).await;
    browser.find("form").await;
    let shown = "getComputedStyle(document.querySelector('.reasons')).display !== 'none'";
    assert_eq!(browser.value(shown).await, false, "nobody is asked for reasons unasked");
    for (name, value) in ANSWERS {
        tap(&browser, name, value).await;
    }
    assert_eq!(browser.value(shown).await, false);
    tap(&browser, "help", "2").await;
    assert_eq!(browser.value(shown).await, true);
    tap(&browser, "reason", "contact").await;
    browser.screenshot_whole("rate-reasons-320").await;
    browser.is_sound("rate-reasons", &site.address.to_string()).await;
    browser.click("button.send").await;
    browser.find("#received").await;
    let id = rated(&site, &engagement).0.expect("a rating")["id"].as_str().expect("an id").parse().expect("an id");
    let comment =
        async || site.service.rating(id).await.expect("a rating").0.comment.expect("a comment").as_str().to_owned();
    assert_eq!(comment().await, "原因：对接慢");
    browser.find("#sentence textarea").await.send_keys("盼每月来一次").await.expect("typed");
    browser.click("#sentence button").await;
    browser.until("document.querySelector('#sentence textarea')?.textContent === '盼每月来一次'").await;
    assert_eq!(comment().await, "原因：对接慢\n盼每月来一次");
    assert!(browser.text("#given").await.contains("对接慢"));
}

#[actix_web::test]
async fn it_works_without_scripts() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.size(PHONE).await;
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    let (engagement, path) = open_links(&site).swap_remove(0);
    browser.open(&site.url(&path)).await;
    for (name, value) in ANSWERS {
        tap(&browser, name, value).await;
    }
    browser.click("button.send").await;
    browser.find("#received").await;
    assert!(rated(&site, &engagement).0.is_some());
    browser.screenshot_whole("rate-without-scripts").await;
}

#[actix_web::test]
async fn a_dropped_network_keeps_the_answers_and_sends_them_once() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.size(PHONE).await;
    let (engagement, path) = open_links(&site).swap_remove(0);
    let before = rated(&site, &engagement).1;
    let network = async |offline: bool| {
        let conditions = json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        browser.devtools("Network.emulateNetworkConditions", conditions).await;
    };
    browser.devtools("Network.enable", json!({})).await;
    browser.open(&site.url(&path)).await;
    for (name, value) in ANSWERS {
        tap(&browser, name, value).await;
    }
    network(true).await;
    browser.click("button.send").await;
    browser.find(".sent.waits").await;
    browser.screenshot_whole("rate-offline-320").await;
    assert!(rated(&site, &engagement).0.is_none(), "nothing arrived yet");
    let kept = "localStorage.getItem('zeyou-rating ' + location.pathname)?.includes('key=')";
    assert_eq!(browser.value(kept).await, true, "the answers are kept with their key");
    network(false).await;
    browser.find("#received").await;
    assert_eq!(rated(&site, &engagement).1, before + 1, "counted once");
    assert_eq!(browser.value("localStorage.length").await, 0, "nothing is kept longer than needed");
}

/// The hidden fields of a form and five answers.
fn form(page: &str, overall: &str) -> Vec<(String, String)> {
    let hidden = |name: &str| {
        let rest = page.split_once(&format!("name=\"{name}\" value=\"")).expect(name).1;
        (name.to_owned(), rest.split_once('"').expect("a value").0.to_owned())
    };
    let mut fields = vec![hidden("key"), hidden("rev")];
    fields.extend(ANSWERS.map(|(name, value)| (name.to_owned(), value.to_owned())));
    fields[2].1 = overall.to_owned();
    fields
}

fn encoded(fields: &[(String, String)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

#[actix_web::test]
async fn sent_twice_it_counts_once_and_a_second_rating_changes_nothing() {
    let site = Site::demo().await;
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
    let client = client.expect("a client");
    let (engagement, path) = open_links(&site).swap_remove(0);
    let before = rated(&site, &engagement).1;
    let page = client.get(site.url(&path)).send().await.expect("a page").text().await.expect("a page");
    let other = client.get(site.url(&path)).send().await.expect("a page").text().await.expect("a page");
    let send = async |body: String, origin: Option<&str>| {
        let mut request = client.post(site.url(&path)).header("Content-Type", "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        let answer = request.body(body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    };
    let first = encoded(&form(&page, "4"));
    let given = |answer: &reqwest::Response| {
        let kept = answer.headers().get("set-cookie").and_then(|kept| kept.to_str().ok());
        kept.and_then(|kept| kept.split(';').next()).unwrap_or_default().to_owned()
    };
    assert_eq!(send(first.clone(), Some("https://elsewhere.example")).await.0, 403, "from another site");
    assert_eq!(send(first.clone(), Some("null")).await.0, 403, "from nowhere");
    assert_eq!(send(first.replace("overall=4", "overall=9"), None).await.0, 422, "not of the scale");
    assert_eq!(send("nonsense".into(), None).await.0, 422);
    assert_eq!(rated(&site, &engagement).1, before, "nothing was recorded");
    // A double tap: both at one moment, then once more.
    let origin = format!("http://{}", site.address);
    let (a, b) = futures_util::future::join(send(first.clone(), Some(&origin)), send(first.clone(), None)).await;
    assert_eq!((a.0, b.0, send(first.clone(), None).await.0), (303, 303, 303));
    assert_eq!(rated(&site, &engagement).1, before + 1, "counted once");
    // A second form of the same link does not make a second rating, nor does it overwrite the first.
    let (status, body) = send(encoded(&form(&other, "1")), None).await;
    assert!(status == 409 && body.contains("role=\"alert\""), "{status}: {body}");
    assert!(!body.contains("id=\"given\""), "another browser is not told how it was rated: {body}");
    let (rating, count) = rated(&site, &engagement);
    assert_eq!((&rating.expect("a rating")["marks"]["overall"], count), (&json!(4), before + 1));
    // A change sent twice, by the browser that rated, is one change.
    let again = client.post(site.url(&path)).header("Content-Type", "application/x-www-form-urlencoded").body(first);
    let mark = given(&again.send().await.expect("an answer"));
    let page = client.get(site.url(&path)).header("Cookie", &mark).send().await.expect("a page");
    let change = encoded(&form(&page.text().await.expect("a page"), "2"));
    for _ in 0..2 {
        let request = client.post(site.url(&path)).header("Content-Type", "application/x-www-form-urlencoded");
        let answer = request.header("Cookie", &mark).body(change.clone()).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 303);
    }
    let now = site.service.follow_link(path.trim_start_matches("/r/")).await;
    let now = now.expect("a link").given.expect("a rating");
    assert_eq!((now.0.marks.overall.get(), now.1), (Some(2), 2));
}

#[actix_web::test]
async fn every_bad_link_gets_the_same_page_in_the_readers_language() {
    let site = Site::demo().await;
    let (engagement, path) = open_links(&site).swap_remove(0);
    let proposed = {
        let current = site.service.live().current();
        let state = &current.snapshot.state;
        let is = |entry: &zeyou::domain::EngagementStatus| *entry == zeyou::domain::EngagementStatus::Proposed;
        state.engagements.iter().find(|(_, entry)| is(&entry.value.status)).expect("a proposed one").0.to_string()
    };
    let bad = [
        path.replace(&engagement, "G999999"),
        path.replace(&engagement, &proposed),
        path.replacen(".20", ".19", 1),
        format!("{path}A"),
        "/r/x".to_owned(),
        "/r/a.20990101.AAAA".to_owned(),
    ];
    for language in ["zh-CN", "en"] {
        let mut bodies = std::collections::BTreeSet::new();
        for path in &bad {
            let url = site.url(&format!("{path}?lang={language}"));
            let answer = site.client.get(&url).header("Accept", "text/html").send().await.expect("an answer");
            assert_eq!(answer.status().as_u16(), 404, "{path}");
            bodies.insert(answer.text().await.expect("a page"));
            let sent = site.client.post(&url).header("Content-Type", "application/x-www-form-urlencoded");
            assert_eq!(sent.body("key=1").send().await.expect("an answer").status().as_u16(), 404, "{path}");
        }
        assert_eq!(bodies.len(), 1, "{language}: one body for all");
        let browser = Browser::start().await;
        browser.size(PHONE).await;
        browser.open(&site.url(&format!("/r/x?lang={language}"))).await;
        assert_eq!(browser.text("h1").await.contains("链接"), language == "zh-CN");
        browser.complaints().await.iter().for_each(|line| assert!(line.contains("status of 404"), "{line}"));
        browser.is_sound("a bad link", &site.address.to_string()).await;
        browser.screenshot_whole(&format!("rate-bad-link-{language}-320")).await;
    }
    let refused = site.service.rating_link(&proposed.parse().expect("a code"), LINK_DAYS).await;
    assert!(refused.is_err(), "no link for what cannot be rated");
}

#[actix_web::test]
async fn the_park_shows_the_link_as_a_code_to_scan() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    let (engagement, _) = open_links(&site).swap_remove(0);
    for language in ["zh-CN", "en"] {
        browser.open(&site.url(&format!("/engagements/{engagement}/link?lang={language}"))).await;
        browser.find("svg.qr path").await;
        let address = browser.text("#address").await;
        assert!(address.starts_with(&site.url("/r/")), "{address}");
        browser.is_sound("the link", &site.address.to_string()).await;
        browser.screenshot_whole(&format!("rate-link-{language}")).await;
        browser.size(PHONE).await;
        browser.is_sound("the link on a phone", &site.address.to_string()).await;
        browser.click(".link a.button").await;
        browser.find("form[data-send]").await;
    }
    let absent = site.client.get(site.url("/engagements/NONE/link")).header("Accept", "text/html").send().await;
    assert_eq!(absent.expect("an answer").status().as_u16(), 404);
}
