//! Attributes of raters or colleges: a CSV of `id` and any columns. Numbers are standardised, words become columns.

use std::collections::{BTreeMap, HashMap};

use compact_str::CompactString;

use super::read::{Row, RowError, read_table};
use crate::domain::{Attributes, Invalid};

/// Words that fewer subjects share say nothing about others.
const SHARED: usize = 2;
/// More columns than this are refused: a free text among the attributes, most likely.
const WIDEST: usize = 1000;

/// The attributes of `subjects`, in their order. A column is numeric if all its cells are; other cells hold words
/// separated by `|`. Subjects without a row, and empty cells, stand at the average. Rows of unknown ids are skipped.
///
/// # Errors
/// Every bad row.
pub fn read_attributes(file: &str, bytes: &[u8], subjects: &[CompactString]) -> Result<Attributes, Vec<RowError>> {
    let rows = read_table(file, bytes, &["id"]).map_err(|error| vec![error])?;
    let place: HashMap<&str, usize> = subjects.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let mut errors = Vec::new();
    let mut seen: Vec<u64> = vec![0; subjects.len()];
    let mut known: Vec<(usize, &Row)> = Vec::new();
    for row in &rows {
        let Some(id) = row.text("id") else {
            errors.push(row.error(file, Some("id"), &Invalid::new("missing-field", "不能为空", "must not be empty")));
            continue;
        };
        let Some(&at) = place.get(id) else { continue };
        if seen[at] > 0 {
            let (zh, en) = (format!("与第 {} 行重复", seen[at]), format!("the same id as in line {}", seen[at]));
            errors.push(row.error(file, Some("id"), &Invalid::new("duplicate", zh, en)));
        }
        seen[at] = row.line;
        known.push((at, row));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut columns: Vec<(String, Vec<(usize, f64)>)> = Vec::new();
    let names: Vec<&str> =
        rows.first().map(|row| row.columns().filter(|name| *name != "id").collect()).unwrap_or_default();
    for name in names {
        let cells: Vec<(usize, &str)> = known.iter().filter_map(|(at, row)| Some((*at, row.text(name)?))).collect();
        match cells.iter().map(|(at, text)| Some((*at, text.parse().ok().filter(|x: &f64| x.is_finite())?))).collect() {
            Some(numbers) => columns.extend(standardise(numbers).map(|cells| (name.to_owned(), cells))),
            None => columns.extend(words(&cells).into_iter().map(|(word, cells)| (format!("{name}={word}"), cells))),
        }
    }
    if columns.len() > WIDEST {
        let (zh, en) = (
            format!("产生 {} 列，最多 {WIDEST} 列：是否有自由文本列？", columns.len()),
            format!("gives {} columns, at most {WIDEST} are read: is one of them free text?", columns.len()),
        );
        return Err(rows[..1]
            .iter()
            .map(|row| row.error(file, None, &Invalid::new("too-many-columns", &zh, &en)))
            .collect());
    }
    let width = columns.len();
    let mut values = vec![0.0; width * subjects.len()];
    for (column, (_, cells)) in columns.iter().enumerate() {
        cells.iter().for_each(|&(at, value)| values[at * width + column] = value);
    }
    Ok(Attributes { names: columns.into_iter().map(|(name, _)| name).collect(), values })
}

/// Mean 0, standard deviation 1; nothing if all are equal.
fn standardise(mut cells: Vec<(usize, f64)>) -> Option<Vec<(usize, f64)>> {
    let n = cells.len() as f64;
    let mean = cells.iter().map(|cell| cell.1).sum::<f64>() / n;
    let sd = (cells.iter().map(|cell| (cell.1 - mean).powi(2)).sum::<f64>() / n).sqrt();
    cells.iter_mut().for_each(|cell| cell.1 = (cell.1 - mean) / sd);
    (sd > 1e-12 * mean.abs().max(1e-300)).then_some(cells)
}

/// One column of ones per word.
fn words<'a>(cells: &[(usize, &'a str)]) -> BTreeMap<&'a str, Vec<(usize, f64)>> {
    let mut words: BTreeMap<&str, Vec<(usize, f64)>> = BTreeMap::new();
    for (at, text) in cells {
        for word in text.split('|').map(str::trim).filter(|word| !word.is_empty()) {
            words.entry(word).or_default().push((*at, 1.0));
        }
    }
    words.retain(|_, cells| cells.len() >= SHARED);
    words
}
