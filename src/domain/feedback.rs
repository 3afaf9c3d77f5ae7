//! What a college says of an engagement: shown to the enterprise once both have spoken, never scored.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::code::EngagementId;
use super::date::Date;
use super::rating::Mark;
use super::text::Note;

/// A college's feedback on an engagement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// The engagement.
    pub engagement: EngagementId,
    /// 1 非常不满意 … 5 非常满意.
    pub mark: Mark,
    /// One sentence; may be empty.
    pub comment: Note,
    /// The day it was given.
    pub given_on: Date,
    /// Pseudonym of who gave it.
    pub by: CompactString,
}

/// Days after the first of two sides spoke until the other sees it, if it stays silent.
pub const SEALED_DAYS: i32 = 14;
