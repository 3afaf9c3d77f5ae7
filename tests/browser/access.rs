//! Signing in as people do, in both languages: the demo's one click, a one-time link with a second step, and out again.

use zeyou::domain::Role;
use zeyou::service::accounts::NewAccount;

use crate::browser::Browser;
use crate::site::Site;

#[actix_web::test]
async fn a_first_visitor_of_the_demo_gets_to_a_shortlist_in_two_clicks_after_one() {
    let site = Site::demo().await;
    for (language, planner) in [("zh-CN", "规划人员"), ("en", "Planner")] {
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/login?lang={language}"))).await;
        assert!(browser.text("button[value=demo-planner]").await.contains(planner));
        // The ring of the field that has the focus: 3 px wide, 2 px away.
        browser
            .until("document.querySelector('#name').getBoundingClientRect().top - document.querySelector('label[for=name] span').getBoundingClientRect().bottom >= 5")
            .await;
        browser.screenshot(&format!("login-{language}")).await;
        browser.is_sound("the login page", &site.address.to_string()).await;
        browser.click("button[value=demo-planner]").await;
        browser.until("location.pathname === '/'").await;
        browser.click("#parks a.park").await;
        browser
            .until("location.pathname.startsWith('/parks/') && document.querySelector('main table, main ol') !== null")
            .await;
        browser.screenshot(&format!("login-board-{language}")).await;
    }
}

#[actix_web::test]
async fn a_one_time_link_sets_password_and_second_step_and_leads_in_and_out() {
    let site = Site::demo().await;
    for (language, name) in [("zh-CN", "li"), ("en", "wang")] {
        let new = NewAccount { name: name.to_owned(), role: Role::Admin };
        let link = site.service.accounts().create(new).await.expect("an account").path;
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/login?lang={language}"))).await;
        browser.open(&site.url(&link)).await;
        let secret = browser.text("#secret").await;
        let secret = totp_rs::Secret::try_from_base32(secret.trim()).expect("base32");
        let factor = totp_rs::Builder::new().with_secret(secret).with_account_name(name).build().expect("a factor");
        browser.screenshot_whole(&format!("welcome-{language}")).await;
        browser.is_sound("the one-time link", &site.address.to_string()).await;
        browser.find("#password").await.send_keys("blossom 37 trains").await.expect("typed");
        browser.find("#code").await.send_keys(&factor.generate_current().to_string()).await.expect("typed");
        browser.click("main button[type=submit]").await;
        browser.until("location.pathname === '/accounts'").await;
        browser.screenshot_whole(&format!("accounts-{language}")).await;
        browser.is_sound("the accounts", &site.address.to_string()).await;
        browser.click("form.sign-out button").await;
        browser.until("location.pathname === '/login'").await;
        browser.find("#name").await.send_keys(name).await.expect("typed");
        browser.find("#password").await.send_keys("blossom 37 trains").await.expect("typed");
        browser.click("form[action='/login'] button").await;
        browser.until("location.pathname === '/login/code'").await;
        browser.screenshot(&format!("second-step-{language}")).await;
        // The code of now was used a moment ago: the next one is not refused for being early.
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
        browser.find("#code").await.send_keys(&factor.generate(now + 30).to_string()).await.expect("typed");
        browser.click("main button[type=submit]").await;
        browser.until("location.pathname === '/accounts'").await;
    }
}

#[actix_web::test]
async fn one_changes_ones_own_password_and_signs_in_with_it() {
    let site = Site::demo().await;
    for (language, name, done) in [("zh-CN", "zhao", "密码已修改"), ("en", "qian", "password was changed")] {
        let role = Role::ParkManager("P0001".parse().expect("a code"));
        let link =
            site.service.accounts().create(NewAccount { name: name.to_owned(), role }).await.expect("an account").path;
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/login?lang={language}"))).await;
        browser.open(&site.url(&link)).await;
        let password = async |field: &str, text: &str| {
            browser.find(field).await.send_keys(text).await.expect("typed");
        };
        password("#password", "blossom 37 trains").await;
        browser.click("main button[type=submit]").await;
        browser.until("location.pathname === '/'").await;
        browser.click("nav a[href='/accounts']").await;
        browser.click("#change-password").await;
        browser.until("location.pathname === '/accounts/password'").await;
        browser.screenshot_whole(&format!("password-{language}")).await;
        browser.is_sound("the password", &site.address.to_string()).await;
        password("#password", "blossom 37 trains").await;
        password("#new-password", "harvest 52 boats").await;
        browser.click("main button[type=submit]").await;
        browser.until("document.querySelector('#changed') !== null").await;
        assert!(browser.text("#changed").await.contains(done));
        browser.screenshot_whole(&format!("password-changed-{language}")).await;
        browser.is_sound("the changed password", &site.address.to_string()).await;
        browser.click("form.sign-out button").await;
        browser.until("location.pathname === '/login'").await;
        password("#name", name).await;
        password("#password", "harvest 52 boats").await;
        browser.click("form[action='/login'] button").await;
        browser.until("location.pathname === '/'").await;
    }
}
