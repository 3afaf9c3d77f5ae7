//! Estimates the parameters of the published satisfaction model from ratings, with a card that says how.

mod card;
mod estimate;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;

use compact_str::CompactString;

use super::open::state_at;
use super::{ServiceError, foundation};
use crate::domain::{Attributes, Date, Invalid, Model, ModelId, Ratings};
use crate::engine::{State, attributes};
use crate::exchange::{RatingReader, RowError};
use crate::store::{Address, Store};
pub use estimate::FitFigures;

/// Fewer ratings than this tell too little.
const MIN_RATINGS: usize = 100;
/// Fewer enterprises than this tell too little of how severity varies …
const MIN_RATERS: usize = 20;
/// … and of them so many must have rated twice, or severity cannot be told from noise.
const MIN_REPEATED: usize = 10;
/// Fewer colleges than this tell too little of how quality varies.
const MIN_COLLEGES: usize = 5;

/// An attribute that fewer colleges have says nothing of others.
const SHARED: usize = 5;

/// What is to be fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct FitPlan {
    /// Name of the new parameters.
    pub name: ModelId,
    /// A file `rater,college,score[,rated_at][,park]` on the 1–5 scale; the live ratings of the log if left out.
    pub ratings: Option<PathBuf>,
    /// Seed of the split that holds ratings out.
    pub seed: u64,
}

/// New parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedModel {
    /// The parameters; what is not estimated is taken from those in force.
    pub model: Model,
    /// What is known of them.
    pub figures: FitFigures,
    /// The model card, Markdown in both languages.
    pub card: String,
}

/// Why nothing was fitted.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// The file cannot be read.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, #[source] std::io::Error),
    /// Bad rows, and how many more there are.
    #[error("{} bad rows", .0.len() + .1)]
    Rows(Vec<RowError>, usize),
    /// The data do not carry the parameters.
    #[error("{} / {}", .0.zh, .0.en)]
    Refused(Invalid),
    /// The log cannot be read.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Ratings with where they come from.
struct Source {
    ratings: Ratings,
    /// Public attributes of the colleges; none for a file.
    attributes: Attributes,
    /// The parameters in force, which the new ones start from.
    base: Model,
    /// Name of the file, or seq of the log.
    origin: Result<String, u64>,
    /// Day of the newest rating, if known.
    until: Option<Date>,
}

/// Fits. The same ratings and seed give the same parameters and card, byte for byte. `progress` hears (done, of).
///
/// # Errors
/// A file or log that cannot be read, bad rows, or data too small.
pub async fn fit_model(
    database: &Address,
    plan: &FitPlan,
    progress: &dyn Fn(u64, u64),
) -> Result<FittedModel, FitError> {
    progress(0, estimate::STEPS);
    let source = source(database, plan).await?;
    check(&source.ratings)?;
    let (model, figures) = estimate::estimate(&source, plan, progress)?;
    let card = card::card(&source, plan, &model, &figures);
    Ok(FittedModel { model, figures, card })
}

async fn source(database: &Address, plan: &FitPlan) -> Result<Source, FitError> {
    let Some(path) = &plan.ratings else {
        let state = state(database).await?;
        let until = state.ratings.iter().filter(|(_, entry)| !entry.closed).map(|(_, entry)| entry.value.rated_on);
        let until = until.max();
        let ratings = live(&state);
        let attributes = known(&state, &ratings);
        return Ok(Source { ratings, attributes, base: Model::clone(&state.model), origin: Err(state.seq), until });
    };
    let base = if database.exists() { Model::clone(&state(database).await?.model) } else { foundation::model() };
    let file = File::open(path).map_err(|error| FitError::File(path.clone(), error))?;
    let mut reader = RatingReader::new(Some((1.0, 5.0)));
    reader.read(&path.display().to_string(), file);
    let ratings = reader.finish().map_err(|(errors, more)| FitError::Rows(errors, more))?;
    let until = ratings.at.iter().max().map(|at| Date::from_days(at.div_euclid(86_400) as i32));
    let origin = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Source { ratings, attributes: Attributes::default(), base, origin: Ok(origin), until })
}

