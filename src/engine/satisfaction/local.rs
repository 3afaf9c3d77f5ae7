//! One college's ratings, the severities of its raters being known: its quality through time, its blocks of park and its
//! blocks of fortnight, estimated together.
//!
//! `r = b(t) + c_park + d_fortnight + ε` with `b` a mean-reverting (Ornstein–Uhlenbeck) walk from fortnight to fortnight
//! and `c, d` of variance `v_c / λ`. Time is solved exactly by a Kalman smoother, the parks by conjugate gradients around
//! it; `λ = (ν + 1) / (ν + E[c²] / v_c)` are the weights of a Student-t at the level of blocks (METHODS §1, §3). Because
//! both kinds of block are estimated together, a fortnight that stands out does not make its parks stand out. λ is
//! found with quality standing still: a wave of fakes must not pass for a sudden change.
//!
//! What the ratings then tell of the quality *today* is told by one weight and one loading a rating: with `R` their
//! covariance and `k = σb² ρ` that with today's quality, `w = R⁻¹k / V`, `V = σb² − kᵀR⁻¹k`. Taken as independent ratings
//! `r = ρ b + noise` of these weights they give the same mean and variance of `b` as all of the above.

use super::kind::{Block, BlockOf, Kind};
use super::loadings::{Loadings, alike};
use crate::domain::Model;

/// Rounds of estimating blocks and weighing them; fixed, from a start at λ = 1.
const ROUNDS: usize = 8;
/// Relative residual at which the parks are solved while blocks are weighed …
const ROUGH: f64 = 1e-3;
/// … and for the weights that are used.
const EXACT: f64 = 1e-10;

/// One rating as its college sees it.
pub(super) struct Rated {
    pub(super) park: Option<u32>,
    pub(super) fortnight: i16,
    /// Score less grand mean, prior mean of the college and severity of the rater.
    pub(super) residual: f64,
    /// Noise variance of the rater.
    pub(super) noise: f64,
}

/// One college's equations.
pub(super) struct Local<'a> {
    pub(super) model: &'a Model,
    pub(super) precision: Vec<f64>,
    pub(super) parks: Kind<Option<u32>>,
    pub(super) cells: Kind<i16>,
    /// Correlation of quality in one fortnight with the next one rated.
    pub(super) step: Vec<f64>,
    /// Gains of the Kalman filter and of the smoother, by fortnight.
    pub(super) gain: Vec<f64>,
    pub(super) back: Vec<f64>,
    pub(super) path: Vec<f64>,
    /// What is fitted of each rating.
    pub(super) fitted: Vec<f64>,
}

/// The blocks of one college's ratings; those that are `held` keep λ = 1.
pub(super) fn blocks(model: &Model, rated: &[Rated], held: &[BlockOf]) -> Vec<Block> {
    let mut local = Local::weighed(model, rated, held);
    local.fit_ratings(rated, EXACT);
    let mut blocks = Vec::new();
    if model.block_variance > 0.0 {
        blocks.extend(local.parks.blocks(model, BlockOf::Park));
        blocks.extend(local.cells.blocks(model, BlockOf::Fortnight));
    }
    blocks
}

/// The weight `w` of each rating of one college, and if `squares` is given there the expected square of its noise.
pub(super) fn weights(
    model: &Model,
    rated: &[Rated],
    held: &[BlockOf],
    loadings: &Loadings,
    squares: Option<&mut Vec<f64>>,
) -> Vec<f64> {
    let mut local = Local::weighed(model, rated, held);
    local.drift();
    if let Some(squares) = squares {
        local.fit_ratings(rated, EXACT);
        squares.extend((0..rated.len()).map(|e| {
            let (park, cell) = (local.parks.at[e] as usize, local.cells.at[e] as usize);
            (rated[e].residual - local.fitted[e]).powi(2) + local.parks.doubt(park) + local.cells.doubt(cell)
        }));
    }
    // The covariance with today's quality in the place of the data.
    let today: Vec<f64> = rated.iter().map(|rated| model.college_variance * loadings.of(rated.fortnight)).collect();
    local.parks.effect.fill(0.0);
    local.fit(&today, EXACT);
    let mut weight: Vec<f64> = (0..rated.len()).map(|e| local.precision[e] * (today[e] - local.fitted[e])).collect();
    let told: f64 = today.iter().zip(&weight).map(|(k, h)| k * h).sum();
    let left = model.college_variance - told;
    weight.iter_mut().for_each(|weight| *weight /= left);
    local.level(&mut weight);
    weight
}

