//! Satisfaction: the posterior of the crossed random-effects model `y = μ + a_rater + b_college + ε` (METHODS §1), every
//! rating with the weight that its blocks of park and fortnight, its age and its rater's noise leave it.

mod attributes;
mod blocks;
mod edges;
mod local;
mod solve;

pub use attributes::attributes;
pub(super) use blocks::Baseline;
pub use edges::Edges;
pub(super) use local::{Block, BlockOf};
pub(super) use solve::covariances;
pub use solve::{Posterior, Share, contributions};
