//! Ratings as compressed rows: all of one rater, or all of one college, side by side.

use crate::domain::Ratings;

/// Compressed rows: row `r` is `start[r]..start[r + 1]`; within a row entries keep the order they came in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub(super) start: Vec<u32>,
    /// The other side of each rating.
    pub(super) partner: Vec<u32>,
    pub(super) score: Vec<f32>,
}

impl Rows {
    /// The ratings numbered `chosen`, by rater.
    pub fn by_rater(ratings: &Ratings, chosen: &[u32]) -> Self {
        Self::build(ratings.raters.len(), &ratings.rater, &ratings.college, &ratings.score, chosen)
    }

    /// The ratings numbered `chosen`, by college.
    pub fn by_college(ratings: &Ratings, chosen: &[u32]) -> Self {
        Self::build(ratings.colleges.len(), &ratings.college, &ratings.rater, &ratings.score, chosen)
    }

    /// A counting sort: stable, two passes.
    fn build(n: usize, own: &[u32], partner: &[u32], score: &[f64], chosen: &[u32]) -> Self {
        let mut start = vec![0_u32; n + 1];
        for &e in chosen {
            start[own[e as usize] as usize + 1] += 1;
        }
        for r in 0..n {
            start[r + 1] += start[r];
        }
        let mut next = start.clone();
        let mut rows = Self { start, partner: vec![0; chosen.len()], score: vec![0.0; chosen.len()] };
        for &e in chosen {
            let e = e as usize;
            let place = &mut next[own[e] as usize];
            rows.partner[*place as usize] = partner[e];
            rows.score[*place as usize] = score[e] as f32;
            *place += 1;
        }
        rows
    }

    /// Rows from lists of (other side, score).
    pub(super) fn from_lists(lists: &[Vec<(u32, f32)>]) -> Self {
        let mut rows = Self { start: vec![0], ..Self::default() };
        for list in lists {
            rows.partner.extend(list.iter().map(|cell| cell.0));
            rows.score.extend(list.iter().map(|cell| cell.1));
            rows.start.push(rows.partner.len() as u32);
        }
        rows
    }

    /// Scores as multiples of `unit` above `mean`.
    pub(super) fn standardise(&mut self, mean: f64, unit: f64) {
        self.score.iter_mut().for_each(|y| *y = ((f64::from(*y) - mean) / unit) as f32);
    }

    /// How many rows there are.
    pub fn n_rows(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    /// How many ratings there are.
    pub fn len(&self) -> usize {
        self.partner.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.partner.is_empty()
    }

    pub(super) fn range(&self, row: usize) -> std::ops::Range<usize> {
        self.start[row] as usize..self.start[row + 1] as usize
    }
}
