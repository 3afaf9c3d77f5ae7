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

/// Raters with equally many ratings.
struct Run {
    len: usize,
    /// The first rater.
    first: usize,
    edges: Range<usize>,
}

/// The normal equations: `Σ w + 1/σa²` and `Σ w + 1/σb²` on the diagonal, the weights w on the edges.
struct System<'a> {
    edges: &'a Edges,
    /// `1 / (Σ w + 1/σa²)` by rater.
    inverse: Vec<f64>,
    /// Raters with two ratings or more. The cuts follow from the ratings alone, not from the machine, and so do the sums.
    parts: Vec<Vec<Run>>,
    /// `Σ w + 1/σb²`, less the part of raters who rated once, which the elimination folds into the diagonal.
    diagonal: Vec<f64>,
    /// Inverse of the diagonal of the eliminated system.
    precondition: Vec<f64>,
}

/// Cuts the runs where the ratings before them reach equal shares.
fn parts(runs: impl Iterator<Item = Run>, n_edges: usize) -> Vec<Vec<Run>> {
    let n = (n_edges / PART).clamp(1, PARTS);
    let mut parts: Vec<Vec<Run>> = (0..n).map(|_| Vec::new()).collect();
    for Run { len, mut first, mut edges } in runs {
        while !edges.is_empty() {
            let part = (edges.start * n / n_edges).min(n - 1);
            // The first row that starts at or behind the share ends this part.
            let share = (n_edges * (part + 1)).div_ceil(n);
            let rows = share.saturating_sub(edges.start).div_ceil(len).max(1);
            let end = if part + 1 == n { edges.end } else { edges.end.min(edges.start + rows * len) };
            parts[part].push(Run { len, first, edges: edges.start..end });
            (first, edges.start) = (first + (end - edges.start) / len, end);
        }
    }
    parts
}

/// Takes the raters' shares of `b` off: rows of one length, known to the compiler for the lengths that matter most.
fn eliminate<const LEN: usize>(colleges: &[u32], weights: &[f64], inverse: &[f64], b: &[f64], taken: &mut [f64]) {
    let rows = colleges.as_chunks::<LEN>().0.iter().zip(weights.as_chunks::<LEN>().0);
    for ((row, weights), inverse) in rows.zip(inverse) {
        let share = inverse * row.iter().zip(weights).map(|(&i, w)| w * b[i as usize]).sum::<f64>();
        row.iter().zip(weights).for_each(|(&i, w)| taken[i as usize] += w * share);
    }
}

fn eliminate_long(len: usize, colleges: &[u32], weights: &[f64], inverse: &[f64], b: &[f64], taken: &mut [f64]) {
    let rows = colleges.chunks_exact(len).zip(weights.chunks_exact(len));
    for ((row, weights), inverse) in rows.zip(inverse) {
        // Two running sums: the processor need not wait for the addition before.
        let ((pairs, last), (by_pair, of_last)) = (row.as_chunks::<2>(), weights.as_chunks::<2>());
        let mut even: f64 = last.iter().zip(of_last).map(|(&i, w)| w * b[i as usize]).sum();
        let mut odd = 0.0;
        for (&[i, j], [v, w]) in pairs.iter().zip(by_pair) {
            even += v * b[i as usize];
            odd += w * b[j as usize];
        }
        let share = inverse * (even + odd);
        row.iter().zip(weights).for_each(|(&i, w)| taken[i as usize] += w * share);
    }
}

impl<'a> System<'a> {
    fn new(edges: &'a Edges, model: &Model) -> Self {
        let mut diagonal = vec![1.0 / model.college_variance; edges.n_colleges];
        let mut eliminated = vec![0.0; edges.n_colleges];
        let mut inverse = Vec::with_capacity(edges.raters.len());
        for Run { len, edges: range, .. } in edges.runs() {
            let rows = edges.college[range.clone()].chunks_exact(len).zip(edges.weight[range].chunks_exact(len));
            for (colleges, weights) in rows {
                let own = 1.0 / (1.0 / model.rater_variance + weights.iter().sum::<f64>());
                inverse.push(own);
                for (&i, w) in colleges.iter().zip(weights) {
                    let share = w * w * own;
                    diagonal[i as usize] += if len == 1 { w - share } else { *w };
                    eliminated[i as usize] += if len == 1 { 0.0 } else { share };
                }
            }
        }
        let precondition = diagonal.iter().zip(&eliminated).map(|(d, e)| 1.0 / (d - e)).collect();
        let parts = parts(edges.runs().filter(|run| run.len > 1), edges.len());
        Self { edges, inverse, parts, diagonal, precondition }
    }

