//! Affinity for a log that grows: more subjects, a few more ratings, and what several raters together expect.

use super::belief::Belief;
use super::online::Affinity;

/// Several raters as one: what a rater drawn from among them likes, severity taken off.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    belief: Belief,
    /// Raters it is drawn from; 0: from among all.
    pub(crate) raters: u32,
}

impl Affinity {
    /// Takes in a few ratings more, each `(rater, college, score)`: the rows of these raters are drawn up again given the
    /// colleges, then those of these colleges given the raters. Subjects that are new are made room for.
    pub(crate) fn resample(&mut self, ratings: &[(usize, usize, f64)]) {
        let numbers = |of: fn(&(usize, usize, f64)) -> usize| {
            let mut numbers: Vec<usize> = ratings.iter().map(of).collect();
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        };
        let (raters, colleges) = (numbers(|rating| rating.0), numbers(|rating| rating.1));
        self.make_room(raters.last().map_or(0, |last| last + 1), colleges.last().map_or(0, |last| last + 1));
        ratings.iter().for_each(|&(rater, college, score)| self.push(rater, college, score));
        raters.into_iter().for_each(|u| self.raters.beliefs[u] = self.rater(u));
        colleges.into_iter().for_each(|i| self.colleges.beliefs[i] = self.college(i));
    }

    /// Whether it has seen no rating.
    pub(crate) fn is_empty(&self) -> bool {
        self.raters.rows.iter().all(Vec::is_empty)
    }

    fn make_room(&mut self, raters: usize, colleges: usize) {
        for (group, n) in [(&mut self.raters, raters), (&mut self.colleges, colleges)] {
            let n = n.max(group.rows.len());
            group.rows.resize(n, Vec::new());
            group.beliefs.resize(n, group.nobody.clone());
        }
    }

    /// Some raters as one. Those without ratings tell nothing; if none has any, a rater drawn from all is meant.
    pub(crate) fn pool(&self, raters: impl IntoIterator<Item = usize>) -> Pool {
        let rated = |&u: &usize| self.raters.rows.get(u).is_some_and(|row| !row.is_empty());
        let known: Vec<&Belief> = raters.into_iter().filter(rated).map(|u| &self.raters.beliefs[u]).collect();
        let raters = known.len() as u32;
        let belief = if known.is_empty() { self.raters.nobody.clone() } else { Belief::mixture(&known) };
        Pool { belief: belief.without_bias(), raters }
    }

    /// Mean and standard deviation of the rating a rater of the pool is expected to give a college but for its severity
    /// and its noise, on the scale of the ratings.
    pub(crate) fn expected(&self, pool: &Pool, college: usize) -> (f64, f64) {
        let theirs = self.colleges.beliefs.get(college).unwrap_or(&self.colleges.nobody);
        let (mean, variance) = pool.belief.meets(theirs);
        let mean = self.middle + self.unit * (f64::from(self.mean) + mean);
        (mean.clamp(self.scale.0, self.scale.1), self.unit * variance.sqrt())
    }
}
