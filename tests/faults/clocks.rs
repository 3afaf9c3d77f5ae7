//! P11: the clocks of replicas run behind, run ahead and are set under load. What begins, lives and ends is judged by the
//! clock of the database, so nothing is lost, double or dated wrongly, and nothing lives longer at the one that is behind.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zeyou::domain::{Date, Event, Timestamp};
use zeyou::store::{Address, Recorded, Store};

use crate::clients::{Clients, client};
use crate::history::{check, equal_digests};
use crate::kills::same_answers;
use crate::process::{Replica, fill, zeyou};
use crate::servers::Postgres;
use crate::skew::Skewed;
use crate::{report, size};

/// Whoever asks may rate, whenever.
const OPEN: [&str; 3] = ["--without-accounts", "--rating-window-days", "0"];
/// Seconds that keys and sessions have left.
const LEFT: i64 = 6;
/// A replica remembers for two seconds whom it let in; with room for a busy machine.
const LATE: Duration = Duration::from_secs(5);

/// The time by the server.
fn told(postgres: &Postgres, database: &str) -> i64 {
    let micros = postgres.sql(database, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
    micros.parse().expect("microseconds")
}

/// The day by the server; not one that is about to end.
async fn day(postgres: &Postgres, database: &str) -> Date {
    loop {
        let at = told(postgres, database);
        let (now, soon) = (Timestamp::from_micros(at).day(), Timestamp::from_micros(at + 60_000_000).day());
        if now == soon {
            return now;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn events(address: &str) -> Vec<Recorded> {
    let store = Store::open_read_only(&address.parse::<Address>().expect("an address")).await.expect("store");
    let mut all: Vec<Recorded> = Vec::new();
    loop {
        let more = store.events(all.len() as u64, 10_000).await.expect("events");
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// Sets clocks to and fro under load until enough was acknowledged.
async fn steps(stepping: &[&Skewed], clients: &Clients, enough: usize) -> usize {
    const STEPS: [&str; 8] = ["+1h", "-1h", "+1d", "-1d", "+0", "-10m", "+1d", "-1h"];
    let mut done = 0;
    while clients.acknowledged.load(Ordering::Relaxed) < enough || done < 2 * STEPS.len() {
        for (nth, skewed) in stepping.iter().enumerate() {
            skewed.step(STEPS[(done + 3 * nth) % STEPS.len()]);
        }
        done += 1;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    done * stepping.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_step_under_load_and_nothing_is_lost_doubled_or_dated_by_them() {
    let (enough, last) = (size(2_500, 50_000), size(20_000, 150_000));
    let postgres = Postgres::shared();
    let address = postgres.database();
    let database = address.rsplit('/').next().expect("a name").to_owned();
    fill(&address, last);
    let (day, begun) = (day(&postgres, &database).await, told(&postgres, &database));
    let filled = events(&address).await.len();
    let clocks = [("ahead", "+1d"), ("stepping", "-1d"), ("behind", "-10m")];
    let skewed = clocks.map(|(name, offset)| Skewed::start(name, &address, offset, &OPEN));
    let replicas: Vec<&Replica> = skewed.iter().map(|one| &one.replica).collect();
    let bases = replicas.iter().map(|replica| replica.url("")).collect();
    let clients = Clients::start(bases, 12, &Arc::default(), last);
    let stepped = steps(&[&skewed[0], &skewed[1]], &clients, enough).await;
    let (sent, _) = clients.stop().await;
    let counts = check(&address, &sent).await;
    let seq = same_answers(&replicas).await;
    let compared = equal_digests(&address).await;
    assert!(compared > 0, "digests were compared");
    let ended = told(&postgres, &database);
    let (all, mut before) = (events(&address).await, begun);
    for Recorded { seq, at, event, .. } in &all[filled..] {
        let at = at.micros();
        assert!(begun <= at && at <= ended + 1_000_000, "{seq} is recorded at {at}, not within {begun} to {ended}");
        assert!(at >= before - 1_000_000, "{seq} is recorded before what was before it");
        before = at;
        match &**event {
            Event::Clock { today } => panic!("{seq}: the day {today} begins again"),
            Event::RatingSubmitted(rating) => assert_eq!(rating.rated_on, day, "{seq}"),
            _ => {}
        }
    }
    report(
        "P11 clocks of two replicas set by up to two days under load, a third ten minutes behind, on PostgreSQL",
        &format!(
            "{stepped} steps, {} acknowledged, {} unknown, 0 lost, 0 double; digests equal at {compared} events, all answers at seq \
             {seq} the same bytes; every event within the time and the day of the database",
            counts.ok, counts.unknown
        ),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_a_file_steps_under_load_and_nothing_is_lost_or_doubled() {
    let (enough, last) = (size(1_000, 20_000), size(20_000, 60_000));
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("sqlite:{}", folder.path().join("a.db").display());
    fill(&address, last);
    let skewed = Skewed::start("a", &address, "+1d", &OPEN);
    let clients = Clients::start(vec![skewed.replica.url("")], 12, &Arc::default(), last);
    let stepped = steps(&[&skewed], &clients, enough).await;
    let (sent, _) = clients.stop().await;
    drop(skewed);
    let counts = check(&address, &sent).await;
    let days = events(&address).await;
    let days: Vec<Date> = days
        .iter()
        .filter_map(|one| match &*one.event {
            Event::Clock { today } => Some(*today),
            _ => None,
        })
        .collect();
    assert!(days.windows(2).all(|pair| pair[0] <= pair[1]), "a day that began stays: {days:?}");
    report(
        "P11 the clock of a process on SQLite set by up to two days under load",
        &format!("{stepped} steps, {} acknowledged, {} unknown, 0 lost, 0 double", counts.ok, counts.unknown),
    );
}

/// The status of one question by a key or a session.
async fn asked(client: &reqwest::Client, replica: &Replica, header: (&str, &str)) -> u16 {
    let question = client.get(replica.url("/api/v1/parks/P0001/shortlist?top=3")).header(header.0, header.1);
    question.send().await.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_sessions_end_by_the_clock_of_the_database() {
    let postgres = Postgres::shared();
    let address = postgres.database();
    let database = address.rsplit('/').next().expect("a name").to_owned();
    fill(&address, 1);
    let run = |arguments: &[&str]| {
        let done = zeyou(&address, arguments);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    };
    let account = run(&["account", "create", "planner", "--role", "planner"]);
    let account = account.split_whitespace().next().expect("an id");
    let key = format!("Bearer {}", run(&["key", "create", "planner", "--label", "test", "--days", "1"]));
    let sql = |statement: &str| postgres.sql(&database, statement);
    // Begun so many seconds ago, last used so many seconds ago.
    let begin = |token: &str, begun: i64, used: i64| {
        let now = told(&postgres, &database);
        sql(&format!(
            "INSERT INTO session (log_id, hash, account, half, created_at, used_at) VALUES \
             (1, sha256('{token}'), '{account}', 0, {}, {})",
            now - begun * 1_000_000,
            now - used * 1_000_000
        ));
    };
    let clocks = [("behind", "-1d"), ("off", "-10m"), ("ahead", "+1d"), ("right", "+0")];
    let skewed = clocks.map(|(name, offset)| Skewed::start(name, &address, offset, &[]));
    let client = client();
    begin("long", 600, 120);
    let session = ("Cookie", "zeyou_session=long");
    for Skewed { replica, .. } in &skewed {
        assert_eq!(asked(&client, replica, ("Authorization", &key)).await, 200, "a key that holds for a day");
        assert_eq!(asked(&client, replica, session).await, 200, "a session that began ten minutes ago");
    }
    let used: i64 = sql("SELECT used_at FROM session").parse().expect("microseconds");
    let since = told(&postgres, &database) - used;
    assert!((-1_000_000..60_000_000).contains(&since), "used just now by the clock of the database: {since} µs");
    // All end within some seconds: the key, sessions by their longest life, and sessions that are not used.
    for n in 0..skewed.len() {
        begin(&format!("old{n}"), 12 * 3_600 - LEFT, 120);
        begin(&format!("idle{n}"), 6_000, 1_800 - LEFT);
    }
    let end = told(&postgres, &database) + LEFT * 1_000_000;
    sql(&format!("UPDATE api_key SET expires_at = {end}"));
    let cookies = |what: &str| (0..skewed.len()).map(|n| format!("zeyou_session={what}{n}")).collect::<Vec<_>>();
    let (old, idle) = (cookies("old"), cookies("idle"));
    for (Skewed { replica, .. }, old) in skewed.iter().zip(&old) {
        for header in [("Authorization", key.as_str()), ("Cookie", old.as_str())] {
            assert_eq!(asked(&client, replica, header).await, 200, "it holds still");
        }
    }
    while told(&postgres, &database) < end {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (over, mut refused) = (Instant::now(), Duration::ZERO);
    for ((Skewed { replica, .. }, old), idle) in skewed.iter().zip(&old).zip(&idle) {
        // Nobody asked by the idle one before: that would have been a use of it.
        for header in [("Cookie", idle.as_str()), ("Authorization", key.as_str()), ("Cookie", old.as_str())] {
            while asked(&client, replica, header).await != 401 {
                assert!(over.elapsed() < LATE, "{header:?} ended");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            refused = refused.max(over.elapsed());
        }
        assert_eq!(asked(&client, replica, session).await, 200, "who used it stays");
    }
    report(
        "P11 a key and sessions that end at replicas a day behind, ten minutes behind and a day ahead",
        &format!(
            "refused everywhere {refused:?} after their end at the latest; what holds was let in everywhere, and its use noted by the \
             database's clock"
        ),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rating_windows_are_those_of_the_database_s_day() {
    let postgres = Postgres::shared();
    let address = postgres.database();
    let database = address.rsplit('/').next().expect("a name").to_owned();
    fill(&address, 1);
    let arguments = ["--without-accounts", "--rating-window-days", "30"];
    let clocks = [("behind", "-1d"), ("off", "-10m"), ("ahead", "+1d")];
    let skewed = clocks.map(|(name, offset)| Skewed::start(name, &address, offset, &arguments));
    let (client, today) = (client(), day(&postgres, &database).await);
    // First and last day of an engagement from today, its status, and whether it can be rated today.
    let engagements = [
        ("yesterday was the last day", -400, -31, "closed", false),
        ("today is the last day", -400, -30, "closed", true),
        ("today is the first day", -30, 300, "confirmed", true),
        ("tomorrow is the first day", -29, 300, "confirmed", false),
    ];
    for (n, (name, start, end, status, open)) in engagements.into_iter().enumerate() {
        for (at, Skewed { replica, .. }) in skewed.iter().enumerate() {
            let id = format!("W{n}{at}");
            let body = json!({"id": id, "enterprise": "E00001", "college": "C0001", "kind": "hire", "status": status,
                "start": today.plus_days(start), "end": today.plus_days(end)});
            let put = client.put(replica.url(&format!("/api/v1/engagements/{id}"))).json(&body).send().await;
            assert_eq!(put.expect("an answer").status(), 201);
            let marks = json!({"overall": 4, "supply": 4, "skill": 3, "stay": 5, "help": "unknown"});
            let rate = client.post(replica.url("/api/v1/ratings")).header("Idempotency-Key", &id);
            let answer = rate.json(&json!({"engagement": id, "marks": marks})).send().await.expect("an answer");
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.expect("JSON");
            assert_eq!(status == 201, open, "{name}, at {}: {status} {body}", clocks[at].0);
        }
    }
    report(
        "P11 rating windows at replicas a day behind, ten minutes behind and a day ahead",
        "the first and the last day are those of the database at each",
    );
}
