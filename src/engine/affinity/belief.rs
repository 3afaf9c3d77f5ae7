//! What is believed about one row in the online layer: a normal distribution, kept as the moments others sum.

use super::side::{DIM, RANK};
use super::small::{Matrix, cholesky, times};

/// Cells of a lower triangle.
const TRIANGLE: usize = RANK * (RANK + 1) / 2;

/// Where the cell of row `i` and column `j ≤ i` lies.
const fn at(i: usize, j: usize) -> usize {
    i * (i + 1) / 2 + j
}

/// A rating as its row holds it: the other side's position and the score.
pub(super) type Cell = (u32, f32);

/// Mean and covariance of a row, laid out for summing over partners.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Belief {
    pub(super) bias: f32,
    pub(super) factors: [f32; RANK],
    /// `E[q qᵀ]`, its lower triangle by rows.
    pub(super) square: [f32; TRIANGLE],
    /// `Cov(q, bias)`.
    pub(super) cross: [f32; RANK],
    pub(super) bias_variance: f32,
    /// Expected precision of this subject's ratings; 1 on the side of the colleges.
    pub(super) weight: f32,
}

/// Sums over a row's ratings, weighted: `E[x xᵀ]`, `E[x t]`, `E[t²]` with `x = (1, q)`, `t = y − μ − bias`.
pub(super) struct Evidence {
    precision: Matrix<DIM>,
    right: [f64; DIM],
    total: f64,
}

impl Belief {
    /// The normal distribution with a mean and covariance.
    pub(super) fn new(mean: &[f64; DIM], covariance: &Matrix<DIM>, weight: f32) -> Self {
        let mut square = [0.0; TRIANGLE];
        for i in 0..RANK {
            for j in 0..=i {
                square[at(i, j)] = (covariance[i + 1][j + 1] + mean[i + 1] * mean[j + 1]) as f32;
            }
        }
        Self {
            bias: mean[0] as f32,
            factors: std::array::from_fn(|k| mean[k + 1] as f32),
            square,
            cross: std::array::from_fn(|k| covariance[k + 1][0] as f32),
            bias_variance: covariance[0][0] as f32,
            weight,
        }
    }

    pub(super) fn mean(&self) -> [f64; DIM] {
        std::array::from_fn(|k| f64::from(if k == 0 { self.bias } else { self.factors[k - 1] }))
    }

    /// `E[row rowᵀ]`, bias first.
    pub(super) fn moment(&self) -> Matrix<DIM> {
        let mut moment = [[0.0; DIM]; DIM];
        moment[0][0] = f64::from(self.bias_variance + self.bias * self.bias);
        for i in 0..RANK {
            moment[i + 1][0] = f64::from(self.cross[i] + self.bias * self.factors[i]);
            moment[0][i + 1] = moment[i + 1][0];
            for j in 0..RANK {
                moment[i + 1][j + 1] = f64::from(self.square[at(i.max(j), i.min(j))]);
            }
        }
        moment
    }

    /// The belief given the ratings of a row, and the evidence it came from; `prior` is mean and precision.
    pub(super) fn given(evidence: &Evidence, prior: (&[f64; DIM], &Matrix<DIM>), weight: f32) -> Self {
        let mut right = times(prior.1, prior.0);
        let mut precision = *prior.1;
        for i in 0..DIM {
            right[i] += f64::from(weight) * evidence.right[i];
            (0..=i).for_each(|j| precision[i][j] += f64::from(weight) * evidence.precision[i][j]);
        }
        let covariance = cholesky(&precision).inverse();
        Self::new(&times(&covariance, &right), &covariance, weight)
    }

    /// One of several, drawn at random: the moments are their means.
    pub(super) fn mixture(all: &[&Self]) -> Self {
        let share = 1.0 / all.len().max(1) as f32;
        let mut mixed = Self::new(&[0.0; DIM], &[[0.0; DIM]; DIM], 1.0);
        for one in all {
            mixed.factors.iter_mut().zip(&one.factors).for_each(|(sum, factor)| *sum += share * factor);
            mixed.square.iter_mut().zip(&one.square).for_each(|(sum, square)| *sum += share * square);
        }
        mixed
    }

    /// The same with a bias known to be nothing.
    pub(super) fn without_bias(self) -> Self {
        Self { bias: 0.0, bias_variance: 0.0, cross: [0.0; RANK], ..self }
    }

    /// Mean and variance of the expected rating above μ.
    pub(super) fn meets(&self, other: &Self) -> (f64, f64) {
        let (mut product, mut square, mut cross) = (0.0, 0.0, 0.0);
        for i in 0..RANK {
            product += self.factors[i] * other.factors[i];
            cross += self.cross[i] * other.factors[i] + other.cross[i] * self.factors[i];
        }
        for i in 0..RANK {
            for j in 0..=i {
                let both = self.square[at(i, j)] * other.square[at(i, j)];
                square += if i == j { both } else { 2.0 * both };
            }
        }
        let mean = self.bias + other.bias + product;
        let variance = self.bias_variance + other.bias_variance + 2.0 * cross + square - product * product;
        (f64::from(mean), f64::from(variance.max(0.0)))
    }
}

impl Evidence {
    /// Sums the ratings of a row in their order. `weighted` by the partners' precision, else by 1.
    pub(super) fn of(row: &[Cell], mean: f32, others: &[Belief]) -> Self {
        let mut square = [0.0_f32; TRIANGLE];
        let (mut linear, mut right) = ([0.0_f32; RANK], [0.0_f32; RANK]);
        let (mut count, mut first, mut total) = (0.0_f32, 0.0_f32, 0.0_f32);
        for &(other, y) in row {
            let other = &others[other as usize];
            let (w, t) = (other.weight, y - mean - other.bias);
            for i in 0..RANK {
                linear[i] += w * other.factors[i];
                right[i] += w * (t * other.factors[i] - other.cross[i]);
            }
            square.iter_mut().zip(&other.square).for_each(|(sum, theirs)| *sum += w * theirs);
            count += w;
            first += w * t;
            total += w * (t * t + other.bias_variance);
        }
        let mut evidence = Self { precision: [[0.0; DIM]; DIM], right: [0.0; DIM], total: f64::from(total) };
        evidence.precision[0][0] = f64::from(count);
        evidence.right[0] = f64::from(first);
        for i in 0..RANK {
            evidence.precision[i + 1][0] = f64::from(linear[i]);
            evidence.precision[0][i + 1] = f64::from(linear[i]);
            evidence.right[i + 1] = f64::from(right[i]);
            for j in 0..RANK {
                evidence.precision[i + 1][j + 1] = f64::from(square[at(i.max(j), i.min(j))]);
            }
        }
        evidence
    }

    /// Expected sum of squared errors of the row's ratings under a belief.
    pub(super) fn error(&self, belief: &Belief) -> f64 {
        let (mean, moment) = (belief.mean(), belief.moment());
        let mut error = self.total;
        for i in 0..DIM {
            error -= 2.0 * mean[i] * self.right[i];
            error += moment[i].iter().zip(&self.precision[i]).map(|(a, b)| a * b).sum::<f64>();
        }
        error.max(0.0)
    }
}
