//! The frame: languages, sizes, errors, weight of the first view, security.

use std::time::Instant;

use crate::browser::{Browser, DESKTOP, LAPTOP, PHONE};
use crate::site::Site;

/// Every page with its name, to be looked at in every form.
const PAGES: [(&str, &str); 22] = [
    ("home", "/"),
    ("shortlist", "/parks/P0001"),
    ("shortlist-new", "/parks/P0003?top=20"),
    ("why-first", "/parks/P0001/colleges/{first}"),
    ("why-last", "/parks/P0001/colleges/{last}"),
    ("compare", "/parks/P0001/compare?a={first}&b={last}"),
    ("lab", "/parks/P0001/lab?satisfaction=50&proximity=50&exclude={last}"),
    ("help", "/help"),
    ("data", "/data"),
    ("needs", "/needs"),
    ("needs-park", "/parks/P0001/needs"),
    ("engagements", "/parks/P0001/engagements"),
    ("scenarios", "/scenarios"),
    ("selections", "/selections?wish=3&capacity=1&forced=P0002~{last}&forbidden=P0001~{first}"),
    ("selections-none", "/selections?wish=9&capacity=1&mandatory=1"),
    ("decisions", "/decisions"),
    ("password", "/accounts/password"),
    ("flags", "/flags"),
    ("colleges", "/colleges"),
    ("supply", "/colleges/C0001"),
    ("nothing", "/nothing"),
    ("bad-parameter", "/parks/P0001?top=0"),
];

/// The pages' addresses with the first and the last of the list filled in.
async fn pages(site: &Site) -> Vec<(&'static str, String)> {
    let list = site.api("/api/v1/parks/P0001/shortlist?top=100").await;
    let items = list["items"].as_array().expect("items").clone();
    let id = |at: usize| items[at]["college"]["id"].as_str().expect("an id").to_owned();
    let (first, last) = (id(0), id(items.len() - 1));
    PAGES.map(|(name, path)| (name, path.replace("{first}", &first).replace("{last}", &last))).into()
}

#[actix_web::test]
async fn every_page_is_sound_in_both_languages_at_every_width() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    let host = site.address.to_string();
    for (name, path) in pages(&site).await {
        for language in ["zh-CN", "en"] {
            let and = if path.contains('?') { '&' } else { '?' };
            browser.open(&site.url(&format!("{path}{and}lang={language}"))).await;
            assert_eq!(browser.value("document.documentElement.lang").await, language);
            for (width, size) in [("320", PHONE), ("1366", LAPTOP), ("1920", DESKTOP)] {
                browser.size(size).await;
                let case = format!("{name}-{language}-{width}");
                if ["nothing", "bad-parameter"].contains(&name) {
                    // A browser notes that the page itself was an error.
                    browser.complaints().await.iter().for_each(|line| assert!(line.contains("status of 4"), "{line}"));
                }
                browser.is_sound(&case, &host).await;
                browser.screenshot_whole(&case).await;
            }
            let chinese = browser.value("/[\\u4e00-\\u9fff]/.test(document.querySelector('h1').textContent)").await;
            let named = [
                "shortlist",
                "shortlist-new",
                "why-first",
                "why-last",
                "compare",
                "lab",
                "needs-park",
                "engagements",
                "supply",
            ]
            .contains(&name);
            assert!(named || chinese == (language == "zh-CN"), "{name}: the heading is in the reader's language");
        }
    }
}

#[actix_web::test]
async fn pages_hold_in_the_dark_in_large_text_and_on_paper() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    let host = site.address.to_string();
    for (name, path) in pages(&site).await.into_iter().take(19) {
        browser.open(&site.url(&path)).await;
        browser.scheme("dark").await;
        browser.is_sound(&format!("{name} in the dark"), &host).await;
        browser.screenshot_whole(&format!("{name}-dark")).await;
        browser.scheme("light").await;
        let pages = browser.print(&format!("{name}-print")).await;
        // A list of everything is as long as it is.
        let most = if name == "engagements" { 10 } else { 4 };
        assert!((1..=most).contains(&pages), "{name}: {pages} pages");
        // Text at 200 %: the root's size, as a reader sets it in the browser.
        browser.value("document.documentElement.style.setProperty('font-size', '200%')").await;
        for (width, size) in [("320", PHONE), ("1366", LAPTOP)] {
            browser.size(size).await;
            browser.is_sound(&format!("{name} at 200 % and {width}"), &host).await;
            browser.screenshot_whole(&format!("{name}-200-{width}")).await;
        }
        browser.size(LAPTOP).await;
    }
}

