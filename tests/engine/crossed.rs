//! Crossed effects: exact against a dense solver, the same for any number of threads, honest about what is unknown.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use zeyou::domain::{Attributes, Ratings};
use zeyou::engine::{Accuracy, Crossed, Forecast, Rows, Variances};

pub(super) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// Ratings by the model itself: severity .5, quality .4 above `level`, noise `noise(u)`; gives the true quality.
fn generated(
    sizes: (usize, usize, usize),
    seed: u64,
    level: impl Fn(usize) -> f64,
    noise: impl Fn(usize) -> f64,
) -> (Ratings, Vec<f64>) {
    let (n_raters, n_colleges, n) = sizes;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let severity: Vec<f64> = (0..n_raters).map(|_| 0.5 * normal(&mut rng)).collect();
    let quality: Vec<f64> = (0..n_colleges).map(|i| level(i) + 0.4 * normal(&mut rng)).collect();
    let mut ratings = Ratings {
        raters: (0..n_raters).map(|u| format!("u{u}").into()).collect(),
        colleges: (0..n_colleges).map(|i| format!("c{i}").into()).collect(),
        ..Ratings::default()
    };
    for _ in 0..n {
        let (u, i) = (rng.random_range(0..n_raters), rng.random_range(0..n_colleges));
        ratings.rater.push(u as u32);
        ratings.college.push(i as u32);
        ratings.score.push(3.5 + severity[u] + quality[i] + noise(u) * normal(&mut rng));
    }
    (ratings, quality)
}

fn numbers(n: usize) -> Vec<u32> {
    (0..n as u32).collect()
}

/// Solves a dense system by Gauss-Jordan elimination and gives the inverse's diagonal too.
fn dense(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
    let n = b.len();
    let mut inverse: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for k in 0..n {
        let pivot = a[k][k];
        for j in 0..n {
            a[k][j] /= pivot;
            inverse[k][j] /= pivot;
        }
        b[k] /= pivot;
        for i in (0..n).filter(|&i| i != k) {
            let factor = a[i][k];
            for j in 0..n {
                a[i][j] -= factor * a[k][j];
                inverse[i][j] -= factor * inverse[k][j];
            }
            b[i] -= factor * b[k];
        }
    }
    let diagonal = (0..n).map(|i| inverse[i][i]).collect();
    (b, diagonal)
}

#[test]
fn the_posterior_is_that_of_a_dense_solver() {
    let (n_raters, n_colleges) = (30, 12);
    let (ratings, _) = generated((n_raters, n_colleges, 150), 3, |_| 0.0, |_| 0.8);
    let variances = Variances { mean: 3.4, rater: 0.25, college: 0.16, noise: 0.64 };
    let rows = Rows::by_rater(&ratings, &numbers(150));
    let solved = Crossed::solve(&rows, n_colleges, variances);
    let n = n_raters + n_colleges;
    let (mut a, mut b) = (vec![vec![0.0; n]; n], vec![0.0; n]);
    (0..n_raters).for_each(|k| a[k][k] = 1.0 / variances.rater);
    (n_raters..n).for_each(|k| a[k][k] = 1.0 / variances.college);
    for e in 0..150 {
        let (u, i) = (ratings.rater[e] as usize, n_raters + ratings.college[e] as usize);
        for (x, y) in [(u, u), (u, i), (i, u), (i, i)] {
            a[x][y] += 1.0 / variances.noise;
        }
        for x in [u, i] {
            b[x] += (f64::from(ratings.score[e] as f32) - variances.mean) / variances.noise;
        }
    }
    let (effect, variance) = dense(a, b);
    for u in 0..n_raters {
        assert!((solved.rater[u] - effect[u]).abs() < 1e-9, "rater {u}");
        assert!((solved.rater_variance[u] / variance[u] - 1.0).abs() < 0.1, "variance of rater {u}");
    }
    for i in 0..n_colleges {
        assert!((solved.college[i] - effect[n_raters + i]).abs() < 1e-9, "college {i}");
        assert!((solved.college_variance[i] / variance[n_raters + i] - 1.0).abs() < 0.1, "variance of college {i}");
    }
}

