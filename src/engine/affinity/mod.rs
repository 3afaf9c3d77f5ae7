//! Affinity: who suits whom, beyond severity and quality (METHODS §2). Personalises, never owns the order.
//!
//! `y = μ + a_u + b_i + p_uᵀ q_i + ε`. Bias and factors of a subject are one row with a full normal-Wishart
//! hyperprior; attributes may move the prior mean of a row; each rater has a noise of its own.

mod belief;
mod chain;
mod hyper;
mod online;
mod pool;
mod side;
mod small;

pub use chain::{Averages, Chain};
pub use online::Affinity;
pub(crate) use pool::Pool;

/// How many ratings the prior of a rater's own noise is worth.
const NOISE_WEIGHT: f64 = 8.0;
/// No rater's precision rises above this, in standardised scores: all equal scores must stay finite.
const SHARPEST: f64 = 1e6;