/// The log's state, read beside a running server.
async fn state(database: &Address) -> Result<State, ServiceError> {
    let store = Store::open_read_only(database).await?;
    let head = store.head().await?.seq;
    let state = state_at(&store, head).await?;
    store.close().await;
    Ok(state)
}

/// The live ratings that count, by rising engagement code: the order of arrival does not matter.
fn live(state: &State) -> Ratings {
    let counted = |entry: &crate::engine::Entry<crate::domain::Rating>| {
        !entry.closed && state.not_counted(&entry.value).is_none()
    };
    let rated = state.ratings.iter().filter(|(_, entry)| counted(entry)).filter_map(|(id, entry)| {
        let engagement = state.engagements.get(id)?;
        let at = i64::from(entry.value.rated_on.days()) * 86_400;
        Some((&engagement.enterprise, &engagement.college, entry.value.marks.score(), at))
    });
    let rated: Vec<_> = rated.collect();
    let raters: Vec<_> = rated.iter().map(|row| row.0).collect::<BTreeSet<_>>().into_iter().collect();
    let colleges: Vec<_> = rated.iter().map(|row| row.1).collect::<BTreeSet<_>>().into_iter().collect();
    let mut ratings = Ratings {
        raters: raters.iter().map(|id| id.as_str().into()).collect(),
        colleges: colleges.iter().map(|id| id.as_str().into()).collect(),
        ..Ratings::default()
    };
    for (rater, college, score, at) in rated {
        ratings.at.push(at);
        ratings.rater.push(raters.binary_search(&rater).unwrap_or_default() as u32);
        ratings.college.push(colleges.binary_search(&college).unwrap_or_default() as u32);
        ratings.score.push(score);
    }
    ratings
}

/// What is publicly known of the rated colleges: one column, 0 or 1, for each attribute that at least [`SHARED`] have.
fn known(state: &State, ratings: &Ratings) -> Attributes {
    let of = |id: &CompactString| {
        let college = id.parse().ok().and_then(|id| state.colleges.get(&id));
        college.map(|college| attributes(state, college)).unwrap_or_default()
    };
    let known: Vec<Vec<String>> = ratings.colleges.iter().map(of).collect();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    known.iter().flatten().for_each(|name| *count.entry(name).or_default() += 1);
    let names: Vec<String> = count.into_iter().filter(|(_, n)| *n >= SHARED).map(|(name, _)| name.to_owned()).collect();
    let values = known
        .iter()
        .flat_map(|known| names.iter().map(move |name| if known.binary_search(name).is_ok() { 1.0 } else { 0.0 }));
    Attributes { values: values.collect(), names }
}

fn check(ratings: &Ratings) -> Result<(), FitError> {
    let mut count = vec![0_u32; ratings.raters.len()];
    ratings.rater.iter().for_each(|&rater| count[rater as usize] += 1);
    let repeated = count.iter().filter(|&&n| n > 1).count();
    let wanted = [
        (ratings.len(), MIN_RATINGS, "条评价", "ratings"),
        (ratings.raters.len(), MIN_RATERS, "家评价企业", "enterprises that rated"),
        (ratings.colleges.len(), MIN_COLLEGES, "所被评院校", "rated colleges"),
        (repeated, MIN_REPEATED, "家评过两次以上的企业", "enterprises that rated twice or more"),
    ];
    match wanted.iter().find(|(n, least, ..)| n < least) {
        Some((n, least, zh, en)) => Err(FitError::Refused(Invalid::new(
            "too-few-ratings",
            format!("数据太少，无法估计参数：只有 {n} {zh}，至少要 {least}；请继续使用现行参数"),
            format!(
                "too little data to estimate parameters: {n} {en}, at least {least} are needed; \
                 keep the parameters in force"
            ),
        ))),
        None => Ok(()),
    }
}
