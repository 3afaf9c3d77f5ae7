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
    /// Mean effect of each college above the grand mean, its prior mean included.
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

/// The normal equations: `Σ w/ρ + 1/σa²` and `Σ w ρ + 1/σb²` on the diagonal, the weights w on the edges.
struct System<'a> {
    edges: &'a Edges,
    /// `1 / (Σ w/ρ + 1/σa²)` by rater.
    inverse: Vec<f64>,
    /// Raters with two ratings or more. The cuts follow from the ratings alone, not from the machine, and so do the sums.
    parts: Vec<Vec<Run>>,
    /// `Σ w ρ + 1/σb²`, less the part of raters who rated once, which the elimination folds into the diagonal.
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
        // By index: chained iterators were not inlined here and took three times as long.
        let mut sum = 0.0;
        for k in 0..LEN {
            sum += weights[k] * b[row[k] as usize];
        }
        let share = inverse * sum;
        for k in 0..LEN {
            taken[row[k] as usize] += weights[k] * share;
        }
    }
}

fn eliminate_long(len: usize, colleges: &[u32], weights: &[f64], inverse: &[f64], b: &[f64], taken: &mut [f64]) {
    let rows = colleges.chunks_exact(len).zip(weights.chunks_exact(len));
    for ((row, weights), inverse) in rows.zip(inverse) {
        // Two running sums: the processor need not wait for the addition before.
        let (mut even, mut odd, mut k) = (0.0, 0.0, 0);
        while k + 1 < len {
            even += weights[k] * b[row[k] as usize];
            odd += weights[k + 1] * b[row[k + 1] as usize];
            k += 2;
        }
        if k < len {
            even += weights[k] * b[row[k] as usize];
        }
        let share = inverse * (even + odd);
        for (&i, w) in row.iter().zip(weights) {
            taken[i as usize] += w * share;
        }
    }
}

