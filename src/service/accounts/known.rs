//! What was looked up a moment ago: a request then costs no question to the database.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Known;

/// How long a change made by another process may stay unnoticed.
const LIFE: Duration = Duration::from_secs(2);
/// Entries at most; beyond, all are forgotten.
const MOST: usize = 10_000;

/// By what somebody is known: what is good as the one is not as the other.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Way {
    Key,
    Session,
}

/// By the hash of what was shown: since when it is known, and who it is.
type Entries = HashMap<(Way, [u8; 32]), (Instant, Known)>;

#[derive(Default)]
pub(super) struct Memory(Mutex<Entries>);

impl Memory {
    /// Who goes by this hash, if that was asked within two seconds.
    pub(super) fn get(&self, way: Way, hash: [u8; 32]) -> Option<Known> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(way, hash)).filter(|(since, _)| since.elapsed() < LIFE).map(|(_, known)| known.clone())
    }

    pub(super) fn put(&self, way: Way, hash: [u8; 32], who: Known) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert((way, hash), (Instant::now(), who));
    }

    /// After every change made here: it counts from the next request on.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
