//! P27: the decisions by which replicas follow the log, led through every order of things by a seed: hints lost, doubled,
//! late and out of order, commits whose answer is lost, databases that do not answer, crashes, lost tails, other epochs,
//! bytes that rot. What decides is what runs in production: [`Converge`] and [`Tail::read`]; only the world around is made up.

mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{report, size};
use world::{Sabotage, World};

/// Seeds that once failed.
const ONCE_FAILED: [u64; 0] = [];

#[test]
fn replicas_converge_whatever_happens_between_them_and_the_log() {
    let seeds = size(500, 20_000) as u64;
    let mut all = world::Counts::default();
    for seed in ONCE_FAILED.into_iter().chain(0..seeds) {
        match catch_unwind(AssertUnwindSafe(|| World::new(seed, None).run())) {
            Ok(counts) => all.add(&counts),
            Err(cause) => {
                let what = cause.downcast_ref::<String>().map_or("a broken promise", String::as_str);
                panic!("seed {seed}: {what}");
            }
        }
    }
    // A simulation in which nothing happens proves nothing.
    let each =
        [all.appended, all.taken, all.looked_instead, all.forks, all.broken, all.crashes, all.unknown, all.refused];
    assert!(each.iter().all(|count| *count as u64 > seeds / 5), "{all:?}");
    report(
        "P27 simulated log, replicas and hints with faults",
        &format!(
            "{seeds} seeds: {} events appended, {} batches passed on at once and {} found by looking, {} forks found, {} looks \
             at a broken log, {} crashes, {} commits of unknown outcome; all converged, every state served was a replay",
            all.appended, all.taken, all.looked_instead, all.forks, all.broken, all.crashes, all.unknown
        ),
    );
}

#[test]
fn the_simulation_finds_what_is_wrong_with_a_broken_replica() {
    let mut found = Vec::new();
    for sabotage in Sabotage::ALL {
        let fails = |seed: &u64| catch_unwind(AssertUnwindSafe(|| World::new(*seed, Some(sabotage)).run())).is_err();
        let seed = (0..500).find(fails);
        let seed = seed.unwrap_or_else(|| panic!("{sabotage:?} is not found by any of 500 seeds"));
        found.push(format!("{sabotage:?} by seed {seed}"));
    }
    report("P27 faults put into what decides", &found.join(", "));
}
