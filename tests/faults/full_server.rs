//! P10: the disk under PostgreSQL is full, first for its tables, then for its log, which ends its processes. Writes are refused as
//! such, reads go on, nothing acknowledged is lost, and once there is room all comes back without anybody's doing.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::clients::client;
use crate::history::{Outcome, Sent, check};
use crate::process::{Replica, fill, zeyou};
use crate::report;
use crate::servers::Postgres;

/// Bytes of the disk.
const DISK: u64 = 128 << 20;
/// Little of its log stays, so that it soon needs room for more.
const SETTINGS: [&str; 2] = ["min_wal_size=2MB", "max_wal_size=8MB"];

/// One try to rate; the status and the kind of problem.
async fn rate(client: &reqwest::Client, replica: &Replica, engagement: &str) -> (u16, Value) {
    let marks = json!({"overall": 4, "supply": 4, "skill": 4, "stay": 4, "help": 4});
    let request = client.post(replica.url("/api/v1/ratings")).header("Idempotency-Key", engagement);
    let answer = request.json(&json!({"engagement": engagement, "marks": marks})).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

/// Writes until the disk is full; gone again with [`std::fs::remove_file`].
fn fill_up(postgres: &Postgres) {
    let mut ballast = std::fs::File::options();
    let mut ballast =
        ballast.create(true).append(true).open(postgres.beside_data("ballast")).expect("a file on the disk");
    for size in [1 << 20, 64 << 10, 4 << 10] {
        while ballast.write_all(&vec![1_u8; size]).is_ok() {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_the_server_is_told_reads_go_on_and_writes_come_back() {
    let postgres = Postgres::start_on_small_disk(DISK, &SETTINGS);
    let address = postgres.address("postgres");
    fill(&address, 2_500);
    let made = zeyou(&address, &["account", "create", "planner", "--role", "planner"]);
    let account = String::from_utf8_lossy(&made.stdout).split_whitespace().next().expect("an id").to_owned();
    let replica = Replica::start("a", &address, None);
    let guarded = Replica::start_as("b", &address, None, Vec::new(), &[]);
    // A session that was not used for so long that its use would be noted.
    postgres.sql(
        "postgres",
        &format!(
            "INSERT INTO session (log_id, hash, account, half, created_at, used_at) \
             SELECT 1, sha256('token'), '{account}', 0, at, at FROM \
             (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - 600000000 AS at) AS ago"
        ),
    );
    let client = client();
    let read = async |when: &str| {
        let path = "/api/v1/parks/P0001/shortlist?top=3";
        let open = client.get(replica.url(path)).send().await.expect("an answer").status();
        assert_eq!(open, 200, "{when}");
    };
    let (mut sent, mut refused, mut kinds) =
        (Vec::new(), Vec::new(), std::collections::BTreeMap::<String, usize>::new());
    let mut write = async |n: usize| {
        let engagement = format!("R{n}");
        let begun = Instant::now();
        let (status, body) = rate(&client, &replica, &engagement).await;
        assert!(begun.elapsed() < Duration::from_secs(6), "answered in time: {:?}", begun.elapsed());
        match status {
            201 => Some(Sent { engagement, outcome: Outcome::Ok(body["seq"].as_u64().expect("a seq")) }),
            503 => {
                let kind = body["type"].as_str().expect("a type").rsplit('/').next().expect("a word").to_owned();
                *kinds.entry(kind).or_default() += 1;
                None
            }
            other => panic!("{other}: {body}"),
        }
    };
    for n in 0..50 {
        sent.extend(write(n).await);
    }
    assert_eq!(sent.len(), 50, "there is room");
    fill_up(&postgres);
    let mut next = 50;
    while refused.len() < 20 {
        assert!(next < 2_000, "it is full at last");
        let one = write(next).await;
        refused.extend(one.is_none().then_some(next));
        sent.extend(one);
        next += 1;
    }
    read("no room for rows").await;
    let by_session = client.get(guarded.url("/api/v1/parks/P0001/shortlist?top=3"));
    let by_session = by_session.header("Cookie", "zeyou_session=token").send().await.expect("an answer");
    assert_eq!(by_session.status(), 200, "a session whose use cannot be noted reads too");
    // Now its log: what it cannot write there ends its processes. It recovers, or cannot start until there is room.
    let ended = |postgres: &Postgres| postgres.logged().matches("PANIC").count() > 0;
    for _ in 0..60 {
        fill_up(&postgres);
        let _ = postgres.try_sql("postgres", "SELECT pg_logical_emit_message(false, 'x', repeat('x', 400000))");
        if ended(&postgres) {
            break;
        }
    }
    assert!(ended(&postgres), "{}", postgres.logged());
    for _ in 0..5 {
        let one = write(next).await;
        refused.extend(one.is_none().then_some(next));
        sent.extend(one);
        next += 1;
        read("its log is full").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let acknowledged = sent.len();
    std::fs::remove_file(postgres.beside_data("ballast")).expect("room again");
    let freed = Instant::now();
    for n in &refused {
        loop {
            if let Some(one) = write(*n).await {
                sent.push(one);
                break;
            }
            assert!(freed.elapsed() < Duration::from_secs(10), "writes come back: {}", postgres.logged());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let back = freed.elapsed();
    let counts = check(&address, &sent).await;
    assert_eq!(counts.ok, sent.len());
    assert!(kinds.contains_key("storage-full"), "it is said what is wrong: {kinds:?}");
    let log = postgres.logged();
    let (panics, starts) = (log.matches("PANIC:").count(), log.matches("starting PostgreSQL").count());
    report(
        "P10 a full disk under PostgreSQL, first for its tables, then for its log",
        &format!(
            "{acknowledged} acknowledged while or before it was full, 0 lost, {} refused with 503 ({kinds:?}), reads went on, also by a \
             session; PostgreSQL could not write its log {panics} times and was started {} times again; all written {back:?} after there was room",
            refused.len(),
            starts - 1
        ),
    );
}
