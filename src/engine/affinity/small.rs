//! Linear algebra of fixed small size: rows of `D` numbers, matrices `D × D`, no allocation.

use rand_chacha::rand_core::RngCore;
use rand_distr::{ChiSquared, Distribution, StandardNormal};

/// A square matrix by rows.
pub(super) type Matrix<const D: usize> = [[f64; D]; D];

/// A lower Cholesky factor `L`, with one over its diagonal: divisions are what costs at this size.
pub(super) struct Factor<const D: usize> {
    lower: Matrix<D>,
    over: [f64; D],
}

/// Factors a symmetric positive definite matrix; reads the lower triangle. A pivot that rounding made negative is
/// lifted to a tiny one, so the result is always finite.
#[inline]
pub(super) fn cholesky<const D: usize>(a: &Matrix<D>) -> Factor<D> {
    let mut factor = Factor { lower: *a, over: [0.0; D] };
    let l = &mut factor.lower;
    for j in 0..D {
        for k in 0..j {
            let cell = l[j][k];
            for row in l.iter_mut().skip(j) {
                row[j] -= row[k] * cell;
            }
        }
        let pivot = l[j][j].max(1e-12).sqrt();
        factor.over[j] = 1.0 / pivot;
        l[j][j] = pivot;
        for row in l.iter_mut().skip(j + 1) {
            row[j] *= factor.over[j];
        }
    }
    factor
}

impl<const D: usize> Factor<D> {
    /// Solves `L x = b`.
    #[inline]
    pub(super) fn solve_lower(&self, b: &[f64; D]) -> [f64; D] {
        let mut x = *b;
        for i in 0..D {
            for k in 0..i {
                x[i] -= self.lower[i][k] * x[k];
            }
            x[i] *= self.over[i];
        }
        x
    }

    /// Solves `Lᵀ x = b`.
    #[inline]
    pub(super) fn solve_upper(&self, b: &[f64; D]) -> [f64; D] {
        let mut x = *b;
        for i in (0..D).rev() {
            x[i] *= self.over[i];
            for k in 0..i {
                x[k] -= self.lower[i][k] * x[i];
            }
        }
        x
    }

    /// `(L Lᵀ)⁻¹`: row `j` of `C = L⁻ᵀ` is column `j` of `L⁻¹`, and the inverse is `C Cᵀ`.
    pub(super) fn inverse(&self) -> Matrix<D> {
        let mut columns = [[0.0; D]; D];
        for (j, x) in columns.iter_mut().enumerate() {
            x[j] = self.over[j];
            for i in j + 1..D {
                let sum: f64 = (j..i).map(|k| self.lower[i][k] * x[k]).sum();
                x[i] = -sum * self.over[i];
            }
        }
        let mut inverse = [[0.0; D]; D];
        for i in 0..D {
            for j in 0..=i {
                let sum: f64 = (i..D).map(|k| columns[i][k] * columns[j][k]).sum();
                (inverse[i][j], inverse[j][i]) = (sum, sum);
            }
        }
        inverse
    }
}

/// `A x`.
pub(super) fn times<const D: usize>(a: &Matrix<D>, x: &[f64; D]) -> [f64; D] {
    std::array::from_fn(|i| a[i].iter().zip(x).map(|(a, x)| a * x).sum())
}

/// Independent standard normal numbers.
pub(super) fn normals<const D: usize, R: RngCore>(rng: &mut R) -> [f64; D] {
    std::array::from_fn(|_| StandardNormal.sample(rng))
}

/// A draw of a Wishart matrix with scale `(L Lᵀ)⁻¹`, given `L`, by Bartlett's decomposition.
pub(super) fn wishart_of_inverse<const D: usize, R: RngCore>(l: &Factor<D>, freedom: f64, rng: &mut R) -> Matrix<D> {
    let mut bartlett = [[0.0; D]; D];
    for (i, row) in bartlett.iter_mut().enumerate() {
        for cell in row.iter_mut().take(i) {
            *cell = StandardNormal.sample(rng);
        }
        row[i] =
            ChiSquared::new((freedom - i as f64).max(1.0)).map_or(1.0, |chi: ChiSquared<f64>| chi.sample(rng).sqrt());
    }
    // The scale is L⁻ᵀ L⁻¹, so a draw is C Cᵀ with C = L⁻ᵀ A.
    let mut c = [[0.0; D]; D];
    for j in 0..D {
        let column = l.solve_upper(&std::array::from_fn(|i| bartlett[i][j]));
        for i in 0..D {
            c[i][j] = column[i];
        }
    }
    std::array::from_fn(|i| std::array::from_fn(|j| (0..D).map(|k| c[i][k] * c[j][k]).sum()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    const A: Matrix<3> = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]];

    #[test]
    fn a_factor_gives_the_matrix_and_its_inverse_back() {
        let l = cholesky(&A);
        let inverse = l.inverse();
        for (i, row) in inverse.iter().enumerate() {
            let product = times(&A, row);
            (0..3).for_each(|j| assert!((product[j] - f64::from(u8::from(i == j))).abs() < 1e-12));
        }
    }

    #[test]
    fn the_mean_of_wishart_draws_is_freedom_times_scale() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let (l, n, freedom) = (cholesky(&A), 20_000, 6.0);
        let scale = l.inverse();
        let mut mean = [[0.0; 3]; 3];
        for _ in 0..n {
            let draw = wishart_of_inverse(&l, freedom, &mut rng);
            (0..9).for_each(|k| mean[k / 3][k % 3] += draw[k / 3][k % 3] / f64::from(n));
        }
        for k in 0..9 {
            assert!((mean[k / 3][k % 3] - freedom * scale[k / 3][k % 3]).abs() < 0.03, "{mean:?}");
        }
    }
}
