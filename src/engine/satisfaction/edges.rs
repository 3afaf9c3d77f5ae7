//! Who rated whom, in canonical order: raters by number of ratings and id, each rater's ratings by college and
//! engagement.
//!
//! Every sum of the solver runs in this order, so the posterior does not depend on the order of arrival. Rows of equal
//! length lie together because a processor that can foresee the end of a row takes half the time.

use std::collections::BTreeMap;
use std::ops::Range;

use super::attributes::prior_mean;
use crate::domain::{Date, EngagementId, Rating};
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
    /// Fortnight of the rating, counted from 1970-01-01.
    pub(super) fortnight: Vec<i16>,
    /// How much the rating counts for its college (see `blocks`).
    pub(super) weight: Vec<f64>,
    /// Correlation ρ of its college's quality then and today; `weight / loading` is the rating's precision.
    pub(super) loading: Vec<f64>,
    /// Prior mean of each college above the grand mean, by place.
    pub(super) prior: Vec<f64>,
    pub(super) n_colleges: usize,
    /// Place by registry position of the college.
    place: Vec<u32>,
    /// Registry position of the college by place.
    at: Vec<u32>,
}

/// One rating.
#[derive(Clone, Copy)]
struct Edge {
    college: u32,
    engagement: u32,
    score: f64,
    fortnight: i16,
    weight: f64,
    loading: f64,
}

