//! Crossed random effects on any table of ratings (METHODS §1): `y = μ + a_rater + b_college + ε`.
//!
//! `a_u ~ N(0, σa²)`, `b_i ~ N(x_iᵀβ, σb²)`, `ε ~ N(0, s_u²)` with the `s_u²` of each rater under an inverse-gamma prior.

mod estimate;
mod online;
mod prior;
mod system;
mod time;

pub use online::CrossedOnline;
pub use time::through_time;

use crate::engine::forecast::Forecast;
use crate::engine::rows::Rows;

/// How many ratings the prior of a rater's own noise is worth.
const NOISE_WEIGHT: f64 = 8.0;

/// Grand mean and variances, in scores and squared scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variances {
    /// Grand mean μ.
    pub mean: f64,
    /// Severity of raters, σa².
    pub rater: f64,
    /// Quality of colleges around their prior mean, σb².
    pub college: f64,
    /// Typical noise of a rating.
    pub noise: f64,
}

/// The posterior. Positions are those of the ratings' names.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossed {
    /// Parameters it holds for.
    pub variances: Variances,
    /// Prior mean `x_iᵀβ` of each college; zero without attributes.
    pub prior: Vec<f64>,
    /// Effect of each college above μ and its prior mean.
    pub college: Vec<f64>,
    /// Its variance, within 10 % of exact (5 % on tables of hundreds of colleges).
    pub college_variance: Vec<f64>,
    /// Severity of each rater.
    pub rater: Vec<f64>,
    /// Its variance, within 10 % of exact.
    pub rater_variance: Vec<f64>,
    /// Precision of each rater's ratings, `1/s_u²`.
    pub weight: Vec<f64>,
    /// What each attribute adds to the prior mean, in the attributes' own units …
    pub coefficients: Vec<f64>,
    /// … less this.
    pub offset: f64,
    /// Ratings of each rater.
    ratings: Vec<u32>,
}

impl Crossed {
    /// The posterior for given parameters, the noise of all raters alike and no attributes: exact, from a cold start.
    pub fn solve(rows: &Rows, n_colleges: usize, variances: Variances) -> Self {
        let mut crossed = Self::start(rows, n_colleges, variances);
        crossed.settle(rows, estimate::EXACT);
        crossed
    }

    /// The forecast of a rater's rating of a college.
    pub fn forecast(&self, rater: usize, college: usize, scale: (f64, f64)) -> Forecast {
        let mean = self.variances.mean + self.rater[rater] + self.prior[college] + self.college[college];
        let freedom = NOISE_WEIGHT + f64::from(self.ratings[rater]);
        // 1/weight is the scale of the noise's t; its variance is a little more.
        let noise = freedom / (freedom - 2.0) / self.weight[rater];
        let variance = self.rater_variance[rater] + self.college_variance[college] + noise;
        Forecast { mean: mean.clamp(scale.0, scale.1), variance, freedom }
    }
}
