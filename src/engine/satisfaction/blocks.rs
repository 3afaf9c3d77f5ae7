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

use super::edges::Edges;
use super::kind::{Block, BlockOf};
use super::local::{Rated, blocks, weights};
use super::solve::Posterior;
use crate::domain::{BlockForm, Model};
use crate::engine::state::State;

/// Rounds of weighing and solving; fixed, from a start at nothing.
const ROUNDS: usize = 4;

/// What all ratings told when the day began: by registry position of colleges and of enterprises. Frozen until the day's
/// next baseline, so that one rating changes the weights of its own college only.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Baseline {
    /// Effect of each college.
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
            let squares = edges.weigh(state, &baseline, None, model.noise_weight > 0.0);
            let posterior = Posterior::solve(&edges, model);
            let quality = |at| posterior.effect[edges.place_of(at)];
            baseline.college = (0..state.colleges.len() as u32).map(quality).collect();
            edges.start_from(&posterior);
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

    /// Effect of the college at a registry position when the day began.
    pub(super) fn quality(&self, at: u32) -> Option<f64> {
        self.college.get(at as usize).copied()
    }
}

/// Ratings by the college they rate: its place, and where they lie.
struct ByCollege {
    places: Vec<u32>,
    /// Those of `places[k]` are `start[k]..start[k + 1]`.
    start: Vec<u32>,
    /// Edge and row of each.
    ratings: Vec<(u32, u32)>,
}

