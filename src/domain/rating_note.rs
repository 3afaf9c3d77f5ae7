//! What stands beside a rating in the log: why it was revised, whether it follows a rectification, by whose link it came.

use serde::{Deserialize, Serialize};

use super::code::EngagementId;
use super::text::Comment;

/// Who made the rating link that a rating came by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkMaker {
    /// The maker's role, by its code.
    pub role: String,
    /// The maker's pseudonym: an account's id, or `operator`.
    pub id: String,
}

/// A remark on one revision of a rating; it stands right before it and changes no ranking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatingNote {
    /// The engagement that is rated.
    pub engagement: EngagementId,
    /// The revision of the rating that it is about.
    pub rev: u32,
    /// Why the rating was revised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Comment>,
    /// Whether it is the one follow-up rating after a rectification (追评).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub followup: bool,
    /// By whose link it came, if by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkMaker>,
}
