//! Parameters of the satisfaction model.

use serde::{Deserialize, Serialize};

use super::code::ModelId;
use super::invalid::Invalid;

/// A versioned set of parameters of the crossed random-effects model
/// `y = μ + a_rater + b_college + ε` (METHODS §1), activated by an event.
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: ModelId,
    mean: f64,
    rater_variance: f64,
    college_variance: f64,
    noise_variance: f64,
}

impl TryFrom<Raw> for Model {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        let Raw { id, mean, rater_variance, college_variance, noise_variance } = raw;
        if !(1.0..=5.0).contains(&mean) {
            return Err(Invalid::out_of_range(1, 5));
        }
        for variance in [rater_variance, college_variance, noise_variance] {
            if !(1e-6..=100.0).contains(&variance) {
                return Err(Invalid::out_of_range(1e-6, 100));
            }
        }
        Ok(Self { id, mean, rater_variance, college_variance, noise_variance })
    }
}
