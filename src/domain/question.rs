//! What is asked of the engine.

use super::code::{CollegeId, ParkId, PresetId};
use super::demand::DemandKind;

/// Most percent of the weight that affinity may have: it personalises an order, it does not own it.
pub const MOST_AFFINITY: u8 = 20;

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
    /// Percent of the weight that affinity has, 0–[`MOST_AFFINITY`], taken from the twelve criteria in proportion; 0: it is
    /// shown and counts nothing; `None`: it is not worked out.
    pub affinity: Option<u8>,
    /// Whether to tell how far the ranks hold if the weights are uncertain.
    pub uncertain_weights: bool,
}

impl Question {
    /// Whether its answer takes longer than a list.
    pub fn takes_long(&self) -> bool {
        self.affinity.is_some() || self.uncertain_weights
    }

    /// The plain question: ten colleges, the park's own preset, nothing filtered.
    pub fn of(park: ParkId) -> Self {
        Self {
            park,
            preset: None,
            top: 10,
            kind: None,
            exclude: Vec::new(),
            max_km: None,
            explore: true,
            affinity: None,
            uncertain_weights: false,
        }
    }
}