impl<'a> Local<'a> {
    /// With the blocks' weights λ found, quality standing still.
    fn weighed(model: &'a Model, rated: &[Rated], held: &[BlockOf]) -> Self {
        let mut cells = Kind::of(model, rated, |rating| rating.fortnight);
        let mut parks = Kind::of(model, rated, |rating| rating.park);
        if !held.is_empty() {
            cells.hold(|fortnight| held.contains(&BlockOf::Fortnight(fortnight)));
            parks.hold(|park| held.contains(&BlockOf::Park(park)));
        }
        let n = cells.names.len();
        let mut local = Self {
            model,
            precision: rated.iter().map(|rating| 1.0 / rating.noise).collect(),
            parks,
            cells,
            step: vec![1.0; n - 1],
            gain: vec![0.0; n],
            back: vec![0.0; n],
            path: vec![0.0; n],
            fitted: vec![0.0; rated.len()],
        };
        local.filter();
        if model.block_variance > 0.0 {
            for _ in 0..ROUNDS {
                local.fit_ratings(rated, ROUGH);
                local.parks.weigh(model);
                local.cells.weigh(model);
                local.filter();
            }
        }
        local
    }

    /// From here on quality drifts.
    fn drift(&mut self) {
        let apart = |pair: &[i16]| f64::from(i32::from(pair[1]) - i32::from(pair[0]));
        self.step = self.cells.names.windows(2).map(|pair| alike(self.model, apart(pair))).collect();
        self.filter();
    }

    fn fit_ratings(&mut self, rated: &[Rated], tolerance: f64) {
        let residual: Vec<f64> = rated.iter().map(|rating| rating.residual).collect();
        self.fit(&residual, tolerance);
    }

