//! Scenarios at the size of a nation: 2,500 parks, 3,000 colleges, 50,000 enterprises, 100,000 ratings, seed 7.
//!
//! `cargo bench --bench scenario` prints what benches/README.md lists. `ZEYOU_BENCH_PARKS` makes it smaller.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::json;
use zeyou::domain::{ParkId, Question, ScenarioChange};
use zeyou::engine::{Fork, Nation, Snapshot, outcome};

#[path = "../tests/engine/city.rs"]
mod city;
mod forks;

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use city::{events, snapshot};
use forks::{after, change, weights};

/// Median and slowest of some runs, milliseconds.
fn report(what: &str, runs: usize, mut run: impl FnMut(usize)) {
    let mut millis: Vec<f64> = (0..runs)
        .map(|n| {
            let start = Instant::now();
            run(n);
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    millis.sort_by(f64::total_cmp);
    println!("{what}: median {:.2} ms, slowest {:.2} ms ({runs} runs)", millis[runs / 2], millis[runs - 1]);
}

/// One change of each kind to what lies around the park, college and programme given.
fn changes(snapshot: &Snapshot, park: &ParkId, n: usize) -> Vec<(&'static str, ScenarioChange)> {
    let state = &snapshot.state;
    let college = state.colleges.iter().nth(n * 7).expect("a college").1.value.clone();
    let programme = state.programmes.iter().nth(n * 31).expect("a programme").1.value.clone();
    let demand = state.demands_of(park).next().expect("a demand").clone();
    let rating = state.ratings.iter().nth(n * 97).expect("a rating").1.value.clone();
    let engagement = state.engagements.get(&rating.engagement).expect("its engagement").clone();
    let enterprise = state.enterprises.get(&engagement.enterprise).expect("its enterprise").clone();
    let free = state.engagements.iter().filter(|(id, _)| state.ratings.get(id).is_none()).nth(n).expect("unrated").0;
    let of = |value| change(value);
    let mut moved = engagement.clone();
    moved.college = college.id.clone();
    let mut settled = enterprise.clone();
    settled.park = park.clone();
    let new_engagement = zeyou::domain::Engagement { id: "NEW".parse().expect("a code"), ..engagement };
    let new_college = zeyou::domain::College { id: "NEW".parse().expect("a code"), ..college.clone() };
    let parks = state.parks.get(park).expect("the park").clone();
    let marks = json!({"overall": 1, "supply": 3, "skill": 1, "stay": 5, "help": 2});
    vec![
        ("weights", weights(n as u16)),
        ("preset", of(json!({"preset": "new_park"}))),
        ("park_put", of(json!({"park_put": parks}))),
        ("enterprise_put (moves to another park)", of(json!({"enterprise_put": settled}))),
        ("college_put", of(json!({"college_put": college}))),
        ("college_put (a new one)", of(json!({"college_put": new_college}))),
        ("college_closed", of(json!({"college_closed": college.id}))),
        ("programme_put", of(json!({"programme_put": programme}))),
        ("programme_closed", of(json!({"programme_closed": programme.id}))),
        ("programme_seats", of(json!({"programme_seats": {"programme": programme.id, "kind": "hire", "seats": 60}}))),
        ("demand_put", of(json!({"demand_put": demand}))),
        ("demand_closed", of(json!({"demand_closed": demand.id}))),
        ("engagement_put (a new one)", of(json!({"engagement_put": new_engagement}))),
        ("engagement_put (with another college)", of(json!({"engagement_put": moved}))),
        ("rating_added", of(json!({"rating_added": {"engagement": free, "marks": marks}}))),
        ("rating_dropped", of(json!({"rating_dropped": rating.id}))),
        ("exclude", of(json!({"exclude": college.id}))),
        ("force", of(json!({"force": college.id}))),
    ]
}

/// One park: the change, both lists in full, every move with its causes.
fn one_park(snapshot: &Snapshot) {
    let parks: Vec<ParkId> = snapshot.state.parks.iter().map(|(id, _)| id.clone()).collect();
    let kinds = changes(snapshot, &parks[0], 1).len();
    for kind in 0..kinds {
        let runs: Vec<(ParkId, ScenarioChange)> = (1..=25)
            .map(|n| {
                let park = parks[n * 7 % parks.len()].clone();
                let change = changes(snapshot, &park, n).swap_remove(kind).1;
                (park, change)
            })
            .collect();
        let name = changes(snapshot, &parks[0], 1).swap_remove(kind).0;
        report(&format!("one park of {}, {name}", parks.len()), runs.len(), |n| {
            let (park, change) = &runs[n];
            let base = Fork::of(snapshot.clone()).among(Arc::new(vec![park.clone()]));
            let last = after(&base, std::slice::from_ref(change));
            black_box(outcome(&[base, last], &Question::of(park.clone())).expect("a park"));
        });
    }
}

/// The whole nation in short.
fn nation(what: &str, base: &Fork, changes: &[ScenarioChange], runs: usize) {
    report(what, runs, |_| {
        let last = after(base, changes);
        let nation = Nation::new(base, &last, &Question { top: 10, ..Question::of("0".parse().expect("a code")) });
        black_box(nation.briefs(0..nation.len()));
    });
}

fn scenario(criterion: &mut Criterion) {
    let parks = std::env::var("ZEYOU_BENCH_PARKS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_500);
    let small = snapshot(&events(1, 300, 100, 1_000));
    let park: ParkId = small.state.parks.iter().next().expect("a park").0.clone();
    let base = Fork::of(small.among(Arc::new(vec![park.clone()])));
    let question = Question::of(park);
    let mut n = 0;
    criterion.bench_function("300 colleges x 12 criteria re-weighted, the list in full", |bencher| {
        bencher.iter(|| {
            n += 1;
            let fork = after(&base, &[weights(n)]);
            black_box(fork.snapshot.shortlist(&fork.question(&question)).expect("a park"))
        });
    });
    criterion.bench_function("300 colleges x 12 criteria re-weighted, with every move and its causes", |bencher| {
        bencher.iter(|| {
            n += 1;
            let fork = after(&base, &[weights(n)]);
            black_box(outcome(&[base.clone(), fork], &question).expect("a park"))
        });
    });
    let snapshot = snapshot(&events(parks, 3_000, 50_000, 100_000));
    let base = Fork::of(snapshot.clone());
    let nth = |n: usize| snapshot.state.programmes.iter().nth(n * 31).expect("a programme").0.clone();
    let seats = |n: usize| vec![change(json!({"programme_seats": {"programme": nth(n), "kind": "hire", "seats": 60}}))];
    let demand = |n: usize| {
        let mut demand = snapshot.state.demands.iter().nth(n * 11).expect("a demand").1.value.clone();
        demand.headcount = 800;
        vec![change(json!({"demand_put": demand}))]
    };
    let dropped = |from: usize| -> Vec<ScenarioChange> {
        let live = snapshot.state.ratings.iter().skip(from * 100).take(100);
        live.map(|(_, entry)| change(json!({"rating_dropped": entry.value.id}))).collect()
    };
    one_park(&snapshot);
    nation("nation, weights", &base, &[weights(1)], 25);
    nation("nation, a changed programme of one college", &base, &seats(3), 25);
    let closed = snapshot.state.colleges.iter().nth(50).expect("a college").0;
    nation("nation, a college leaves", &base, &[change(json!({"college_closed": closed}))], 25);
    nation("nation, a changed demand", &base, &demand(5), 25);
    nation("nation, 100 dropped ratings", &base, &dropped(7), 25);
}

criterion_group!(benches, scenario);
criterion_main!(benches);
