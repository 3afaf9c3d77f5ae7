//! The team of k: colleges that together cover a park's need.

use serde::Serialize;
use utoipa::ToSchema;

use super::code::{ParkId, PresetId};
use super::shortlist::{AsOf, CollegeRef, Unmet};
use super::text::Label;

/// A team of colleges. It recommends, it never assigns.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Team {
    /// The park that asked.
    pub park: ParkId,
    /// Its name.
    pub park_name: Label,
    /// The state it was computed from.
    pub as_of: AsOf,
    /// The weights that rank and filter.
    pub preset: PresetId,
    /// Members wished for; fewer if nobody could add anything.
    pub size: usize,
    /// Whether the need was derived from the park's industries because none is declared.
    pub need_derived: bool,
    /// The members, in the order of what each adds to those before it.
    pub members: Vec<TeamMember>,
    /// Share of the park's weighted need they cover together, 0–1.
    pub coverage: f64,
    /// No team of that size covers more.
    pub bound: f64,
    /// `bound − coverage`; 0 is a proof that the team is best.
    pub gap: f64,
    /// Whether the time limit ended the search before it was done; the gap is proven all the same.
    pub stopped: bool,
    /// What the first `size` of the shortlist would cover together.
    pub shortlist_coverage: f64,
    /// Need the team leaves open.
    pub unmet: Vec<Unmet>,
}

/// One member of a team.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TeamMember {
    /// The college.
    pub college: CollegeRef,
    /// Its rank on the shortlist.
    pub rank: u32,
    /// Its score.
    pub score: f64,
    /// What it covers alone, 0–1.
    pub alone: f64,
    /// What it adds to the members before it; these sum to the coverage.
    pub adds: f64,
    /// What the team would lose without it.
    pub loses: f64,
}
