//! Rank acceptability under uncertain weights (SMAA; METHODS §5): Dirichlet weights around the given ones.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Gamma};

use super::score;
use crate::domain::{N_CRITERIA, SensitivityQuestion, Weights};

/// The ranks of one candidate over all draws.
pub(super) struct Drawn {
    /// Share of the draws with rank 1, 2, … `top`.
    pub(super) ranks: Vec<f64>,
    pub(super) mean: f64,
}

/// The first `top` candidates under drawn weights. A criterion of weight 0 stays without weight.
///
/// `points`: `(n_candidates, n_criteria)`, best first; equal scores keep that order.
pub(super) fn acceptability(
    points: &[[u16; N_CRITERIA]],
    weights: &Weights,
    top: usize,
    asked: &SensitivityQuestion,
) -> Vec<Drawn> {
    let mut dice = ChaCha8Rng::seed_from_u64(asked.seed.into());
    let shape = |&weight: &u16| f64::from(weight) / 1e4 * f64::from(asked.concentration);
    let gammas: Vec<Option<Gamma<f64>>> =
        weights.hundredths().iter().map(|weight| Gamma::new(shape(weight), 1.0).ok()).collect();
    let (mut counts, mut sums) = (vec![vec![0_u32; top]; top], vec![0_u64; top]);
    let mut scores = vec![0.0; points.len()];
    for _ in 0..asked.draws {
        let mut drawn = [0.0; N_CRITERIA];
        drawn.iter_mut().zip(&gammas).for_each(|(weight, gamma)| {
            *weight = gamma.as_ref().map_or(0.0, |gamma| gamma.sample(&mut dice));
        });
        scores.iter_mut().zip(points).for_each(|(sum, points)| *sum = score(points, &drawn));
        for at in 0..top {
            let own = scores[at];
            let better = scores.iter().enumerate().filter(|&(other, &sum)| sum > own || sum == own && other < at);
            let rank = better.count();
            sums[at] += rank as u64 + 1;
            if rank < top {
                counts[at][rank] += 1;
            }
        }
    }
    let share = |n: f64| n / f64::from(asked.draws.max(1));
    let drawn = counts.into_iter().zip(sums).map(|(counts, sum)| Drawn {
        ranks: counts.into_iter().map(|n| share(f64::from(n))).collect(),
        mean: share(sum as f64),
    });
    drawn.collect()
}