impl<'a> System<'a> {
    fn new(edges: &'a Edges, model: &Model) -> Self {
        let mut diagonal = vec![1.0 / model.college_variance; edges.n_colleges];
        let mut eliminated = vec![0.0; edges.n_colleges];
        let mut inverse = Vec::with_capacity(edges.raters.len());
        for Run { len, edges: range, .. } in edges.runs() {
            let rows =
                edges.college[range.clone()].chunks_exact(len).zip(edges.weight[range.clone()].chunks_exact(len));
            for ((colleges, weights), loadings) in rows.zip(edges.loading[range].chunks_exact(len)) {
                let precision = weights.iter().zip(loadings).map(|(w, rho)| w / rho).sum::<f64>();
                let own = 1.0 / (1.0 / model.rater_variance + precision);
                inverse.push(own);
                for ((&i, w), rho) in colleges.iter().zip(weights).zip(loadings) {
                    let share = w * w * own;
                    diagonal[i as usize] += if len == 1 { w * rho - share } else { w * rho };
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
            let weighed =
                edges.college[range.clone()].chunks_exact(len).zip(edges.weight[range.clone()].chunks_exact(len));
            let weighed = weighed.zip(edges.loading[range].chunks_exact(len));
            for (((colleges, weights), loadings), (scores, inverse)) in weighed.zip(scored) {
                let rest = |k: usize| scores[k] - (model.mean + edges.prior[colleges[k] as usize]);
                let share = inverse * (0..len).map(|k| weights[k] / loadings[k] * rest(k)).sum::<f64>();
                // What each rating tells of the rater's severity, its college being known as before any rating.
                let tells =
                    |k: usize| weights[k] / loadings[k] / (1.0 + weights[k] * loadings[k] * model.college_variance);
                let all = 1.0 / model.rater_variance + (0..len).map(tells).sum::<f64>();
                let mut e = 0;
                for group in colleges.chunk_by(|a, b| a == b) {
                    let told = &mut told[group[0] as usize];
                    let (mut own, mut both, mut rater, mut others) = (0.0, 0.0, 0.0, all);
                    for k in e..e + group.len() {
                        told.right += weights[k] * (rest(k) - share);
                        own += weights[k] * loadings[k];
                        both += weights[k];
                        rater += weights[k] / loadings[k];
                        others -= tells(k);
                    }
                    // `own − both² / (rater + others)`: the severity is known by the rater's other ratings, `others`.
                    told.precision += (own * others + (own * rater - both * both)) / (others + rater);
                    told.ratings += group.len() as u32;
                    told.raters += 1;
                    e += group.len();
                }
            }
        }
        let mut effect = system.solve(&told.iter().map(|told| told.right).collect::<Vec<f64>>());
        effect.iter_mut().zip(&edges.prior).for_each(|(effect, prior)| *effect += prior);
        Self {
            effect,
            sd: told.iter().map(|told| (1.0 / told.precision).sqrt()).collect(),
            ratings: told.iter().map(|told| told.ratings).collect(),
            raters: told.iter().map(|told| told.raters).collect(),
        }
    }

    fn severity(&self, edges: &Edges, model: &Model, u: usize) -> f64 {
        let (mut sum, mut weight) = (0.0, 1.0 / model.rater_variance);
        for e in edges.row(u) {
            let (college, precision) = (edges.college[e] as usize, edges.weight[e] / edges.loading[e]);
            let prior = edges.prior[college];
            let quality = prior + edges.loading[e] * (self.effect[college] - prior);
            sum += precision * (edges.score[e] - model.mean - quality);
            weight += precision;
        }
        sum / weight
    }

    /// The raters' severities, in the order of the edges' rows: `a_u = Σ w/ρ (y − μ − x'β − ρ b) / (Σ w/ρ + 1/σa²)`.
    pub(super) fn severities(&self, edges: &Edges, model: &Model) -> Vec<f64> {
        (0..edges.raters.len()).map(|u| self.severity(edges, model, u)).collect()
    }
}

/// One of a college's own ratings.
pub(in crate::engine) struct OwnRating {
    /// Position of the rating's engagement in the state's registry.
    pub(in crate::engine) engagement: u32,
    pub(in crate::engine) weight: f64,
    /// Severity of its rater.
    pub(in crate::engine) severity: f64,
}

impl Posterior {
    /// The ratings of the college at `place`, in canonical order.
    pub(in crate::engine) fn own_ratings(&self, edges: &Edges, model: &Model, place: usize) -> Vec<OwnRating> {
        let mut own = Vec::with_capacity(self.ratings[place] as usize);
        for u in 0..edges.raters.len() {
            for e in edges.row(u).filter(|&e| edges.college[e] as usize == place) {
                let severity = self.severity(edges, model, u);
                own.push(OwnRating { engagement: edges.engagement[e], weight: edges.weight[e], severity });
            }
        }
        own
    }
}

/// Posterior covariances of the colleges at some places, exact: one solve each.
pub(in crate::engine) fn covariances(edges: &Edges, model: &Model, places: &[usize]) -> Vec<Vec<f64>> {
    let system = System::new(edges, model);
    let row = |&place: &usize| {
        let mut right = vec![0.0; edges.n_colleges];
        right[place] = 1.0;
        let z = system.solve(&right);
        places.iter().map(|&other| z[other]).collect()
    };
    places.iter().map(row).collect()
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
    /// Its share; all shares and the prior mean sum to the effect.
    pub share: f64,
}

/// Splits the effect of the college at `place` above its prior mean over all ratings: with `Λ z = e_i` the share of rating
/// e is `w_e (z_u / ρ_e + z_i)(y_e − μ − x_jᵀβ)`, j the college it rates (METHODS §1). Also gives the exact posterior variance `z_i`.
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
            let told = z_rater / edges.loading[e] + z[i];
            let share = edges.weight[e] * told * (edges.score[e] - model.mean - edges.prior[i]);
            shares.push(Share { engagement: edges.engagement[e], own: i == place, score: edges.score[e], share });
        }
    }
    (shares, z[place])
}
