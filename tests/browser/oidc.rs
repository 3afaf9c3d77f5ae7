//! Signing in by an organisation's own identity, in both languages: bound by a one-time link, out, and in again.

use std::time::Duration;

use zeyou::domain::Role;
use zeyou::service::accounts::NewAccount;
use zeyou::service::oidc::{Oidc, OidcSettings};

use crate::browser::Browser;
use crate::provider::{CLIENT, Provider, SECRET};
use crate::site::Site;

#[actix_web::test]
async fn an_account_is_bound_to_an_organisations_identity_and_entered_by_it() {
    for (language, text) in [("zh-CN", "单位统一身份"), ("en", "your organisation")] {
        let (site, provider) = (Site::demo().await, Provider::start().await);
        let settings = OidcSettings {
            issuer: provider.issuer.clone(),
            client: CLIENT.to_owned(),
            secret: Some(SECRET.to_owned()),
            public: site.url(""),
            factors: Vec::new(),
            cool_down: Duration::from_secs(30),
        };
        site.service.accounts().offer(Oidc::new(settings).expect("TLS"));
        let role = Role::ParkManager("P0001".parse().expect("a code"));
        let new = NewAccount { name: "li".to_owned(), role };
        let link = site.service.accounts().create(new).await.expect("an account").path;
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/login?lang={language}"))).await;
        assert!(browser.text("#provider a").await.contains(text));
        browser.open(&site.url(&link)).await;
        browser.screenshot_whole(&format!("bind-{language}")).await;
        browser.is_sound("the one-time link", &site.address.to_string()).await;
        browser.click("#bind button").await;
        browser.until("location.pathname.endsWith('/oidc')").await;
        browser.screenshot(&format!("bind-onward-{language}")).await;
        browser.is_sound("the way to the provider", &site.address.to_string()).await;
        browser.click("#onward").await;
        browser.until("document.querySelector('form.sign-out') !== null").await;
        browser.click("form.sign-out button").await;
        browser.until("location.pathname === '/login'").await;
        browser.screenshot(&format!("login-provider-{language}")).await;
        browser.click("#provider a").await;
        browser.until("document.querySelector('form.sign-out') !== null").await;
    }
}
