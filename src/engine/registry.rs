//! A persistent table: cloning shares everything, so a fork of the state costs nothing until it differs.

use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "K: Serialize, V: Serialize", deserialize = "K: Deserialize<'de>, V: Deserialize<'de>"))]
pub struct Registry<K: Ord + Clone, V: Clone> {
    index: OrdMap<K, u32>,
    entries: Vector<Entry<V>>,
}

impl<K: Ord + Clone, V: Clone> Default for Registry<K, V> {
    fn default() -> Self {
        Self { index: OrdMap::new(), entries: Vector::new() }
    }
}

impl<K: Ord + Clone, V: Clone> Registry<K, V> {
    /// Inserts or replaces; reopens a closed entry. Returns its position and whether it is new.
    pub(crate) fn put(&mut self, id: K, value: V) -> (u32, bool) {
        if let Some(&at) = self.index.get(&id) {
            if let Some(entry) = self.entries.get_mut(at as usize) {
                *entry = Entry { value, rev: entry.rev + 1, closed: false };
            }
            return (at, false);
        }
        let at = self.entries.len() as u32;
        self.index.insert(id, at);
        self.entries.push_back(Entry { value, rev: 1, closed: false });
        (at, true)
    }

    /// Closes an entry; `None` if there is none.
    pub(crate) fn close(&mut self, id: &K) -> Option<u32> {
        let at = *self.index.get(id)?;
        let entry = self.entries.get_mut(at as usize)?;
        entry.rev += 1;
        entry.closed = true;
        Some(at)
    }

    /// The position of an id, also of a closed one.
    pub fn position(&self, id: &K) -> Option<u32> {
        self.index.get(id).copied()
    }

    /// The entry of an id, also a closed one.
    pub fn entry(&self, id: &K) -> Option<&Entry<V>> {
        self.position(id).map(|at| self.at(at))
    }

    /// The value of an id, unless closed.
    pub fn get(&self, id: &K) -> Option<&V> {
        self.entry(id).filter(|entry| !entry.closed).map(|entry| &entry.value)
    }

    /// The entry at a position this registry gave out.
    pub fn at(&self, at: u32) -> &Entry<V> {
        &self.entries[at as usize]
    }

    /// All entries by rising id.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &Entry<V>)> {
        self.index.iter().map(|(id, &at)| (id, self.at(at)))
    }

    /// All positions by rising id.
    pub(crate) fn positions(&self) -> impl Iterator<Item = u32> + '_ {
        self.index.iter().map(|(_, &at)| at)
    }

    /// Entries whose id lies after `after` (all, if `None`), by rising id.
    pub fn iter_after<'a>(&'a self, after: Option<&K>) -> impl Iterator<Item = (&'a K, &'a Entry<V>)> + 'a {
        use std::ops::Bound;
        let low = after.map_or(Bound::Unbounded, |id| Bound::Excluded(id.clone()));
        self.index.range((low, Bound::Unbounded)).map(|(id, &at)| (id, self.at(at)))
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
