//! Which ratings a model learns from and which it is asked.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::models::{crossed, forecasts, steps};
use super::report::{Evaluated, Evaluation};
use super::{EvaluationError, EvaluationPlan, Material, ModelKind, refused};
use crate::engine::{Accuracy, Affinity, CrossedOnline, Forecast};

type Outcome = Result<Evaluation, EvaluationError>;

/// Progress is told every so many ratings.
const TOLD_EVERY: usize = 1000;

/// Learn from the first file, predict the second.
pub(super) fn files(plan: &EvaluationPlan, material: &Material, progress: &dyn Fn(u64, u64)) -> Outcome {
    let (first, all) = (material.n_first as u32, material.ratings.len() as u32);
    if first == 0 || first == all {
        return Err(refused("no-ratings", "训练或测试文件没有评价", "the training or the test file has no rating"));
    }
    let (train, test): (Vec<u32>, Vec<u32>) = ((0..first).collect(), (first..all).collect());
    let count = Cell::new(0);
    let step = || tick(&count, steps(plan.model), progress);
    Ok(one(plan, material, (&train, &test), &step).0.into())
}

/// Every rating, or every college, is held out once.
pub(super) fn folds(
    plan: &EvaluationPlan,
    material: &Material,
    folds: u32,
    cold_colleges: bool,
    progress: &dyn Fn(u64, u64),
) -> Outcome {
    let ratings = &material.ratings;
    let n = if cold_colleges { ratings.colleges.len() } else { ratings.len() };
    if folds < 2 || n < folds as usize {
        return Err(refused("too-few-ratings", "评价太少，分不成这么多折", "there is too little for so many folds"));
    }
    // A shuffled deck dealt in blocks: unit `deck[k]` is held out in fold `k · folds / n`.
    let mut deck: Vec<u32> = (0..n as u32).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
    for k in (1..n).rev() {
        deck.swap(k, ((u128::from(rng.next_u64()) * (k as u128 + 1)) >> 64) as usize);
    }
    let mut fold_of = vec![0; n];
    deck.iter()
        .enumerate()
        .for_each(|(k, &unit)| fold_of[unit as usize] = (k as u64 * u64::from(folds) / n as u64) as u32);
    let count = Cell::new(0);
    let step = || tick(&count, steps(plan.model) * u64::from(folds), progress);
    let fold = |fold: u32| {
        let held = |e: &u32| fold_of[if cold_colleges { ratings.college[*e as usize] } else { *e } as usize] == fold;
        let (test, train): (Vec<u32>, Vec<u32>) = (0..ratings.len() as u32).partition(held);
        let (mut found, made) = one(plan, material, (&train, &test), &step);
        if cold_colleges {
            let plain = crossed(material, (&train, &test), false, &|| ()).forecasts;
            found.rmse_by_college = Some(by_college(material, &made, &test));
            found.rmse_without_attributes = Some(Accuracy::of(scored(material, &plain, &test)).rmse);
            found.rmse_by_college_without_attributes = Some(by_college(material, &plain, &test));
        }
        found
    };
    Ok(Evaluation::of_folds((0..folds).map(fold).collect()))
}

fn tick(count: &Cell<u64>, of: u64, progress: &dyn Fn(u64, u64)) {
    count.set(count.get() + 1);
    progress(count.get(), of);
}

fn scored<'a>(
    material: &'a Material,
    forecasts: &'a [Forecast],
    test: &'a [u32],
) -> impl Iterator<Item = (&'a Forecast, f64)> {
    forecasts.iter().zip(test.iter().map(|&e| material.ratings.score[e as usize]))
}

/// Fits once and compares.
fn one(
    plan: &EvaluationPlan,
    material: &Material,
    (train, test): (&[u32], &[u32]),
    step: &dyn Fn(),
) -> (Evaluated, Vec<Forecast>) {
    let made = forecasts(plan.model, material, (train, test), plan.seed, step);
    let pairs = scored(material, &made.forecasts, test);
    let found = Evaluated::new(pairs, (made.fit, made.predict), (train.len(), test.len()));
    (found, made.forecasts)
}

/// Every college counts alike, however many ratings it has.
fn by_college(material: &Material, forecasts: &[Forecast], test: &[u32]) -> f64 {
    let mut sums = vec![(0.0, 0.0); material.ratings.colleges.len()];
    for ((forecast, y), &e) in scored(material, forecasts, test).zip(test) {
        let sum = &mut sums[material.ratings.college[e as usize] as usize];
        *sum = (sum.0 + (y - forecast.mean).powi(2), sum.1 + 1.0);
    }
    let means: Vec<f64> = sums.iter().filter(|sum| sum.1 > 0.0).map(|sum| sum.0 / sum.1).collect();
    (means.iter().sum::<f64>() / means.len().max(1) as f64).sqrt()
}

/// A model that takes in one rating at a time.
enum Online {
    Crossed(Box<CrossedOnline>),
    Affinity(Box<Affinity>),
}

/// Predict, then learn, in order of time; ratings of one instant keep the order of the file.
pub(super) fn prequential(
    plan: &EvaluationPlan,
    material: &Material,
    warm_up: usize,
    progress: &dyn Fn(u64, u64),
) -> Outcome {
    let ratings = &material.ratings;
    let n = ratings.len();
    if ratings.at.is_empty() {
        return Err(refused("missing-column", "缺少列 rated_at", "the column `rated_at` is missing"));
    }
    if n <= warm_up {
        return Err(refused("too-few-ratings", "评价少于预热条数", "there are no more ratings than the warm-up takes"));
    }
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.sort_by_key(|&e| ratings.at[e as usize]);
    let of = |&e: &u32| {
        (ratings.rater[e as usize] as usize, ratings.college[e as usize] as usize, ratings.score[e as usize])
    };
    let (first, rest) = order.split_at(warm_up);
    let (n_raters, n_colleges) = (ratings.raters.len(), ratings.colleges.len());
    let start = Instant::now();
    let mut model = if plan.model == ModelKind::Crossed {
        Online::Crossed(Box::new(CrossedOnline::fit(n_raters, n_colleges, first.iter().map(of))))
    } else {
        let mut affinity = Affinity::new(n_raters, n_colleges, material.scale, plan.seed);
        affinity.learn(first.iter().map(of));
        Online::Affinity(Box::new(affinity))
    };
    let (mut fit, mut predict) = (start.elapsed(), Duration::ZERO);
    let mut made = Vec::with_capacity(rest.len());
    for (k, (rater, college, score)) in rest.iter().map(of).enumerate() {
        let before = Instant::now();
        made.push(match &model {
            Online::Crossed(crossed) => crossed.forecast(rater, college, material.scale),
            Online::Affinity(affinity) => affinity.forecast(rater, college),
        });
        let between = Instant::now();
        match &mut model {
            Online::Crossed(crossed) => crossed.update(rater, college, score),
            Online::Affinity(affinity) => affinity.update(rater, college, score),
        }
        predict += between - before;
        fit += between.elapsed();
        if k % TOLD_EVERY == 0 {
            progress(k as u64, rest.len() as u64);
        }
    }
    Ok(Evaluated::new(scored(material, &made, rest), (fit, predict), (warm_up, rest.len())).into())
}
