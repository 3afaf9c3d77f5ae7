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

use crate::domain::Model;

/// Rounds of estimating blocks and weighing them; fixed, from a start at λ = 1.
const ROUNDS: usize = 8;
/// Relative residual at which the parks are solved while blocks are weighed …
const ROUGH: f64 = 1e-3;
/// … and for the weights that are used.
const EXACT: f64 = 1e-10;
/// Years of a fortnight.
const FORTNIGHT: f64 = 14.0 / 365.25;
/// Correlation of quality then and now at least: older ratings count as if they were that old.
const LEAST_LOADING: f64 = 0.05;

/// One rating as its college sees it.
pub(super) struct Rated {
    pub(super) park: Option<u32>,
    pub(super) fortnight: i16,
    /// Score less grand mean, prior mean of the college and severity of the rater.
    pub(super) residual: f64,
    /// Noise variance of the rater.
    pub(super) noise: f64,
}

/// A block of a college's ratings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::engine) struct Block {
    /// Registry position of the park, or the fortnight counted from 1970-01-01.
    pub(in crate::engine) of: BlockOf,
    pub(in crate::engine) ratings: u32,
    /// Effect of the block, points.
    pub(in crate::engine) shift: f64,
    /// Its weight: 1 typical, the less the more it stands out.
    pub(in crate::engine) lambda: f64,
}

/// What the ratings of a block have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum BlockOf {
    Park(Option<u32>),
    Fortnight(i16),
}

/// What one college's ratings tell.
pub(super) struct Judged {
    /// Weight `w` and loading `ρ` of each rating.
    pub(super) weight: Vec<f64>,
    pub(super) loading: Vec<f64>,
    /// Expected square of each rating's noise.
    pub(super) square: Vec<f64>,
    pub(super) blocks: Vec<Block>,
}

/// Blocks of one kind.
struct Kind<T> {
    /// What they stand for, rising.
    names: Vec<T>,
    /// The block of each rating.
    at: Vec<u32>,
    /// `Σ 1/s²` of each block.
    precision: Vec<f64>,
    ratings: Vec<u32>,
    /// `v_c / λ` of each block.
    variance: Vec<f64>,
    effect: Vec<f64>,
}

impl<T: Ord + Copy> Kind<T> {
    fn of(model: &Model, rated: &[Rated], name: impl Fn(&Rated) -> T) -> Self {
        let mut names: Vec<T> = rated.iter().map(&name).collect();
        names.sort_unstable();
        names.dedup();
        let at: Vec<u32> =
            rated.iter().map(|rating| names.binary_search(&name(rating)).unwrap_or_default() as u32).collect();
        let n = names.len();
        let (mut precision, mut ratings) = (vec![0.0; n], vec![0; n]);
        for (&at, rating) in at.iter().zip(rated) {
            precision[at as usize] += 1.0 / rating.noise;
            ratings[at as usize] += 1;
        }
        Self { names, at, precision, ratings, variance: vec![model.block_variance; n], effect: vec![0.0; n] }
    }

    fn doubt(&self, block: usize) -> f64 {
        let variance = self.variance[block];
        variance / (1.0 + variance * self.precision[block])
    }

    /// New λ from the effects.
    fn weigh(&mut self, model: &Model) {
        let v = model.block_variance;
        for block in 0..self.names.len() {
            let square = self.effect[block].powi(2) + self.doubt(block);
            let lambda = (model.block_freedom + 1.0) / (model.block_freedom + square / v);
            self.variance[block] = v / lambda;
        }
    }

    fn blocks<'a>(&'a self, model: &'a Model, name: impl Fn(T) -> BlockOf + 'a) -> impl Iterator<Item = Block> + 'a {
        (0..self.names.len()).map(move |block| Block {
            of: name(self.names[block]),
            ratings: self.ratings[block],
            shift: self.effect[block],
            lambda: model.block_variance / self.variance[block],
        })
    }
}

/// One college's equations.
struct Local<'a> {
    model: &'a Model,
    precision: Vec<f64>,
    parks: Kind<Option<u32>>,
    cells: Kind<i16>,
    /// Correlation of quality in one fortnight with the next one rated.
    step: Vec<f64>,
    /// Correlation with today.
    loading: Vec<f64>,
    /// Gains of the Kalman filter and of the smoother, by fortnight.
    gain: Vec<f64>,
    back: Vec<f64>,
    path: Vec<f64>,
}

