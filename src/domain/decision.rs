//! Decisions: a scenario or a selection that was adopted, by whom and why.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::{DecisionId, ScenarioId};
use super::date::Date;
use super::kept::kept;
use super::text::{Label, Note};
use super::wishes::ForcedPair;

kept! {
    /// A decision (决定): a recommendation to both sides, never an assignment.
    Decision {
        /// Its code.
        id: DecisionId,
        /// Its name.
        name: Label,
        /// The last event it was taken on: what was expected is computed again from there.
        as_of_seq: u64,
    }
    /// A decision to be recorded; its code is given.
    NewDecision {
        /// Its name.
        name: Label,
        /// The last event it was taken on, from the answer that was adopted; the newest if left out.
        #[serde(default)]
        as_of_seq: Option<u64>,
    }
    both {
        /// The kept scenario it adopts.
        #[serde(default)]
        scenario: Option<ScenarioId>,
        /// Pairs recommended to both sides.
        #[serde(default)]
        pairs: Vec<ForcedPair>,
        /// The roles that took part.
        attendees: Vec<Label>,
        /// The roles that stood aside, and why.
        #[serde(default)]
        recusals: Vec<Recusal>,
        /// Why it was taken.
        reasons: Note,
        /// When what was expected is compared with what came.
        review_on: Date,
    }
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