impl ByCollege {
    fn list(&self) -> Vec<(u32, &[(u32, u32)])> {
        let of = |(place, range): (&u32, &[u32])| (*place, &self.ratings[range[0] as usize..range[1] as usize]);
        self.places.iter().zip(self.start.windows(2)).map(of).collect()
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

    /// The ratings of some colleges by place, or of all.
    fn by_college(&self, wanted: Option<&[u32]>) -> ByCollege {
        if let Some(wanted) = wanted {
            return self.by_few_colleges(wanted);
        }
        let mut count = vec![0_u32; self.n_colleges];
        self.college.iter().for_each(|&college| count[college as usize] += 1);
        let mut places: Vec<u32> = (0..self.n_colleges as u32).collect();
        places.retain(|&place| count[place as usize] > 0);
        let (mut next, mut start) = (vec![0; self.n_colleges], vec![0]);
        for &place in &places {
            let end = start[start.len() - 1];
            next[place as usize] = end;
            start.push(end + count[place as usize]);
        }
        let mut ratings = vec![(0, 0); start[places.len()] as usize];
        let mut row = 0;
        for (&college, e) in self.college.iter().zip(0_u32..) {
            while self.start[row as usize + 1] <= e {
                row += 1;
            }
            let next = &mut next[college as usize];
            ratings[*next as usize] = (e, row);
            *next += 1;
        }
        ByCollege { places, start, ratings }
    }

    /// One pass over all ratings that does no more than look for these colleges.
    fn by_few_colleges(&self, wanted: &[u32]) -> ByCollege {
        let mut is_wanted = vec![false; self.n_colleges];
        wanted.iter().for_each(|&place| is_wanted[place as usize] = true);
        let found = self.college.iter().zip(0_u32..).filter(|(college, _)| is_wanted[**college as usize]);
        let mut found: Vec<(u32, u32)> = found.map(|(&college, e)| (college, e)).collect();
        found.sort_unstable();
        let (mut places, mut start, mut ratings) = (Vec::new(), vec![0], Vec::with_capacity(found.len()));
        for group in found.chunk_by(|a, b| a.0 == b.0) {
            places.push(group[0].0);
            let row = |e: u32| self.start.partition_point(|&start| start <= e) as u32 - 1;
            ratings.extend(group.iter().map(|&(_, e)| (e, row(e))));
            start.push(ratings.len() as u32);
        }
        ByCollege { places, start, ratings }
    }

    /// The parks of the raters of some ratings, by row.
    fn parks(&self, state: &State, of: &ByCollege) -> Vec<Option<u32>> {
        let mut rows: Vec<bool> = vec![false; self.raters.len()];
        of.ratings.iter().for_each(|&(_, row)| rows[row as usize] = true);
        let park = |(row, &wanted): (usize, &bool)| {
            let rater = || &state.enterprises.at(self.raters[row]).value;
            wanted.then(|| state.parks.position(&rater().park)).flatten()
        };
        rows.par_iter().enumerate().with_min_len(1_024).map(park).collect()
    }

    /// One college's ratings as its blocks see them, by what they say: another rating of one of its raters moves the row
    /// of that rater, and must not change the order of sums here. Gives the edges beside them.
    fn rated(
        &self,
        state: &State,
        baseline: &Baseline,
        parks: &[Option<u32>],
        place: u32,
        ratings: &[(u32, u32)],
    ) -> (Vec<u32>, Vec<Rated>) {
        let model = &*state.model;
        let level = model.mean + self.prior[place as usize];
        let rating = |&(edge, row): &(u32, u32)| {
            let rater = self.raters[row as usize];
            let rated = Rated {
                park: parks[row as usize],
                fortnight: self.fortnight[edge as usize],
                residual: self.score[edge as usize].get() - level - known(&baseline.rater, rater, 0.0),
                noise: known(&baseline.noise, rater, model.noise_variance),
            };
            // Fortnight and park in one number that sorts as they do.
            let park = rated.park.map_or(0, |park| u64::from(park) + 1);
            let key = ((i64::from(rated.fortnight) - i64::from(i16::MIN)) as u64) << 40 | park;
            (key, edge, rated)
        };
        let mut rated: Vec<(u64, u32, Rated)> = ratings.iter().map(rating).collect();
        rated.sort_unstable_by(|(key, _, a), (other, _, b)| {
            let said = || a.residual.total_cmp(&b.residual).then(a.noise.total_cmp(&b.noise));
            key.cmp(other).then_with(said)
        });
        rated.into_iter().map(|(_, edge, rated)| (edge, rated)).unzip()
    }

    /// Sets the weight of every rating, or of those of some colleges by place. Gives the expected square of the noise of
    /// each rating, by edge, if `squares` is asked for and blocks are effects.
    pub(super) fn weigh(
        &mut self,
        state: &State,
        baseline: &Baseline,
        places: Option<&[u32]>,
        squares: bool,
    ) -> Vec<f64> {
        let model = &*state.model;
        if plain(model) {
            self.weight.fill(1.0 / model.noise_variance);
            return Vec::new();
        }
        let by_college = self.by_college(places);
        let parks = self.parks(state, &by_college);
        let weighed = |&(place, ratings): &(u32, &[(u32, u32)])| {
            let (edges, mut rated) = self.rated(state, baseline, &parks, place, ratings);
            let mut square = Vec::new();
            let weight = match model.block_form {
                BlockForm::Effects => {
                    let held = self.held(state, place, &rated);
                    weights(model, &rated, &held, &self.loadings, squares.then_some(&mut square))
                }
                BlockForm::Shares => {
                    let quality = baseline.quality(self.at_place(place)).unwrap_or(0.0);
                    rated.iter_mut().for_each(|rating| rating.residual -= quality);
                    shares(model, &rated)
                }
            };
            (edges, weight, square)
        };
        let weighed: Vec<(Vec<u32>, Vec<f64>, Vec<f64>)> = by_college.list().par_iter().map(weighed).collect();
        let mut all = vec![0.0; if squares && model.block_form == BlockForm::Effects { self.len() } else { 0 }];
        for (edges, weight, square) in weighed {
            edges.iter().zip(weight).for_each(|(&edge, weight)| self.weight[edge as usize] = weight);
            edges.iter().zip(square).for_each(|(&edge, square)| all[edge as usize] = square);
        }
        all
    }

    /// The blocks of a college whose flag was dismissed, as long as that holds: until enough ratings that are newer than the
    /// decision stand in the block to be flagged by themselves.
    fn held(&self, state: &State, place: u32, rated: &[Rated]) -> Vec<BlockOf> {
        let mut dismissed = state.dismissed_of(&state.colleges.at(self.at_place(place)).value.id);
        dismissed.retain(|&(of, decided)| {
            let newer = |rating: &&Rated| of.holds(rating.park, rating.fortnight) && rating.fortnight > decided;
            (rated.iter().filter(newer).count() as u32) < state.model.flag_ratings
        });
        dismissed.into_iter().map(|(of, _)| of).collect()
    }

    /// How many enterprises gave the ratings of a block of the college at a place.
    pub(in crate::engine) fn raters_of(&self, state: &State, place: u32, of: BlockOf) -> u32 {
        let by_college = self.by_college(Some(&[place]));
        let parks = self.parks(state, &by_college);
        let inside = by_college
            .ratings
            .iter()
            .filter(|&&(edge, row)| of.holds(parks[row as usize], self.fortnight[edge as usize]));
        let mut rows: Vec<u32> = inside.map(|&(_, row)| row).collect();
        rows.sort_unstable();
        rows.dedup();
        rows.len() as u32
    }

    /// The share of a block in the information that all ratings of the college at a place give of it, 0–1.
    pub(in crate::engine) fn share_of(&self, state: &State, place: u32, of: BlockOf) -> f64 {
        let by_college = self.by_college(Some(&[place]));
        let parks = self.parks(state, &by_college);
        let (edges, rated) = self.rated(state, &state.baseline, &parks, place, &by_college.ratings);
        let (mut own, mut all) = (0.0, 0.0);
        for (edge, rating) in edges.into_iter().zip(&rated) {
            let told = self.weight[edge as usize] * self.loading(edge as usize);
            all += told;
            own += if of.holds(rating.park, rating.fortnight) { told } else { 0.0 };
        }
        if all > 0.0 { own / all } else { 0.0 }
    }

    /// The blocks of some rated colleges by place, or of all, as the present weights see them; none where blocks are no effects.
    pub(in crate::engine) fn blocks(&self, state: &State, places: Option<&[u32]>) -> Vec<(u32, Vec<Block>)> {
        if state.model.block_form != BlockForm::Effects {
            return Vec::new();
        }
        let by_college = self.by_college(places);
        let parks = self.parks(state, &by_college);
        let of = |&(place, ratings): &(u32, &[(u32, u32)])| {
            let (_, rated) = self.rated(state, &state.baseline, &parks, place, ratings);
            (place, blocks(&state.model, &rated, &self.held(state, place, &rated)))
        };
        by_college.list().par_iter().map(of).collect()
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
