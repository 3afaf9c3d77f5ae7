//! A file as people see it: sheets of cells, before anything is known of what they mean.

use super::encoding::decode;
use super::formula::unguarded;
use crate::domain::Invalid;

/// Most rows of a sheet that are read.
pub const MOST_ROWS: usize = 20_000;
/// Most columns of a sheet that are read.
pub(super) const MOST_COLUMNS: usize = 200;

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// A day that the sheet knows as one, as 2026-09-01.
    Day(String),
    /// True or false.
    Flag(bool),
    /// An error of a formula, such as `#N/A`.
    Fault(String),
}

impl Cell {
    /// What a reader sees, without blanks around it.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.clone(),
            Self::Flag(flag) => flag.to_string(),
            Self::Fault(fault) => fault.clone(),
        }
    }

    /// Whether nothing is to be seen.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty) || matches!(self, Self::Text(text) if text.trim().is_empty())
    }
}

/// A sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// Its name; of a CSV file the file's.
    pub name: String,
    /// Its rows from the first; each as long as it has cells.
    pub rows: Vec<Vec<Cell>>,
    /// Merged cells: first row, first column, last row, last column, from 0.
    pub merged: Vec<[usize; 4]>,
}

impl Grid {
    /// A cell; empty beyond the edges.
    pub fn at(&self, row: usize, column: usize) -> &Cell {
        const NOTHING: &Cell = &Cell::Empty;
        self.rows.get(row).and_then(|cells| cells.get(column)).unwrap_or(NOTHING)
    }

    /// A cell of a heading: within merged cells the one that is seen.
    pub fn heading(&self, row: usize, column: usize) -> String {
        let within = |merged: &&[usize; 4]| {
            let [top, left, bottom, right] = **merged;
            (top..=bottom).contains(&row) && (left..=right).contains(&column)
        };
        let (row, column) = self.merged.iter().find(within).map_or((row, column), |merged| (merged[0], merged[1]));
        self.at(row, column).text()
    }

    /// How many columns the widest row has.
    pub fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }
}

/// The letters of a column: A, B, … Z, AA.
pub fn letters(mut column: usize) -> String {
    let mut text = String::new();
    loop {
        text.insert(0, char::from(b'A' + (column % 26) as u8));
        match column / 26 {
            0 => return text,
            more => column = more - 1,
        }
    }
}

/// Why a sheet is not read.
pub(super) fn too_long() -> Invalid {
    Invalid::new(
        "file-too-large",
        format!("工作表超过 {MOST_ROWS} 行或 {MOST_COLUMNS} 列，请分成几份"),
        format!("a sheet has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns: split it"),
    )
}

/// A CSV file, or cells copied from a spreadsheet (tabs between them), in UTF-8 or GB18030.
///
/// # Errors
/// Why it cannot be read.
pub fn read_delimited(name: &str, bytes: &[u8]) -> Result<Grid, Invalid> {
    let text = decode(bytes).map_err(|unreadable| {
        let error = unreadable.in_table(name, bytes);
        let (line, zh, en) = (error.line, &error.message_zh, &error.message_en);
        Invalid::new("invalid-encoding", format!("第 {line} 行：{zh}"), format!("line {line}: {en}"))
    })?;
    if text.contains('\0') {
        let (zh, en) = ("这不是 xlsx，也不是 CSV 文本", "this is neither an xlsx file nor CSV text");
        return Err(Invalid::new("not-a-table", zh, en));
    }
    let first = text.lines().next().unwrap_or_default();
    let tabs = first.contains('\t') || (!first.contains(',') && text.contains('\t'));
    let semicolons = !tabs && !first.contains(',') && first.contains(';');
    let delimiter = if tabs {
        b'\t'
    } else if semicolons {
        b';'
    } else {
        b','
    };
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.flexible(true).has_headers(false).delimiter(delimiter).from_reader(text.as_bytes());
    let mut grid = Grid { name: name.to_owned(), ..Grid::default() };
    for record in reader.records() {
        let record = record.map_err(|error| {
            Invalid::new("malformed-csv", format!("CSV 格式错误：{error}"), format!("malformed CSV: {error}"))
        })?;
        // A blank line is no record of a CSV file, but it is a row of the sheet.
        let line = record.position().map_or(grid.rows.len(), |at| {
            // The reader stands before the blank lines it passes over.
            let blank = text.as_bytes()[at.byte() as usize..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
            at.line() as usize - 1 + blank.filter(|byte| **byte == b'\n').count()
        });
        let quoted_lines = line.saturating_sub(grid.rows.len());
        if grid.rows.len() + quoted_lines >= MOST_ROWS + 20 || record.len() > MOST_COLUMNS {
            return Err(too_long());
        }
        grid.rows.resize(line.max(grid.rows.len()), Vec::new());
        let cell = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(unguarded(text).to_owned()) };
        grid.rows.push(record.iter().map(cell).collect());
    }
    Ok(grid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_line_and_columns_their_letters() {
        let grid = read_delimited("t.csv", "a,b\n\n1,\"x\ny\"\n2,3\n".as_bytes()).expect("read");
        assert_eq!((grid.at(2, 0).text(), grid.at(4, 1).text()), ("1".into(), "3".into()));
        let pasted = read_delimited("paste", "招聘\t焊工\t40\n实习\t钳工\t2".as_bytes()).expect("read");
        assert_eq!(pasted.at(1, 2).text(), "2");
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
        assert_eq!(read_delimited("x", b"PK\0\0").expect_err("binary").rule, "not-a-table");
    }
}
