//! Exporting the directory as the same CSV files that can be imported.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Service, ServiceError, comments};
use crate::domain::AsOf;
use crate::engine::{Keyed, Registry, State};
use crate::exchange::{TABLES, Table, export_workbook, write_table};

fn open<V: Keyed + Serialize>(registry: &Registry<V>) -> Vec<Value> {
    let open = registry.iter().filter(|(_, entry)| !entry.closed);
    open.map(|(_, entry)| serde_json::to_value(&entry.value).unwrap_or(Value::Null)).collect()
}

/// One row a link, as in the file that is imported; an occupation without links has one row all the same.
fn by_link(occupations: Vec<Value>) -> Vec<Value> {
    let rows = |occupation: Value| {
        let links = occupation["links"].as_array().filter(|links| !links.is_empty()).cloned();
        links.unwrap_or_else(|| vec![Value::Null]).into_iter().map(move |link| {
            let mut row = occupation.clone();
            (row["code"], row["strength"]) = (link["major"].clone(), link["strength"].clone());
            row
        })
    };
    occupations.into_iter().flat_map(rows).collect()
}

impl Service {
    /// Every table but the catalogue (majors, industries) as CSV: file name and text.
    ///
    /// # Errors
    /// What the database says.
    pub(super) async fn export(&self) -> Result<Vec<(&'static str, String)>, ServiceError> {
        let texts = comments::all(&self.store).await?;
        let current = self.live.current();
        let state = &current.snapshot.state;
        let rows = |file: &str| entries(state, file, &texts);
        let written = |table: &Table| {
            let columns = [table.columns, table.optional].concat();
            rows(table.file).map(|rows| (table.file, write_table(&columns, rows.into_iter())))
        };
        Ok(TABLES.iter().filter_map(written).collect())
    }

    /// Every table but the catalogue as a workbook, in the reader's language, with the definitions of its columns. `stamp` is
    /// made from the state it was read from; with `ratings` they go with it.
    ///
    /// # Errors
    /// What the database says.
    pub(super) async fn export_workbook(
        &self,
        zh: bool,
        ratings: bool,
        stamp: impl Fn(&AsOf) -> String,
    ) -> Result<Vec<u8>, ServiceError> {
        let texts = if ratings { comments::all(&self.store).await? } else { BTreeMap::new() };
        let current = self.live.current();
        let state = &current.snapshot.state;
        let wanted = TABLES.iter().filter(|table| ratings || table.file != "ratings.csv");
        let tables = wanted.filter_map(|table| Some((code(table), entries(state, table.file, &texts)?)));
        Ok(export_workbook(&tables.collect::<Vec<_>>(), zh, &stamp(&current.snapshot.as_of())))
    }
}

fn code(table: &Table) -> &'static str {
    table.file.strip_suffix(".csv").unwrap_or(table.file)
}

/// Ratings with the comments that stand beside the log.
fn with_comments(mut ratings: Vec<Value>, texts: &BTreeMap<String, String>) -> Vec<Value> {
    for rating in &mut ratings {
        if let Some(text) = rating["comment_digest"].as_str().and_then(|digest| texts.get(digest)) {
            rating["comment"] = Value::String(text.clone());
        }
    }
    ratings
}

/// The open entries of a table; `None` for the catalogue.
fn entries(state: &State, file: &str, texts: &BTreeMap<String, String>) -> Option<Vec<Value>> {
    match file {
        "occupations.csv" => Some(by_link(open(&state.occupations))),
        "parks.csv" => Some(open(&state.parks)),
        "enterprises.csv" => Some(open(&state.enterprises)),
        "colleges.csv" => Some(open(&state.colleges)),
        "programmes.csv" => Some(open(&state.programmes)),
        "demands.csv" => Some(open(&state.demands)),
        "engagements.csv" => Some(open(&state.engagements)),
        "ratings.csv" => Some(with_comments(open(&state.ratings), texts)),
        "relations.csv" => Some(open(&state.relations)),
        _ => None,
    }
}
