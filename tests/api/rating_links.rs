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
        gave: rev > 0,
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

/// A link is good for one rating, whoever holds it afterwards; a new one for one change of that.
#[actix_web::test]
async fn a_link_is_used_up_by_one_rating() {
    let api = spawn_app().await;
    let free = api.free_engagement();
    let new_link =
        async || api.service.rating_link(&free.engagement.parse().expect("a code"), 9).await.expect("a link").path;
    let get = async |link: &str, cookie: &str| {
        let request = api.request(Method::GET, link).header("cookie", cookie).header("accept", "text/html");
        api.send(request.header("accept-language", "en")).await
    };
    let submit = async |link: &str, rev: u32, overall: u8, cookie: &str| {
        let key = uuid::Uuid::new_v4();
        let form = format!("key={key}&rev={rev}&overall={overall}&supply=4&skill=4&stay=4&help=4");
        let request = api.request(Method::POST, link).header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("origin", format!("http://{}", api.address)).header("cookie", cookie);
        api.send(request.header("accept", "text/html").body(form)).await
    };
    let overall = || {
        let current = api.service.live().current();
        let rating = current.snapshot.state.ratings.get(&free.engagement.parse().expect("a code")).cloned();
        rating.map(|rating| rating.marks.overall.get())
    };
    let (first, other) = (new_link().await, new_link().await);
    let given = submit(&first, 0, 4, "x=y").await;
    assert_eq!(given.status, 303, "{}", given.text);
    let mark = given.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    // Neither it nor another one made before rates, changes or shows anything now, but on the device that rated.
    for link in [&first, &other] {
        let page = get(link, "x=y").await;
        assert_eq!(page.status, 410, "{}", page.text);
        assert!(page.text.contains("id=\"used\"") && !page.text.contains("<form"), "{}", page.text);
        assert_eq!(submit(link, 0, 1, "x=y").await.status, 409);
        assert_eq!(submit(link, 1, 1, "x=y").await.status, 410);
    }
    assert_eq!(overall(), Some(Some(4)));
    assert_eq!(get(&first, &mark).await.status, 200);
    assert_eq!(submit(&first, 1, 5, &mark).await.status, 303);
    assert_eq!(overall(), Some(Some(5)));
    // A new link changes it once, on another device.
    let second = new_link().await;
    assert!(get(&second, "x=y").await.text.contains("id=\"rated\""));
    assert_eq!(submit(&second, 2, 3, "x=y").await.status, 303);
    assert_eq!(overall(), Some(Some(3)));
    assert_eq!(submit(&second, 3, 1, "x=y").await.status, 410);
    assert_eq!(overall(), Some(Some(3)));
    // Whoever guesses the answers is not told that they are right.
    let guessed = submit(&second, 2, 3, "x=y").await;
    assert_eq!((guessed.status, guessed.header("set-cookie")), (410, ""));
    // Withdrawn, it is not given anew by a link that was used.
    let current = api.service.live().current();
    let id = current.snapshot.state.ratings.get(&free.engagement.parse().expect("a code")).expect("a rating").id;
    api.delete_if(&format!("/api/v1/ratings/{id}"), "3").await.ok(200);
    assert_eq!(submit(&second, 0, 1, "x=y").await.status, 410);
    assert_eq!(overall(), None);
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
