//! A file that people made, of any layout: recognised, tried, and its good rows written.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::import::{Checked, checked, new_day};
use super::upload_rows::{Names, completed};
use super::{Service, ServiceError, aside};
use crate::domain::{Event, ImportId, ImportRecord, Invalid};
use crate::exchange::{
    Finding, Grid, Layout, Remarks, Row, RowError, TABLES, Table, What, annotated_csv, annotated_workbook, found_cell,
    read_delimited, read_sheets, recognise, sheet_rows,
};
use crate::store::{Draft, Unit};

/// A file as it was sent.
pub struct Upload {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What the sender said of its sheets.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// The table of a sheet, by its number; empty: it is not read.
    pub tables: BTreeMap<usize, String>,
    /// Columns chosen for headings, by `memory_key`; empty: not read.
    pub columns: BTreeMap<String, String>,
    /// Colleges may have names that others have already, written otherwise.
    pub namesakes: bool,
}

/// What was found in one sheet.
#[derive(Clone, Debug)]
pub struct SheetReport {
    /// Its name.
    pub name: String,
    /// How it is read; `None` if it is not.
    pub layout: Option<Layout>,
    /// Its columns, for choosing: letters are by position, texts are of the first row if it is not recognised.
    pub rows: usize,
    /// Rows that can be written.
    pub good: usize,
}

/// What an import by file did, or would do.
#[derive(Clone, Debug, Default)]
pub struct UploadReport {
    /// Its sheets.
    pub sheets: Vec<SheetReport>,
    /// Corrections and bad rows, sheet by sheet and row by row.
    pub findings: Vec<Finding>,
    /// Entries that are new or changed.
    pub written: usize,
    /// Entries the log has already.
    pub unchanged: usize,
    /// The import's code, if something was written.
    pub import: Option<ImportId>,
    /// Codes of the entries that are new or changed.
    pub entries: Vec<String>,
}

impl UploadReport {
    /// Bad rows.
    pub fn bad(&self) -> usize {
        let mut rows: Vec<_> = self.findings.iter().filter(|one| matches!(one.what, What::Bad(..))).collect();
        rows.dedup_by_key(|one| (one.sheet, one.line));
        rows.len()
    }

    /// Corrected cells.
    pub fn corrected(&self) -> usize {
        self.findings.iter().filter(|one| matches!(one.what, What::Corrected(..))).count()
    }
}

struct Read {
    report: UploadReport,
    grids: Vec<Grid>,
    checked: Checked,
}

impl Service {
    /// Tries a file: what it holds, what was corrected, what is wrong. Nothing is written.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] if it is no table at all.
    pub(super) async fn check_upload(
        &self,
        upload: Arc<Upload>,
        choices: Choices,
    ) -> Result<UploadReport, ServiceError> {
        let service = self.clone();
        let check = move || {
            let grids = read_sheets(&upload.name, &upload.bytes).map_err(whole)?;
            Ok(service.read_grids(&upload.name, grids, &choices)?.report)
        };
        aside(check).await
    }

    /// Writes the good rows of a file as one import that can be taken back.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] if it is no table at all; what the log says.
    pub(super) async fn load_upload(
        &self,
        upload: Arc<Upload>,
        choices: Choices,
    ) -> Result<UploadReport, ServiceError> {
        let of = upload.clone();
        let grids = aside(move || read_sheets(&of.name, &of.bytes)).await.map_err(whole)?;
        self.load_grids(Some(&upload.name), grids, choices).await
    }

    /// Writes one entry of a form, by the columns of its table. What is wrong is in the report's findings, whose heading is the
    /// column; then nothing is written.
    ///
    /// # Errors
    /// What the log says.
    pub(super) async fn enter(&self, table: &str, cells: &[(&str, String)]) -> Result<UploadReport, ServiceError> {
        let text = |text: &str| crate::exchange::Cell::Text(text.to_owned());
        let heads = cells.iter().map(|(column, _)| text(column)).collect();
        let row = cells.iter().map(|(_, value)| text(value)).collect();
        let grid = Grid { name: table.to_owned(), rows: vec![heads, row], merged: Vec::new() };
        let choices = Choices { tables: BTreeMap::from([(0, table.to_owned())]), ..Choices::default() };
        self.load_grids(None, vec![grid], choices).await
    }

