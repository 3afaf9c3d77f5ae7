//! What only PostgreSQL can do wrong.

use std::time::Duration;

use sqlx::{ConnectOptions, Connection};
use zeyou::domain::{Date, Event};
use zeyou::store::{Address, Draft, IdempotencyKey, Store, StoreError, Unit, postgres_pool_options};

use crate::contract::opened;
use crate::servers::{Postgres, signal};

fn unit(day: i32, rev: u32, key: &str) -> Unit {
    let key = IdempotencyKey { principal: "p".to_owned(), key: key.to_owned(), fingerprint: [1; 32] };
    Unit { drafts: vec![Draft { event: Event::Clock { today: Date::from_days(day) }, rev }], key: Some(key) }
}

#[tokio::test]
async fn settings_that_lose_acknowledged_writes_refuse_to_start() {
    for (setting, wanted) in [
        ("fsync=off", "on"),
        ("full_page_writes=off", "on"),
        ("synchronous_commit=off", "on"),
        ("default_transaction_read_only=on", "primary"),
    ] {
        let server = Postgres::start(&[setting]);
        let address: Address = server.address("postgres").parse().expect("an address");
        let refused = Store::open(&address).await.err().expect("refused").to_string();
        assert!(
            refused.contains("拒绝启动") && refused.contains("refusing to start") && refused.contains(wanted),
            "{refused}"
        );
        assert!(refused.contains(setting.trim_start_matches("default_")), "{refused}");
    }
}

/// Another that starts may be at its migrations for longer than a lock is waited for; writers hold what is to be changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_tables_that_somebody_else_holds() {
    let server = Postgres::shared();
    let address: Address = server.database().parse().expect("an address");
    drop(Store::open(&address).await.expect("made"));
    let Address::Postgres(options) = &address else { panic!("PostgreSQL") };
    let mut holder = options.connect().await.expect("connection");
    let mut hold = holder.begin().await.expect("begun");
    sqlx::raw_sql("LOCK TABLE _sqlx_migrations, secret IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *hold)
        .await
        .expect("held");
    let begun = std::time::Instant::now();
    let (opened, released) = tokio::join!(Store::open(&address), async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        hold.rollback().await
    });
    released.expect("released");
    opened.expect("opened");
    assert!(begun.elapsed() >= Duration::from_secs(5), "it was held");
}

/// The loss of sqlx 0.9.0: a `begin` that is cancelled leaves a transaction on a connection that goes back to the pool;
/// the next borrower's statement is acknowledged and rolled back later. With Zeyou's pool nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_begin_loses_nothing_that_was_acknowledged() {
    let server = Postgres::shared();
    let address = server.database();
    let options: sqlx::postgres::PgConnectOptions = address.parse().expect("options");
    let pool = postgres_pool_options().max_connections(4).connect_with(options.clone()).await.expect("pool");
    sqlx::query("CREATE TABLE acknowledged (n BIGINT PRIMARY KEY)").execute(&pool).await.expect("created");
    let mut acknowledged = Vec::new();
    for n in 0..400_i64 {
        for wait in 0..4_u64 {
            let begin = pool.begin();
            let _ = tokio::time::timeout(Duration::from_micros(40 * wait + (n as u64 % 40) * 8), begin).await;
        }
        if sqlx::query("INSERT INTO acknowledged VALUES ($1)").bind(n).execute(&pool).await.is_ok() {
            acknowledged.push(n);
        }
    }
    pool.close().await;
    let mut connection = options.connect().await.expect("connection");
    let kept: Vec<i64> =
        sqlx::query_scalar("SELECT n FROM acknowledged ORDER BY n").fetch_all(&mut connection).await.expect("read");
    connection.close().await.expect("closed");
    assert!(acknowledged.len() > 300, "{} were acknowledged", acknowledged.len());
    let lost: Vec<_> = acknowledged.iter().filter(|n| kept.binary_search(n).is_err()).collect();
    assert!(lost.is_empty(), "{} of {} acknowledged rows are lost", lost.len(), acknowledged.len());
}

