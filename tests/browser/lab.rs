//! S3, the scenario lab: a weight moved by keyboard, ranks as the API has them, a link that reproduces the page.

use serde_json::{Value, json};

use crate::browser::{Browser, LAPTOP, PHONE};
use crate::site::Site;

/// Presses a key with the focus where it is.
async fn press(browser: &Browser, key: &str, code: u32) {
    for kind in ["keyDown", "keyUp"] {
        let event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code});
        browser.devtools("Input.dispatchKeyEvent", event).await;
    }
}

/// The weights in the boxes, by criterion.
async fn weights(browser: &Browser) -> Value {
    let boxes = "Object.fromEntries([...document.querySelectorAll('.weight input[type=number]')].map(b => [b.name, Number(b.value)]))";
    browser.value(boxes).await
}

/// The order the API gives under these changes.
async fn order(site: &Site, changes: Value) -> Value {
    let asked = json!({"park": "P0001", "explore": false, "changes": changes});
    let request = site.client.post(site.url("/api/v1/scenarios/evaluate")).json(&asked);
    let answer: Value = request.send().await.expect("an answer").json().await.expect("a body");
    let moves = answer["parks"][0]["difference"]["moves"].as_array().expect("moves").clone();
    moves.iter().map(|one| json!([one["college"]["id"], one["rank_before"], one["rank_after"]])).collect()
}

/// The order on the page: college, rank before, rank after.
async fn shown(browser: &Browser) -> Value {
    let number = "(cell) => /^\\d+$/.test(cell.textContent) ? Number(cell.textContent) : null";
    let rows = format!(
        "[...document.querySelectorAll('.lab-list tbody tr')].map(r => [r.dataset.college, ({number})(r.cells[2]), ({number})(r.cells[0])])"
    );
    browser.value(&rows).await
}

fn sum(weights: &Value) -> f64 {
    weights.as_object().expect("weights").values().map(|weight| weight.as_f64().expect("a number")).sum()
}

#[actix_web::test]
async fn a_weight_moved_by_keyboard_ranks_again_and_the_link_reproduces_it() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    for language in ["zh-CN", "en"] {
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/parks/P0001?lang={language}"))).await;
        browser.click("a[href='/parks/P0001/lab']").await;
        browser.find("[data-lab].live").await;
        assert_eq!(shown(&browser).await, order(&site, json!([])).await, "nothing has moved yet");
        browser
            .value("document.querySelector('#weight-faculty').closest('.weight').querySelector('[type=range]').focus()")
            .await;
        let before = weights(&browser).await["faculty"].as_f64().expect("a weight");
        for _ in 0..40 {
            press(&browser, "ArrowRight", 39).await;
        }
        browser.until("document.querySelectorAll('.lab-list .tag.up').length > 0").await;
        let query = format!("location.search.includes('faculty={}')", before + 40.0);
        browser.until(&query).await;
        let now = weights(&browser).await;
        assert_eq!(now["faculty"], before + 40.0, "each press is one more");
        assert!((sum(&now) - 100.0).abs() < 1e-9, "the total stays 100: {now}");
        assert_eq!(browser.text("#lab-total").await, "100");
        let expected = order(&site, json!([{"weights": now}])).await;
        browser.until(&format!("JSON.stringify([...document.querySelectorAll('.lab-list tbody tr')].map(r => r.dataset.college)) === '{}'",
            json!(expected.as_array().expect("rows").iter().map(|row| row[0].clone()).collect::<Vec<_>>()))).await;
        assert_eq!(shown(&browser).await, expected, "the ranks are the API's");
        assert_ne!(expected, order(&site, json!([])).await, "something moved");
        let moved = expected.as_array().expect("rows").iter().filter(|row| row[1] != row[2]).count();
        assert!(browser.text("#lab-summary").await.contains(&moved.to_string()), "the sentence counts {moved}");
        assert_eq!(
            browser.value("document.querySelector('#spoken').textContent").await,
            browser.text("#lab-summary").await,
            "it is spoken"
        );
        // The first holds where the page says: at both ends of its interval, not beyond.
        holds(&site, &browser).await;
        let whole = browser.value("document.querySelector('#lab-outcome').textContent").await;
        browser.is_sound("lab", &host).await;
        browser.screenshot(&format!("main-lab-{language}")).await;
        let link = browser.value("document.querySelector('#share').href").await;
        browser.open(link.as_str().expect("a link")).await;
        assert_eq!(weights(&browser).await, now, "the link holds the weights");
        assert_eq!(browser.value("document.querySelector('#lab-outcome').textContent").await, whole);
    }
}

