//! Blocks of ratings that the model trusts less than others: flagged, never deleted.

use serde::Serialize;
use utoipa::ToSchema;

use super::code::{FlagReviewId, ParkId};
use super::cut::LEAST_ENTERPRISES;
use super::date::Date;
use super::explanation::Sentence;
use super::flag_review::Verdict;
use super::shortlist::{AsOf, CollegeRef};
use super::text::Note;

/// What the ratings of a flagged block have in common besides their college.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FlagBlock {
    /// They come from enterprises of one park.
    Park {
        /// The park.
        park: ParkId,
    },
    /// They were given within one fortnight.
    Fortnight {
        /// Its first day.
        from: Date,
        /// Its last day.
        to: Date,
    },
}

/// A block of a college's ratings that stands out from all its others and therefore counts less.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Flag {
    /// The college.
    pub college: CollegeRef,
    /// What the ratings have in common.
    pub block: FlagBlock,
    /// How many there are.
    pub ratings: u32,
    /// How many enterprises gave them.
    pub enterprises: u32,
    /// Points on the 1–5 scale by which they stand out, the severity of their raters allowed for.
    pub shift: f64,
    /// Weight λ of the block: 1 counts like any, 0 not at all.
    pub weight: f64,
    /// Share of the information of all of the college's ratings that these keep, 0–1.
    pub share: f64,
    /// Why it is flagged.
    pub reason: Sentence,
}

/// A decision on a flagged block, with what the flag said that day.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FlagReviewShown {
    /// Its code.
    pub id: FlagReviewId,
    /// The college.
    pub college: CollegeRef,
    /// The block.
    pub block: FlagBlock,
    /// What was decided.
    pub verdict: Verdict,
    /// Why.
    pub reason: Note,
    /// The day of the decision.
    pub decided_on: Date,
    /// Pseudonym of who decided; `null` unless the reader may see it.
    pub by: Option<String>,
    /// Ratings of the block that day.
    pub ratings: u32,
    /// Enterprises that gave them.
    pub enterprises: u32,
    /// Points by which they stood out.
    pub shift: f64,
}

/// All flagged blocks, the weight that each keeps shown: the model's own down-weighting, nothing is deleted.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Flags {
    /// The state it was computed from.
    pub as_of: AsOf,
    /// Blocks of a lower weight λ are flagged …
    pub flag_weight: f64,
    /// … if they have at least so many ratings.
    pub flag_ratings: u32,
    /// How many are flagged in all.
    pub total: u32,
    /// Those that stand out most first, at most 200.
    pub flags: Vec<Flag>,
    /// Blocks that were decided on, the newest decision first.
    pub reviews: Vec<FlagReviewShown>,
}

impl Flags {
    /// Keeps blocks of at least three enterprises.
    pub fn keep_large(&mut self) {
        self.flags.retain(|flag| flag.enterprises as usize >= LEAST_ENTERPRISES);
        self.total = self.flags.len() as u32;
    }
}