    /// Two blocks that cross can make a rating count against itself: it only tells how far they differ. Of each rating's two
    /// blocks the one that stands out more is its group. What a group's ratings tell together stays; they are drawn
    /// together until the least of them counts for nothing.
    fn level(&self, weight: &mut [f64]) {
        let n_parks = self.parks.names.len();
        let group = |e: usize| {
            let (park, cell) = (self.parks.at[e] as usize, self.cells.at[e] as usize);
            if self.parks.variance[park] > self.cells.variance[cell] { park } else { n_parks + cell }
        };
        let mut groups = vec![(0.0, 0.0, f64::INFINITY); n_parks + self.cells.names.len()];
        for (e, &weight) in weight.iter().enumerate() {
            let (sum, n, least) = &mut groups[group(e)];
            (*sum, *n, *least) = (*sum + weight, *n + 1.0, weight.min(*least));
        }
        for (e, weight) in weight.iter_mut().enumerate() {
            let (sum, n, least) = groups[group(e)];
            let mean = sum / n;
            if mean <= 0.0 {
                *weight = 0.0;
            } else if least < 0.0 {
                *weight = (mean + (*weight - mean) * mean / (mean - least)).max(0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(drift: f64) -> Model {
        serde_json::from_str(&format!(
            r#"{{"id":"m","mean":3.8,"rater_variance":0.16,"college_variance":0.1225,"noise_variance":0.49,
            "block_variance":0.15,"block_form":"effects","drift_variance":{drift},"noise_weight":8}}"#
        ))
        .expect("a model")
    }

    fn rated(n: usize) -> Vec<Rated> {
        let rating = |e: usize| Rated {
            park: Some((e * 7 % 5) as u32),
            fortnight: 1_400 + (e * e % 17) as i16,
            residual: ((e * 37 % 23) as f64 - 11.0) / 9.0,
            noise: 0.3 + 0.1 * (e % 4) as f64,
        };
        (0..n).map(rating).collect()
    }

    /// Solves `a x = b` by elimination.
    fn dense(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
        let n = b.len();
        for i in 0..n {
            for k in i + 1..n {
                let f = a[k][i] / a[i][i];
                let pivot = a[i].clone();
                a[k].iter_mut().zip(pivot).skip(i).for_each(|(value, pivot)| *value -= f * pivot);
                b[k] -= f * b[i];
            }
        }
        for i in (0..n).rev() {
            b[i] = (b[i] - (i + 1..n).map(|j| a[i][j] * b[j]).sum::<f64>()) / a[i][i];
        }
        b
    }

    #[test]
    fn weights_and_loadings_tell_what_the_full_covariance_tells() {
        for drift in [0.0, 0.1] {
            let (model, rated, today) = (model(drift), rated(60), 1_430_i16);
            let (loadings, blocks) = (Loadings::new(&model, today), blocks(&model, &rated, &[]));
            let weight = weights(&model, &rated, &[], &loadings, None);
            let variance = |of: BlockOf| {
                let block = blocks.iter().find(|block| block.of == of).expect("a block");
                model.block_variance / block.lambda
            };
            let alike = |a: i16, b: i16| {
                (-0.5 * drift / model.college_variance * 14.0 / 365.25 * f64::from((a - b).abs())).exp()
            };
            let covariance: Vec<Vec<f64>> = rated
                .iter()
                .enumerate()
                .map(|(i, a)| {
                    let entry = |(j, b): (usize, &Rated)| {
                        let mut sum = model.college_variance * alike(a.fortnight, b.fortnight);
                        sum += if a.park == b.park { variance(BlockOf::Park(a.park)) } else { 0.0 };
                        sum += if a.fortnight == b.fortnight { variance(BlockOf::Fortnight(a.fortnight)) } else { 0.0 };
                        sum + if i == j { a.noise } else { 0.0 }
                    };
                    rated.iter().enumerate().map(entry).collect()
                })
                .collect();
            let k: Vec<f64> = rated.iter().map(|a| model.college_variance * alike(a.fortnight, today)).collect();
            let h = dense(covariance, k.clone());
            let left = model.college_variance - k.iter().zip(&h).map(|(k, h)| k * h).sum::<f64>();
            let mean: f64 = h.iter().zip(&rated).map(|(h, a)| h * a.residual).sum();
            assert!(h.iter().all(|h| *h > 0.0), "nothing is cut off here");
            let told: f64 = weight.iter().zip(&rated).map(|(w, a)| w * loadings.of(a.fortnight)).sum();
            let sum: f64 = weight.iter().zip(&rated).map(|(w, a)| w * a.residual).sum();
            let precision = told + 1.0 / model.college_variance;
            assert!((1.0 / precision / left - 1.0).abs() < 1e-8, "variance {} against {left}", 1.0 / precision);
            assert!((sum / precision - mean).abs() < 1e-8, "mean {} against {mean}", sum / precision);
        }
    }

    #[test]
    fn blocks_that_stand_out_count_less_and_do_not_drag_others_along() {
        let mut rated = rated(60);
        // Fives from all parks in one fortnight.
        rated.extend((0..40).map(|e| Rated { park: Some(e % 5), fortnight: 1_425, residual: 1.8, noise: 0.49 }));
        for block in &blocks(&model(0.0), &rated, &[]) {
            match block.of {
                BlockOf::Fortnight(1_425) => assert!(block.lambda < 0.2 && block.shift > 1.0, "{block:?}"),
                BlockOf::Park(_) => assert!(block.lambda > 0.5, "{block:?}"),
                BlockOf::Fortnight(_) => {}
            }
        }
    }

    #[test]
    fn a_block_that_is_held_is_not_weighed_down() {
        let mut rated = rated(60);
        rated.extend((0..40).map(|e| Rated { park: Some(e % 5), fortnight: 1_425, residual: 1.8, noise: 0.49 }));
        let (model, of) = (model(0.0), BlockOf::Fortnight(1_425));
        let held = blocks(&model, &rated, &[of]).into_iter().find(|block| block.of == of).expect("a block");
        assert!((held.lambda - 1.0).abs() < 1e-12, "{held:?}");
        let loadings = Loadings::new(&model, 1_430);
        let told = |held: &[BlockOf]| weights(&model, &rated, held, &loadings, None)[60..].iter().sum::<f64>();
        assert!(told(&[of]) > 2.0 * told(&[]), "its ratings tell more: {} {}", told(&[of]), told(&[]));
    }
}