#[test]
fn one_thread_or_two_give_the_same_bits() {
    let (ratings, _) = generated((2_000, 100, 200_000), 4, |_| 0.0, |_| 0.8);
    let fit = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
        pool.install(|| Crossed::fit(&Rows::by_rater(&ratings, &numbers(200_000)), 100, None))
    };
    assert_eq!(fit(1), fit(2));
}

#[test]
fn the_variances_of_generated_ratings_are_found_and_intervals_hold_what_they_say() {
    // Half of the raters are twice as noisy as the others.
    let (ratings, quality) = generated((600, 60, 30_000), 5, |_| 0.0, |u| if u % 2 == 0 { 0.5 } else { 1.0 });
    let (train, test) = (numbers(24_000), 24_000..30_000);
    let crossed = Crossed::fit(&Rows::by_rater(&ratings, &train), 60, None);
    let Variances { rater, college, .. } = crossed.variances;
    assert!((rater / 0.25 - 1.0).abs() < 0.15 && (college / 0.16 - 1.0).abs() < 0.45, "{:?}", crossed.variances);
    let noise = |parity: usize| (parity..600).step_by(2).map(|u| 1.0 / crossed.weight[u]).sum::<f64>() / 300.0;
    assert!((noise(0) - 0.25).abs() < 0.06 && (noise(1) - 1.0).abs() < 0.1, "{} {}", noise(0), noise(1));
    let pair = |e: usize| (ratings.rater[e] as usize, ratings.college[e] as usize);
    let forecasts: Vec<Forecast> = test.clone().map(|e| crossed.forecast(pair(e).0, pair(e).1, (-9.0, 9.0))).collect();
    let accuracy = Accuracy::of(forecasts.iter().zip(test.map(|e| ratings.score[e])));
    for (covered, wanted) in [(accuracy.coverage_50, 0.5), (accuracy.coverage_80, 0.8), (accuracy.coverage_95, 0.95)] {
        assert!((covered - wanted).abs() < 0.02, "{accuracy:?}");
    }
    let level = quality.iter().sum::<f64>() / 60.0;
    let error = |i: usize| crossed.college[i] - (quality[i] - level);
    let z2 = (0..60).map(|i| error(i).powi(2) / crossed.college_variance[i]).sum::<f64>() / 60.0;
    assert!((0.4..2.0).contains(&z2), "squared errors are {z2} of what their variances say");
}

#[test]
fn a_college_nobody_rated_starts_from_its_like() {
    let attribute = |i: usize| if i.is_multiple_of(3) { 1.0 } else { 0.0 };
    let (ratings, quality) = generated((500, 240, 12_000), 6, |i| 0.8 * attribute(i), |_| 0.8);
    let attributes = Attributes {
        names: vec!["kind=a".into(), "nothing".into()],
        values: (0..240).flat_map(|i| [attribute(i), (i % 7) as f64]).collect(),
    };
    let cold = |i: u32| i.is_multiple_of(5);
    let train: Vec<u32> = numbers(12_000).into_iter().filter(|&e| !cold(ratings.college[e as usize])).collect();
    let rows = Rows::by_rater(&ratings, &train);
    let error = |attributes: Option<&Attributes>| {
        let crossed = Crossed::fit(&rows, 240, attributes);
        let told = |i: usize| crossed.variances.mean + crossed.prior[i] + crossed.college[i];
        let sum: f64 = (0..240).step_by(5).map(|i| (told(i) - 3.5 - quality[i]).powi(2)).sum();
        (sum / 48.0).sqrt()
    };
    let (informed, plain) = (error(Some(&attributes)), error(None));
    assert!(informed < 0.9 * plain, "{informed} with attributes, {plain} without");
}
