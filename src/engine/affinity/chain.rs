//! The Gibbs chain: draws hyperpriors, rows and noise in turn. Every row has its own stream of chance, named by
//! sweep, side and row, so the chain does not depend on how many threads walk it.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Gamma};
use rayon::prelude::*;

use super::hyper::Hyper;
use super::side::{DIM, Side, evidence, score};
use super::small::{cholesky, normals, times};
use super::{NOISE_WEIGHT, SHARPEST};
use crate::domain::{Attributes, Ratings};
use crate::engine::forecast::Forecast;
use crate::engine::rows::Rows;

/// Rows drawn by one task.
const CHUNK: usize = 32;

/// Who draws from a stream of chance.
#[derive(Clone, Copy)]
enum Who {
    Raters,
    Colleges,
    Noise,
    Hyper,
}

/// A Markov chain over all parameters, given the ratings.
pub struct Chain {
    seed: ChaCha8Rng,
    sweep: u32,
    /// Mean and standard deviation of the scores: inside, scores are standardised.
    mean: f64,
    unit: f64,
    by_rater: Rows,
    by_college: Rows,
    raters: Side,
    colleges: Side,
    rater_hyper: Hyper,
    college_hyper: Hyper,
    /// Typical variance of a standardised rating, around which each rater's own lies.
    noise: f64,
}

impl Chain {
    /// A chain at its start. `chosen` numbers the ratings to learn from.
    pub fn new(
        ratings: &Ratings,
        chosen: &[u32],
        rater_attributes: Option<&Attributes>,
        college_attributes: Option<&Attributes>,
        seed: u64,
    ) -> Self {
        let (mut by_rater, mut by_college) = (Rows::by_rater(ratings, chosen), Rows::by_college(ratings, chosen));
        let n = chosen.len().max(1) as f64;
        let mean = chosen.iter().map(|&e| ratings.score[e as usize]).sum::<f64>() / n;
        let variance = chosen.iter().map(|&e| (ratings.score[e as usize] - mean).powi(2)).sum::<f64>() / n;
        let unit = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        by_rater.standardise(mean, unit);
        by_college.standardise(mean, unit);
        let (n_raters, n_colleges) = (ratings.raters.len(), ratings.colleges.len());
        let mut chain = Self {
            seed: ChaCha8Rng::seed_from_u64(seed),
            sweep: 0,
            mean,
            unit,
            by_rater,
            by_college,
            raters: Side::new(n_raters),
            colleges: Side::new(n_colleges),
            rater_hyper: Hyper::new(n_raters, rater_attributes),
            college_hyper: Hyper::new(n_colleges, college_attributes),
            noise: 1.0,
        };
        for i in 0..n_colleges {
            let start: [f64; DIM] = normals(&mut chain.stream(Who::Colleges, i));
            chain.colleges.set(i, &start.map(|x| 0.1 * x));
        }
        chain
    }

    fn stream(&self, who: Who, row: usize) -> ChaCha8Rng {
        let mut stream = self.seed.clone();
        stream.set_stream((who as u64) << 62 | u64::from(self.sweep) << 32 | row as u64);
        stream
    }

    /// One round over everything.
    pub fn sweep(&mut self) {
        self.sweep += 1;
        self.draw_rows(Who::Raters);
        self.draw_rows(Who::Colleges);
        self.draw_noise();
        let mut rng = self.stream(Who::Hyper, 0);
        self.rater_hyper.draw(&self.raters, &mut rng);
        let mut rng = self.stream(Who::Hyper, 1);
        self.college_hyper.draw(&self.colleges, &mut rng);
    }

