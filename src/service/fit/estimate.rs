//! The parameters by EM, and how well they predict ratings held out.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::{FitError, FitPlan, Source};
use crate::domain::{BlockForm, Invalid, Model, Ratings};
use crate::engine::{Accuracy, Crossed, Forecast, Rows, through_time};

/// Steps of progress: reading, holding out, fitting.
pub(super) const STEPS: u64 = 3;
/// Every so many-th rating is held out.
const HELD_OUT: usize = 5;

/// What is known of fitted parameters. Unit of errors: points on the 1–5 scale.
#[derive(Clone, Debug, PartialEq)]
pub struct FitFigures {
    /// Ratings, enterprises that gave them, colleges that got them.
    pub counts: (usize, usize, usize),
    /// Ratings held out of the fit that is judged.
    pub held_out: usize,
    /// How well those were predicted, by the same estimator fitted to the others.
    pub accuracy: Accuracy,
    /// RMSE on them of the plain grand mean.
    pub rmse_of_mean: f64,
    /// RMSE on them of each college's plain mean.
    pub rmse_of_college_mean: f64,
}

/// Fits all ratings, and four fifths of them to predict the rest.
pub(super) fn estimate(
    source: &Source,
    plan: &FitPlan,
    progress: &dyn Fn(u64, u64),
) -> Result<(Model, FitFigures), FitError> {
    let ratings = &source.ratings;
    progress(1, STEPS);
    let (test, train) = split(ratings.len(), plan.seed);
    let judged = fit(source, &train);
    let forecast =
        |&e: &u32| published(&judged, ratings.rater[e as usize] as usize, ratings.college[e as usize] as usize);
    let forecasts: Vec<Forecast> = test.iter().map(forecast).collect();
    let scores = || test.iter().map(|&e| ratings.score[e as usize]);
    let (mean, by_college) = plain(ratings, &train);
    let plain_college = test.iter().map(|&e| by_college[ratings.college[e as usize] as usize]);
    let figures = FitFigures {
        counts: (ratings.len(), ratings.raters.len(), ratings.colleges.len()),
        held_out: test.len(),
        accuracy: Accuracy::of(forecasts.iter().zip(scores())),
        rmse_of_mean: rmse(scores().map(|y| y - mean)),
        rmse_of_college_mean: rmse(scores().zip(plain_college).map(|(y, mean)| y - mean)),
    };
    progress(2, STEPS);
    let fitted = fit(source, &(0..ratings.len() as u32).collect::<Vec<u32>>());
    let found = fitted.variances;
    let mut model = source.base.clone();
    model.id = plan.name.clone();
    model.mean = rounded(found.mean - fitted.offset);
    let coefficients = source.attributes.names.iter().cloned().zip(fitted.coefficients.iter().copied().map(rounded));
    model.coefficients = coefficients.filter(|(_, points)| *points != 0.0).collect();
    if let Some((block, drift)) = through_time(&fitted, ratings).filter(|_| model.block_form == BlockForm::Effects) {
        (model.block_variance, model.drift_variance) = (rounded(block), rounded(drift));
    }
    progress(3, STEPS);
    model.rater_variance = rounded(found.rater);
    model.college_variance = rounded(found.college);
    model.noise_variance = rounded(found.noise);
    Ok((valid(model)?, figures))
}

fn fit(source: &Source, chosen: &[u32]) -> Crossed {
    let ratings = &source.ratings;
    Crossed::fit_alike(&Rows::by_rater(ratings, chosen), ratings.colleges.len(), Some(&source.attributes))
}

/// A forecast of the published model's form: one noise for all raters.
fn published(judged: &Crossed, rater: usize, college: usize) -> Forecast {
    let mean = judged.variances.mean + judged.rater[rater] + judged.prior[college] + judged.college[college];
    let variance = judged.rater_variance[rater] + judged.college_variance[college] + judged.variances.noise;
    Forecast { mean: mean.clamp(1.0, 5.0), variance, freedom: f64::INFINITY }
}

/// A seeded fifth, and the rest; each by rising number.
fn split(n: usize, seed: u64) -> (Vec<u32>, Vec<u32>) {
    let mut deck: Vec<u32> = (0..n as u32).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for k in (1..n).rev() {
        deck.swap(k, ((u128::from(rng.next_u64()) * (k as u128 + 1)) >> 64) as usize);
    }
    let mut rest = deck.split_off(n / HELD_OUT);
    deck.sort_unstable();
    rest.sort_unstable();
    (deck, rest)
}

/// Grand mean, and the mean of each college (the grand mean if nobody rated it).
fn plain(ratings: &Ratings, chosen: &[u32]) -> (f64, Vec<f64>) {
    let mut sums = vec![(0.0, 0.0); ratings.colleges.len()];
    for &e in chosen {
        let sum = &mut sums[ratings.college[e as usize] as usize];
        *sum = (sum.0 + ratings.score[e as usize], sum.1 + 1.0);
    }
    let mean = sums.iter().map(|sum| sum.0).sum::<f64>() / chosen.len().max(1) as f64;
    (mean, sums.iter().map(|&(sum, n)| if n > 0.0 { sum / n } else { mean }).collect())
}

fn rmse(errors: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = errors.fold((0.0, 0.0), |(sum, n), error| (sum + error * error, n + 1.0));
    (sum / f64::max(n, 1.0)).sqrt()
}

/// Six decimals: the same text on every machine.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// The parameters, if they may be put into force.
fn valid(model: Model) -> Result<Model, FitError> {
    let checked = serde_json::to_value(&model).and_then(serde_json::from_value::<Model>);
    checked.map_err(|_| {
        FitError::Refused(Invalid::new(
            "out-of-range",
            format!(
                "数据不足以区分各项方差（估计值：企业 {}、院校 {}、噪声 {}）",
                model.rater_variance, model.college_variance, model.noise_variance
            ),
            format!(
                "the ratings do not tell the variances apart (rater {}, college {}, noise {})",
                model.rater_variance, model.college_variance, model.noise_variance
            ),
        ))
    })
}
