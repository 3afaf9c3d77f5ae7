//! Targets without a server: events, states, sheets, texts, exports.

use std::sync::OnceLock;

use zeyou::domain::{Event, Label, Note, Question};
use zeyou::engine::{Snapshot, State};
use zeyou::exchange::{Cell, read_delimited, read_sheets, recognise, sheet_rows, template_workbook, write_rows};

use crate::runner::{corpus, run};
use crate::site::demo;

/// The demo's events in their canonical bytes, and its state before the first and after the last.
fn log() -> &'static (Vec<Vec<u8>>, State) {
    static LOG: OnceLock<(Vec<Vec<u8>>, State)> = OnceLock::new();
    LOG.get_or_init(|| {
        actix_web::rt::System::new().block_on(async {
            let (service, _folder) = demo().await;
            let events = service.store().events(0, i64::MAX).await.expect("events");
            let state = service.live().current().snapshot.state.clone();
            (events.iter().map(|event| event.event.canonical_bytes()).collect(), state)
        })
    })
}

/// F2: what decodes is written back as it reads again, for ever.
#[test]
fn events() {
    let (events, _) = log();
    run("events", events, |bytes| {
        if let Ok(event) = Event::from_canonical_bytes(bytes) {
            let again = event.canonical_bytes();
            let read = Event::from_canonical_bytes(&again).expect("its own bytes");
            assert_eq!((&read, read.canonical_bytes()), (&event, again));
        }
    });
}

/// What [`events`] found once: a number of many digits was read as another than the one it was written as, so that a state
/// after a start was not the one that was served.
#[test]
fn numbers_of_many_digits_are_read_as_they_are_written() {
    let (events, _) = log();
    let event = events.iter().find_map(|bytes| {
        let text = std::str::from_utf8(bytes).ok()?;
        text.contains("\"lon\":117.").then(|| text.split_once("\"lon\":").expect("it has one"))
    });
    let (before, rest) = event.expect("a college with a place");
    let after = &rest[rest.find('}').expect("its end")..];
    for n in 0..2_000_u64 {
        let digits = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let written = format!("{before}\"lon\":117.{digits:020}{n:04}{after}");
        let event = Event::from_canonical_bytes(written.as_bytes()).expect("an event");
        let again = event.canonical_bytes();
        assert_eq!(Event::from_canonical_bytes(&again).expect("its own bytes"), event, "{written}");
    }
}

/// F3: events in any order, damaged or not, are applied without a panic; the state's bytes give the state again, and whatever
/// it lists has finite scores.
#[test]
fn apply() {
    let (events, end) = log();
    let mut state = end.clone();
    let mut n = 0;
    run("apply", events, |bytes| {
        if let Ok(event) = Event::from_canonical_bytes(bytes) {
            let (seq, at) = (state.seq + 1, state.at);
            state.apply(seq, at, &event);
            n += 1;
        }
        if n % 60 == 1 {
            n += 1;
            let again = State::from_bytes(&state.to_bytes()).expect("its own bytes");
            assert_eq!(again.digest(), state.digest());
            let snapshot = Snapshot::cold(again);
            let parks: Vec<_> = snapshot.state.parks.iter().map(|(park, _)| park.clone()).take(3).collect();
            for park in parks {
                let Ok(list) = snapshot.shortlist(&Question::of(park)) else { continue };
                assert!(list.items.iter().all(|item| (0.0..=100.0).contains(&item.score) && item.score_sd.is_finite()));
            }
        }
    });
}

/// F4: bytes of a state, damaged, are refused or give a state; never a panic.
#[test]
fn state_bytes() {
    let (_, state) = log();
    run("state_bytes", &[state.to_bytes()], |bytes| {
        if let Ok(state) = State::from_bytes(bytes) {
            assert_eq!(State::from_bytes(&state.to_bytes()).expect("its own bytes").digest(), state.digest());
        }
    });
}

/// F6: any file is read within bounds or refused in words.
#[test]
fn sheet() {
    let mut seeds = corpus("sheet");
    seeds.push(template_workbook(None, true));
    run("sheet", &seeds, |bytes| {
        let Ok(sheets) = read_sheets("x.csv", bytes) else { return };
        for (at, grid) in sheets.iter().enumerate() {
            if let Some(layout) = recognise(grid, "x.csv", None, &Default::default()) {
                let _ = sheet_rows(at, grid, &layout, &|_, _| Ok(None));
            }
        }
    });
}

/// F16: what is exported reads as it was, and no spreadsheet takes it for a formula.
#[test]
fn export() {
    run("export", &corpus("text"), |bytes| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let rows = vec![vec!["head".to_owned(), "x".to_owned()], vec![text.clone(), "1".to_owned()]];
        let written = write_rows(&rows);
        let Ok(read) = read_delimited("x.csv", written.as_bytes()) else { return };
        if let Cell::Text(back) = read.at(1, 0) {
            assert_eq!(back.trim(), text.trim());
        }
        let cell = written.split_once('\n').map_or("", |(_, rest)| rest);
        // What stands in the cell once the quotes around it are off.
        let cell = cell.strip_prefix('"').unwrap_or(cell);
        assert!(!cell.starts_with(['=', '+', '-', '@']) || text.trim().parse::<f64>().is_ok(), "{cell:?}");
    });
}

/// F17: a text that is taken has no control or bidirectional character and is taken again unchanged.
#[test]
fn text() {
    run("text", &corpus("text"), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(label) = text.parse::<Label>() {
            assert!(!label.as_str().is_empty() && label.as_str().chars().count() <= 200);
            assert!(!label.as_str().contains(['\0', '\u{202e}', '\u{2066}', '\u{feff}']));
            assert_eq!(label.as_str().parse::<Label>().as_ref(), Ok(&label));
        }
        if let Ok(note) = text.parse::<Note>() {
            assert!(!note.as_str().contains(['\0', '\u{202e}']));
        }
    });
}
