//! How much a ranking depends on its weights.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::{CollegeId, ParkId, PresetId};
use super::criterion::Criterion;
use super::explanation::Counterfactual;
use super::preset::Weights;
use super::scenario_change::count;
use super::shortlist::{AsOf, CollegeRef};
use super::text::Label;

/// What is asked of the weights.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SensitivityQuestion {
    /// Length of the list that should hold, 1–20.
    #[serde(default = "five", deserialize_with = "count")]
    pub top: u32,
    /// The weights' preset; by the park's stage if left out.
    #[serde(default)]
    pub preset: Option<PresetId>,
    /// Weights in place of a preset.
    #[serde(default)]
    pub weights: Option<Weights>,
    /// Draws of weights, 1–5,000.
    #[serde(default = "thousand", deserialize_with = "count")]
    pub draws: u32,
    /// Seed of the draws.
    #[serde(default)]
    pub seed: u32,
    /// How near the drawn weights stay to the given ones (the sum of the Dirichlet's parameters), 1–10,000.
    #[serde(default = "hundred", deserialize_with = "count")]
    pub concentration: u32,
    /// A college to be lifted.
    #[serde(default)]
    pub lift: Option<LiftQuestion>,
    /// Weights of several departments, at most 10.
    #[serde(default)]
    pub departments: Vec<Department>,
}

/// What would lift a college to a rank?
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiftQuestion {
    /// The college.
    pub college: CollegeId,
    /// The rank.
    #[serde(deserialize_with = "count")]
    pub rank: u32,
}

/// A department and its weights.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Its name.
    pub name: Label,
    /// Its weights.
    pub weights: Weights,
}

fn five() -> u32 {
    5
}

fn hundred() -> u32 {
    100
}

fn thousand() -> u32 {
    1_000
}

/// How much a park's ranking depends on its weights.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Sensitivity {
    /// The park that asked.
    pub park: ParkId,
    /// The state it was computed from.
    pub as_of: AsOf,
    /// The weights used.
    pub weights: Weights,
    /// Length of the list that should hold.
    pub top: u32,
    /// Draws of weights.
    pub draws: u32,
    /// Their seed.
    pub seed: u32,
    /// How near they stay to the weights.
    pub concentration: u32,
    /// Colleges ranked.
    pub candidates: u32,
    /// Weight by weight: within which values the best one and the list hold, the others rescaled in proportion.
    pub intervals: Vec<WeightInterval>,
    /// The list, with its ranks under drawn weights and by other methods.
    pub colleges: Vec<Robustness>,
    /// Entropy weights of the candidates, percent; for comparison only.
    pub entropy_weights: Vec<f64>,
    /// What would lift the college asked for; each change alone, the smallest first.
    pub lift: Option<Lift>,
    /// The departments side by side.
    pub departments: Option<Departments>,
}

/// Within which values of one weight an order holds.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WeightInterval {
    /// The criterion.
    pub criterion: Criterion,
    /// Its weight, percent.
    pub weight: f64,
    /// Where the first stays first.
    pub first: Interval,
    /// Where the same colleges make up the list.
    pub list: Interval,
}

/// An interval of a weight, percent; exact.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Interval {
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// Who comes in below it; `null` if nobody does.
    pub below: Option<CollegeRef>,
    /// Who comes in above it.
    pub above: Option<CollegeRef>,
}

/// A listed college under other weights and by other methods.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Robustness {
    /// The college.
    pub college: CollegeRef,
    /// Its rank.
    pub rank: u32,
    /// Its score.
    pub score: f64,
    /// Share of the draws in which it is first.
    pub first: f64,
    /// Share of the draws in which it is on the list.
    pub listed: f64,
    /// Its mean rank over the draws.
    pub mean_rank: f64,
    /// Share of the draws in which it has rank 1, 2, … `top`.
    pub ranks: Vec<f64>,
    /// Its rank by TOPSIS among the same candidates; for comparison only.
    pub topsis_rank: u32,
    /// Its rank under entropy weights; for comparison only.
    pub entropy_rank: u32,
}

/// What would lift a college.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Lift {
    /// The college.
    pub college: CollegeRef,
    /// Its rank.
    pub rank: u32,
    /// The rank asked for.
    pub wanted: u32,
    /// Each would alone do; empty if none could, or it has that rank.
    pub changes: Vec<Counterfactual>,
}

/// Several departments' weights side by side.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Departments {
    /// Each department's own list.
    pub orders: Vec<DepartmentOrder>,
    /// The list by the mean of their weights.
    pub mean: Vec<CollegeRef>,
    /// Every college on any of the lists, the most disputed first.
    pub disputed: Vec<Disputed>,
    /// Criteria by how far their weights lie apart.
    pub criteria: Vec<DisputedWeight>,
}

/// One department's list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DepartmentOrder {
    /// The department.
    pub name: Label,
    /// Its list.
    pub colleges: Vec<CollegeRef>,
    /// How far it departs from the mean: the share of pairs of listed colleges (on any list) that it orders otherwise, 0–1.
    pub apart: f64,
}

/// How departments rank one college.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Disputed {
    /// The college.
    pub college: CollegeRef,
    /// Its rank by each department.
    pub ranks: Vec<u32>,
    /// Highest less lowest rank.
    pub spread: u32,
}

/// How departments weigh one criterion.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DisputedWeight {
    /// The criterion.
    pub criterion: Criterion,
    /// Its weight by each department, percent.
    pub weights: Vec<f64>,
    /// Highest less lowest.
    pub spread: f64,
}

/// Pairwise comparisons of criteria (AHP).
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AhpQuestion {
    /// The criteria compared, 2–12; the others weigh 0.
    pub criteria: Vec<Criterion>,
    /// `matrix[i][j]`: how many times as important criterion i is as j, 1/9–9; `matrix[j][i]` is its reciprocal.
    pub matrix: Vec<Vec<f64>>,
}

/// Weights from pairwise comparisons.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AhpWeights {
    /// The principal eigenvector as weights, two decimals, sum 100.
    pub weights: Weights,
    /// The principal eigenvalue.
    pub lambda_max: f64,
    /// `(λ − n) / (n − 1)`.
    pub consistency_index: f64,
    /// The index ÷ that of random matrices (Saaty); below .1 is taken as consistent.
    pub consistency_ratio: f64,
    /// Whether it is.
    pub consistent: bool,
    /// The comparison that fits the others least.
    pub worst: Option<AhpPair>,
}

/// One comparison.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct AhpPair {
    /// This criterion …
    pub criterion: Criterion,
    /// … against this one.
    pub against: Criterion,
    /// What was said.
    pub said: f64,
    /// What the weights say.
    pub fits: f64,
}
