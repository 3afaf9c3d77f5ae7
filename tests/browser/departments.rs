//! The lab's departments and the college that is assumed to join, as the API has them.

use serde_json::{Value, json};

use crate::browser::{Browser, LAPTOP, PHONE};
use crate::site::Site;

/// The departments of the address, as the API is asked with them.
async fn departments(browser: &Browser) -> Value {
    let script = "new URLSearchParams(location.search).get('departments').split(',').map(part => { \
                  const [name, weights] = part.split('~'); return [name, weights.split('/').map(Number)]; })";
    let codes = browser.value("[...document.querySelectorAll('.weight input[type=number]')].map(b => b.name)").await;
    let order = [
        "major_fit",
        "capacity",
        "satisfaction",
        "retention",
        "continuity",
        "facilities",
        "faculty",
        "response",
        "tech",
        "proximity",
        "cost",
        "cobuild",
    ];
    assert_eq!(codes.as_array().map(Vec::len), Some(order.len()));
    let all = browser.value(script).await;
    let of = |weights: &Value| -> Value {
        order
            .iter()
            .enumerate()
            .map(|(at, code)| ((*code).to_owned(), weights[at].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    all.as_array().expect("departments").iter().map(|one| json!({"name": one[0], "weights": of(&one[1])})).collect()
}

#[actix_web::test]
async fn departments_stand_side_by_side_and_their_mean_goes_to_the_sliders() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    for language in ["zh-CN", "en"] {
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/parks/P0001/lab?lang={language}"))).await;
        browser.find("[data-lab].live").await;
        for (name, groups) in [("DRC", ["60", "30", "10"]), ("EDU", ["10", "80", "10"]), ("HRSS", ["", "", ""])] {
            browser.fill("#add-dept", name).await;
            for (field, value) in ["#dept_need", "#dept_outcome", "#dept_condition"].into_iter().zip(groups) {
                if !value.is_empty() {
                    browser.fill(field, value).await;
                }
            }
            browser.click("#departments form button").await;
            browser.until(&format!("location.search.includes('{name}')")).await;
            browser.find("[data-lab].live").await;
        }
        let asked = departments(&browser).await;
        let body = json!({"top": 10, "draws": 1, "departments": asked});
        let request = site.client.post(site.url("/api/v1/parks/P0001/sensitivity")).json(&body);
        let answer: Value = request.send().await.expect("an answer").json().await.expect("a body");
        let apart = browser
            .value("[...document.querySelectorAll('[data-apart]')].map(cell => Number(cell.dataset.apart))")
            .await;
        let expected: Value = answer["departments"]["orders"]
            .as_array()
            .expect("orders")
            .iter()
            .map(|one| one["apart"].clone())
            .collect();
        let close = |a: &Value, b: &Value| (a.as_f64().expect("a share") - b.as_f64().expect("a share")).abs() < 1e-9;
        let (shown, told) = (apart.as_array().expect("shares"), expected.as_array().expect("shares"));
        assert!(shown.len() == 3 && shown.iter().zip(told).all(|(a, b)| close(a, b)), "{apart} {expected}");
        assert!(told.iter().any(|share| share.as_f64() > Some(0.0)), "they differ: {expected}");
        let ranks = browser.value("[...document.querySelectorAll('.department-ranks tbody tr')].map(r => [r.dataset.college, [...r.cells].slice(1, 4).map(c => Number(c.textContent))])").await;
        let disputed: Value = answer["departments"]["disputed"]
            .as_array()
            .expect("colleges")
            .iter()
            .map(|one| json!([one["college"]["id"], one["ranks"]]))
            .collect();
        assert_eq!(ranks, disputed);
        let groups = browser
            .value("[...document.querySelectorAll('[data-group=need] td')].map(c => Number(c.textContent))")
            .await;
        assert!((groups[0].as_f64().expect("a sum") - 60.0).abs() < 0.06, "{groups}");
        browser.is_sound("departments", &host).await;
        browser.screenshot_whole(&format!("main-departments-{language}")).await;
        browser.size(PHONE).await;
        browser.is_sound("departments on a phone", &host).await;
        browser.screenshot_whole(&format!("main-departments-{language}-320")).await;
        browser.size(LAPTOP).await;
        // The mean becomes the scenario's weights: the list is the combined one.
        let mean = browser
            .value("[...document.querySelectorAll('.departments tbody tr:last-child td:last-child a')][0].href")
            .await;
        browser.open(mean.as_str().expect("a link")).await;
        let list = browser.value("[...document.querySelectorAll('.lab-list tbody tr')].filter(r => Number(r.dataset.rank) <= 5).map(r => r.dataset.college)").await;
        let combined: Vec<Value> = answer["departments"]["mean"]
            .as_array()
            .expect("a list")
            .iter()
            .take(5)
            .map(|one| one["id"].clone())
            .collect();
        assert_eq!(list, json!(combined));
    }
}

#[actix_web::test]
async fn a_college_is_assumed_to_join_kept_and_opened_again() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    for language in ["zh-CN", "en"] {
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/parks/P0001/lab?top=30&lang={language}"))).await;
        for (major, seats) in [("460103", "500"), ("460104", "300")] {
            browser.value("document.querySelector('.adds').open = true").await;
            browser.fill("#add-join", "新工学院").await;
            browser.fill("#join-major", major).await;
            browser.fill("#join-seats", seats).await;
            browser.click("#join button").await;
            browser.until(&format!("decodeURIComponent(location.search).includes('{major}:hire:{seats}')")).await;
        }
        let today = site.service.today().to_string();
        let college = json!({"college_put": {"id": "NEW-C1", "name": "新工学院", "kind": "associate", "city": "–", "updated_on": today}});
        let programme = |n: u32, major: &str, seats: u32| json!({"programme_put": {"id": format!("NEW-C1-{n}"), "college": "NEW-C1", "major": major, "seats": {"hire": seats}, "updated_on": today}});
        let changes = json!([college, programme(1, "460103", 500), programme(2, "460104", 300)]);
        let asked = json!({"park": "P0001", "top": 30, "explore": false, "changes": changes});
        let answer: Value = site
            .client
            .post(site.url("/api/v1/scenarios/evaluate"))
            .json(&asked)
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("a body");
        let expected: Value = answer["parks"][0]["difference"]["moves"]
            .as_array()
            .expect("moves")
            .iter()
            .map(|one| one["college"]["id"].clone())
            .collect();
        let shown = "[...document.querySelectorAll('.lab-list tbody tr')].map(r => r.dataset.college)";
        assert_eq!(browser.value(shown).await, expected, "as the API answers");
        let rank = expected.as_array().expect("moves").iter().position(|id| id == "NEW-C1").expect("it is ranked") + 1;
        let said = browser.text("#assumptions").await;
        assert!(said.contains("新工学院") && said.contains(&rank.to_string()), "{said}");
        browser.is_sound("a college joins", &host).await;
        browser.screenshot_whole(&format!("main-joins-{language}")).await;
        browser.fill("#keep input[name=name]", "新院校").await;
        browser.fill("#keep input[name=owner]", "教育局").await;
        browser.click("#keep button").await;
        browser.find("#notice").await;
        browser.click(".named a").await;
        browser.find("#assumptions").await;
        assert_eq!(browser.value(shown).await, expected, "kept and opened again");
    }
}
