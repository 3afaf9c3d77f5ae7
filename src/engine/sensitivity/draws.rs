//! Rank acceptability under uncertain weights (SMAA; METHODS §5): Dirichlet weights around the given ones.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Gamma};

use super::{Candidates, score};
use crate::domain::{Acceptability, Item, N_CRITERIA, Weights};
use crate::engine::field::Field;
use crate::engine::rank::rounded;
use crate::engine::snapshot::Snapshot;

/// How weights are drawn.
#[derive(Clone, Copy)]
pub(super) struct Draws {
    pub(super) n: u32,
    pub(super) seed: u32,
    /// Sum of the Dirichlet's parameters.
    pub(super) concentration: u32,
}

/// Those of a shortlist: a weight of 10 % wanders by 3 points (one standard deviation).
const OF_A_LIST: Draws = Draws { n: 256, seed: 0, concentration: 100 };

impl Snapshot {
    /// Tells of each item how far its rank holds under drawn weights; affinity keeps the weight it was asked with.
    pub(in crate::engine) fn unsettle(&self, field: &Field<'_>, items: &mut [Item]) {
        let candidates = Candidates::of(self, field);
        let beside: Vec<f64> = field.liking.as_ref().map_or_else(Vec::new, |liking| {
            let share = f64::from(liking.weight) / (1e4 - f64::from(liking.weight));
            candidates.college.iter().map(|&at| share * f64::from(liking.points[at as usize])).collect()
        });
        let weights = field.preset.weights;
        let drawn = acceptability(&candidates.points, &beside, &weights, items.len(), OF_A_LIST);
        for item in items {
            let at = self.state.colleges.position(&item.college.id);
            let place = candidates.college.iter().take(drawn.len()).position(|&one| Some(one) == at);
            item.acceptability = place.map(|place| Acceptability {
                first: rounded(drawn[place].ranks.first().copied().unwrap_or(0.0)),
                listed: rounded(drawn[place].ranks.iter().sum::<f64>().min(1.0)),
                mean_rank: rounded(drawn[place].mean),
            });
        }
    }
}

/// The ranks of one candidate over all draws.
pub(super) struct Drawn {
    /// Share of the draws with rank 1, 2, … `top`.
    pub(super) ranks: Vec<f64>,
    pub(super) mean: f64,
}

/// The first `top` candidates under drawn weights. A criterion of weight 0 stays without weight.
///
/// `points`: `(n_candidates, n_criteria)`, best first; equal scores keep that order. `beside`: points of each candidate that
/// no draw changes, as shares of the drawn weights' sum; empty: none.
pub(super) fn acceptability(
    points: &[[u16; N_CRITERIA]],
    beside: &[f64],
    weights: &Weights,
    top: usize,
    asked: Draws,
) -> Vec<Drawn> {
    let mut dice = ChaCha8Rng::seed_from_u64(asked.seed.into());
    let shape = |&weight: &u16| f64::from(weight) / 1e4 * f64::from(asked.concentration);
    let gammas: Vec<Option<Gamma<f64>>> =
        weights.hundredths().iter().map(|weight| Gamma::new(shape(weight), 1.0).ok()).collect();
    let (mut counts, mut sums) = (vec![vec![0_u32; top]; top], vec![0_u64; top]);
    let mut scores = vec![0.0; points.len()];
    for _ in 0..asked.n {
        let mut drawn = [0.0; N_CRITERIA];
        drawn.iter_mut().zip(&gammas).for_each(|(weight, gamma)| {
            *weight = gamma.as_ref().map_or(0.0, |gamma| gamma.sample(&mut dice));
        });
        scores.iter_mut().zip(points).for_each(|(sum, points)| *sum = score(points, &drawn));
        let whole: f64 = drawn.iter().sum();
        scores.iter_mut().zip(beside).for_each(|(sum, beside)| *sum += whole * beside);
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
    let share = |n: f64| n / f64::from(asked.n.max(1));
    let drawn = counts.into_iter().zip(sums).map(|(counts, sum)| Drawn {
        ranks: counts.into_iter().map(|n| share(f64::from(n))).collect(),
        mean: share(sum as f64),
    });
    drawn.collect()
}