/// The fortnight of a day, counted from 1970-01-01.
pub(super) fn fortnight_of(day: Date) -> i16 {
    (day.days().div_euclid(14)).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

fn fortnight(rating: &Rating) -> i16 {
    fortnight_of(rating.rated_on)
}

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
        let mut rated: Vec<(u32, u32, u32, i16, f64)> = Vec::with_capacity(state.ratings.len());
        let mut count = vec![0_u32; by_id.len()];
        for (id, entry) in state.ratings.iter().filter(|(_, entry)| !entry.closed) {
            while engagements.next_if(|&at| engagement_id(at) < id).is_some() {}
            let Some(engagement) = engagements.next_if(|&at| engagement_id(at) == id) else { continue };
            let Some((rater, college)) = state.parties(engagement) else { continue };
            let rater = rater_place[rater as usize];
            count[rater as usize] += 1;
            let rating = &entry.value;
            rated.push((rater, place[college as usize], engagement, fortnight(rating), rating.marks.score()));
        }
        let mut order: Vec<u32> = (0..by_id.len() as u32).filter(|&rater| count[rater as usize] > 0).collect();
        order.sort_by_key(|&rater| count[rater as usize]);
        let prior = at.iter().map(|&at| prior_mean(state, at)).collect();
        let mut edges = Self { n_colleges: place.len(), place, at, prior, ..Self::default() };
        let (mut next, mut end) = (vec![0_u32; by_id.len()], 0);
        edges.start.push(0);
        for rater in order {
            edges.raters.push(by_id[rater as usize]);
            next[rater as usize] = end;
            end += count[rater as usize];
            edges.start.push(end);
        }
        // Straight into place: at a million ratings a second copy is felt.
        let n = rated.len();
        (edges.college, edges.engagement) = (vec![0; n], vec![0; n]);
        (edges.fortnight, edges.score) = (vec![0; n], vec![0.0; n]);
        (edges.weight, edges.loading) = (vec![0.0; n], vec![1.0; n]);
        for (rater, college, engagement, fortnight, score) in rated {
            let e = next[rater as usize] as usize;
            (edges.college[e], edges.engagement[e]) = (college, engagement);
            (edges.fortnight[e], edges.score[e]) = (fortnight, score);
            next[rater as usize] += 1;
        }
        let mut row = Vec::new();
        for u in 0..edges.raters.len() {
            let range = edges.row(u);
            if edges.college[range.clone()].is_sorted() {
                continue;
            }
            row.clear();
            row.extend(range.clone().map(|e| edges.edge(e)));
            // Stable: equal colleges stay by rising engagement id.
            row.sort_by_key(|edge: &Edge| edge.college);
            for (e, edge) in range.zip(&row) {
                (edges.college[e], edges.engagement[e]) = (edge.college, edge.engagement);
                (edges.fortnight[e], edges.score[e]) = (edge.fortnight, edge.score);
            }
        }
        edges.weigh(state, &state.baseline, None);
        edges
    }

    /// These edges with the ratings of some engagements brought up to date; what [`Self::build`] would give, for one pass
    /// of copying.
    #[must_use]
    pub fn updated(&self, state: &State, ids: &[EngagementId]) -> Self {
        self.updated_after(state, ids, &[])
    }

    /// As [`Self::updated`]; some of the engagements have `moved` to another college or enterprise.
    #[must_use]
    pub(in crate::engine) fn updated_after(&self, state: &State, ids: &[EngagementId], moved: &[EngagementId]) -> Self {
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
            let Some((rater, college)) = state.parties(engagement) else { continue };
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
            let live = state.ratings.get(id).map(|rating| {
                let (score, fortnight) = (rating.marks.score(), fortnight(rating));
                Edge { college, engagement, score, fortnight, weight: 0.0, loading: 1.0 }
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
            ..Self::default()
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
        next.weigh(state, &state.baseline, Some(&touched));
        next
    }

    fn reserve(&mut self, edges: usize, raters: usize) {
        self.college.reserve(edges);
        self.engagement.reserve(edges);
        self.score.reserve(edges);
        self.fortnight.reserve(edges);
        self.weight.reserve(edges);
        self.loading.reserve(edges);
        self.raters.reserve(raters);
        self.start.reserve(raters + 1);
        self.start.push(0);
    }

    fn edge(&self, e: usize) -> Edge {
        Edge {
            college: self.college[e],
            engagement: self.engagement[e],
            score: self.score[e],
            fortnight: self.fortnight[e],
            weight: self.weight[e],
            loading: self.loading[e],
        }
    }

    fn append(&mut self, edges: &[Edge]) {
        self.college.extend(edges.iter().map(|edge| edge.college));
        self.engagement.extend(edges.iter().map(|edge| edge.engagement));
        self.score.extend(edges.iter().map(|edge| edge.score));
        self.fortnight.extend(edges.iter().map(|edge| edge.fortnight));
        self.weight.extend(edges.iter().map(|edge| edge.weight));
        self.loading.extend(edges.iter().map(|edge| edge.loading));
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
        self.weight.extend_from_slice(&from.weight[edges.clone()]);
        self.loading.extend_from_slice(&from.loading[edges]);
        self.raters.extend_from_slice(&from.raters[range]);
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

    /// Whether the prior means of some colleges, by registry position, are still those of the state.
    pub(in crate::engine) fn same_prior(&self, state: &State, colleges: &[usize]) -> bool {
        colleges.iter().all(|&at| self.prior[self.place_of(at as u32)] == prior_mean(state, at as u32))
    }

    /// Prior mean of the college at a place above the grand mean.
    pub(in crate::engine) fn prior_of(&self, place: usize) -> f64 {
        self.prior[place]
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

impl Edges {
    /// Positions of the engagements that an enterprise has rated.
    pub(in crate::engine) fn rated_by(&self, rater: u32) -> &[u32] {
        self.raters.iter().position(|&other| other == rater).map_or(&[], |u| &self.engagement[self.row(u)])
    }

    /// The same rows for a state with further colleges, which nobody has rated.
    #[must_use]
    pub(in crate::engine) fn grown(&self, state: &State) -> Self {
        let at: Vec<u32> = state.colleges.positions().collect();
        let mut place = vec![0; at.len()];
        at.iter().zip(0..).for_each(|(&at, next)| place[at as usize] = next);
        // The order of the colleges known before stays, and with it that of every row.
        let college = self.college.iter().map(|&college| place[self.at[college as usize] as usize]).collect();
        let prior = at.iter().map(|&at| prior_mean(state, at)).collect();
        Self { college, n_colleges: at.len(), place, at, prior, ..self.clone() }
    }
}
