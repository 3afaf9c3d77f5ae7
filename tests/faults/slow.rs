//! P14: clients that are slow to send or to take do not harm others, and are cut off.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::clients::{client, quantile};
use crate::process::{Replica, fill};
use crate::{report, size};

/// Median and p99 of a question, asked for some time. Refused under load it is asked again: that counts as slow.
async fn questions(replica: &Replica, seconds: u64) -> (Duration, Duration) {
    let (client, begun, mut times) = (client(), Instant::now(), Vec::new());
    while begun.elapsed() < Duration::from_secs(seconds) {
        let asked = Instant::now();
        let url = replica.url("/api/v1/parks/P0001/shortlist?top=5");
        while client.get(&url).send().await.expect("an answer").status() != 200 {
            assert!(asked.elapsed() < Duration::from_secs(5), "answered in the end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        times.push(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    (quantile(&mut times, 0.5), quantile(&mut times, 0.99))
}

/// What arrives until the other side closes, and how long that takes.
async fn until_closed(mut stream: TcpStream) -> (String, Duration) {
    let (begun, mut answer) = (Instant::now(), Vec::new());
    let _ = stream.read_to_end(&mut answer).await;
    (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_harm_nobody_and_are_cut_off() {
    let (heads, bodies, readers) = (size(300, 2_000), size(100, 500), size(30, 200));
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("sqlite:{}", folder.path().join("a.db").display());
    fill(&address, 10);
    let replica = Replica::start("a", &address, None);
    let base = replica.url("").replace("http://", "");
    let (_, calm) = questions(&replica, 3).await;
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
    let (_, beside) = questions(&replica, 3).await;
    let (mut answers, mut longest) = (0, Duration::ZERO);
    while let Some(closed) = cut.join_next().await {
        let (answer, _) = closed.expect("a client");
        answers += usize::from(answer.contains("408") && answer.contains("request-timeout"));
        longest = longest.max(begun.elapsed());
    }
    assert_eq!(answers, heads + bodies, "each is told that it was too slow");
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
            "{heads}, {bodies} and {readers}: all cut off, heads and bodies with 408 within {longest:?}; p99 of a question {calm:?} \
             without, {beside:?} with them"
        ),
    );
}
