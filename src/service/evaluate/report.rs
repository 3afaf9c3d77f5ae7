//! What an evaluation found.

use std::time::Duration;

use serde::Serialize;

use crate::engine::{Accuracy, Forecast};

/// One set of unseen ratings, or the mean over folds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Evaluated {
    /// Errors, log density, coverage.
    #[serde(flatten)]
    pub accuracy: Accuracy,
    /// Seconds to fit.
    pub fit_seconds: f64,
    /// Seconds to predict.
    pub predict_seconds: f64,
    /// Most memory the process ever held, MB; absent where the system does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_mb: Option<f64>,
    /// Ratings learned from.
    pub n_train: usize,
    /// Ratings predicted.
    pub n_test: usize,
    /// Root of the mean over colleges of each one's mean squared error; only when whole colleges are held out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rmse_by_college: Option<f64>,
    /// The crossed model's RMSE without attributes (every new college at the grand mean); with held-out colleges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rmse_without_attributes: Option<f64>,
    /// The same, by college.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rmse_by_college_without_attributes: Option<f64>,
}

/// The whole answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Evaluation {
    /// The only set, or the mean over folds.
    #[serde(flatten)]
    pub mean: Evaluated,
    /// Each fold; empty without folds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub folds: Vec<Evaluated>,
}

impl Evaluated {
    pub(super) fn new<'a>(
        pairs: impl IntoIterator<Item = (&'a Forecast, f64)>,
        (fit, predict): (Duration, Duration),
        (n_train, n_test): (usize, usize),
    ) -> Self {
        Self {
            accuracy: Accuracy::of(pairs),
            fit_seconds: fit.as_secs_f64(),
            predict_seconds: predict.as_secs_f64(),
            peak_mb: peak_mb(),
            n_train,
            n_test,
            ..Self::default()
        }
    }
}

impl From<Evaluated> for Evaluation {
    fn from(mean: Evaluated) -> Self {
        Self { mean, folds: Vec::new() }
    }
}

impl Evaluation {
    /// Unweighted means over folds; the peak is the highest, counts are totals over folds for the test and means for
    /// the training ratings.
    pub(super) fn of_folds(folds: Vec<Evaluated>) -> Self {
        let n = folds.len().max(1);
        let mean = |of: &dyn Fn(&Evaluated) -> f64| folds.iter().map(of).sum::<f64>() / n as f64;
        let some = |of: &dyn Fn(&Evaluated) -> Option<f64>| {
            folds.iter().map(of).collect::<Option<Vec<f64>>>().map(|all| all.iter().sum::<f64>() / n as f64)
        };
        let mean = Evaluated {
            accuracy: Accuracy {
                rmse: mean(&|fold| fold.accuracy.rmse),
                mae: mean(&|fold| fold.accuracy.mae),
                mean_log_density: mean(&|fold| fold.accuracy.mean_log_density),
                coverage_50: mean(&|fold| fold.accuracy.coverage_50),
                coverage_80: mean(&|fold| fold.accuracy.coverage_80),
                coverage_95: mean(&|fold| fold.accuracy.coverage_95),
            },
            fit_seconds: mean(&|fold| fold.fit_seconds),
            predict_seconds: mean(&|fold| fold.predict_seconds),
            peak_mb: folds.iter().filter_map(|fold| fold.peak_mb).reduce(f64::max),
            n_train: folds.iter().map(|fold| fold.n_train).sum::<usize>() / n,
            n_test: folds.iter().map(|fold| fold.n_test).sum(),
            rmse_by_college: some(&|fold| fold.rmse_by_college),
            rmse_without_attributes: some(&|fold| fold.rmse_without_attributes),
            rmse_by_college_without_attributes: some(&|fold| fold.rmse_by_college_without_attributes),
        };
        Self { mean, folds }
    }
}

/// The process's high-water mark as Linux tells it.
fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<f64>().ok().map(|kb| kb / 1024.0)
}
