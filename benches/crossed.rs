//! Crossed effects on a million generated ratings (50,000 raters, 3,000 colleges), or `ZEYOU_BENCH_RATINGS` of them.

use criterion::{Criterion, criterion_group, criterion_main};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use zeyou::domain::Ratings;
use zeyou::engine::{Crossed, Rows, Variances};

const N_COLLEGES: usize = 3_000;

fn ratings(n: usize) -> Ratings {
    let n_raters = n / 20;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut effects = |n: usize, sd: f64| -> Vec<f64> {
        (0..n).map(|_| sd * Distribution::<f64>::sample(&StandardNormal, &mut rng)).collect()
    };
    let (severity, quality, noise) = (effects(n_raters, 0.5), effects(N_COLLEGES, 0.4), effects(n, 0.8));
    let mut ratings = Ratings {
        raters: (0..n_raters).map(|u| format!("u{u}").into()).collect(),
        colleges: (0..N_COLLEGES).map(|i| format!("c{i}").into()).collect(),
        ..Ratings::default()
    };
    for noise in noise {
        // Few colleges have most of the ratings.
        let (u, i) = (rng.random_range(0..n_raters), (rng.random::<f64>().powi(2) * N_COLLEGES as f64) as usize);
        ratings.rater.push(u as u32);
        ratings.college.push(i as u32);
        ratings.score.push(3.5 + severity[u] + quality[i] + noise);
    }
    ratings
}

fn crossed(criterion: &mut Criterion) {
    let n: usize = std::env::var("ZEYOU_BENCH_RATINGS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let ratings = ratings(n);
    let all: Vec<u32> = (0..n as u32).collect();
    let rows = Rows::by_rater(&ratings, &all);
    let variances = Variances { mean: 3.5, rater: 0.25, college: 0.16, noise: 0.64 };
    let mut group = criterion.benchmark_group(format!("{n} ratings"));
    group.sample_size(10);
    group.bench_function("rows by rater", |b| b.iter(|| Rows::by_rater(&ratings, &all)));
    group.bench_function("posterior, parameters given", |b| b.iter(|| Crossed::solve(&rows, N_COLLEGES, variances)));
    group.bench_function("parameters by EM and posterior", |b| b.iter(|| Crossed::fit(&rows, N_COLLEGES, None)));
    group.finish();
}

criterion_group!(benches, crossed);
criterion_main!(benches);
