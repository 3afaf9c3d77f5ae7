//! Industrial parks.

use serde::{Deserialize, Serialize};

use super::code::{IndustryId, ParkId, PresetId};
use super::number::Amount;
use super::place::Place;
use super::text::{Label, Note};

/// How far a park is built; decides its default preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// New: it builds its own training base (新建园区).
    New,
    /// Established: it relies on college facilities (已建成园区).
    Established,
}

impl Stage {
    /// The preset asked with when the question names none.
    pub fn preset(self) -> PresetId {
        let name = match self {
            Self::New => "new_park",
            Self::Established => "established_park",
        };
        name.parse().unwrap_or_else(|_| unreachable!("the names above are codes"))
    }
}

/// An industrial park (产业园区).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Park {
    /// Its code in the national catalogue.
    pub id: ParkId,
    /// Its name.
    pub name: Label,
    /// The city it belongs to.
    pub city: Label,
    /// New or established.
    pub stage: Stage,
    /// Its leading industries.
    #[serde(default)]
    pub industries: Vec<IndustryId>,
    /// Where it lies.
    #[serde(default)]
    pub place: Option<Place>,
    /// What it can pay for training, yuan per person and day.
    #[serde(default)]
    pub budget_per_person_day: Option<Amount>,
    /// Where the facts come from.
    #[serde(default)]
    pub source: Option<Note>,
}
