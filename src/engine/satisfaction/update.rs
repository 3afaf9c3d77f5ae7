//! Brings the rows of raters up to date with some ratings, for one pass of copying.

use std::collections::BTreeMap;
use std::ops::Range;

use super::edges::{Edge, Edges, Score, fortnight};
use crate::domain::EngagementId;
use crate::engine::state::State;

impl Edges {
    /// These edges with the ratings of some engagements brought up to date; what [`Self::build`] would give, for one pass
    /// of copying.
    #[must_use]
    pub fn updated(&self, state: &State, ids: &[EngagementId]) -> Self {
        self.updated_after(state, ids, &[], Self::default())
    }

    /// As [`Self::updated`], in the memory of `spare`; some of the engagements have `moved` to another college or
    /// enterprise.
    #[must_use]
    pub(in crate::engine) fn updated_after(
        &self,
        state: &State,
        ids: &[EngagementId],
        moved: &[EngagementId],
        spare: Self,
    ) -> Self {
        let mut rows: BTreeMap<u32, Vec<Edge>> = BTreeMap::new();
        let (mut gone, mut touched) = (Vec::new(), Vec::new());
        for at in moved.iter().filter_map(|id| state.engagements.position(id)) {
            let Some(e) = self.engagement.iter().position(|&other| other == at) else { continue };
            let u = self.start.partition_point(|&start| start as usize <= e) - 1;
            let row = rows.entry(self.raters[u]).or_insert_with(|| {
                gone.push(u);
                self.row(u).map(|e| self.edge(e)).collect()
            });
            row.retain(|edge| edge.engagement != at);
            touched.push(self.college[e]);
        }
        for id in ids {
            let Some(engagement) = state.engagements.position(id) else { continue };
            let Some(parties) = state.parties(engagement) else { continue };
            let (rater, college) = parties;
            let row = rows.entry(rater).or_insert_with(|| match self.raters.iter().position(|&other| other == rater) {
                Some(u) => {
                    gone.push(u);
                    self.row(u).map(|e| self.edge(e)).collect()
                }
                None => Vec::new(),
            });
            let college = self.place[college as usize];
            let key = |edge: &Edge| (edge.college, &state.engagements.at(edge.engagement).value.id);
            let e = row.partition_point(|edge| key(edge) < (college, id));
            let present = row.get(e).is_some_and(|edge| edge.engagement == engagement);
            touched.push(college);
            let live = state.counted(id, parties).map(|rating| {
                let (score, fortnight) = (Score::of(&rating.marks), fortnight(rating));
                Edge { college, engagement, score, fortnight, weight: 0.0 }
            });
            match (present, live) {
                (true, Some(edge)) => row[e] = edge,
                (false, Some(edge)) => row.insert(e, edge),
                (true, None) => drop(row.remove(e)),
                (false, None) => {}
            }
        }
        gone.sort_unstable();
        let id = |at: u32| &state.enterprises.at(at).value.id;
        let mut rows: Vec<(u32, Vec<Edge>)> = rows.into_iter().filter(|(_, row)| !row.is_empty()).collect();
        rows.sort_by(|a, b| (a.1.len(), id(a.0)).cmp(&(b.1.len(), id(b.0))));
        let mut next = Self {
            n_colleges: self.n_colleges,
            place: self.place.clone(),
            at: self.at.clone(),
            prior: self.prior.clone(),
            before: self.before.clone(),
            loadings: self.loadings.clone(),
            ..spare.emptied()
        };
        next.reserve(self.len() + ids.len(), self.raters.len() + rows.len());
        let mut from = 0;
        for (rater, row) in rows {
            let (low, high) = (self.end_of_run(row.len() - 1), self.end_of_run(row.len()));
            let to = low + self.raters[low..high].partition_point(|&other| id(other) < id(rater));
            next.copy(self, from..to, &gone);
            from = to;
            next.push(rater, &row);
        }
        next.copy(self, from..self.raters.len(), &gone);
        touched.sort_unstable();
        touched.dedup();
        next.weigh(state, &state.baseline, Some(&touched), false);
        next
    }

    /// No rows, but the memory of those that were.
    fn emptied(mut self) -> Self {
        self.college.clear();
        self.engagement.clear();
        self.score.clear();
        self.fortnight.clear();
        self.weight.clear();
        self.raters.clear();
        self.start.clear();
        self
    }

    fn reserve(&mut self, edges: usize, raters: usize) {
        // A little more than needed, for the ratings to come; not twice as much, as growing step by step would take.
        fn room<T>(list: &mut Vec<T>, n: usize) {
            if list.capacity() < n {
                list.reserve_exact(n + n / 64);
            }
        }
        room(&mut self.college, edges);
        room(&mut self.engagement, edges);
        room(&mut self.score, edges);
        room(&mut self.fortnight, edges);
        room(&mut self.weight, edges);
        room(&mut self.raters, raters);
        room(&mut self.start, raters + 1);
        self.start.push(0);
    }

    fn append(&mut self, edges: &[Edge]) {
        self.college.extend(edges.iter().map(|edge| edge.college));
        self.engagement.extend(edges.iter().map(|edge| edge.engagement));
        self.score.extend(edges.iter().map(|edge| edge.score));
        self.fortnight.extend(edges.iter().map(|edge| edge.fortnight));
        self.weight.extend(edges.iter().map(|edge| edge.weight));
    }

    fn push(&mut self, rater: u32, row: &[Edge]) {
        self.append(row);
        self.raters.push(rater);
        self.start.push(self.college.len() as u32);
    }

    /// Appends the rows of a range but those that are gone.
    fn copy(&mut self, from: &Self, mut range: Range<usize>, gone: &[usize]) {
        let first = gone.partition_point(|&u| u < range.start);
        for &u in gone[first..].iter().take_while(|&&u| u < range.end) {
            self.copy_all(from, range.start..u);
            range.start = u + 1;
        }
        self.copy_all(from, range);
    }

    fn copy_all(&mut self, from: &Self, range: Range<usize>) {
        let edges = from.start[range.start] as usize..from.start[range.end] as usize;
        let shift = (self.college.len() as u32).wrapping_sub(edges.start as u32);
        self.start.extend(from.start[range.start + 1..=range.end].iter().map(|start| start.wrapping_add(shift)));
        self.college.extend_from_slice(&from.college[edges.clone()]);
        self.engagement.extend_from_slice(&from.engagement[edges.clone()]);
        self.score.extend_from_slice(&from.score[edges.clone()]);
        self.fortnight.extend_from_slice(&from.fortnight[edges.clone()]);
        self.weight.extend_from_slice(&from.weight[edges]);
        self.raters.extend_from_slice(&from.raters[range]);
    }
}
