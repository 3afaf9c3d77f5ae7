//! Expectation and maximisation: effects and their variances given the parameters, parameters given those.

use rayon::prelude::*;

use super::prior::prior_mean;
use super::system::{System, gather, parts};
use super::{Crossed, NOISE_WEIGHT, Variances};
use crate::domain::Attributes;
use crate::engine::rows::Rows;

/// Relative residual of the final solve …
pub(super) const EXACT: f64 = 1e-11;
/// … and while parameters still move.
const ROUGH: f64 = 1e-4;
const MAX_ROUNDS: usize = 60;
/// Parameters have settled when none moves by more than this share in a round.
const SETTLED: f64 = 1e-3;

/// Whether raters differ in their noise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Noise {
    /// Each has its own, under an inverse-gamma prior.
    Own,
    /// All have the same.
    Alike,
}

impl Crossed {
    /// Estimates the parameters from the ratings and solves for the posterior. `attributes` of the colleges move their
    /// prior mean.
    pub fn fit(rows: &Rows, n_colleges: usize, attributes: Option<&Attributes>) -> Self {
        let (mut crossed, floor) = Self::cold(rows, n_colleges);
        crossed.estimate(rows, floor, Noise::Own);
        crossed.regress(rows, floor, Noise::Own, attributes);
        crossed.settle(rows, EXACT);
        crossed
    }

    fn regress(&mut self, rows: &Rows, floor: f64, noise: Noise, attributes: Option<&Attributes>) {
        let Some(attributes) = attributes.filter(|attributes| attributes.width() > 0) else { return };
        // The regression weighs colleges by σb², which the regression lowers: a second round is enough.
        for _ in 0..2 {
            let prior = prior_mean(self, attributes);
            (self.prior, self.coefficients, self.offset) = (prior.mean, prior.coefficients, prior.offset);
            self.college.fill(0.0);
            self.estimate(rows, floor, noise);
        }
    }

    /// The same with one noise for all raters: the parameters of the published model. (A noise of its
    /// own per rater makes the typical noise smaller than the mean one: a few steady raters weigh in.)
    pub fn fit_alike(rows: &Rows, n_colleges: usize, attributes: Option<&Attributes>) -> Self {
        let (mut crossed, floor) = Self::cold(rows, n_colleges);
        crossed.estimate(rows, floor, Noise::Alike);
        crossed.regress(rows, floor, Noise::Alike, attributes);
        crossed.settle(rows, EXACT);
        crossed
    }

    /// Where estimation starts, and the least variance it may reach.
    fn cold(rows: &Rows, n_colleges: usize) -> (Self, f64) {
        let n = rows.len().max(1) as f64;
        let mean = rows.score.iter().map(|&y| f64::from(y)).sum::<f64>() / n;
        let total = rows.score.iter().map(|&y| (f64::from(y) - mean).powi(2)).sum::<f64>() / n;
        let total = total.max(1e-9);
        let start = Variances { mean, rater: 0.25 * total, college: 0.25 * total, noise: 0.5 * total };
        (Self::start(rows, n_colleges, start), 1e-6 * total)
    }

    pub(super) fn start(rows: &Rows, n_colleges: usize, variances: Variances) -> Self {
        let n_raters = rows.n_rows();
        Self {
            variances,
            prior: vec![0.0; n_colleges],
            coefficients: Vec::new(),
            offset: 0.0,
            college: vec![0.0; n_colleges],
            college_variance: vec![variances.college; n_colleges],
            rater: vec![0.0; n_raters],
            rater_variance: vec![variances.rater; n_raters],
            weight: vec![1.0 / variances.noise; n_raters],
            ratings: (0..n_raters).map(|u| rows.range(u).len() as u32).collect(),
        }
    }

    /// Effects and variances for the present parameters. The solve starts cold if it is to be exact.
    pub(super) fn settle(&mut self, rows: &Rows, tolerance: f64) {
        let n_colleges = self.college.len();
        let parts = parts(rows, n_colleges);
        let ridge = (1.0 / self.variances.rater, 1.0 / self.variances.college);
        let system = System::new(rows, &parts, &self.weight, ridge, n_colleges);
        let right = system.right(self.variances.mean, &self.prior);
        if tolerance <= EXACT {
            self.college.fill(0.0);
        }
        system.solve(&right, &mut self.college, tolerance);
        self.rater = system.raters(self.variances.mean, &self.prior, &self.college);
        self.spread(rows, &parts);
    }

    /// Variances without an inverse: what one rating tells of a college is blurred by what else is known of its rater,
    /// `v_i = 1/(1/σb² + Σ 1/(s_u² + v_{a|others}))`, `v_{a|others} = 1/(1/σa² + (n_u − 1)/(s_u² + σb²))`.
    fn spread(&mut self, rows: &Rows, parts: &[std::ops::Range<usize>]) {
        let (college, rater) = (self.variances.college, self.variances.rater);
        let (weight, variances) = (&self.weight, self.variances);
        let told = |u: usize| told(weight[u], rows.range(u).len(), &variances);
        let precision = gather(parts, self.college.len(), |part, sums| {
            for u in part {
                let told = told(u);
                for &i in &rows.partner[rows.range(u)] {
                    sums[i as usize] += told;
                }
            }
        });
        self.college_variance = precision.iter().map(|sum| 1.0 / (1.0 / college + sum)).collect();
        let variance = &self.college_variance;
        let of_rater = |u: usize| {
            let (noise, told) = (1.0 / weight[u], told(u));
            // The college as others know it: its own precision less what this rating told.
            let seen = |&i: &u32| 1.0 / (noise + 1.0 / (1.0 / variance[i as usize] - told).max(1.0 / college));
            1.0 / (1.0 / rater + rows.partner[rows.range(u)].iter().map(seen).sum::<f64>())
        };
        self.rater_variance = (0..rows.n_rows()).into_par_iter().map(of_rater).collect();
    }

