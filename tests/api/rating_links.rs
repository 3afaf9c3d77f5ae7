//! Rating links: who may make one for whom, and that a rating says by whose it came.

use std::sync::Arc;

use reqwest::Method;
use serde_json::json;
use zeyou::domain::{Principal, Role, Scopes};
use zeyou::service::accounts::NewAccount;
use zeyou::service::{LinkAnswer, ServiceError};

use crate::helpers::{list, marks, spawn_app};

#[actix_web::test]
async fn a_rating_by_a_link_says_who_made_the_link() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let manager = Role::ParkManager(free.park.parse().expect("a code"));
    let manager = Principal { id: "a-manager".to_owned(), role: manager, scopes: Scopes::ALL };
    let acting = api.service.acting(Arc::new(manager));
    let link = acting.rating_link(&free.engagement.parse().expect("a code"), 30).await.expect("a link");
    let token = link.path.strip_prefix("/r/").expect("a link").to_owned();
    let answer = |rev, overall: u8| LinkAnswer {
        key: format!("11111111-1111-4111-8111-11111111111{rev}"),
        rev,
        marks: serde_json::from_value(marks(overall)).expect("marks"),
        comment: None,
        reason: None,
        followup: false,
    };
    let (written, _) = api.service.rate_by_link(&token, answer(0, 4)).await.expect("rated");
    let (again, replayed) = api.service.rate_by_link(&token, answer(0, 4)).await.expect("sent again");
    assert!(replayed && again.id == written.id && again.rev == written.rev, "a replay is a replay, remark or not");
    api.service.rate_by_link(&token, answer(1, 3)).await.expect("revised");
    let at = format!("/api/v1/ratings/{}", written.id);
    let changed = api.put_if(&at, "2", &json!({"marks": marks(5)})).await.ok(200);
    assert_eq!(changed["rev"], 3);
    let history = api.get(&format!("{at}/revisions")).await.ok(200);
    let by: Vec<&str> = list(&history["items"]).iter().map(|item| item["link"]["id"].as_str().unwrap_or("")).collect();
    assert_eq!(by, ["a-manager", "a-manager", ""], "by a manager's link twice, then by itself");
    assert_eq!(history["items"][0]["link"]["role"], "park_manager");
    let rater = Role::EnterpriseRater(free.enterprise.parse().expect("a code"));
    let page = api.send(api.request(Method::GET, &link.path).bearer_auth(api.key(rater).await)).await;
    assert!(page.text.contains("id=\"revisions\"") && page.text.contains("a-manager"), "the form says so too");
}

#[actix_web::test]
async fn nobody_makes_a_link_for_an_enterprise_that_rates_itself() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let enterprise: zeyou::domain::EnterpriseId = free.enterprise.parse().expect("a code");
    let path = format!("/engagements/{}/link", free.engagement);
    let roles = [Role::Planner(None), Role::ParkManager(free.park.parse().expect("a code"))];
    let ask = async |role: &Role| {
        let key = api.key(role.clone()).await;
        let request = api.request(Method::GET, &path).bearer_auth(key).header("accept", "text/html");
        api.send(request.header("accept-language", "en")).await
    };
    for role in &roles {
        assert_eq!(ask(role).await.status, 200, "{role:?}: it has no account");
    }
    // Invited, and never signed in: nobody could rate by that account.
    let new = NewAccount { name: "rater-of-it".to_owned(), role: Role::EnterpriseRater(enterprise.clone()) };
    let invited = api.service.accounts().create(new).await.expect("an account");
    assert_eq!(ask(&roles[0]).await.status, 200, "an account that cannot sign in yet");
    let own = api.key(Role::EnterpriseRater(enterprise.clone())).await;
    for role in &roles {
        let refused = ask(role).await;
        assert_eq!(refused.status, 409, "{role:?}: {}", refused.text);
    }
    let planner = Principal { id: "p".to_owned(), role: Role::Planner(None), scopes: Scopes::ALL };
    let id = free.engagement.parse().expect("a code");
    let refused = api.service.acting(Arc::new(planner)).rating_link(&id, 30).await;
    assert!(matches!(refused, Err(ServiceError::HasAccount)), "{refused:?}");
    let mine = api.request(Method::GET, &path).bearer_auth(own).header("accept", "text/html");
    assert_eq!(api.send(mine).await.status, 200, "its own link is its own");
    drop(invited);
}
