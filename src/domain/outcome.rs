//! What a scenario changes, with the causes.

use serde::Serialize;
use utoipa::ToSchema;

use super::code::{CollegeId, ParkId};
use super::criterion::Criterion;
use super::selected::{SelectedPair, Selection};
use super::shortlist::{AsOf, CollegeRef, Shortlist};

/// The answer to a scenario's question. It recommends, it never assigns.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ScenarioAnswer {
    /// The state the scenario starts from.
    pub as_of: AsOf,
    /// How many changes were applied.
    pub changes: usize,
    /// Park by park, in the order asked.
    pub parks: Vec<ParkOutcome>,
    /// The selection before and after, if the question asks for one.
    pub selection: Option<SelectionMove>,
}

/// A selection before and after a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SelectionMove {
    /// The selection without the changes.
    pub base: Selection,
    /// The selection with them.
    pub scenario: Selection,
    /// `scenario.objective − base.objective`; `null` if the wishes cannot be met on either side.
    pub objective_move: Option<f64>,
    /// The move by change, each applied after those before it; the parts add up to it. Idle changes are left out.
    pub by_change: Vec<ChangeShare>,
    /// Pairs that are selected only with the changes.
    pub entered: Vec<SelectedPair>,
    /// Pairs that are selected only without them.
    pub left: Vec<SelectedPair>,
}

/// One park before and after.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ParkOutcome {
    /// The park.
    pub park: ParkId,
    /// The list without the changes; `null` if there is no such park yet.
    pub base: Option<Shortlist>,
    /// The list with them; its `verify_code` is empty, since no log recomputes it. `null` if the park is closed.
    pub scenario: Option<Shortlist>,
    /// What differs, and why.
    pub difference: Difference,
}

/// What differs between two lists of one park.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Difference {
    /// Every college of either list, by its rank after the changes.
    pub moves: Vec<Move>,
    /// Colleges that enter the list.
    pub entered: Vec<CollegeRef>,
    /// Colleges that leave it.
    pub left: Vec<CollegeRef>,
    /// What each forced college costs.
    pub forced: Vec<Forced>,
    /// Need the listed colleges leave open, where that changes.
    pub unmet: Vec<UnmetMove>,
}

/// How one college moves.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Move {
    /// The college.
    pub college: CollegeRef,
    /// Its rank among all candidates before; `null` if it was none.
    pub rank_before: Option<u32>,
    /// Its rank after.
    pub rank_after: Option<u32>,
    /// Its score before.
    pub score_before: Option<f64>,
    /// Its score after.
    pub score_after: Option<f64>,
    /// `score_after − score_before`; `null` unless it is ranked both times.
    pub score_move: Option<f64>,
    /// The move by criterion; the parts add up to it. Criteria that do not move are left out.
    pub by_criterion: Vec<CriterionShare>,
    /// The move by change, each applied after those before it; the parts add up to it. Idle changes are left out.
    pub by_change: Vec<ChangeShare>,
}

/// A criterion's part of a move.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct CriterionShare {
    /// The criterion.
    pub criterion: Criterion,
    /// Points.
    pub points: f64,
}

/// A change's part of a move.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct ChangeShare {
    /// Position of the change in the scenario, from 0.
    pub change: usize,
    /// Points.
    pub points: f64,
}

/// A college on the list whatever its rank.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Forced {
    /// The college.
    pub college: CollegeRef,
    /// Its rank among all candidates; `null` if a hard filter excludes it.
    pub rank: Option<u32>,
    /// Whose seat it takes; `null` if it is on the list by merit.
    pub displaces: Option<CollegeRef>,
    /// Points the list loses by that; `null` if a hard filter excludes it.
    pub cost: Option<f64>,
}

/// Open need of one demand before and after.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct UnmetMove {
    /// The demand's code, or the name of a need derived from the park's industries.
    pub demand: String,
    /// People left open before.
    pub before: f64,
    /// People left open after.
    pub after: f64,
}

/// One park of a nation-wide scenario, in short.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ParkBrief {
    /// The park.
    pub park: ParkId,
    /// The list before, best first.
    pub before: Vec<CollegeId>,
    /// The list after.
    pub after: Vec<CollegeId>,
    /// Colleges that enter.
    pub entered: Vec<CollegeId>,
    /// Colleges that leave.
    pub left: Vec<CollegeId>,
}