/// What one college's ratings tell; `today` is the fortnight it is.
pub(super) fn judge(model: &Model, rated: &[Rated], today: i16) -> Judged {
    let mut local = Local::of(model, rated);
    let residual: Vec<f64> = rated.iter().map(|rating| rating.residual).collect();
    let mut fitted = vec![0.0; rated.len()];
    local.filter();
    if model.block_variance > 0.0 {
        for _ in 0..ROUNDS {
            local.fit(&residual, ROUGH, &mut fitted);
            local.parks.weigh(model);
            local.cells.weigh(model);
            local.filter();
        }
    }
    local.fit(&residual, EXACT, &mut fitted);
    let blocks = local.blocks();
    local.drift(today);
    local.fit(&residual, EXACT, &mut fitted);
    let square = (0..rated.len()).map(|e| {
        let (park, cell) = (local.parks.at[e] as usize, local.cells.at[e] as usize);
        (residual[e] - fitted[e]).powi(2) + local.parks.doubt(park) + local.cells.doubt(cell)
    });
    let square = square.collect();
    // The covariance with today's quality in the place of the data.
    let loading: Vec<f64> = local.cells.at.iter().map(|&cell| local.loading[cell as usize]).collect();
    let with_today: Vec<f64> = loading.iter().map(|rho| model.college_variance * rho).collect();
    local.fit(&with_today, EXACT, &mut fitted);
    let mut weight: Vec<f64> = (0..rated.len()).map(|e| local.precision[e] * (with_today[e] - fitted[e])).collect();
    let told: f64 = with_today.iter().zip(&weight).map(|(k, h)| k * h).sum();
    let left = model.college_variance - told;
    weight.iter_mut().for_each(|weight| *weight /= left);
    local.level(&mut weight);
    Judged { weight, loading, square, blocks }
}

impl<'a> Local<'a> {
    fn of(model: &'a Model, rated: &[Rated]) -> Self {
        let cells = Kind::of(model, rated, |rating| rating.fortnight);
        let parks = Kind::of(model, rated, |rating| rating.park);
        let n = cells.names.len();
        Self {
            model,
            precision: rated.iter().map(|rating| 1.0 / rating.noise).collect(),
            parks,
            cells,
            step: vec![1.0; n - 1],
            loading: vec![1.0; n],
            gain: vec![0.0; n],
            back: vec![0.0; n],
            path: vec![0.0; n],
        }
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

    /// From here on quality drifts.
    fn drift(&mut self, today: i16) {
        let rate = 0.5 * self.model.drift_variance / self.model.college_variance;
        let years = |from: i16, to: i16| FORTNIGHT * f64::from((i32::from(to) - i32::from(from)).max(0));
        let alike = |from: i16, to: i16| libm::exp(-rate * years(from, to));
        self.step = self.cells.names.windows(2).map(|pair| alike(pair[0], pair[1])).collect();
        self.loading = self.cells.names.iter().map(|&cell| alike(cell, today).max(LEAST_LOADING)).collect();
        self.filter();
    }

    /// The blocks as they stand.
    fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        if self.model.block_variance > 0.0 {
            blocks.extend(self.parks.blocks(self.model, BlockOf::Park));
            blocks.extend(self.cells.blocks(self.model, BlockOf::Fortnight));
        }
        blocks
    }

    /// Gains for the present block variances; they do not depend on the data.
    fn filter(&mut self) {
        let stationary = self.model.college_variance;
        let mut variance = stationary;
        for cell in 0..self.gain.len() {
            let noise = 1.0 / self.cells.precision[cell] + self.cells.variance[cell];
            self.gain[cell] = variance / (variance + noise);
            let known = variance * (1.0 - self.gain[cell]);
            if let Some(step) = self.step.get(cell) {
                variance = step * step * known + stationary * (1.0 - step * step);
                self.back[cell] = known * step / variance;
            }
        }
    }

