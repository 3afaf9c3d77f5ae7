//! Exporting the directory as the same CSV files that can be imported.

use serde::Serialize;
use serde_json::Value;

use super::Service;
use crate::engine::{Keyed, Registry};
use crate::exchange::{TABLES, write_table};

fn open<V: Keyed + Serialize>(registry: &Registry<V>) -> Vec<Value> {
    let open = registry.iter().filter(|(_, entry)| !entry.closed);
    open.map(|(_, entry)| serde_json::to_value(&entry.value).unwrap_or(Value::Null)).collect()
}

impl Service {
    /// Every table but the catalogue as CSV: file name and text.
    pub fn export(&self) -> Vec<(&'static str, String)> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let rows = |file: &str| match file {
            "parks.csv" => Some(open(&state.parks)),
            "enterprises.csv" => Some(open(&state.enterprises)),
            "colleges.csv" => Some(open(&state.colleges)),
            "programmes.csv" => Some(open(&state.programmes)),
            "demands.csv" => Some(open(&state.demands)),
            "engagements.csv" => Some(open(&state.engagements)),
            "ratings.csv" => Some(open(&state.ratings)),
            _ => None,
        };
        TABLES
            .iter()
            .filter_map(|table| rows(table.file).map(|rows| (table.file, write_table(table.columns, rows.into_iter()))))
            .collect()
    }
}
