//! P2: however many copies of a request arrive, at whichever replicas and whoever is killed meanwhile, it counts once and every
//! copy is told the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use serde_json::json;
use tokio::task::JoinSet;

use crate::clients::client;
use crate::history::{Outcome, Sent, check};
use crate::process::{Replica, fill};
use crate::redis::Redis;
use crate::servers::Postgres;
use crate::{report, size};

/// What a copy was told in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    body: String,
    replayed: bool,
}

impl Told {
    fn seq(&self) -> u64 {
        let body: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
        body["seq"].as_u64().expect("a seq")
    }
}

/// Sends one copy until it is answered for good, each time to the next replica.
async fn copy(client: reqwest::Client, bases: Arc<Vec<String>>, engagement: String, mut at: usize) -> Told {
    let marks = json!({"overall": 4, "supply": 4, "skill": 3, "stay": 5, "help": "unknown"});
    let (body, begun) = (json!({"engagement": engagement, "marks": marks}), Instant::now());
    loop {
        at += 1;
        let request = client.post(format!("{}/api/v1/ratings", bases[at % bases.len()]));
        if let Ok(answer) = request.header("Idempotency-Key", &engagement).json(&body).send().await {
            let (status, replayed) = (answer.status(), answer.headers().contains_key("idempotent-replayed"));
            match (status.as_u16(), answer.text().await) {
                (201, Ok(body)) => return Told { body, replayed },
                (409, Ok(text)) => assert!(text.contains("https://zeyou/errors/idempotency-in-progress"), "{text}"),
                (400..=499, text) => panic!("{engagement}: {status}: {text:?}"),
                _ => {}
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{engagement} is answered in the end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_a_request_count_once_and_are_told_the_same() {
    let (keys, between) = (size(300, 10_000), Duration::from_millis(size(300, 2_000) as u64));
    let (postgres, redis) = (Postgres::shared(), Redis::start(&[]));
    let address = postgres.database();
    fill(&address, keys);
    let names = ["a", "b", "c"];
    let mut replicas: Vec<_> = names.iter().map(|name| Replica::start(name, &address, Some(redis.url()))).collect();
    let bases = Arc::new(replicas.iter().map(|replica| replica.url("")).collect::<Vec<_>>());
    let (next, client) = (Arc::<AtomicUsize>::default(), client());
    let mut workers = JoinSet::new();
    for worker in 0..4_u64 {
        let (next, client, bases) = (Arc::clone(&next), client.clone(), Arc::clone(&bases));
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(worker);
        workers.spawn(async move {
            let mut told = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= keys {
                    return told;
                }
                let mut copies = JoinSet::new();
                for _ in 0..random.random_range(1..=20) {
                    copies.spawn(copy(client.clone(), Arc::clone(&bases), format!("R{n}"), random.random_range(0..3)));
                }
                told.push((n, copies.join_all().await));
            }
        });
    }
    let (mut random, mut kills) = (rand_chacha::ChaCha8Rng::seed_from_u64(20), 0);
    while next.load(Ordering::Relaxed) < keys {
        tokio::time::sleep(between.mul_f64(random.random_range(0.5..1.5))).await;
        let victim = &mut replicas[random.random_range(0..3)];
        victim.kill();
        victim.resume();
        kills += 1;
    }
    assert!(kills > 0, "nobody was killed meanwhile");
    let told: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    let (mut copies, mut sent) = (0, Vec::with_capacity(keys));
    for (n, told) in &told {
        copies += told.len();
        assert!(told.iter().all(|one| one.body == told[0].body), "R{n}: {told:?}");
        assert!(told.iter().filter(|one| !one.replayed).count() <= 1, "R{n}: two are told to be the first: {told:?}");
        sent.push(Sent { engagement: format!("R{n}"), outcome: Outcome::Ok(told[0].seq()) });
    }
    assert_eq!(sent.len(), keys);
    // Once more to a replica that may never have seen the key, long after.
    let mut again = JoinSet::new();
    for (n, told) in told {
        let (client, bases) = (client.clone(), Arc::clone(&bases));
        again.spawn(async move {
            let late = copy(client, bases, format!("R{n}"), n).await;
            assert_eq!(late, Told { replayed: true, ..told[0].clone() }, "R{n}");
        });
        if again.len() == 16 {
            again.join_next().await.expect("a copy").expect("told the same");
        }
    }
    again.join_all().await;
    let counts = check(&address, &sent).await;
    report(
        "P2 copies of one request, 1–20 at once at three replicas of which one is killed now and then, and once more afterwards",
        &format!(
            "{} keys, {copies} copies, {kills} kills: each counts once, all copies told the same bytes, 0 double; {keys} replays the same",
            counts.ok
        ),
    );
}
