//! A snapshot: the state with everything derived from it, frozen; questions are answered from it alone.

use std::sync::Arc;

use rayon::prelude::*;

use super::columns::Columns;
use super::fit::{Offer, offers};
use super::fit_table::FitTable;
use super::like_minded::LikeMinded;
use super::need::Need;
use super::satisfaction::{Edges, Posterior};
use super::state::State;
use super::tiles::Row;
use crate::domain::ParkId;

/// The frozen parts a question is answered from. Cloning shares all of it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The state.
    pub state: State,
    /// What each college offers, by registry position.
    pub(super) offers: Arc<Vec<Arc<Vec<Offer>>>>,
    /// What each park needs, by registry position.
    pub(super) needs: Arc<Vec<Arc<Need>>>,
    /// The fit of all pairs: one row a park, by registry position.
    pub(super) rows: Arc<Vec<Arc<Row>>>,
    pub(super) edges: Arc<Edges>,
    pub(super) posterior: Arc<Posterior>,
    pub(super) columns: Arc<Columns>,
    pub(super) like_minded: LikeMinded,
    /// The parks it can be asked of, by rising id; `None`: all.
    pub(super) only: Option<Arc<Vec<ParkId>>>,
}

pub(super) fn offers_at(state: &State, at: usize) -> Arc<Vec<Offer>> {
    Arc::new(offers(state, &state.colleges.at(at as u32).value.id))
}

pub(super) fn needs_at(state: &State, at: usize) -> Arc<Need> {
    Arc::new(Need::of(state, &state.parks.at(at as u32).value.id, None))
}

pub(super) fn all_needs(state: &State) -> Vec<Arc<Need>> {
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
        let columns = Columns::build(&state, &posterior, &edges);
        Self {
            state,
            offers: Arc::new(offers),
            needs: Arc::new(needs),
            rows: Arc::new(rows),
            edges: Arc::new(edges),
            posterior: Arc::new(posterior),
            columns: Arc::new(columns),
            like_minded: LikeMinded::default(),
            only,
        }
    }

    pub(super) fn fit_row(&self, at: usize) -> Row {
        Row::build(&self.state, &self.state.parks.at(at as u32).value, &self.needs[at], &self.offers)
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
