//! P19: a thousand random edits of a log behind its back are all found. A tail that was cut off together with the head is
//! not: that shows only against a head noted elsewhere, as replicas do by following.

use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use zeyou::service::Service;
use zeyou::store::{Store, Tail};

/// Events of the log.
const EVENTS: i64 = 60;

/// Rows that were changed; none if the tables themselves refuse it.
async fn run(connection: &mut SqliteConnection, statement: &str) -> u64 {
    match sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(connection).await {
        Ok(done) => done.rows_affected(),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => 0,
        Err(error) => panic!("{statement}: {error}"),
    }
}

async fn open(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.expect("connection")
}

/// One random edit; `false` if it happened to change nothing.
async fn tamper(connection: &mut SqliteConnection, dice: &mut ChaCha8Rng) -> bool {
    let (seq, other) = (dice.random_range(1..=EVENTS), dice.random_range(1..=EVENTS));
    let statement = match dice.random_range(0..9) {
        0 | 1 => {
            let column = ["body", "subject", "chain", "principal"][dice.random_range(0..4)];
            let text = ["subject", "principal"].contains(&column);
            let select = sqlx::AssertSqlSafe(format!("SELECT CAST({column} AS BLOB) FROM event_log WHERE seq = {seq}"));
            let mut bytes: Vec<u8> = sqlx::query_scalar(select).fetch_one(&mut *connection).await.expect("a row");
            let at = dice.random_range(0..bytes.len());
            // Text stays ASCII.
            bytes[at] ^= if text { 1 } else { 1 << dice.random_range(0..8) };
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let value = if text { format!("CAST(x'{hex}' AS TEXT)") } else { format!("x'{hex}'") };
            format!("UPDATE event_log SET {column} = {value} WHERE seq = {seq}")
        }
        2 => format!("UPDATE event_log SET recorded_at = recorded_at - {other} WHERE seq = {seq}"),
        3 => format!("UPDATE event_log SET rev = rev + {other} WHERE seq = {seq}"),
        4 => format!("DELETE FROM event_log WHERE seq = {seq}"),
        5 => format!(
            "UPDATE event_log SET body = (SELECT body FROM event_log WHERE seq = {other}) WHERE seq = {seq} \
             AND body != (SELECT body FROM event_log WHERE seq = {other})"
        ),
        6 if seq != other => format!(
            "UPDATE event_log SET seq = -1 WHERE seq = {seq}; UPDATE event_log SET seq = {seq} WHERE seq = {other}; \
             UPDATE event_log SET seq = {other} WHERE seq = -1"
        ),
        7 => format!("UPDATE log_head SET seq = seq - {seq}"),
        _ => format!("DELETE FROM event_log WHERE seq > {}", seq - 1),
    };
    run(connection, &statement).await > 0
}

#[tokio::test]
async fn a_thousand_random_edits_are_all_found() {
    let folder = tempfile::tempdir().expect("folder");
    let (path, copy) = (folder.path().join("a.db"), folder.path().join("copy.db"));
    let service = Service::open(&path).await.expect("service");
    service.close().await;
    let mut connection = open(&path).await;
    let shorter = format!(
        "PRAGMA journal_mode = DELETE; DELETE FROM event_log WHERE seq > {EVENTS}; DELETE FROM state_snapshot; DELETE FROM fit_part;
         UPDATE log_head SET seq = {EVENTS}, chain = (SELECT chain FROM event_log WHERE seq = {EVENTS}); VACUUM"
    );
    run(&mut connection, &shorter).await;
    connection.close().await.expect("closed");
    let store = Store::open_read_only(&path).await.expect("store");
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None, "before anybody touched it");
    let head = store.head().await.expect("head");
    store.close().await;
    let (mut dice, mut found) = (ChaCha8Rng::seed_from_u64(19), 0);
    while found < 1_000 {
        std::fs::copy(&path, &copy).expect("copied");
        let mut connection = open(&copy).await;
        let seed = dice.get_word_pos();
        let changed = tamper(&mut connection, &mut dice).await;
        connection.close().await.expect("closed");
        if changed {
            let store = Store::open_read_only(&copy).await.expect("store");
            let fault = store.check_chain(|_| {}).await.expect("checked");
            store.close().await;
            assert!(fault.is_some(), "edit {found} at {seed} of the dice is not found");
            found += 1;
        }
    }
    // Cut off together with the head: whole by itself, but not what was served.
    std::fs::copy(&path, &copy).expect("copied");
    let mut connection = open(&copy).await;
    let cut = "DELETE FROM event_log WHERE seq > 50; UPDATE log_head SET seq = 50, chain = (SELECT chain FROM event_log WHERE seq = 50)";
    run(&mut connection, cut).await;
    connection.close().await.expect("closed");
    let store = Store::open_read_only(&copy).await.expect("store");
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None);
    assert!(matches!(store.tail(head.seq, head.chain).await.expect("read"), Tail::Forked));
}
