//! A snapshot after more events: only what they touch is derived again.

use std::sync::Arc;

use rayon::prelude::*;

use super::columns::Columns;
use super::dirty::Dirty;
use super::fit::Workspace;
use super::satisfaction::{Edges, Posterior};
use super::snapshot::{Snapshot, all_needs, needs_at, offers_at};
use super::state::{Changed, State};
use crate::domain::CollegeId;

/// More changed ratings than this are sorted anew rather than merged.
const REBUILD_RATINGS: usize = 2_048;

/// Memory of a snapshot that is not used any more. Fresh memory costs more than what is written to it: at a million ratings
/// every page of it would be cleared for every rating.
#[derive(Debug, Default)]
pub struct Spare(Edges);

impl Snapshot {
    /// The snapshot after more events, each applied to `state` before; equals [`Self::cold`] of that state.
    #[must_use]
    pub fn advance(&self, state: State, changes: &[Changed]) -> Self {
        self.advance_in(state, changes, Spare::default())
    }

    /// As [`Self::advance`], in the memory of a snapshot that is not used any more.
    #[must_use]
    pub fn advance_in(&self, state: State, changes: &[Changed], spare: Spare) -> Self {
        // Inside the pool from here on: its threads stay awake between the steps of the solver.
        rayon::scope(|_| self.advance_by(state, &Dirty::of(changes), spare))
    }

    /// What of its memory the next snapshot can use, if nobody else holds it.
    pub fn into_spare(self) -> Spare {
        Spare(Arc::into_inner(self.edges).unwrap_or_default())
    }

    fn advance_by(&self, state: State, dirty: &Dirty, spare: Spare) -> Self {
        let positions = |ids: &[CollegeId]| {
            let mut at: Vec<usize> =
                ids.iter().filter_map(|id| state.colleges.position(id)).map(|at| at as usize).collect();
            at.sort_unstable();
            at.dedup();
            at
        };
        let (colleges, engaged) = (positions(&dirty.colleges), positions(&dirty.engagements));
        // Past this, one row after the other is cheaper than one column after the other.
        if dirty.all || colleges.len() > 64.max(state.colleges.len() / 2) {
            return Self::cold_among(state, self.only.clone());
        }
        let like_minded = self.like_minded.after(&self.state, &state, dirty);
        let mut next = Self { state, like_minded, ..self.clone() };
        next.refit(dirty, &colleges);
        let regrown = !next.edges.covers(next.state.colleges.len());
        let known = !next.state.model.coefficients.is_empty();
        let facts = known && !regrown && !next.edges.same_prior(&next.state, &colleges);
        if regrown || facts || dirty.rated() {
            next.resolve(dirty, facts, spare);
        }
        next.revise_columns(dirty, &colleges, &engaged);
        next
    }

    /// A changed college touches its column, a changed park its row.
    fn refit(&mut self, dirty: &Dirty, colleges: &[usize]) {
        if !colleges.is_empty() {
            let all = Arc::make_mut(&mut self.offers);
            all.resize(self.state.colleges.len(), Arc::default());
            colleges.iter().for_each(|&at| all[at] = offers_at(&self.state, at));
        }
        let n = self.state.parks.len();
        let mut parks: Vec<usize> =
            dirty.parks.iter().filter_map(|id| self.state.parks.position(id)).map(|at| at as usize).collect();
        if dirty.needs || !parks.is_empty() {
            let needs = Arc::make_mut(&mut self.needs);
            let known = needs.len();
            needs.resize(n, Arc::default());
            parks.extend(known..n);
            if dirty.needs {
                let now = all_needs(&self.state);
                parks.extend((0..n).filter(|&at| now[at] != needs[at]));
                *needs = now;
            } else {
                parks.iter().for_each(|&at| needs[at] = needs_at(&self.state, at));
            }
        }
        parks.sort_unstable();
        parks.dedup();
        if parks.is_empty() && colleges.is_empty() {
            return;
        }
        let row = |work: &mut Workspace, at: usize| match self.rows.get(at) {
            Some(row) if parks.binary_search(&at).is_err() => {
                if colleges.is_empty() {
                    return row.clone();
                }
                let park = &self.state.parks.at(at as u32).value;
                Arc::new(row.refitted(&self.state, park, &self.needs[at], colleges, &self.offers, work))
            }
            _ => Arc::new(self.fit_row(at)),
        };
        self.rows = Arc::new(match &self.only {
            None => (0..n).into_par_iter().map_init(Workspace::default, row).collect::<Vec<_>>(),
            // The other parks' rows are not looked at.
            Some(only) => {
                let (mut rows, mut work) = (self.rows.to_vec(), Workspace::default());
                rows.resize(n, Arc::default());
                for at in only.iter().filter_map(|id| self.state.parks.position(id)) {
                    rows[at as usize] = row(&mut work, at as usize);
                }
                rows
            }
        });
    }

    /// Ratings and posterior; all anew if a changed fact moved a prior mean.
    fn resolve(&mut self, dirty: &Dirty, facts: bool, spare: Spare) {
        let state = &self.state;
        let mut ratings = dirty.ratings.clone();
        for rater in dirty.raters.iter().filter_map(|id| state.enterprises.position(id)) {
            let rated = self.edges.rated_by(rater).iter();
            ratings.extend(rated.map(|&at| state.engagements.at(at).value.id.clone()));
        }
        ratings.sort_unstable();
        ratings.dedup();
        if dirty.moved || facts || ratings.len() > REBUILD_RATINGS {
            self.edges = Arc::new(Edges::build(state));
        } else {
            if !self.edges.covers(state.colleges.len()) {
                self.edges = Arc::new(self.edges.grown(state));
            }
            if !ratings.is_empty() {
                self.edges = Arc::new(self.edges.updated_after(state, &ratings, &dirty.elsewhere, spare.0));
            }
        }
        self.posterior = Arc::new(Posterior::solve(&self.edges, &self.state.model));
    }

    fn revise_columns(&mut self, dirty: &Dirty, colleges: &[usize], engaged: &[usize]) {
        if dirty.clock {
            // The clock moved: ages and running engagements of all colleges did.
            self.columns = Arc::new(Columns::build(&self.state, &self.posterior, &self.edges));
            return;
        }
        let rated = dirty.rated();
        if colleges.is_empty() && engaged.is_empty() && !rated {
            return;
        }
        let columns = Arc::make_mut(&mut self.columns);
        columns.grow(self.state.colleges.len());
        colleges.iter().chain(engaged).for_each(|&at| columns.set(&self.state, at as u32));
        columns.rate(&self.state, &self.posterior, &self.edges);
    }
}
