//! Rows of a sheet as rows of a table: tidied, with what was corrected and what could not be read.

use super::definitions::definition;
use super::grid::{Cell, Grid, MOST_ROWS, letters, too_long};
use super::headings::Layout;
use super::read::Row;
use super::tidy::{Lookup, Why, tidy};
use crate::domain::Invalid;

/// Something told of a cell or a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The sheet, from 0.
    pub sheet: usize,
    /// The row as the spreadsheet counts it, from 1.
    pub line: u64,
    /// The cell's column: its letters, its heading and what stands in it; `None` if the row as a whole is meant.
    pub cell: Option<FoundCell>,
    /// What was done, or why it could not be.
    pub what: What,
}

/// The cell a finding is about.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundCell {
    /// Its column, from 0.
    pub at: usize,
    /// The letters of its column.
    pub letters: String,
    /// Its heading.
    pub heading: String,
    /// What stands in it.
    pub value: String,
}

/// What a finding says.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// It was read as this, for this reason.
    Corrected(String, Why),
    /// The row is bad; and what may have been meant.
    Bad(Invalid, Option<String>),
}

/// A sheet read as a table.
#[derive(Debug, Default)]
pub struct SheetRows {
    /// Rows all of whose cells could be read.
    pub rows: Vec<Row>,
    /// Rows with content, without examples.
    pub total: usize,
    /// Corrections and bad cells, row by row.
    pub findings: Vec<Finding>,
}

/// How an example row of a template begins.
const EXAMPLES: [&str; 3] = ["示例", "例：", "example"];

fn is_example(cells: &[Cell]) -> bool {
    let first = cells.iter().find(|cell| !cell.is_empty()).map(|cell| cell.text().to_lowercase());
    // A park may well be called so; a template says it in a cell of its own.
    first.is_some_and(|text| EXAMPLES.iter().any(|word| text == *word || text.starts_with(&format!("{word}:"))))
}

/// The cell of a column, for a finding.
pub fn found_cell(grid: &Grid, layout: &Layout, row: usize, at: usize) -> FoundCell {
    let heading = layout.headings.get(at).map(|heading| heading.text.clone()).unwrap_or_default();
    FoundCell { at, letters: letters(at), heading, value: grid.at(row, at).text() }
}

/// Reads the rows of a sheet.
///
/// # Errors
/// If there are too many of them.
pub fn sheet_rows(sheet: usize, grid: &Grid, layout: &Layout, lookup: &Lookup<'_>) -> Result<SheetRows, Invalid> {
    let mut read = SheetRows::default();
    let Some(table) = definition(&layout.table) else { return Ok(read) };
    if grid.rows.len() > layout.first() + MOST_ROWS {
        return Err(too_long());
    }
    for (at, cells) in grid.rows.iter().enumerate().skip(layout.first()) {
        let used = |(column, cell): (usize, &Cell)| {
            layout.headings.get(column).is_some_and(|heading| !heading.column.is_empty()) && !cell.is_empty()
        };
        if !cells.iter().enumerate().any(used) || is_example(cells) {
            continue;
        }
        read.total += 1;
        let (mut values, mut bad) = (Vec::new(), false);
        for (column, heading) in layout.headings.iter().enumerate() {
            let Some(defined) = table.column(&heading.column) else { continue };
            let found =
                |what| Finding { sheet, line: at as u64 + 1, cell: Some(found_cell(grid, layout, at, column)), what };
            let mut text = String::new();
            match tidy(&defined.kind, grid.at(at, column), lookup) {
                Ok(Some(tidied)) => {
                    read.findings.extend(tidied.why.map(|why| found(What::Corrected(tidied.text.clone(), why))));
                    text = tidied.text;
                }
                Ok(None) if defined.required => {
                    let (zh, en) = (format!("须填写{}", defined.named.zh), format!("{} is required", defined.named.en));
                    read.findings.push(found(What::Bad(Invalid::new("missing-field", zh, en), None)));
                    bad = true;
                }
                Ok(None) => {}
                Err((invalid, guess)) => {
                    read.findings.push(found(What::Bad(invalid, guess)));
                    bad = true;
                }
            }
            values.push((defined.named.code.clone(), text));
        }
        if !bad {
            read.rows.push(Row::new(at as u64 + 1, values));
        }
    }
    Ok(read)
}
