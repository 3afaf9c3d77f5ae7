//! What is asked of the engine.

use super::code::{CollegeId, ParkId, PresetId};
use super::demand::DemandKind;

/// A question for a shortlist. With the log prefix it determines the answer, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// The park that asks.
    pub park: ParkId,
    /// The weights; by the park's stage if none is named.
    pub preset: Option<PresetId>,
    /// How many colleges to list, 1–100.
    pub top: u16,
    /// Only needs of this kind count.
    pub kind: Option<DemandKind>,
    /// Colleges not wanted; sorted, without repeats.
    pub exclude: Vec<CollegeId>,
    /// Only colleges within this distance as the crow flies.
    pub max_km: Option<u16>,
    /// Whether to offer an exploration seat.
    pub explore: bool,
}

impl Question {
    /// The plain question: ten colleges, the park's own preset, nothing filtered.
    pub fn of(park: ParkId) -> Self {
        Self { park, preset: None, top: 10, kind: None, exclude: Vec::new(), max_km: None, explore: true }
    }
}
