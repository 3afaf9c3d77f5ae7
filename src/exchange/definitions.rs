//! What tables and columns are called and mean: one list for recognising headings, templates and the sheet of definitions.

use std::sync::LazyLock;

/// A thing with a code, a name in both languages and other names people use.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its code, as in CSV files.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    pub(super) aliases: Vec<String>,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// Text as it is.
    Text,
    /// A whole number.
    Whole,
    /// A decimal number.
    Amount,
    /// A day; of a month its first.
    Day,
    /// A day; of a month its last.
    LastDay,
    /// Yes or no.
    Flag,
    /// A mark of a rating.
    Mark,
    /// One word of a list.
    Word(String),
    /// Several words of a list, or the word for none.
    Words(String),
    /// Several names or codes.
    Names,
    /// The code of an entry of a table; its name will do if only one has it.
    Entry(String),
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct ColumnDefinition {
    /// Its code and names.
    pub named: Named,
    /// What it holds.
    pub kind: CellKind,
    /// Whether a row without it is no row.
    pub required: bool,
    /// What it means, in Chinese.
    pub meaning_zh: String,
    /// What it means, in English.
    pub meaning_en: String,
    /// An example.
    pub example: String,
}

/// A table and its columns.
#[derive(Clone, Debug)]
pub struct TableDefinition {
    /// Its code and names; the code and `.csv` is its file.
    pub named: Named,
    /// Its columns in order.
    pub columns: Vec<ColumnDefinition>,
}

impl TableDefinition {
    /// The column of a code.
    pub fn column(&self, code: &str) -> Option<&ColumnDefinition> {
        self.columns.iter().find(|column| column.named.code == code)
    }
}

fn split(text: &str) -> Vec<String> {
    text.split(';').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn records(text: &'static str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let owned = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    reader.records().map(|record| record.map_or_else(|error| unreachable!("compiled in: {error}"), owned)).collect()
}

fn kind(text: &str) -> CellKind {
    match text.split_once(':') {
        Some(("word", list)) => CellKind::Word(list.to_owned()),
        Some((_, list)) => CellKind::Words(list.to_owned()),
        None => match text {
            "text" => CellKind::Text,
            "whole" => CellKind::Whole,
            "amount" => CellKind::Amount,
            "day" => CellKind::Day,
            "last_day" => CellKind::LastDay,
            "flag" => CellKind::Flag,
            "mark" => CellKind::Mark,
            "names" | "codes" => CellKind::Names,
            entry => CellKind::Entry(entry.to_owned()),
        },
    }
}

fn named(code: &str, zh: &str, en: &str, aliases: &str) -> Named {
    Named { code: code.to_owned(), zh: zh.to_owned(), en: en.to_owned(), aliases: split(aliases) }
}

static WORDS: LazyLock<Vec<(String, Named)>> = LazyLock::new(|| {
    let rows = records(include_str!("../../data/definitions/words.csv"));
    rows.into_iter().map(|row| (row[0].clone(), named(&row[1], &row[2], &row[3], &row[4]))).collect()
});

static TABLES: LazyLock<Vec<TableDefinition>> = LazyLock::new(|| {
    let rows = records(include_str!("../../data/definitions/columns.csv"));
    let table = |name: &Named| TableDefinition {
        named: name.clone(),
        columns: rows
            .iter()
            .filter(|row| row[0] == name.code)
            .map(|row| ColumnDefinition {
                named: named(&row[1], &row[2], &row[3], &row[6]),
                kind: kind(&row[4]),
                required: row[5] == "required",
                meaning_zh: row[7].clone(),
                meaning_en: row[8].clone(),
                example: row[9].clone(),
            })
            .collect(),
    };
    words("table").map(table).collect()
});

/// The words of a list, in order.
pub fn words(list: &str) -> impl Iterator<Item = &'static Named> {
    WORDS.iter().filter(move |(of, _)| of == list).map(|(_, word)| word)
}

/// Every table that can be imported, in the order in which they refer to each other.
pub fn definitions() -> &'static [TableDefinition] {
    &TABLES
}

/// The table of a code.
pub fn definition(code: &str) -> Option<&'static TableDefinition> {
    definitions().iter().find(|table| table.named.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_that_can_be_imported_is_defined_in_its_order() {
        assert_eq!(super::super::TABLES.len(), definitions().len());
        for (table, defined) in super::super::TABLES.iter().zip(definitions()) {
            assert_eq!(table.file, format!("{}.csv", defined.named.code));
            let codes: Vec<&str> = defined.columns.iter().map(|column| column.named.code.as_str()).collect();
            assert_eq!(codes, [table.columns, table.optional].concat(), "{}", table.file);
            for column in &defined.columns {
                if let CellKind::Word(list) | CellKind::Words(list) = &column.kind {
                    assert!(words(list).next().is_some(), "{}: the list {list}", column.named.code);
                }
            }
        }
    }
}
