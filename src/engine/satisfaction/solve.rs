//! Eliminates the raters exactly and solves for the colleges by Jacobi-preconditioned conjugate gradients.

use std::ops::Range;

use rayon::prelude::*;

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

/// Ratings of one part of the raters at least; a part is the work of one thread.
const PART: usize = 8_192;
/// Parts at most.
const PARTS: usize = 4;

/// Raters with equally many ratings, as a range of ratings.
struct Run {
    len: usize,
    edges: Range<usize>,
}

/// The normal equations times σ²: `(n_u + σ²/σa²)` and `(n_i + σ²/σb²)` on the diagonal, ones on the edges.
struct System<'a> {
    edges: &'a Edges,
    rater_ridge: f64,
    /// Raters with two ratings or more. The cuts follow from the ratings alone, not from the machine, and so do the sums.
    parts: Vec<Vec<Run>>,
    /// `n_i + σ²/σb²`, less the part of raters who rated once, which the elimination folds into the diagonal.
    diagonal: Vec<f64>,
    /// Inverse of the diagonal of the eliminated system.
    precondition: Vec<f64>,
}

/// Cuts the runs where the ratings before them reach equal shares.
fn parts(runs: impl Iterator<Item = Run>, n_edges: usize) -> Vec<Vec<Run>> {
    let n = (n_edges / PART).clamp(1, PARTS);
    let mut parts: Vec<Vec<Run>> = (0..n).map(|_| Vec::new()).collect();
    for Run { len, mut edges } in runs {
        while !edges.is_empty() {
            let part = (edges.start * n / n_edges).min(n - 1);
            // The first row that starts at or behind the share ends this part.
            let share = (n_edges * (part + 1)).div_ceil(n);
            let rows = share.saturating_sub(edges.start).div_ceil(len).max(1);
            let end = if part + 1 == n { edges.end } else { edges.end.min(edges.start + rows * len) };
            parts[part].push(Run { len, edges: edges.start..end });
            edges.start = end;
        }
    }
    parts
}

/// Takes the raters' shares of `b` off: rows of one length, known to the compiler for the lengths that matter most.
fn eliminate<const LEN: usize>(colleges: &[u32], ridge: f64, b: &[f64], taken: &mut [f64]) {
    let inverse = 1.0 / (LEN as f64 + ridge);
    for row in colleges.as_chunks::<LEN>().0 {
        let share = inverse * row.iter().map(|&i| b[i as usize]).sum::<f64>();
        row.iter().for_each(|&i| taken[i as usize] += share);
    }
}

fn eliminate_long(len: usize, colleges: &[u32], ridge: f64, b: &[f64], taken: &mut [f64]) {
    let inverse = 1.0 / (len as f64 + ridge);
    for row in colleges.chunks_exact(len) {
        // Two running sums: the processor need not wait for the addition before.
        let (pairs, last) = row.as_chunks::<2>();
        let (mut even, mut odd) = (last.iter().map(|&i| b[i as usize]).sum::<f64>(), 0.0);
        for &[i, j] in pairs {
            even += b[i as usize];
            odd += b[j as usize];
        }
        let share = inverse * (even + odd);
        row.iter().for_each(|&i| taken[i as usize] += share);
    }
}

impl<'a> System<'a> {
    fn new(edges: &'a Edges, model: &Model) -> Self {
        let rater_ridge = model.noise_variance / model.rater_variance;
        let mut diagonal = vec![model.noise_variance / model.college_variance; edges.n_colleges];
        let mut eliminated = vec![0.0; edges.n_colleges];
        for Run { len, edges: range } in edges.runs() {
            let share = 1.0 / (len as f64 + rater_ridge);
            let (own, gone) = if len == 1 { (1.0 - share, 0.0) } else { (1.0, share) };
            for &i in &edges.college[range] {
                diagonal[i as usize] += own;
                eliminated[i as usize] += gone;
            }
        }
        let precondition = diagonal.iter().zip(&eliminated).map(|(d, e)| 1.0 / (d - e)).collect();
        let parts = parts(edges.runs().filter(|run| run.len > 1), edges.len());
        Self { edges, rater_ridge, parts, diagonal, precondition }
    }

