//! The answer to a question: a ranked shortlist with its reasons.

use serde::Serialize;
use utoipa::ToSchema;

use super::code::{CollegeId, ModelId, ParkId, PresetId};
use super::criterion::Criterion;
use super::cut::RaterBand;
use super::date::Timestamp;
use super::text::Label;

/// The state an answer was computed from.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AsOf {
    /// The last event it includes.
    pub seq: u64,
    /// When that event was recorded.
    pub at: Timestamp,
    /// The model parameters in force.
    pub model: ModelId,
}

/// A college named in an answer.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CollegeRef {
    /// Its code.
    pub id: CollegeId,
    /// Its name.
    pub name: Label,
}

/// What a contribution rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Known.
    Measured,
    /// Only implied by the college's kind or name.
    Implied,
    /// Computed from need derived from the park's industries.
    Derived,
    /// Nothing is known: the prior.
    Prior,
}

/// One criterion's part of the score.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Contribution {
    /// The criterion.
    pub criterion: Criterion,
    /// The raw value in the criterion's unit; `null` if unknown.
    pub raw: Option<f64>,
    /// Points on the fixed anchors, 0–100, two decimals.
    pub anchored: f64,
    /// Weight in percent.
    pub weight: f64,
    /// `weight × anchored ÷ 100`; the points of all criteria sum to the score.
    pub points: f64,
    /// What it rests on.
    pub evidence: Evidence,
}

/// What enterprises' ratings say, on the 1–5 scale.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Satisfaction {
    /// Posterior mean.
    pub mean: f64,
    /// Posterior standard deviation.
    pub sd: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
    /// Live ratings of the college; 0 if suppressed. Where lists go by published figures, as `raters`.
    pub ratings: u32,
    /// Enterprises that gave them; 0 if suppressed. Where lists go by published figures, the lower end of their band.
    pub raters: u32,
    /// Whether too few enterprises rated it: then it counts by its prior, and nothing is said of how many there are.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub suppressed: bool,
    /// The enterprises behind it, where lists go by published figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub band: Option<RaterBand>,
}

/// What enterprises like the park's own would say of a college (METHODS §2): a forecast of its rating by one of them, their
/// severity taken off. An option; it never owns the order.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Affinity {
    /// Expected rating, 1–5.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// Points on the anchors of satisfaction, 0–100, two decimals.
    pub anchored: f64,
    /// Weight in percent, as asked.
    pub weight: f64,
    /// `weight × anchored ÷ 100`; with the contributions they sum to the score.
    pub points: f64,
    /// Enterprises of the park whose ratings tell what these like; 0: there are too few, and any enterprise is meant.
    pub raters: u32,
}

/// How far a rank holds if the weights are uncertain: shares of weights drawn around those in force (SMAA).
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Acceptability {
    /// Share of the draws in which it is first.
    pub first: f64,
    /// Share of the draws in which it is on the list.
    pub listed: f64,
    /// Its mean rank over the draws.
    pub mean_rank: f64,
}

/// One ranked college.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Item {
    /// Its rank, 1 first.
    pub rank: u32,
    /// Colleges of one tie group are too close to call.
    pub tie_group: u32,
    /// The college.
    pub college: CollegeRef,
    /// 0–100.
    pub score: f64,
    /// Standard deviation of the score.
    pub score_sd: f64,
    /// The score, criterion by criterion.
    pub contributions: Vec<Contribution>,
    /// What enterprises like the park's own would say, if asked for; its points come on top of the contributions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity: Option<Affinity>,
    /// How far its rank holds under uncertain weights, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acceptability: Option<Acceptability>,
    /// What ratings say.
    pub satisfaction: Satisfaction,
    /// Probability of belonging to the best `top`.
    pub p_top_k: f64,
    /// Share of the park's weighted need that its programmes cover, 0–1.
    pub coverage: f64,
}

/// Why a college was not ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExcludedReason {
    /// Its licence is suspended.
    Suspended,
    /// A serious complaint is unresolved.
    Complaint,
    /// It declined to work with the park.
    Declined,
    /// All its stations are taken.
    FacilityFull,
    /// Its supply was last confirmed too long ago.
    StaleSupply,
    /// Internships may not cross the major group, and none of its programmes shares one.
    MajorGroupMismatch,
    /// Farther than asked.
    TooFar,
    /// Excluded by the question.
    ExcludedByQuestion,
}

/// A college that was not ranked.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Excluded {
    /// The college.
    pub college: CollegeRef,
    /// Why.
    pub reason: ExcludedReason,
}

/// Need that all listed colleges together leave open.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Unmet {
    /// The demand's code, or the name of a need derived from the park's industries.
    pub demand: String,
    /// People; for a derived need, which has no headcount, its open share of one.
    pub headcount: f64,
    /// Whether the need was derived from the park's industries.
    pub derived: bool,
}

/// A college outside the list whose upper bound would bring it in: worth one seat to learn more.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Explore {
    /// The college.
    pub college: CollegeRef,
    /// Its score.
    pub score: f64,
    /// Score plus 1.5 standard deviations.
    pub upper: f64,
}

/// A ranked shortlist. It recommends, it never assigns.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Shortlist {
    /// The park that asked.
    pub park: ParkId,
    /// Its name.
    pub park_name: Label,
    /// The state it was computed from.
    pub as_of: AsOf,
    /// Recomputes this answer: `GET /api/v1/verify/{verify_code}`.
    pub verify_code: String,
    /// The weights used.
    pub preset: PresetId,
    /// Version of the criteria sheet.
    pub sheet: Label,
    /// Whether the need was derived from the park's industries because none is declared.
    pub need_derived: bool,
    /// Colleges that were ranked.
    pub candidates: u32,
    /// Best first.
    pub items: Vec<Item>,
    /// The exploration seat.
    pub explore: Option<Explore>,
    /// Colleges not ranked, the first 100.
    pub excluded: Vec<Excluded>,
    /// How many were not ranked in all.
    pub excluded_total: u32,
    /// Need that the listed colleges together leave open.
    pub unmet: Vec<Unmet>,
}
