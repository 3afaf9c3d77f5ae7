//! What a fork takes beside the state it is a fork of: 2,500 parks, 3,000 colleges, 50,000 enterprises, 100,000 ratings,
//! seed 7. With the system's allocator, which gives back what is freed, so that the kernel's account tells.
//!
//! `cargo bench --bench fork_memory` prints what benches/README.md lists.

use serde_json::json;
use zeyou::domain::ScenarioChange;
use zeyou::engine::Fork;

#[path = "../tests/engine/city.rs"]
mod city;
mod forks;

use city::{events, snapshot};
use forks::{after, change, weights};

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0)
}

/// What some forks that are all kept take each, beside what they are forks of.
fn memory(what: &str, base: &Fork, state_kb: u64, change: impl Fn(usize) -> Vec<ScenarioChange>) {
    // What deriving takes for a while is there already.
    let _used = (0..2).map(|n| after(base, &change(n))).collect::<Vec<_>>();
    let before = resident_kb();
    let kept: Vec<Fork> = (0..20).map(|n| after(base, &change(n))).collect();
    let each = (resident_kb().saturating_sub(before)) as f64 / kept.len() as f64;
    println!("memory of a fork, {what}: {each:.0} KB, {:.2} % of the base", 100.0 * each / state_kb as f64);
}

fn main() {
    let before = resident_kb();
    let events = events(2_500, 3_000, 50_000, 100_000);
    let with_events = resident_kb();
    let snapshot = snapshot(&events);
    let state_kb = resident_kb() - with_events;
    println!("the base: {} MB (and its events {} MB)", state_kb / 1024, (with_events - before) / 1024);
    let base = Fork::of(snapshot.clone());
    let nth = |n: usize| snapshot.state.programmes.iter().nth(n * 31).expect("a programme").0.clone();
    // The events are kept until the end: their room must not be taken again.
    memory("weights", &base, state_kb, |n| vec![weights(n as u16)]);
    memory("a changed programme", &base, state_kb, |n| {
        vec![change(json!({"programme_seats": {"programme": nth(n), "kind": "hire", "seats": 60}}))]
    });
    memory("a changed demand", &base, state_kb, |n| {
        let mut demand = snapshot.state.demands.iter().nth(n * 11).expect("a demand").1.value.clone();
        demand.headcount = 800;
        vec![change(json!({"demand_put": demand}))]
    });
    memory("100 dropped ratings", &base, state_kb, |n| {
        let live = snapshot.state.ratings.iter().skip(n * 100).take(100);
        live.map(|(_, entry)| change(json!({"rating_dropped": entry.value.id}))).collect()
    });
    drop(events);
}
