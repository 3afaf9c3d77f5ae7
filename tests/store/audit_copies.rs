//! A backup holds the audit log: from one database to the other and back its chain is the same, and goes on.

use std::path::Path;

use zeyou::domain::Timestamp;
use zeyou::service::{Service, ServiceError};
use zeyou::store::{Address, AuditEntry, AuditRow, Store, StoreError};

use crate::audit::{behind, now};
use crate::servers::Postgres;

const DAY: i64 = 86_400 * 1_000_000;

fn entry(days: i64, n: usize) -> AuditEntry {
    let text = |text: &str| text.to_owned();
    AuditEntry {
        at: Timestamp::from_micros(now() - days * DAY),
        principal: format!("A{n:04}"),
        role: text("planner"),
        action: text("read-flags"),
        object: text("中文"),
        result: text("ok"),
        times: 1 + n as i64,
        request: String::new(),
    }
}

/// A log whose audit log began so many days ago; what is older than 400 days was taken away.
async fn audited(path: &Path) {
    let service = Service::open(path).await.expect("service");
    let entries: Vec<AuditEntry> =
        [500, 450, 399, 20].into_iter().enumerate().map(|(n, days)| entry(days, n)).collect();
    service.store().append_audit(&entries).await.expect("appended");
    // More than one page is read and written at a time.
    let many: Vec<AuditEntry> = (0..3_500).map(|n| entry(10, n)).collect();
    service.store().append_audit(&many).await.expect("appended");
    assert_eq!(service.store().purge_audit(now() - 400 * DAY).await.expect("purged"), 2);
    service.close().await;
}

/// All entries, the end, and whether the chain holds.
async fn held(address: &Address) -> (Vec<AuditRow>, zeyou::store::AuditHead) {
    let store = Store::open_read_only(address.clone()).await.expect("store");
    assert_eq!(store.check_audit().await.expect("checked"), None);
    let head = store.audit_head().await.expect("head");
    let (mut rows, mut seq) = (Vec::new(), 0);
    loop {
        let page = store.audit_after(seq).await.expect("rows");
        let Some(last) = page.last() else { break };
        seq = last.seq;
        rows.extend(page);
    }
    store.close().await;
    (rows, head)
}

#[tokio::test]
async fn the_audit_log_goes_with_a_backup_to_the_other_database_and_back_and_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    audited(&path("a.db")).await;
    let before = held(&(&path("a.db")).into()).await;
    assert_eq!((before.0.len(), before.1.seq, before.1.purged), (3_502, 3_504, 2));

    let server = Postgres::shared();
    let elsewhere: Address = server.database().parse().expect("an address");
    let copied = Service::backup(&(&path("a.db")).into(), &path("kept"), &|_, _, _| {}).await.expect("backed up");
    assert_eq!(copied.audit, 3_502);
    let copied = Service::restore(&path("kept"), &elsewhere, &|_, _, _| {}).await.expect("restored");
    assert_eq!((copied.audit, held(&elsewhere).await), (3_502, before.clone()));
    Service::backup(&elsewhere, &path("back"), &|_, _, _| {}).await.expect("backed up");
    Service::restore(&path("back"), &(&path("again.db")).into(), &|_, _, _| {}).await.expect("restored");
    let again: Address = (&path("again.db")).into();
    assert_eq!(held(&again).await, before);

    for address in [&elsewhere, &again] {
        let store = Store::open(address.clone()).await.expect("store");
        store.append_audit(&[entry(0, 1)]).await.expect("appended");
        assert_eq!(store.check_audit().await.expect("checked"), None);
        assert_eq!(store.audit_head().await.expect("head").seq, 3_505);
        store.close().await;
        // What guards the entries guards the copied ones too, and the anchor that came with them.
        for statement in [
            "DELETE FROM audit_log WHERE seq = 4",
            "DELETE FROM audit_anchor",
            "INSERT INTO audit_anchor (log_id, seq, chain, purged_at) SELECT log_id, seq, chain, 0 FROM audit_log WHERE seq = 9",
        ] {
            let refused = behind(address, statement).await.expect_err(statement);
            assert!(refused.contains("append-only"), "{statement}: {refused}");
        }
    }
}

#[tokio::test]
async fn a_broken_audit_log_is_not_copied_and_one_that_is_not_there_is_no_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    audited(&path("a.db")).await;
    let address: Address = (&path("a.db")).into();
    let faults = [
        ("UPDATE audit_log SET object = '' WHERE seq = 1700", 1_700),
        ("UPDATE audit_log SET object = '中文' WHERE seq = 1700; DELETE FROM audit_log WHERE seq = 2700", 2_700),
    ];
    behind(&address, "DROP TRIGGER audit_log_kept; DROP TRIGGER audit_log_whole").await.expect("dropped");
    for (statement, bad) in faults {
        behind(&address, statement).await.expect(statement);
        let refused = Service::backup(&address, &path("kept"), &|_, _, _| {}).await.expect_err(statement);
        assert!(
            matches!(&refused, ServiceError::Store(StoreError::BrokenAudit { seq, .. }) if *seq == bad),
            "{statement}: {refused}"
        );
        assert!(!path("kept").exists(), "nothing half done");
    }
    // As a backup was before it held the audit log.
    let none = "DROP TRIGGER audit_anchor_whole; DELETE FROM audit_log; DELETE FROM audit_anchor; \
                UPDATE audit_head SET seq = 0, chain = zeroblob(32)";
    behind(&address, none).await.expect("taken away");
    let copied = Service::restore(&path("a.db"), &(&path("new.db")).into(), &|_, _, _| {}).await.expect("restored");
    assert_eq!((copied.audit, held(&(&path("new.db")).into()).await.1.seq), (0, 0));
    // One that somebody has begun is not overwritten.
    let store = Store::open(&path("begun.db")).await.expect("store");
    store.append_audit(&[entry(0, 1)]).await.expect("appended");
    store.close().await;
    drop(store);
    let refused = Service::restore(&path("a.db"), &(&path("begun.db")).into(), &|_, _, _| {}).await;
    assert!(matches!(refused, Err(ServiceError::Store(StoreError::NotEmpty))), "{refused:?}");
}
