//! A snapshot: the state with everything derived from it, frozen; questions are answered from it alone.

use std::sync::Arc;

use rayon::prelude::*;

use super::columns::{Columns, Row, all_offers};
use super::fit::{Offer, need_items, offers};
use super::satisfaction::{Edges, Posterior};
use super::state::{Changed, State};
use crate::domain::{EngagementId, ParkId};

/// More changed ratings than this are rebuilt rather than inserted one by one.
const REBUILD_RATINGS: usize = 256;

/// The frozen parts a question is answered from. Cloning shares all of it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The state.
    pub state: State,
    pub(super) offers: Arc<Vec<Vec<Offer>>>,
    pub(super) rows: Vec<Arc<Row>>,
    pub(super) edges: Arc<Edges>,
    pub(super) posterior: Arc<Posterior>,
    pub(super) columns: Arc<Columns>,
}

/// The events of one batch, summed up.
#[derive(Default)]
struct Dirty {
    all: bool,
    parks: Vec<ParkId>,
    colleges: Vec<crate::domain::CollegeId>,
    engagements: bool,
    ratings: Vec<EngagementId>,
}

impl Snapshot {
    /// Derives everything from scratch.
    pub fn cold(state: State) -> Self {
        let offers = all_offers(&state);
        let positions: Vec<u32> = (0..state.parks.len() as u32).collect();
        let rows = positions.par_iter().map(|&at| Arc::new(build_row(&state, at, &offers))).collect();
        Self::with_rows(state, offers, rows)
    }

    /// Derives what one park's questions need: to recompute an old ranking.
    pub fn cold_for(state: State, park: &ParkId) -> Self {
        let offers = all_offers(&state);
        let wanted = state.parks.position(park);
        let rows = (0..state.parks.len() as u32)
            .map(|at| Arc::new(if Some(at) == wanted { build_row(&state, at, &offers) } else { Row::default() }))
            .collect();
        Self::with_rows(state, offers, rows)
    }

    fn with_rows(state: State, offers: Vec<Vec<Offer>>, rows: Vec<Arc<Row>>) -> Self {
        let edges = Edges::build(&state);
        let posterior = Posterior::solve(&edges, &state.model);
        let columns = Columns::build(&state, &posterior, |at| edges.place_of(at));
        Self {
            state,
            offers: Arc::new(offers),
            rows,
            edges: Arc::new(edges),
            posterior: Arc::new(posterior),
            columns: Arc::new(columns),
        }
    }

    /// The snapshot after more events, each applied to `state` before; equals [`Self::cold`] of that state.
    #[must_use]
    pub fn advance(&self, state: State, changes: &[Changed]) -> Self {
        let mut dirty = Dirty::default();
        for change in changes {
            match change {
                Changed::Nothing => {}
                Changed::All => dirty.all = true,
                Changed::Park(id) => dirty.parks.push(id.clone()),
                Changed::College(id) => dirty.colleges.push(id.clone()),
                Changed::Engagements(_) => dirty.engagements = true,
                Changed::Rating(id) => dirty.ratings.push(id.clone()),
            }
        }
        if dirty.all {
            return Self::cold(state);
        }
        let mut next = Self { state, ..self.clone() };
        next.refit(&mut dirty);
        let facts_changed = dirty.engagements || !dirty.colleges.is_empty();
        if !dirty.ratings.is_empty() {
            dirty.ratings.sort_unstable();
            dirty.ratings.dedup();
            next.resolve(&dirty.ratings);
        }
        if facts_changed {
            next.columns = Arc::new(Columns::build(&next.state, &next.posterior, |at| next.edges.place_of(at)));
        } else if !dirty.ratings.is_empty() {
            Arc::make_mut(&mut next.columns).rate(&next.state, &next.posterior, |at| next.edges.place_of(at));
        }
        next
    }

    /// A changed college touches its column, a changed park its row.
    fn refit(&mut self, dirty: &mut Dirty) {
        dirty.colleges.sort_unstable();
        dirty.colleges.dedup();
        let mut columns = Vec::with_capacity(dirty.colleges.len());
        for id in &dirty.colleges {
            if let Some(at) = self.state.colleges.position(id) {
                Arc::make_mut(&mut self.offers)[at as usize] = offers(&self.state, id);
                columns.push(at as usize);
            }
        }
        if !columns.is_empty() {
            let (state, offers) = (&self.state, &self.offers);
            self.rows.par_iter_mut().enumerate().for_each(|(at, row)| {
                let park = &state.parks.at(at as u32).value;
                let items = need_items(state, &park.id, None);
                let row = Arc::make_mut(row);
                columns.iter().for_each(|&college| row.set(state, park, &items, college, &offers[college]));
            });
        }
        dirty.parks.sort_unstable();
        dirty.parks.dedup();
        for id in &dirty.parks {
            if let Some(at) = self.state.parks.position(id) {
                self.rows.resize_with(self.state.parks.len(), Arc::default);
                self.rows[at as usize] = Arc::new(build_row(&self.state, at, &self.offers));
            }
        }
    }

    fn resolve(&mut self, ratings: &[EngagementId]) {
        if ratings.len() > REBUILD_RATINGS {
            self.edges = Arc::new(Edges::build(&self.state));
        } else {
            let edges = Arc::make_mut(&mut self.edges);
            ratings.iter().for_each(|id| edges.update(&self.state, id));
        }
        self.posterior = Arc::new(Posterior::solve(&self.edges, &self.state.model));
    }

    /// The colleges' satisfaction posterior, by place among colleges sorted by id.
    pub fn posterior(&self) -> &Posterior {
        &self.posterior
    }

    /// Whether both hold the same derived values, bit for bit.
    pub fn same_derived(&self, other: &Self) -> bool {
        self.rows == other.rows
            && self.edges == other.edges
            && self.posterior == other.posterior
            && self.columns == other.columns
    }
}

fn build_row(state: &State, at: u32, offers: &[Vec<Offer>]) -> Row {
    let park = &state.parks.at(at).value;
    Row::build(state, park, &need_items(state, &park.id, None), offers)
}
