//! Colleges by what matters of their names: whether one is perhaps there already under its name written otherwise.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{College, CollegeId, Event, name_key};
use crate::engine::State;

/// The open colleges of a state, by the keys of their names.
pub(super) struct Namesakes(BTreeMap<String, BTreeSet<CollegeId>>);

impl Namesakes {
    pub(super) fn of(state: &State) -> Self {
        let mut found = Self(BTreeMap::new());
        for (id, entry) in state.colleges.iter().filter(|(_, entry)| !entry.closed) {
            found.0.entry(name_key(entry.value.name.as_str())).or_default().insert(id.clone());
        }
        found
    }

    /// The college that has the name already, if `event` puts a college that is new or gets another name.
    pub(super) fn there_already<'a>(&self, state: &'a State, event: &Event) -> Option<&'a College> {
        let Event::CollegePut(college) = event else { return None };
        let key = name_key(college.name.as_str());
        let same = self.0.get(&key).filter(|_| !key.is_empty())?;
        if same.contains(&college.id) {
            return None;
        }
        state.colleges.get(same.first()?)
    }

    /// Keeps up with an event that `before` is about to be changed by.
    pub(super) fn follow(&mut self, before: &State, event: &Event) {
        let Event::CollegePut(college) = event else { return };
        if let Some(same) =
            before.colleges.get(&college.id).and_then(|old| self.0.get_mut(&name_key(old.name.as_str())))
        {
            same.remove(&college.id);
        }
        self.0.entry(name_key(college.name.as_str())).or_default().insert(college.id.clone());
    }
}
