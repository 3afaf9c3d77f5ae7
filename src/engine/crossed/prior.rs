//! What attributes say about a college before anybody rated it: an elastic net (linfa) on the colleges that were.

use linfa::Dataset;
use linfa::prelude::{Fit, Predict};
use linfa_elasticnet::ElasticNet;
use ndarray::{Array1, Array2, ShapeBuilder};

use super::Crossed;
use crate::domain::Attributes;

/// Penalties tried, relative to standardised attributes, and shares of the absolute (lasso) part.
const PENALTIES: [f64; 6] = [1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1];
const SHARES: [f64; 2] = [0.1, 0.5];
/// Every fifth college judges the penalty.
const FOLDS: usize = 5;

/// What attributes say.
pub(super) struct Prior {
    /// Prior mean of every college: `Σ coefficient × attribute − offset`.
    pub(super) mean: Vec<f64>,
    /// By attribute, in its own units.
    pub(super) coefficients: Vec<f64>,
    pub(super) offset: f64,
}

/// Prior mean of every college. The target is what the ratings alone say, `b̃_i = b_i (1 + 1/(λ_i σb²))` with the
/// data's precision `λ_i`; a college counts by `1/(σb² + 1/λ_i)`, entered by scaling its row.
pub(super) fn prior_mean(crossed: &Crossed, attributes: &Attributes) -> Prior {
    let n = crossed.college.len();
    let silent = || Prior { mean: vec![0.0; n], coefficients: vec![0.0; attributes.width()], offset: 0.0 };
    let sigma = crossed.variances.college;
    let told = |i: usize| 1.0 / crossed.college_variance[i] - 1.0 / sigma;
    let known: Vec<usize> = (0..n).filter(|&i| told(i) * sigma > 1e-9).collect();
    if known.len() < 2 * FOLDS {
        return silent();
    }
    let target: Vec<f64> =
        known.iter().map(|&i| crossed.prior[i] + crossed.college[i] * (1.0 + 1.0 / (told(i) * sigma))).collect();
    let weight: Vec<f64> = known.iter().map(|&i| 1.0 / (sigma + 1.0 / told(i))).collect();
    let total: f64 = weight.iter().sum();
    let average = |value: &dyn Fn(usize) -> f64| (0..known.len()).map(|k| weight[k] * value(k)).sum::<f64>() / total;
    // Centred by weight: the mean stays with μ. Scaled, so that one penalty is fair to all.
    let width = attributes.width();
    let centre: Vec<f64> = (0..width).map(|c| average(&|k| attributes.row(known[k])[c])).collect();
    let size: Vec<f64> = (0..width)
        .map(|c| average(&|k| (attributes.row(known[k])[c] - centre[c]).powi(2)).sqrt())
        .map(|sd| if sd > 1e-9 { 1.0 / sd } else { 0.0 })
        .collect();
    let cell = |i: usize, c: usize| (attributes.row(i)[c] - centre[c]) * size[c];
    let level = average(&|k| target[k]);
    let root: Vec<f64> = weight.iter().map(|w| (w * known.len() as f64 / total).sqrt()).collect();
    let x = Array2::from_shape_fn((known.len(), width), |(k, c)| root[k] * cell(known[k], c));
    let y = Array1::from_shape_fn(known.len(), |k| root[k] * (target[k] - level));
    let Some(beta) = best(&x, &y) else { return silent() };
    let mean = (0..n).map(|i| (0..width).map(|c| cell(i, c) * beta[c]).sum()).collect();
    let coefficients: Vec<f64> = (0..width).map(|c| size[c] * beta[c]).collect();
    let offset = coefficients.iter().zip(&centre).map(|(beta, centre)| beta * centre).sum();
    Prior { mean, coefficients, offset }
}

fn net(x: Array2<f64>, y: Array1<f64>, penalty: f64, share: f64) -> Option<ElasticNet<f64>> {
    let params = ElasticNet::params().with_intercept(false).penalty(penalty).l1_ratio(share);
    params.max_iterations(100).tolerance(1e-3).fit(&Dataset::new(x, y)).ok()
}

/// The coefficients of the penalty that predicts held-out rows best.
fn best(x: &Array2<f64>, y: &Array1<f64>) -> Option<Array1<f64>> {
    let select = |keep: &dyn Fn(usize) -> bool| {
        let rows: Vec<usize> = (0..y.len()).filter(|&k| keep(k)).collect();
        // By columns: coordinate descent walks them.
        let cells = Array2::from_shape_fn((rows.len(), x.ncols()).f(), |(k, c)| x[(rows[k], c)]);
        (cells, Array1::from_shape_fn(rows.len(), |k| y[rows[k]]))
    };
    let mut tried: Vec<(f64, f64, f64)> = Vec::with_capacity(SHARES.len() * PENALTIES.len());
    for fold in 0..FOLDS {
        let ((inner_x, inner_y), (outer_x, outer_y)) = (select(&|k| k % FOLDS != fold), select(&|k| k % FOLDS == fold));
        let pairs = SHARES.iter().flat_map(|&share| PENALTIES.iter().map(move |&penalty| (penalty, share)));
        for (at, (penalty, share)) in pairs.enumerate() {
            let net = net(inner_x.clone(), inner_y.clone(), penalty, share);
            let error = net.map_or(f64::INFINITY, |net| (net.predict(&outer_x) - &outer_y).mapv(|e| e * e).sum());
            match tried.get_mut(at) {
                Some(sum) => sum.0 += error,
                None => tried.push((error, penalty, share)),
            }
        }
    }
    let &(_, penalty, share) = tried.iter().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let (x, y) = select(&|_| true);
    net(x, y, penalty, share).map(|net| net.hyperplane().clone())
}
