//! Importing a folder of CSV files: all good, or nothing is written.

use std::path::Path;

use serde::Serialize;

use super::namesakes::Namesakes;
use super::{Service, ServiceError, foundation, reach, references};
use crate::domain::{College, Date, Event, Invalid, Principal};
use crate::engine::State;
use crate::exchange::{Row, RowError, TABLES, Table, read_table};
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
    /// changes nothing. With `dry_run` nothing is written; with `namesakes` a college may have a name that another has already,
    /// written otherwise. `progress` hears how many rows of how many are checked.
    ///
    /// # Errors
    /// Why the folder cannot be read or the log not be written; bad rows are in the report.
    pub(super) async fn import(
        &self,
        path: &Path,
        dry_run: bool,
        namesakes: bool,
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
        self.on_newest(|| self.import_files(&files, dry_run, namesakes, &progress)).await
    }

    /// Imports the fictional city of the demo.
    ///
    /// # Errors
    /// Why the log cannot be written.
    pub(super) async fn import_demo(&self) -> Result<ImportReport, ServiceError> {
        let files: Vec<(&str, Vec<u8>)> = TABLES
            .iter()
            .filter_map(|table| foundation::Demo::get(table.file).map(|file| (table.file, file.data.into_owned())))
            .collect();
        self.on_newest(|| self.import_files(&files, false, false, &|_, _| {})).await
    }

    async fn import_files(
        &self,
        files: &[(&str, Vec<u8>)],
        dry_run: bool,
        namesakes: bool,
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
        let Checked { fork, mut drafts, unchanged, errors } =
            checked(&current.snapshot.state, &self.principal, &tables, namesakes, progress);
        report.errors.extend(errors);
        (report.unchanged, report.written) = (unchanged, drafts.len());
        if report.errors.is_empty() && !dry_run && !drafts.is_empty() {
            drafts.extend(new_day(&fork, &drafts, self.day()));
            let seq = self.write(Unit { drafts, key: None }).await?.seq;
            // What was imported is there; the cut comes with the next minute if not now.
            if let Err(error) = self.publish_cut().await {
                tracing::warn!(%error, "no cut could be published");
            }
            self.save_snapshot().await?;
            report.seq = Some(seq);
        }
        Ok(report)
    }
}

/// What rows come to.
pub(super) struct Checked {
    /// The state with all good rows.
    pub(super) fork: State,
    /// The events of the rows that are new or change something.
    pub(super) drafts: Vec<Draft>,
    /// Rows the log had already.
    pub(super) unchanged: usize,
    /// The bad ones.
    pub(super) errors: Vec<RowError>,
}

/// Checks the rows of tables against a fork that holds the rows before them; with `namesakes` colleges may share a name.
pub(super) fn checked(
    state: &State,
    who: &Principal,
    tables: &[(&Table, Vec<Row>)],
    namesakes: bool,
    progress: &impl Fn(usize, usize),
) -> Checked {
    let mut done = Checked { fork: state.clone(), drafts: Vec::new(), unchanged: 0, errors: Vec::new() };
    let mut names =
        (!namesakes && tables.iter().any(|(table, _)| table.file == "colleges.csv")).then(|| Namesakes::of(state));
    let (mut before, total) = (0, tables.iter().map(|(_, rows)| rows.len()).sum());
    for (table, rows) in tables {
        for (n, parsed) in (table.events)(table.file, rows).into_iter().enumerate() {
            progress(before + n, total);
            let (row, event) = match parsed {
                Ok(parsed) => parsed,
                Err(error) => {
                    done.errors.push(error);
                    continue;
                }
            };
            // Of what it may not read nobody is told that it guessed right.
            if unchanged(&done.fork, &event) && reach::may_see(&done.fork, who, &event) {
                done.unchanged += 1;
                continue;
            }
            let allowed = reach::check(&done.fork, who, &event);
            if let Err(error) = allowed.and_then(|()| references::check(&done.fork, &event)) {
                done.errors.push(row_error(table.file, rows, &row, &event, error));
                continue;
            }
            if let Some(other) = names.as_ref().and_then(|names| names.there_already(&done.fork, &event)) {
                done.errors.push(row.error(table.file, Some("name"), &there_already(other)));
                continue;
            }
            if let Some(names) = &mut names {
                names.follow(&done.fork, &event);
            }
            let rev = done.fork.rev(&event.subject()) + 1;
            done.fork.apply(done.fork.seq, done.fork.at, &event);
            done.drafts.push(Draft { event, rev });
        }
        before += rows.len();
        progress(before, total);
    }
    done
}

/// Of a college whose name another has already.
fn there_already(other: &College) -> Invalid {
    let (id, name) = (&other.id, &other.name);
    let zh = format!("可能与“{name}”（{id}）是同一所院校；确属不同的，请勾选确认（命令行 --namesakes）");
    let en = format!("it may be the same college as {name} ({id}); if it is another, confirm that (--namesakes)");
    Invalid::new("possible-duplicate", zh, en)
}

/// The day begins anew after new ratings, so that they are judged against what they themselves tell. It never goes back,
/// whatever becomes of the clock.
pub(super) fn new_day(fork: &State, drafts: &[Draft], today: Date) -> Option<Draft> {
    let rated = |draft: &Draft| matches!(draft.event, Event::RatingSubmitted(_) | Event::RatingWithdrawn { .. });
    let event = Event::Clock { today: fork.today.max(today) };
    drafts.iter().any(rated).then(|| Draft { rev: fork.rev(&event.subject()) + 1, event })
}

fn row_error(file: &str, rows: &[Row], row: &Row, event: &Event, error: ServiceError) -> RowError {
    match error {
        ServiceError::Invalid(pointer, invalid) => match linking_row(rows, row, event, &pointer) {
            Some(row) => row.error(file, Some("code"), &invalid),
            None => row.error(file, pointer.rsplit('/').next(), &invalid),
        },
        ServiceError::NotFound(..) | ServiceError::Forbidden | ServiceError::WrongScope => {
            let (zh, en) = ("不在本账号的权限之内", "it is not this account's to write");
            row.error(file, Some("id"), &Invalid::new("forbidden", zh, en))
        }
        ServiceError::NewCode(_, _, begin) => {
            let zh = format!("不在本账号的权限之内；新建的代码须以“{begin}-”开头");
            let en = format!("it is not this account's to write; a new entry's code begins with `{begin}-`");
            row.error(file, Some("id"), &Invalid::new("forbidden", zh, en))
        }
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
        Event::RelationPut(value) => state.relations.get(&value.id) == Some(value),
        Event::RatingSubmitted(value) => state.ratings.get(&value.engagement).is_some_and(|live| live.id == value.id),
        _ => false,
    }
}
