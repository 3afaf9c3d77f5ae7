//! What supervisors, parks and colleges do about ratings: decide on flags, rectify, speak, appeal, keep ties.

use crate::browser::{Browser, LAPTOP, PHONE};
use crate::site::Site;

/// Signs in by the demo's one click.
async fn signed(site: &Site, account: &str, language: &str) -> Browser {
    let browser = Browser::start().await;
    browser.open(&site.url(&format!("/login?lang={language}"))).await;
    browser.click(&format!("button[value={account}]")).await;
    browser.until("location.pathname !== '/login'").await;
    browser
}

/// Goes on as who signed in.
async fn goes(browser: &Browser, path: &str) {
    browser.value(&format!("location.assign('{path}')")).await;
    browser.until(&format!("location.pathname === '{path}' && document.readyState === 'complete'")).await;
}

async fn looked_at(browser: &Browser, site: &Site, name: &str) {
    for (size, width) in [(PHONE, "320"), (LAPTOP, "1366")] {
        browser.size(size).await;
        browser.is_sound(name, &site.address.to_string()).await;
        browser.screenshot_whole(&format!("{name}-{width}")).await;
    }
}

/// An unrated engagement of an enterprise of this park.
fn engagement_of(site: &Site, park: &str) -> String {
    let current = site.service.live().current();
    let state = &current.snapshot.state;
    let free = site.free_engagements();
    let own = |id: &str| {
        let engagement = state.engagements.get(&id.parse().expect("a code")).expect("an engagement");
        state.enterprises.get(&engagement.enterprise).is_some_and(|firm| firm.park.as_str() == park)
    };
    free.into_iter().map(|(id, _)| id).find(|id| own(id)).expect("an engagement of the park")
}

#[actix_web::test]
async fn a_park_notes_how_it_contacted_the_enterprise_of_a_bad_rating() {
    for (language, due) in [("zh-CN", "待园区联系企业"), ("en", "the park is to contact")] {
        let site = Site::demo().await;
        site.rate(&engagement_of(&site, "P0001"), 1).await;
        let browser = signed(&site, "demo-park", language).await;
        browser.click("nav a[href='/tickets']").await;
        browser.until("location.pathname === '/tickets'").await;
        assert!(browser.text("#tickets .tag").await.contains(due));
        looked_at(&browser, &site, &format!("tickets-{language}")).await;
        browser.find("#tickets textarea").await.send_keys("called, visit next week").await.expect("typed");
        browser.click("#tickets button[type=submit]").await;
        browser.find("#notice").await;
        assert!(browser.text("#tickets").await.contains("called, visit next week"));
        assert_eq!(browser.value("document.querySelectorAll('#tickets textarea').length").await, 0, "once");
    }
}

#[actix_web::test]
async fn a_college_speaks_of_an_engagement_and_appeals() {
    for language in ["zh-CN", "en"] {
        let site = Site::demo().await;
        let browser = signed(&site, "demo-college", language).await;
        browser.click("nav a[href='/tickets']").await;
        browser.find("#feedback form").await;
        looked_at(&browser, &site, &format!("tickets-college-{language}")).await;
        let before = browser.value("document.querySelectorAll('#engagement option').length").await;
        browser.find("#sentence").await.send_keys("steady partner").await.expect("typed");
        browser.click("#feedback button[type=submit]").await;
        browser.find("#notice").await;
        let after = browser.value("document.querySelectorAll('#engagement option').length").await;
        assert!(after.as_u64() < before.as_u64() || before == 50, "{before} {after}");
        goes(&browser, "/colleges/C0001").await;
        browser.click("a[href='/colleges/C0001/reviews']").await;
        browser.find("#appeal form").await;
        browser.find("#text").await.send_keys("please look again").await.expect("typed");
        browser.click("#appeal button[type=submit]").await;
        browser.find("#notice").await;
        assert!(browser.text("#appeals").await.contains("please look again"));
        looked_at(&browser, &site, &format!("appeal-{language}")).await;
    }
}

