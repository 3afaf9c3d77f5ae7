//! P16: clients that reset their connection at any moment leave no transaction open and no half a write.

use std::sync::Arc;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::clients::Clients;
use crate::history::{Outcome, Sent, check};
use crate::process::{Replica, fill};
use crate::servers::Postgres;
use crate::{report, size};

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_connection_leaves_nothing_half_done() {
    let (resets, last) = (size(400, 5_000), size(20_000, 60_000));
    let postgres = Postgres::start(&[]);
    let address = postgres.address("postgres");
    fill(&address, last);
    let replica = Replica::start("a", &address, None);
    let clients = Clients::start(vec![replica.url("")], 4, &Arc::default(), last - resets);
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(16);
    let (base, mut sent) = (replica.url("").replace("http://", ""), Vec::new());
    for n in last - resets..last {
        let engagement = format!("R{n}");
        let marks = r#"{"overall":4,"supply":4,"skill":3,"stay":5,"help":"unknown"}"#;
        let body = format!(r#"{{"engagement":"{engagement}","marks":{marks}}}"#);
        let mut stream = TcpStream::connect(&base).await.expect("connected");
        let head = format!("POST /api/v1/ratings HTTP/1.1\r\nHost: {base}\r\nContent-Type: application/json\r\n");
        let head = head + &format!("Idempotency-Key: {engagement}\r\nContent-Length: {}\r\n\r\n", body.len());
        // Sometimes only a part of it.
        let all = head + &body;
        let part = if random.random_bool(0.2) { random.random_range(0..all.len()) } else { all.len() };
        stream.write_all(&all.as_bytes()[..part]).await.expect("written");
        tokio::time::sleep(Duration::from_micros(random.random_range(0..50_000) / 4)).await;
        // Closed at once and without a word: a reset.
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("set");
        drop(stream);
        sent.push(Sent { engagement, outcome: Outcome::Unknown });
    }
    let (others, _) = clients.stop().await;
    sent.extend(others);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let open =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'zeyou' AND state LIKE 'idle in transaction%'";
    assert_eq!(postgres.sql("postgres", open), "0", "no transaction is left open");
    // And the server still serves and writes.
    let after = Clients::start(vec![replica.url("")], 1, &Arc::new((last - resets - 1).into()), last - resets);
    let counts = check(&address, &sent).await;
    drop(after.finish().await);
    assert!(counts.ok > 0);
    report(
        "P16 connections reset after 0–12 ms, one in five before all was sent",
        &format!("{resets} resets beside {} acknowledged, 0 lost, 0 double, 0 transactions left open", counts.ok),
    );
}