    /// `out = S b`, `S = D_b − Bᵀ D_a⁻¹ B`. `taken` has one buffer a part.
    fn apply(&self, b: &[f64], out: &mut [f64], taken: &mut [Vec<f64>]) {
        taken.par_iter_mut().zip(&self.parts).for_each(|(taken, part)| {
            taken.fill(0.0);
            for Run { len, edges } in part {
                let colleges = &self.edges.college[edges.clone()];
                match len {
                    2 => eliminate::<2>(colleges, self.rater_ridge, b, taken),
                    3 => eliminate::<3>(colleges, self.rater_ridge, b, taken),
                    4 => eliminate::<4>(colleges, self.rater_ridge, b, taken),
                    5 => eliminate::<5>(colleges, self.rater_ridge, b, taken),
                    6 => eliminate::<6>(colleges, self.rater_ridge, b, taken),
                    _ => eliminate_long(*len, colleges, self.rater_ridge, b, taken),
                }
            }
        });
        for i in 0..out.len() {
            out[i] = self.diagonal[i] * b[i] - taken.iter().map(|part| part[i]).sum::<f64>();
        }
    }

    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let n = right.len();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let (mut x, mut r) = (vec![0.0; n], right.to_vec());
        let mut z: Vec<f64> = r.iter().zip(&self.precondition).map(|(r, m)| r * m).collect();
        let (mut p, mut q) = (z.clone(), vec![0.0; n]);
        let mut taken = vec![vec![0.0; n]; self.parts.len()];
        let mut rz = dot(&r, &z);
        let stop = rz * TOLERANCE * TOLERANCE;
        for _ in 0..MAX_ITERATIONS {
            if rz <= stop {
                break;
            }
            self.apply(&p, &mut q, &mut taken);
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

impl Edges {
    /// Rows of equal length together, by rising length.
    fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        let mut first = 0;
        std::iter::from_fn(move || {
            let len = (first < self.raters.len()).then(|| self.row(first).len())?;
            let start = self.start[first];
            first = self.end_of_run(len);
            Some(Run { len, edges: start as usize..self.start[first] as usize })
        })
    }
}

impl Posterior {
    /// The posterior of all colleges: a function of the ratings and the parameters alone, from a cold start.
    pub fn solve(edges: &Edges, model: &Model) -> Self {
        let (n, system) = (edges.n_colleges, System::new(edges, model));
        let mut told = vec![Told { right: 0.0, precision: 1.0 / model.college_variance, ratings: 0, raters: 0 }; n];
        for Run { len, edges: range } in edges.runs() {
            // What `own` ratings of one rater tell of one college, whose severity its other ratings tell.
            let gain = |own: usize| {
                let others = (len - own) as f64 / (model.noise_variance + model.college_variance);
                let severity = 1.0 / (1.0 / model.rater_variance + others);
                own as f64 / (model.noise_variance + own as f64 * severity)
            };
            let (once, inverse) = (gain(1), 1.0 / (len as f64 + system.rater_ridge));
            let rows = edges.college[range.clone()].chunks_exact(len).zip(edges.score[range].chunks_exact(len));
            for (colleges, scores) in rows {
                let share = inverse * scores.iter().map(|y| y - model.mean).sum::<f64>();
                for (&i, y) in colleges.iter().zip(scores) {
                    let told = &mut told[i as usize];
                    told.right += y - model.mean - share;
                    told.ratings += 1;
                }
                for group in colleges.chunk_by(|a, b| a == b) {
                    let told = &mut told[group[0] as usize];
                    told.precision += if group.len() == 1 { once } else { gain(group.len()) };
                    told.raters += 1;
                }
            }
        }
        Self {
            effect: system.solve(&told.iter().map(|told| told.right).collect::<Vec<f64>>()),
            sd: told.iter().map(|told| (1.0 / told.precision).sqrt()).collect(),
            ratings: told.iter().map(|told| told.ratings).collect(),
            raters: told.iter().map(|told| told.raters).collect(),
        }
    }
}

/// What the ratings tell of one college.
#[derive(Clone, Copy)]
struct Told {
    right: f64,
    precision: f64,
    ratings: u32,
    raters: u32,
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
