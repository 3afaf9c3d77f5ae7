//! Satisfaction: the exact posterior of the crossed random-effects model `y = μ + a_rater + b_college + ε`
//! (METHODS §1). Park and time blocks, per-rater variance and a prior mean from attributes will join here.

mod edges;
mod solve;

pub use edges::Edges;
pub use solve::{Posterior, Share, contributions};
