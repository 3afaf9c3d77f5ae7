//! S5 and S6: needs and programmes entered one by one and pasted, in both languages and without a mouse; the mirror.

use serde_json::json;

use crate::browser::{Browser, LAPTOP, PHONE};
use crate::site::Site;

async fn press(browser: &Browser, key: &str, code: u32, text: &str) {
    let event =
        |kind: &str| json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
    browser.devtools("Input.dispatchKeyEvent", event("keyDown")).await;
    browser
        .devtools(
            "Input.dispatchKeyEvent",
            json!({"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code}),
        )
        .await;
}

async fn write(browser: &Browser, text: &str) {
    browser.devtools("Input.insertText", json!({"text": text})).await;
}

#[actix_web::test]
async fn a_need_is_entered_by_pinyin_and_keyboard_and_warned_of_without_being_blocked() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    for language in ["zh-CN", "en"] {
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/needs?lang={language}"))).await;
        browser.is_sound("choose a park", &host).await;
        browser.click("a[href='/parks/P0001/needs']").await;
        browser.find("#need-form").await;
        let required = "new Set([...document.querySelectorAll('#need-form [required]')].map(field => field.name)).size";
        assert!(browser.value(required).await.as_u64() <= Some(8), "at most eight fields must be filled");
        let before = site.service.needs(&"P0001".parse().expect("a code")).expect("needs").needs.len();
        // An internship of nine months in a major that two levels have, by its first letters; typed, never clicked.
        browser.value("document.querySelector('input[name=kind][value=hire]').focus()").await;
        press(&browser, "ArrowRight", 39, "").await;
        press(&browser, "ArrowRight", 39, "").await;
        assert_eq!(browser.value("document.activeElement.value").await, "intern");
        press(&browser, "Tab", 9, "").await;
        assert_eq!(browser.value("document.activeElement.id").await, "field-target");
        write(&browser, "skjs").await;
        press(&browser, "Escape", 27, "").await;
        press(&browser, "Tab", 9, "").await;
        write(&browser, "40").await;
        browser.fill("#field-start", "2027-03-01").await;
        browser.fill("#field-end", "2027-11-30").await;
        browser.value("document.querySelector('#field-note').focus()").await;
        press(&browser, "Enter", 13, "\r").await;
        browser
            .until("document.querySelector('fieldset.choices') !== null || document.querySelector('.saved') !== null")
            .await;
        if browser.value("document.querySelector('fieldset.choices') !== null").await == true {
            // A browser notes that the page itself was refused.
            browser.complaints().await;
            browser.is_sound("which one is meant", &host).await;
            browser.screenshot_whole(&format!("main-need-choice-{language}")).await;
            browser.value("document.querySelector('input[name=choice]').focus()").await;
            press(&browser, " ", 32, " ").await;
            browser.value("document.querySelector('#field-note').focus()").await;
            press(&browser, "Enter", 13, "\r").await;
        }
        browser.find(".saved").await;
        assert!(browser.text(".saved").await.contains("40"), "what was saved is said");
        assert_eq!(
            browser.value("document.querySelectorAll('.saved li').length").await,
            1,
            "the long internship is warned of"
        );
        let needs = site.service.needs(&"P0001".parse().expect("a code")).expect("needs").needs;
        assert_eq!(needs.len(), before + 1, "saved all the same");
        browser.is_sound("a need saved", &host).await;
        browser.screenshot_whole(&format!("main-need-saved-{language}")).await;
        browser.size(PHONE).await;
        browser.is_sound("needs on a phone", &host).await;
        browser.screenshot_whole(&format!("main-need-{language}-320")).await;
        browser.size(LAPTOP).await;
        // It is found again, changed, and closed.
        let id = browser.value("new URLSearchParams(location.search).get('saved')").await;
        let id = id.as_str().expect("a code").to_owned();
        browser.click(&format!("tr[data-need='{id}'] .acts a")).await;
        browser.until("document.querySelector('input[name=id]')?.value !== ''").await;
        browser.fill("#field-headcount", "0").await;
        browser.click("#need-form button[type=submit]:not(.plain)").await;
        browser.find("#fault-headcount").await;
        browser.fill("#field-headcount", "45").await;
        browser.click("#need-form button[type=submit]:not(.plain)").await;
        browser.find(".saved").await;
        assert!(browser.text(&format!("tr[data-need='{id}']")).await.contains("45"));
        browser.click(&format!("tr[data-need='{id}'] .acts button")).await;
        browser.until("location.search.includes('closed=')").await;
        assert_eq!(site.service.needs(&"P0001".parse().expect("a code")).expect("needs").needs.len(), before);
    }
}

#[actix_web::test]
async fn fifty_rows_pasted_are_told_cell_by_cell_and_the_good_ones_saved() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    let browser = Browser::start().await;
    let mut rows: Vec<String> = (1..=50)
        .map(|n| format!("招聘\t460103\t{n}\t三级\t2027-{:02}\t2027-12\t紧急\tE00009\t第{n}批", n % 6 + 1))
        .collect();
    // Same contents but the number: what they are is their enterprise, major, level and time.
    rows = rows
        .into_iter()
        .enumerate()
        .map(|(at, row)| {
            row.replace(
                "460103",
                ["460103", "460701", "430601", "510209", "470201", "460102", "460104", "460105", "460106"][at / 6],
            )
        })
        .collect();
    rows[6] = rows[6].replace("招聘", "招人");
    rows[20] = rows[20].replace("2027-12", "下学期");
    for language in ["zh-CN", "en"] {
        browser.open(&site.url(&format!("/parks/P0002/needs?lang={language}"))).await;
        browser.value("document.querySelector('#paste').open = true").await;
        browser.fill("#rows", &rows.join("\n")).await;
        browser.click("#paste button[type=submit]").await;
        browser.find("#pasted").await;
        assert_eq!(browser.value("document.querySelectorAll('.pasted .bad-cell').length").await, 2);
        let bad =
            "[...document.querySelectorAll('.pasted .bad-cell')].map(c => [c.parentElement.rowIndex, c.cellIndex])";
        assert_eq!(browser.value(bad).await, json!([[6, 1], [20, 6]]), "the cells that are wrong");
        browser.is_sound("pasted", &host).await;
        browser.screenshot_whole(&format!("main-paste-{language}")).await;
    }
    let before = site.service.needs(&"P0002".parse().expect("a code")).expect("needs").needs.len();
    browser.click("#paste button[name=write]").await;
    browser.until("!document.querySelector('#paste button[name=write]')").await;
    let after = site.service.needs(&"P0002".parse().expect("a code")).expect("needs").needs.len();
    assert_eq!(after - before, 48, "{}", browser.text("#pasted").await);
    assert_eq!(site.service.imports().expect("allowed").len(), 1, "pasted rows can be taken back");
    // With their heading, in any order.
    browser.open(&site.url("/parks/P0002/needs?lang=zh-CN")).await;
    browser.value("document.querySelector('#paste').open = true").await;
    browser.fill("#rows", "人数\t专业\t类型\t起\t止\n3\t460103\t实习\t2027.3.1\t2027.6.30").await;
    browser.click("#paste button[type=submit]").await;
    browser.find("#paste button[name=write]").await;
}

