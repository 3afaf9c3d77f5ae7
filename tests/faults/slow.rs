//! P14: clients that are slow to send or to take do not harm others, and are cut off. The slow bodies are ratings, as those that
//! are sent beside them: more of them than ratings may be under way.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::clients::{client, quantile};
use crate::process::{Replica, fill};
use crate::{report, size};

/// How many ratings are sent beside at most.
const RATINGS: usize = 4_000;

/// p99 of a question and of a rating, sent for some time. A question refused under load is asked again: that counts as slow. No
/// rating is refused.
async fn served(replica: &Replica, seconds: u64, rated: &mut usize) -> (Duration, Duration) {
    let (client, begun, mut times, mut ratings) = (client(), Instant::now(), Vec::new(), Vec::new());
    while begun.elapsed() < Duration::from_secs(seconds) {
        let asked = Instant::now();
        let url = replica.url("/api/v1/parks/P0001/shortlist?top=5");
        while client.get(&url).send().await.expect("an answer").status() != 200 {
            assert!(asked.elapsed() < Duration::from_secs(5), "answered in the end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        times.push(asked.elapsed());
        let engagement = format!("R{rated}");
        let marks = json!({"overall": 4, "supply": 4, "skill": 3, "stay": 5, "help": "unknown"});
        let (body, sent) = (json!({"engagement": engagement, "marks": marks}), Instant::now());
        let request = client.post(replica.url("/api/v1/ratings")).header("Idempotency-Key", &engagement);
        let answer = request.json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), 201, "{engagement}: {}", answer.text().await.expect("text"));
        ratings.push(sent.elapsed());
        *rated += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    (quantile(&mut times, 0.99), quantile(&mut ratings, 0.99))
}

/// What arrives until the other side closes, and how long that takes.
async fn until_closed(mut stream: TcpStream) -> (String, Duration) {
    let (begun, mut answer) = (Instant::now(), Vec::new());
    let _ = stream.read_to_end(&mut answer).await;
    (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_harm_nobody_and_are_cut_off() {
    let (heads, bodies, readers) = (size(300, 2_000), size(200, 500), size(30, 200));
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("sqlite:{}", folder.path().join("a.db").display());
    fill(&address, RATINGS);
    let replica = Replica::start("a", &address, None);
    let base = replica.url("").replace("http://", "");
    let mut rated = 0;
    let calm = served(&replica, 3, &mut rated).await;
    let (mut cut, begun) = (JoinSet::new(), Instant::now());
    for at in 0..heads + bodies {
        let mut stream = TcpStream::connect(&base).await.expect("connected");
        let text = if at < heads {
            "GET / HTTP/1.1\r\nHo".to_owned()
        } else {
            format!(
                "POST /api/v1/ratings HTTP/1.1\r\nHost: {base}\r\nContent-Type: application/json\r\nIdempotency-Key: k{at}\r\nContent-Length: 500\r\n\r\n{{"
            )
        };
        stream.write_all(text.as_bytes()).await.expect("written");
        cut.spawn(until_closed(stream));
    }
    let mut stuck = Vec::new();
    for _ in 0..readers {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("set");
        let mut stream = socket.connect(base.parse().expect("an address")).await.expect("connected");
        let request = format!("GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: {base}\r\n\r\n");
        stream.write_all(request.repeat(12).as_bytes()).await.expect("written");
        stuck.push(stream);
    }
    // First what two thousand new connections ask for is done, which is work like any other.
    let first = served(&replica, 1, &mut rated).await;
    let beside = served(&replica, 3, &mut rated).await;
    let (mut others, mut longest) = (Vec::new(), Duration::ZERO);
    while let Some(closed) = cut.join_next().await {
        let (answer, _) = closed.expect("a client");
        if !(answer.contains("408") && answer.contains("request-timeout")) {
            others.push(answer);
        }
        longest = longest.max(begun.elapsed());
    }
    assert!(others.is_empty(), "{} are not told that they were too slow, e.g. {:?}", others.len(), others.last());
    assert!(longest < Duration::from_secs(16), "{longest:?}");
    // Whoever takes nothing is cut off too: what is left in its buffers ends with a reset, or the end.
    tokio::time::sleep(Duration::from_secs(28).saturating_sub(begun.elapsed())).await;
    let mut whole = 0;
    for mut stream in stuck {
        let (mut taken, mut bytes) = (0_usize, vec![0; 1 << 16]);
        while let Ok(Ok(n @ 1..)) = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut bytes)).await {
            taken += n;
        }
        whole += usize::from(taken > 12 << 20);
    }
    assert_eq!(whole, 0, "a reader that took nothing for 20 s gets no more");
    report(
        "P14 slow heads, slow bodies, readers that take nothing",
        &format!(
            "{heads}, {bodies} and {readers}: all cut off, heads and bodies with 408 within {longest:?}; no rating refused; p99 of a \
             question {:?} without, {:?} in the second after they connected, then {:?}; of a rating {:?}, {:?} and {:?}",
            calm.0, first.0, beside.0, calm.1, first.1, beside.1
        ),
    );
}
