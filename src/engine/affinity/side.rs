//! One side of the factorisation: the rows of all raters or of all colleges, and the sums a row is drawn from.

use super::small::Matrix;
use crate::engine::rows::Rows;

/// Factors per row.
pub(super) const RANK: usize = 8;
const HALF: usize = RANK / 2;
/// Numbers per row: the bias, then the factors.
pub(super) const DIM: usize = RANK + 1;

/// Rows of one side; bias and factors lie apart so that a gather reads one cache line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Side {
    pub(super) bias: Vec<f32>,
    pub(super) factors: Vec<[f32; RANK]>,
    /// Precision of this subject's ratings; 1 on the side of the colleges.
    pub(super) weight: Vec<f32>,
}

impl Side {
    pub(super) fn new(n: usize) -> Self {
        Self { bias: vec![0.0; n], factors: vec![[0.0; RANK]; n], weight: vec![1.0; n] }
    }

    pub(super) fn row(&self, r: usize) -> [f64; DIM] {
        std::array::from_fn(|k| f64::from(if k == 0 { self.bias[r] } else { self.factors[r][k - 1] }))
    }

    pub(super) fn set(&mut self, r: usize, row: &[f64; DIM]) {
        self.bias[r] = row[0] as f32;
        self.factors[r] = std::array::from_fn(|k| row[k + 1] as f32);
    }
}

/// The expected rating above the grand mean.
#[inline]
pub(super) fn score(raters: &Side, u: usize, colleges: &Side, i: usize) -> f32 {
    let (p, q) = (&raters.factors[u], &colleges.factors[i]);
    let mut sum = [0.0_f32; RANK];
    for k in 0..RANK {
        sum[k] = p[k] * q[k];
    }
    let half: [f32; 4] = std::array::from_fn(|k| sum[k] + sum[k + 4]);
    raters.bias[u] + colleges.bias[i] + ((half[0] + half[2]) + (half[1] + half[3]))
}

/// What a row's ratings say about it: precision `Σ w x xᵀ` (lower triangle) and `Σ w x t` with `x = (1, q)` and
/// `t = y − bias` of the other side. Summed in the order of the row, in single precision.
pub(super) fn evidence(rows: &Rows, r: usize, others: &Side) -> (Matrix<DIM>, [f64; DIM]) {
    // The lower triangle in two blocks, so that the sums stay in registers: rows of the first half need half a row.
    let (mut upper, mut lower) = ([[0.0_f32; HALF]; HALF], [[0.0_f32; RANK]; HALF]);
    let (mut linear, mut right) = ([0.0_f32; RANK], [0.0_f32; RANK]);
    let (mut count, mut total) = (0.0_f32, 0.0_f32);
    let range = rows.range(r);
    for (&other, &y) in rows.partner[range.clone()].iter().zip(&rows.score[range]) {
        let other = other as usize;
        let (x, w) = (&others.factors[other], others.weight[other]);
        let t = y - others.bias[other];
        let mut wx = [0.0; RANK];
        for k in 0..RANK {
            wx[k] = w * x[k];
            linear[k] += wx[k];
            right[k] += wx[k] * t;
        }
        for i in 0..HALF {
            (0..HALF).for_each(|k| upper[i][k] += wx[i] * x[k]);
            (0..RANK).for_each(|k| lower[i][k] += wx[i + HALF] * x[k]);
        }
        count += w;
        total += w * t;
    }
    let mut precision = [[0.0; DIM]; DIM];
    let mut side = [0.0; DIM];
    (precision[0][0], side[0]) = (f64::from(count), f64::from(total));
    for i in 0..RANK {
        precision[i + 1][0] = f64::from(linear[i]);
        side[i + 1] = f64::from(right[i]);
        for j in 0..=i {
            let cell = if i < HALF { upper[i][j] } else { lower[i - HALF][j] };
            precision[i + 1][j + 1] = f64::from(cell);
        }
    }
    (precision, side)
}
