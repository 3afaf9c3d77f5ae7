//! A selection's question from tables: a planner's own sheet of `park,college,score` and what limits it.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::read::{Row, RowError};
use super::selection_limits::{Names, capacities, number, numbers, pairs, quotas, table, word};
use crate::domain::{Candidate, Invalid, Pair, Quota, SelectionCollege, SelectionPark, SelectionProblem};

/// A file's name and bytes.
pub type File = (String, Vec<u8>);

/// A number for all, or a table of them.
#[derive(Clone, Debug)]
pub enum Limit {
    /// The same for all.
    Same(u32),
    /// One line each.
    Table(File),
}

/// The tables and numbers a selection is asked with.
#[derive(Clone, Debug)]
pub struct SelectionTables {
    /// `park,college,score[,seats][,km]`, or `园区,院校,得分`.
    pub candidates: File,
    /// Partners of a park, or a table `park,partners`.
    pub per_park: Limit,
    /// Capacity of a college, or a table `college,capacity[,city]`.
    pub capacity: Limit,
    /// `park,college`: pairs to be selected.
    pub forced: Option<File>,
    /// `park,college`: pairs not to be selected.
    pub forbidden: Option<File>,
    /// `city,pairs`: most pairs of a city's colleges.
    pub quotas: Option<File>,
    /// Lowest score, points.
    pub min_score: Option<f64>,
    /// Farthest pair; needs the column `km`.
    pub max_km: Option<f64>,
    /// Whether parks want exactly their number of partners.
    pub mandatory: bool,
}

/// Score units stay below this, so that sums of a path fit in 64 bits.
const LARGEST: f64 = 1e12;

/// Reads the question; a candidate farther than `max_km` is left out.
///
/// # Errors
/// Every bad row, by file, line and column.
pub fn read_selection(tables: &SelectionTables) -> Result<SelectionProblem, Vec<RowError>> {
    let mut errors = Vec::new();
    let (mut parks, mut colleges) = (Names::default(), Names::default());
    let rows = table(&tables.candidates, &["park", "college", "score"], &["园区", "院校", "得分"], &mut errors);
    let mut read: Vec<(Pair, f64, u32)> = Vec::with_capacity(rows.len());
    let mut seen = BTreeMap::new();
    let file = tables.candidates.0.as_str();
    for row in &rows {
        match candidate(row, file, tables.max_km) {
            Ok((park, college, score, seats, near)) => {
                let pair = Pair { park: parks.position(park, row.line), college: colleges.position(college, row.line) };
                if let Some(line) = seen.insert(pair, row.line) {
                    let (zh, en) = (format!("与第 {line} 行重复"), format!("repeats line {line}"));
                    errors.push(row.error(file, None, &Invalid::new("repeated", zh, en)));
                } else if near {
                    read.push((pair, score, seats));
                }
            }
            Err(error) => errors.push(error),
        }
    }
    let wish = numbers(&tables.per_park, ["park", "园区"], ["partners", "院校数"], &parks, file, &mut errors);
    let (capacity, cities) = capacities(&tables.capacity, &colleges, file, &mut errors);
    let quotas = quotas(tables.quotas.as_ref(), &mut errors);
    let mut pairs = |list: &Option<File>| pairs(list.as_ref(), &parks, &colleges, &seen, &mut errors);
    let (forced, forbidden) = (pairs(&tables.forced), pairs(&tables.forbidden));
    if !errors.is_empty() {
        return Err(errors);
    }
    let decimals = decimals(read.iter().map(|candidate| candidate.1).chain(tables.min_score));
    let unit = 10_f64.powi(decimals as i32);
    let units = |score: f64| (score * unit).round() as i64;
    let quota_of = |city: &Option<CompactString>| {
        let city = city.as_ref()?;
        quotas.iter().position(|quota: &Quota| quota.city == *city).map(|at| at as u32)
    };
    Ok(SelectionProblem {
        parks: parks.first.iter().zip(wish).map(|(park, wish)| SelectionPark { id: park.0.clone(), wish }).collect(),
        colleges: (colleges.first.iter().zip(capacity).zip(&cities))
            .map(|((college, capacity), city)| SelectionCollege {
                id: college.0.clone(),
                capacity,
                quota: quota_of(city),
            })
            .collect(),
        candidates: read.iter().map(|&(pair, score, seats)| Candidate { pair, score: units(score), seats }).collect(),
        mandatory: tables.mandatory,
        forced,
        forbidden,
        min_score: tables.min_score.map(units),
        quotas,
        decimals,
    })
}

/// Digits kept after the point: six, more if scores need them and are small, fewer if they are very large.
fn decimals(scores: impl Iterator<Item = f64> + Clone) -> u32 {
    let largest = scores.clone().map(f64::abs).fold(0.0, f64::max);
    let room = (0..=12_i32).rev().find(|&digits| largest * 10_f64.powi(digits) <= LARGEST).unwrap_or(0);
    let short = scores.into_iter().all(|score| {
        let micro = score * 1e6;
        (micro - micro.round()).abs() <= 1e-9 * micro.abs().max(1.0)
    });
    room.min(if short { 6 } else { 12 }) as u32
}

fn decimal(text: &str, row: &Row, file: &str, column: &str) -> Result<f64, RowError> {
    let value: f64 = number(text, row, file, column, "数", "a number")?;
    if value.is_finite() && value.abs() <= LARGEST {
        return Ok(value);
    }
    Err(row.error(file, Some(column), &Invalid::out_of_range(-LARGEST, LARGEST)))
}

/// Park, college, score, seats, and whether it is near enough.
fn candidate<'a>(
    row: &'a Row,
    file: &str,
    max_km: Option<f64>,
) -> Result<(&'a str, &'a str, f64, u32, bool), RowError> {
    let (park, college) = (word(row, file, ["park", "园区"])?, word(row, file, ["college", "院校"])?);
    let score = decimal(word(row, file, ["score", "得分"])?, row, file, "score")?;
    let seats = match row.text("seats").or_else(|| row.text("名额")) {
        Some(text) => number(text, row, file, "seats", "正整数", "a whole number")?,
        None => 1,
    };
    if seats == 0 {
        return Err(row.error(file, Some("seats"), &Invalid::out_of_range(1, u32::MAX)));
    }
    let near = match max_km {
        Some(limit) => decimal(word(row, file, ["km", "公里"])?, row, file, "km")? <= limit,
        None => true,
    };
    Ok((park, college, score, seats, near))
}
