//! All colleges by themselves: the columns of points that no park changes.

use super::cells::{COLLEGE, Grade, college_cells, excluded, on_sphere, published_mean, unbroken_years};
use super::satisfaction::{Edges, Posterior};
use super::state::State;
use super::tiles::TILE;
use super::told::told;
use crate::domain::{Criterion, ExcludedReason};

/// Whether a college can be on a shortlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// On every one.
    Free,
    /// It has declined some parks.
    Declines,
    /// On none, and the answer says why.
    Excluded(ExcludedReason),
    /// On none: it was closed.
    Closed,
}

/// All colleges by themselves, by registry position; points and flags are filled up to whole tiles.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Columns {
    pub(super) points: [Vec<u16>; 6],
    /// Bit j: criterion `COLLEGE[j]` rests on the prior.
    pub(super) flags: Vec<u8>,
    /// Standard deviation of the satisfaction points.
    pub(super) satisfaction_sd: Vec<f64>,
    pub(super) standing: Vec<Standing>,
    /// Years of unbroken engagements.
    pub(super) years: Vec<Option<f64>>,
    /// Where it lies on the unit sphere; `None` counts as too far from everywhere.
    pub(super) point: Vec<Option<[f64; 3]>>,
}

impl Columns {
    /// All colleges.
    pub(super) fn build(state: &State, posterior: &Posterior, edges: &Edges) -> Self {
        let mut columns = Self::default();
        columns.grow(state.colleges.len());
        (0..state.colleges.len() as u32).for_each(|at| columns.set(state, at));
        columns.rate(state, posterior, edges);
        columns
    }

    /// Makes room for `n` colleges.
    pub(super) fn grow(&mut self, n: usize) {
        let filled = n.div_ceil(TILE) * TILE;
        self.points.iter_mut().for_each(|column| column.resize(filled, 0));
        self.flags.resize(filled, 0);
        self.satisfaction_sd.resize(filled, 0.0);
        self.standing.resize(n, Standing::Free);
        self.years.resize(n, None);
        self.point.resize(n, None);
    }

    /// Brings the facts of one college up to date; its satisfaction is [`Self::rate`]'s.
    pub(super) fn set(&mut self, state: &State, at: u32) {
        let entry = state.colleges.at(at);
        let years = unbroken_years(state, &entry.value);
        self.years[at as usize] = years;
        self.point[at as usize] = entry.value.place.map(on_sphere);
        let mut flags = 0;
        for (j, cell) in college_cells(&state.sheet, &entry.value, state.model.mean, years).iter().enumerate() {
            if COLLEGE[j] != Criterion::Satisfaction {
                self.points[j][at as usize] = cell.points;
            }
            if cell.grade == Grade::Prior {
                flags |= 1 << j;
            }
        }
        self.flags[at as usize] = flags;
        self.standing[at as usize] = match excluded(state, &entry.value) {
            _ if entry.closed => Standing::Closed,
            Some(reason) => Standing::Excluded(reason),
            None if entry.value.declined_parks.is_empty() => Standing::Free,
            None => Standing::Declines,
        };
    }

    /// Brings the satisfaction column up to date after a new posterior.
    pub(super) fn rate(&mut self, state: &State, posterior: &Posterior, edges: &Edges) {
        let sheet = state.sheet.of(Criterion::Satisfaction);
        let (first, last) = (sheet.anchors[0], sheet.anchors[sheet.anchors.len() - 1]);
        let slope = (last.points - first.points) / (last.raw - first.raw);
        for at in 0..state.colleges.len() {
            let told = told(state, edges, posterior, at as u32);
            self.points[0][at] = sheet.points(published_mean(state, told.effect));
            self.satisfaction_sd[at] = slope * told.sd;
        }
    }
}
