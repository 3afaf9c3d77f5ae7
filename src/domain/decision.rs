//! Decisions: a scenario or a selection that was adopted, by whom and why.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::{DecisionId, ScenarioId};
use super::date::Date;
use super::text::{Label, Note};
use super::wishes::ForcedPair;

/// A decision (决定): a recommendation to both sides, never an assignment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Its code.
    pub id: DecisionId,
    /// Its name.
    pub name: Label,
    /// The last event it was taken on: what was expected is computed again from there.
    pub as_of_seq: u64,
    /// The kept scenario it adopts.
    #[serde(default)]
    pub scenario: Option<ScenarioId>,
    /// Pairs recommended to both sides.
    #[serde(default)]
    pub pairs: Vec<ForcedPair>,
    /// The roles that took part.
    pub attendees: Vec<Label>,
    /// The roles that stood aside, and why.
    #[serde(default)]
    pub recusals: Vec<Recusal>,
    /// Why it was taken.
    pub reasons: Note,
    /// When what was expected is compared with what came.
    pub review_on: Date,
}

/// A role that stood aside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recusal {
    /// The role.
    pub role: Label,
    /// Why.
    pub reason: Note,
}
