//! Who rated whom, in canonical order: raters by id, each rater's ratings by college and engagement.
//!
//! Every sum of the solver runs in this order, so the posterior does not depend on the order of arrival.

use crate::domain::{EngagementId, EnterpriseId};
use crate::engine::state::State;

/// The ratings as rows of raters. Colleges are named by their place among all colleges sorted by id.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Edges {
    pub(super) raters: Vec<EnterpriseId>,
    /// Row `u` is `start[u]..start[u + 1]`.
    pub(super) start: Vec<u32>,
    pub(super) college: Vec<u32>,
    pub(super) score: Vec<f64>,
    /// Position of the engagement in the state's registry.
    pub(super) engagement: Vec<u32>,
    pub(super) n_colleges: usize,
    /// Place by registry position of the college.
    place: Vec<u32>,
}

impl Edges {
    /// All live ratings of a state.
    pub fn build(state: &State) -> Self {
        let mut edges =
            Self { n_colleges: state.colleges.len(), place: vec![0; state.colleges.len()], ..Self::default() };
        for (place, at) in state.colleges.positions().enumerate() {
            edges.place[at as usize] = place as u32;
        }
        let mut rows: Vec<(&EnterpriseId, u32, &EngagementId, f64)> = Vec::with_capacity(state.ratings.len());
        for (id, entry) in state.ratings.iter().filter(|(_, entry)| !entry.closed) {
            let Some(engagement) = state.engagements.entry(id) else { continue };
            let Some(at) = state.colleges.position(&engagement.value.college) else { continue };
            rows.push((&engagement.value.enterprise, edges.place[at as usize], id, entry.value.marks.score()));
        }
        rows.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
        for (rater, college, engagement, score) in rows {
            if edges.raters.last() != Some(rater) {
                edges.raters.push(rater.clone());
                edges.start.push(edges.college.len() as u32);
            }
            edges.college.push(college);
            edges.score.push(score);
            edges.engagement.push(state.engagements.position(engagement).unwrap_or(u32::MAX));
        }
        edges.start.push(edges.college.len() as u32);
        edges
    }

    /// Brings the rating of one engagement up to date; gives what [`Self::build`] would give.
    pub fn update(&mut self, state: &State, id: &EngagementId) {
        let Some(engagement) = state.engagements.entry(id).map(|entry| &entry.value) else { return };
        let Some(at) = state.colleges.position(&engagement.college) else { return };
        let (college, position) = (self.place[at as usize], state.engagements.position(id).unwrap_or(u32::MAX));
        let live = state.ratings.get(id).map(|rating| rating.marks.score());
        let row = self.raters.binary_search(&engagement.enterprise);
        let (row, new_row) = match row {
            Ok(row) => (row, false),
            Err(row) => (row, true),
        };
        if new_row {
            if live.is_none() {
                return;
            }
            self.raters.insert(row, engagement.enterprise.clone());
            self.start.insert(row, self.start[row]);
        }
        let (low, high) = (self.start[row] as usize, self.start[row + 1] as usize);
        let key = |e: usize| (self.college[e], &state.engagements.at(self.engagement[e]).value.id);
        let mut e = low;
        while e < high && key(e) < (college, id) {
            e += 1;
        }
        let present = e < high && self.engagement[e] == position;
        match (present, live) {
            (true, Some(score)) => self.score[e] = score,
            (false, Some(score)) => {
                self.college.insert(e, college);
                self.score.insert(e, score);
                self.engagement.insert(e, position);
                self.start[row + 1..].iter_mut().for_each(|start| *start += 1);
            }
            (true, None) => {
                self.college.remove(e);
                self.score.remove(e);
                self.engagement.remove(e);
                self.start[row + 1..].iter_mut().for_each(|start| *start -= 1);
                if high - low == 1 {
                    self.raters.remove(row);
                    self.start.remove(row + 1);
                }
            }
            (false, None) => {}
        }
    }

    /// How many ratings there are.
    pub fn len(&self) -> usize {
        self.college.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.college.is_empty()
    }

    /// The place of the college at a registry position.
    pub fn place_of(&self, at: u32) -> usize {
        self.place[at as usize] as usize
    }

    pub(super) fn row(&self, u: usize) -> std::ops::Range<usize> {
        self.start[u] as usize..self.start[u + 1] as usize
    }
}
