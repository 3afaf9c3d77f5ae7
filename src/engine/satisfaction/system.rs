//! The normal equations with the raters eliminated exactly: `S = D_b − Bᵀ D_a⁻¹ B` over the colleges, solved by
//! Jacobi-preconditioned conjugate gradients.

use std::ops::Range;

use rayon::prelude::*;

use super::edges::Edges;
use crate::domain::Model;

/// Iterations stop at this residual relative to the right-hand side …
const TOLERANCE: f64 = 1e-11;
/// … or after this many. Both are functions of the data alone, so the result is too.
const MAX_ITERATIONS: usize = 200;
/// Ratings of one part of the raters at least; a part is the work of one thread.
const PART: usize = 8_192;
/// Parts at most.
const PARTS: usize = 4;

/// Raters with equally many ratings.
pub(super) struct Run {
    pub(super) len: usize,
    /// The first rater.
    pub(super) first: usize,
    pub(super) edges: Range<usize>,
}

/// The normal equations: `Σ w/ρ + 1/σa²` and `Σ w ρ + 1/σb²` on the diagonal, the weights w on the edges.
pub(super) struct System<'a> {
    edges: &'a Edges,
    /// `1 / (Σ w/ρ + 1/σa²)` by rater.
    pub(super) inverse: Vec<f64>,
    /// What the ratings tell of each college, by place.
    pub(super) told: Vec<Told>,
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
    pub(super) fn new(edges: &'a Edges, model: &Model) -> Self {
        let all = parts(edges.runs(), edges.len());
        let read: Vec<(Vec<f64>, Vec<Told>)> = all.par_iter().map(|part| read(edges, model, part)).collect();
        let mut told = vec![Told::default(); edges.n_colleges];
        let mut inverse = Vec::with_capacity(edges.raters.len());
        for (raters, part) in &read {
            inverse.extend_from_slice(raters);
            told.iter_mut().zip(part).for_each(|(told, part)| told.add(part));
        }
        let prior = 1.0 / model.college_variance;
        let diagonal: Vec<f64> = told.iter().map(|told| prior + told.diagonal).collect();
        let precondition = diagonal.iter().zip(&told).map(|(d, told)| 1.0 / (d - told.eliminated)).collect();
        let parts = parts(edges.runs().filter(|run| run.len > 1), edges.len());
        Self { edges, inverse, told, parts, diagonal, precondition }
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

    /// Solves `S x = right`, starting from `x`.
    pub(super) fn solve(&self, right: &[f64], mut x: Vec<f64>) -> Vec<f64> {
        let n = right.len();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let scaled = |r: &[f64]| r.iter().zip(&self.precondition).map(|(r, m)| r * m).collect::<Vec<f64>>();
        let mut taken = vec![vec![0.0; n]; self.parts.len()];
        let (mut r, mut q) = (right.to_vec(), vec![0.0; n]);
        let stop = dot(right, &scaled(right)) * TOLERANCE * TOLERANCE;
        if x.iter().any(|&x| x != 0.0) {
            self.apply(&x, &mut q, &mut taken);
            r.iter_mut().zip(&q).for_each(|(r, q)| *r -= q);
        }
        let mut z = scaled(&r);
        let mut p = z.clone();
        let mut rz = dot(&r, &z);
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

    /// The row of the inverse of S that belongs to the college at a place.
    pub(super) fn row_of_inverse(&self, place: usize) -> Vec<f64> {
        let mut right = vec![0.0; self.edges.n_colleges];
        right[place] = 1.0;
        self.solve(&right, vec![0.0; right.len()])
    }
}

/// What the ratings tell of one college.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    /// Right-hand side of the eliminated system.
    pub(super) right: f64,
    /// Near exact precision, the prior's not included (METHODS §1 "variance without an inverse").
    pub(super) precision: f64,
    /// Ratings of the college.
    pub(super) ratings: u32,
    /// Enterprises that gave them.
    pub(super) raters: u32,
    diagonal: f64,
    eliminated: f64,
}

impl Told {
    fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.precision += other.precision;
        self.ratings += other.ratings;
        self.raters += other.raters;
        self.diagonal += other.diagonal;
        self.eliminated += other.eliminated;
    }
}

/// Reads the ratings of some raters once: the inverse diagonal of each, and what they tell of every college.
fn read(edges: &Edges, model: &Model, part: &[Run]) -> (Vec<f64>, Vec<Told>) {
    let (mut inverse, mut told) = (Vec::new(), vec![Told::default(); edges.n_colleges]);
    let (mut rest, mut loading, mut tells) = (Vec::new(), Vec::new(), Vec::new());
    for Run { len, edges: range, .. } in part {
        let rows = edges.college[range.clone()].chunks_exact(*len).zip(edges.weight[range.clone()].chunks_exact(*len));
        let given =
            edges.score[range.clone()].chunks_exact(*len).zip(edges.fortnight[range.clone()].chunks_exact(*len));
        for ((colleges, weights), (scores, fortnights)) in rows.zip(given) {
            rest.clear();
            loading.clear();
            tells.clear();
            let (mut sum, mut all, mut above) = (1.0 / model.rater_variance, 1.0 / model.rater_variance, 0.0);
            for k in 0..*len {
                let rho = edges.loadings.of(fortnights[k]);
                let own = weights[k] / rho;
                let over = scores[k].get() - (model.mean + edges.prior[colleges[k] as usize]);
                // `(w/ρ) / (1 + w ρ σb²)`: what the rating tells of the rater's severity, its college being known as
                // before any rating.
                let tell = weights[k] / (rho + weights[k] * rho * rho * model.college_variance);
                (sum, all, above) = (sum + own, all + tell, above + own * over);
                rest.push(over);
                loading.push(rho);
                tells.push(tell);
            }
            let own = 1.0 / sum;
            inverse.push(own);
            let share = own * above;
            let mut e = 0;
            for group in colleges.chunk_by(|a, b| a == b) {
                let told = &mut told[group[0] as usize];
                let (mut alone, mut both, mut rater, mut others) = (0.0, 0.0, 0.0, all);
                for k in e..e + group.len() {
                    let w = weights[k];
                    told.right += w * (rest[k] - share);
                    let (quality, gone) = (w * loading[k], w * w * own);
                    told.diagonal += if *len == 1 { quality - gone } else { quality };
                    told.eliminated += if *len == 1 { 0.0 } else { gone };
                    alone += quality;
                    both += w;
                    rater += w / loading[k];
                    others -= tells[k];
                }
                // `alone − both² / (rater + others)`: the severity is known by the rater's other ratings, `others`.
                told.precision += (alone * others + (alone * rater - both * both)) / (others + rater);
                told.ratings += group.len() as u32;
                told.raters += 1;
                e += group.len();
            }
        }
    }
    (inverse, told)
}

impl Edges {
    /// Rows of equal length together, by rising length.
    pub(super) fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        let mut first = 0;
        std::iter::from_fn(move || {
            let len = (first < self.raters.len()).then(|| self.row(first).len())?;
            let (from, start) = (first, self.start[first]);
            first = self.end_of_run(len);
            Some(Run { len, first: from, edges: start as usize..self.start[first] as usize })
        })
    }
}
