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
    /// Why the rating was revised. In notes of logs since reasons stand beside them it is put in as they are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Comment>,
    /// SHA-256 of a salt and the reason, hexadecimal: the reason itself can be erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_digest: Option<String>,
    /// Whether it is the one follow-up rating after a rectification (追评).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub followup: bool,
    /// By whose link it came, if by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkMaker>,
}

#[cfg(test)]
mod tests {
    use super::super::event::Event;

    #[test]
    fn a_remark_from_before_reasons_stood_beside_the_log_is_the_same_bytes_again() {
        let old = r#"{"kind":"rating_noted","body":{"engagement":"G1","rev":2,"reason":"学员离职"}}"#;
        let event = Event::from_canonical_bytes(old.as_bytes()).expect("it is read");
        let Event::RatingNoted(note) = &event else { panic!("{event:?}") };
        assert_eq!(note.reason.as_ref().map(|reason| reason.as_str()), Some("学员离职"));
        assert_eq!((note.reason_digest.as_ref(), event.canonical_bytes()), (None, old.as_bytes().to_vec()));
    }
}