/// Checks an interval with the API: with the weight a little beyond its end and the others rescaled, another is first.
async fn holds(site: &Site, browser: &Browser) {
    let now = weights(browser).await;
    let first = order(site, json!([{"weights": now}])).await[0][0].clone();
    let with = |code: &str, value: f64| {
        let others: f64 = sum(&now) - now[code].as_f64().expect("a weight");
        let mut hundredths: serde_json::Map<String, Value> = serde_json::Map::new();
        let mut left = 10_000;
        for (name, weight) in now.as_object().expect("weights") {
            if name != code {
                let part = (weight.as_f64().expect("a weight") * (100.0 - value) / others * 100.0).round() as i64;
                hundredths.insert(name.clone(), json!(part as f64 / 100.0));
                left -= part;
            }
        }
        hundredths.insert(code.to_owned(), json!(left as f64 / 100.0));
        Value::Object(hundredths)
    };
    let mut ends = 0;
    for code in now.as_object().expect("weights").keys() {
        let text = browser.text(&format!("#holds-{code} p")).await;
        let figures: Vec<f64> =
            text.split(|c: char| !c.is_ascii_digit() && c != '.').filter_map(|part| part.parse().ok()).collect();
        let [_, low, high] = figures[..] else { panic!("{code}: {text}") };
        for (inside, outside) in [(low + 0.5, low - 0.5), (high - 0.5, high + 0.5)] {
            if high - low > 1.0 {
                assert_eq!(order(site, json!([{"weights": with(code, inside)}])).await[0][0], first, "{code}: {text}");
            }
            if (0.0..=100.0).contains(&outside) {
                ends += 1;
                assert_ne!(order(site, json!([{"weights": with(code, outside)}])).await[0][0], first, "{code}: {text}");
            }
        }
    }
    assert!(ends > 0, "some interval ends within 0 and 100");
}

#[actix_web::test]
async fn buttons_boxes_and_presets_keep_the_total() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.open(&site.url("/parks/P0001/lab")).await;
    browser.find("[data-lab].live").await;
    let was = weights(&browser).await;
    browser.click(".weight:has(#weight-cost) [data-step='1']").await;
    let now = weights(&browser).await;
    assert_eq!(now["cost"].as_f64(), was["cost"].as_f64().map(|cost| cost + 1.0));
    assert!((sum(&now) - 100.0).abs() < 1e-9, "{now}");
    // All to one and back: the others come back in their proportions.
    let type_in = "(v) => { const b = document.querySelector('#weight-cost'); b.focus(); b.value = v; b.dispatchEvent(new Event('input')); }";
    browser.value(&format!("({type_in})('100')")).await;
    let all = weights(&browser).await;
    assert_eq!((all["cost"].as_f64(), sum(&all)), (Some(100.0), 100.0));
    let cost = now["cost"].as_f64().expect("a weight");
    browser.value(&format!("({type_in})('{cost}')")).await;
    let back = weights(&browser).await;
    for (code, weight) in now.as_object().expect("weights") {
        let apart = weight.as_f64().expect("a weight") - back[code].as_f64().expect("a weight");
        assert!(apart.abs() < 0.0101, "{code}: {now} {back}");
    }
    browser.until("location.search.includes('cost=')").await;
    // A preset to start from, the base unchanged.
    browser.value("scrollTo(0, 0)").await;
    browser.click(".starts a:nth-of-type(2)").await;
    browser.until("document.querySelector('#weight-cost').value === '0'").await;
    let started = weights(&browser).await;
    assert!((sum(&started) - 100.0).abs() < 1e-9, "{started}");
    assert_eq!(shown(&browser).await, order(&site, json!([{"weights": started}])).await);
}

