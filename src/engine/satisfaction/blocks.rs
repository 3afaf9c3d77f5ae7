//! How much each rating counts: blocks of park and fortnight, drift, and the noise of its rater.
//!
//! Many ratings from one place at one time are not many independent opinions, and if they stand out from what all others
//! say they may not be opinions at all. Severities and noises of the raters are taken from a *baseline*, how things stood
//! when the day began, so that one rating changes the weights of its own college only.
//!
//! Blocks as *effects* are estimated for each college together with its quality through time (`local`). Blocks as *shares*,
//! kept for the parameters that were activated with them: a block of n ratings adds `n v_c / λ` to the variance of each,
//! with `λ = (ν + 1) / (ν + E[c²] / v_c)` from the block's mean residual, park and fortnight one by one.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::edges::{Edges, fortnight_of};
use super::local::{Block, BlockOf, Judged, Rated, judge};
use super::solve::Posterior;
use crate::domain::{BlockForm, Model};
use crate::engine::state::State;

/// Rounds of weighing and solving; fixed, from a start at nothing.
const ROUNDS: usize = 4;

/// What all ratings told when the day began: by registry position of colleges and of enterprises. Frozen until the day's
/// next baseline, so that one rating changes the weights of its own college only.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Baseline {
    /// Effect of each college; kept for blocks as shares only.
    college: Vec<f64>,
    /// Severity of each enterprise.
    rater: Vec<f64>,
    /// Noise variance of each enterprise's ratings; empty: that of the model.
    noise: Vec<f64>,
}

fn known(values: &[f64], at: u32, otherwise: f64) -> f64 {
    values.get(at as usize).copied().unwrap_or(otherwise)
}

/// Whether all ratings weigh the same, whatever was rated before.
fn plain(model: &Model) -> bool {
    model.block_variance == 0.0 && model.drift_variance == 0.0 && model.noise_weight == 0.0
}

impl Baseline {
    /// The effects of a state's ratings, by rounds of weighing and solving; nothing for a model that weighs all alike.
    pub(crate) fn of(state: &State) -> Self {
        let mut baseline = Self::default();
        let model = &*state.model;
        if plain(model) || state.ratings.is_empty() {
            return baseline;
        }
        let mut edges = Edges::build(state);
        for _ in 0..ROUNDS {
            let squares = edges.weigh(state, &baseline, None);
            let posterior = Posterior::solve(&edges, model);
            if model.block_form == BlockForm::Shares {
                baseline.college =
                    (0..state.colleges.len() as u32).map(|at| posterior.effect[edges.place_of(at)]).collect();
            }
            baseline.rater = vec![0.0; state.enterprises.len()];
            for (u, severity) in posterior.severities(&edges, model).into_iter().enumerate() {
                baseline.rater[edges.raters[u] as usize] = severity;
            }
            if model.noise_weight > 0.0 {
                baseline.noise = edges.noises(model, state.enterprises.len(), &squares);
            }
        }
        baseline
    }
}

impl Edges {
    /// Noise variance of each rater, by registry position: `s_u² = σ² (κ + Σ q) / (κ + n_u)` with the expected squares q
    /// in units of their mean, an inverse-gamma prior worth κ ratings.
    fn noises(&self, model: &Model, n_raters: usize, squares: &[f64]) -> Vec<f64> {
        let mean = squares.iter().sum::<f64>() / squares.len().max(1) as f64;
        let mut noise = vec![model.noise_variance; n_raters];
        for u in 0..self.raters.len() {
            let row = self.row(u);
            let n = row.len() as f64;
            let sum = row.map(|e| squares[e]).sum::<f64>() / mean;
            noise[self.raters[u] as usize] =
                model.noise_variance * (model.noise_weight + sum) / (model.noise_weight + n);
        }
        noise
    }

    /// The ratings of some colleges by place, or of all: one list a college, each in canonical order.
    fn by_college(&self, places: Option<&[u32]>) -> Vec<(u32, u32)> {
        let mut wanted = vec![places.is_none(); self.n_colleges];
        places.into_iter().flatten().for_each(|&place| wanted[place as usize] = true);
        let of_wanted = self.college.iter().zip(0..).filter(|(college, _)| wanted[**college as usize]);
        let mut ratings: Vec<(u32, u32)> = of_wanted.map(|(&college, e)| (college, e)).collect();
        // Stable: a college's ratings stay in canonical order.
        ratings.sort_by_key(|&(college, _)| college);
        ratings
    }

