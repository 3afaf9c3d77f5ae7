//! Importing a folder of CSV files: all good, or nothing is written.

use std::path::Path;

use serde::Serialize;

use super::{Service, ServiceError, foundation, references};
use crate::domain::Event;
use crate::engine::State;
use crate::exchange::{Row, RowError, TABLES, read_table};
use crate::store::{Draft, StoreError, Unit};

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ImportReport {
    /// Rows read, by file.
    pub files: Vec<(String, usize)>,
    /// Rows that were new or changed.
    pub written: usize,
    /// Rows the log had already.
    pub unchanged: usize,
    /// Every bad row; if there is one, nothing was written.
    pub errors: Vec<RowError>,
    /// The last seq, if something was written.
    pub seq: Option<u64>,
}

impl Service {
    /// Imports the tables found in a folder (or one file). Rows the log holds already are skipped, so importing twice
    /// changes nothing. With `dry_run` nothing is written. `progress` hears how many rows of how many are checked.
    ///
    /// # Errors
    /// Why the folder cannot be read or the log not be written; bad rows are in the report.
    pub async fn import(
        &self,
        path: &Path,
        dry_run: bool,
        progress: impl Fn(usize, usize),
    ) -> Result<ImportReport, ServiceError> {
        let mut files = Vec::new();
        for table in &TABLES {
            let file = if path.is_dir() { path.join(table.file) } else { path.to_owned() };
            if file.file_name().is_none_or(|name| name != table.file) || (path.is_dir() && !file.exists()) {
                continue;
            }
            let bytes = std::fs::read(&file).map_err(|error| StoreError::File(file.clone(), error))?;
            files.push((table.file, bytes));
        }
        if files.is_empty() {
            let names: Vec<&str> = TABLES.iter().map(|table| table.file).collect();
            let nothing = std::io::Error::other(format!("none of {} is there", names.join(", ")));
            return Err(StoreError::File(path.to_owned(), nothing).into());
        }
        self.on_newest(|| self.import_files(&files, dry_run, &progress)).await
    }

    /// Imports the fictional city of the demo.
    ///
    /// # Errors
    /// Why the log cannot be written.
    pub async fn import_demo(&self) -> Result<ImportReport, ServiceError> {
        let files: Vec<(&str, Vec<u8>)> = TABLES
            .iter()
            .filter_map(|table| foundation::Demo::get(table.file).map(|file| (table.file, file.data.into_owned())))
            .collect();
        self.on_newest(|| self.import_files(&files, false, &|_, _| {})).await
    }

    async fn import_files(
        &self,
        files: &[(&str, Vec<u8>)],
        dry_run: bool,
        progress: &impl Fn(usize, usize),
    ) -> Result<ImportReport, ServiceError> {
        let current = self.live.current();
        let mut report = ImportReport::default();
        let mut tables = Vec::new();
        for table in &TABLES {
            let Some((_, bytes)) = files.iter().find(|(name, _)| *name == table.file) else { continue };
            match read_table(table.file, bytes, table.columns) {
                Ok(rows) => {
                    report.files.push((table.file.to_owned(), rows.len()));
                    tables.push((table, rows));
                }
                Err(error) => report.errors.push(error),
            }
        }
        // Rows are checked against a fork that holds the rows before them.
        let mut fork = current.snapshot.state.clone();
        let mut drafts = Vec::new();
        let (mut before, total) = (0, tables.iter().map(|(_, rows)| rows.len()).sum());
        for (table, rows) in &tables {
            for (n, parsed) in (table.events)(table.file, rows).into_iter().enumerate() {
                progress(before + n, total);
                let (row, event) = match parsed {
                    Ok(parsed) => parsed,
                    Err(error) => {
                        report.errors.push(error);
                        continue;
                    }
                };
                if unchanged(&fork, &event) {
                    report.unchanged += 1;
                    continue;
                }
                if let Err(error) = references::check(&fork, &event) {
                    report.errors.push(row_error(table.file, rows, &row, &event, error));
                    continue;
                }
                let rev = fork.rev(&event.subject()) + 1;
                fork.apply(fork.seq, fork.at, &event);
                drafts.push(Draft { event, rev });
            }
            before += rows.len();
            progress(before, total);
        }
        report.written = drafts.len();
        if report.errors.is_empty() && !dry_run && !drafts.is_empty() {
            if drafts.iter().any(|draft| matches!(draft.event, Event::RatingSubmitted(_))) {
                // The day begins anew, so that the ratings are judged against what they themselves tell.
                let event = Event::Clock { today: super::open::today() };
                let rev = fork.rev(&event.subject()) + 1;
                drafts.push(Draft { event, rev });
            }
            let seq = self.write(Unit { drafts, key: None }).await?.seq;
            self.save_snapshot().await?;
            report.seq = Some(seq);
        }
        Ok(report)
    }
}

fn row_error(file: &str, rows: &[Row], row: &Row, event: &Event, error: ServiceError) -> RowError {
    use crate::domain::Invalid;
    match error {
        ServiceError::Invalid(pointer, invalid) => match linking_row(rows, row, event, &pointer) {
            Some(row) => row.error(file, Some("code"), &invalid),
            None => row.error(file, pointer.rsplit('/').next(), &invalid),
        },
        other => {
            let text = other.to_string();
            row.error(file, Some("engagement"), &Invalid::new("conflict", format!("该合作不能评价：{text}"), text))
        }
    }
}

/// The row that made the link at `pointer`: an industry or occupation comes from many rows, `first` and later ones.
fn linking_row<'a>(rows: &'a [Row], first: &Row, event: &Event, pointer: &str) -> Option<&'a Row> {
    let column = match event {
        Event::IndustryPut(_) => "industry",
        Event::OccupationPut(_) => "id",
        _ => return None,
    };
    let event = serde_json::to_value(event).ok()?;
    let code = event.pointer(&format!("/body{pointer}"))?.as_str()?;
    let mut same = rows.iter().filter(|row| row.text(column) == first.text(column));
    same.find(|row| row.text("code") == Some(code))
}

/// Whether the log holds this very value already.
fn unchanged(state: &State, event: &Event) -> bool {
    match event {
        Event::MajorPut(value) => state.majors.get(&value.id) == Some(value),
        Event::IndustryPut(value) => state.industries.get(&value.id) == Some(value),
        Event::OccupationPut(value) => state.occupations.get(&value.id) == Some(value),
        Event::ParkPut(value) => state.parks.get(&value.id) == Some(value),
        Event::EnterprisePut(value) => state.enterprises.get(&value.id) == Some(value),
        Event::CollegePut(value) => state.colleges.get(&value.id) == Some(value),
        Event::ProgrammePut(value) => state.programmes.get(&value.id) == Some(value),
        Event::DemandPut(value) => state.demands.get(&value.id) == Some(value),
        Event::EngagementPut(value) => state.engagements.get(&value.id) == Some(value),
        Event::RatingSubmitted(value) => state.ratings.get(&value.engagement).is_some_and(|live| live.id == value.id),
        _ => false,
    }
}
