//! The hyperprior of one side: rows are normal around a mean (plus what attributes add) with a full precision
//! matrix; mean and precision have a normal-Wishart prior, the coefficients of attributes a ridge (Macau).

use rand_chacha::rand_core::RngCore;
use rand_distr::{Distribution, Gamma};

use super::side::{DIM, Side};
use super::small::{Factor, Matrix, cholesky, normals, times, wishart_of_inverse};
use crate::domain::Attributes;

/// Ratings' worth of the prior mean 0.
const MEAN_WEIGHT: f64 = 2.0;

/// Coefficients of a side's attributes.
struct Links {
    n: usize,
    width: usize,
    /// Row-major, `n × width`.
    x: Vec<f64>,
    /// `XᵀX`, row-major.
    gram: Vec<f64>,
    /// Row-major, `width × DIM`.
    coefficients: Vec<[f64; DIM]>,
    ridge: f64,
}

/// Mean and precision of a side's rows.
pub(super) struct Hyper {
    pub(super) mean: [f64; DIM],
    pub(super) precision: Matrix<DIM>,
    /// What attributes add to the mean of each row; empty without attributes.
    pub(super) shift: Vec<[f64; DIM]>,
    links: Option<Links>,
}

impl Hyper {
    pub(super) fn new(n: usize, attributes: Option<&Attributes>) -> Self {
        let links = attributes.filter(|attributes| attributes.width() > 0).map(|attributes| Links::new(n, attributes));
        let mut precision = [[0.0; DIM]; DIM];
        (0..DIM).for_each(|k| precision[k][k] = 1.0);
        let shift = if links.is_some() { vec![[0.0; DIM]; n] } else { Vec::new() };
        Self { mean: [0.0; DIM], precision, shift, links }
    }

    /// Prior mean of row `r`.
    pub(super) fn mean_of(&self, r: usize) -> [f64; DIM] {
        match self.shift.get(r) {
            Some(shift) => std::array::from_fn(|k| self.mean[k] + shift[k]),
            None => self.mean,
        }
    }

    /// Draws mean, precision and coefficients given the rows.
    pub(super) fn draw<R: RngCore>(&mut self, side: &Side, rng: &mut R) {
        let n = side.bias.len();
        let mut sum = [0.0; DIM];
        let mut square = [[0.0; DIM]; DIM];
        for r in 0..n {
            let mut row = side.row(r);
            if let Some(shift) = self.shift.get(r) {
                (0..DIM).for_each(|k| row[k] -= shift[k]);
            }
            for i in 0..DIM {
                sum[i] += row[i];
                for j in 0..=i {
                    square[i][j] += row[i] * row[j];
                }
            }
        }
        // Scale⁻¹ = I + Σ x xᵀ − (Σx)(Σx)ᵀ/(n + β₀) [+ ridge · BᵀB], the prior mean being 0.
        let weight = n as f64 + MEAN_WEIGHT;
        for i in 0..DIM {
            for j in 0..=i {
                square[i][j] -= sum[i] * sum[j] / weight;
            }
            square[i][i] += 1.0;
        }
        let mut freedom = (DIM + n) as f64;
        if let Some(links) = &self.links {
            freedom += links.width as f64;
            for row in &links.coefficients {
                for i in 0..DIM {
                    for j in 0..=i {
                        square[i][j] += links.ridge * row[i] * row[j];
                    }
                }
            }
        }
        self.precision = wishart_of_inverse(&cholesky(&square), freedom, rng);
        let factor = cholesky(&self.precision);
        let noise = factor.solve_upper(&normals(rng));
        self.mean = std::array::from_fn(|k| sum[k] / weight + noise[k] / weight.sqrt());
        if let Some(links) = &mut self.links {
            links.draw(side, &self.mean, &self.precision, &factor, rng);
            for (r, shift) in self.shift.iter_mut().enumerate() {
                *shift = links.shift(r);
            }
        }
    }
}

