//! What every log begins with: criteria sheet, model, presets, catalogue of majors, industries.

use rust_embed::Embed;

use crate::domain::{Event, Model, Preset, Sheet};
use crate::exchange::{TABLES, read_table};

#[derive(Embed)]
#[folder = "data/catalogue"]
struct Catalogue;

/// The fictional city of the demo.
#[derive(Embed)]
#[folder = "data/demo"]
pub(super) struct Demo;

/// The criteria sheet shipped with this version.
pub(super) fn sheet() -> Sheet {
    parse(include_str!("../../data/criteria/sheet.json"))
}

/// The model parameters shipped with this version.
pub(super) fn model() -> Model {
    parse(include_str!("../../models/default.json"))
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text)
        .unwrap_or_else(|error| unreachable!("a shipped file is broken, a test would have failed: {error}"))
}

/// The first events of a log.
pub(super) fn events() -> Vec<Event> {
    let presets: Vec<Preset> = parse(include_str!("../../data/criteria/presets.json"));
    let mut events = vec![Event::SheetActivated(sheet()), Event::ModelActivated(model())];
    events.extend(presets.into_iter().map(Event::PresetPut));
    for table in &TABLES {
        if let Some(file) = Catalogue::get(table.file) {
            let rows = read_table(table.file, &file.data, table.columns);
            let rows = rows.unwrap_or_else(|error| unreachable!("a shipped file is broken: {error}"));
            for event in (table.events)(table.file, &rows) {
                events.push(
                    event
                        .map(|(_, event)| event)
                        .unwrap_or_else(|error| unreachable!("a shipped file is broken: {error}")),
                );
            }
        }
    }
    events
}
