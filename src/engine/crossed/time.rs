//! How much quality drifts, and how much ratings of one fortnight have in common: the pair of a grid under which every
//! fortnight's ratings are likeliest, forecast from those before.

use rayon::prelude::*;

use super::Crossed;
use crate::domain::Ratings;

/// Variances tried, in units of the college variance: of blocks …
const BLOCKS: [f64; 6] = [0.08, 0.16, 0.32, 0.64, 1.28, 2.56];
/// … and of the drift of one year.
const DRIFTS: [f64; 6] = [0.0, 0.08, 0.16, 0.32, 0.64, 1.28];
const FORTNIGHT: i64 = 14 * 86_400;
const YEARS: f64 = 14.0 / 365.25;

/// One college's ratings of one fortnight: how many, and sum of their residuals.
struct Cell {
    fortnight: i64,
    ratings: f64,
    sum: f64,
}

/// Block variance and drift variance of a year. The severities of the raters are taken as estimated, their doubt added to
/// the noise. `None` without days. The least block variance tried is above zero: blocks are also a guard.
pub fn through_time(crossed: &Crossed, ratings: &Ratings) -> Option<(f64, f64)> {
    if ratings.at.len() != ratings.len() || ratings.is_empty() {
        return None;
    }
    let doubt = (0..ratings.len()).map(|e| crossed.rater_variance[ratings.rater[e] as usize]).sum::<f64>();
    let noise = crossed.variances.noise + doubt / ratings.len() as f64;
    let mut colleges: Vec<Vec<(i64, f64)>> = vec![Vec::new(); ratings.colleges.len()];
    for e in 0..ratings.len() {
        let (rater, college) = (ratings.rater[e] as usize, ratings.college[e] as usize);
        let known = crossed.variances.mean + crossed.rater[rater] + crossed.prior[college];
        colleges[college].push((ratings.at[e].div_euclid(FORTNIGHT), ratings.score[e] - known));
    }
    let cells: Vec<Vec<Cell>> = colleges
        .into_iter()
        .map(|mut rated| {
            rated.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let cell = |group: &[(i64, f64)]| Cell {
                fortnight: group[0].0,
                ratings: group.len() as f64,
                sum: group.iter().map(|rated| rated.1).sum(),
            };
            rated.chunk_by(|a, b| a.0 == b.0).map(cell).collect()
        })
        .collect();
    let college = crossed.variances.college;
    let pairs: Vec<(f64, f64)> =
        BLOCKS.iter().flat_map(|block| DRIFTS.iter().map(move |drift| (block * college, drift * college))).collect();
    let likelihood = |&(block, drift): &(f64, f64)| {
        cells.iter().map(|cells| log_density(cells, noise, college, block, drift)).sum::<f64>()
    };
    let found: Vec<f64> = pairs.par_iter().map(likelihood).collect();
    let best = (0..pairs.len()).max_by(|&a, &b| found[a].total_cmp(&found[b]).then(b.cmp(&a)))?;
    Some(pairs[best])
}

/// Log density of a college's fortnights, each forecast from those before by a Kalman filter; up to a constant.
fn log_density(cells: &[Cell], noise: f64, college: f64, block: f64, drift: f64) -> f64 {
    let (mut mean, mut variance, mut density) = (0.0, college, 0.0);
    let mut before: Option<i64> = None;
    for cell in cells {
        if let Some(before) = before {
            let keep = libm::exp(-0.5 * drift / college * YEARS * (cell.fortnight - before) as f64);
            mean *= keep;
            variance = keep * keep * variance + college * (1.0 - keep * keep);
        }
        before = Some(cell.fortnight);
        let of_mean = noise / cell.ratings + block;
        let (error, spread) = (cell.sum / cell.ratings - mean, variance + of_mean);
        density -= 0.5 * (libm::log(spread) + error * error / spread);
        let gain = variance / spread;
        mean += gain * error;
        variance *= 1.0 - gain;
    }
    density
}