    /// Fits quality and fortnight blocks to sums `Σ y/s²` by fortnight.
    fn through_time(&mut self, sum: &[f64]) {
        let n = sum.len();
        let mut mean = 0.0;
        for (cell, sum) in sum.iter().enumerate() {
            mean += self.gain[cell] * (sum / self.cells.precision[cell] - mean);
            self.path[cell] = mean;
            mean *= self.step.get(cell).copied().unwrap_or(1.0);
        }
        for cell in (0..n.saturating_sub(1)).rev() {
            self.path[cell] += self.back[cell] * (self.path[cell + 1] - self.step[cell] * self.path[cell]);
        }
        for (cell, sum) in sum.iter().enumerate() {
            let rest = sum - self.cells.precision[cell] * self.path[cell];
            self.cells.effect[cell] = self.cells.doubt(cell) * rest;
        }
    }

    /// Fits everything to one value a rating and gives what is fitted of each.
    fn fit(&mut self, values: &[f64], tolerance: f64, fitted: &mut [f64]) {
        let n_parks = self.parks.names.len();
        let mut sums = vec![0.0; self.cells.names.len()];
        if self.model.block_variance > 0.0 {
            let mut park = vec![0.0; n_parks];
            self.rest(values, &mut sums, &mut park);
            let mut effect = vec![0.0; n_parks];
            self.parks(&park, tolerance, &mut effect, &mut sums);
            self.parks.effect = effect;
        }
        sums.fill(0.0);
        for (e, value) in values.iter().enumerate() {
            let (park, cell) = (self.parks.at[e] as usize, self.cells.at[e] as usize);
            sums[cell] += self.precision[e] * (value - self.parks.effect[park]);
        }
        self.through_time(&sums);
        for (e, fitted) in fitted.iter_mut().enumerate() {
            let (park, cell) = (self.parks.at[e] as usize, self.cells.at[e] as usize);
            *fitted = self.path[cell] + self.cells.effect[cell] + self.parks.effect[park];
        }
    }

    /// What time leaves of the values, summed `Σ y/s²` by park.
    fn rest(&mut self, values: &[f64], sums: &mut [f64], park: &mut [f64]) {
        sums.fill(0.0);
        park.fill(0.0);
        for (e, value) in values.iter().enumerate() {
            sums[self.cells.at[e] as usize] += self.precision[e] * value;
        }
        self.through_time(sums);
        for (e, value) in values.iter().enumerate() {
            let cell = self.cells.at[e] as usize;
            park[self.parks.at[e] as usize] += self.precision[e] * (value - self.path[cell] - self.cells.effect[cell]);
        }
    }

    /// Conjugate gradients for the park blocks, time being eliminated.
    fn parks(&mut self, right: &[f64], tolerance: f64, effect: &mut [f64], sums: &mut [f64]) {
        let n = right.len();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let scale: Vec<f64> = (0..n).map(|park| self.parks.doubt(park)).collect();
        let mut r = right.to_vec();
        let mut z: Vec<f64> = r.iter().zip(&scale).map(|(r, scale)| r * scale).collect();
        let (mut p, mut q) = (z.clone(), vec![0.0; n]);
        let mut values = vec![0.0; self.precision.len()];
        let mut rz = dot(&r, &z);
        let stop = rz * tolerance * tolerance;
        for _ in 0..4 * n {
            if rz <= stop {
                break;
            }
            values.iter_mut().zip(&self.parks.at).for_each(|(value, &park)| *value = p[park as usize]);
            self.rest(&values, sums, &mut q);
            for park in 0..n {
                q[park] += p[park] / self.parks.variance[park];
            }
            let step = rz / dot(&p, &q);
            for park in 0..n {
                effect[park] += step * p[park];
                r[park] -= step * q[park];
                z[park] = r[park] * scale[park];
            }
            let next = dot(&r, &z);
            let turn = next / rz;
            rz = next;
            for park in 0..n {
                p[park] = z[park] + turn * p[park];
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
            let judged = judge(&model, &rated, today);
            let variance = |of: BlockOf| {
                let block = judged.blocks.iter().find(|block| block.of == of).expect("a block");
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
            let told: f64 = judged.weight.iter().zip(&judged.loading).map(|(w, rho)| w * rho).sum();
            let sum: f64 = judged.weight.iter().zip(&rated).map(|(w, a)| w * a.residual).sum();
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
        let judged = judge(&model(0.0), &rated, 1_430);
        for block in &judged.blocks {
            match block.of {
                BlockOf::Fortnight(1_425) => assert!(block.lambda < 0.2 && block.shift > 1.0, "{block:?}"),
                BlockOf::Park(_) => assert!(block.lambda > 0.5, "{block:?}"),
                BlockOf::Fortnight(_) => {}
            }
        }
    }
}
