//! Limits that replicas count together in Redis: one server, one behind TLS, a cluster; and alone without it.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::clients::client;
use crate::process::{Replica, fill};
use crate::redis::{Cluster, Redis, Tls};
use crate::report;
use crate::servers::Postgres;

/// What two replicas answer to `n` ratings of one enterprise, one after the other in turn.
async fn rate(replicas: &[Replica], from: usize, n: usize) -> Vec<u16> {
    let (client, mut answers) = (client(), Vec::new());
    for k in from..from + n {
        // Every fortieth engagement is of the same enterprise.
        let engagement = format!("R{}", 40 * k);
        let marks = json!({"overall": 4, "supply": 4, "skill": 3, "stay": 5, "help": "unknown"});
        let request = client.post(replicas[k % replicas.len()].url("/api/v1/ratings"));
        let request = request.header("Idempotency-Key", &engagement);
        let answer = request.json(&json!({"engagement": engagement, "marks": marks})).send().await.expect("an answer");
        if answer.status() == 429 {
            let wait = answer.headers()["retry-after"].to_str().expect("text").parse::<u64>().expect("seconds");
            assert!((1..=361).contains(&wait), "{wait}");
        }
        answers.push(answer.status().as_u16());
    }
    answers
}

/// From a write at one replica until another one serves it without being asked to look.
async fn hinted(replicas: &[Replica]) -> Duration {
    let client = client();
    let mut times = Vec::new();
    for k in 0..9 {
        let engagement = format!("R{}", 40 * k + 1);
        let marks = json!({"overall": 4, "supply": 4, "skill": 3, "stay": 5, "help": "unknown"});
        let request = client.post(replicas[0].url("/api/v1/ratings")).header("Idempotency-Key", &engagement);
        let answer = request.json(&json!({"engagement": engagement, "marks": marks})).send().await.expect("an answer");
        assert_eq!(answer.status(), 201);
        let seq = answer.json::<serde_json::Value>().await.expect("JSON")["seq"].as_u64().expect("a seq");
        let begun = Instant::now();
        while replicas[1].seq(&client).await < seq {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

fn ok(answers: &[u16]) -> usize {
    answers.iter().filter(|status| **status == 201).count()
}

/// Two replicas that let an enterprise rate ten times.
fn replicas(address: &str, redis: &str, variables: &[(&str, String)]) -> [Replica; 2] {
    ["a", "b"].map(|name| {
        let mut variables: Vec<_> = variables.to_vec();
        variables.push(("ZEYOU_RATINGS_PER_HOUR", "10".to_owned()));
        Replica::start_with(name, address, Some(redis.to_owned()), variables)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_count_together_by_redis_and_alone_without_it() {
    let postgres = Postgres::shared();
    let mut redis = Redis::start(&[]);
    let address = postgres.database();
    fill(&address, 4_000);
    let both = replicas(&address, &redis.url(), &[]);
    assert_eq!(ok(&rate(&both, 0, 16).await), 10, "ten at both together");
    let keys = redis.command(&["KEYS", "*"]);
    assert_eq!(keys, "zeyou:limit:{ratings:E00001}", "all is in the namespace");
    let left: i64 = redis.command(&["PTTL", &keys]).parse().expect("milliseconds");
    assert!((1..=3_600_001).contains(&left), "and goes by itself: {left}");
    // Whatever Redis does or holds: never an error, and never without a limit.
    for (n, poison) in [["SET", "x"], ["SET", "1e300"], ["SET", "-5"], ["LPUSH", "y"]].iter().enumerate() {
        redis.command(&["DEL", &keys]);
        redis.command(&[poison[0], &keys, poison[1]]);
        let answers = rate(&both, 16 + 4 * n, 4).await;
        assert!(answers.iter().all(|status| [201, 429].contains(status)), "{poison:?}: {answers:?}");
    }
    redis.kill();
    let answers = rate(&both, 40, 40).await;
    assert!(answers.iter().all(|status| [201, 429].contains(status)), "{answers:?}");
    assert!(ok(&answers) <= 20, "each alone lets no more than ten");
    redis.resume();
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_behind_tls_wakes_and_counts() {
    let (postgres, tls) = (Postgres::shared(), Tls::new());
    let redis = Redis::start_tls(&tls);
    let address = postgres.database();
    fill(&address, 4_000);
    let both = replicas(&address, &redis.url(), &[("SSL_CERT_FILE", tls.authority())]);
    assert_eq!(ok(&rate(&both, 0, 16).await), 10, "ten at both together: {}", both[0].logged());
    let hint = hinted(&both).await;
    assert!(hint < Duration::from_millis(200), "{hint:?}");
    report(
        "Redis by rediss://",
        &format!("limits counted together; seen at another replica after {hint:?} (median of 9)"),
    );
    // Whom nobody vouches for is not trusted: counted alone, and still served.
    let wary = replicas(&address, &redis.url(), &[]);
    let answers = rate(&wary, 20, 22).await;
    assert_eq!(ok(&answers), 20, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_of_redis_wakes_and_counts() {
    let (postgres, mut cluster) = (Postgres::shared(), Cluster::start());
    let address = postgres.database();
    fill(&address, 4_000);
    let both = replicas(&address, &cluster.url(), &[]);
    assert_eq!(ok(&rate(&both, 0, 16).await), 10, "ten at both together: {}", both[0].logged());
    let hint = hinted(&both).await;
    assert!(hint < Duration::from_millis(200), "{hint:?}");
    report(
        "Redis Cluster of three",
        &format!("limits counted together; seen at another replica after {hint:?} (median of 9)"),
    );
    cluster.kill_one();
    let answers = rate(&both, 20, 20).await;
    assert!(answers.iter().all(|status| [201, 429].contains(status)), "{answers:?}");
}
