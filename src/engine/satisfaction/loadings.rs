//! How far a college's quality in an earlier fortnight tells of today's.

use crate::domain::{BlockForm, Model};

/// Years of a fortnight.
const FORTNIGHT: f64 = 14.0 / 365.25;
/// Correlation of quality then and now at least: older ratings count as if they were that old.
const LEAST: f64 = 0.05;
/// Fortnights in 40 years: older ratings count as if they were that old.
const OLDEST: usize = 1_044;

/// Correlation ρ of a college's quality then and today, by the fortnight of then.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Loadings {
    today: i16,
    by_age: Vec<f64>,
}

impl Default for Loadings {
    fn default() -> Self {
        Self { today: 0, by_age: vec![1.0] }
    }
}

impl Loadings {
    /// `today` is the fortnight it is.
    pub(super) fn new(model: &Model, today: i16) -> Self {
        let drifts = model.drift_variance > 0.0 && model.block_form == BlockForm::Effects;
        let ages = if drifts { 0..OLDEST } else { 0..1 };
        Self { today, by_age: ages.map(|age| alike(model, age as f64).max(LEAST)).collect() }
    }

    // Called for every rating by every solve.
    #[inline]
    pub(super) fn of(&self, fortnight: i16) -> f64 {
        let age = i32::from(self.today) - i32::from(fortnight);
        self.by_age[(age.max(0) as usize).min(self.by_age.len() - 1)]
    }
}

/// Correlation of quality over so many fortnights: `exp(−q t / 2σb²)`, Ornstein–Uhlenbeck.
pub(super) fn alike(model: &Model, fortnights: f64) -> f64 {
    libm::exp(-0.5 * model.drift_variance / model.college_variance * FORTNIGHT * fortnights)
}