impl Links {
    fn new(n: usize, attributes: &Attributes) -> Self {
        let width = attributes.width();
        let mut gram = vec![0.0; width * width];
        for r in 0..n {
            let x = attributes.row(r);
            for (i, a) in x.iter().enumerate().filter(|(_, a)| **a != 0.0) {
                for (j, b) in x.iter().enumerate() {
                    gram[i * width + j] += a * b;
                }
            }
        }
        let coefficients = vec![[0.0; DIM]; width];
        Self { n, width, x: attributes.values.clone(), gram, coefficients, ridge: 10.0 }
    }

    fn shift(&self, r: usize) -> [f64; DIM] {
        let mut shift = [0.0; DIM];
        let x = &self.x[r * self.width..(r + 1) * self.width];
        for (x, row) in x.iter().zip(&self.coefficients).filter(|(x, _)| **x != 0.0) {
            (0..DIM).for_each(|k| shift[k] += x * row[k]);
        }
        shift
    }

    /// `B = (XᵀX + ridge I)⁻¹ (Xᵀ(rows − mean + E₁) + √ridge E₂)`, rows of E₁ and E₂ normal with the side's precision.
    fn draw<R: RngCore>(
        &mut self,
        side: &Side,
        mean: &[f64; DIM],
        precision: &Matrix<DIM>,
        factor: &Factor<DIM>,
        rng: &mut R,
    ) {
        let width = self.width;
        let mut right = vec![[0.0; DIM]; width];
        for r in 0..self.n {
            let noise = factor.solve_upper(&normals(rng));
            let row = side.row(r);
            let target: [f64; DIM] = std::array::from_fn(|k| row[k] - mean[k] + noise[k]);
            let x = &self.x[r * width..(r + 1) * width];
            for (x, right) in x.iter().zip(&mut right).filter(|(x, _)| **x != 0.0) {
                (0..DIM).for_each(|k| right[k] += x * target[k]);
            }
        }
        for row in &mut right {
            let noise = factor.solve_upper(&normals(rng));
            (0..DIM).for_each(|k| row[k] += self.ridge.sqrt() * noise[k]);
        }
        solve_ridge(&self.gram, self.ridge, &mut right);
        self.coefficients = right;
        let size: f64 = self.coefficients.iter().map(|row| dot(row, &times(precision, row))).sum();
        let (shape, rate) = (0.5 * (1.0 + (width * DIM) as f64), 0.5 * (1.0 + size));
        self.ridge = Gamma::new(shape, 1.0 / rate).map_or(shape / rate, |gamma: Gamma<f64>| gamma.sample(rng));
    }
}

fn dot(a: &[f64; DIM], b: &[f64; DIM]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves `(gram + ridge I) B = right` in place, by Cholesky.
fn solve_ridge(gram: &[f64], ridge: f64, right: &mut [[f64; DIM]]) {
    let n = right.len();
    let mut l = gram.to_vec();
    for i in 0..n {
        l[i * n + i] += ridge;
        for j in 0..=i {
            let (head, own) = l.split_at_mut(i * n);
            let mut sum = own[j];
            let other = if i == j { &own[..j] } else { &head[j * n..j * n + j] };
            sum -= own[..j].iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
            own[j] = if i == j { sum.max(1e-12).sqrt() } else { sum / head[j * n + j] };
        }
    }
    for i in 0..n {
        let (done, rest) = right.split_at_mut(i);
        for (a, row) in l[i * n..i * n + i].iter().zip(&*done) {
            (0..DIM).for_each(|k| rest[0][k] -= a * row[k]);
        }
        (0..DIM).for_each(|k| rest[0][k] /= l[i * n + i]);
    }
    for i in (0..n).rev() {
        (0..DIM).for_each(|k| right[i][k] /= l[i * n + i]);
        let (above, own) = right.split_at_mut(i);
        for (a, row) in l[i * n..i * n + i].iter().zip(above) {
            (0..DIM).for_each(|k| row[k] -= a * own[0][k]);
        }
    }
}
