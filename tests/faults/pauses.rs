//! P8: a database that stands still: writes are refused in time, reads go on and say how old they are, nothing is lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::clients::{Clients, client};
use crate::history::check;
use crate::process::{Replica, fill};
use crate::servers::{Postgres, signal};
use crate::{report, size};

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_database_refuses_writes_in_time_and_reads_go_on() {
    let (pauses, seconds, last) = (size(1, 20), size(6, 30) as u64, size(20_000, 100_000));
    let postgres = Postgres::start(&[]);
    let address = postgres.address("postgres");
    fill(&address, last);
    let replicas = [Replica::start("a", &address, None), Replica::start("b", &address, None)];
    let clients =
        Clients::start(replicas.iter().map(|replica| replica.url("")).collect(), 8, &Arc::default(), last - 1);
    let (client, mut slowest, mut back, mut oldest) = (client(), Duration::ZERO, Duration::ZERO, 0);
    for _ in 0..pauses {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let pids = postgres.pids();
        pids.iter().for_each(|pid| signal(*pid, "STOP"));
        let paused = Instant::now();
        let marks = json!({"overall": 4, "supply": 4, "skill": 3, "stay": 5, "help": "unknown"});
        let body = json!({"engagement": format!("R{}", last - 1), "marks": marks});
        while paused.elapsed() < Duration::from_secs(seconds) {
            let begun = Instant::now();
            let write = client.post(replicas[0].url("/api/v1/ratings")).header("Idempotency-Key", "while-paused");
            let answer = write.json(&body).send().await.expect("an answer");
            // The first ones may be on their way to the commit: then it is not known.
            assert_eq!(answer.status(), 503, "{}", answer.text().await.expect("text"));
            slowest = slowest.max(begun.elapsed());
            let read =
                client.get(replicas[1].url("/api/v1/parks/P0001/shortlist?top=3")).send().await.expect("an answer");
            assert_eq!(read.status(), 200);
            let age = read.headers().get("zeyou-staleness").map(|age| age.to_str().expect("text").parse::<u64>());
            match age {
                Some(age) => oldest = oldest.max(age.expect("seconds")),
                None => assert!(paused.elapsed() < Duration::from_secs(5), "an old answer says its age"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        pids.iter().for_each(|pid| signal(*pid, "CONT"));
        let resumed = Instant::now();
        loop {
            let write = client.post(replicas[0].url("/api/v1/ratings")).header("Idempotency-Key", "while-paused");
            let answer = write.json(&body).send().await.expect("an answer");
            if answer.status() == 201 {
                break;
            }
            assert!(resumed.elapsed() < Duration::from_secs(5), "writes are back");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        back = back.max(resumed.elapsed());
    }
    let (sent, _) = clients.stop().await;
    let counts = check(&address, &sent).await;
    assert!(slowest < Duration::from_secs(4), "{slowest:?}");
    assert!(oldest + 2 >= seconds, "{oldest}");
    report(
        "P8 PostgreSQL and all its processes stopped",
        &format!(
            "{pauses} pauses of {seconds} s, {} acknowledged, {} unknown, 0 lost, 0 double; a write was refused within {slowest:?}, \
             reads went on and said an age of up to {oldest} s, writes were back {back:?} after at the latest",
            counts.ok, counts.unknown
        ),
    );
}
