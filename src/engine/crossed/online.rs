//! The crossed model as ratings arrive: the rater's and the college's own rows at once, everything at fixed growth.

use super::Crossed;
use super::estimate::told;
use crate::engine::forecast::Forecast;
use crate::engine::rows::Rows;

/// Parameters and all effects are fitted anew whenever the ratings have grown by this factor.
const GROWTH: f64 = 1.05;

/// A posterior with the ratings it rests on.
#[derive(Clone, Debug)]
pub struct CrossedOnline {
    crossed: Crossed,
    /// (college, score) by rater, in order of arrival.
    raters: Vec<Vec<(u32, f32)>>,
    /// (rater, score) by college.
    colleges: Vec<Vec<(u32, f32)>>,
    n: usize,
    fitted_at: usize,
}

impl CrossedOnline {
    /// Learns from a first stretch of ratings: (rater, college, score).
    pub fn fit(n_raters: usize, n_colleges: usize, ratings: impl IntoIterator<Item = (usize, usize, f64)>) -> Self {
        let (mut raters, mut colleges) = (vec![Vec::new(); n_raters], vec![Vec::new(); n_colleges]);
        let mut n = 0;
        for (rater, college, score) in ratings {
            raters[rater].push((college as u32, score as f32));
            colleges[college].push((rater as u32, score as f32));
            n += 1;
        }
        let crossed = Crossed::fit(&Rows::from_lists(&raters), n_colleges, None);
        Self { crossed, raters, colleges, n, fitted_at: n }
    }

    /// The forecast of a rater's rating of a college.
    pub fn forecast(&self, rater: usize, college: usize, scale: (f64, f64)) -> Forecast {
        self.crossed.forecast(rater, college, scale)
    }

    /// Takes in one rating.
    pub fn update(&mut self, rater: usize, college: usize, score: f64) {
        self.raters[rater].push((college as u32, score as f32));
        self.colleges[college].push((rater as u32, score as f32));
        self.n += 1;
        if self.n as f64 >= GROWTH * self.fitted_at as f64 {
            self.fitted_at = self.n;
            self.crossed = Crossed::fit(&Rows::from_lists(&self.raters), self.colleges.len(), None);
            return;
        }
        self.rater(rater);
        self.college(college);
    }

    /// A rater given the colleges.
    fn rater(&mut self, u: usize) {
        let (row, crossed) = (&self.raters[u], &mut self.crossed);
        let (weight, ridge) = (crossed.weight[u], 1.0 / crossed.variances.rater);
        let rest = |&(i, y): &(u32, f32)| f64::from(y) - crossed.variances.mean - crossed.college[i as usize];
        let sum: f64 = row.iter().map(rest).sum();
        let blur = |&(i, _): &(u32, f32)| 1.0 / (1.0 / weight + crossed.college_variance[i as usize]);
        let known: f64 = row.iter().map(blur).sum();
        crossed.rater[u] = weight * sum / (row.len() as f64 * weight + ridge);
        crossed.rater_variance[u] = 1.0 / (ridge + known);
        crossed.ratings[u] = row.len() as u32;
    }

    /// A college given the raters.
    fn college(&mut self, i: usize) {
        let crossed = &mut self.crossed;
        let (mut sum, mut precision, mut known) =
            (0.0, 1.0 / crossed.variances.college, 1.0 / crossed.variances.college);
        for &(u, y) in &self.colleges[i] {
            let u = u as usize;
            sum += crossed.weight[u] * (f64::from(y) - crossed.variances.mean - crossed.rater[u]);
            precision += crossed.weight[u];
            known += told(crossed.weight[u], self.raters[u].len(), &crossed.variances);
        }
        crossed.college[i] = sum / precision;
        crossed.college_variance[i] = 1.0 / known;
    }
}
