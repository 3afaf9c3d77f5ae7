//! Which table a sheet holds, where its heading is, and which column is which.

use std::collections::BTreeMap;

use super::book::DEFINITIONS;
use super::definitions::{ColumnDefinition, TableDefinition, definition, definitions};
use super::grid::Grid;
use super::tidy::{goes_by, key};

/// A heading is looked for in so many first rows: titles and notes stand above it.
const SEARCHED: usize = 12;

/// One column of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// What stands above it.
    pub text: String,
    /// The table's column it is taken for; empty: ignored.
    pub column: String,
}

/// How a sheet is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The table's code.
    pub table: String,
    /// The last row of the heading, from 0; `None`: the rows begin at once.
    pub head: Option<usize>,
    /// The sheet's columns.
    pub headings: Vec<Heading>,
}

impl Layout {
    /// The first row of data, from 0.
    pub fn first(&self) -> usize {
        self.head.map_or(0, |head| head + 1)
    }

    /// Required columns that the sheet has not.
    pub fn missing(&self) -> Vec<&'static ColumnDefinition> {
        let columns = definition(&self.table).map(|table| table.columns.iter()).into_iter().flatten();
        let absent = |code: &str| self.headings.iter().all(|heading| heading.column != code);
        columns.filter(|column| column.required && absent(&column.named.code)).collect()
    }
}

/// A heading without what is written around a name.
fn bare(text: &str) -> String {
    let text = key(text).replace(['*', '＊', ':', '：'], "").replace("(必填)", "").replace("(required)", "");
    text.trim_matches(['(', ')']).to_owned()
}

fn matches(column: &ColumnDefinition, above: &str, text: &str) -> bool {
    if text.is_empty() {
        return false;
    }
    let without_unit = text.split('(').next().unwrap_or(text);
    goes_by(&column.named, text)
        || (!above.is_empty() && goes_by(&column.named, &format!("{above}{text}")))
        || (!without_unit.is_empty() && goes_by(&column.named, without_unit))
}

/// The columns of a table in one row of a sheet.
fn headings(grid: &Grid, row: usize, table: &TableDefinition, remembered: &BTreeMap<String, String>) -> Vec<Heading> {
    let mut taken: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for at in 0..grid.width() {
        let text = grid.heading(row, at);
        let above = if row > 0 { bare(&grid.heading(row - 1, at)) } else { String::new() };
        let bared = bare(&text);
        let chosen = remembered.get(&memory_key(&table.named.code, &text));
        let free = |code: &str| !taken.contains(&code);
        let column = match chosen {
            Some(code) if code.is_empty() => None,
            Some(code) => table.column(code).filter(|column| free(&column.named.code)),
            None => table.columns.iter().find(|column| free(&column.named.code) && matches(column, &above, &bared)),
        };
        taken.extend(column.map(|column| column.named.code.as_str()));
        found.push(Heading { text, column: column.map_or(String::new(), |column| column.named.code.clone()) });
    }
    found
}

/// Under which name a choice for a heading is remembered.
pub fn memory_key(table: &str, heading: &str) -> String {
    format!("{table}:{}", bare(heading))
}

/// Recognises a sheet: the table and the row whose headings fit best; `None` if none fits. `wanted` is the table it must be;
/// `remembered` are columns chosen before, by [`memory_key`].
pub fn recognise(
    grid: &Grid,
    file: &str,
    wanted: Option<&str>,
    remembered: &BTreeMap<String, String>,
) -> Option<Layout> {
    // Its rows are names of columns, each of which would make a heading.
    if wanted.is_none() && DEFINITIONS.contains(&grid.name.as_str()) {
        return None;
    }
    let names = [key(&grid.name), key(file.rsplit_once('.').map_or(file, |(stem, _)| stem))];
    let mut best: Option<(i64, Layout)> = None;
    for table in definitions().iter().filter(|table| wanted.is_none_or(|wanted| table.named.code == wanted)) {
        let named = names.iter().any(|name| goes_by(&table.named, name));
        for row in 0..grid.rows.len().min(SEARCHED) {
            let headings = headings(grid, row, table, remembered);
            let found = headings.iter().filter(|heading| !heading.column.is_empty()).count() as i64;
            let layout = Layout { table: table.named.code.clone(), head: Some(row), headings };
            let missing = layout.missing().len() as i64;
            // One word that happens to fit makes no table.
            if found < 2 || (wanted.is_none() && found <= missing) {
                continue;
            }
            let score = 4 * found - 5 * missing + if named { 8 } else { 0 };
            if best.as_ref().is_none_or(|(other, _)| score > *other) {
                best = Some((score, layout));
            }
        }
    }
    best.map(|(_, layout)| layout)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::grid::{Cell, read_delimited};

    fn columns(layout: &Layout) -> Vec<&str> {
        layout.headings.iter().map(|heading| heading.column.as_str()).collect()
    }

    #[test]
    fn titles_units_and_either_language_are_understood() {
        let none = BTreeMap::new();
        let read = |text: &str| recognise(&read_delimited("x", text.as_bytes()).expect("read"), "x.csv", None, &none);
        let zh = read("2026 年园区企业需求登记表\n填表人：\n园区,企业名称,类型*,专业,人数（人）,起,止,食堂\n")
            .expect("known");
        assert_eq!((zh.table.as_str(), zh.head), ("demands", Some(2)));
        assert_eq!(columns(&zh), ["park", "enterprise", "kind", "major", "headcount", "start", "end", ""]);
        let en = read("Park,Kind,Major,People,From,To\n").expect("known");
        assert_eq!((en.table.as_str(), columns(&en)[3]), ("demands", "headcount"));
        let code = read("id,name,park,industry,source\n").expect("known");
        assert_eq!(code.table, "enterprises");
        assert_eq!(read("食堂,宿舍\n1,2\n"), None);
    }

    #[test]
    fn merged_heads_and_remembered_columns_are_followed() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let grid = Grid {
            name: "院校资源".to_owned(),
            rows: vec![
                vec![text("院校"), text("专业"), text("可承接人数"), Cell::Empty, text("机位")],
                vec![Cell::Empty, Cell::Empty, text("培训"), text("实习")],
            ],
            merged: vec![[0, 0, 1, 0], [0, 1, 1, 1], [0, 2, 0, 3], [0, 4, 1, 4]],
        };
        let layout = recognise(&grid, "x.xlsx", None, &BTreeMap::new()).expect("known");
        assert_eq!((layout.table.as_str(), layout.head), ("programmes", Some(1)));
        assert_eq!(columns(&layout), ["college", "major", "seats_train", "seats_intern", ""]);
        let chosen = BTreeMap::from([(memory_key("programmes", "机位"), "stations".to_owned())]);
        assert_eq!(columns(&recognise(&grid, "x.xlsx", None, &chosen).expect("known"))[4], "stations");
    }
}
