//! Who rated whom, in canonical order: raters by number of ratings and id, each rater's ratings by college and
//! engagement.
//!
//! Every sum of the solver runs in this order, so the posterior does not depend on the order of arrival. Rows of equal
//! length lie together because a processor that can foresee the end of a row takes half the time.

use std::ops::Range;

use crate::domain::EngagementId;
use crate::engine::state::State;

/// The ratings as rows of raters. Colleges are named by their place among all colleges sorted by id.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Edges {
    /// Positions of the raters in the registry of enterprises.
    pub(super) raters: Vec<u32>,
    /// Row `u` is `start[u]..start[u + 1]`.
    pub(super) start: Vec<u32>,
    pub(super) college: Vec<u32>,
    pub(super) score: Vec<f64>,
    /// Position of the engagement in the state's registry.
    pub(super) engagement: Vec<u32>,
    pub(super) n_colleges: usize,
    /// Place by registry position of the college.
    place: Vec<u32>,
    /// Registry position of the college by place.
    at: Vec<u32>,
}

/// Place of the college, position of the engagement, score.
type Edge = (u32, u32, f64);

impl Edges {
    /// All live ratings of a state.
    pub fn build(state: &State) -> Self {
        let places = |positions: &mut dyn Iterator<Item = u32>, n: usize| {
            let mut place = vec![0; n];
            positions.zip(0_u32..).for_each(|(at, next)| place[at as usize] = next);
            place
        };
        let at: Vec<u32> = state.colleges.positions().collect();
        let place = places(&mut at.iter().copied(), at.len());
        let by_id: Vec<u32> = state.enterprises.positions().collect();
        let rater_place = places(&mut by_id.iter().copied(), by_id.len());
        // Both tables are walked once, side by side, by rising engagement id.
        let mut engagements = state.engagements.positions().peekable();
        let engagement_id = |at: u32| &state.engagements.at(at).value.id;
        let mut rated: Vec<(u32, Edge)> = Vec::with_capacity(state.ratings.len());
        let mut count = vec![0_u32; by_id.len()];
        for (id, entry) in state.ratings.iter().filter(|(_, entry)| !entry.closed) {
            while engagements.next_if(|&at| engagement_id(at) < id).is_some() {}
            let Some(engagement) = engagements.next_if(|&at| engagement_id(at) == id) else { continue };
            let Some((rater, college)) = state.parties(engagement) else { continue };
            let rater = rater_place[rater as usize];
            count[rater as usize] += 1;
            rated.push((rater, (place[college as usize], engagement, entry.value.marks.score())));
        }
        let mut order: Vec<u32> = (0..by_id.len() as u32).filter(|&rater| count[rater as usize] > 0).collect();
        order.sort_by_key(|&rater| count[rater as usize]);
        let mut edges = Self { n_colleges: place.len(), place, at, ..Self::default() };
        let (mut next, mut end) = (vec![0_u32; by_id.len()], 0);
        edges.start.push(0);
        for rater in order {
            edges.raters.push(by_id[rater as usize]);
            next[rater as usize] = end;
            end += count[rater as usize];
            edges.start.push(end);
        }
        let mut sorted = vec![(0, 0, 0.0); rated.len()];
        for (rater, edge) in rated {
            let at = &mut next[rater as usize];
            sorted[*at as usize] = edge;
            *at += 1;
        }
        for u in 0..edges.raters.len() {
            // Stable: equal colleges stay by rising engagement id.
            sorted[edges.row(u)].sort_by_key(|&(college, ..)| college);
        }
        edges.college = sorted.iter().map(|&(college, ..)| college).collect();
        edges.engagement = sorted.iter().map(|&(_, engagement, _)| engagement).collect();
        edges.score = sorted.iter().map(|&(.., score)| score).collect();
        edges
    }

    /// Brings the rating of one engagement up to date; gives what [`Self::build`] would give.
    pub fn update(&mut self, state: &State, id: &EngagementId) {
        let Some(engagement) = state.engagements.position(id) else { return };
        let Some((rater, college)) = state.parties(engagement) else { return };
        let college = self.place[college as usize];
        let live = state.ratings.get(id).map(|rating| rating.marks.score());
        let mut row = match self.raters.iter().position(|&other| other == rater) {
            Some(u) => self.take(u),
            None => Vec::new(),
        };
        let key = |edge: &Edge| (edge.0, &state.engagements.at(edge.1).value.id);
        let e = row.partition_point(|edge| key(edge) < (college, id));
        let present = row.get(e).is_some_and(|edge| edge.1 == engagement);
        match (present, live) {
            (true, Some(score)) => row[e].2 = score,
            (false, Some(score)) => row.insert(e, (college, engagement, score)),
            (true, None) => drop(row.remove(e)),
            (false, None) => {}
        }
        if !row.is_empty() {
            self.put(state, rater, &row);
        }
    }

    /// Takes a row out.
    fn take(&mut self, u: usize) -> Vec<Edge> {
        let row = self.row(u);
        let len = row.len() as u32;
        let colleges = self.college.drain(row.clone());
        let engagements = self.engagement.drain(row.clone());
        let edges = colleges.zip(engagements).zip(self.score.drain(row)).map(|((c, e), s)| (c, e, s)).collect();
        self.raters.remove(u);
        self.start.remove(u);
        self.start[u..].iter_mut().for_each(|start| *start -= len);
        edges
    }

    /// Puts a row where it belongs.
    fn put(&mut self, state: &State, rater: u32, row: &[Edge]) {
        let len = row.len() as u32;
        let (low, high) = (self.end_of_run(row.len() - 1), self.end_of_run(row.len()));
        let id = |at: u32| &state.enterprises.at(at).value.id;
        let u = low + self.raters[low..high].partition_point(|&other| id(other) < id(rater));
        let at = self.start[u] as usize;
        self.college.splice(at..at, row.iter().map(|&(college, ..)| college));
        self.engagement.splice(at..at, row.iter().map(|&(_, engagement, _)| engagement));
        self.score.splice(at..at, row.iter().map(|&(.., score)| score));
        self.raters.insert(u, rater);
        self.start.insert(u, at as u32);
        self.start[u + 1..].iter_mut().for_each(|start| *start += len);
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

    /// The registry position of the college at a place.
    pub(in crate::engine) fn at_place(&self, place: u32) -> u32 {
        self.at[place as usize]
    }

    /// Whether these are the rows of a state with `n` colleges, none of them new.
    pub(in crate::engine) fn covers(&self, n: usize) -> bool {
        self.place.len() == n
    }

    /// The first rater with more than `len` ratings; rows lie by rising length.
    pub(super) fn end_of_run(&self, len: usize) -> usize {
        let (mut low, mut high) = (0, self.raters.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.row(middle).len() <= len { low = middle + 1 } else { high = middle }
        }
        low
    }

    pub(super) fn row(&self, u: usize) -> Range<usize> {
        self.start[u] as usize..self.start[u + 1] as usize
    }
}
