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

impl TryFrom<Raw> for Engagement {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        let Raw { id, enterprise, college, kind, start, end, status } = raw;
        check_period(start, end)?;
        Ok(Self { id, enterprise, college, kind, start, end, status })
    }
}
