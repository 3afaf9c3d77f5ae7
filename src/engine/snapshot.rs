//! A snapshot: the state with everything derived from it, frozen; questions are answered from it alone.

use std::sync::Arc;

use rayon::prelude::*;

use super::columns::Columns;
use super::fit::{NeedItem, Offer, Workspace, need_items, offers};
use super::fit_table::FitTable;
use super::satisfaction::{Edges, Posterior};
use super::state::{Changed, State};
use super::tiles::Row;
use crate::domain::{CollegeId, EngagementId, EnterpriseId, ParkId};

/// More changed ratings than this are sorted anew rather than merged.
const REBUILD_RATINGS: usize = 2_048;

/// The frozen parts a question is answered from. Cloning shares all of it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The state.
    pub state: State,
    /// What each college offers, by registry position.
    pub(super) offers: Arc<Vec<Arc<Vec<Offer>>>>,
    /// What each park needs, by registry position.
    pub(super) needs: Arc<Vec<Arc<Vec<NeedItem>>>>,
    /// The fit of all pairs: one row a park, by registry position.
    pub(super) rows: Arc<Vec<Arc<Row>>>,
    pub(super) edges: Arc<Edges>,
    pub(super) posterior: Arc<Posterior>,
    pub(super) columns: Arc<Columns>,
    /// The parks it can be asked of, by rising id; `None`: all.
    only: Option<Arc<Vec<ParkId>>>,
}

/// The events of one batch, summed up.
#[derive(Default)]
struct Dirty {
    all: bool,
    needs: bool,
    clock: bool,
    moved: bool,
    parks: Vec<ParkId>,
    colleges: Vec<CollegeId>,
    engagements: Vec<CollegeId>,
    ratings: Vec<EngagementId>,
    /// Engagements, rated or not, that went elsewhere.
    elsewhere: Vec<EngagementId>,
    /// Enterprises that went to another park.
    raters: Vec<EnterpriseId>,
}

impl Dirty {
    fn of(changes: &[Changed]) -> Self {
        let mut dirty = Self::default();
        for change in changes {
            match change {
                Changed::Nothing => {}
                Changed::All => dirty.all = true,
                Changed::Needs => dirty.needs = true,
                Changed::Clock => (dirty.needs, dirty.clock, dirty.moved) = (true, true, true),
                Changed::Model => dirty.moved = true,
                Changed::Rater(id) => dirty.raters.push(id.clone()),
                Changed::Park(id) => dirty.parks.push(id.clone()),
                Changed::Parks(from, to) => dirty.parks.extend([from.clone(), to.clone()]),
                Changed::College(id) => dirty.colleges.push(id.clone()),
                Changed::Colleges(from, to) => dirty.colleges.extend([from.clone(), to.clone()]),
                Changed::Engagements(id) => dirty.engagements.push(id.clone()),
                Changed::EngagementMoved(id, from, to) => {
                    dirty.elsewhere.push(id.clone());
                    dirty.ratings.push(id.clone());
                    dirty.engagements.extend([from.clone(), to.clone()]);
                }
                Changed::Rating(id) => dirty.ratings.push(id.clone()),
            }
        }
        dirty
    }

    /// Whether what the ratings tell may have changed.
    fn rated(&self) -> bool {
        self.moved || !self.ratings.is_empty() || !self.raters.is_empty()
    }
}

fn offers_at(state: &State, at: usize) -> Arc<Vec<Offer>> {
    Arc::new(offers(state, &state.colleges.at(at as u32).value.id))
}

fn needs_at(state: &State, at: usize) -> Arc<Vec<NeedItem>> {
    Arc::new(need_items(state, &state.parks.at(at as u32).value.id, None))
}

fn all_needs(state: &State) -> Vec<Arc<Vec<NeedItem>>> {
    (0..state.parks.len()).map(|at| needs_at(state, at)).collect()
}

impl Snapshot {
    /// Derives everything from scratch.
    pub fn cold(state: State) -> Self {
        Self::with_fit(state, None, |_| None)
    }

    /// Derives what one park's questions need: to recompute an old ranking.
    pub fn cold_for(state: State, park: &ParkId) -> Self {
        Self::cold_among(state, Some(Arc::new(vec![park.clone()])))
    }

    /// Derives what some parks' questions need; `only` by rising id, `None`: all parks.
    pub fn cold_among(state: State, only: Option<Arc<Vec<ParkId>>>) -> Self {
        Self::with_fit(state, only, |_| None)
    }

    /// A fork that can be asked of some parks only, by rising id: what it is advanced by costs no more than they do.
    #[must_use]
    pub fn among(&self, parks: Arc<Vec<ParkId>>) -> Self {
        Self { only: Some(parks), ..self.clone() }
    }

    /// Whether a park can be asked of.
    pub(super) fn answers(&self, park: &ParkId) -> bool {
        self.only.as_ref().is_none_or(|only| only.binary_search(park).is_ok())
    }

    /// Derives everything but the fit of the pairs.
    ///
    /// # Errors
    /// What of the table does not agree: the size, or one of the rows that are computed again for comparison.
    pub fn with_fit_table(state: State, table: FitTable) -> Result<Self, String> {
        let rows = table.rows(state.parks.len()).ok_or("the fit table has another size")?;
        let snapshot = Self::with_fit(state, None, |at| Some(rows[at].clone()));
        // A sample spread over all parks: a table of another engine would not pass it.
        let mut sample = (0..rows.len()).step_by((rows.len() / 8).max(1));
        match sample.find(|&at| snapshot.fit_row(at) != *rows[at]) {
            Some(at) => Err(format!("the fit of park {at} is another")),
            None => Ok(snapshot),
        }
    }

