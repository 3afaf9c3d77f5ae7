//! Eliminates the raters exactly and solves for the colleges by Jacobi-preconditioned conjugate gradients.

use super::edges::Edges;
use crate::domain::Model;

/// Iterations stop at this residual relative to the right-hand side …
const TOLERANCE: f64 = 1e-11;
/// … or after this many. Both are functions of the data alone, so the result is too.
const MAX_ITERATIONS: usize = 200;

/// The colleges' posterior, by place; points on the 1–5 scale.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Posterior {
    /// Mean effect b of each college above the grand mean.
    pub effect: Vec<f64>,
    /// Its standard deviation, near exact (METHODS §1 "variance without an inverse"): ratings of one rater share its
    /// severity, which its ratings of other colleges tell.
    pub sd: Vec<f64>,
    /// Live ratings of each college.
    pub ratings: Vec<u32>,
    /// Enterprises that gave them.
    pub raters: Vec<u32>,
}

/// The normal equations times σ²: `(n_u + σ²/σa²)` and `(n_i + σ²/σb²)` on the diagonal, ones on the edges.
struct System<'a> {
    edges: &'a Edges,
    rater_ridge: f64,
    /// `n_i + σ²/σb²`, less the part of raters who rated once, which the elimination folds into the diagonal.
    diagonal: Vec<f64>,
    /// Inverse of the diagonal of the eliminated system.
    precondition: Vec<f64>,
}

impl<'a> System<'a> {
    fn new(edges: &'a Edges, model: &Model) -> Self {
        let rater_ridge = model.noise_variance / model.rater_variance;
        let mut diagonal = vec![model.noise_variance / model.college_variance; edges.n_colleges];
        let mut eliminated = vec![0.0; edges.n_colleges];
        for u in 0..edges.raters.len() {
            let row = edges.row(u);
            let share = 1.0 / (row.len() as f64 + rater_ridge);
            let once = row.len() == 1;
            for &i in &edges.college[row] {
                diagonal[i as usize] += if once { 1.0 - share } else { 1.0 };
                eliminated[i as usize] += if once { 0.0 } else { share };
            }
        }
        let precondition = diagonal.iter().zip(&eliminated).map(|(d, e)| 1.0 / (d - e)).collect();
        Self { edges, rater_ridge, diagonal, precondition }
    }

    /// `out = S b`, `S = D_b − Bᵀ D_a⁻¹ B`.
    fn apply(&self, b: &[f64], out: &mut [f64]) {
        for ((o, d), x) in out.iter_mut().zip(&self.diagonal).zip(b) {
            *o = d * x;
        }
        for u in 0..self.edges.raters.len() {
            let row = &self.edges.college[self.edges.row(u)];
            if row.len() < 2 {
                continue;
            }
            let sum: f64 = row.iter().map(|&i| b[i as usize]).sum();
            let share = sum / (row.len() as f64 + self.rater_ridge);
            for &i in row {
                out[i as usize] -= share;
            }
        }
    }

    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let n = right.len();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let (mut x, mut r) = (vec![0.0; n], right.to_vec());
        let mut z: Vec<f64> = r.iter().zip(&self.precondition).map(|(r, m)| r * m).collect();
        let (mut p, mut q) = (z.clone(), vec![0.0; n]);
        let mut rz = dot(&r, &z);
        let stop = rz * TOLERANCE * TOLERANCE;
        for _ in 0..MAX_ITERATIONS {
            if rz <= stop {
                break;
            }
            self.apply(&p, &mut q);
            let step = rz / dot(&p, &q);
            for i in 0..n {
                x[i] += step * p[i];
                r[i] -= step * q[i];
                z[i] = r[i] * self.precondition[i];
            }
            let next = dot(&r, &z);
            let turn = next / rz;
            rz = next;
            for i in 0..n {
                p[i] = z[i] + turn * p[i];
            }
        }
        x
    }
}

impl Posterior {
    /// The posterior of all colleges: a function of the ratings and the parameters alone, from a cold start.
    pub fn solve(edges: &Edges, model: &Model) -> Self {
        let n = edges.n_colleges;
        let system = System::new(edges, model);
        let (mut right, mut precision) = (vec![0.0; n], vec![1.0 / model.college_variance; n]);
        let (mut ratings, mut raters) = (vec![0; n], vec![0; n]);
        for u in 0..edges.raters.len() {
            let row = edges.row(u);
            let count = row.len() as f64;
            let sum: f64 = edges.score[row.clone()].iter().map(|y| y - model.mean).sum();
            let share = sum / (count + system.rater_ridge);
            let of_college = |a: &u32, b: &u32| a == b;
            let mut e = row.start;
            for group in edges.college[row].chunk_by(of_college) {
                let (i, own) = (group[0] as usize, group.len() as f64);
                let others = (count - own) / (model.noise_variance + model.college_variance);
                let severity = 1.0 / (1.0 / model.rater_variance + others);
                precision[i] += own / (model.noise_variance + own * severity);
                ratings[i] += group.len() as u32;
                raters[i] += 1;
                for y in &edges.score[e..e + group.len()] {
                    right[i] += y - model.mean - share;
                }
                e += group.len();
            }
        }
        let effect = system.solve(&right);
        let sd = precision.iter().map(|p| (1.0 / p).sqrt()).collect();
        Self { effect, sd, ratings, raters }
    }
}

/// One rating's share in a college's effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Position of the rating's engagement in the state's registry.
    pub engagement: u32,
    /// Whether it rates the college itself (else it calibrates a shared rater).
    pub own: bool,
    /// The score given.
    pub score: f64,
    /// Its share; all shares sum to the effect.
    pub share: f64,
}

/// Splits the effect of the college at `place` over all ratings: with `Λ z = e_i` the share of rating e is
/// `(z_u + z_i)(y_e − μ)/σ²` (METHODS §1). Also gives the exact posterior variance `z_i`.
pub fn contributions(edges: &Edges, model: &Model, place: usize) -> (Vec<Share>, f64) {
    let system = System::new(edges, model);
    let mut right = vec![0.0; edges.n_colleges];
    right[place] = model.noise_variance;
    let z = system.solve(&right);
    let mut shares = Vec::with_capacity(edges.len());
    for u in 0..edges.raters.len() {
        let row = edges.row(u);
        let sum: f64 = edges.college[row.clone()].iter().map(|&i| z[i as usize]).sum();
        let z_rater = -sum / (row.len() as f64 + system.rater_ridge);
        for e in row {
            let i = edges.college[e] as usize;
            let share = (z_rater + z[i]) * (edges.score[e] - model.mean) / model.noise_variance;
            shares.push(Share { engagement: edges.engagement[e], own: i == place, score: edges.score[e], share });
        }
    }
    (shares, z[place])
}
