//! P9: the network between one replica and the database is cut, or carries one way only; the others go on, and the one cut
//! off says how old its answers are and comes back by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clients::{Clients, client};
use crate::history::check;
use crate::process::{Replica, fill};
use crate::proxy::{Network, Proxy};
use crate::servers::Postgres;
use crate::{report, size};

/// After so long a replica that does not see the log is unready.
const STALE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_cut_off_from_the_database_says_its_age_and_comes_back() {
    let (rounds, last) = (size(2, 30), size(20_000, 400_000));
    let postgres = Postgres::shared();
    let address = postgres.database();
    fill(&address, last);
    let port = address.split(':').nth(2).and_then(|rest| rest.split('/').next()).expect("a port");
    let proxy = Proxy::to(port.parse().expect("a number")).await;
    let through = address.replace(port, &proxy.port.to_string());
    let replicas = [Replica::start("near", &address, None), Replica::start("far", &through, None)];
    let bases = replicas.iter().map(|replica| replica.url("")).collect();
    let clients = Clients::start(bases, 8, &Arc::default(), last);
    let (client, mut slowest, mut oldest, mut unready) = (client(), Duration::ZERO, 0, 0);
    let far = replicas[1].url("/api/v1/parks/P0001/shortlist?top=3");
    for round in 0..rounds {
        tokio::time::sleep(Duration::from_millis(500)).await;
        // 5 s, and at full size up to two minutes.
        let cut = Duration::from_secs(5 + 23 * (round as u64 % size(1, 6) as u64));
        proxy.be(if round % 2 == 0 { Network::Cut } else { Network::OneWay });
        let begun = Instant::now();
        while begun.elapsed() < cut {
            let read = client.get(&far).send().await.expect("an answer");
            assert_eq!(read.status(), 200, "reads go on");
            let age = read.headers().get("zeyou-staleness");
            let age = age.map_or(0, |age| age.to_str().expect("text").parse::<u64>().expect("seconds"));
            assert!(age + 4 >= begun.elapsed().as_secs(), "{age} s is said after {:?}", begun.elapsed());
            oldest = oldest.max(age);
            let ready = client.get(replicas[1].url("/health/ready")).send().await.expect("an answer").status();
            if begun.elapsed() > STALE + Duration::from_secs(5) {
                assert_eq!(ready, 503, "unready when its answers are too old");
                unready += 1;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        let near = replicas[0].seq(&client).await;
        proxy.be(Network::Whole);
        let healed = Instant::now();
        loop {
            let read = client.get(&far).header("Zeyou-Min-Seq", near).send().await.expect("an answer");
            if read.status() == 200 && !read.headers().contains_key("zeyou-staleness") {
                break;
            }
            assert!(healed.elapsed() < Duration::from_secs(15), "it comes back by itself");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        slowest = slowest.max(healed.elapsed());
    }
    let (sent, _) = clients.stop().await;
    let counts = check(&address, &sent).await;
    assert!(oldest >= 2, "the age was said");
    report(
        "P9 the network to the database cut, and cut one way",
        &format!(
            "{rounds} rounds, {} acknowledged, {} unknown, 0 lost, 0 double; answers of up to {oldest} s said so, {unready} \
             looks at a replica unready for its age, back within {slowest:?}",
            counts.ok, counts.unknown
        ),
    );
}
