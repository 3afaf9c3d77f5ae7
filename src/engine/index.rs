//! A persistent index: which position holds which key.
//!
//! Most keys lie in a sorted list of positions that all clones share (four bytes an entry); the newest few lie in a
//! persistent map, which is folded into the list when it has grown to a part of it. An ordered map alone took fifteen
//! times the memory and most of the time of a start.

use std::cmp::Ordering;
use std::sync::Arc;

use imbl::OrdMap;

/// The map is folded into the list beyond this many keys and this part of the list.
const FOLD_AT: usize = 1_024;
const FOLD_PART: usize = 4;

/// Positions by key; the keys themselves stay where the entries are, and every call brings a way to them.
#[derive(Clone, Debug)]
pub(super) struct Index<K: Ord + Clone> {
    sorted: Arc<Vec<u32>>,
    recent: OrdMap<K, u32>,
}

impl<K: Ord + Clone> Default for Index<K> {
    fn default() -> Self {
        Self { sorted: Arc::default(), recent: OrdMap::new() }
    }
}

impl<K: Ord + Clone> Index<K> {
    /// The position of a key.
    pub(super) fn get<'a>(&self, key: &K, key_at: impl Fn(u32) -> &'a K) -> Option<u32>
    where
        K: 'a,
    {
        if let Some(&at) = self.recent.get(key) {
            return Some(at);
        }
        // Ids mostly rise as they come in: the next one lies behind all others.
        if self.sorted.last().is_none_or(|&last| key_at(last) < key) {
            return None;
        }
        let place = self.sorted.partition_point(|&at| key_at(at) < key);
        self.sorted.get(place).copied().filter(|&at| key_at(at) == key)
    }

    /// Adds a key that is not there yet.
    pub(super) fn insert<'a>(&mut self, key: K, at: u32, key_at: impl Fn(u32) -> &'a K)
    where
        K: 'a,
    {
        self.recent.insert(key, at);
        if self.recent.len() > FOLD_AT.max(self.sorted.len() / FOLD_PART) {
            let sorted = self.after(None, key_at).collect();
            self.sorted = Arc::new(sorted);
            self.recent = OrdMap::new();
        }
    }

    /// All positions whose key lies after `low` (all, if `None`), by rising key.
    pub(super) fn after<'s, 'k, F>(
        &'s self,
        low: Option<&K>,
        key_at: F,
    ) -> impl Iterator<Item = u32> + use<'s, 'k, K, F>
    where
        F: Fn(u32) -> &'k K,
        K: 'k,
    {
        use std::ops::Bound;
        let from = low.map_or(0, |low| self.sorted.partition_point(|&at| key_at(at) <= low));
        let mut sorted = self.sorted[from..].iter().copied().peekable();
        let bound = low.map_or(Bound::Unbounded, |low| Bound::Excluded(low.clone()));
        let mut recent = self.recent.range((bound, Bound::Unbounded)).peekable();
        std::iter::from_fn(move || match (sorted.peek(), recent.peek()) {
            (Some(&at), Some((key, _))) if key_at(at).cmp(key) == Ordering::Less => sorted.next(),
            (_, Some(_)) => recent.next().map(|(_, &at)| at),
            (_, None) => sorted.next(),
        })
    }

    /// An index with all keys in the list, as it is stored.
    pub(super) fn of_sorted(sorted: Vec<u32>) -> Self {
        Self { sorted: Arc::new(sorted), recent: OrdMap::new() }
    }

    /// Whether every position of `0..n` is listed once, by rising key.
    pub(super) fn is_sound<'a>(&self, n: usize, key_at: impl Fn(u32) -> &'a K) -> bool
    where
        K: 'a,
    {
        self.sorted.len() + self.recent.len() == n
            && self.sorted.iter().all(|&at| (at as usize) < n)
            && self.sorted.windows(2).all(|pair| key_at(pair[0]) < key_at(pair[1]))
    }
}
