//! The normal distribution, without the platform's mathematics library: the same bits everywhere.

/// Φ(z), absolute error below 3e-7 (Abramowitz & Stegun 7.1.28).
pub fn phi(z: f64) -> f64 {
    let x = z.abs() * std::f64::consts::FRAC_1_SQRT_2;
    let poly = 1.0
        + x * (0.070_523_078_4
            + x * (0.042_282_012_3
                + x * (0.009_270_527_2 + x * (0.000_152_014_3 + x * (0.000_276_567_2 + x * 0.000_043_063_8)))));
    let p2 = poly * poly;
    let p4 = p2 * p2;
    let p8 = p4 * p4;
    let tail = 0.5 / (p8 * p8);
    if z < 0.0 { tail } else { 1.0 - tail }
}

/// The density of the standard normal distribution.
fn density(z: f64) -> f64 {
    const SCALE: f64 = 0.398_942_280_401_432_7;
    if z.abs() > 12.0 { 0.0 } else { SCALE * libm::exp(-0.5 * z * z) }
}

/// Probability of belonging to the best `k` of n independent normals.
///
/// First τ with `Σ Φ((m_i − τ)/s_i) = k` (METHODS §5). The k-th best of the others is itself uncertain, and i competes
/// with the others only, so with `D = Σ_{j≠i} φ_j/s_j` and `V = Σ_{j≠i} Φ_j(1 − Φ_j)` at τ, the number of others above x
/// is taken as normal around `k − Φ_i − D (x − τ)` with variance V, and
/// `P_i = Φ((Φ_i − ½ + D (m_i − τ)) / √(V + D² s_i²))`.
///
/// `mean` and `sd` have shape `(n,)`; `sd` must be positive. With `k ≥ n` everyone belongs.
pub fn p_top_k(mean: &[f64], sd: &[f64], k: usize) -> Vec<f64> {
    if k >= mean.len() {
        return vec![1.0; mean.len()];
    }
    let inverse: Vec<f64> = sd.iter().map(|s| 1.0 / s).collect();
    let target = k as f64;
    let excess = |tau: f64| mean.iter().zip(&inverse).map(|(m, i)| phi((m - tau) * i)).sum::<f64>() - target;
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (m, s) in mean.iter().zip(sd) {
        low = low.min(m - 6.0 * s);
        high = high.max(m + 6.0 * s);
    }
    let (mut f_low, mut f_high) = (excess(low), excess(high));
    let mut side = 0;
    // Illinois variant of regula falsi: superlinear, and the bracket never opens.
    for _ in 0..60 {
        if f_low - f_high < 1e-9 || high - low < 1e-9 {
            break;
        }
        let middle = high - f_high * (high - low) / (f_high - f_low);
        let f = excess(middle);
        if f.abs() < 1e-6 {
            (low, high) = (middle, middle);
            break;
        }
        if f > 0.0 {
            (low, f_low) = (middle, f);
            if side == 1 {
                f_high *= 0.5;
            }
            side = 1;
        } else {
            (high, f_high) = (middle, f);
            if side == -1 {
                f_low *= 0.5;
            }
            side = -1;
        }
    }
    let tau = 0.5 * (low + high);
    let at_tau: Vec<(f64, f64)> = mean
        .iter()
        .zip(&inverse)
        .map(|(m, i)| {
            let z = (m - tau) * i;
            (phi(z), density(z) * i)
        })
        .collect();
    let (slope, spread) = at_tau.iter().fold((0.0, 0.0), |(d, v), (p, f)| (d + f, v + p * (1.0 - p)));
    let probability = |((p, f), (m, s)): (&(f64, f64), (&f64, &f64))| {
        let (slope, spread) = (slope - f, (spread - p * (1.0 - p)).max(0.0));
        phi((p - 0.5 + slope * (m - tau)) / (spread + slope * slope * s * s).sqrt().max(1e-12))
    };
    at_tau.iter().zip(mean.iter().zip(sd)).map(probability).collect()
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
