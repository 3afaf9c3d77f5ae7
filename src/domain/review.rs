//! A decision looked at again: what was expected of each pair, and what came.

use serde::Serialize;
use utoipa::ToSchema;

use super::code::{DecisionId, ParkId};
use super::date::Date;
use super::shortlist::{AsOf, CollegeRef, Satisfaction};
use super::text::Label;

/// What a decision expected beside what came. What is not known is `null`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DecisionReview {
    /// The decision.
    pub decision: DecisionId,
    /// Its name.
    pub name: Label,
    /// The state it was taken on: what was expected is worked out from there, under the scenario it adopted.
    pub expected_as_of: AsOf,
    /// The state what came is read from.
    pub as_of: AsOf,
    /// The day the decision names for its review.
    pub review_on: Date,
    /// Whether that day has come.
    pub due: bool,
    /// Pair by pair: the decision's own, or, if it names none, those its scenario lists or selects.
    pub pairs: Vec<PairReview>,
    /// The verification codes of the parks' lists as they stood then, without the scenario's changes; at most 50.
    pub codes: Vec<ParkCode>,
}

/// The verification code of a park's list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ParkCode {
    /// The park.
    pub park: ParkId,
    /// The code; checking it recomputes the list from the log.
    pub verify_code: String,
}

/// One pair.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PairReview {
    /// The park.
    pub park: ParkId,
    /// The college.
    pub college: CollegeRef,
    /// What was expected; `null` if the college was no candidate, or the scenario cannot be applied there.
    pub expected: Option<Standing>,
    /// Where the college stands now, for the same question without the scenario's changes; `null` if it is no candidate.
    pub now: Option<Standing>,
    /// What the two have done with each other since.
    pub realised: Realised,
    /// `realised.mean − expected.satisfaction.mean`; `null` unless both are known.
    pub satisfaction_move: Option<f64>,
    /// `now.score − expected.score`; `null` unless both are known.
    pub score_move: Option<f64>,
}

/// Where a college stands on a park's list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Standing {
    /// Its rank among all candidates.
    pub rank: u32,
    /// Its score.
    pub score: f64,
    /// Its standard deviation.
    pub score_sd: f64,
    /// Its satisfaction, with its interval.
    pub satisfaction: Satisfaction,
}

/// What a park's enterprises and a college have done since a decision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Realised {
    /// Engagements proposed since and not confirmed.
    pub proposed: u32,
    /// Engagements confirmed since, ended ones included.
    pub confirmed: u32,
    /// Ratings given since, of any engagement of the two; 0 if suppressed.
    pub ratings: u32,
    /// Their mean on the 1–5 scale; `null` if suppressed.
    pub mean: Option<f64>,
    /// Whether fewer than three enterprises gave them: then nothing is said of them.
    pub suppressed: bool,
}
