//! The file that was sent, with a column that says what is wrong with a row. Cells stay where they were; colours do not.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, XlsxError};

use super::book::head_format;
use super::grid::{Cell, Grid};
use super::write::write_rows;

/// What to write beside the rows of one sheet.
pub struct Remarks {
    /// The row of the heading, from 0.
    pub head: Option<usize>,
    /// Remarks by row, counted from 1.
    pub rows: BTreeMap<u64, String>,
}

/// A workbook with the remarks in the first column that is free; `title` heads it.
pub fn annotated_workbook(sheets: &[(Grid, Remarks)], title: &str) -> Vec<u8> {
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let bad = Format::new().set_font_color(Color::RGB(0xB4_23_18)).set_background_color(Color::RGB(0xFD_EC_EA));
        let day = Format::new().set_num_format("yyyy-mm-dd");
        let merged = Format::new().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter).set_bold();
        for (grid, remarks) in sheets {
            let sheet = book.add_worksheet();
            sheet.set_name(&grid.name)?;
            for [top, left, bottom, right] in &grid.merged {
                if top == bottom && left == right {
                    continue;
                }
                // Overlapping areas in a damaged file are not worth losing its cells for.
                let _ = sheet.merge_range(*top as u32, *left as u16, *bottom as u32, *right as u16, "", &merged);
            }
            for (row, cells) in grid.rows.iter().enumerate() {
                for (column, cell) in cells.iter().enumerate() {
                    let (row, column) = (row as u32, column as u16);
                    match cell {
                        Cell::Empty => continue,
                        Cell::Text(text) | Cell::Fault(text) => sheet.write_string(row, column, text)?,
                        Cell::Number(number) => sheet.write_number(row, column, *number)?,
                        Cell::Day(text) => match rust_xlsxwriter::ExcelDateTime::parse_from_str(text) {
                            Ok(at) => sheet.write_datetime_with_format(row, column, &at, &day)?,
                            Err(_) => sheet.write_string(row, column, text)?,
                        },
                        Cell::Flag(flag) => sheet.write_boolean(row, column, *flag)?,
                    };
                }
            }
            let free = grid.width() as u16;
            if let Some(head) = remarks.head.filter(|_| !remarks.rows.is_empty()) {
                sheet.write_string_with_format(head as u32, free, title, &head_format())?;
            }
            for (line, text) in &remarks.rows {
                sheet.write_string_with_format(*line as u32 - 1, free, text, &bad)?;
            }
            sheet.set_autofit_max_row(200).set_autofit_max_width(480).autofit();
        }
        book.save_to_buffer()
    };
    write().unwrap_or_else(|error| unreachable!("the sheets were read within bounds: {error}"))
}

/// A CSV file (UTF-8 with its mark, so that spreadsheets know it) with the remarks in a column of its own.
pub fn annotated_csv(grid: &Grid, remarks: &Remarks, title: &str) -> Vec<u8> {
    let free = grid.width();
    let rows = grid.rows.iter().enumerate().map(|(row, cells)| {
        let mut texts: Vec<String> = cells.iter().map(Cell::text).collect();
        texts.resize(free, String::new());
        let head = (remarks.head == Some(row)).then(|| title.to_owned());
        texts.push(head.or_else(|| remarks.rows.get(&(row as u64 + 1)).cloned()).unwrap_or_default());
        texts
    });
    format!("\u{feff}{}", write_rows(&rows.collect::<Vec<_>>())).into_bytes()
}
