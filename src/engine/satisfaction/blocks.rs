//! Blocks: what a college's ratings from one park, or of one fortnight, have in common.
//!
//! Many ratings from one place at one time are not many independent opinions, and if they stand out from what all others
//! say they may not be opinions at all. A block of n ratings adds `n v_c / λ` to the variance of each, so that together
//! they tell at most `λ / v_c`, and `λ = (ν + 1) / (ν + E[c²] / v_c)` falls with the block's mean residual: the weights of
//! a Student-t at the level of blocks (METHODS §1, §3). Residuals are taken against a *baseline*, the effects as the day
//! began, so that one rating changes the weights of its own college only.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::edges::Edges;
use super::solve::Posterior;
use crate::domain::Model;
use crate::engine::state::State;

/// Rounds of weighing and solving; fixed, from a start at nothing.
const ROUNDS: usize = 4;

/// What all ratings told when the day began: effects by registry position of colleges and of enterprises.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Baseline {
    college: Vec<f64>,
    rater: Vec<f64>,
}

impl Baseline {
    /// The effects of a state's ratings, by rounds of weighing and solving; nothing for a model without blocks.
    pub(crate) fn of(state: &State) -> Self {
        let mut baseline = Self::default();
        if state.model.block_variance == 0.0 || state.ratings.is_empty() {
            return baseline;
        }
        let mut edges = Edges::build(state);
        for _ in 0..ROUNDS {
            edges.weigh(state, &baseline, None);
            let posterior = Posterior::solve(&edges, &state.model);
            baseline.college =
                (0..state.colleges.len() as u32).map(|at| posterior.effect[edges.place_of(at)]).collect();
            baseline.rater = vec![0.0; state.enterprises.len()];
            for (u, severity) in posterior.severities(&edges, &state.model).into_iter().enumerate() {
                baseline.rater[edges.raters[u] as usize] = severity;
            }
        }
        baseline
    }
}

/// One rating of a college, as its blocks see it.
struct Rated {
    edge: u32,
    park: Option<u32>,
    fortnight: i16,
    residual: f64,
}

impl Edges {
    /// Sets the weight of every rating, or of those of some colleges by place.
    pub(super) fn weigh(&mut self, state: &State, baseline: &Baseline, places: Option<&[u32]>) {
        let model = &*state.model;
        if model.block_variance == 0.0 {
            self.weight.fill(1.0 / model.noise_variance);
            return;
        }
        let mut wanted = vec![places.is_none(); self.n_colleges];
        places.into_iter().flatten().for_each(|&place| wanted[place as usize] = true);
        let of_wanted = self.college.iter().zip(0..).filter(|(college, _)| wanted[**college as usize]);
        let mut ratings: Vec<(u32, u32)> = of_wanted.map(|(&college, e)| (college, e)).collect();
        // Stable: a college's ratings stay in canonical order.
        ratings.sort_by_key(|&(college, _)| college);
        let by_college: Vec<&[(u32, u32)]> = ratings.chunk_by(|a, b| a.0 == b.0).collect();
        let weights: Vec<Vec<f64>> = by_college
            .par_iter()
            .map(|ratings| {
                let known = |effects: &[f64], at: u32| effects.get(at as usize).copied().unwrap_or(0.0);
                let quality = known(&baseline.college, self.at_place(ratings[0].0));
                let rated: Vec<Rated> = ratings
                    .iter()
                    .map(|&(_, edge)| {
                        let rater = self.raters[self.start.partition_point(|&start| start <= edge) - 1];
                        let park = state.parks.position(&state.enterprises.at(rater).value.park);
                        let residual = self.score[edge as usize] - model.mean - quality - known(&baseline.rater, rater);
                        Rated { edge, park, fortnight: self.fortnight[edge as usize], residual }
                    })
                    .collect();
                weights(model, &rated)
            })
            .collect();
        for (ratings, weights) in by_college.iter().zip(weights) {
            ratings.iter().zip(weights).for_each(|(&(_, edge), weight)| self.weight[edge as usize] = weight);
        }
    }
}

/// The precision of each rating of one college.
fn weights(model: &Model, rated: &[Rated]) -> Vec<f64> {
    let mut variance = vec![model.noise_variance; rated.len()];
    let mut order: Vec<usize> = (0..rated.len()).collect();
    order.sort_by_key(|&e| rated[e].park);
    for block in order.chunk_by(|&a, &b| rated[a].park == rated[b].park) {
        spread(model, rated, block, &mut variance);
    }
    order.sort_by_key(|&e| (rated[e].fortnight, e));
    for block in order.chunk_by(|&a, &b| rated[a].fortnight == rated[b].fortnight) {
        spread(model, rated, block, &mut variance);
    }
    debug_assert!(rated.windows(2).all(|pair| pair[0].edge < pair[1].edge));
    variance.iter().map(|variance| 1.0 / variance).collect()
}

fn spread(model: &Model, rated: &[Rated], block: &[usize], variance: &mut [f64]) {
    let n = block.len() as f64;
    let sum: f64 = block.iter().map(|&e| rated[e].residual).sum();
    let left = 1.0 / (n / model.noise_variance + 1.0 / model.block_variance);
    let mean = left * sum / model.noise_variance;
    let lambda = (model.block_freedom + 1.0) / (model.block_freedom + (mean * mean + left) / model.block_variance);
    block.iter().for_each(|&e| variance[e] += n * model.block_variance / lambda);
}
