//! Workbooks (xlsx, from Excel or WPS) read within bounds: what inflates without end is refused before it is parsed.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx, XlsxError};

use super::grid::{Cell, Grid, MOST_COLUMNS, MOST_ROWS, read_delimited, too_long};
use crate::domain::Invalid;

/// Largest file that is taken, in bytes.
pub const MAX_FILE: usize = 8 << 20;
/// What all parts of a workbook may inflate to, in bytes.
const MOST_INFLATED: u64 = 96 << 20;
/// Most sheets that are read.
const MOST_SHEETS: usize = 30;
/// Zip entries start like this.
const ZIP: &[u8] = b"PK";
/// The container of .xls, .et and of files locked with a password.
const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0];

/// The sheets of a file, told by its first bytes, whatever its name ends in.
///
/// # Errors
/// What it is instead of a table, and what to do.
pub fn read_sheets(name: &str, bytes: &[u8]) -> Result<Vec<Grid>, Invalid> {
    if bytes.len() > MAX_FILE {
        let mib = MAX_FILE >> 20;
        let (zh, en) = (format!("文件超过 {mib} MiB，请分成几份"), format!("the file exceeds {mib} MiB: split it"));
        return Err(Invalid::new("file-too-large", zh, en));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Invalid::new("empty-file", "文件是空的", "the file is empty"));
    }
    if bytes.starts_with(COMPOUND) {
        let zh = "这是旧版 .xls、WPS .et 或加了密码的文件：请另存为不带密码的 .xlsx 再导入";
        let en = "this is an old .xls, a WPS .et or a file with a password: save it as .xlsx without a password";
        return Err(Invalid::new("not-a-table", zh, en));
    }
    let sheets = if bytes.starts_with(ZIP) { read_workbook(bytes)? } else { vec![read_delimited(name, bytes)?] };
    if sheets.iter().all(|sheet| sheet.rows.iter().flatten().all(Cell::is_empty)) {
        return Err(Invalid::new("empty-file", "文件里没有内容", "there is nothing in the file"));
    }
    Ok(sheets)
}

fn broken(error: impl std::fmt::Display) -> Invalid {
    Invalid::new("not-a-table", format!("不是完好的 xlsx 文件：{error}"), format!("not an intact xlsx file: {error}"))
}

/// Inflates every part once, counting, so that the reader behind it never sees more.
fn check_inflated(bytes: &[u8]) -> Result<(), Invalid> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut left = MOST_INFLATED;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(broken)?;
        left -= std::io::copy(&mut part.take(left), &mut std::io::sink()).map_err(broken)?;
        if left == 0 {
            let zh = "压缩文件展开后过大，没有读取";
            return Err(Invalid::new("file-too-large", zh, "the archive inflates to too much; it was not read"));
        }
    }
    Ok(())
}

fn read_workbook(bytes: &[u8]) -> Result<Vec<Grid>, Invalid> {
    check_inflated(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => {
            let zh = "这是压缩文件，但不是 xlsx 工作簿（docx、ods 等请另存为 .xlsx）";
            Invalid::new("not-a-table", zh, "a zip file, but no xlsx workbook: save it as .xlsx")
        }
        other => broken(other),
    })?;
    let names = book.sheet_names();
    names.iter().take(MOST_SHEETS).map(|name| read_sheet(&mut book, name)).collect()
}

fn read_sheet(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Grid, Invalid> {
    let mut grid = Grid { name: name.to_owned(), ..Grid::default() };
    // A sheet of a chart has no cells.
    let Ok(mut cells) = book.worksheet_cells_reader(name) else { return Ok(grid) };
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        let value = value(cell.get_value());
        if value.is_empty() {
            continue;
        }
        // Few cells at the far end would otherwise ask for a table of billions.
        if row >= MOST_ROWS + 20 || column >= MOST_COLUMNS {
            return Err(too_long());
        }
        if grid.rows.len() <= row {
            grid.rows.resize(row + 1, Vec::new());
        }
        let cells = &mut grid.rows[row];
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        cells[column] = value;
    }
    drop(cells);
    let merged = book.merge_cells_by_sheet_name(name).unwrap_or_default();
    let corners = merged.iter().map(|area| [area.start.0, area.start.1, area.end.0, area.end.1].map(|at| at as usize));
    grid.merged = corners.collect();
    Ok(grid)
}

fn value(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Bool(flag) => Cell::Flag(*flag),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            Cell::Day(format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::DateTime(at) => Cell::Number(at.as_f64()),
        DataRef::DateTimeIso(text) => Cell::Day(text.chars().take(10).collect()),
        DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Error(error) => Cell::Fault(error.to_string()),
    }
}