#[actix_web::test]
async fn a_supervisor_keeps_ties_and_answers_appeals() {
    for language in ["zh-CN", "en"] {
        let site = Site::demo().await;
        let college = signed(&site, "demo-college", language).await;
        goes(&college, "/colleges/C0001/reviews").await;
        college.find("#text").await.send_keys("please look again").await.expect("typed");
        college.click("#appeal button[type=submit]").await;
        college.find("#notice").await;
        let browser = signed(&site, "demo-supervisor", language).await;
        goes(&browser, "/flags").await;
        assert!(browser.text("#appeals").await.contains("please look again"));
        browser.find("#answer-0-reason").await.send_keys("checked").await.expect("typed");
        browser.click("#appeals button[type=submit]").await;
        browser.find("#notice").await;
        assert!(browser.text("#appeals").await.contains("checked"));
        looked_at(&browser, &site, &format!("flags-supervisor-{language}")).await;
        browser.click("a[href='/relations']").await;
        browser.find("#enterprise").await.send_keys("E00001").await.expect("typed");
        browser.find("#college").await.send_keys("C0001").await.expect("typed");
        browser.find("#basis").await.send_keys("register").await.expect("typed");
        browser.value("document.querySelector('#from').value = '2026-01-01'").await;
        browser.click("form[action='/relations'] button").await;
        browser.find("#notice").await;
        let tie = browser.text("#relations").await;
        assert!(tie.contains("register") && tie.contains("云岭先进制造职业技术学院") && tie.contains("C0001"), "{tie}");
        looked_at(&browser, &site, &format!("relations-{language}")).await;
        browser.click("#relations button[value=back]").await;
        browser.find(".empty").await;
    }
}

#[actix_web::test]
async fn a_supervisor_reads_who_did_what() {
    for language in ["zh-CN", "en"] {
        let site = Site::demo().await;
        let park = signed(&site, "demo-park", language).await;
        goes(&park, "/tickets").await;
        assert_eq!(park.value("document.querySelector('nav a[href=\\'/audit\\']')").await, serde_json::Value::Null);
        goes(&park, &format!("/engagements/{}/link", engagement_of(&site, "P0001"))).await;
        let browser = signed(&site, "demo-supervisor", language).await;
        goes(&browser, "/flags").await;
        browser.click("nav a[href='/audit']").await;
        browser.find("#audit").await;
        let head = browser.text("#audit-head").await;
        assert!(head.chars().filter(char::is_ascii_hexdigit).count() >= 64, "the chain's end: {head}");
        // What the park and the supervisor did, and only what one of them did once that is asked for.
        let signed_in = "document.querySelectorAll('#audit tbody tr').length";
        let all = browser.value(signed_in).await.as_u64().expect("a number");
        assert!(all >= 3, "{all} entries");
        looked_at(&browser, &site, &format!("audit-{language}")).await;
        let who = browser.text("#audit tbody a").await;
        browser.click("#audit tbody a").await;
        browser.until("location.search.includes('principal=')").await;
        browser.find("#audit").await;
        let others =
            format!("[...document.querySelectorAll('#audit tbody a')].filter(a => a.textContent !== '{who}').length");
        assert_eq!(browser.value(&others).await, 0, "only {who}");
        assert!(browser.value(signed_in).await.as_u64().expect("a number") >= 1);
    }
}

#[actix_web::test]
async fn an_old_rating_is_changed_on_the_phone_with_a_reason() {
    let site = Site::demo().await;
    let path = {
        let current = site.service.live().current();
        let state = &current.snapshot.state;
        let own = |id: &zeyou::domain::EngagementId| {
            state.engagements.get(id).is_some_and(|engagement| engagement.enterprise.as_str() == "E00001")
        };
        let rated = state.ratings.iter().find(|(id, entry)| !entry.closed && own(id)).expect("a rating").0.clone();
        site.service.rating_link(&rated, 30).await.expect("a link").path
    };
    // Whoever holds the link only sees that it was rated; how, its enterprise sees.
    let browser = signed(&site, "demo-enterprise", "en").await;
    browser.size(PHONE).await;
    browser.open(&site.url(&format!("{path}?lang=en"))).await;
    browser.click("#change summary").await;
    browser.click("#change button[type=submit]").await;
    browser.find(".notice").await;
    assert!(browser.text(".notice").await.contains("more than 14 days old"), "{}", browser.text(".notice").await);
    browser.find("textarea[name=reason]").await.send_keys("the trainees left").await.expect("typed");
    browser.screenshot_whole("rate-reason-320").await;
    browser.complaints().await.iter().for_each(|line| assert!(line.contains("status of 422"), "{line}"));
    browser.click("form button.send").await;
    browser.find("#received").await;
    browser.click("#revisions summary").await;
    let all = browser.text("#revisions").await;
    assert!(all.contains("the trainees left") && all.contains("the operator"), "{all}");
    browser.is_sound("the changed rating", &site.address.to_string()).await;
    browser.screenshot_whole("rate-revisions-320").await;
}
