//! The core at the size of a nation: 2,500 parks, 3,000 colleges, 50,000 enterprises, seed 7.
//!
//! `cargo bench --bench nation` prints what benches/README.md lists. `ZEYOU_BENCH_PARKS` makes it smaller.

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{Event, Question};
use zeyou::engine::{Edges, Posterior, Snapshot, State, Workspace, fit, need_items, offers, p_top_k};

#[path = "../tests/engine/city.rs"]
mod city;

use city::{apply, empty, events, snapshot};

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = run();
    println!("{what}: {:.3} s", start.elapsed().as_secs_f64());
    result
}

fn tomorrow() -> Event {
    Event::Clock { today: "2026-11-25".parse().expect("date") }
}

/// The last ratings one by one, as they arrive: apply, solve, derive. Prints the median and the 99th percentile.
fn rating_to_snapshot(what: &str, mut snapshot: Snapshot, ratings: &[Event]) {
    let mut last: Option<Snapshot> = None;
    let mut micros: Vec<f64> = ratings
        .iter()
        .map(|event| {
            let start = Instant::now();
            let mut state = snapshot.state.clone();
            let changes = apply(&mut state, std::slice::from_ref(event));
            // As the server does it.
            let next = snapshot.advance_in(state, &changes, last.take().map(Snapshot::into_spare).unwrap_or_default());
            last = Some(std::mem::replace(&mut snapshot, next));
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    micros.sort_by(f64::total_cmp);
    let at = |share: f64| micros[((micros.len() - 1) as f64 * share) as usize];
    println!("rating -> snapshot, {what}: median {:.0} us, p99 {:.0} us ({} ratings)", at(0.5), at(0.99), micros.len());
}

fn nation(criterion: &mut Criterion) {
    let parks = std::env::var("ZEYOU_BENCH_PARKS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_500);
    for n in [10_000, 1_000_000] {
        // The posterior does not depend on the parks; a few keep this part short.
        let events = events(2, 3_000, 50_000, n);
        let mut state = empty();
        timed(&format!("apply of {} events", events.len() - 200), || apply(&mut state, &events[..events.len() - 200]));
        if n == 10_000 {
            timed("apply and derive all of these", || snapshot(&events));
        } else {
            let bytes = timed("state to bytes", || state.to_bytes());
            println!("state: {} MB", bytes.len() / 1_000_000);
            timed("state from bytes", || State::from_bytes(&bytes).expect("a state"));
        }
        // The day's baseline: from here on weights are those of a day in use.
        timed(&format!("baseline of {n} ratings"), || apply(&mut state, &[tomorrow()]));
        let edges = timed(&format!("edges from nothing, {n} ratings"), || Edges::build(&state));
        timed(&format!("posterior from nothing, {n} ratings"), || Posterior::solve(&edges, &state.model));
        rating_to_snapshot(&format!("{n} ratings"), Snapshot::cold(state), &events[events.len() - 200..]);
    }
    let events = events(parks, 3_000, 50_000, 100_000);
    let mut state = empty();
    apply(&mut state, &events[..events.len() - 500]);
    timed("baseline of 100000 ratings", || apply(&mut state, &[tomorrow()]));
    let snapshot = timed(&format!("demand fit of all {parks} x 3,000 pairs, from nothing"), || Snapshot::cold(state));
    rating_to_snapshot("100000 ratings", snapshot.clone(), &events[events.len() - 500..]);
    let programme = snapshot.state.programmes.iter().next().expect("a programme").1.value.clone();
    let demand = snapshot.state.demands.iter().next().expect("a demand").1.value.clone();
    for (what, event) in [("programme", Event::ProgrammePut(programme)), ("demand", Event::DemandPut(demand))] {
        let mut state = snapshot.state.clone();
        let changes = apply(&mut state, &[event]);
        timed(&format!("one changed {what}"), || snapshot.advance(state, &changes));
    }
    let ids: Vec<_> = snapshot.state.parks.iter().map(|(id, _)| id.clone()).collect();
    let mut next = 0;
    criterion.bench_function("shortlist, top 10 of 3,000", |bencher| {
        bencher.iter(|| {
            next = (next + 1) % ids.len();
            black_box(snapshot.shortlist(&Question::of(ids[next].clone())).expect("a park"))
        });
    });
    let colleges: Vec<_> = snapshot.state.colleges.iter().map(|(id, _)| id.clone()).collect();
    let needs: Vec<_> = ids.iter().take(50).map(|id| need_items(&snapshot.state, id, None)).collect();
    let supplies: Vec<_> = colleges.iter().take(50).map(|id| offers(&snapshot.state, id)).collect();
    let mut work = Workspace::default();
    criterion.bench_function("demand fit, one pair", |bencher| {
        bencher.iter(|| {
            next += 1;
            let (items, offers) = (&needs[next % needs.len()], &supplies[next / 50 % supplies.len()]);
            black_box(fit(&snapshot.state.sheet, items, offers, &mut work))
        });
    });
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mean: Vec<f64> = (0..3_000).map(|_| 40.0 + 30.0 * rng.random::<f64>()).collect();
    let sd: Vec<f64> = (0..3_000).map(|_| rng.random_range(2.0..6.0)).collect();
    criterion.bench_function("p_top_k, n = 3,000", |bencher| bencher.iter(|| black_box(p_top_k(&mean, &sd, 10))));
    println!("resident memory: {} MB", resident_mb());
}

/// Resident memory of this process, from the kernel's own account.
fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) / 1024
}

criterion_group!(benches, nation);
criterion_main!(benches);
