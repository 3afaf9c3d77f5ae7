//! The log: gapless, chained, idempotent, on SQLite and on PostgreSQL; and what survives.

/// Runs each test on a fresh database of either kind.
macro_rules! on_both {
    ($($test:ident)*) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $test() {
                    let folder = tempfile::tempdir().expect("folder");
                    super::$test((&folder.path().join("a.db")).into()).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test]
                async fn $test() {
                    let server = crate::servers::Postgres::shared();
                    super::$test(server.database().parse().expect("an address")).await;
                }
            )*
        }
    };
}

mod audit;
mod audit_copies;
mod canary;
mod contract;
mod operations;
mod postgres;
mod reasons;
#[path = "../servers/mod.rs"]
mod servers;
mod tampering;
mod vault;
mod walls;

use std::path::Path;
use std::process::{Command, Stdio};

use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use zeyou::domain::Event;
use zeyou::service::Service;
use zeyou::store::{Store, StoreError};

#[tokio::test]
async fn a_second_process_may_not_write() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.db");
    let _first = Store::open(&path).await.expect("store");
    assert!(matches!(Store::open(&path).await, Err(StoreError::Locked(_))));
    assert!(Store::open_read_only(&path).await.is_ok());
}

async fn tampered(path: &Path, statement: &'static str) -> Option<i64> {
    let copy = path.with_extension("copy.db");
    std::fs::copy(path, &copy).expect("copied");
    let mut connection = SqliteConnectOptions::new().filename(&copy).connect().await.expect("connection");
    sqlx::query(statement).execute(&mut connection).await.expect("tampered");
    connection.close().await.expect("closed");
    let store = Store::open_read_only(&copy).await.expect("store");
    let check = Service::check_log(&store, |_| {}).await.expect("checked");
    check.fault.map(|fault| fault.seq)
}

#[tokio::test]
async fn tampering_is_found_at_the_first_bad_seq_and_an_intact_log_verifies() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.db");
    {
        let service = Service::open(&path).await.expect("service");
        service.operator().import_demo().await.expect("imported");
        sqlx::query("SELECT 1")
            .execute(&mut SqliteConnectOptions::new().filename(&path).connect().await.expect("c"))
            .await
            .expect("readable");
        let check = Service::check_log(service.store(), |_| {}).await.expect("checked");
        assert_eq!((check.fault, check.snapshot.map(|(_, same)| same)), (None, Some(true)));
        assert_eq!(check.digest, service.live().current().snapshot.state.digest());
    }
    // Everything must be in the file itself before it is copied.
    let mut connection = SqliteConnectOptions::new().filename(&path).connect().await.expect("connection");
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await.expect("checkpoint");
    connection.close().await.expect("closed");
    let flip = "UPDATE event_log SET body = replace(CAST(body AS TEXT), 'id', 'iD') WHERE seq = 700";
    assert_eq!(tampered(&path, flip).await, Some(700));
    assert_eq!(tampered(&path, "DELETE FROM event_log WHERE seq = 900").await, Some(900));
    assert_eq!(tampered(&path, "UPDATE event_log SET recorded_at = recorded_at + 1 WHERE seq = 5").await, Some(5));
    assert!(tampered(&path, "DELETE FROM event_log WHERE seq > 1000").await.is_some());
}

