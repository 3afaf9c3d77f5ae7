//! Scenarios that are kept.

use serde::de;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::code::ScenarioId;
use super::kept::kept;
use super::preset::{Preset, Weights};
use super::scenario_question::ScenarioQuestion;
use super::text::{Label, Note};

kept! {
    /// A scenario that is kept (情景): named, owned, and evaluated again whenever it is asked for.
    Scenario {
        /// Its code.
        id: ScenarioId,
    }
    /// A scenario to be kept; its code is given.
    NewScenario {}
    both {
        /// Its name.
        name: Label,
        /// Whose it is.
        owner: Label,
        /// What it is about.
        #[serde(default)]
        description: Option<Note>,
        /// What is asked. Without a `base_seq` it starts from the present, whenever it is evaluated.
        #[serde(with = "as_json")]
        question: ScenarioQuestion,
    }
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
