//! Writes the tables back; what is exported can be imported.

use serde_json::Value;

use super::formula::guarded;

/// One file from its columns and its rows as JSON objects (nested fields by their last name).
pub fn write_table(columns: &[&str], rows: impl Iterator<Item = Value>) -> String {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let unreachable = |error: csv::Error| unreachable!("writing to memory fails never: {error}");
    writer.write_record(columns).unwrap_or_else(unreachable);
    for row in rows {
        let cells = columns.iter().map(|column| cell(&row, column));
        writer.write_record(cells).unwrap_or_else(unreachable);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A table of texts, its head first; texts that a spreadsheet would run are guarded.
pub fn write_rows(rows: &[Vec<String>]) -> String {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    for row in rows {
        let written = writer.write_record(row.iter().map(|cell| guarded(cell.clone())));
        written.unwrap_or_else(|error| unreachable!("writing to memory fails never: {error}"));
    }
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

fn cell(row: &Value, column: &str) -> String {
    let text = cell_text(row, column);
    if text.parse::<f64>().is_ok() { text } else { guarded(text) }
}

/// A field of an entry as a cell shows it.
pub fn cell_text(row: &Value, column: &str) -> String {
    let nested = || match column {
        "code" => row.get("id"),
        "lat" | "lon" => row.get("place").and_then(|place| place.get(column)),
        "occupation" | "major" => row.get("target").and_then(|target| target.get(column)),
        "overall" | "supply" | "skill" | "stay" | "help" => row.get("marks").and_then(|marks| marks.get(column)),
        _ => row.get("seats").and_then(|seats| seats.get(column.strip_prefix("seats_")?)),
    };
    match row.get(column).or_else(nested) {
        None | Some(Value::Null) => String::new(),
        Some(Value::Array(words)) if words.is_empty() && column == "pledges" => "none".to_owned(),
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";"),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
