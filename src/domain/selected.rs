//! A selection: the answer.

use compact_str::CompactString;
use serde::Serialize;
use utoipa::ToSchema;

/// The answer to a [`SelectionProblem`](super::SelectionProblem). Scores and prices are in points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Selection {
    /// What is known about it.
    pub status: SelectionStatus,
    /// Sum of the selected pairs' scores.
    pub objective: f64,
    /// No selection can be worth more.
    pub bound: f64,
    /// `bound − objective`; 0 is a proof of optimality.
    pub gap: f64,
    /// What proves the bound: `prices`, `search`, or `conflicts`.
    pub proof: &'static str,
    /// The selected pairs, by park, then college.
    pub pairs: Vec<SelectedPair>,
    /// Parks with fewer partners than they wished for.
    pub short: Vec<ShortPark>,
    /// Every college with candidates: use, price, and who would have come.
    pub colleges: Vec<CollegeUse>,
    /// What each forced or forbidden pair costs.
    pub wishes: Vec<WishPrice>,
    /// Who would rather have each other.
    pub envy: Envy,
    /// What simpler rules would have reached under the same wishes.
    pub comparison: Vec<Comparison>,
    /// If infeasible: smallest sets of wishes that exclude each other.
    pub conflicts: Vec<Conflict>,
    /// If infeasible: the least that must give way for every conflict to end.
    pub relaxation: Vec<Change>,
}

/// What is known about a selection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SelectionStatus {
    /// Proven optimal.
    #[default]
    Optimal,
    /// Within `gap` of the optimum.
    Feasible,
    /// The wishes exclude each other.
    Infeasible,
}

/// A selected pair.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SelectedPair {
    /// The park.
    #[schema(value_type = String)]
    pub park: CompactString,
    /// The college.
    #[schema(value_type = String)]
    pub college: CompactString,
    /// Its score.
    pub score: f64,
    /// Whether a wish forced it.
    pub forced: bool,
}

/// A park that does not get what it wished for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShortPark {
    /// The park.
    #[schema(value_type = String)]
    pub park: CompactString,
    /// Partners wished for.
    pub wish: u32,
    /// Partners selected.
    pub partners: u32,
}

/// How a college's capacity is used and what it is worth.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CollegeUse {
    /// The college.
    #[schema(value_type = String)]
    pub college: CompactString,
    /// Its capacity, seats.
    pub capacity: u32,
    /// Seats used.
    pub used: u32,
    /// What one more seat would add; `null` where it is not known exactly.
    pub one_more: Option<f64>,
    /// Where it is not known exactly: what it lies between.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub one_more_between: Option<Between>,
    /// What one seat less would cost; `null` if the wishes could not be met then, or it is not known exactly.
    pub one_less: Option<f64>,
    /// Where it is not known exactly: what it lies between.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub one_less_between: Option<Between>,
    /// Parks that would come if every park took its best and nobody counted places.
    pub wanted: u32,
    /// Seats by which they exceed the capacity.
    pub overload: u64,
}

/// The price of one wish: the optimum without it less the optimum with it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WishPrice {
    /// `forced` or `forbidden`.
    pub kind: &'static str,
    /// The park.
    #[schema(value_type = String)]
    pub park: CompactString,
    /// The college.
    #[schema(value_type = String)]
    pub college: CompactString,
    /// Points; `null` where it is not known exactly.
    pub price: Option<f64>,
    /// Where it is not known exactly: what it lies between.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub price_between: Option<Between>,
}

/// Proven limits of a price, points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct Between {
    /// At least this.
    pub low: f64,
    /// At most this.
    pub high: f64,
}

/// Pairs that would rather have each other than what they got; both sides rank by the score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Envy {
    /// How many there are; 0 means the selection is stable; `null` where it was not worked out.
    pub blocking: Option<usize>,
    /// The weightiest, at most 100.
    pub pairs: Vec<BlockingPair>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct BlockingPair {
    /// The park.
    #[schema(value_type = String)]
    pub park: CompactString,
    /// The college.
    #[schema(value_type = String)]
    pub college: CompactString,
    /// Their score.
    pub score: f64,
    /// What the park would gain over its last partner, or an open place.
    pub park_gain: f64,
    /// What the college would gain over its last park, or a free place.
    pub college_gain: f64,
}

/// What another rule would have reached.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Comparison {
    /// `greedy`, `deferred_acceptance` or `parks_in_order`.
    pub rule: &'static str,
    /// Its sum of scores.
    pub objective: f64,
    /// As a share of the objective; `null` if that is not positive.
    pub share: Option<f64>,
    /// Pairs it selects.
    pub pairs: usize,
}

/// Wishes of which each is needed for the contradiction: without any one of them the others can be met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Conflict {
    /// The wishes.
    pub wishes: Vec<Wish>,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

/// One wish of the planner's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Wish {
    /// What it is about.
    pub kind: WishKind,
    /// The park it names.
    #[schema(value_type = Option<String>)]
    pub park: Option<CompactString>,
    /// The college it names.
    #[schema(value_type = Option<String>)]
    pub college: Option<CompactString>,
    /// The city it names.
    #[schema(value_type = Option<String>)]
    pub city: Option<CompactString>,
    /// In words, in Chinese.
    pub zh: String,
    /// In words, in English.
    pub en: String,
}

/// The kinds of wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WishKind {
    /// A pair to be selected.
    Forced,
    /// A pair not to be selected.
    Forbidden,
    /// The number of a park's partners.
    Partners,
    /// A college's capacity.
    Capacity,
    /// A city's quota.
    Quota,
    /// The lowest score allowed.
    MinScore,
}

/// What gives way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Change {
    /// The wish.
    pub wish: Wish,
    /// By how much its number changes; 0 if it is dropped.
    pub by: i64,
    /// In words, in Chinese.
    pub zh: String,
    /// In words, in English.
    pub en: String,
}
