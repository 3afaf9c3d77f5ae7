//! Satisfaction: the posterior of the crossed random-effects model `y = μ + a_rater + b_college + ε` (METHODS §1), every
//! rating with the weight that its blocks of park and fortnight, its age and its rater's noise leave it.

mod attributes;
mod blocks;
mod edges;
mod kind;
mod loadings;
mod local;
mod shares;
mod smooth;
mod solve;
mod system;
mod update;

pub use attributes::attributes;
pub(super) use blocks::Baseline;
pub use edges::Edges;
pub(super) use edges::fortnight_of;
pub(super) use kind::{Block, BlockOf};
pub(super) use shares::{OwnRating, covariances};
pub use shares::{Share, contributions};
pub use solve::Posterior;
