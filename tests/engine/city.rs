//! A generated city as events, for the tests and benches of the core.

use zeyou::domain::{Date, Event, Model, Preset, Sheet, Timestamp};
use zeyou::engine::{Changed, Snapshot, State};
use zeyou::exchange::{Spec, TABLES, generate, read_table};

pub(crate) fn empty() -> State {
    let sheet: Sheet = serde_json::from_str(include_str!("../../data/criteria/sheet.json")).expect("sheet");
    let model: Model = serde_json::from_str(include_str!("../../models/default.json")).expect("model");
    State::new(sheet, model)
}

pub(crate) fn events(parks: usize, colleges: usize, enterprises: usize, ratings: usize) -> Vec<Event> {
    let presets: Vec<Preset> = serde_json::from_str(include_str!("../../data/criteria/presets.json")).expect("presets");
    let mut events: Vec<Event> = presets.into_iter().map(Event::PresetPut).collect();
    events.push(Event::Clock { today: "2026-11-24".parse::<Date>().expect("date") });
    let files = generate(&Spec { parks, colleges, enterprises, ratings, seed: 7, attributes: false });
    for table in &TABLES {
        if let Some((name, text)) = files.iter().find(|(name, _)| *name == table.file) {
            let rows = read_table(name, text.as_bytes(), table.columns).expect("a generated table");
            events.extend((table.events)(name, &rows).into_iter().map(|event| event.expect("a generated row").1));
        }
    }
    events
}

/// Applies events after the state's last one.
pub(crate) fn apply(state: &mut State, events: &[Event]) -> Vec<Changed> {
    let at = |seq: u64| Timestamp::from_micros(seq as i64);
    events.iter().map(|event| state.apply(state.seq + 1, at(state.seq + 1), event)).collect()
}

pub(crate) fn snapshot(events: &[Event]) -> Snapshot {
    let mut state = empty();
    apply(&mut state, events);
    Snapshot::cold(state)
}
