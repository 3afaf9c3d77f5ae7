//! What a supervisor decided of a flagged block, and how a college appeals.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::code::{AppealId, CollegeId, FlagReviewId, ParkId};
use super::date::Date;
use super::flag::FlagBlock;
use super::text::{Comment, Note};

/// What is decided of a flagged block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Its ratings up to the day of the decision do not count.
    Upheld,
    /// They count in full: the block is not weighed down.
    Dismissed,
}

/// Which block: by park, or by fortnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReviewedBlock {
    /// Of the enterprises of a park.
    Park(ParkId),
    /// Given in the fortnight that begins on this day.
    Fortnight(Date),
}

impl ReviewedBlock {
    /// As flags name it.
    pub fn shown(&self) -> FlagBlock {
        match self {
            Self::Park(park) => FlagBlock::Park { park: park.clone() },
            Self::Fortnight(from) => FlagBlock::Fortnight { from: *from, to: from.plus_days(13) },
        }
    }
}

impl From<&FlagBlock> for ReviewedBlock {
    fn from(block: &FlagBlock) -> Self {
        match block {
            FlagBlock::Park { park } => Self::Park(park.clone()),
            FlagBlock::Fortnight { from, .. } => Self::Fortnight(*from),
        }
    }
}

/// A decision on a flagged block. It stands with what the flag said that day; deciding again is a new revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagReview {
    /// Its code, which says nothing of the block.
    pub id: FlagReviewId,
    /// The college.
    pub college: CollegeId,
    /// The block.
    pub block: ReviewedBlock,
    /// What was decided.
    pub verdict: Verdict,
    /// Why.
    pub reason: Note,
    /// The day of the decision: ratings up to it are meant.
    pub decided_on: Date,
    /// Pseudonym of who decided.
    pub by: CompactString,
    /// Ratings of the block that day.
    pub ratings: u32,
    /// Enterprises that gave them.
    pub enterprises: u32,
    /// Points on the 1–5 scale by which they stood out.
    pub shift: f64,
}

/// What a college says against a flag or a decision on one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    /// Its code.
    pub id: AppealId,
    /// The college.
    pub college: CollegeId,
    /// The decision it is about; `None`: ratings under review.
    pub review: Option<FlagReviewId>,
    /// What it says.
    pub text: Comment,
    /// The day it was lodged.
    pub lodged_on: Date,
    /// Pseudonym of who lodged it.
    pub by: CompactString,
}

/// How an appeal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppealOutcome {
    /// It was right: the supervisor decides the flag anew.
    Granted,
    /// The flag or the decision stays.
    Refused,
}

/// What a supervisor answers to an appeal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppealAnswer {
    /// The appeal.
    pub appeal: AppealId,
    /// How it ends.
    pub outcome: AppealOutcome,
    /// Why.
    pub reason: Note,
    /// The day of the answer.
    pub answered_on: Date,
    /// Pseudonym of who answered.
    pub by: CompactString,
}
