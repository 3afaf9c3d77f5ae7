//! What would be without one rating.

use rayon::prelude::*;

use super::cells::{COLLEGE, published_mean};
use super::field::Field;
use super::snapshot::Snapshot;
use crate::domain::{Criterion, Event, RatingContribution, WithoutRating};

/// Ratings the solver may pass over for one explanation: it bounds the time, whatever the size of the log.
const WORK: usize = 8_000_000;

impl Snapshot {
    /// Tells of each listed rating of the college at registry position `at` what its satisfaction and its `score` would
    /// be if the rating had not been given. Each is a fork that withdraws it and is solved like any other state, so it
    /// equals a refit bit for bit.
    pub(super) fn leave_out(&self, field: &Field<'_>, at: u32, score: f64, ratings: &mut [RatingContribution]) {
        let affordable = (WORK / self.edges.len().max(1)).max(1);
        let weight = i64::from(field.weights[Criterion::Satisfaction.index()]);
        let points = |snapshot: &Self| {
            let column = COLLEGE.iter().position(|&criterion| criterion == Criterion::Satisfaction);
            column.map_or(0, |column| i64::from(snapshot.columns.points[column][at as usize]))
        };
        ratings.par_iter_mut().take(affordable).for_each(|listed| {
            let (Some(id), Some(engagement)) = (listed.rating, listed.engagement.clone()) else { return };
            let mut state = self.state.clone();
            let changed = state.apply(state.seq, state.at, &Event::RatingWithdrawn { id, engagement });
            let fork = self.advance(state, &[changed]);
            let effect = fork.told(at).effect;
            // Scores are whole millionths of a point: the difference is exact.
            let gained = weight * (points(self) - points(&fork));
            listed.without = Some(WithoutRating {
                mean: published_mean(&fork.state, effect),
                score: ((score * 1e6).round() as i64 - gained) as f64 / 1e6,
                points: gained as f64 / 1e6,
            });
        });
    }
}
