//! Scores a model on ratings it has not seen: a test file, folds, whole colleges held out, or rating by rating in time.

mod models;
mod report;
mod split;

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::domain::{Attributes, Invalid, Ratings};
use crate::exchange::{RatingReader, RowError, read_attributes};
pub use report::{Evaluated, Evaluation};

/// Which model is scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelKind {
    /// Crossed random effects, the model that owns the ranking.
    Crossed,
    /// Bayesian matrix factorisation.
    Affinity,
    /// The same with attributes of raters, colleges or both.
    AffinityAttributes,
}

/// Where the ratings come from and which of them are unseen.
#[derive(Clone, Debug, PartialEq)]
pub enum Split {
    /// Learn from one file, predict the other.
    Files {
        /// To learn from.
        train: PathBuf,
        /// To predict.
        test: PathBuf,
    },
    /// Every rating is predicted once, by a model that learned from the other folds.
    Folds {
        /// The ratings.
        file: PathBuf,
        /// How many, at least 2.
        folds: u32,
        /// Folds of whole colleges: those predicted are new to the model.
        cold_colleges: bool,
    },
    /// In order of `rated_at`: predict the next rating, then learn from it.
    Prequential {
        /// The ratings.
        file: PathBuf,
        /// Ratings learned from before the first prediction.
        warm_up: usize,
    },
}

/// What is to be evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationPlan {
    /// The ratings.
    pub split: Split,
    /// The model.
    pub model: ModelKind,
    /// CSV of rater attributes: `id`, then columns.
    pub rater_attributes: Option<PathBuf>,
    /// CSV of college attributes.
    pub college_attributes: Option<PathBuf>,
    /// Lowest and highest score; those of the data if left out.
    pub scale: Option<(f64, f64)>,
    /// The same seed gives the same folds and draws.
    pub seed: u64,
}

/// Why nothing was evaluated.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// A file cannot be read.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, #[source] std::io::Error),
    /// Bad rows, and how many more there are.
    #[error("{} bad rows", .0.len() + .1)]
    Rows(Vec<RowError>, usize),
    /// The plan does not fit the data.
    #[error("{} / {}", .0.zh, .0.en)]
    Refused(Invalid),
}

/// The ratings with everything known about their subjects.
struct Material {
    ratings: Ratings,
    /// Ratings of the first file.
    n_first: usize,
    scale: (f64, f64),
    rater_attributes: Option<Attributes>,
    college_attributes: Option<Attributes>,
}

/// Evaluates. `progress` hears (done, of) as the work goes on.
///
/// # Errors
/// Files that cannot be read, bad rows, or a plan that does not fit the data.
pub fn evaluate(plan: &EvaluationPlan, progress: &dyn Fn(u64, u64)) -> Result<Evaluation, EvaluationError> {
    if plan.scale.is_some_and(|(low, high)| low >= high) {
        return Err(refused("invalid-scale", "量表下限须低于上限", "the scale's low end must be below its high end"));
    }
    let has_attributes = plan.rater_attributes.is_some() || plan.college_attributes.is_some();
    if plan.model == ModelKind::AffinityAttributes && !has_attributes {
        let en = "the model needs --rater-attributes, --college-attributes or both";
        return Err(refused("missing-attributes", "该模型需要 --rater-attributes 或 --college-attributes", en));
    }
    if plan.model == ModelKind::Affinity && has_attributes {
        let en = "affinity uses no attributes: ask for affinity-attributes";
        return Err(refused("unused-attributes", "affinity 不使用属性：请用 affinity-attributes", en));
    }
    if plan.model == ModelKind::Crossed && plan.rater_attributes.is_some() {
        return Err(refused("unused-attributes", "crossed 不使用评价方属性", "crossed uses no rater attributes"));
    }
    if matches!(plan.split, Split::Prequential { .. }) && has_attributes {
        return Err(refused("unused-attributes", "逐条预测不使用属性", "prequential evaluation uses no attributes"));
    }
    let material = material(plan)?;
    match &plan.split {
        Split::Prequential { warm_up, .. } => split::prequential(plan, &material, *warm_up, progress),
        Split::Files { .. } => split::files(plan, &material, progress),
        Split::Folds { folds, cold_colleges, .. } => split::folds(plan, &material, *folds, *cold_colleges, progress),
    }
}

fn refused(rule: &str, zh: &str, en: &str) -> EvaluationError {
    EvaluationError::Refused(Invalid::new(rule, zh, en))
}

fn material(plan: &EvaluationPlan) -> Result<Material, EvaluationError> {
    let mut reader = RatingReader::new(plan.scale);
    let mut read = |path: &Path| -> Result<usize, EvaluationError> {
        let file = File::open(path).map_err(|error| EvaluationError::File(path.to_owned(), error))?;
        Ok(reader.read(&path.display().to_string(), file))
    };
    let n_first = match &plan.split {
        Split::Files { train, test } => {
            let n = read(train)?;
            read(test)?;
            n
        }
        Split::Folds { file, .. } | Split::Prequential { file, .. } => read(file)?,
    };
    let ratings = reader.finish().map_err(|(errors, more)| EvaluationError::Rows(errors, more))?;
    let Some(found) = ratings.scale() else {
        return Err(refused("no-ratings", "没有评价", "there is no rating"));
    };
    let attributes = |path: &Option<PathBuf>, subjects| {
        let Some(path) = path else { return Ok(None) };
        let bytes = std::fs::read(path).map_err(|error| EvaluationError::File(path.clone(), error))?;
        read_attributes(&path.display().to_string(), &bytes, subjects)
            .map(Some)
            .map_err(|errors| EvaluationError::Rows(errors, 0))
    };
    let rater_attributes = attributes(&plan.rater_attributes, &ratings.raters)?;
    let college_attributes = attributes(&plan.college_attributes, &ratings.colleges)?;
    Ok(Material { n_first, scale: plan.scale.unwrap_or(found), rater_attributes, college_attributes, ratings })
}
