//! Workbooks written: every table with a sheet of definitions, and templates to fill in.

use rust_xlsxwriter::{Color, DataValidation, Format, FormatBorder, Workbook, Worksheet, XlsxError};
use serde_json::Value;

use super::definitions::{CellKind, ColumnDefinition, Named, TableDefinition, definition, definitions, words};
use super::grid::Cell;
use super::write::cell_text;

/// The sheet of definitions, in Chinese and English.
pub(super) const DEFINITIONS: [&str; 2] = ["口径", "Definitions"];
/// Rows of a template that offer their words in a list.
const LISTED_ROWS: u32 = 1_000;
/// Most characters a column is wide.
const WIDEST: u32 = 320;

pub(super) fn pick(zh: bool, named: &Named) -> &str {
    if zh { &named.zh } else { &named.en }
}

/// The format of a heading.
pub(super) fn head_format() -> Format {
    Format::new().set_bold().set_background_color(Color::RGB(0xE3_F1_F1)).set_border_bottom(FormatBorder::Thin)
}

fn heading(sheet: &mut Worksheet, table: &TableDefinition, zh: bool, marked: bool) -> Result<(), XlsxError> {
    for (at, column) in table.columns.iter().enumerate() {
        let name = pick(zh, &column.named);
        let text = if marked && column.required { format!("{name}*") } else { name.to_owned() };
        sheet.write_string_with_format(0, at as u16, text, &head_format())?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// A cell as people read it: words for codes.
fn shown(column: &ColumnDefinition, text: &str, zh: bool) -> String {
    let list = match &column.kind {
        CellKind::Word(list) | CellKind::Words(list) => list.as_str(),
        CellKind::Flag => "flag",
        CellKind::Mark if text == "unknown" => "mark",
        _ => return text.to_owned(),
    };
    let named = |code: &str| words(list).find(|word| word.code == code).map_or(code, |word| pick(zh, word)).to_owned();
    text.split(';').map(named).collect::<Vec<_>>().join(";")
}

fn is_number(column: &ColumnDefinition) -> bool {
    matches!(column.kind, CellKind::Whole | CellKind::Amount | CellKind::Mark)
}

/// Tables by code with their entries as JSON, each a sheet in the reader's language, and a sheet that defines every column.
/// `stamp` says what state they are of.
pub fn export_workbook(tables: &[(&str, Vec<Value>)], zh: bool, stamp: &str) -> Vec<u8> {
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        for (code, rows) in tables {
            let Some(table) = definition(code) else { continue };
            let sheet = book.add_worksheet();
            sheet.set_name(pick(zh, &table.named))?;
            heading(sheet, table, zh, false)?;
            for (row, entry) in rows.iter().enumerate() {
                for (at, column) in table.columns.iter().enumerate() {
                    let text = cell_text(entry, &column.named.code);
                    let (row, at) = (row as u32 + 1, at as u16);
                    match text.parse::<f64>() {
                        Ok(number) if is_number(column) => sheet.write_number(row, at, number)?,
                        _ if text.is_empty() => continue,
                        _ => sheet.write_string(row, at, shown(column, &text, zh))?,
                    };
                }
            }
            sheet.set_autofit_max_row(200).set_autofit_max_width(WIDEST).autofit();
        }
        let codes: Vec<&str> = tables.iter().map(|(code, _)| *code).collect();
        definitions_sheet(&mut book, &codes, zh, stamp)?;
        book.save_to_buffer()
    };
    write().unwrap_or_else(|error| unreachable!("names are short and tables bounded: {error}"))
}

/// Sheets of cells under a heading each, by name.
pub fn plain_workbook(sheets: &[(String, Vec<Vec<Cell>>)]) -> Vec<u8> {
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        for (name, rows) in sheets {
            let sheet = book.add_worksheet();
            sheet.set_name(name)?;
            for (row, cells) in rows.iter().enumerate() {
                for (at, cell) in cells.iter().enumerate() {
                    let (row, at) = (row as u32, at as u16);
                    match cell {
                        Cell::Empty => continue,
                        Cell::Number(number) => sheet.write_number(row, at, *number)?,
                        _ if row == 0 => sheet.write_string_with_format(row, at, cell.text(), &head_format())?,
                        _ => sheet.write_string(row, at, cell.text())?,
                    };
                }
            }
            sheet.set_freeze_panes(1, 0)?;
            sheet.set_autofit_max_row(200).set_autofit_max_width(WIDEST).autofit();
        }
        book.save_to_buffer()
    };
    write().unwrap_or_else(|error| unreachable!("names are short and sheets bounded: {error}"))
}

