//! Fits a model to chosen ratings and forecasts others, timing both.

use std::time::{Duration, Instant};

use super::{Material, ModelKind};
use crate::engine::{Averages, Chain, Crossed, Forecast, Rows};

/// Sweeps of the Gibbs chain, and how many of them are left out at the start.
pub(super) const SWEEPS: u32 = 300;
const BURN_IN: u32 = 30;

/// Forecasts and what they took.
pub(super) struct Forecasts {
    pub(super) forecasts: Vec<Forecast>,
    pub(super) fit: Duration,
    pub(super) predict: Duration,
}

/// Steps of progress one fit reports.
pub(super) fn steps(model: ModelKind) -> u64 {
    if model == ModelKind::Crossed { 1 } else { u64::from(SWEEPS) }
}

/// Learns from the ratings numbered `train`, forecasts those numbered `test`; `step` is called [`steps`] times.
pub(super) fn forecasts(
    model: ModelKind,
    material: &Material,
    (train, test): (&[u32], &[u32]),
    seed: u64,
    step: &dyn Fn(),
) -> Forecasts {
    match model {
        ModelKind::Crossed => crossed(material, (train, test), true, step),
        ModelKind::Affinity | ModelKind::AffinityAttributes => affinity(material, (train, test), seed, step),
    }
}

/// The crossed model; college attributes move its prior mean if `informed`.
pub(super) fn crossed(
    material: &Material,
    (train, test): (&[u32], &[u32]),
    informed: bool,
    step: &dyn Fn(),
) -> Forecasts {
    let ratings = &material.ratings;
    let start = Instant::now();
    let rows = Rows::by_rater(ratings, train);
    let attributes = material.college_attributes.as_ref().filter(|_| informed);
    let model = Crossed::fit(&rows, ratings.colleges.len(), attributes);
    let fit = start.elapsed();
    let pair = |&e: &u32| (ratings.rater[e as usize] as usize, ratings.college[e as usize] as usize);
    let forecasts = test.iter().map(pair).map(|(u, i)| model.forecast(u, i, material.scale)).collect();
    step();
    Forecasts { forecasts, fit, predict: start.elapsed() - fit }
}

fn affinity(material: &Material, (train, test): (&[u32], &[u32]), seed: u64, step: &dyn Fn()) -> Forecasts {
    let ratings = &material.ratings;
    let start = Instant::now();
    let attributes = (material.rater_attributes.as_ref(), material.college_attributes.as_ref());
    let mut chain = Chain::new(ratings, train, attributes.0, attributes.1, seed);
    let pair = |&e: &u32| (ratings.rater[e as usize], ratings.college[e as usize]);
    let mut averages = Averages::new(test.iter().map(pair).collect(), material.scale);
    let mut predict = Duration::ZERO;
    for sweep in 0..SWEEPS {
        chain.sweep();
        if sweep >= BURN_IN {
            let before = Instant::now();
            averages.add(&chain);
            predict += before.elapsed();
        }
        step();
    }
    let forecasts = averages.forecasts();
    Forecasts { forecasts, fit: start.elapsed().saturating_sub(predict), predict }
}
