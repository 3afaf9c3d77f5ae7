//! Within which values of one weight an order holds.
//!
//! The weight is t, the others keep their proportions: `score(t) = t x + (1 − t) r`, with r the score by the others. A
//! straight line in t for every college, so the order of two changes at one t at most, and the answer is exact.

use crate::domain::{CollegeRef, Interval, N_CRITERIA};

/// An interval of a weight in [0, 1], and who comes in beyond its ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) below: Option<usize>,
    pub(super) above: Option<usize>,
}

impl Bounds {
    pub(super) fn named(self, name: impl Fn(usize) -> CollegeRef) -> Interval {
        Interval {
            low: 100.0 * self.low,
            high: 100.0 * self.high,
            below: self.below.map(&name),
            above: self.above.map(&name),
        }
    }
}

/// Where the first `top` candidates stay ahead of all others as weight `j` moves.
///
/// `points`: `(n_candidates, n_criteria)` in hundredths, best first; `weights` in hundredths of a percent. If the weight
/// is all there is, the others take equal shares of what it gives up.
pub(super) fn interval(points: &[[u16; N_CRITERIA]], weights: &[u16; N_CRITERIA], j: usize, top: usize) -> Bounds {
    let mut others = weights.map(i64::from);
    others[j] = 0;
    if others.iter().all(|&weight| weight == 0) {
        others = [1; N_CRITERIA];
        others[j] = 0;
    }
    let total: i64 = others.iter().sum();
    // Both ends of each line, times `total`.
    let line = |points: &[u16; N_CRITERIA]| {
        let rest: i64 = others.iter().zip(points).map(|(&weight, &points)| weight * i64::from(points)).sum();
        (rest, total * i64::from(points[j]))
    };
    let lines: Vec<(i64, i64)> = points.iter().map(line).collect();
    let mut bounds = Bounds { low: 0.0, high: 1.0, below: None, above: None };
    let (inside, outside) = lines.split_at(top.min(lines.len()));
    for &(rest, own) in inside {
        for (at, &(other_rest, other_own)) in (top..).zip(outside) {
            // The lead is `b + t (a − b)`.
            let (b, a) = (rest - other_rest, own - other_own);
            let crossing = b as f64 / (b - a) as f64;
            if a < b && crossing < bounds.high {
                (bounds.high, bounds.above) = (crossing, Some(at));
            } else if a > b && crossing > bounds.low {
                (bounds.low, bounds.below) = (crossing, Some(at));
            }
        }
    }
    bounds
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{RngCore, SeedableRng};

    use super::*;

    /// 200 cases against a scan of all weights in steps of .01 percentage points.
    #[test]
    fn an_interval_is_what_a_dense_scan_finds() {
        let mut dice = ChaCha8Rng::seed_from_u64(4);
        for case in 0..200 {
            let n = 2 + dice.next_u32() as usize % 12;
            let mut points: Vec<[u16; N_CRITERIA]> =
                (0..n).map(|_| [0; N_CRITERIA].map(|_| (dice.next_u32() % 10_001) as u16)).collect();
            let mut weights = [0_u16; N_CRITERIA];
            (0..10_000).for_each(|_| weights[dice.next_u32() as usize % (1 + case % N_CRITERIA)] += 1);
            let score = |points: &[u16; N_CRITERIA]| -> u64 {
                points.iter().zip(&weights).map(|(&p, &w)| u64::from(p) * u64::from(w)).sum()
            };
            points.sort_by_key(|points| std::cmp::Reverse(score(points)));
            let (j, top) = (case % N_CRITERIA, 1 + case % n.min(3));
            let found = interval(&points, &weights, j, top);
            let now = f64::from(weights[j]) / 1e4;
            assert!(found.low <= now + 1e-12 && found.high >= now - 1e-12, "{case}: {found:?} holds at {now}");
            let others = 1.0 - now;
            for step in 0..=10_000 {
                let t = f64::from(step) / 1e4;
                if (t - found.low).abs() < 1e-9 || (t - found.high).abs() < 1e-9 {
                    continue;
                }
                let at = |points: &[u16; N_CRITERIA]| -> f64 {
                    let share = |i: usize| match i {
                        i if i == j => t,
                        i if others > 1e-12 => (1.0 - t) * f64::from(weights[i]) / 1e4 / others,
                        _ => (1.0 - t) / 11.0,
                    };
                    points.iter().enumerate().map(|(i, &p)| share(i) * f64::from(p)).sum()
                };
                let worst = points[..top].iter().map(at).fold(f64::INFINITY, f64::min);
                let best = points[top..].iter().map(at).fold(f64::NEG_INFINITY, f64::max);
                let within = t > found.low && t < found.high;
                assert!(!within || worst >= best - 1e-6, "{case}: it holds at {t}");
                assert!(within || worst <= best + 1e-6, "{case}: it does not hold at {t}");
            }
        }
    }
}