/// A template for one table, or for all: a heading that stays in sight, an example that import passes over, lists to choose
/// from, and the definitions.
pub fn template_workbook(table: Option<&TableDefinition>, zh: bool) -> Vec<u8> {
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let grey = Format::new().set_font_color(Color::RGB(0x6B_78_85)).set_italic();
        let wanted: Vec<&TableDefinition> = table.map_or_else(|| definitions().iter().collect(), |table| vec![table]);
        for table in &wanted {
            let sheet = book.add_worksheet();
            sheet.set_name(pick(zh, &table.named))?;
            heading(sheet, table, zh, true)?;
            for (at, column) in table.columns.iter().enumerate() {
                // The first cell says that the row is an example.
                let example = match (at, zh) {
                    (0, true) => "示例".to_owned(),
                    (0, false) => "Example".to_owned(),
                    _ => translated(column, zh),
                };
                sheet.write_string_with_format(1, at as u16, example, &grey)?;
                if let CellKind::Word(list) = &column.kind {
                    let names: Vec<&str> = words(list).map(|word| pick(zh, word)).collect();
                    let choice = DataValidation::new().allow_list_strings(&names)?;
                    sheet.add_data_validation(2, at as u16, LISTED_ROWS, at as u16, &choice)?;
                }
            }
            sheet.set_autofit_max_width(WIDEST).autofit();
        }
        let codes: Vec<&str> = wanted.iter().map(|table| table.named.code.as_str()).collect();
        definitions_sheet(&mut book, &codes, zh, "")?;
        book.save_to_buffer()
    };
    write().unwrap_or_else(|error| unreachable!("names are short and tables bounded: {error}"))
}

fn translated(column: &ColumnDefinition, zh: bool) -> String {
    let list = match &column.kind {
        CellKind::Word(list) | CellKind::Words(list) if !zh => list.as_str(),
        CellKind::Flag if !zh => "flag",
        _ => return column.example.clone(),
    };
    let named = |part: &str| words(list).find(|word| word.zh == part || word.aliases.iter().any(|alias| alias == part));
    let parts = column.example.split(';').map(|part| named(part).map_or(part, |word| word.en.as_str()));
    parts.collect::<Vec<_>>().join(";")
}

fn definitions_sheet(book: &mut Workbook, codes: &[&str], zh: bool, stamp: &str) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet();
    sheet.set_name(DEFINITIONS[usize::from(!zh)])?;
    let heads = if zh {
        ["表", "列", "代码", "必填", "含义", "可填的词"]
    } else {
        ["Table", "Column", "Code", "Required", "Meaning", "Words"]
    };
    for (at, head) in heads.iter().enumerate() {
        sheet.write_string_with_format(0, at as u16, *head, &head_format())?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let mut row = 1;
    for table in definitions().iter().filter(|table| codes.contains(&table.named.code.as_str())) {
        for column in &table.columns {
            let list = match &column.kind {
                CellKind::Word(list) | CellKind::Words(list) => list.as_str(),
                CellKind::Flag => "flag",
                CellKind::Mark => "mark",
                _ => "",
            };
            let choices: Vec<String> = words(list).map(|word| format!("{} = {}", pick(zh, word), word.code)).collect();
            let required = if zh { "是" } else { "yes" };
            let cells = [
                pick(zh, &table.named).to_owned(),
                pick(zh, &column.named).to_owned(),
                format!("{}.{}", table.named.code, column.named.code),
                if column.required { required.to_owned() } else { String::new() },
                if zh { column.meaning_zh.clone() } else { column.meaning_en.clone() },
                choices.join("; "),
            ];
            for (at, cell) in cells.iter().enumerate() {
                sheet.write_string(row, at as u16, cell)?;
            }
            row += 1;
        }
    }
    if !stamp.is_empty() {
        sheet.write_string(row + 1, 0, stamp)?;
    }
    sheet.set_autofit_max_width(WIDEST).autofit();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::exchange::{read_sheets, recognise, sheet_rows};

    #[test]
    fn what_is_exported_is_recognised_and_templates_hold_no_row() {
        for zh in [true, false] {
            let entries =
                vec![json!({"id": "P1", "name": "东园", "city": "云岭市", "stage": "new", "industries": ["汽车"],
                "place": {"lat": 40.5, "lon": -117.25}, "budget_per_person_day": 210, "source": "=1+1"})];
            let sheets = read_sheets("x.xlsx", &export_workbook(&[("parks", entries)], zh, "seq 7")).expect("read");
            let layout = recognise(&sheets[0], "x.xlsx", None, &BTreeMap::new()).expect("known");
            assert_eq!(layout.table, "parks");
            let rows = sheet_rows(0, &sheets[0], &layout, &|_, _| Ok(None)).expect("few");
            let row = &rows.rows[0];
            assert_eq!(
                (row.text("stage"), row.text("lon"), row.text("id")),
                (Some("new"), Some("-117.25"), Some("P1"))
            );
            assert_eq!(row.text("source"), Some("=1+1"), "text, no formula");
            assert_eq!(recognise(&sheets[1], "x.xlsx", None, &BTreeMap::new()), None, "the definitions are no table");
            for grid in read_sheets("t.xlsx", &template_workbook(None, zh)).expect("read").iter().take(10) {
                let layout = recognise(grid, "t.xlsx", None, &BTreeMap::new()).expect("known");
                assert_eq!(layout.missing().len(), 0, "{}", layout.table);
                assert_eq!(sheet_rows(0, grid, &layout, &|_, _| Ok(None)).expect("few").total, 0, "{}", grid.name);
            }
        }
    }
}
