//! The normal distribution, without the platform's mathematics library: the same bits everywhere.

/// Φ(z), absolute error below 3e-7 (Abramowitz & Stegun 7.1.28).
pub fn phi(z: f64) -> f64 {
    phi_and_density(z).0
}

/// Φ(z) and the derivative of the very same approximation, absolute error below 3e-6.
fn phi_and_density(z: f64) -> (f64, f64) {
    const A: [f64; 6] =
        [0.070_523_078_4, 0.042_282_012_3, 0.009_270_527_2, 0.000_152_014_3, 0.000_276_567_2, 0.000_043_063_8];
    let x = z.abs() * std::f64::consts::FRAC_1_SQRT_2;
    let poly = 1.0 + x * (A[0] + x * (A[1] + x * (A[2] + x * (A[3] + x * (A[4] + x * A[5])))));
    let slope = A[0] + x * (2.0 * A[1] + x * (3.0 * A[2] + x * (4.0 * A[3] + x * (5.0 * A[4] + x * (6.0 * A[5])))));
    let inverse = 1.0 / poly;
    let p2 = inverse * inverse;
    let p4 = p2 * p2;
    let p8 = p4 * p4;
    let tail = 0.5 * p8 * p8;
    let density = 16.0 * std::f64::consts::FRAC_1_SQRT_2 * tail * slope * inverse;
    (if z < 0.0 { tail } else { 1.0 - tail }, density)
}

/// Below this many standard deviations a candidate adds less than 2e-8 to the number above a threshold.
const NEGLIGIBLE: f64 = -5.5;

/// Where the best `k` of n independent normals end (METHODS §5).
///
/// τ solves `Σ Φ((m_i − τ)/s_i) = k`. The k-th best of the others is itself uncertain, and i competes with the others
/// only, so with `D = Σ_{j≠i} φ_j/s_j` and `V = Σ_{j≠i} Φ_j(1 − Φ_j)` at τ, the number of others above x is taken as
/// normal around `k − Φ_i − D (x − τ)` with variance V, and `P_i = Φ((Φ_i − ½ + D (m_i − τ)) / √(V + D² s_i²))`.
pub(super) struct Threshold {
    /// `None`: everyone belongs.
    at: Option<(f64, f64, f64)>,
}

impl Threshold {
    /// Finds the threshold. `mean` and `inverse_sd` have shape `(n,)` and are used up as workspace.
    pub(super) fn find(mean: &mut Vec<f64>, inverse_sd: &mut Vec<f64>, k: usize) -> Self {
        let n = mean.len();
        if k >= n {
            return Self { at: None };
        }
        let (total, target) = (n as f64, k as f64);
        // The k-th best mean is near the threshold and cheap to find.
        let mut by_mean = mean.clone();
        let (_, &mut start, _) = by_mean.select_nth_unstable_by(k, |a, b| b.total_cmp(a));
        let (mut tau, mut low, mut high) = (start, f64::NEG_INFINITY, f64::INFINITY);
        let wanted = libm::log(target / (total - target));
        for _ in 0..60 {
            let (above, slope) = sums(mean, inverse_sd, tau);
            if (above - target).abs() < 1e-5 {
                break;
            }
            if above > target {
                low = tau;
                // The threshold lies higher still: who has no chance here has none there.
                drop_hopeless(mean, inverse_sd, tau);
            } else {
                high = tau;
            }
            // Newton's step on the log-odds of being above, which are close to a line in τ.
            let odds = libm::log(above / (total - above)) - wanted;
            let step = odds * above * (total - above) / (slope * total);
            let next = tau + step;
            tau = if next.is_finite() && next > low && next < high {
                next
            } else if low.is_finite() && high.is_finite() {
                0.5 * (low + high)
            } else {
                // Far out every candidate is surely above or below: step by the widest spread.
                let widest = inverse_sd.iter().fold(f64::INFINITY, |least, &i| least.min(i));
                if above > target { tau + 8.0 / widest } else { tau - 8.0 / widest }
            };
        }
        let (mut slope, mut spread) = (0.0, 0.0);
        for (m, i) in mean.iter().zip(inverse_sd.iter()) {
            let (p, density) = phi_and_density((m - tau) * i);
            slope += density * i;
            spread += p * (1.0 - p);
        }
        Self { at: Some((tau, slope, spread)) }
    }

    /// Probability of belonging to the best `k`.
    pub(super) fn probability(&self, mean: f64, sd: f64) -> f64 {
        let Some((tau, slope, spread)) = self.at else { return 1.0 };
        let (p, density) = phi_and_density((mean - tau) / sd);
        let (slope, spread) = (slope - density / sd, (spread - p * (1.0 - p)).max(0.0));
        phi((p - 0.5 + slope * (mean - tau)) / (spread + slope * slope * sd * sd).sqrt().max(1e-12))
    }
}

/// `Σ Φ` and `Σ φ/s` at τ.
fn sums(mean: &[f64], inverse_sd: &[f64], tau: f64) -> (f64, f64) {
    // Eight running sums: the processor need not wait for the addition before. Their order is fixed.
    let (mut above, mut slope) = ([0.0; 8], [0.0; 8]);
    let whole = mean.len() / 8 * 8;
    for (m, i) in mean[..whole].chunks_exact(8).zip(inverse_sd[..whole].chunks_exact(8)) {
        for lane in 0..8 {
            let (p, density) = phi_and_density((m[lane] - tau) * i[lane]);
            above[lane] += p;
            slope[lane] += density * i[lane];
        }
    }
    for (m, i) in mean[whole..].iter().zip(&inverse_sd[whole..]) {
        let (p, density) = phi_and_density((m - tau) * i);
        above[0] += p;
        slope[0] += density * i;
    }
    (above.iter().sum(), slope.iter().sum())
}

fn drop_hopeless(mean: &mut Vec<f64>, inverse_sd: &mut Vec<f64>, tau: f64) {
    let mut kept = 0;
    for at in 0..mean.len() {
        (mean[kept], inverse_sd[kept]) = (mean[at], inverse_sd[at]);
        kept += usize::from((mean[kept] - tau) * inverse_sd[kept] > NEGLIGIBLE);
    }
    mean.truncate(kept);
    inverse_sd.truncate(kept);
}

/// Probability of belonging to the best `k` of n independent normals, `(n,)`.
///
/// `mean` and `sd` have shape `(n,)`; `sd` must be positive. With `k ≥ n` everyone belongs.
pub fn p_top_k(mean: &[f64], sd: &[f64], k: usize) -> Vec<f64> {
    let mut inverse_sd = sd.iter().map(|s| 1.0 / s).collect();
    let threshold = Threshold::find(&mut mean.to_vec(), &mut inverse_sd, k);
    mean.iter().zip(sd).map(|(&m, &s)| threshold.probability(m, s)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phi_is_the_normal_distribution() {
        for (z, p) in [(0.0, 0.5), (1.0, 0.841_344_746), (-1.959_963_985, 0.025), (4.0, 0.999_968_329)] {
            assert!((phi(z) - p).abs() < 5e-7, "{z}");
        }
    }

    #[test]
    fn probabilities_sum_to_k_and_follow_the_means() {
        let mean = [50.0, 60.0, 70.0, 80.0];
        let p = p_top_k(&mean, &[8.0; 4], 2);
        assert!((p.iter().sum::<f64>() - 2.0).abs() < 0.05);
        assert!(p.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(p_top_k(&mean, &[8.0; 4], 4), vec![1.0; 4]);
    }
}