    fn draw_rows(&mut self, who: Who) {
        let (rows, others, hyper, own) = match who {
            Who::Raters => (&self.by_rater, &self.colleges, &self.rater_hyper, &self.raters),
            _ => (&self.by_college, &self.raters, &self.college_hyper, &self.colleges),
        };
        let constant = times(&hyper.precision, &hyper.mean);
        let draw = |r: usize| {
            let (mut precision, mut right) = evidence(rows, r, others);
            let weight = f64::from(own.weight[r]);
            let prior = if hyper.shift.is_empty() { constant } else { times(&hyper.precision, &hyper.mean_of(r)) };
            for i in 0..DIM {
                right[i] = prior[i] + weight * right[i];
                (0..=i).for_each(|j| precision[i][j] = hyper.precision[i][j] + weight * precision[i][j]);
            }
            let factor = cholesky(&precision);
            let mut whitened = factor.solve_lower(&right);
            let noise: [f64; DIM] = normals(&mut self.stream(who, r));
            (0..DIM).for_each(|k| whitened[k] += noise[k]);
            factor.solve_upper(&whitened)
        };
        let mut drawn = vec![[0.0; DIM]; rows.n_rows()];
        drawn.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, out)| {
            for (at, row) in out.iter_mut().enumerate() {
                *row = draw(chunk * CHUNK + at);
            }
        });
        let side = match who {
            Who::Raters => &mut self.raters,
            _ => &mut self.colleges,
        };
        drawn.iter().enumerate().for_each(|(r, row)| side.set(r, row));
    }

    /// Draws each rater's noise around the typical one, then the typical one.
    fn draw_noise(&mut self) {
        let draw = |u: usize| {
            let range = self.by_rater.range(u);
            let n = range.len() as f64;
            let cells = self.by_rater.partner[range.clone()].iter().zip(&self.by_rater.score[range]);
            let rest: f32 = cells.map(|(&i, y)| (y - score(&self.raters, u, &self.colleges, i as usize)).powi(2)).sum();
            let (shape, rate) = (0.5 * (NOISE_WEIGHT + n), 0.5 * (NOISE_WEIGHT * self.noise + f64::from(rest)));
            gamma(shape, rate, &mut self.stream(Who::Noise, u)).min(SHARPEST) as f32
        };
        let mut weights = vec![0.0; self.raters.weight.len()];
        weights.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, out)| {
            out.iter_mut().enumerate().for_each(|(at, weight)| *weight = draw(chunk * CHUNK + at));
        });
        let total: f64 = weights.iter().map(|&w| f64::from(w)).sum();
        self.raters.weight = weights;
        let shape = 0.5 * NOISE_WEIGHT * self.raters.weight.len() as f64;
        let noise = gamma(1.0 + shape, 0.5 * NOISE_WEIGHT * total, &mut self.stream(Who::Hyper, 2));
        self.noise = noise.max(1.0 / SHARPEST);
    }
}

fn gamma(shape: f64, rate: f64, rng: &mut ChaCha8Rng) -> f64 {
    Gamma::new(shape, 1.0 / rate).map_or(shape / rate, |gamma: Gamma<f64>| gamma.sample(rng))
}

/// Running predictive mean and variance of chosen pairs over kept sweeps.
pub struct Averages {
    pairs: Vec<(u32, u32)>,
    /// Sums over sweeps of the expected score, its square, and the noise variance.
    sums: Vec<[f64; 3]>,
    kept: u32,
    /// What sums are counted from.
    mean: f64,
    scale: (f64, f64),
}

impl Averages {
    /// Nothing kept yet. Pairs are (rater, college); scores lie within `scale`.
    pub fn new(pairs: Vec<(u32, u32)>, scale: (f64, f64)) -> Self {
        let sums = vec![[0.0; 3]; pairs.len()];
        Self { pairs, sums, kept: 0, mean: 0.0, scale }
    }

    /// Keeps the chain's present state.
    pub fn add(&mut self, chain: &Chain) {
        self.kept += 1;
        self.mean = chain.mean;
        self.sums.par_chunks_mut(1024).zip(self.pairs.par_chunks(1024)).for_each(|(sums, pairs)| {
            for (sum, &(u, i)) in sums.iter_mut().zip(pairs) {
                let (u, i) = (u as usize, i as usize);
                let y = chain.unit * f64::from(score(&chain.raters, u, &chain.colleges, i));
                let noise = chain.unit * chain.unit / f64::from(chain.raters.weight[u]);
                *sum = [sum[0] + y, sum[1] + y * y, sum[2] + noise];
            }
        });
    }

    /// The forecast of every pair, noise of the rating included.
    pub fn forecasts(&self) -> Vec<Forecast> {
        let n = f64::from(self.kept.max(1));
        let forecast = |sum: &[f64; 3]| {
            let mean = sum[0] / n;
            let variance = (sum[1] / n - mean * mean).max(0.0) + sum[2] / n;
            Forecast { mean: (self.mean + mean).clamp(self.scale.0, self.scale.1), variance, freedom: f64::INFINITY }
        };
        self.sums.iter().map(forecast).collect()
    }
}
