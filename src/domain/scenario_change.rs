//! What happens in a scenario: hypothetical events, one by one.

use serde::de;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::code::{CollegeId, DemandId, EngagementId, EnterpriseId, ParkId, PresetId, ProgrammeId, RatingId};
use super::college::College;
use super::demand::{Demand, DemandKind};
use super::engagement::Engagement;
use super::enterprise::Enterprise;
use super::invalid::Invalid;
use super::park::Park;
use super::preset::Weights;
use super::programme::Programme;
use super::rating::Marks;
use super::wishes::CollegeCapacity;

/// One hypothetical event; in JSON an object with the one key that names it, e.g. `{"college_closed": "C0001"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScenarioChange {
    /// A park settles or changes.
    ParkPut(Park),
    /// A park is closed.
    ParkClosed(ParkId),
    /// An enterprise settles or changes.
    EnterprisePut(Enterprise),
    /// An enterprise leaves.
    EnterpriseClosed(EnterpriseId),
    /// A college comes or changes.
    CollegePut(College),
    /// A college leaves.
    CollegeClosed(CollegeId),
    /// A programme opens or changes.
    ProgrammePut(Programme),
    /// A programme closes.
    ProgrammeClosed(ProgrammeId),
    /// A programme has another number of seats for one kind of demand.
    ProgrammeSeats(SeatsChange),
    /// A programme has other training stations.
    ProgrammeStations(StationsChange),
    /// A demand arises or changes.
    DemandPut(Demand),
    /// A demand is met or given up.
    DemandClosed(DemandId),
    /// An engagement is made or changes.
    EngagementPut(Engagement),
    /// A rating is given.
    RatingAdded(RatingChange),
    /// A rating had not been given.
    RatingDropped(RatingId),
    /// A college can take on another number of parks; it counts in the scenario's selection.
    Capacity(CollegeCapacity),
    /// Other weights.
    Weights(Weights),
    /// The weights of a preset.
    Preset(PresetId),
    /// A college is on no list.
    Exclude(CollegeId),
    /// A college is on every list, whatever its rank; the answer says what that costs. A selection forces pairs instead.
    Force(CollegeId),
}

impl ScenarioChange {
    /// The key that names it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ParkPut(_) => "park_put",
            Self::ParkClosed(_) => "park_closed",
            Self::EnterprisePut(_) => "enterprise_put",
            Self::EnterpriseClosed(_) => "enterprise_closed",
            Self::CollegePut(_) => "college_put",
            Self::CollegeClosed(_) => "college_closed",
            Self::ProgrammePut(_) => "programme_put",
            Self::ProgrammeClosed(_) => "programme_closed",
            Self::ProgrammeSeats(_) => "programme_seats",
            Self::ProgrammeStations(_) => "programme_stations",
            Self::DemandPut(_) => "demand_put",
            Self::DemandClosed(_) => "demand_closed",
            Self::EngagementPut(_) => "engagement_put",
            Self::RatingAdded(_) => "rating_added",
            Self::RatingDropped(_) => "rating_dropped",
            Self::Capacity(_) => "capacity",
            Self::Weights(_) => "weights",
            Self::Preset(_) => "preset",
            Self::Exclude(_) => "exclude",
            Self::Force(_) => "force",
        }
    }
}

/// Another number of seats.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatsChange {
    /// The programme.
    pub programme: ProgrammeId,
    /// The kind of demand they serve.
    pub kind: DemandKind,
    /// Seats.
    #[serde(deserialize_with = "count")]
    pub seats: u32,
}

/// Other training stations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StationsChange {
    /// The programme.
    pub programme: ProgrammeId,
    /// Stations in all.
    #[serde(deserialize_with = "count")]
    pub stations: u32,
    /// Of these, free ones.
    #[serde(deserialize_with = "count")]
    pub stations_free: u32,
}

/// A hypothetical rating.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatingChange {
    /// The engagement it rates.
    pub engagement: EngagementId,
    /// The answers.
    pub marks: Marks,
}

/// Most seats or stations of a hypothetical programme.
const MOST: u32 = 1_000_000;

/// A whole number of things, from JSON; refused with its range.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let value = f64::deserialize(deserializer)?;
    if value.fract() == 0.0 && (0.0..=f64::from(MOST)).contains(&value) {
        Ok(value as u32)
    } else {
        Err(de::Error::custom(Invalid::out_of_range(0, MOST)))
    }
}