    /// Tries rows that were pasted from a spreadsheet as rows of a table, with or without their heading; `columns` are what
    /// rows without one have, `fixed` what every row has beside. With `write` the good ones are written.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] if it is no table at all.
    pub(super) async fn paste(
        &self,
        table: &str,
        columns: &[&str],
        fixed: &[(&str, String)],
        text: &str,
        write: bool,
    ) -> Result<(UploadReport, Grid), ServiceError> {
        let cell = |text: &str| crate::exchange::Cell::Text(text.to_owned());
        let pasted = read_delimited(table, text.as_bytes()).map_err(whole)?;
        let mut grid = pasted.clone();
        let first = Grid { rows: pasted.rows.iter().take(1).cloned().collect(), ..pasted.clone() };
        let headed = recognise(&first, table, Some(table), &BTreeMap::new()).is_some();
        if !headed {
            grid.rows.insert(0, columns.iter().map(|code| cell(code)).collect());
        }
        let width = grid.width();
        for (at, row) in
            grid.rows.iter_mut().enumerate().filter(|(at, row)| *at == 0 || !row.iter().all(|one| one.is_empty()))
        {
            row.resize(width, crate::exchange::Cell::Empty);
            row.extend(fixed.iter().map(|(column, value)| cell(if at == 0 { column } else { value })));
        }
        let choices = Choices { tables: BTreeMap::from([(0, table.to_owned())]), ..Choices::default() };
        let mut report = match write {
            true => self.load_grids(Some("paste"), vec![grid], choices).await?,
            false => self.read_grids("paste", vec![grid], &choices)?.report,
        };
        if !headed {
            // The reader counts the rows that were pasted.
            report.findings.iter_mut().for_each(|finding| finding.line -= 1);
        }
        Ok((report, pasted))
    }

    /// Writes the good rows, with `name` as an import that can be taken back; an entry of a form is none.
    async fn load_grids(
        &self,
        name: Option<&str>,
        grids: Vec<Grid>,
        choices: Choices,
    ) -> Result<UploadReport, ServiceError> {
        let (recorded, name) = (name.is_some(), name.unwrap_or_default());
        let file: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
        let (grids, choices) = (Arc::new(grids), Arc::new(choices));
        let run = || async {
            let (service, grids, choices, name) = (self.clone(), grids.clone(), choices.clone(), name.to_owned());
            let read = aside(move || service.read_grids(&name, grids.to_vec(), &choices)).await?;
            let Read { mut report, checked, .. } = read;
            let Checked { fork, mut drafts, .. } = checked;
            if drafts.is_empty() {
                return Ok(report);
            }
            drafts.extend(new_day(&fork, &drafts, self.day()));
            let id = import_id();
            if !recorded {
                self.write(Unit { drafts, key: None }).await?;
                return Ok(report);
            }
            let record = ImportRecord {
                id: id.clone(),
                file: file.parse().or_else(|_| "file".parse()).map_err(whole)?,
                on: self.day(),
                written: drafts.len() as u32,
            };
            drafts.push(Draft { event: Event::ImportRecorded(record), rev: 1 });
            self.write(Unit { drafts, key: None }).await?;
            report.import = Some(id);
            Ok(report)
        };
        let report = self.on_newest(run).await?;
        if report.written > 1_000 {
            self.save_snapshot().await?;
        }
        Ok(report)
    }

    /// The file with what is wrong beside each bad row; whether it is a workbook.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] if it is no table at all.
    pub(super) async fn annotate_upload(
        &self,
        upload: Arc<Upload>,
        choices: Choices,
        title: &'static str,
        remark: impl Fn(&Finding) -> String + Send + 'static,
    ) -> Result<(Vec<u8>, bool), ServiceError> {
        let service = self.clone();
        aside(move || service.annotated(&upload, &choices, title, remark)).await
    }

    fn annotated(
        &self,
        upload: &Upload,
        choices: &Choices,
        title: &str,
        remark: impl Fn(&Finding) -> String,
    ) -> Result<(Vec<u8>, bool), ServiceError> {
        let grids = read_sheets(&upload.name, &upload.bytes).map_err(whole)?;
        let Read { report, grids, .. } = self.read_grids(&upload.name, grids, choices)?;
        let remarks = |sheet: usize| {
            let mut rows: BTreeMap<u64, String> = BTreeMap::new();
            let here = report.findings.iter().filter(|one| one.sheet == sheet && matches!(one.what, What::Bad(..)));
            for finding in here {
                let text = rows.entry(finding.line).or_default();
                if !text.is_empty() {
                    text.push_str("; ");
                }
                text.push_str(&remark(finding));
            }
            let head = report.sheets[sheet].layout.as_ref().and_then(|layout| layout.head);
            Remarks { head, rows }
        };
        let is_workbook = upload.bytes.starts_with(b"PK");
        let sheets: Vec<(Grid, Remarks)> =
            grids.into_iter().enumerate().map(|(at, grid)| (grid, remarks(at))).collect();
        if is_workbook {
            return Ok((annotated_workbook(&sheets, title), true));
        }
        Ok((sheets.first().map(|(grid, remarks)| annotated_csv(grid, remarks, title)).unwrap_or_default(), false))
    }

