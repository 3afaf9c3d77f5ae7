//! Engagements: the only thing that can be rated.

use serde::{Deserialize, Serialize};

use super::code::{CollegeId, EngagementId, EnterpriseId};
use super::date::Date;
use super::demand::{DemandKind, check_period};
use super::invalid::Invalid;

/// How far an engagement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngagementStatus {
    /// One side proposed it.
    Proposed,
    /// Both sides confirmed it; it can be rated.
    Confirmed,
    /// It ran to its end; it can be rated.
    Closed,
}

/// One cooperation of an enterprise with a college over a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Raw")]
pub struct Engagement {
    /// Its code.
    pub id: EngagementId,
    /// The enterprise.
    pub enterprise: EnterpriseId,
    /// The college.
    pub college: CollegeId,
    /// What it is about.
    pub kind: DemandKind,
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// How far it is.
    pub status: EngagementStatus,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: EngagementId,
    enterprise: EnterpriseId,
    college: CollegeId,
    kind: DemandKind,
    start: Date,
    end: Date,
    status: EngagementStatus,
}

/// Days after the start from which an engagement can be rated, if it does not end before.
const OPENS_AFTER: i32 = 30;

/// The days on which an engagement can be rated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatingWindow {
    /// The first.
    pub opens: Date,
    /// The last; `None` while the engagement runs.
    pub closes: Option<Date>,
}

impl RatingWindow {
    /// Whether a day is one of them.
    pub fn holds(&self, day: Date) -> bool {
        self.opens <= day && self.closes.is_none_or(|closes| day <= closes)
    }
}

impl Engagement {
    /// When it can be rated: from 30 days after its start, or its end if that is earlier; once it is closed until `days` after
    /// its end.
    pub fn rating_window(&self, days: u16) -> RatingWindow {
        let closes = (self.status == EngagementStatus::Closed).then(|| self.end.plus_days(i32::from(days)));
        RatingWindow { opens: self.start.plus_days(OPENS_AFTER).min(self.end), closes }
    }
}

impl TryFrom<Raw> for Engagement {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        let Raw { id, enterprise, college, kind, start, end, status } = raw;
        check_period(start, end)?;
        Ok(Self { id, enterprise, college, kind, start, end, status })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engagement(start: &str, end: &str, status: EngagementStatus) -> Engagement {
        Engagement {
            id: "G1".parse().expect("a code"),
            enterprise: "E1".parse().expect("a code"),
            college: "C1".parse().expect("a code"),
            kind: DemandKind::Train,
            start: start.parse().expect("a day"),
            end: end.parse().expect("a day"),
            status,
        }
    }

    #[test]
    fn the_window_opens_after_thirty_days_or_at_the_end_and_closes_after_the_end() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        let long = engagement("2026-01-01", "2026-06-30", EngagementStatus::Closed).rating_window(180);
        assert_eq!((long.opens, long.closes), (day("2026-01-31"), Some(day("2026-12-27"))));
        let inside = ["2026-01-30", "2026-01-31", "2026-12-27", "2026-12-28"].map(|text| long.holds(day(text)));
        assert_eq!(inside, [false, true, true, false], "its first and its last day are days of it");
        let short = engagement("2026-01-01", "2026-01-10", EngagementStatus::Closed).rating_window(5);
        assert_eq!((short.opens, short.closes), (day("2026-01-10"), Some(day("2026-01-15"))));
        let running = engagement("2026-01-01", "2026-06-30", EngagementStatus::Confirmed).rating_window(5);
        assert!(running.holds(day("2030-01-01")), "what was not closed stays open");
    }
}
