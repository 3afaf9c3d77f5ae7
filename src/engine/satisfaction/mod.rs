//! Satisfaction: the posterior of the crossed random-effects model `y = μ + a_rater + b_college + ε` (METHODS §1), every
//! rating with the weight that its blocks of park and fortnight leave it.

mod blocks;
mod edges;
mod solve;

pub(super) use blocks::Baseline;
pub use edges::Edges;
pub use solve::{Posterior, Share, contributions};
