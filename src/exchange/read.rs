//! Reads a table row by row; every bad cell is named by file, line and column.

use serde::Serialize;
use serde_json::{Map, Value};

use super::encoding::decode;
use super::formula::unguarded;
use crate::domain::Invalid;

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowError {
    /// The file.
    pub file: String,
    /// Line of the row, counted from 1; the header is line 1.
    pub line: u64,
    /// The column, if one is to blame.
    pub column: Option<Box<str>>,
    /// The rule that is broken.
    pub code: Box<str>,
    /// What is wrong, in Chinese.
    pub message_zh: Box<str>,
    /// What is wrong, in English.
    pub message_en: Box<str>,
}

impl std::fmt::Display for RowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let column = self.column.as_deref().map(|column| format!(", column {column}")).unwrap_or_default();
        write!(
            f,
            "{}, line {}{column}: {} / {} [{}]",
            self.file, self.line, self.message_zh, self.message_en, self.code
        )
    }
}

/// One row: cells by column name.
#[derive(Clone, Debug)]
pub struct Row {
    /// Line of the row, counted from 1.
    pub line: u64,
    cells: Vec<(String, String)>,
}

impl Row {
    /// A row of cells by column name.
    pub fn new(line: u64, cells: Vec<(String, String)>) -> Self {
        Self { line, cells }
    }

    /// Sets a cell.
    pub fn set(&mut self, column: &str, text: String) {
        match self.cells.iter_mut().find(|(name, _)| name == column) {
            Some((_, old)) => *old = text,
            None => self.cells.push((column.to_owned(), text)),
        }
    }

    /// Whether the row has the column, if only an empty cell.
    pub fn has(&self, column: &str) -> bool {
        self.cells.iter().any(|(name, _)| name == column)
    }

    /// The text of a cell; `None` if the cell is empty or the column absent.
    pub fn text(&self, column: &str) -> Option<&str> {
        let (_, text) = self.cells.iter().find(|(name, _)| name == column)?;
        Some(unguarded(text.trim())).filter(|text| !text.is_empty())
    }

    /// The columns' names, in the order of the file.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|(name, _)| name.as_str())
    }

    /// A cell as JSON text.
    pub(super) fn string(&self, column: &str) -> Value {
        self.text(column).map_or(Value::Null, Value::from)
    }

    /// A cell as a JSON number; text that is no number stays text, so that the domain refuses it with its name.
    pub(super) fn number(&self, column: &str) -> Value {
        match self.text(column) {
            None => Value::Null,
            Some(text) => {
                serde_json::from_str::<serde_json::Number>(text).map_or_else(|_| Value::from(text), Value::Number)
            }
        }
    }

    /// A cell of `;`-separated words.
    pub(super) fn list(&self, column: &str) -> Value {
        let words = self.text(column).unwrap_or_default().split(';').map(str::trim).filter(|word| !word.is_empty());
        Value::Array(words.map(Value::from).collect())
    }

    /// A row error at a column.
    pub fn error(&self, file: &str, column: Option<&str>, invalid: &Invalid) -> RowError {
        RowError {
            file: file.to_owned(),
            line: self.line,
            column: column.map(Box::from),
            code: invalid.rule.as_str().into(),
            message_zh: invalid.zh.as_str().into(),
            message_en: invalid.en.as_str().into(),
        }
    }
}

/// Parses a JSON object into a domain value; the error names the column.
pub(super) fn parse<T: serde::de::DeserializeOwned>(
    file: &str,
    row: &Row,
    mut object: Map<String, Value>,
) -> Result<T, RowError> {
    // An empty cell is an absent field: the domain decides whether that is allowed.
    object.retain(|_, value| !value.is_null());
    serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| {
        let path = error.path().to_string();
        let message = error.into_inner().to_string();
        let column = path.split(['.', '[']).next().filter(|name| !name.is_empty() && *name != "?").map(str::to_owned);
        let invalid = Invalid::from_message(&message).unwrap_or_else(|| {
            if let Some(field) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
                return Invalid::new("missing-field", format!("缺少 {field}"), format!("`{field}` is missing"));
            }
            let rule = if message.starts_with("unknown variant") { "unknown-code" } else { "wrong-type" };
            Invalid::new(rule, format!("取值无效：{message}"), message.clone())
        });
        row.error(file, column.as_deref(), &invalid)
    })
}

/// Splits a file into rows.
///
/// # Errors
/// One [`RowError`] if the file is no CSV in UTF-8 or GB18030, or a wanted column is missing.
pub fn read_table(file: &str, bytes: &[u8], wanted: &[&str]) -> Result<Vec<Row>, RowError> {
    let whole = |line, code: &str, zh: String, en: String| RowError {
        file: file.to_owned(),
        line,
        column: None,
        code: code.into(),
        message_zh: zh.into(),
        message_en: en.into(),
    };
    let text = decode(bytes).map_err(|unreadable| unreadable.in_table(file, bytes))?;
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
    let malformed = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        whole(line, "malformed-csv", format!("CSV 格式错误：{error}"), error.to_string())
    };
    let header: Vec<String> = reader.headers().map_err(malformed)?.iter().map(|name| name.trim().to_owned()).collect();
    if let Some(missing) = wanted.iter().find(|name| !header.iter().any(|column| column == *name)) {
        return Err(whole(
            1,
            "missing-column",
            format!("缺少列 {missing}"),
            format!("the column `{missing}` is missing"),
        ));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(malformed)?;
        let line = record.position().map_or(0, csv::Position::line);
        rows.push(Row { line, cells: header.iter().cloned().zip(record.iter().map(str::to_owned)).collect() });
    }
    Ok(rows)
}
