//! What a scenario is asked: which lists, before and after which changes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::all_or::AllOr;
use super::code::{ParkId, PresetId};
use super::demand::DemandKind;
use super::invalid::Invalid;
use super::preset::Weights;
use super::question::Question;
use super::scenario_change::ScenarioChange;
use super::wishes::SelectionQuestion;

/// The parks a scenario is asked of.
pub type ParkChoice = AllOr<ParkId>;

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
    /// Only needs of this kind count.
    pub kind: Option<DemandKind>,
    /// Only colleges within this distance, kilometres.
    pub max_km: Option<u16>,
    /// Whether to name an exploration seat.
    pub explore: bool,
    /// A selection to be made before and after the changes; `null`: none.
    pub selection: Option<SelectionQuestion>,
    /// What happens, in this order; at most 100.
    pub changes: Vec<ScenarioChange>,
}

impl ScenarioQuestion {
    /// Most changes of one scenario.
    pub const MOST_CHANGES: usize = 100;
    /// Most parks of one scenario, unless all are asked.
    pub const MOST_PARKS: usize = 50;

    /// What is asked of one park, before any change.
    pub fn of_park(&self, park: &ParkId) -> Question {
        Question {
            preset: self.preset.clone(),
            top: self.top,
            kind: self.kind,
            max_km: self.max_km,
            explore: self.explore,
            ..Question::of(park.clone())
        }
    }
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
    #[serde(default)]
    kind: Option<DemandKind>,
    #[serde(default)]
    max_km: Option<u16>,
    #[serde(default = "yes")]
    explore: bool,
    #[serde(default)]
    selection: Option<SelectionQuestion>,
    changes: Vec<ScenarioChange>,
    #[serde(default)]
    park: Option<ParkId>,
}

fn ten() -> u16 {
    10
}

fn yes() -> bool {
    true
}

impl TryFrom<Raw> for ScenarioQuestion {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        Ok(Self {
            parks: match (raw.park, raw.parks) {
                (Some(park), None) => ParkChoice::Some(vec![park]),
                (None, Some(parks)) => parks,
                // A selection alone asks of no park's list.
                (None, None) if raw.selection.is_some() => ParkChoice::Some(Vec::new()),
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
            kind: raw.kind,
            max_km: raw.max_km,
            explore: raw.explore,
            selection: raw.selection,
            changes: raw.changes,
        })
    }
}
