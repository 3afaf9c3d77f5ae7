//! What a planner asks of a selection on the live model: wishes of parks, capacities of colleges.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::all_or::AllOr;
use super::code::{CollegeId, ParkId, PresetId};
use super::scenario_change::count;
use super::text::Label;

/// What a selection adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The scores of the pairs, points.
    #[default]
    Score,
    /// The share of the park's weighted need that each pair covers, percent.
    Coverage,
}

/// Which colleges should work with which parks, all at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SelectionQuestion {
    /// The parks with their wishes, or `"all"`.
    #[schema(value_type = Vec<ParkWish>)]
    pub parks: AllOr<ParkWish>,
    /// Partners of a park that names no wish of its own.
    #[serde(default = "one", deserialize_with = "count")]
    pub wish: u32,
    /// Whether every park wants exactly its wish; else at most.
    #[serde(default)]
    pub mandatory: bool,
    /// The best so many colleges of each park may be selected, 1–200.
    #[serde(default = "fifty", deserialize_with = "count")]
    pub candidates: u32,
    /// Parks that a college can take on; with `seats` of parks, the sum of these.
    #[serde(deserialize_with = "count")]
    pub capacity: u32,
    /// Colleges with another capacity.
    #[serde(default)]
    pub capacities: Vec<CollegeCapacity>,
    /// Pairs to be selected.
    #[serde(default)]
    pub forced: Vec<ForcedPair>,
    /// Pairs not to be selected.
    #[serde(default)]
    pub forbidden: Vec<ForcedPair>,
    /// Whether pairs with a running engagement are to be selected too.
    #[serde(default)]
    pub keep_existing: bool,
    /// Most pairs of all colleges of a city.
    #[serde(default)]
    pub quotas: Vec<CityQuota>,
    /// Only colleges within this distance of the park.
    #[serde(default)]
    pub max_km: Option<u16>,
    /// Only pairs of at least this many points (`coverage`: percent).
    #[serde(default)]
    pub min_score: Option<f64>,
    /// What is added up.
    #[serde(default)]
    pub objective: Objective,
    /// The weights; by each park's stage if left out.
    #[serde(default)]
    pub preset: Option<PresetId>,
}

/// A park and how many partners it wishes for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParkWish {
    /// The park.
    pub park: ParkId,
    /// Partners; the question's `wish` if left out.
    #[serde(default)]
    pub wish: Option<u32>,
    /// What each of its pairs takes of a college's capacity, 1 or more.
    #[serde(default = "one", deserialize_with = "count")]
    #[schema(minimum = 1)]
    pub seats: u32,
}

/// A college and how many parks it can take on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CollegeCapacity {
    /// The college.
    pub college: CollegeId,
    /// Parks.
    #[serde(deserialize_with = "count")]
    pub capacity: u32,
}

/// A park and a college.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForcedPair {
    /// The park.
    pub park: ParkId,
    /// The college.
    pub college: CollegeId,
}

/// A city and how many pairs its colleges may have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CityQuota {
    /// The city, as the directory writes it.
    pub city: Label,
    /// Pairs.
    #[serde(deserialize_with = "count")]
    pub pairs: u32,
}

fn one() -> u32 {
    1
}

fn fifty() -> u32 {
    50
}
