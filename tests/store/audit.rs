//! The audit log on both databases: only ever added to, chained, and what is tampered with behind its back is found.

use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use zeyou::domain::Timestamp;
use zeyou::store::{Address, AuditEntry, LEAST_AUDIT_DAYS, Store};

const DAY: i64 = 86_400 * 1_000_000;

pub(crate) fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_micros() as i64
}

fn entry(at: i64, n: usize) -> AuditEntry {
    AuditEntry {
        at: Timestamp::from_micros(at),
        principal: format!("A{n:04}"),
        role: "planner".to_owned(),
        action: "read-flags".to_owned(),
        object: String::new(),
        result: "ok".to_owned(),
        times: 1 + n as i64 % 3,
        request: format!("r{n}"),
    }
}

/// What a statement changed behind the log's back; what the database says if it refuses.
pub(crate) async fn behind(address: &Address, statement: &str) -> Result<u64, String> {
    let text = sqlx::AssertSqlSafe(statement.to_owned());
    let done = match address {
        Address::File(path) => {
            let mut connection = SqliteConnectOptions::new().filename(path).connect().await.expect("connection");
            let done = sqlx::raw_sql(text).execute(&mut connection).await.map(|done| done.rows_affected());
            connection.close().await.expect("closed");
            done
        }
        Address::Postgres(options) => {
            // Of this log: behind the wall of another one nothing would be there to change.
            let options = (**options).clone().options([("zeyou.log_id", "1")]);
            let mut connection = options.connect().await.expect("connection");
            let done = sqlx::raw_sql(text).execute(&mut connection).await.map(|done| done.rows_affected());
            connection.close().await.expect("closed");
            done
        }
    };
    done.map_err(|error| error.to_string())
}

async fn entries_are_added_by_many_and_neither_changed_nor_taken_away(address: Address) {
    let store = Store::open(&address).await.expect("store");
    assert_eq!(store.check_audit().await.expect("checked"), None, "nothing yet");
    let mut tasks = Vec::new();
    for writer in 0..4 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for n in 0..10 {
                let entries = [entry(now(), writer * 100 + n), entry(now(), writer * 100 + n + 50)];
                store.append_audit(&entries).await.expect("appended");
            }
        }));
    }
    for task in tasks {
        task.await.expect("a writer");
    }
    let head = store.audit_head().await.expect("head");
    assert_eq!((head.seq, head.purged), (80, 0));
    assert_eq!(store.check_audit().await.expect("checked"), None);
    let newest = store.audit_rows(None, "", 5).await.expect("rows");
    assert_eq!(newest.iter().map(|row| row.seq).collect::<Vec<_>>(), [80, 79, 78, 77, 76]);
    assert_eq!(store.audit_rows(Some(3), "", 5).await.expect("rows").len(), 2);
    assert_eq!(store.audit_rows(None, "A0207", 5).await.expect("rows").len(), 1);
    let mut statements = vec![
        "UPDATE audit_log SET result = 'ok' WHERE seq = 7",
        "UPDATE audit_log SET chain = chain",
        "DELETE FROM audit_log WHERE seq = 7",
        "DELETE FROM audit_log",
        "INSERT INTO audit_anchor (log_id, seq, chain, purged_at) SELECT log_id, seq, chain, 0 FROM audit_log WHERE seq = 80",
    ];
    if store.is_shared() {
        statements.extend(["TRUNCATE audit_log", "TRUNCATE audit_anchor"]);
    }
    for statement in statements {
        let refused = behind(&address, statement).await.expect_err(statement);
        assert!(refused.contains("append-only"), "{statement}: {refused}");
    }
    assert_eq!(store.check_audit().await.expect("checked"), None);
}