#[actix_web::test]
async fn a_college_is_assumed_to_leave_and_taken_back_without_scripts() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    browser.size(PHONE).await;
    browser.open(&site.url("/parks/P0001/lab?lang=en")).await;
    let first = order(&site, json!([])).await[0][0].as_str().expect("a college").to_owned();
    browser.click(&format!("tr[data-college='{first}'] td:last-child a")).await;
    browser.find("#assumptions li").await;
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false})).await;
    assert_eq!(shown(&browser).await, order(&site, json!([{"exclude": first}])).await);
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    // A plain form: what does not sum to 100 is rescaled, and said.
    let field = browser.find("#weight-satisfaction").await;
    field.clear().await.expect("cleared");
    field.send_keys("90").await.expect("typed");
    browser.click("[data-lab] button[type=submit]").await;
    browser.find(".lab-weights .tag.warn").await;
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": false})).await;
    let now = weights(&browser).await;
    assert!((sum(&now) - 100.0).abs() < 1e-9, "{now}");
    assert_eq!(shown(&browser).await, order(&site, json!([{"weights": now}, {"exclude": first}])).await);
    browser.screenshot_whole("lab-without-scripts").await;
    browser.size(LAPTOP).await;
    browser.click("#assumptions li a").await;
    browser.until("!document.querySelector('#assumptions li')").await;
    assert_eq!(shown(&browser).await, order(&site, json!([{"weights": now}])).await, "taken back");
}

#[actix_web::test]
async fn what_the_lab_cannot_read_is_refused_with_its_name() {
    let site = Site::demo().await;
    for (query, status, said) in [
        ("cost=101", 422, "cost"),
        ("cost=much", 422, "cost"),
        ("cost=0", 422, "100"),
        ("exclude=C9999", 422, "C9999"),
        ("colour=red", 422, "colour"),
    ] {
        let request = site.client.get(site.url(&format!("/parks/P0001/lab?{query}"))).header("Accept", "text/html");
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{query}");
        assert!(answer.text().await.expect("a page").contains(said), "{query}");
    }
    let nowhere = site.client.get(site.url("/parks/NONE/lab")).send().await.expect("an answer");
    assert_eq!(nowhere.status().as_u16(), 404);
}

#[actix_web::test]
async fn how_long_from_a_slider_to_repainted_ranks() {
    let site = Site::demo().await;
    let browser = Browser::start().await;
    browser.open(&site.url("/parks/P0001/lab")).await;
    browser.find("[data-lab].live").await;
    browser
        .value("document.querySelector('#weight-cost').closest('.weight').querySelector('[type=range]').focus()")
        .await;
    let count = "performance.getEntriesByName('zeyou-lab').length";
    for n in 1..=60 {
        press(&browser, "ArrowRight", 39).await;
        browser.until(&format!("{count} === {n}")).await;
    }
    let took =
        browser.value("performance.getEntriesByName('zeyou-lab').map(e => e.duration).sort((a, b) => a - b)").await;
    let took: Vec<f64> = took.as_array().expect("times").iter().map(|ms| ms.as_f64().expect("ms")).collect();
    // A figure, not a promise of the machine the tests run on: benches/README.md keeps it.
    println!(
        "slider to repainted ranks, 60 presses: median {:.0} ms, p95 {:.0} ms, slowest {:.0} ms",
        took[29], took[56], took[59]
    );
}