#[actix_web::test]
async fn language_and_size_are_switched_and_remembered() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.open(&site.url("/parks/P0001?top=5")).await;
    assert_eq!(browser.value("document.documentElement.lang").await, "zh-CN", "Chinese first");
    browser.click(".tools a[hreflang=en]").await;
    browser.until("document.documentElement.lang === 'en'").await;
    assert_eq!(browser.value("location.pathname").await, "/parks/P0001", "the same page");
    assert_eq!(browser.value("new URLSearchParams(location.search).get('top')").await, "5", "the same question");
    browser.open(&site.url("/help")).await;
    assert_eq!(browser.value("document.documentElement.lang").await, "en", "remembered");
    browser.click(".tools a[href*='text=large']").await;
    browser.until("document.documentElement.className.includes('large')").await;
    browser.open(&site.url("/")).await;
    assert_eq!(browser.value("getComputedStyle(document.documentElement).fontSize").await, "20px", "remembered");
}

#[actix_web::test]
async fn the_keyboard_reaches_everything_and_the_content_first() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.open(&site.url("/parks/P0001")).await;
    let tab = async || {
        let key =
            |kind: &str| serde_json::json!({"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9});
        browser.devtools("Input.dispatchKeyEvent", key("keyDown")).await;
        browser.devtools("Input.dispatchKeyEvent", key("keyUp")).await;
    };
    tab().await;
    assert_eq!(browser.value("document.activeElement.className").await, "skip");
    assert!(browser.value("document.activeElement.getBoundingClientRect().top >= 0").await == true, "it shows itself");
    // Every focus can be seen: nothing is hidden behind the sticky head.
    for step in 0..30 {
        tab().await;
        let seen = "(() => { const e = document.activeElement, r = e.getBoundingClientRect(); \
                    const at = document.elementFromPoint(r.left + Math.min(4, r.width / 2), r.top + r.height / 2); \
                    return e === document.body || e.contains(at) || at?.contains(e) || r.width < 2; })()";
        let name = browser.value("document.activeElement.outerHTML.slice(0, 120)").await;
        assert_eq!(browser.value(seen).await, true, "step {step}: {name} is covered");
    }
}

#[actix_web::test]
async fn the_first_view_is_light_and_quick_and_asks_nobody_else() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    let host = site.address.to_string();
    for path in ["/", "/parks/P0001"] {
        browser.devtools("Network.clearBrowserCache", serde_json::json!({})).await;
        browser.requests().await;
        let begun = Instant::now();
        browser.open(&site.url(path)).await;
        let took = begun.elapsed();
        browser.find("h1").await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let requests = browser.requests().await;
        let bytes: u64 = requests.iter().map(|(_, bytes)| bytes).sum();
        println!("{path}: {} requests, {bytes} bytes, {took:?}", requests.len());
        assert!(bytes > 0 && bytes <= 200 * 1024, "{path}: {bytes} bytes");
        assert!(requests.len() <= 8, "{path}: {requests:?}");
        assert!(requests.iter().all(|(address, _)| address.starts_with(&format!("http://{host}/"))), "{requests:?}");
    }
}

#[actix_web::test]
async fn pages_forbid_what_they_do_not_need() {
    let site = Site::demo().await;
    for path in ["/", "/parks/P0001", "/nothing", "/parks/P0001/shortlist.csv"] {
        let answer = site.client.get(site.url(path)).header("Accept", "text/html").send().await.expect("an answer");
        let header = |name: &str| answer.headers().get(name).map(|v| v.to_str().expect("text").to_owned());
        let policy = header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
        assert_eq!(header("x-frame-options").as_deref(), Some("DENY"), "{path}");
    }
    // A program gets a problem, a browser a page; the API never answers with a page.
    let ask = async |path: &str, accept: &str| {
        let answer = site.client.get(site.url(path)).header("Accept", accept).send().await.expect("an answer");
        (answer.status().as_u16(), answer.headers()["content-type"].to_str().expect("text").to_owned())
    };
    let problem = (404, "application/problem+json".to_owned());
    assert_eq!(ask("/nothing", "application/json").await, problem);
    assert_eq!(ask("/api/v1/nothing", "text/html").await, problem);
    assert_eq!(ask("/nothing", "text/html").await, (404, "text/html; charset=utf-8".to_owned()));
    assert_eq!(ask("/parks/NONE", "text/html").await.0, 404);
    assert_eq!(ask("/parks/P0001?top=many", "text/html").await.0, 422);
    assert_eq!(ask("/parks/P0001?colour=red", "text/html").await.0, 422);
    let post = site.client.post(site.url("/parks/P0001")).send().await.expect("an answer");
    assert_eq!((post.status().as_u16(), &post.headers()["allow"]), (405, &"GET, HEAD".parse().expect("a header")));
}

#[actix_web::test]
async fn a_log_without_parks_says_what_to_do() {
    let site = Site::empty().await;
    let browser = Browser::start().await;
    browser.open(&site.url("/")).await;
    assert!(browser.text(".empty").await.contains("zeyou serve --demo"));
    browser.screenshot_whole("home-empty").await;
}
