//! The normal equations of raters and colleges: raters are eliminated exactly, colleges solved by
//! Jacobi-preconditioned conjugate gradients (METHODS §1).

use rayon::prelude::*;

use crate::engine::rows::Rows;

/// Raters are cut into parts of about this many ratings; each part sums for itself and the sums are added in order, so
/// no figure depends on the number of threads.
const PART: usize = 1 << 16;
const MAX_PARTS: usize = 16;
const MAX_ITERATIONS: usize = 500;

/// `S = D_b − Bᵀ D_a⁻¹ B` for given variances.
pub(super) struct System<'a> {
    rows: &'a Rows,
    parts: &'a [std::ops::Range<usize>],
    /// Precision `w_u` of each rater's ratings.
    weight: &'a [f64],
    /// `w_u / (n_u w_u + 1/σa²)`.
    share: Vec<f64>,
    /// `Σ w_u + 1/σb²` of each college.
    diagonal: Vec<f64>,
    precondition: Vec<f64>,
}

/// Cuts the raters into parts of about equal work.
pub(super) fn parts(rows: &Rows, n_colleges: usize) -> Vec<std::ops::Range<usize>> {
    let wanted = (rows.len() / PART.max(4 * n_colleges)).clamp(1, MAX_PARTS);
    let mut parts = Vec::with_capacity(wanted);
    let mut from = 0;
    for part in 1..=wanted {
        let goal = (rows.len() * part / wanted) as u32;
        let to =
            if part == wanted { rows.n_rows() } else { rows.start.partition_point(|&start| start < goal).max(from) };
        parts.push(from..to);
        from = to;
    }
    parts
}

/// Adds up what every part scatters over the colleges, in the order of the parts. `scatter` gets a part's raters and
/// its sums, `width` per college.
pub(super) fn gather(
    parts: &[std::ops::Range<usize>],
    length: usize,
    scatter: impl Fn(std::ops::Range<usize>, &mut [f64]) + Sync,
) -> Vec<f64> {
    let one = |part: &std::ops::Range<usize>| {
        let mut sums = vec![0.0; length];
        scatter(part.clone(), &mut sums);
        sums
    };
    let mut all = parts.par_iter().map(one).collect::<Vec<_>>().into_iter();
    let mut total = all.next().unwrap_or_else(|| vec![0.0; length]);
    for sums in all {
        total.iter_mut().zip(&sums).for_each(|(total, sum)| *total += sum);
    }
    total
}

impl<'a> System<'a> {
    /// `ridge` is `(1/σa², 1/σb²)`.
    pub(super) fn new(
        rows: &'a Rows,
        parts: &'a [std::ops::Range<usize>],
        weight: &'a [f64],
        ridge: (f64, f64),
        n_colleges: usize,
    ) -> Self {
        let share: Vec<f64> =
            (0..rows.n_rows()).map(|u| weight[u] / (rows.range(u).len() as f64 * weight[u] + ridge.0)).collect();
        let both = gather(parts, 2 * n_colleges, |part, sums| {
            for u in part {
                let (own, less) = (weight[u], weight[u] * share[u]);
                for &i in &rows.partner[rows.range(u)] {
                    sums[2 * i as usize] += own;
                    sums[2 * i as usize + 1] += less;
                }
            }
        });
        let diagonal: Vec<f64> = both.chunks_exact(2).map(|pair| pair[0] + ridge.1).collect();
        let precondition = diagonal.iter().zip(both.chunks_exact(2)).map(|(d, pair)| 1.0 / (d - pair[1])).collect();
        Self { rows, parts, weight, share, diagonal, precondition }
    }

    /// The right-hand side of the colleges: `Σ w_u (t − share_u Σ t)` with `t = y − offset`.
    pub(super) fn right(&self, mean: f64, offset: &[f64]) -> Vec<f64> {
        gather(self.parts, self.diagonal.len(), |part, sums| {
            for u in part {
                let range = self.rows.range(u);
                let (row, score) = (&self.rows.partner[range.clone()], &self.rows.score[range]);
                let total: f64 = row.iter().zip(score).map(|(&i, &y)| f64::from(y) - mean - offset[i as usize]).sum();
                let less = self.share[u] * total;
                for (&i, &y) in row.iter().zip(score) {
                    sums[i as usize] += self.weight[u] * (f64::from(y) - mean - offset[i as usize] - less);
                }
            }
        })
    }

    /// `S x`.
    fn apply(&self, x: &[f64]) -> Vec<f64> {
        let less = gather(self.parts, x.len(), |part, sums| {
            for u in part {
                let row = &self.rows.partner[self.rows.range(u)];
                let total: f64 = row.iter().map(|&i| x[i as usize]).sum();
                let less = self.weight[u] * self.share[u] * total;
                for &i in row {
                    sums[i as usize] += less;
                }
            }
        });
        self.diagonal.iter().zip(x).zip(&less).map(|((d, x), less)| d * x - less).collect()
    }

    /// Solves `S x = right` from the start `x` until the preconditioned residual has shrunk by `tolerance`.
    pub(super) fn solve(&self, right: &[f64], x: &mut [f64], tolerance: f64) {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let scaled = |r: &[f64]| r.iter().zip(&self.precondition).map(|(r, m)| r * m).collect::<Vec<f64>>();
        let stop = dot(right, &scaled(right)) * tolerance * tolerance;
        let mut r: Vec<f64> = right.iter().zip(self.apply(x)).map(|(b, ax)| b - ax).collect();
        let mut z = scaled(&r);
        let mut p = z.clone();
        let mut rz = dot(&r, &z);
        for _ in 0..MAX_ITERATIONS {
            if rz <= stop || rz <= f64::MIN_POSITIVE {
                break;
            }
            let q = self.apply(&p);
            let step = rz / dot(&p, &q);
            for k in 0..r.len() {
                x[k] += step * p[k];
                r[k] -= step * q[k];
            }
            z = scaled(&r);
            let next = dot(&r, &z);
            let turn = next / rz;
            rz = next;
            p.iter_mut().zip(&z).for_each(|(p, z)| *p = z + turn * *p);
        }
    }

    /// The raters given the colleges: `share_u Σ (y − mean − offset − effect)`.
    pub(super) fn raters(&self, mean: f64, offset: &[f64], effect: &[f64]) -> Vec<f64> {
        let of = |u: usize| {
            let range = self.rows.range(u);
            let cells = self.rows.partner[range.clone()].iter().zip(&self.rows.score[range]);
            let rest = |(&i, &y): (&u32, &f32)| f64::from(y) - mean - offset[i as usize] - effect[i as usize];
            self.share[u] * cells.map(rest).sum::<f64>()
        };
        (0..self.rows.n_rows()).into_par_iter().map(of).collect()
    }
}
