//! Two other methods, for comparison only: their order depends on who else is a candidate (DESIGN §3).

use super::ranks;
use crate::domain::{N_CRITERIA, Weights};

/// Ranks by TOPSIS (Hwang & Yoon, 1981): closeness to the best of every criterion, columns scaled to unit length.
pub(super) fn topsis(points: &[[u16; N_CRITERIA]], weights: &Weights) -> Vec<u32> {
    let column = |j: usize| points.iter().map(move |row| f64::from(row[j]));
    let mut scale = [0.0; N_CRITERIA];
    let mut ends = [(0.0, 0.0); N_CRITERIA];
    for j in 0..N_CRITERIA {
        let length = column(j).map(|x| x * x).sum::<f64>().sqrt();
        scale[j] = if length > 0.0 { f64::from(weights.hundredths()[j]) / length } else { 0.0 };
        ends[j] = column(j).fold((f64::INFINITY, 0.0_f64), |(low, high), x| (low.min(x), high.max(x)));
    }
    let closeness = |row: &[u16; N_CRITERIA]| {
        let (mut to_best, mut to_worst) = (0.0, 0.0);
        for j in 0..N_CRITERIA {
            let x = f64::from(row[j]);
            to_best += (scale[j] * (ends[j].1 - x)).powi(2);
            to_worst += (scale[j] * (x - ends[j].0)).powi(2);
        }
        let (to_best, to_worst) = (to_best.sqrt(), to_worst.sqrt());
        // All candidates alike: none is nearer to anything.
        if to_best + to_worst > 0.0 { to_worst / (to_best + to_worst) } else { 0.0 }
    };
    ranks(points.iter().map(closeness).collect())
}

/// Entropy weights, summing to 1: a criterion weighs more the less evenly its points are spread (Shannon). All equal if
/// nothing differs.
pub(super) fn entropy_weights(points: &[[u16; N_CRITERIA]]) -> [f64; N_CRITERIA] {
    let all = libm::log(points.len().max(2) as f64);
    let mut weights = [0.0; N_CRITERIA];
    for (j, weight) in weights.iter_mut().enumerate() {
        let total: f64 = points.iter().map(|row| f64::from(row[j])).sum();
        if total <= 0.0 || points.len() < 2 {
            continue;
        }
        let shares = points.iter().map(|row| f64::from(row[j]) / total).filter(|share| *share > 0.0);
        let entropy = -shares.map(|share| share * libm::log(share)).sum::<f64>() / all;
        *weight = (1.0 - entropy).max(0.0);
    }
    let total: f64 = weights.iter().sum();
    if total > 1e-12 { weights.map(|weight| weight / total) } else { [1.0 / N_CRITERIA as f64; N_CRITERIA] }
}
