//! A selection from tables of the planner's own; no log is needed.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::{Service, ServiceError};
use crate::domain::{Selection, SelectionProblem};
use crate::engine::select;
use crate::exchange::{Limit, RowError, SelectionTables, read_selection};
use crate::store::StoreError;

/// What a selection is asked with: files and numbers.
#[derive(Clone, Debug, clap::Args)]
pub struct SelectionFiles {
    /// CSV `park,college,score[,seats][,km]`; the headings may be `园区,院校,得分[,名额][,公里]`.
    #[arg(long)]
    pub candidates: PathBuf,
    /// Partners of each park, or a CSV `park,partners`.
    #[arg(long)]
    pub per_park: String,
    /// Capacity of each college, or a CSV `college,capacity[,city]`.
    #[arg(long)]
    pub capacity: String,
    /// CSV `park,college`: pairs to be selected, such as existing agreements.
    #[arg(long)]
    pub forced: Option<PathBuf>,
    /// CSV `park,college`: pairs not to be selected.
    #[arg(long)]
    pub forbidden: Option<PathBuf>,
    /// CSV `city,pairs`: most pairs of all colleges of a city.
    #[arg(long)]
    pub quotas: Option<PathBuf>,
    /// No pair below this score.
    #[arg(long, allow_negative_numbers = true)]
    pub min_score: Option<f64>,
    /// No pair farther apart than this; needs the column `km`.
    #[arg(long)]
    pub max_km: Option<f64>,
    /// Every park wants exactly its number of partners, not at most.
    #[arg(long)]
    pub mandatory: bool,
}

/// A selection and how long it took.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TimedSelection {
    /// The selection.
    #[serde(flatten)]
    pub selection: Selection,
    /// From the question in memory to the proven optimum, seconds.
    pub seconds: f64,
    /// From the question in memory to the whole answer, prices and comparisons included, seconds.
    pub seconds_in_all: f64,
}

impl Service {
    /// Solves a selection and takes the time.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] if the question is malformed.
    pub fn select(problem: &SelectionProblem) -> Result<TimedSelection, ServiceError> {
        let start = Instant::now();
        let mut seconds = None;
        let selection = select(problem, || seconds = Some(start.elapsed().as_secs_f64()));
        let selection = selection.map_err(|invalid| ServiceError::Invalid(String::new(), invalid))?;
        let seconds_in_all = start.elapsed().as_secs_f64();
        Ok(TimedSelection { selection, seconds: seconds.unwrap_or(seconds_in_all), seconds_in_all })
    }

    /// Reads the tables and solves; or every bad row.
    ///
    /// # Errors
    /// Why a file cannot be read, or that the question is malformed.
    pub fn select_files(files: &SelectionFiles) -> Result<Result<TimedSelection, Vec<RowError>>, ServiceError> {
        let optional = |path: &Option<PathBuf>| path.as_deref().map(read).transpose();
        let tables = SelectionTables {
            candidates: read(&files.candidates)?,
            per_park: limit(&files.per_park)?,
            capacity: limit(&files.capacity)?,
            forced: optional(&files.forced)?,
            forbidden: optional(&files.forbidden)?,
            quotas: optional(&files.quotas)?,
            min_score: files.min_score,
            max_km: files.max_km,
            mandatory: files.mandatory,
        };
        match read_selection(&tables) {
            Ok(problem) => Self::select(&problem).map(Ok),
            Err(errors) => Ok(Err(errors)),
        }
    }
}

fn read(path: &Path) -> Result<(String, Vec<u8>), ServiceError> {
    let bytes = std::fs::read(path).map_err(|error| StoreError::File(path.to_owned(), error))?;
    Ok((path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(), bytes))
}

fn limit(text: &str) -> Result<Limit, ServiceError> {
    match text.parse() {
        Ok(number) => Ok(Limit::Same(number)),
        Err(_) => read(Path::new(text)).map(Limit::Table),
    }
}
