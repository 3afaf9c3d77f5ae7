//! Why a college stands where it stands.

use serde::Serialize;
use utoipa::ToSchema;

use super::code::{EngagementId, ParkId, PresetId, RatingId};
use super::criterion::Criterion;
use super::cut::RaterBand;
use super::date::Date;
use super::rating::Aspect;
use super::relation::NotCountedRatings;
use super::shortlist::{AsOf, Item};

/// What would be if one rating had not been given: the model solved anew without it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WithoutRating {
    /// The college's mean satisfaction, 1–5.
    pub mean: f64,
    /// The college's score, 0–100.
    pub score: f64,
    /// Points the rating adds to the score (negative: takes away).
    pub points: f64,
}

/// One sentence in both languages.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Sentence {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A rating's share in the college's satisfaction effect.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RatingContribution {
    /// The rating; `null` unless the reader may read it.
    pub rating: Option<RatingId>,
    /// The engagement it rates; `null` unless the reader may read it.
    pub engagement: Option<EngagementId>,
    /// The score given, 1–5.
    pub score: f64,
    /// Its share of the effect, points on the 1–5 scale.
    pub contribution: f64,
    /// What would be without it; `null` beyond the largest shares, of which fewer are computed the more ratings there
    /// are in all.
    pub without: Option<WithoutRating>,
}

/// What several enterprises' ratings have to do with the college's satisfaction effect together: never one enterprise's. Where
/// lists go by published figures there is one group of all, and its month is that of the cut.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RatingGroup {
    /// Enterprises in it.
    pub enterprises: RaterBand,
    /// First day of the month in which the first of them rated the college last.
    pub from: Date,
    /// First day of the month in which the last of them did.
    pub to: Date,
    /// Share of all their ratings of the college in the effect, points on the 1–5 scale.
    pub contribution: f64,
}

/// The mean of one aspect of the questionnaire.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AspectMean {
    /// The aspect.
    pub aspect: Aspect,
    /// Its mean, 1–5: the severity of raters taken off, shrunk towards the college's combined mean.
    pub mean: f64,
    /// Ratings that answer it; 不了解 does not count.
    pub ratings: u32,
}

/// A criterion that speaks for or against the college.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Reason {
    /// The criterion.
    pub criterion: Criterion,
    /// Points gained over the prior (negative: lost).
    pub gain: f64,
}

/// The change of one criterion that would lift the college above the one ranked before it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Counterfactual {
    /// The criterion.
    pub criterion: Criterion,
    /// Today's points, 0–100.
    pub anchored: f64,
    /// Points needed.
    pub anchored_needed: f64,
    /// The raw value needed.
    pub raw_needed: Option<f64>,
}

/// Why a college has its rank.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Explanation {
    /// The park that asked.
    pub park: ParkId,
    /// The state it was computed from.
    pub as_of: AsOf,
    /// The weights used.
    pub preset: PresetId,
    /// The college's place with all contributions.
    pub item: Item,
    /// Why it stands there, in one sentence: what speaks most for it, and its weakest point.
    pub sentence: Sentence,
    /// What speaks most for it, at most three.
    pub strengths: Vec<Reason>,
    /// What speaks most against it.
    pub weakness: Option<Reason>,
    /// Each would alone lift it above the one ranked before it.
    pub overtake: Vec<Counterfactual>,
    /// Posterior effect of the college, points above the grand mean.
    pub effect: f64,
    /// Exact posterior standard deviation of the effect; `item.satisfaction.sd` is its quick form.
    pub sd_exact: f64,
    /// Part of the effect that comes from the college's own ratings.
    pub own: f64,
    /// Part that comes from other colleges' ratings, through the calibration of shared raters.
    pub other: f64,
    /// What public attributes say before any rating; `prior + own + other = effect`.
    pub prior: f64,
    /// The day of the cut that the satisfaction is from, where lists go by published figures; left out where they go by ratings,
    /// and where nothing is published of the college.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub published_on: Option<Date>,
    /// The aspects of the questionnaire that enough enterprises answered.
    pub aspects: Vec<AspectMean>,
    /// The college's own ratings in groups of at least three enterprises, by when these rated it last; their contributions sum
    /// to `own`. The same groups whatever is asked.
    pub groups: Vec<RatingGroup>,
    /// The college's own ratings one by one, by absolute contribution, at most 100; those that do not count are not among
    /// them. For the operator alone, to all others empty.
    pub ratings: Vec<RatingContribution>,
    /// How many further ratings are there that do not count.
    pub not_counted: NotCountedRatings,
}