    fn read_grids(&self, file: &str, grids: Vec<Grid>, choices: &Choices) -> Result<Read, ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let names = Names::of(state);
        let lookup = |table: &str, name: &str| names.find(table, name);
        let mut report = UploadReport::default();
        let mut tables: Vec<(usize, &Table, Vec<Row>)> = Vec::new();
        for (sheet, grid) in grids.iter().enumerate() {
            let wanted = choices.tables.get(&sheet);
            let skip = wanted.is_some_and(String::is_empty);
            let layout = if skip { None } else { recognise(grid, file, wanted.map(String::as_str), &choices.columns) };
            let mut one = SheetReport { name: grid.name.clone(), layout, rows: 0, good: 0 };
            if let Some(layout) = &one.layout {
                let read = sheet_rows(sheet, grid, layout, &lookup).map_err(whole)?;
                one.rows = read.total;
                report.findings.extend(read.findings);
                let table = TABLES.iter().find(|table| table.file.strip_suffix(".csv") == Some(layout.table.as_str()));
                // Every row would be refused for the same reason: it is said once, of the sheet.
                if let Some(table) = table.filter(|_| layout.missing().is_empty()) {
                    let rows = completed(state, &layout.table, sheet, read.rows, &mut report.findings);
                    one.good = rows.len();
                    tables.push((sheet, table, rows));
                }
            }
            report.sheets.push(one);
        }
        tables.sort_by_key(|(_, table, _)| TABLES.iter().position(|each| each.file == table.file));
        let sheets: Vec<usize> = tables.iter().map(|(sheet, ..)| *sheet).collect();
        let mut done = Checked { fork: state.clone(), drafts: Vec::new(), unchanged: 0, errors: Vec::new() };
        for (at, (_, table, rows)) in tables.into_iter().enumerate() {
            let Checked { fork, drafts, unchanged, errors } =
                checked(&done.fork, &self.principal, &[(table, rows)], choices.namesakes, &|_, _| {});
            done.fork = fork;
            done.drafts.extend(drafts);
            done.unchanged += unchanged;
            let sheet = sheets[at];
            report.sheets[sheet].good -= errors.len().min(report.sheets[sheet].good);
            let layout = report.sheets[sheet].layout.clone();
            report
                .findings
                .extend(errors.into_iter().map(|error| finding(sheet, &grids[sheet], layout.as_ref(), error)));
        }
        report.findings.sort_by_key(|one| (one.sheet, one.line, one.cell.as_ref().map(|cell| cell.at)));
        (report.written, report.unchanged) = (done.drafts.len(), done.unchanged);
        report.entries = done.drafts.iter().map(|draft| draft.event.subject().id).collect();
        Ok(Read { report, grids, checked: done })
    }
}

fn whole(invalid: Invalid) -> ServiceError {
    ServiceError::Invalid("/file".to_owned(), invalid)
}

fn import_id() -> ImportId {
    let id = format!("I{}", &Uuid::new_v4().simple().to_string()[..12]);
    id.parse().unwrap_or_else(|_| unreachable!("letters and digits are a code"))
}

/// An error of a row, at the cell of the sheet.
fn finding(sheet: usize, grid: &Grid, layout: Option<&Layout>, error: RowError) -> Finding {
    let invalid = Invalid::new(&error.code, error.message_zh, error.message_en);
    let code = error.column.as_deref().map(|code| if code == "target" { "major" } else { code });
    let cell = layout.zip(code).and_then(|(layout, code)| {
        let at = layout
            .headings
            .iter()
            .position(|heading| heading.column == code || heading.column.strip_prefix("seats_") == Some(code))?;
        Some(found_cell(grid, layout, error.line as usize - 1, at))
    });
    Finding { sheet, line: error.line, cell, what: What::Bad(invalid, None) }
}
