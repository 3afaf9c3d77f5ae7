//! Which rating goes by an id; ids of withdrawn ratings stay known.

use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::domain::RatingId;

/// The newest ids are folded into the sorted list beyond this many and this part of it.
const FOLD_AT: usize = 1_024;
const FOLD_PART: usize = 4;

/// Positions among the ratings by rating id.
#[derive(Clone, Debug, Default)]
pub(super) struct RatingIds {
    /// Ids in rising order, and beside each its position.
    sorted: Arc<(Vec<RatingId>, Vec<u32>)>,
    recent: OrdMap<RatingId, u32>,
}

impl RatingIds {
    pub(super) fn get(&self, id: RatingId) -> Option<u32> {
        let (ids, positions) = &*self.sorted;
        self.recent.get(&id).copied().or_else(|| ids.binary_search(&id).ok().map(|place| positions[place]))
    }

    /// Adds an id that is not there yet.
    pub(super) fn insert(&mut self, id: RatingId, at: u32) {
        self.recent.insert(id, at);
        if self.recent.len() > FOLD_AT.max(self.sorted.0.len() / FOLD_PART) {
            self.sorted = Arc::new(self.folded());
            self.recent = OrdMap::new();
        }
    }

    fn folded(&self) -> (Vec<RatingId>, Vec<u32>) {
        let (ids, positions) = &*self.sorted;
        let mut sorted = ids.iter().copied().zip(positions.iter().copied()).peekable();
        let mut recent = self.recent.iter().map(|(&id, &at)| (id, at)).peekable();
        std::iter::from_fn(|| match (sorted.peek(), recent.peek()) {
            (Some(old), Some(new)) if old.0 < new.0 => sorted.next(),
            (_, Some(_)) => recent.next(),
            (_, None) => sorted.next(),
        })
        .unzip()
    }
}

impl Serialize for RatingIds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Folded: when ids were folded must not show in the bytes.
        self.folded().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RatingIds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (ids, positions) = <(Vec<RatingId>, Vec<u32>)>::deserialize(deserializer)?;
        if ids.len() != positions.len() || !ids.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(de::Error::custom("the rating ids are out of order"));
        }
        Ok(Self { sorted: Arc::new((ids, positions)), recent: OrdMap::new() })
    }
}
