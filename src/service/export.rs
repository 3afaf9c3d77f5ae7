//! Exporting the directory as the same CSV files that can be imported.

use serde::Serialize;
use serde_json::Value;

use super::Service;
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
    pub(super) fn export(&self) -> Vec<(&'static str, String)> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let rows = |file: &str| entries(state, file);
        let written = |table: &Table| {
            let columns = [table.columns, table.optional].concat();
            rows(table.file).map(|rows| (table.file, write_table(&columns, rows.into_iter())))
        };
        TABLES.iter().filter_map(written).collect()
    }

    /// Every table but the catalogue as a workbook, in the reader's language, with the definitions of its columns. `stamp` is
    /// made from the state it was read from; with `ratings` they go with it.
    pub(super) fn export_workbook(&self, zh: bool, ratings: bool, stamp: impl Fn(&AsOf) -> String) -> Vec<u8> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let wanted = TABLES.iter().filter(|table| ratings || table.file != "ratings.csv");
        let tables = wanted.filter_map(|table| Some((code(table), entries(state, table.file)?)));
        export_workbook(&tables.collect::<Vec<_>>(), zh, &stamp(&current.snapshot.as_of()))
    }
}

fn code(table: &Table) -> &'static str {
    table.file.strip_suffix(".csv").unwrap_or(table.file)
}

/// The open entries of a table; `None` for the catalogue.
fn entries(state: &State, file: &str) -> Option<Vec<Value>> {
    match file {
        "occupations.csv" => Some(by_link(open(&state.occupations))),
        "parks.csv" => Some(open(&state.parks)),
        "enterprises.csv" => Some(open(&state.enterprises)),
        "colleges.csv" => Some(open(&state.colleges)),
        "programmes.csv" => Some(open(&state.programmes)),
        "demands.csv" => Some(open(&state.demands)),
        "engagements.csv" => Some(open(&state.engagements)),
        "ratings.csv" => Some(open(&state.ratings)),
        "relations.csv" => Some(open(&state.relations)),
        _ => None,
    }
}
