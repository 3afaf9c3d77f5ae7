//! Scenarios: what if? A list of hypothetical events, and the question asked before and after them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::code::{
    CollegeId, DemandId, EngagementId, EnterpriseId, ParkId, PresetId, ProgrammeId, RatingId, ScenarioId,
};
use super::college::College;
use super::demand::{Demand, DemandKind};
use super::engagement::Engagement;
use super::enterprise::Enterprise;
use super::invalid::Invalid;
use super::park::Park;
use super::preset::{Preset, Weights};
use super::programme::Programme;
use super::rating::Marks;
use super::text::{Label, Note};

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
    /// Other weights.
    Weights(Weights),
    /// The weights of a preset.
    Preset(PresetId),
    /// A college is on no list.
    Exclude(CollegeId),
    /// A college is on every list, whatever its rank; the answer says what that costs.
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

/// Some of a kind, or all of them.
#[derive(Clone, Debug, PartialEq)]
pub enum AllOr<T> {
    /// These; written as a list.
    Some(Vec<T>),
    /// All; written `"all"`.
    All,
}

/// The parks a scenario is asked of.
pub type ParkChoice = AllOr<ParkId>;

impl<T: Serialize> Serialize for AllOr<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Some(these) => these.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for AllOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Choice<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Choice<T> {
            type Value = AllOr<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, or \"all\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<AllOr<T>, E> {
                if text == "all" {
                    return Ok(AllOr::All);
                }
                Err(E::custom(Invalid::unknown_word(text, &["all"])))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<AllOr<T>, A::Error> {
                let mut these = Vec::new();
                while let Some(one) = seq.next_element()? {
                    these.push(one);
                }
                Ok(AllOr::Some(these))
            }
        }
        deserializer.deserialize_any(Choice(PhantomData))
    }
}

/// A scenario's question: which lists, before and after which changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Raw")]
pub struct ScenarioQuestion {
    /// The parks: a list of codes, or `"all"`. One alone may be given as `park`.
    #[schema(value_type = Vec<ParkId>)]
    pub parks: ParkChoice,
    /// Colleges to list, 1–100.
    pub top: u16,
    /// The preset both lists are asked with; by each park's stage if left out.
    pub preset: Option<PresetId>,
    /// Weights both lists are asked with, in place of a preset.
    pub weights: Option<Weights>,
    /// The seq the scenario starts from; the newest if left out.
    pub base_seq: Option<u64>,
    /// What happens, in this order; at most 100.
    pub changes: Vec<ScenarioChange>,
}

impl ScenarioQuestion {
    /// Most changes of one scenario.
    pub const MOST_CHANGES: usize = 100;
    /// Most parks of one scenario, unless all are asked.
    pub const MOST_PARKS: usize = 50;
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    parks: Option<ParkChoice>,
    #[serde(default = "ten")]
    top: u16,
    #[serde(default)]
    preset: Option<PresetId>,
    #[serde(default)]
    weights: Option<Weights>,
    #[serde(default)]
    base_seq: Option<u64>,
    changes: Vec<ScenarioChange>,
    #[serde(default)]
    park: Option<ParkId>,
}

fn ten() -> u16 {
    10
}

impl TryFrom<Raw> for ScenarioQuestion {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        Ok(Self {
            parks: match (raw.park, raw.parks) {
                (Some(park), None) => ParkChoice::Some(vec![park]),
                (None, Some(parks)) => parks,
                (None, None) => {
                    return Err(Invalid::new("missing-field", "缺少 park 或 parks", "give `park` or `parks`"));
                }
                (Some(_), Some(_)) => {
                    let (zh, en) = ("park 与 parks 只能给一个", "give either `park` or `parks`");
                    return Err(Invalid::new("contradictory", zh, en));
                }
            },
            top: raw.top,
            preset: raw.preset,
            weights: raw.weights,
            base_seq: raw.base_seq,
            changes: raw.changes,
        })
    }
}

/// A scenario that is kept (情景): named, owned, and evaluated again whenever it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its code.
    pub id: ScenarioId,
    /// Its name.
    pub name: Label,
    /// Whose it is.
    pub owner: Label,
    /// What it is about.
    #[serde(default)]
    pub description: Option<Note>,
    /// What is asked. Without a `base_seq` it starts from the present, whenever it is evaluated.
    #[serde(with = "as_json")]
    pub question: ScenarioQuestion,
}

/// As itself in JSON, as its JSON text in other formats.
mod as_json {
    use super::*;

    pub(super) fn serialize<S: Serializer>(value: &ScenarioQuestion, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return value.serialize(serializer);
        }
        let text = serde_json::to_string(value).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ScenarioQuestion, D::Error> {
        if deserializer.is_human_readable() {
            return ScenarioQuestion::deserialize(deserializer);
        }
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map_err(de::Error::custom)
    }
}

impl Preset {
    /// The preset that stands for weights of a scenario's own.
    pub fn hypothetical(id: &str, weights: Weights) -> Option<Self> {
        let name = |text: &str| text.parse().ok();
        Some(Self { id: id.parse().ok()?, name: name("情景权重")?, name_en: name("Scenario weights")?, weights })
    }
}
