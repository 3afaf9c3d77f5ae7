//! Parameters of the satisfaction model.

use serde::{Deserialize, Serialize};

use super::code::ModelId;
use super::invalid::Invalid;

/// A versioned set of parameters of the crossed random-effects model
/// `y = μ + a_rater + b_college + park block + fortnight block + ε` (METHODS §1), activated by an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Raw")]
pub struct Model {
    /// Its name, shown in every answer's `as_of.model`.
    pub id: ModelId,
    /// Grand mean μ, points on the 1–5 scale.
    pub mean: f64,
    /// Variance of rater severity σa².
    pub rater_variance: f64,
    /// Variance of college quality σb².
    pub college_variance: f64,
    /// Variance of one rating's noise σ².
    pub noise_variance: f64,
    /// Variance v_c of what a college's ratings from one park, or of one fortnight, have in common; 0: nothing.
    #[serde(default)]
    pub block_variance: f64,
    /// Degrees of freedom ν of these blocks' Student-t: the fewer, the less a block that stands out counts.
    #[serde(default = "block_freedom")]
    pub block_freedom: f64,
}

fn block_freedom() -> f64 {
    2.0
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: ModelId,
    mean: f64,
    rater_variance: f64,
    college_variance: f64,
    noise_variance: f64,
    #[serde(default)]
    block_variance: f64,
    #[serde(default = "block_freedom")]
    block_freedom: f64,
}

impl TryFrom<Raw> for Model {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        let Raw { id, mean, rater_variance, college_variance, noise_variance, block_variance, block_freedom } = raw;
        if !(1.0..=5.0).contains(&mean) {
            return Err(Invalid::out_of_range(1, 5));
        }
        for variance in [rater_variance, college_variance, noise_variance] {
            if !(1e-6..=100.0).contains(&variance) {
                return Err(Invalid::out_of_range(1e-6, 100));
            }
        }
        if !(0.0..=100.0).contains(&block_variance) {
            return Err(Invalid::out_of_range(0, 100));
        }
        if !(0.1..=1000.0).contains(&block_freedom) {
            return Err(Invalid::out_of_range(0.1, 1000));
        }
        Ok(Self { id, mean, rater_variance, college_variance, noise_variance, block_variance, block_freedom })
    }
}