    /// Writes the fit of all pairs piece by piece, for [`FitTable`].
    pub fn write_fit(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut bytes = Vec::new();
        for row in self.rows.iter() {
            bytes.clear();
            row.write(&mut bytes);
            sink(&bytes);
        }
    }

    fn with_fit(
        state: State,
        only: Option<Arc<Vec<ParkId>>>,
        known: impl Fn(usize) -> Option<Arc<Row>> + Sync,
    ) -> Self {
        let wanted = |park: &ParkId| only.as_ref().is_none_or(|only| only.binary_search(park).is_ok());
        let offers: Vec<_> = (0..state.colleges.len()).map(|at| offers_at(&state, at)).collect();
        let needs = all_needs(&state);
        let (edges, rows) = rayon::join(
            || Edges::build(&state),
            || {
                let row = |at: usize| {
                    let park = &state.parks.at(at as u32).value;
                    if !wanted(&park.id) {
                        return Arc::default();
                    }
                    known(at).unwrap_or_else(|| Arc::new(Row::build(&state, park, &needs[at], &offers)))
                };
                (0..state.parks.len()).into_par_iter().map(row).collect::<Vec<_>>()
            },
        );
        let posterior = Posterior::solve(&edges, &state.model);
        let columns = Columns::build(&state, &posterior, |at| edges.place_of(at));
        Self {
            state,
            offers: Arc::new(offers),
            needs: Arc::new(needs),
            rows: Arc::new(rows),
            edges: Arc::new(edges),
            posterior: Arc::new(posterior),
            columns: Arc::new(columns),
            only,
        }
    }

    fn fit_row(&self, at: usize) -> Row {
        Row::build(&self.state, &self.state.parks.at(at as u32).value, &self.needs[at], &self.offers)
    }

    /// The snapshot after more events, each applied to `state` before; equals [`Self::cold`] of that state.
    #[must_use]
    pub fn advance(&self, state: State, changes: &[Changed]) -> Self {
        // Inside the pool from here on: its threads stay awake between the steps of the solver.
        rayon::scope(|_| self.advance_by(state, &Dirty::of(changes)))
    }

    fn advance_by(&self, state: State, dirty: &Dirty) -> Self {
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
        let mut next = Self { state, ..self.clone() };
        next.refit(dirty, &colleges);
        let regrown = !next.edges.covers(next.state.colleges.len());
        if regrown || dirty.rated() {
            next.resolve(dirty);
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
            known if !self.answers(&self.state.parks.at(at as u32).value.id) => known.cloned().unwrap_or_default(),
            Some(row) if parks.binary_search(&at).is_err() => {
                if colleges.is_empty() {
                    return row.clone();
                }
                let park = &self.state.parks.at(at as u32).value;
                Arc::new(row.refitted(&self.state, park, &self.needs[at], colleges, &self.offers, work))
            }
            _ => Arc::new(self.fit_row(at)),
        };
        let rows = (0..n).into_par_iter().map_init(Workspace::default, row).collect::<Vec<_>>();
        self.rows = Arc::new(rows);
    }

    fn resolve(&mut self, dirty: &Dirty) {
        let state = &self.state;
        let mut ratings = dirty.ratings.clone();
        for rater in dirty.raters.iter().filter_map(|id| state.enterprises.position(id)) {
            let rated = self.edges.rated_by(rater).iter();
            ratings.extend(rated.map(|&at| state.engagements.at(at).value.id.clone()));
        }
        ratings.sort_unstable();
        ratings.dedup();
        if dirty.moved || ratings.len() > REBUILD_RATINGS {
            self.edges = Arc::new(Edges::build(state));
        } else {
            if !self.edges.covers(state.colleges.len()) {
                self.edges = Arc::new(self.edges.grown(state));
            }
            if !ratings.is_empty() {
                self.edges = Arc::new(self.edges.updated_after(state, &ratings, &dirty.elsewhere));
            }
        }
        self.posterior = Arc::new(Posterior::solve(&self.edges, &self.state.model));
    }

    fn revise_columns(&mut self, dirty: &Dirty, colleges: &[usize], engaged: &[usize]) {
        if dirty.clock {
            // The clock moved: ages and running engagements of all colleges did.
            self.columns = Arc::new(Columns::build(&self.state, &self.posterior, |at| self.edges.place_of(at)));
            return;
        }
        let rated = dirty.rated();
        if colleges.is_empty() && engaged.is_empty() && !rated {
            return;
        }
        let columns = Arc::make_mut(&mut self.columns);
        columns.grow(self.state.colleges.len());
        colleges.iter().chain(engaged).for_each(|&at| columns.set(&self.state, at as u32));
        columns.rate(&self.state, &self.posterior, |at| self.edges.place_of(at));
    }

    /// The colleges' satisfaction posterior, by place among colleges sorted by id.
    pub fn posterior(&self) -> &Posterior {
        &self.posterior
    }

    /// Whether both hold the same derived values, bit for bit.
    pub fn same_derived(&self, other: &Self) -> bool {
        self.rows == other.rows
            && self.needs == other.needs
            && self.offers == other.offers
            && self.edges == other.edges
            && self.posterior == other.posterior
            && self.columns == other.columns
    }
}