/// Requests that go away at any moment leave no transaction behind and no half of their unit.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_append_happens_whole_or_not_at_all() {
    let server = Postgres::shared();
    let (store, writer, _kept) = opened(&server.database().parse().expect("an address")).await;
    let mut rev = 0;
    for n in 0..200_u64 {
        let append = writer.append(unit(n as i32, rev + 1, &format!("k{n}")));
        let _ = tokio::time::timeout(Duration::from_micros(n * 20), append).await;
        // The same key says what became of it: replayed, or done now.
        loop {
            match writer.append(unit(n as i32, rev + 1, &format!("k{n}"))).await {
                Ok(_) => break,
                Err(StoreError::KeyInFlight) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(other) => panic!("{other}"),
            }
        }
        rev += 1;
        assert_eq!(store.head().await.expect("head").seq, u64::from(rev), "each counts once");
    }
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None);
    let idle = server.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND query_start < now() - interval '1 s'");
    assert_eq!(idle, "0");
}

/// Two writers, as of two replicas: no gap, no double, each revision once.
#[tokio::test(flavor = "multi_thread")]
async fn many_writers_share_one_log_without_a_gap() {
    let server = Postgres::shared();
    let address: Address = server.database().parse().expect("an address");
    let (one, two, three) = (opened(&address).await, opened(&address).await, opened(&address).await);
    let mut tasks = Vec::new();
    for (n, (_, writer, _)) in [&one, &two, &three].into_iter().enumerate() {
        for worker in 0..8 {
            let writer = writer.clone();
            tasks.push(tokio::spawn(async move {
                let mut won = 0_u64;
                for rev in 1..=60 {
                    let key = format!("{n}-{worker}-{rev}");
                    match writer.append(unit(1, rev, &key)).await {
                        Ok(_) => won += 1,
                        Err(StoreError::Conflict(_)) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
                won
            }));
        }
    }
    let mut won = 0;
    for task in tasks {
        won += task.await.expect("task");
    }
    assert_eq!((one.0.head().await.expect("head").seq, won), (60, 60));
    assert_eq!(one.0.check_chain(|_| {}).await.expect("checked"), None);
}

/// A server that stops answering: nothing is acknowledged, requesters hear of it in time, and writes come back.
#[tokio::test(flavor = "multi_thread")]
async fn a_paused_server_is_told_in_time_and_the_key_decides_later() {
    let server = Postgres::start(&[]);
    let (store, writer, _kept) = opened(&server.address("postgres").parse().expect("an address")).await;
    writer.append(unit(1, 1, "before")).await.expect("appended");
    let pids = server.pids();
    pids.iter().for_each(|pid| signal(*pid, "STOP"));
    let begun = std::time::Instant::now();
    let refused = writer.append(unit(2, 2, "during")).await;
    let waited = begun.elapsed();
    pids.iter().for_each(|pid| signal(*pid, "CONT"));
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_) | StoreError::OutcomeUnknown)),
        "not acknowledged: {refused:?}"
    );
    assert!(waited < Duration::from_millis(3_500), "{waited:?}");
    let mut again = writer.append(unit(2, 2, "during")).await;
    for _ in 0..100 {
        if again.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        again = writer.append(unit(2, 2, "during")).await;
    }
    assert_eq!(again.expect("writes come back").seq, 2);
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None);
}

/// The postmaster is killed under load, again and again: the key tells what became of each request.
#[tokio::test(flavor = "multi_thread")]
async fn killing_the_server_loses_and_doubles_nothing() {
    let server = Postgres::start(&[]);
    let (store, writer, _kept) = opened(&server.address("postgres").parse().expect("an address")).await;
    let appending = tokio::spawn(async move {
        let mut unknown = 0;
        for rev in 1..=300 {
            loop {
                match writer.append(unit(1, rev, &format!("k{rev}"))).await {
                    Ok(appended) => {
                        assert_eq!(appended.seq, u64::from(rev), "each counts once");
                        break;
                    }
                    Err(StoreError::OutcomeUnknown) => unknown += 1,
                    Err(StoreError::Unavailable(_)) => {}
                    Err(other) => panic!("{other}"),
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        unknown
    });
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        server.kill();
        server.resume();
    }
    let unknown = appending.await.expect("appended");
    println!("{unknown} unknown outcomes");
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None);
    assert_eq!(store.head().await.expect("head").seq, 300);
}