    /// One college's ratings as its blocks see them, by what they say: another rating of one of its raters moves the row
    /// of that rater, and must not change the order of sums here. Gives the edges beside them.
    fn rated(&self, state: &State, baseline: &Baseline, ratings: &[(u32, u32)]) -> (Vec<u32>, Vec<Rated>) {
        let model = &*state.model;
        let level = model.mean + self.prior[ratings[0].0 as usize];
        let rating = |&(_, edge): &(u32, u32)| {
            let rater = self.raters[self.start.partition_point(|&start| start <= edge) - 1];
            Rated {
                park: state.parks.position(&state.enterprises.at(rater).value.park),
                fortnight: self.fortnight[edge as usize],
                residual: self.score[edge as usize] - level - known(&baseline.rater, rater, 0.0),
                noise: known(&baseline.noise, rater, model.noise_variance),
            }
        };
        let mut rated: Vec<(u32, Rated)> = ratings.iter().map(|at| (at.1, rating(at))).collect();
        rated.sort_by(|(_, a), (_, b)| {
            let same = (a.fortnight, a.park).cmp(&(b.fortnight, b.park));
            same.then(a.residual.total_cmp(&b.residual)).then(a.noise.total_cmp(&b.noise))
        });
        rated.into_iter().unzip()
    }

    /// Sets weight and loading of every rating, or of those of some colleges by place. Gives the expected square of the
    /// noise of each rating weighed, by edge, if blocks are effects.
    pub(super) fn weigh(&mut self, state: &State, baseline: &Baseline, places: Option<&[u32]>) -> Vec<f64> {
        let model = &*state.model;
        if plain(model) {
            self.weight.fill(1.0 / model.noise_variance);
            self.loading.fill(1.0);
            return Vec::new();
        }
        let ratings = self.by_college(places);
        let by_college: Vec<&[(u32, u32)]> = ratings.chunk_by(|a, b| a.0 == b.0).collect();
        let today = fortnight_of(state.today);
        let judged: Vec<(Vec<u32>, Judged)> = by_college
            .par_iter()
            .map(|ratings| {
                let (edges, mut rated) = self.rated(state, baseline, ratings);
                let judged = match model.block_form {
                    BlockForm::Effects => judge(model, &rated, today),
                    BlockForm::Shares => {
                        let quality = known(&baseline.college, self.at_place(ratings[0].0), 0.0);
                        rated.iter_mut().for_each(|rating| rating.residual -= quality);
                        let loading = vec![1.0; rated.len()];
                        Judged { weight: shares(model, &rated), loading, square: Vec::new(), blocks: Vec::new() }
                    }
                };
                (edges, judged)
            })
            .collect();
        let mut squares = vec![0.0; if model.block_form == BlockForm::Effects { self.len() } else { 0 }];
        for (edges, judged) in judged {
            for (k, edge) in edges.into_iter().enumerate() {
                (self.weight[edge as usize], self.loading[edge as usize]) = (judged.weight[k], judged.loading[k]);
                if let (Some(all), Some(&square)) = (squares.get_mut(edge as usize), judged.square.get(k)) {
                    *all = square;
                }
            }
        }
        squares
    }

    /// The share of a block in the information that all ratings of the college at a place give of it, 0–1.
    pub(in crate::engine) fn share_of(&self, state: &State, place: u32, of: BlockOf) -> f64 {
        let ratings = self.by_college(Some(&[place]));
        if ratings.is_empty() {
            return 0.0;
        }
        let (edges, rated) = self.rated(state, &state.baseline, &ratings);
        let (mut own, mut all) = (0.0, 0.0);
        for (edge, rating) in edges.into_iter().zip(&rated) {
            let told = self.weight[edge as usize] * self.loading[edge as usize];
            all += told;
            let inside = match of {
                BlockOf::Park(park) => rating.park == park,
                BlockOf::Fortnight(fortnight) => rating.fortnight == fortnight,
            };
            own += if inside { told } else { 0.0 };
        }
        if all > 0.0 { own / all } else { 0.0 }
    }

    /// The blocks of every rated college, by place, as the present weights see them; none where blocks are no effects.
    pub(in crate::engine) fn blocks(&self, state: &State) -> Vec<(u32, Vec<Block>)> {
        if state.model.block_form != BlockForm::Effects {
            return Vec::new();
        }
        let ratings = self.by_college(None);
        let by_college: Vec<&[(u32, u32)]> = ratings.chunk_by(|a, b| a.0 == b.0).collect();
        let today = fortnight_of(state.today);
        let of = |ratings: &&[(u32, u32)]| {
            let (_, rated) = self.rated(state, &state.baseline, ratings);
            (ratings[0].0, judge(&state.model, &rated, today).blocks)
        };
        by_college.par_iter().map(of).collect()
    }
}

/// The precision of each rating of one college, blocks being shares.
fn shares(model: &Model, rated: &[Rated]) -> Vec<f64> {
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