#[tokio::test]
async fn a_start_from_a_snapshot_and_one_from_the_log_agree_and_a_broken_snapshot_is_not_used() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.db");
    let digest = {
        let service = Service::open(&path).await.expect("service");
        service.operator().import_demo().await.expect("imported");
        service.live().current().snapshot.state.digest()
    };
    let reopened = async || {
        // The dropped service's tasks release the lock a moment later.
        loop {
            match Service::open(&path).await {
                Ok(service) => break service.live().current().snapshot.state.digest(),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    assert_eq!(reopened().await, digest);
    let mut connection = SqliteConnectOptions::new().filename(&path).connect().await.expect("connection");
    sqlx::query("UPDATE state_snapshot SET body = x'00' WHERE part = 0")
        .execute(&mut connection)
        .await
        .expect("broken");
    connection.close().await.expect("closed");
    assert_eq!(reopened().await, digest);
}

/// One life of the server under load: rates until it is killed; returns the acknowledged rating ids.
async fn live_and_die(binary: &str, path: &Path, client: &reqwest::Client, cycle: usize) -> Vec<(String, u64)> {
    use std::io::{BufRead, BufReader};
    let mut server = Command::new(binary)
        .args([
            "--database",
            path.to_str().expect("path"),
            "serve",
            "--without-accounts",
            "--rating-window-days",
            "0",
            "--listen",
            "127.0.0.1:0",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(server.stdout.take().expect("stdout")).lines();
    let greeting = lines.next().expect("a greeting").expect("text");
    let address = greeting.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("address").to_owned();
    let url = format!("http://{address}/api/v1");
    let mut workers = Vec::new();
    let rated = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    for worker in 0..4 {
        let (client, url, rated) = (client.clone(), url.clone(), rated.clone());
        workers.push(tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for n in 0.. {
                let id = format!("K{cycle}-{worker}-{n}");
                let engagement = serde_json::json!({"id": id, "enterprise": "E00001", "college": "C0001", "kind": "hire",
                    "start": "2026-01-01", "end": "2026-06-01", "status": "closed"});
                let put = client.put(format!("{url}/engagements/{id}")).json(&engagement).send().await;
                if put.is_err() {
                    break;
                }
                let marks = serde_json::json!({"overall": 4, "supply": 4, "skill": 3, "stay": 5, "help": "unknown"});
                let body = serde_json::json!({"engagement": id, "marks": marks});
                let rate = client.post(format!("{url}/ratings")).header("Idempotency-Key", &id).json(&body).send().await;
                let Ok(answer) = rate else { break };
                if answer.status() == 201 {
                    let Ok(written) = answer.json::<serde_json::Value>().await else { break };
                    acknowledged.push((id, written["seq"].as_u64().expect("seq")));
                    rated.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            }
            acknowledged
        }));
    }
    // In the midst of it, however slow the machine is.
    let begun = std::time::Instant::now();
    while rated.load(std::sync::atomic::Ordering::Relaxed) < 2 && begun.elapsed().as_secs() < 20 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis((cycle as u64 * 37) % 140)).await;
    server.kill().expect("killed");
    server.wait().expect("reaped");
    let mut acknowledged = Vec::new();
    for worker in workers {
        acknowledged.extend(worker.await.expect("worker"));
    }
    acknowledged
}

/// `ZEYOU_KILLS=200 cargo test --test store kill` runs the full figure.
#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_rating_is_lost_or_doubled_by_kill_9() {
    let cycles = std::env::var("ZEYOU_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.db");
    let binary = env!("CARGO_BIN_EXE_zeyou");
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo");
    let imported = Command::new(binary).args(["--database", path.to_str().expect("path"), "import", demo]).output();
    assert!(imported.expect("run").status.success());
    let client = reqwest::Client::new();
    let mut acknowledged = Vec::new();
    for cycle in 0..cycles {
        acknowledged.extend(live_and_die(binary, &path, &client, cycle).await);
    }
    assert!(acknowledged.len() > cycles, "the load was real: {}", acknowledged.len());
    let store = Store::open_read_only(&path).await.expect("store");
    let check = Service::check_log(&store, |_| {}).await.expect("checked");
    assert_eq!(check.fault, None);
    let mut seen = std::collections::BTreeMap::<String, Vec<u64>>::new();
    let mut after = 0;
    loop {
        let events = store.events(after, 10_000).await.expect("events");
        let Some(last) = events.last() else { break };
        after = last.seq;
        for recorded in &events {
            if let Event::RatingSubmitted(rating) = &*recorded.event {
                seen.entry(rating.engagement.to_string()).or_default().push(recorded.seq);
            }
        }
    }
    for (id, seq) in &acknowledged {
        assert_eq!(seen.get(id), Some(&vec![*seq]), "acknowledged {id}");
    }
    println!("{} kills, {} acknowledged ratings, 0 lost, 0 doubled", cycles, acknowledged.len());
}