    /// `out = S b`, `S = D_b − Bᵀ D_a⁻¹ B`. `taken` has one buffer a part.
    fn apply(&self, b: &[f64], out: &mut [f64], taken: &mut [Vec<f64>]) {
        taken.par_iter_mut().zip(&self.parts).for_each(|(taken, part)| {
            taken.fill(0.0);
            for Run { len, first, edges } in part {
                let (colleges, weights) = (&self.edges.college[edges.clone()], &self.edges.weight[edges.clone()]);
                let inverse = &self.inverse[*first..first + edges.len() / len];
                match len {
                    2 => eliminate::<2>(colleges, weights, inverse, b, taken),
                    3 => eliminate::<3>(colleges, weights, inverse, b, taken),
                    4 => eliminate::<4>(colleges, weights, inverse, b, taken),
                    5 => eliminate::<5>(colleges, weights, inverse, b, taken),
                    6 => eliminate::<6>(colleges, weights, inverse, b, taken),
                    _ => eliminate_long(*len, colleges, weights, inverse, b, taken),
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
            let (from, start) = (first, self.start[first]);
            first = self.end_of_run(len);
            Some(Run { len, first: from, edges: start as usize..self.start[first] as usize })
        })
    }
}

impl Posterior {
    /// The posterior of all colleges: a function of the ratings and the parameters alone, from a cold start.
    pub fn solve(edges: &Edges, model: &Model) -> Self {
        let (n, system) = (edges.n_colleges, System::new(edges, model));
        let mut told = vec![Told { right: 0.0, precision: 1.0 / model.college_variance, ratings: 0, raters: 0 }; n];
        for Run { len, first, edges: range } in edges.runs() {
            let scored = edges.score[range.clone()].chunks_exact(len).zip(&system.inverse[first..]);
            let weighed = edges.college[range.clone()].chunks_exact(len).zip(edges.weight[range].chunks_exact(len));
            for ((colleges, weights), (scores, inverse)) in weighed.zip(scored) {
                let share = inverse * weights.iter().zip(scores).map(|(w, y)| w * (y - model.mean)).sum::<f64>();
                // What each rating tells of its college alone, and so of the rater's severity.
                let alone = |w: f64| 1.0 / (1.0 / w + model.college_variance);
                let all: f64 = weights.iter().map(|&w| alone(w)).sum();
                let mut e = 0;
                for group in colleges.chunk_by(|a, b| a == b) {
                    let told = &mut told[group[0] as usize];
                    let (mut own, mut known) = (0.0, 0.0);
                    for (w, y) in weights[e..e + group.len()].iter().zip(&scores[e..]) {
                        told.right += w * (y - model.mean - share);
                        own += w;
                        known += alone(*w);
                    }
                    // The rater's other ratings tell its severity.
                    let severity = 1.0 / (1.0 / model.rater_variance + (all - known).max(0.0));
                    told.precision += own / (1.0 + own * severity);
                    told.ratings += group.len() as u32;
                    told.raters += 1;
                    e += group.len();
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

    /// The raters' severities, in the order of the edges' rows: `a_u = Σ w (y − μ − b) / (Σ w + 1/σa²)`.
    pub(super) fn severities(&self, edges: &Edges, model: &Model) -> Vec<f64> {
        let severity = |u: usize| {
            let (mut sum, mut weight) = (0.0, 1.0 / model.rater_variance);
            for e in edges.row(u) {
                sum += edges.weight[e] * (edges.score[e] - model.mean - self.effect[edges.college[e] as usize]);
                weight += edges.weight[e];
            }
            sum / weight
        };
        (0..edges.raters.len()).map(severity).collect()
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
/// `w_e (z_u + z_i)(y_e − μ)` (METHODS §1). Also gives the exact posterior variance `z_i`.
pub fn contributions(edges: &Edges, model: &Model, place: usize) -> (Vec<Share>, f64) {
    let system = System::new(edges, model);
    let mut right = vec![0.0; edges.n_colleges];
    right[place] = 1.0;
    let z = system.solve(&right);
    let mut shares = Vec::with_capacity(edges.len());
    for u in 0..edges.raters.len() {
        let row = edges.row(u);
        let sum: f64 = row.clone().map(|e| edges.weight[e] * z[edges.college[e] as usize]).sum();
        let z_rater = -sum * system.inverse[u];
        for e in row {
            let i = edges.college[e] as usize;
            let share = edges.weight[e] * (z_rater + z[i]) * (edges.score[e] - model.mean);
            shares.push(Share { engagement: edges.engagement[e], own: i == place, score: edges.score[e], share });
        }
    }
    (shares, z[place])
}
