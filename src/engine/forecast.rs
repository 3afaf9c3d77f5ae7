//! What a model says about a rating before it is known, and how well it said it.

use std::f64::consts::PI;

use serde::Serialize;

/// A predictive distribution: Student's t (normal if `freedom` is infinite), on the scale of the scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// Expected score, within the scale.
    pub mean: f64,
    /// Variance of the rating around it: what is unknown and the rating's own noise.
    pub variance: f64,
    /// Degrees of freedom.
    pub freedom: f64,
}

impl Forecast {
    /// Scale of the distribution: the factor of a standard t.
    fn spread(&self) -> f64 {
        let shrink = if self.freedom.is_finite() { (self.freedom - 2.0) / self.freedom } else { 1.0 };
        (self.variance * shrink).sqrt()
    }

    /// Log density at a score.
    pub fn log_density(&self, y: f64) -> f64 {
        let (spread, v) = (self.spread(), self.freedom);
        let z = (y - self.mean) / spread;
        if !v.is_finite() {
            return -0.5 * (z * z + (2.0 * PI).ln()) - spread.ln();
        }
        libm::lgamma(0.5 * (v + 1.0))
            - libm::lgamma(0.5 * v)
            - 0.5 * (v * PI).ln()
            - spread.ln()
            - 0.5 * (v + 1.0) * (z * z / v).ln_1p()
    }

    /// Whether the central interval whose normal quantile is `z` holds a score. The quantile of Student's t by the
    /// Cornish-Fisher expansion to the third order, good to 1e-3 from 8 degrees of freedom.
    pub fn covers(&self, y: f64, z: f64) -> bool {
        let (over, z2) = (1.0 / self.freedom, z * z);
        let first = (z2 + 1.0) / 4.0;
        let second = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
        let third = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
        let t = z * (1.0 + over * (first + over * (second + over * third)));
        (y - self.mean).abs() <= t * self.spread()
    }
}

/// Normal quantiles of the central 50, 80 and 95 % intervals.
const QUANTILES: [f64; 3] = [0.674_489_750_196_082, 1.281_551_565_544_6, 1.959_963_984_540_054];

/// How well forecasts met the scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Accuracy {
    /// Root mean squared error, on the scale of the scores.
    pub rmse: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// Mean log density of the scores; higher is better.
    pub mean_log_density: f64,
    /// Share of scores within the central 50 % interval.
    pub coverage_50: f64,
    /// Share of scores within the central 80 % interval.
    pub coverage_80: f64,
    /// Share of scores within the central 95 % interval.
    pub coverage_95: f64,
}

impl Accuracy {
    /// Compares forecasts with scores, in order; all zero if there is none.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a Forecast, f64)>) -> Self {
        let mut sum = Self::default();
        let mut n = 0.0;
        for (forecast, y) in pairs {
            let error = y - forecast.mean;
            let covered = QUANTILES.map(|z| f64::from(u8::from(forecast.covers(y, z))));
            n += 1.0;
            sum.rmse += error * error;
            sum.mae += error.abs();
            sum.mean_log_density += forecast.log_density(y);
            sum.coverage_50 += covered[0];
            sum.coverage_80 += covered[1];
            sum.coverage_95 += covered[2];
        }
        let n = f64::max(n, 1.0);
        Self {
            rmse: (sum.rmse / n).sqrt(),
            mae: sum.mae / n,
            mean_log_density: sum.mean_log_density / n,
            coverage_50: sum.coverage_50 / n,
            coverage_80: sum.coverage_80 / n,
            coverage_95: sum.coverage_95 / n,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_and_intervals_are_those_of_the_tables() {
        let normal = Forecast { mean: 3.0, variance: 4.0, freedom: f64::INFINITY };
        assert!((normal.log_density(5.0) - (-2.112_085_713_764_618)).abs() < 1e-12);
        assert!(normal.covers(3.0 + 2.0 * 1.9599, QUANTILES[2]) && !normal.covers(3.0 + 2.0 * 1.9600, QUANTILES[2]));
        // Student's t with 10 degrees of freedom and scale 1 has variance 1.25.
        let t = Forecast { mean: 0.0, variance: 1.25, freedom: 10.0 };
        assert!((t.log_density(1.0) - (-1.468_103_3)).abs() < 1e-6, "{}", t.log_density(1.0));
        assert!(t.covers(2.226, QUANTILES[2]) && !t.covers(2.231, QUANTILES[2]));
        assert!(t.covers(0.699, QUANTILES[0]) && !t.covers(0.7005, QUANTILES[0]));
    }
}
