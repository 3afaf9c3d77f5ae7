//! Figures of a comparison.

use crate::city::Rated;

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Rank from 1, best first.
pub(crate) fn rank(means: &[f64], college: usize) -> usize {
    1 + means.iter().filter(|&&other| other > means[college]).count()
}

pub(crate) fn rmse(found: &[f64], truth: &[f64]) -> f64 {
    mean(&found.iter().zip(truth).map(|(a, b)| (a - b).powi(2)).collect::<Vec<_>>()).sqrt()
}

/// The worst college with at least ten ratings: the one with most to gain.
pub(crate) fn worst(means: &[f64], ratings: &[Rated], colleges: usize) -> usize {
    let mut n = vec![0; colleges];
    ratings.iter().for_each(|rating| n[rating.college] += 1);
    (0..colleges).filter(|&i| n[i] >= 10).min_by(|&a, &b| means[a].total_cmp(&means[b])).expect("a rated college")
}

/// Rank correlation.
pub(crate) fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let ranks = |x: &[f64]| {
        let mut order: Vec<usize> = (0..x.len()).collect();
        order.sort_by(|&i, &j| x[i].total_cmp(&x[j]));
        let mut rank = vec![0.0; x.len()];
        order.iter().enumerate().for_each(|(r, &i)| rank[i] = r as f64);
        rank
    };
    let n = a.len() as f64;
    let d: f64 = ranks(a).iter().zip(ranks(b)).map(|(x, y)| (x - y).powi(2)).sum();
    1.0 - 6.0 * d / (n * (n * n - 1.0))
}