#[actix_web::test]
async fn a_college_keeps_its_programmes_and_sees_what_would_lift_it_and_no_rival() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    let names: Vec<String> =
        site.service.colleges().expect("allowed").iter().map(|card| card.college.name.to_string()).collect();
    for language in ["zh-CN", "en"] {
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/colleges?lang={language}"))).await;
        browser.is_sound("choose a college", &host).await;
        browser.click("a[href='/colleges/C0016']").await;
        browser.find("#mirror").await;
        let shown = browser.value("document.querySelector('main').textContent").await;
        let own = browser.text("h1").await;
        let rivals: Vec<&String> =
            names.iter().filter(|name| **name != own && shown.as_str().expect("text").contains(*name)).collect();
        assert!(rivals.is_empty(), "{rivals:?}");
        browser.open(&site.url("/colleges/C0016?park=P0001")).await;
        let levers = "[...document.querySelectorAll('.step')].map(s => s.querySelectorAll('li').length)";
        let levers = browser.value(levers).await;
        assert!(levers.as_array().expect("steps")[0].as_u64() >= Some(3), "at least three levers: {levers}");
        browser.is_sound("mirror", &host).await;
        browser.screenshot_whole(&format!("main-supply-{language}")).await;
        browser.size(PHONE).await;
        browser.is_sound("supply on a phone", &host).await;
        browser.screenshot_whole(&format!("main-supply-{language}-320")).await;
        browser.size(LAPTOP).await;
        browser.fill("#field-target", "460105").await;
        browser.fill("#field-seats_hire", "12").await;
        browser.fill("#field-stations_free", "9").await;
        browser.click("#programme-form button[type=submit]").await;
        browser.find("#programme-form .notice").await;
        // A browser notes that the page itself was refused.
        browser.complaints().await;
        browser.is_sound("more free stations than there are", &host).await;
        browser.fill("#field-stations", "9").await;
        browser.click("#programme-form button[type=submit]").await;
        browser.find(".saved").await;
        let id = browser.value("new URLSearchParams(location.search).get('saved')").await;
        let row = format!("tr[data-programme='{}']", id.as_str().expect("a code"));
        assert!(browser.text(&row).await.contains("9 (9)"));
        browser.click(&format!("{row} .acts button")).await;
        browser.until("location.search.includes('closed=')").await;
        browser.fill("#field-retained", "70").await;
        browser.fill("#field-placed", "60").await;
        browser.click("#facts button[type=submit]").await;
        browser.find("#facts .notice").await;
        browser.fill("#field-placed", "80").await;
        browser.click("#facts button[type=submit]").await;
        browser.until("location.search.includes('saved=facts')").await;
        let college = site.service.supply(&"C0016".parse().expect("a code")).expect("known").college;
        assert_eq!(
            (college.retained, college.placed, college.updated_on),
            (Some(70), Some(80), Some(site.service.today()))
        );
    }
}
