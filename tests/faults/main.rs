//! Promises kept under faults: real processes of Zeyou, PostgreSQL and Redis, killed, paused and lied to.
//!
//! `cargo test` runs every promise at a small size; `make faults` at the full figures, which `docs/reliability.md` keeps.

mod clients;
mod clocks;
mod convergence;
mod copies;
mod full;
mod full_server;
mod hints;
mod history;
mod kills;
mod limits;
mod lost_tail;
mod partitions;
mod pauses;
mod process;
mod proxy;
#[path = "../servers/redis.rs"]
mod redis;
mod resets;
#[path = "../servers/mod.rs"]
mod servers;
mod simulator;
mod skew;
mod slow;
#[path = "../servers/small_disk.rs"]
mod small_disk;
mod upgrades;

/// How much: the small size, or the full one if `ZEYOU_FAULTS=full`.
pub(crate) fn size(small: usize, full: usize) -> usize {
    if std::env::var("ZEYOU_FAULTS").is_ok_and(|size| size == "full") { full } else { small }
}

/// One line of the table in `docs/reliability.md`.
pub(crate) fn report(promise: &str, figures: &str) {
    println!("| {promise} | {figures} |");
}
