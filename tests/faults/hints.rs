//! P7: Redis may vanish, hang, fill up, lie, or refuse: no wrong answer, nothing lost, no error because of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::clients::{Clients, client, quantile};
use crate::history::check;
use crate::process::{Replica, fill};
use crate::redis::Redis;
use crate::servers::{Postgres, signal};
use crate::{report, size};

#[tokio::test(flavor = "multi_thread")]
async fn redis_may_do_what_it_likes() {
    let (rounds, last) = (size(7, 50), size(20_000, 400_000));
    let postgres = Postgres::shared();
    let mut redis = Redis::start(&["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"]);
    let address = postgres.database();
    fill(&address, last);
    let wrong_password = redis.url().replace("redis://", "redis://:wrong@");
    let replicas = [
        Replica::start("a", &address, Some(redis.url())),
        Replica::start("b", &address, Some(redis.url())),
        Replica::start("c", &address, Some(wrong_password)),
    ];
    let bases: Vec<String> = replicas.iter().map(|replica| replica.url("")).collect();
    let next = Arc::default();
    // Without a fault first, for comparison.
    let calm = Clients::start(bases.clone(), 6, &next, last);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (mut sent, mut calm) = calm.stop().await;
    let clients = Clients::start(bases, 6, &next, last);
    for round in 0..rounds {
        match round % 7 {
            0 => {
                redis.kill();
                tokio::time::sleep(Duration::from_millis(400)).await;
                redis.resume();
            }
            1 => drop(redis.command(&["FLUSHALL"])),
            2 => {
                signal(redis.pid(), "STOP");
                tokio::time::sleep(Duration::from_millis(size(1_500, 10_000) as u64)).await;
                signal(redis.pid(), "CONT");
            }
            3 => drop(redis.command(&["CONFIG", "SET", "requirepass", "changed"])),
            4 => {
                // Whoever is connected stays; the password is taken away again by one who knows it.
                redis.command(&["-a", "changed", "--no-auth-warning", "CONFIG", "SET", "requirepass", ""]);
            }
            5 => {
                for poison in ["", "-1", "18446744073709551615", "xyz", "999999999999999999999999"] {
                    redis.command(&["PUBLISH", "zeyou:head", poison]);
                }
                redis.command(&["SET", "zeyou:head", "poison"]);
            }
            _ => {
                let much = "x".repeat(100_000);
                for n in 0..40 {
                    redis.command(&["SET", &format!("filler{n}"), &much]);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        for replica in &replicas {
            let park = replica.get(&client(), "/api/v1/parks/P0001/shortlist", 0).await;
            assert!(park.contains("as_of"));
        }
    }
    let troubled = clients.troubled.load(Ordering::Relaxed);
    let (more, mut times) = clients.stop().await;
    sent.extend(more);
    assert_eq!(troubled, 0, "no answer of 500 and above");
    let counts = check(&address, &sent).await;
    assert_eq!((counts.fail, counts.unknown), (0, 0));
    // A Redis that answers again is heard again.
    redis.kill();
    redis.resume();
    let (before, after) = (quantile(&mut calm, 0.99), quantile(&mut times, 0.99));
    report(
        "P7 Redis killed, flushed, paused, password changed, poisoned, full; one replica with a wrong password",
        &format!(
            "{rounds} rounds, {} acknowledged, 0 lost, 0 double, 0 answers of 500 and above; p99 of a rating {before:?} without faults, {after:?} with",
            counts.ok
        ),
    );
    // Nothing of ours stays in Redis.
    assert_eq!(redis.command(&["DBSIZE"]), "0");
}
