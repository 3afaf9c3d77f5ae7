//! When a rating may be given, and how often it may be revised. Days are read from the log, never from a client.

use super::{Service, ServiceError};
use crate::domain::{Comment, Date, Engagement, EngagementId, EntityKind, Event, Invalid, LinkMaker, Subject};
use crate::engine::ticket_of;
use crate::store::Revision;

/// Days after the first submission in which it may be revised freely.
const FREE_DAYS: i32 = 14;
/// Days between two revisions after that …
const APART: i32 = 30;
/// … of which so many are possible …
const MOST: usize = 3;
/// … in so many days.
const YEAR: i32 = 365;

/// What goes into the log beside a rating.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    /// Why it is revised.
    pub(super) reason: Option<Comment>,
    /// Whether it is the follow-up rating after a rectification.
    pub(super) followup: bool,
    /// By whose link it came.
    pub(super) link: Option<LinkMaker>,
}

/// The subject of an engagement's rating.
pub(super) fn rating_of(engagement: &EngagementId) -> Subject {
    Subject { kind: EntityKind::Rating, id: engagement.to_string() }
}

impl Service {
    /// Why the engagement cannot be rated today: its window has not begun, or is over.
    pub(super) fn outside_window(&self, engagement: &Engagement) -> Option<ServiceError> {
        let window = engagement.rating_window(self.rating_window_days);
        let outside = self.rating_window_days > 0 && !window.holds(self.day());
        outside.then_some(ServiceError::RatingWindow(window))
    }

    /// Whether an engagement that was rated before may be rated otherwise today.
    ///
    /// # Errors
    /// `missing-field` for a reason; [`ServiceError::RevisionLimit`]; what the log says.
    pub(super) async fn may_revise(
        &self,
        engagement: &EngagementId,
        reason: Option<&Comment>,
    ) -> Result<(), ServiceError> {
        let history = self.store.history(&rating_of(engagement)).await?;
        let current = self.live.current();
        let state = &current.snapshot.state;
        let ticket = state.ratings.get(engagement).and_then(|rating| state.tickets.get(&ticket_of(rating.id)));
        let followup = ticket.and_then(|ticket| ticket.followed_up_on);
        allowed(&history, followup, reason.is_some_and(|reason| !reason.as_str().is_empty()), self.day())
    }
}

/// The rule alone. A rating that was withdrawn and given anew is a revision too: else withdrawing would be a way around.
/// The follow-up rating after a rectification is not counted.
fn allowed(history: &[Revision], followup: Option<Date>, reasoned: bool, today: Date) -> Result<(), ServiceError> {
    let given = |revision: &Revision| match &revision.event {
        Event::RatingSubmitted(rating) | Event::RatingRevised(rating) => Some(rating.rated_on),
        _ => None,
    };
    let days: Vec<Date> = history.iter().filter_map(given).collect();
    let Some(&first) = days.first() else { return Ok(()) };
    let free = first.plus_days(FREE_DAYS);
    if today <= free {
        return Ok(());
    }
    if !reasoned {
        return Err(ServiceError::Invalid("/reason".to_owned(), Invalid::missing_field("reason")));
    }
    let mut counted: Vec<Date> = days[1..].iter().copied().filter(|&day| day > free).collect();
    if let Some(at) = counted.iter().position(|day| Some(*day) == followup) {
        counted.remove(at);
    }
    let rested = counted.last().map(|last| last.plus_days(APART));
    // The oldest of the last three leaves the year.
    let yearly = counted.len().checked_sub(MOST).map(|at| counted[at].plus_days(YEAR));
    match rested.max(yearly).filter(|&from| from > today) {
        Some(from) => Err(ServiceError::RevisionLimit(from)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Marks, Rating, RatingId, Timestamp};

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn history(days: &[&str]) -> Vec<Revision> {
        let marks: Marks =
            serde_json::from_str(r#"{"overall":4,"supply":4,"skill":4,"stay":4,"help":4}"#).expect("marks");
        let of = |(rev, text): (u32, &&str)| {
            let id = RatingId::new(uuid::Uuid::from_u128(7)).expect("an id");
            let engagement = "G1".parse().expect("a code");
            let rating = Rating { id, engagement, marks, rated_on: day(text), comment: None, comment_digest: None };
            let event = if rev == 1 { Event::RatingSubmitted(rating) } else { Event::RatingRevised(rating) };
            Revision { seq: rev.into(), rev, at: Timestamp::default(), event }
        };
        (1..).zip(days).map(of).collect()
    }

    fn limit(days: &[&str], today: &str) -> Option<String> {
        match allowed(&history(days), None, true, day(today)) {
            Ok(()) => None,
            Err(ServiceError::RevisionLimit(from)) => Some(from.to_string()),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn fourteen_days_are_free_and_then_a_reason_is_due() {
        let days = history(&["2026-01-01", "2026-01-02", "2026-01-03"]);
        assert!(allowed(&days, None, false, day("2026-01-15")).is_ok(), "the fourteenth day");
        let refused = allowed(&days, None, false, day("2026-01-16")).expect_err("no reason");
        assert!(matches!(refused, ServiceError::Invalid(at, why) if at == "/reason" && why.rule == "missing-field"));
        assert!(allowed(&days, None, true, day("2026-01-16")).is_ok(), "free revisions are not counted");
    }

    #[test]
    fn thirty_days_lie_between_revisions_and_three_in_a_year() {
        assert_eq!(limit(&["2026-01-01", "2026-03-01"], "2026-03-30").as_deref(), Some("2026-03-31"));
        assert_eq!(limit(&["2026-01-01", "2026-03-01"], "2026-03-31"), None);
        let three = ["2026-01-01", "2026-03-01", "2026-05-01", "2026-07-01"];
        assert_eq!(
            limit(&three, "2026-08-15").as_deref(),
            Some("2027-03-01"),
            "when the first of the three is a year old"
        );
        assert_eq!(limit(&three, "2027-03-01"), None);
        let followed = history(&["2026-01-01", "2026-03-01"]);
        assert!(
            allowed(&followed, Some(day("2026-03-01")), true, day("2026-03-02")).is_ok(),
            "a follow-up is not counted"
        );
        let four = ["2026-01-01", "2026-03-01", "2026-05-01", "2026-07-01", "2027-03-05"];
        assert_eq!(limit(&four, "2027-04-10").as_deref(), Some("2027-05-01"));
    }
}