async fn what_was_kept_long_enough_is_purged_and_the_rest_still_verifies(address: Address) {
    let store = Store::open(&address).await.expect("store");
    let old = |days: u32| now() - i64::from(days) * DAY;
    let days = [500, 450, 401, 399, 200, 100, 0];
    let entries: Vec<AuditEntry> = days.iter().enumerate().map(|(n, days)| entry(old(*days), n)).collect();
    store.append_audit(&entries).await.expect("appended");
    assert_eq!(store.purge_audit(old(600)).await.expect("nothing is so old"), 0);
    assert_eq!(store.purge_audit(old(400)).await.expect("purged"), 3);
    assert_eq!(store.check_audit().await.expect("checked"), None, "from the anchor on");
    assert_eq!(store.audit_head().await.expect("head").purged, 3);
    // Not even by who calls the store itself: the triggers know the law.
    assert!(store.purge_audit(old(LEAST_AUDIT_DAYS - 90)).await.is_err(), "a hundred days are too few");
    assert_eq!(store.audit_rows(None, "", 9).await.expect("rows").len(), 4);
    store.append_audit(&entries[6..]).await.expect("appended");
    assert_eq!(store.check_audit().await.expect("checked"), None);
    for statement in
        ["DELETE FROM audit_anchor", "UPDATE audit_anchor SET seq = 7", "DELETE FROM audit_log WHERE seq = 4"]
    {
        assert!(behind(&address, statement).await.is_err(), "{statement}");
    }
}

on_both! {
    entries_are_added_by_many_and_neither_changed_nor_taken_away
    what_was_kept_long_enough_is_purged_and_the_rest_still_verifies
}

async fn run(connection: &mut SqliteConnection, statement: &str) -> u64 {
    match sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(connection).await {
        Ok(done) => done.rows_affected(),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => 0,
        Err(error) => panic!("{statement}: {error}"),
    }
}

/// One random edit by who owns the database and has dropped the triggers.
fn edit(dice: &mut ChaCha8Rng) -> String {
    let (a, b) = (dice.random_range(1..=40), dice.random_range(1..=40));
    match dice.random_range(0..8) {
        0 => {
            let column = ["principal", "role", "action", "object", "result", "request"][dice.random_range(0..6)];
            format!("UPDATE audit_log SET {column} = {column} || 'x' WHERE seq = {a}")
        }
        1 => format!("UPDATE audit_log SET at = at - {b} WHERE seq = {a}"),
        2 => format!("UPDATE audit_log SET times = times + {b} WHERE seq = {a}"),
        3 => format!("DELETE FROM audit_log WHERE seq = {a}"),
        4 => format!("DELETE FROM audit_log WHERE seq <= {a}"),
        5 => format!("DELETE FROM audit_log WHERE seq > {}", a - 1),
        // Texts that move from one column to the next hash differently.
        6 => format!("UPDATE audit_log SET principal = '', role = principal || role WHERE seq = {a}"),
        _ => format!(
            "UPDATE audit_log SET seq = -1 WHERE seq = {a} AND {a} <> {b}; UPDATE audit_log SET seq = {a} WHERE seq = {b} AND {a} <> {b}; \
             UPDATE audit_log SET seq = {b} WHERE seq = -1"
        ),
    }
}

#[tokio::test]
async fn three_hundred_random_edits_deletions_and_reorderings_are_all_found() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, copy) = (folder.path().join("a.db"), folder.path().join("copy.db"));
    let store = Store::open(&path).await.expect("store");
    let entries: Vec<AuditEntry> = (0..40).map(|n| entry(now() - n as i64, n)).collect();
    store.append_audit(&entries).await.expect("appended");
    store.close().await;
    let open = async |path: &Path| SqliteConnectOptions::new().filename(path).connect().await.expect("connection");
    let mut connection = open(&path).await;
    run(&mut connection, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE").await;
    for name in ["audit_log_kept", "audit_log_whole", "audit_anchor_kept", "audit_anchor_whole", "audit_anchor_old"] {
        run(&mut connection, &format!("DROP TRIGGER {name}")).await;
    }
    connection.close().await.expect("closed");
    let (mut dice, mut found) = (ChaCha8Rng::seed_from_u64(19), 0);
    while found < 300 {
        std::fs::copy(&path, &copy).expect("copied");
        let statement = edit(&mut dice);
        let mut connection = open(&copy).await;
        let changed = run(&mut connection, &statement).await;
        connection.close().await.expect("closed");
        if changed > 0 {
            let store = Store::open_read_only(&copy).await.expect("store");
            assert!(store.check_audit().await.expect("checked").is_some(), "{found}: {statement}");
            store.close().await;
            found += 1;
        }
    }
}
