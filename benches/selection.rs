//! Selection and portfolio at the size of a nation; `cargo bench --bench selection` prints what benches/README.md lists.
//!
//! The instances have the shape of those in `benches/peers/selection.py`, which times OR-tools.

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{Candidate, Pair, SelectionCollege, SelectionPark, SelectionProblem};
use zeyou::engine::{portfolio, select, transport};

/// Scores of which the share `common` is the same for all parks.
fn problem(n_parks: u32, per_park: u32, capacity: u32, common: f64) -> SelectionProblem {
    let (n_colleges, n_candidates) = (3_000, 50);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let fame: Vec<f64> = (0..n_colleges).map(|_| rng.random()).collect();
    let mut candidates = Vec::new();
    for park in 0..n_parks {
        for college in rand::seq::index::sample(&mut rng, n_colleges, n_candidates) {
            let score = 100.0 * (common * fame[college] + (1.0 - common) * rng.random::<f64>());
            let pair = Pair { park, college: college as u32 };
            candidates.push(Candidate { pair, score: (score * 1e6) as i64, seats: 1 });
        }
    }
    SelectionProblem {
        parks: (0..n_parks).map(|i| SelectionPark { id: format!("P{i:05}").into(), wish: per_park }).collect(),
        colleges: (0..n_colleges)
            .map(|j| SelectionCollege { id: format!("C{j:04}").into(), capacity, quota: None })
            .collect(),
        candidates,
        decimals: 6,
        ..SelectionProblem::default()
    }
}

/// Median and slowest of some runs, to the proof and in all, milliseconds.
fn report(what: &str, problem: &SelectionProblem, runs: usize) {
    let (mut proofs, mut wholes) = (Vec::new(), Vec::new());
    let mut status = String::new();
    for _ in 0..runs {
        let start = Instant::now();
        let mut proof = None;
        let selection = select(problem, || proof = Some(start.elapsed())).expect("a well-formed problem");
        let whole = start.elapsed();
        proofs.push(proof.unwrap_or(whole).as_secs_f64() * 1e3);
        wholes.push(whole.as_secs_f64() * 1e3);
        let (conflicts, changes) = (selection.conflicts.len(), selection.relaxation.len());
        status = format!("{:?}, gap {}, {conflicts} conflicts, {changes} changes", selection.status, selection.gap);
    }
    proofs.sort_by(f64::total_cmp);
    wholes.sort_by(f64::total_cmp);
    let (proof, slowest, whole) = (proofs[runs / 2], proofs[runs - 1], wholes[runs / 2]);
    println!("{what}: proof {proof:.1} ms (slowest {slowest:.1}), in all {whole:.1} ms; {status}");
}

fn teams() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let (mut millis, mut evaluations) = (Vec::new(), 0);
    for _ in 0..200 {
        let (n, size, n_needs) = (60, 5, 13);
        let need: Vec<f64> = (0..n_needs).map(|_| f64::from(rng.random_range(5..60))).collect();
        let mut programme = || {
            let main = rng.random_range(0..n_needs);
            let worth = |d: usize| if d == main { 1.0 } else { [0.0, 0.4, 0.7][rng.random_range(0..30_usize).min(2)] };
            (0..n_needs).map(worth).collect::<Vec<f64>>()
        };
        let colleges: Vec<Vec<Vec<f64>>> = (0..n).map(|at| (0..1 + at % 5).map(|_| programme()).collect()).collect();
        let start = Instant::now();
        let team = portfolio(n, size, 0, |members| {
            let programmes: Vec<&Vec<f64>> = members.iter().flat_map(|&member| &colleges[member]).collect();
            let worth: Vec<f64> = (0..n_needs).flat_map(|d| programmes.iter().map(move |worth| worth[d])).collect();
            transport(&worth, &need, &vec![20.0; programmes.len()]).value / need.iter().sum::<f64>()
        });
        millis.push(start.elapsed().as_secs_f64() * 1e3);
        evaluations += team.evaluations;
    }
    millis.sort_by(f64::total_cmp);
    let (median, slowest, evaluations) = (millis[100], millis[199], evaluations / 200);
    println!(
        "team of 5 of 60, 13 needs, 200 instances: median {median:.2} ms, slowest {slowest:.2} ms, {evaluations} transports"
    );
}

fn selection(criterion: &mut Criterion) {
    report("2,500 parks, 3 each of 3, nothing in common", &problem(2_500, 3, 3, 0.0), 9);
    report("2,500 parks, 3 each of 3, half in common", &problem(2_500, 3, 3, 0.5), 9);
    report("2,500 parks, 4 each of 4, four fifths in common", &problem(2_500, 4, 4, 0.8), 9);
    report("2,500 parks, 5 each of 4, too few places", &problem(2_500, 5, 4, 0.5), 9);
    report("20,000 parks, 3 each of 20, half in common", &problem(20_000, 3, 20, 0.5), 3);
    let short = SelectionProblem { mandatory: true, ..problem(2_500, 5, 4, 0.5) };
    report("2,500 parks, exactly 5 each of 4: why not", &short, 1);
    let mut seats = problem(2_500, 3, 6, 0.5);
    seats.candidates.iter_mut().enumerate().for_each(|(at, candidate)| candidate.seats = 1 + at as u32 % 3);
    report("2,500 parks, 3 each of 6 seats, 1-3 a pair", &seats, 1);
    teams();
    let even = problem(2_500, 3, 3, 0.5);
    criterion.bench_function("select 2,500 x 3,000 x 50", |bench| {
        bench.iter(|| black_box(select(&even, || ()).expect("a well-formed problem")));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = selection
}
criterion_main!(benches);
