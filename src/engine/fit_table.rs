//! The stored fit of all pairs, read piece by piece: the whole of it need not be in memory twice.

use std::sync::Arc;

use super::state::State;
use super::tiles::Row;

/// The rows read so far.
pub struct FitTable {
    width: usize,
    rest: Vec<u8>,
    rows: Vec<Arc<Row>>,
}

impl FitTable {
    /// An empty table of a state's shape.
    pub fn of(state: &State) -> Self {
        Self { width: Row::bytes(state.colleges.len()), rest: Vec::new(), rows: Vec::with_capacity(state.parks.len()) }
    }

    /// Reads the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        if let Some(rows) = self.rest.len().checked_div(self.width) {
            let whole = rows * self.width;
            self.rows.extend(self.rest[..whole].chunks_exact(self.width).map(|row| Arc::new(Row::read(row))));
            self.rest.drain(..whole);
        }
    }

    /// All rows, if there are `n` and nothing is left over.
    pub(super) fn rows(mut self, n: usize) -> Option<Vec<Arc<Row>>> {
        if self.width == 0 {
            self.rows.resize_with(n, Arc::default);
        }
        (self.rows.len() == n && self.rest.is_empty()).then_some(self.rows)
    }
}
