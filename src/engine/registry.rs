//! A persistent table: cloning shares everything, so a fork of the state costs nothing until it differs.

use imbl::Vector;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::index::Index;
use crate::domain::{
    College, CollegeId, Decision, DecisionId, Demand, DemandId, Engagement, EngagementId, Enterprise, EnterpriseId,
    FlagReview, FlagReviewId, ImportId, ImportRecord, Industry, IndustryId, Major, MajorRef, Occupation, OccupationId,
    Park, ParkId, Preset, PresetId, Programme, ProgrammeId, Rating, Relation, RelationId, Scenario, ScenarioId,
};

/// A value that carries the id it is found by.
pub trait Keyed: Clone {
    /// The id's type.
    type Id: Ord + Clone;
    /// The id.
    fn key(&self) -> &Self::Id;
}

macro_rules! keyed {
    ($($value:ident $id:ident $field:ident;)*) => {$(
        impl Keyed for $value {
            type Id = $id;
            fn key(&self) -> &$id {
                &self.$field
            }
        }
    )*};
}

keyed! {
    Major MajorRef id;
    Industry IndustryId id;
    Occupation OccupationId id;
    Preset PresetId id;
    Park ParkId id;
    Enterprise EnterpriseId id;
    College CollegeId id;
    Programme ProgrammeId id;
    Demand DemandId id;
    Engagement EngagementId id;
    Rating EngagementId engagement;
    Scenario ScenarioId id;
    Decision DecisionId id;
    Relation RelationId id;
    FlagReview FlagReviewId id;
}

/// An import and where its record stands in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportMade {
    /// The import.
    pub record: ImportRecord,
    /// Seq of its record; its events stand right before.
    pub seq: u64,
}

impl Keyed for ImportMade {
    type Id = ImportId;
    fn key(&self) -> &ImportId {
        &self.record.id
    }
}

/// A value with its revision; closed entries stay, so that old references resolve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry<V> {
    /// The value.
    pub value: V,
    /// How many events have changed it.
    pub rev: u32,
    /// Whether it was closed (a rating: withdrawn).
    pub closed: bool,
}

/// Entries by id, and by a dense position given in the order of arrival.
#[derive(Clone, Debug)]
pub struct Registry<V: Keyed> {
    index: Index<V::Id>,
    entries: Vector<Entry<V>>,
}

impl<V: Keyed> Default for Registry<V> {
    fn default() -> Self {
        Self { index: Index::default(), entries: Vector::new() }
    }
}

impl<V: Keyed> Registry<V> {
    /// Inserts or replaces; reopens a closed entry. Returns its position and the value that stood there.
    pub(crate) fn put(&mut self, value: V) -> (u32, Option<V>) {
        if let Some(at) = self.position(value.key()) {
            let entry = &mut self.entries[at as usize];
            let entry = std::mem::replace(entry, Entry { value, rev: entry.rev + 1, closed: false });
            return (at, Some(entry.value));
        }
        let at = self.entries.len() as u32;
        let id = value.key().clone();
        self.entries.push_back(Entry { value, rev: 1, closed: false });
        let Self { index, entries } = self;
        index.insert(id, at, |at| entries[at as usize].value.key());
        (at, None)
    }

    /// Closes an entry; `None` if there is none.
    pub(crate) fn close(&mut self, id: &V::Id) -> Option<u32> {
        let at = self.position(id)?;
        let entry = self.entries.get_mut(at as usize)?;
        entry.rev += 1;
        entry.closed = true;
        Some(at)
    }

    fn key_at(&self, at: u32) -> &V::Id {
        self.entries[at as usize].value.key()
    }

    /// The position of an id, also of a closed one.
    pub fn position(&self, id: &V::Id) -> Option<u32> {
        self.index.get(id, |at| self.key_at(at))
    }

    /// The entry of an id, also a closed one.
    pub fn entry(&self, id: &V::Id) -> Option<&Entry<V>> {
        self.position(id).map(|at| self.at(at))
    }

    /// The value of an id, unless closed.
    pub fn get(&self, id: &V::Id) -> Option<&V> {
        self.entry(id).filter(|entry| !entry.closed).map(|entry| &entry.value)
    }

    /// The entry at a position this registry gave out.
    pub fn at(&self, at: u32) -> &Entry<V> {
        &self.entries[at as usize]
    }

    /// All entries by rising id.
    pub fn iter(&self) -> impl Iterator<Item = (&V::Id, &Entry<V>)> {
        self.iter_after(None)
    }

    /// All positions by rising id.
    pub(crate) fn positions(&self) -> impl Iterator<Item = u32> + '_ {
        self.index.after(None, |at| self.key_at(at))
    }

    /// Entries whose id lies after `after` (all, if `None`), by rising id.
    pub fn iter_after<'a>(&'a self, after: Option<&V::Id>) -> impl Iterator<Item = (&'a V::Id, &'a Entry<V>)> + 'a {
        self.index.after(after, |at| self.key_at(at)).map(|at| (self.key_at(at), self.at(at)))
    }

    /// How many entries there are, closed ones included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<V: Keyed + Serialize> Serialize for Registry<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Folded: when keys were folded must not show in the bytes.
        let mut parts = serializer.serialize_struct("Registry", 2)?;
        parts.serialize_field("sorted", &self.positions().collect::<Vec<u32>>())?;
        parts.serialize_field("entries", &self.entries)?;
        parts.end()
    }
}

impl<'de, V: Keyed + Deserialize<'de>> Deserialize<'de> for Registry<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(bound = "V: Keyed + Deserialize<'de>")]
        struct Parts<V: Keyed> {
            sorted: Vec<u32>,
            entries: Vector<Entry<V>>,
        }
        let Parts { sorted, entries } = Parts::<V>::deserialize(deserializer)?;
        let index = Index::of_sorted(sorted);
        if !index.is_sound(entries.len(), |at| entries[at as usize].value.key()) {
            return Err(de::Error::custom("an index does not fit its entries"));
        }
        Ok(Self { index, entries })
    }
}
