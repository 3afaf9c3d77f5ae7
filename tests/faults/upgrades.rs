//! P26: a first start that is killed leaves nothing that the next start cannot complete; a version whose database has grown
//! meanwhile goes on beside the newer one.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rand::{Rng, SeedableRng};

use crate::clients::Clients;
use crate::history::check;
use crate::process::{BINARY, OPEN, Replica, fill_by, zeyou};
use crate::servers::Postgres;
use crate::{report, size};

#[test]
fn a_first_start_that_is_killed_is_completed_by_the_next() {
    let cycles = size(6, 50);
    let postgres = Postgres::shared();
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(26);
    let (mut tables, mut begun) = (Vec::new(), 0);
    for cycle in 0..cycles {
        let address = postgres.database();
        for _ in 0..3 {
            Replica::start_and_kill(&address, Duration::from_millis(random.random_range(20..400)));
        }
        let database = address.rsplit('/').next().expect("a name");
        let there = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
        begun += usize::from(postgres.sql(database, there) != "0");
        let _whole = Replica::start("whole", &address, None);
        let verified = zeyou(&address, &["verify"]);
        assert!(verified.status.success(), "cycle {cycle}: {}", String::from_utf8_lossy(&verified.stderr));
        tables.push(postgres.sql(
            database,
            "SELECT string_agg(table_name || '.' || column_name, ' ' ORDER BY table_name, column_name) \
             FROM information_schema.columns WHERE table_schema = 'public'",
        ));
    }
    assert!(tables.windows(2).all(|pair| pair[0] == pair[1]), "the same tables, however often it was killed");
    assert!(begun > 0, "none was killed late enough to have begun");
    report(
        "P26 kill -9 of first starts on PostgreSQL",
        &format!(
            "{} kills, {begun} of {cycles} databases had tables by then; all completed, the same tables",
            3 * cycles
        ),
    );
}

/// `ZEYOU_EARLIER` names the program of an earlier version: then both replicas begin as that, and one is started again as this.
#[tokio::test(flavor = "multi_thread")]
async fn a_replica_goes_on_and_starts_again_on_tables_that_a_newer_version_added_to() {
    let (seconds, last) = (size(3, 600) as u64, size(20_000, 400_000));
    let postgres = Postgres::shared();
    let address = postgres.database();
    let database = address.rsplit('/').next().expect("a name").to_owned();
    let earlier = std::env::var("ZEYOU_EARLIER").unwrap_or_else(|_| BINARY.to_owned());
    fill_by(&earlier, &address, last);
    let mut replicas = ["a", "b"].map(|name| Replica::start_by(&earlier, name, &address, None, Vec::new(), &OPEN));
    let bases = replicas.iter().map(|replica| replica.url("")).collect();
    let clients = Clients::start(bases, 8, &Arc::default(), last);
    tokio::time::sleep(Duration::from_secs(seconds) / 3).await;
    // What the next version might do: migrations only ever add, to one table each.
    for (version, change) in [
        (999_997, "ALTER TABLE event_log ADD COLUMN later TEXT NOT NULL DEFAULT ''"),
        (999_998, "ALTER TABLE log_head ADD COLUMN later BIGINT NOT NULL DEFAULT 0"),
        (999_999, "CREATE TABLE later (id BIGINT PRIMARY KEY)"),
    ] {
        postgres.sql(
            &database,
            &format!(
                "BEGIN; {change}; \
                 INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES ({version}, 'later', true, '\\x00', 0); COMMIT"
            ),
        );
    }
    tokio::time::sleep(Duration::from_secs(seconds) / 3).await;
    replicas[0].kill();
    replicas[0].binary = BINARY.to_owned();
    replicas[0].resume();
    let before = clients.acknowledged.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(seconds) / 3).await;
    while clients.acknowledged.load(Ordering::Relaxed) < before + 100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (sent, _) = clients.stop().await;
    let counts = check(&address, &sent).await;
    report(
        "P26 tables of a newer version under two replicas, one of them started again",
        &format!("{seconds} s, {} acknowledged, {} unknown, 0 lost, 0 double", counts.ok, counts.unknown),
    );
}
