//! Opening a log: newest intact snapshot, then its tail; a new log gets its foundation.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Service, ServiceError, foundation};
use crate::domain::{Date, Event, Timestamp};
use crate::engine::{Snapshot, State};
use crate::live::Live;
use crate::store::{Draft, Store, Unit, Writer};

/// A start that replays more events than this leaves a snapshot behind for the next one.
const SNAPSHOT_EVERY: u64 = 20_000;

/// The state of a log prefix: from the newest intact snapshot at or before `until`, then event by event.
///
/// Also says at which seq the snapshot stood (0: none).
pub(super) async fn state_at(store: &Store, until: u64) -> Result<(State, u64), ServiceError> {
    let mut state = State::new(foundation::sheet(), foundation::model());
    let mut from = 0;
    if let Some((seq, bytes)) = store.load_snapshot(until).await? {
        match State::from_bytes(&bytes) {
            Ok(saved) => (state, from) = (saved, seq),
            Err(error) => tracing::warn!(%error, "a snapshot of another version is not used"),
        }
    }
    while state.seq < until {
        let events = store.events(state.seq, (until - state.seq) as i64).await?;
        if events.is_empty() {
            break;
        }
        for recorded in events {
            state.apply(recorded.seq, recorded.at, &recorded.event);
        }
    }
    Ok((state, from))
}

/// The day in the parks' time zone.
pub(super) fn today() -> Date {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64);
    Timestamp::from_micros(now).day()
}

impl Service {
    /// Opens a log for reading and writing and serves it.
    ///
    /// # Errors
    /// Why the log cannot be opened.
    pub async fn open(path: &Path) -> Result<Self, ServiceError> {
        let store = Store::open(path).await?;
        let (seq, _) = store.head().await?;
        let (state, snapshot_seq) = state_at(&store, seq).await?;
        if seq >= snapshot_seq + SNAPSHOT_EVERY {
            store.save_snapshot(seq, &state.to_bytes()).await?;
        }
        let (committed, arriving) = mpsc::channel();
        let writer = Writer::start(&store, committed).await?;
        let live = Live::start(Snapshot::cold(state), arriving);
        let service = Self { store, writer, live };
        if seq == 0 {
            let drafts = foundation::events().into_iter().map(|event| Draft { event, rev: 1 }).collect();
            service.write(Unit { drafts, key: None }).await?;
        }
        service.tick().await?;
        Ok(service)
    }

    /// Appends the clock event of a new day.
    ///
    /// # Errors
    /// Why nothing was written.
    pub async fn tick(&self) -> Result<(), ServiceError> {
        let event = Event::Clock { today: today() };
        let current = self.live.current();
        let state = &current.snapshot.state;
        if state.today >= today() {
            return Ok(());
        }
        let rev = state.rev(&event.subject()) + 1;
        self.write(Unit { drafts: vec![Draft { event, rev }], key: None }).await?;
        Ok(())
    }

    /// Appends a unit and waits until every ranking includes it.
    pub(super) async fn write(&self, unit: Unit) -> Result<crate::store::Appended, ServiceError> {
        let appended = self.writer.append(unit).await?;
        // Durable already; a solve that takes longer only means that a reader may have to ask with Zeyou-Min-Seq.
        self.live.reach(appended.seq, Duration::from_secs(600)).await;
        Ok(appended)
    }

    /// Leaves a snapshot of the state for the next start.
    ///
    /// # Errors
    /// What SQLite says; the log is whole without it.
    pub async fn save_snapshot(&self) -> Result<u64, ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        self.store.save_snapshot(state.seq, &state.to_bytes()).await?;
        Ok(state.seq)
    }
}
