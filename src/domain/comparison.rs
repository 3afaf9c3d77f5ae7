//! A few colleges pair by pair.

use serde::Serialize;
use utoipa::ToSchema;

use super::code::{CollegeId, ParkId, PresetId};
use super::shortlist::{AsOf, CollegeRef, Satisfaction};

/// A compared college.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ComparedOne {
    /// The college.
    pub college: CollegeRef,
    /// Its rank among all candidates.
    pub rank: u32,
    /// Colleges of one tie group are too close to call, among those compared.
    pub tie_group: u32,
    /// 0–100.
    pub score: f64,
    /// Standard deviation of the score, the satisfaction's exact.
    pub score_sd: f64,
    /// What ratings say.
    pub satisfaction: Satisfaction,
}

/// A difference between two colleges.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PairDifference {
    /// First minus second.
    pub difference: f64,
    /// Exact standard deviation of the difference: what the two have in common is taken off.
    pub sd: f64,
    /// Probability that the first is better.
    pub p_better: f64,
}

/// Two colleges.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ComparedPair {
    /// The first, which has the better rank.
    pub first: CollegeId,
    /// The second.
    pub second: CollegeId,
    /// Scores, 0–100.
    pub score: PairDifference,
    /// Satisfaction, points on the 1–5 scale.
    pub satisfaction: PairDifference,
}

/// A few colleges compared for a park.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Comparisons {
    /// The park that asked.
    pub park: ParkId,
    /// The state it was computed from.
    pub as_of: AsOf,
    /// The weights used.
    pub preset: PresetId,
    /// Best first.
    pub colleges: Vec<ComparedOne>,
    /// Every pair, by rank.
    pub pairs: Vec<ComparedPair>,
}