    fn estimate(&mut self, rows: &Rows, floor: f64, noise: Noise) {
        for _ in 0..MAX_ROUNDS {
            self.settle(rows, ROUGH);
            let before = self.variances;
            self.maximise(rows, floor, noise);
            let now = self.variances;
            let moved = |a: f64, b: f64| (a / b - 1.0).abs();
            let shift = (now.mean - before.mean).abs() / now.college.sqrt();
            let most = moved(now.rater, before.rater).max(moved(now.college, before.college));
            if most.max(moved(now.noise, before.noise)).max(shift) < SETTLED {
                break;
            }
        }
    }

    /// New parameters. The variance of effects is their sum of squares over the number of them the data determine
    /// (MacKay's form of the EM step, the same fixed point in far fewer rounds).
    fn maximise(&mut self, rows: &Rows, floor: f64, kind: Noise) {
        let rated: Vec<usize> = (0..rows.n_rows()).filter(|&u| self.ratings[u] > 0).collect();
        // A college nobody rated says nothing; its variance is the prior's.
        let known: Vec<usize> =
            (0..self.college.len()).filter(|&i| self.college_variance[i] < self.variances.college).collect();
        let (raters, colleges) = (rated.len().max(1) as f64, known.len().max(1) as f64);
        let rater_mean = rated.iter().map(|&u| self.rater[u]).sum::<f64>() / raters;
        let college_mean = known.iter().map(|&i| self.college[i]).sum::<f64>() / colleges;
        self.variances.mean += rater_mean + college_mean;
        for &u in &rated {
            self.rater[u] -= rater_mean;
        }
        for &i in &known {
            self.college[i] -= college_mean;
        }
        let determined = |variance: f64, prior: f64| (1.0 - variance / prior).max(0.0);
        let square: f64 = rated.iter().map(|&u| self.rater[u].powi(2)).sum();
        let count: f64 = rated.iter().map(|&u| determined(self.rater_variance[u], self.variances.rater)).sum();
        let rater = (square / count.max(1e-9)).max(floor);
        let square: f64 = known.iter().map(|&i| self.college[i].powi(2)).sum();
        let count: f64 = known.iter().map(|&i| determined(self.college_variance[i], self.variances.college)).sum();
        let college = (square / count.max(1e-9)).max(floor);

        let base = NOISE_WEIGHT * self.variances.noise;
        let (weight, mean) = (&self.weight, self.variances.mean);
        let of = |u: usize| {
            let range = rows.range(u);
            let n = range.len() as f64;
            let (mut rest, mut blur) = (0.0, 0.0);
            for (&i, &y) in rows.partner[range.clone()].iter().zip(&rows.score[range]) {
                let i = i as usize;
                rest += (f64::from(y) - mean - self.rater[u] - self.prior[i] - self.college[i]).powi(2);
                blur += self.college_variance[i];
            }
            // Variance of a_u + b_i in the row: a_u moves against the colleges by its share.
            let precision = n * weight[u] + 1.0 / self.variances.rater;
            let share = weight[u] / precision;
            let doubt = n / precision + blur * ((1.0 - share).powi(2) + (n - 1.0) * share * share);
            rest + doubt
        };
        // Expected squares of each rater's noise, summed over its ratings.
        let squares: Vec<f64> = (0..rows.n_rows()).into_par_iter().map(of).collect();
        let own = |u: usize| (NOISE_WEIGHT + rows.range(u).len() as f64) / (base + squares[u]);
        let mut weight: Vec<f64> = (0..rows.n_rows()).map(own).collect();
        let noise = match kind {
            Noise::Own => raters / rated.iter().map(|&u| weight[u]).sum::<f64>(),
            Noise::Alike => rated.iter().map(|&u| squares[u]).sum::<f64>() / rows.len().max(1) as f64,
        };
        let noise = noise.max(floor);
        if kind == Noise::Alike {
            weight.fill(1.0 / noise);
        }
        for (u, weight) in weight.into_iter().enumerate() {
            self.weight[u] = if self.ratings[u] > 0 { weight } else { 1.0 / noise };
        }
        self.variances = Variances { mean: self.variances.mean, rater, college, noise };
    }
}

/// What one of a rater's `n` ratings tells of a college: `1/(s_u² + v_{a|others})`.
pub(super) fn told(weight: f64, n: usize, variances: &Variances) -> f64 {
    let (noise, others) = (1.0 / weight, n.saturating_sub(1) as f64);
    1.0 / (noise + 1.0 / (1.0 / variances.rater + others / (noise + variances.college)))
}
