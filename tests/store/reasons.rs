//! What a rater writes beside its marks lies beside the log on both databases, and goes with its account.

use std::sync::Arc;

use serde_json::json;
use zeyou::domain::{EngagementStatus, Event, Principal, Role, Scopes};
use zeyou::service::Service;
use zeyou::service::accounts::NewAccount;
use zeyou::store::{Address, Store};

on_both! {
    a_reason_stands_beside_the_log_and_goes_with_its_account
}

const SAID: [&str; 2] = ["王小明：学员离职", "李主管要求更正"];

fn marks(mark: u8) -> serde_json::Value {
    json!({"overall": mark, "supply": mark, "skill": mark, "stay": mark, "help": mark})
}

async fn a_reason_stands_beside_the_log_and_goes_with_its_account(address: Address) {
    let service = Service::open(&address).await.expect("service");
    service.operator().import_demo().await.expect("imported");
    let current = service.live().current();
    let state = &current.snapshot.state;
    let rated = |id| state.ratings.get(id).is_some();
    let mut free =
        state.engagements.iter().filter(|(id, entry)| entry.value.status != EngagementStatus::Proposed && !rated(id));
    let (engagement, enterprise) =
        free.next().map(|(id, entry)| (id.clone(), entry.value.enterprise.clone())).expect("one");
    let role = Role::EnterpriseRater(enterprise);
    let new = NewAccount { name: "wang".to_owned(), role: role.clone() };
    let id = service.accounts().create(new).await.expect("an account").account.id;
    let rater = service.acting(Arc::new(Principal { id: id.clone(), role, scopes: Scopes::ALL }));

    let body = json!({"engagement": engagement, "marks": marks(4)});
    let given = rater.rate("once".to_owned(), serde_json::from_value(body).expect("a body")).await.expect("rated").0;
    let body = json!({"marks": marks(2), "comment": SAID[0], "reason": SAID[1]});
    let revised =
        rater.revise(given.id, given.rev, serde_json::from_value(body).expect("a body")).await.expect("revised");
    let reason = async || {
        let items = rater.revisions(given.id).await.expect("its history").items;
        items.last().expect("a revision").reason.as_ref().map(|reason| reason.as_str().to_owned())
    };
    assert_eq!(reason().await.as_deref(), Some(SAID[1]));

    // The log itself holds digests only.
    let rows = service.store().rows(given.seq as i64, 10).await.expect("rows");
    let raw: Vec<String> = rows.iter().map(|row| String::from_utf8(row.body.clone()).expect("JSON")).collect();
    assert_eq!((rows.len(), rows[1].seq as u64), (2, revised.seq), "the remark and the revision: {raw:?}");
    assert!(raw[0].contains("reason_digest") && raw[1].contains("comment_digest"), "{raw:?}");
    assert!(SAID.iter().all(|said| !raw.concat().contains(said)), "{raw:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.db");
    Service::backup(&address, &copy, &|_, _, _| {}).await.expect("copied");
    let copied = Store::open_read_only(&copy).await.expect("the copy");
    let texts = copied.comments("", 10_000).await.expect("texts");
    assert!(SAID.iter().all(|said| texts.iter().any(|row| row.body == *said && row.is_sound())), "a copy has both");
    copied.close().await;

    let before = Service::check_log(service.store(), |_| {}).await.expect("checked");
    let keys = async || {
        let keys = service.store().keys(("", ""), 10_000).await.expect("keys");
        keys.iter().filter(|key| key.principal.starts_with(&id)).count()
    };
    assert_eq!(keys().await, 1);
    service.accounts().erase(&id).await.expect("erased");
    assert_eq!(reason().await, None);
    let texts = service.store().comments("", 10_000).await.expect("texts");
    assert!(texts.iter().all(|row| !SAID.contains(&row.body.as_str())), "{texts:?}");
    // The fingerprint of a request is a hash without salt: a short text could be guessed from it.
    assert_eq!(keys().await, 0);
    let after = Service::check_log(service.store(), |_| {}).await.expect("checked");
    assert_eq!((&after, after.fault.as_ref()), (&before, None));
    let events = service.store().events(given.seq, 10).await.expect("events");
    assert!(matches!(&*events[0].event, Event::RatingNoted(note) if note.reason.is_none()), "{events:?}");
    service.close().await;
}
