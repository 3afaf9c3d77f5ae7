//! P12 and the comparison of digests: a log that lost its tail, and a state that is wrong, are found and built anew.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zeyou::domain::Event;
use zeyou::engine::State;
use zeyou::store::{Address, Store};

use crate::clients::{Clients, client};
use crate::process::{Replica, fill};
use crate::servers::Postgres;
use crate::{report, size};

async fn rate(client: &reqwest::Client, replica: &Replica, n: usize) -> u64 {
    let marks = json!({"overall": n % 5 + 1, "supply": 4, "skill": 3, "stay": 5, "help": "unknown"});
    let body = json!({"engagement": format!("R{n}"), "marks": marks});
    let key = uuid::Uuid::new_v4().to_string();
    loop {
        let request = client.post(replica.url("/api/v1/ratings")).header("Idempotency-Key", &key);
        let answer = request.json(&body).send().await.expect("an answer");
        let (status, body) = (answer.status(), answer.json::<Value>().await.expect("JSON"));
        if status == 201 {
            return body["seq"].as_u64().expect("a seq");
        }
        // The server is not back yet, or the replica is being built anew: try again, as a client would.
        assert_eq!(status, 503, "{body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn copied(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").args([from, to]).status().expect("cp runs").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_lost_its_tail_is_found_and_served_anew() {
    let rounds = size(2, 20);
    let postgres = Postgres::start(&[]);
    let address = postgres.address("postgres");
    fill(&address, 60 * rounds);
    let replicas = [Replica::start("a", &address, None), Replica::start("b", &address, None)];
    let client = client();
    let (mut found, mut rebuilt) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let n = 60 * round;
        for at in 0..5 {
            rate(&client, &replicas[at % 2], n + at).await;
        }
        let copy = postgres.data.with_extension(format!("copy{round}"));
        postgres.kill();
        copied(&postgres.data, &copy);
        postgres.resume();
        let mut lost = 0;
        for at in 11..15 {
            lost = rate(&client, &replicas[at % 2], n + at).await;
        }
        for replica in &replicas {
            replica.get(&client, "/api/v1/parks/P0001/shortlist", lost).await;
        }
        postgres.kill();
        std::fs::remove_dir_all(&postgres.data).expect("removed");
        copied(&copy, &postgres.data);
        postgres.resume();
        let begun = Instant::now();
        let mut seqs = [lost; 2];
        let mut first = None;
        while seqs.iter().any(|seq| *seq >= lost) {
            assert!(begun.elapsed() < Duration::from_secs(20), "{seqs:?}");
            for (replica, seq) in replicas.iter().zip(&mut seqs) {
                let answer = client.get(replica.url("/health/ready")).send().await.expect("an answer");
                let body: Value = answer.json().await.expect("JSON");
                match body["seq"].as_u64() {
                    Some(now) => *seq = now,
                    None => {
                        assert_eq!(body["type"], "https://zeyou/errors/rebuilding");
                        first.get_or_insert(begun.elapsed());
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        found.push(first.unwrap_or(begun.elapsed()));
        rebuilt.push(begun.elapsed());
        // The history goes on from the restored end, at both.
        let seq = rate(&client, &replicas[round % 2], n + 20).await;
        assert!(seq < lost, "{seq} {lost}");
        let answers = [
            replicas[0].get(&client, "/api/v1/parks/P0001/shortlist?top=20", seq).await,
            replicas[1].get(&client, "/api/v1/parks/P0001/shortlist?top=20", seq).await,
        ];
        assert_eq!(answers[0], answers[1]);
    }
    crate::history::check(&address, &[]).await;
    report(
        "P12 an older backup restored under two live replicas",
        &format!(
            "{rounds} of {rounds} found and served anew, at the latest {} ms after the server was back (found after {} ms)",
            rebuilt.iter().max().expect("a round").as_millis(),
            found.iter().max().expect("a round").as_millis()
        ),
    );
}

/// A snapshot that was tampered with together with its digest: the replica that starts from it is wrong without knowing.
/// The others' digests tell, the log judges, and it starts anew from the events alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_replica_whose_state_is_wrong_takes_itself_out_and_starts_anew() {
    let postgres = Postgres::shared();
    let address = postgres.database();
    fill(&address, 2_500);
    let right = Replica::start("right", &address, None);
    tamper(&address, &postgres).await;
    let wrong = Replica::start("wrong", &address, None);
    let client = client();
    let seq = right.seq(&client).await;
    let path = "/api/v1/parks/P0001/shortlist?top=20";
    assert_eq!(wrong.seq(&client).await, seq);
    assert_ne!(right.get(&client, path, seq).await, wrong.get(&client, path, seq).await, "it does not know");
    let next = Arc::default();
    let clients = Clients::start(vec![right.url("")], 8, &next, 1_000 - seq as usize % 1_000);
    let (sent, _) = clients.finish().await;
    let begun = Instant::now();
    let mut reasons = Vec::new();
    while !wrong.logged().contains("served from now on") || reasons.last().is_none_or(|reason| reason != "ready") {
        assert!(begun.elapsed() < Duration::from_secs(30), "{reasons:?}");
        let answer = client.get(wrong.url("/health/ready")).send().await.expect("an answer");
        let body: Value = answer.json().await.expect("JSON");
        let reason = body["type"].as_str().or(body["status"].as_str()).expect("a reason").to_owned();
        if reasons.last() != Some(&reason) {
            reasons.push(reason);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let seq = right.seq(&client).await;
    assert_eq!(right.get(&client, path, seq).await, wrong.get(&client, path, seq).await);
    assert!(!right.logged().contains("is not what the log says"), "the other one stays");
    crate::history::check(&address, &sent).await;
    report(
        "a replica with a wrong state, found by its digest",
        &format!("out and served anew {} ms after the digests were due", begun.elapsed().as_millis()),
    );
}

/// Changes one rating in the stored snapshot and seals it with a digest that fits.
async fn tamper(address: &str, postgres: &Postgres) {
    let store = Store::open_read_only(address.parse::<Address>().expect("an address")).await.expect("store");
    let database = address.rsplit('/').next().expect("a name");
    let engine = postgres.sql(database, "SELECT engine FROM fit_snapshot ORDER BY seq DESC LIMIT 1");
    let head = store.head().await.expect("head").seq;
    let (seq, bytes) = store.load_state(head, &engine).await.expect("read").expect("a snapshot");
    let mut state = State::from_bytes(&bytes).expect("a state");
    let of_first_park = |entry: &zeyou::domain::Rating| {
        let engagement = state.engagements.get(&entry.engagement).expect("an engagement");
        state.enterprises.get(&engagement.enterprise).expect("an enterprise").park.to_string() == "P0001"
    };
    let ratings = state.ratings.iter().map(|(_, entry)| entry.value.clone());
    for rating in ratings.filter(of_first_park).take(20).collect::<Vec<_>>() {
        let mut revised = serde_json::to_value(Event::RatingRevised(rating)).expect("JSON");
        revised["body"]["marks"]["overall"] = json!(1);
        let revised: Event = serde_json::from_value(revised).expect("an event");
        state.apply(state.seq, state.at, &revised);
    }
    let (pieces, taken) = tokio::sync::mpsc::channel(64);
    let bytes = state.to_bytes();
    for piece in bytes.chunks(zeyou::store::PIECE) {
        pieces.send(piece.to_vec()).await.expect("room");
    }
    drop(pieces);
    store.save_state(seq, taken).await.expect("saved");
}
