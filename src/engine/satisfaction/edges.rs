//! Who rated whom, in canonical order: raters by number of ratings and id, each rater's ratings by college and
//! engagement.
//!
//! Every sum of the solver runs in this order, so the posterior does not depend on the order of arrival. Rows of equal
//! length lie together because a processor that can foresee the end of a row takes half the time.

use std::ops::Range;

use super::attributes::prior_mean;
use super::loadings::Loadings;
use super::solve::Posterior;
use crate::domain::{Date, Marks, Rating};
use crate::engine::state::State;

/// The ratings as rows of raters. Colleges are named by their place among all colleges sorted by id.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Edges {
    /// Positions of the raters in the registry of enterprises.
    pub(super) raters: Vec<u32>,
    /// Row `u` is `start[u]..start[u + 1]`.
    pub(super) start: Vec<u32>,
    pub(super) college: Vec<u32>,
    pub(super) score: Vec<Score>,
    /// Position of the engagement in the state's registry.
    pub(super) engagement: Vec<u32>,
    /// Fortnight of the rating, counted from 1970-01-01.
    pub(super) fortnight: Vec<i16>,
    /// How much the rating counts for its college (see `blocks`).
    pub(super) weight: Vec<f64>,
    /// Correlation ρ of a college's quality then and today; `weight / loading` is the rating's precision.
    pub(super) loadings: Loadings,
    /// Prior mean of each college above the grand mean, by place.
    pub(super) prior: Vec<f64>,
    /// Effect of each college above its prior mean when the day began, by place: where solving starts from.
    pub(super) before: Vec<f64>,
    pub(super) n_colleges: usize,
    /// Place by registry position of the college.
    pub(super) place: Vec<u32>,
    /// Registry position of the college by place.
    pub(super) at: Vec<u32>,
}

/// One rating.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) college: u32,
    pub(super) engagement: u32,
    pub(super) score: Score,
    pub(super) fortnight: i16,
    pub(super) weight: f64,
}

/// A rating's score as the fraction it is: exact, in two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct Score {
    sum: u8,
    weight: u8,
}

impl Score {
    pub(super) fn of(marks: &Marks) -> Self {
        let (sum, weight) = marks.tally();
        Self { sum, weight }
    }

    /// Points on the 1–5 scale.
    #[inline]
    pub(super) fn get(self) -> f64 {
        f64::from(self.sum) / f64::from(self.weight)
    }
}

/// The fortnight of a day, counted from 1970-01-01.
pub(in crate::engine) fn fortnight_of(day: Date) -> i16 {
    (day.days().div_euclid(14)).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

pub(super) fn fortnight(rating: &Rating) -> i16 {
    fortnight_of(rating.rated_on)
}

impl Edges {
    /// All live ratings of a state that count.
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
        let mut rated: Vec<(u32, u32, u32, i16, Score)> = Vec::with_capacity(state.ratings.len());
        let mut count = vec![0_u32; by_id.len()];
        for (id, entry) in state.ratings.iter().filter(|(_, entry)| !entry.closed) {
            while engagements.next_if(|&at| engagement_id(at) < id).is_some() {}
            let Some(engagement) = engagements.next_if(|&at| engagement_id(at) == id) else { continue };
            let Some((rater, college)) = state.parties(engagement) else { continue };
            if !state.counts((rater, college), &entry.value) {
                continue;
            }
            let rater = rater_place[rater as usize];
            count[rater as usize] += 1;
            let rating = &entry.value;
            rated.push((rater, place[college as usize], engagement, fortnight(rating), Score::of(&rating.marks)));
        }
        let mut order: Vec<u32> = (0..by_id.len() as u32).filter(|&rater| count[rater as usize] > 0).collect();
        order.sort_by_key(|&rater| count[rater as usize]);
        let loadings = Loadings::new(&state.model, fortnight_of(state.today));
        let mut edges = Self { n_colleges: place.len(), place, loadings, ..Self::default() };
        edges.name(state, at);
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
        (edges.fortnight, edges.score, edges.weight) = (vec![0; n], vec![Score::default(); n], vec![0.0; n]);
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
        edges.weigh(state, &state.baseline, None, false);
        edges
    }

    /// Sets what is known of the colleges at these registry positions, in the order of their places.
    fn name(&mut self, state: &State, at: Vec<u32>) {
        self.prior = at.iter().map(|&at| prior_mean(state, at)).collect();
        let before =
            at.iter().zip(&self.prior).map(|(&at, prior)| state.baseline.quality(at).map_or(0.0, |b| b - prior));
        self.before = before.collect();
        self.at = at;
    }

    /// Solving starts from a posterior.
    pub(super) fn start_from(&mut self, posterior: &Posterior) {
        self.before = posterior.effect.iter().zip(&self.prior).map(|(effect, prior)| effect - prior).collect();
    }

    pub(super) fn edge(&self, e: usize) -> Edge {
        Edge {
            college: self.college[e],
            engagement: self.engagement[e],
            score: self.score[e],
            fortnight: self.fortnight[e],
            weight: self.weight[e],
        }
    }

    /// Correlation of the quality of a rating's college then and today.
    pub(super) fn loading(&self, e: usize) -> f64 {
        self.loadings.of(self.fortnight[e])
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
        let mut grown = Self { college, n_colleges: at.len(), place, ..self.clone() };
        grown.name(state, at);
        grown
    }
}
