//! Affinity: finds who suits whom, says how sure it is, and does not depend on threads.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{Attributes, Ratings};
use zeyou::engine::{Accuracy, Affinity, Averages, Chain, Crossed, CrossedOnline, Forecast, Rows};

use crate::crossed::normal;

const SCALE: (f64, f64) = (-9.0, 9.0);
const N: usize = 12_000;
const TRAIN: usize = 10_000;

/// Two factors, each of variance .36 with the colleges' kind (known as an attribute) behind the first.
fn generated() -> (Ratings, Attributes) {
    let (n_raters, n_colleges) = (300, 80);
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let mut rows = |n: usize, kind: f64| -> Vec<[f64; 3]> {
        (0..n)
            .map(|i| {
                let sign = if i % 2 == 0 { kind } else { -kind };
                [0.4 * normal(&mut rng), sign + 0.6 * normal(&mut rng), 0.6 * normal(&mut rng)]
            })
            .collect()
    };
    let (raters, colleges) = (rows(n_raters, 0.0), rows(n_colleges, 0.8));
    let mut ratings = Ratings {
        raters: (0..n_raters).map(|u| format!("u{u}").into()).collect(),
        colleges: (0..n_colleges).map(|i| format!("c{i}").into()).collect(),
        ..Ratings::default()
    };
    for _ in 0..N {
        let (u, i) = (rng.random_range(0..n_raters), rng.random_range(0..n_colleges));
        let (p, q) = (raters[u], colleges[i]);
        ratings.rater.push(u as u32);
        ratings.college.push(i as u32);
        ratings.score.push(3.0 + p[0] + q[0] + p[1] * q[1] + p[2] * q[2] + 0.7 * normal(&mut rng));
    }
    let values = (0..n_colleges).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
    (ratings, Attributes { names: vec!["kind".into()], values })
}

fn pair(ratings: &Ratings, e: usize) -> (usize, usize) {
    (ratings.rater[e] as usize, ratings.college[e] as usize)
}

fn accuracy(ratings: &Ratings, test: std::ops::Range<usize>, forecasts: &[Forecast]) -> Accuracy {
    Accuracy::of(forecasts.iter().zip(test.map(|e| ratings.score[e])))
}

fn gibbs(ratings: &Ratings, train: &[u32], attributes: Option<&Attributes>, sweeps: u32) -> Vec<Forecast> {
    let mut chain = Chain::new(ratings, train, None, attributes, 1);
    let mut averages = Averages::new((TRAIN..N).map(|e| (ratings.rater[e], ratings.college[e])).collect(), SCALE);
    for sweep in 0..sweeps {
        chain.sweep();
        if sweep >= sweeps / 5 {
            averages.add(&chain);
        }
    }
    averages.forecasts()
}

#[test]
fn factors_are_found_and_intervals_hold_what_they_say() {
    let (ratings, _) = generated();
    let train: Vec<u32> = (0..TRAIN as u32).collect();
    let found = accuracy(&ratings, TRAIN..N, &gibbs(&ratings, &train, None, 120));
    let crossed = Crossed::fit(&Rows::by_rater(&ratings, &train), 80, None);
    let plain = |e: usize| crossed.forecast(pair(&ratings, e).0, pair(&ratings, e).1, SCALE);
    let plain = accuracy(&ratings, TRAIN..N, &(TRAIN..N).map(plain).collect::<Vec<_>>());
    assert!(found.rmse < 0.9 * plain.rmse, "{} against {}", found.rmse, plain.rmse);
    for (covered, wanted) in [(found.coverage_50, 0.5), (found.coverage_80, 0.8), (found.coverage_95, 0.95)] {
        assert!((covered - wanted).abs() < 0.03, "{found:?}");
    }
    assert!(found.mean_log_density > plain.mean_log_density);
}

#[test]
fn attributes_tell_a_new_college() {
    let (ratings, attributes) = generated();
    // Colleges 0 to 9 are new.
    let train: Vec<u32> = (0..TRAIN as u32).filter(|&e| ratings.college[e as usize] >= 10).collect();
    let error = |attributes: Option<&Attributes>| {
        let forecasts = gibbs(&ratings, &train, attributes, 80);
        let new = (TRAIN..N).zip(&forecasts).filter(|(e, _)| ratings.college[*e] < 10);
        Accuracy::of(new.map(|(e, forecast)| (forecast, ratings.score[e]))).rmse
    };
    let (informed, plain) = (error(Some(&attributes)), error(None));
    assert!(informed < 0.95 * plain, "{informed} with attributes, {plain} without");
}

#[test]
fn one_thread_or_two_draw_the_same_bits() {
    let (ratings, attributes) = generated();
    let train: Vec<u32> = (0..TRAIN as u32).collect();
    let draw = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
        pool.install(|| {
            let mut online = Affinity::new(300, 80, SCALE, 1);
            for e in 0..3_000 {
                online.update(pair(&ratings, e).0, pair(&ratings, e).1, ratings.score[e]);
            }
            (gibbs(&ratings, &train, Some(&attributes), 10), online.forecast(1, 1))
        })
    };
    assert_eq!(draw(1), draw(2));
}

#[test]
fn rating_by_rating_affinity_is_ahead_of_crossed_effects() {
    let (ratings, _) = generated();
    let cells = |range: std::ops::Range<usize>| {
        let ratings = &ratings;
        range.map(move |e| (pair(ratings, e).0, pair(ratings, e).1, ratings.score[e]))
    };
    let mut affinity = Affinity::new(300, 80, SCALE, 1);
    affinity.learn(cells(0..2_000));
    let mut crossed = CrossedOnline::fit(300, 80, cells(0..2_000));
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for (u, i, y) in cells(2_000..N) {
        ours.push(affinity.forecast(u, i));
        plain.push(crossed.forecast(u, i, SCALE));
        affinity.update(u, i, y);
        crossed.update(u, i, y);
    }
    let (ours, plain) = (accuracy(&ratings, 2_000..N, &ours), accuracy(&ratings, 2_000..N, &plain));
    assert!(ours.rmse < 0.97 * plain.rmse, "{} against {}", ours.rmse, plain.rmse);
    assert!((ours.coverage_80 - 0.8).abs() < 0.04, "{ours:?}");
}
