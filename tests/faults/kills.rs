//! P1–P4: what was acknowledged is never lost and never counts twice, and replicas agree, whoever is killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::{Rng, SeedableRng};

use crate::clients::{Clients, client};
use crate::history::{check, equal_digests};
use crate::process::{Replica, fill};
use crate::redis::Redis;
use crate::servers::{Postgres, signal};
use crate::{report, size};

/// All replicas give the same bytes for every park at the end of the log.
pub(crate) async fn same_answers(replicas: &[&Replica]) -> u64 {
    let client = client();
    let mut seq = 0;
    for replica in replicas {
        seq = seq.max(replica.seq(&client).await);
    }
    for park in 1..=4 {
        let path = format!("/api/v1/parks/P{park:04}/shortlist?top=20");
        let mut answers = Vec::new();
        for replica in replicas {
            answers.push(replica.get(&client, &path, seq).await);
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{path} at {seq}");
    }
    seq
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_are_killed_and_nothing_acknowledged_is_lost_or_doubled() {
    let (cycles, last) = (size(6, 200), size(20_000, 400_000));
    let (postgres, redis) = (Postgres::shared(), Redis::start(&[]));
    let address = postgres.database();
    fill(&address, last);
    let names = ["a", "b", "c"];
    let mut replicas: Vec<_> = names.iter().map(|name| Replica::start(name, &address, Some(redis.url()))).collect();
    let bases = replicas.iter().map(|replica| replica.url("")).collect();
    let next = Arc::<AtomicUsize>::default();
    // At full size some 200 ratings a second, so that there are enough for a quarter of an hour.
    let clients = Clients::start_paced(bases, 24, &next, last, Duration::from_millis(size(0, 100) as u64));
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    let mut longest = Duration::ZERO;
    for cycle in 0..cycles {
        tokio::time::sleep(Duration::from_millis(random.random_range(100..900))).await;
        let victim = random.random_range(0..replicas.len());
        // Another one stands still meanwhile, as on a machine that is short of everything; now and then for so long that the
        // database gives up what it had begun.
        let paused = replicas[(victim + 1) % 3].pid();
        let still = match cycle % 10 {
            9 => Duration::from_secs(random.random_range(1..=30)),
            _ => Duration::from_millis(random.random_range(0..300)),
        };
        longest = longest.max(still);
        signal(paused, "STOP");
        replicas[victim].kill();
        tokio::time::sleep(still).await;
        signal(paused, "CONT");
        replicas[victim].resume();
    }
    let enough = size(3_000, 50_000);
    while clients.acknowledged.load(Ordering::Relaxed) < enough {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(next.load(Ordering::Relaxed) < last, "the clients had work until the end");
    let (sent, _) = clients.stop().await;
    let counts = check(&address, &sent).await;
    assert!(counts.ok >= enough, "{counts:?}");
    let seq = same_answers(&replicas.iter().collect::<Vec<_>>()).await;
    let compared = equal_digests(&address).await;
    assert!(compared > 0, "digests were compared");
    report(
        "P1–P4 kill -9 of a replica of three on PostgreSQL",
        &format!(
            "{cycles} kills, another one paused by up to {longest:?}, {} acknowledged, {} unknown, 0 lost, 0 double; digests \
             equal at {compared} events, all answers at seq {seq} the same bytes",
            counts.ok, counts.unknown
        ),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_postmaster_is_killed_and_nothing_acknowledged_is_lost_or_doubled() {
    let (cycles, last) = (size(2, 60), size(20_000, 400_000));
    let postgres = Postgres::start(&[]);
    let address = postgres.address("postgres");
    fill(&address, last);
    let replicas: Vec<_> = ["a", "b"].iter().map(|name| Replica::start(name, &address, None)).collect();
    let next = Arc::<AtomicUsize>::default();
    let clients = Clients::start(replicas.iter().map(|replica| replica.url("")).collect(), 16, &next, last);
    let (mut recovered, mut before) = (Vec::new(), 0);
    for _ in 0..cycles {
        tokio::time::sleep(Duration::from_millis(700)).await;
        postgres.kill();
        // Reads go on without the database.
        let park = replicas[0].get(&client(), "/api/v1/parks/P0001/shortlist", 0).await;
        assert!(park.contains("as_of"));
        postgres.resume();
        let begun = std::time::Instant::now();
        before = clients.acknowledged.load(Ordering::Relaxed).max(before);
        while clients.acknowledged.load(Ordering::Relaxed) < before + 50 {
            assert!(begun.elapsed() < Duration::from_secs(30), "writes come back");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        recovered.push(begun.elapsed());
    }
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert!(next.load(Ordering::Relaxed) < last, "the clients had work until the end");
    let (sent, _) = clients.stop().await;
    let counts = check(&address, &sent).await;
    let seq = same_answers(&replicas.iter().collect::<Vec<_>>()).await;
    let longest = recovered.iter().max().expect("a cycle").as_millis();
    report(
        "P1 kill -9 of the postmaster under two replicas",
        &format!(
            "{cycles} kills, {} acknowledged, {} unknown, 0 lost, 0 double, answers at seq {seq} the same bytes; \
             writes back {longest} ms after it accepts connections at the latest",
            counts.ok, counts.unknown
        ),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_sqlite_is_killed_and_nothing_acknowledged_is_lost_or_doubled() {
    let (cycles, last) = (size(6, 200), size(20_000, 150_000));
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("sqlite:{}", folder.path().join("a.db").display());
    fill(&address, last);
    let mut server = Replica::start("a", &address, None);
    let clients = Clients::start(vec![server.url("")], 16, &Arc::default(), last);
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(2);
    for _ in 0..cycles {
        tokio::time::sleep(Duration::from_millis(random.random_range(60..400))).await;
        server.kill();
        server.resume();
    }
    let enough = size(1_000, 50_000);
    while clients.acknowledged.load(Ordering::Relaxed) < enough {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (sent, _) = clients.stop().await;
    server.kill();
    let counts = check(&address, &sent).await;
    report(
        "P1 kill -9 of the process on SQLite",
        &format!("{cycles} kills, {} acknowledged, {} unknown, 0 lost, 0 double", counts.ok, counts.unknown),
    );
}

/// P15: told to end under load, a replica is unready first, answers what is under way, and ends in time.
#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_is_told_to_end_cuts_nobody_off() {
    let (cycles, last) = (size(1, 20), size(20_000, 150_000));
    let postgres = Postgres::shared();
    let address = postgres.database();
    fill(&address, last);
    let mut replicas = [Replica::start("a", &address, None), Replica::start("b", &address, None)];
    let next = Arc::<AtomicUsize>::default();
    let (mut sent, mut longest) = (Vec::new(), Duration::ZERO);
    for _ in 0..cycles {
        let going = Clients::start(vec![replicas[0].url("")], 8, &next, last);
        let staying = Clients::start(vec![replicas[1].url("")], 8, &next, last);
        tokio::time::sleep(Duration::from_millis(500)).await;
        signal(replicas[0].pid(), "TERM");
        tokio::time::sleep(Duration::from_millis(500)).await;
        let unready = client().get(replicas[0].url("/health/ready")).send().await.expect("an answer");
        assert_eq!(unready.status(), 503);
        assert!(unready.text().await.expect("text").contains("https://zeyou/errors/stopping"));
        // The balancer has seen it: its clients go elsewhere, before it stops listening.
        let troubled = going.troubled.load(Ordering::Relaxed) + staying.troubled.load(Ordering::Relaxed);
        sent.extend(going.stop().await.0);
        longest = longest.max(replicas[0].ended());
        assert_eq!(troubled, 0, "nobody was cut off");
        sent.extend(staying.stop().await.0);
        replicas[0].resume();
    }
    let counts = check(&address, &sent).await;
    assert_eq!((counts.fail, counts.unknown), (0, 0));
    assert!(longest < Duration::from_secs(20), "{longest:?}");
    report(
        "P15 SIGTERM under load",
        &format!("{cycles} stops, {} acknowledged, 0 lost, 0 cut off, ended within {longest:?}", counts.ok),
    );
}
