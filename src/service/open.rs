//! Opening a log: newest intact snapshot, then its tail; a new log gets its foundation.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use tokio::sync::mpsc::Receiver;

use super::{Bounded, Service, ServiceError, foundation};
use crate::domain::{Date, Event, Timestamp};
use crate::engine::{FitTable, Snapshot, State};
use crate::live::{Live, Published};
use crate::store::{Draft, PIECE, Store, Unit, Writer};

/// After this many events a new snapshot is left for the next start.
const SNAPSHOT_EVERY: u64 = 20_000;
/// The engine that was built: another one may fit pairs otherwise, so its fit tables are not used.
pub(super) const ENGINE: &str = env!("ZEYOU_ENGINE");

/// The state of a log prefix: from the newest intact snapshot at or before `until`, then event by event.
pub(super) async fn state_at(store: &Store, until: u64) -> Result<State, ServiceError> {
    let mut state = stored_state(store, until).await?.unwrap_or_else(empty);
    while state.seq < until {
        let events = store.events(state.seq, (until - state.seq) as i64).await?;
        if events.is_empty() {
            break;
        }
        for recorded in events {
            state.apply(recorded.seq, recorded.at, &recorded.event);
        }
    }
    Ok(state)
}

fn empty() -> State {
    State::new(foundation::sheet(), foundation::model())
}

/// The newest usable snapshot at or before `until`.
async fn stored_state(store: &Store, until: u64) -> Result<Option<State>, ServiceError> {
    let Some((_, bytes)) = store.load_state(until, ENGINE).await? else { return Ok(None) };
    let state = State::from_bytes(&bytes);
    Ok(state.inspect_err(|error| tracing::warn!(%error, "a snapshot of another version is not used")).ok())
}

/// Everything at the head of the log. Also says at which seq the stored snapshot stood (0: none of use).
async fn snapshot_at_head(store: &Store, head: u64) -> Result<(Snapshot, u64), ServiceError> {
    let Some(state) = stored_state(store, head).await? else {
        return Ok((Snapshot::cold(state_at(store, head).await?), 0));
    };
    let saved = state.seq;
    let mut table = FitTable::of(&state);
    let intact = store.load_fit(saved, ENGINE, |bytes| table.push(bytes)).await?;
    let fitted = if intact { Snapshot::with_fit_table(state, table) } else { Err("there is none".to_owned()) };
    let mut snapshot = match fitted {
        Ok(snapshot) => snapshot,
        Err(reason) => {
            tracing::info!(%reason, "every pair is fitted again: the stored fit table is not used");
            return Ok((Snapshot::cold(state_at(store, head).await?), 0));
        }
    };
    while snapshot.state.seq < head {
        let events = store.events(snapshot.state.seq, (head - snapshot.state.seq) as i64).await?;
        if events.is_empty() {
            break;
        }
        let mut state = snapshot.state.clone();
        let changes: Vec<_> =
            events.iter().map(|recorded| state.apply(recorded.seq, recorded.at, &recorded.event)).collect();
        snapshot = snapshot.advance(state, &changes);
    }
    Ok((snapshot, saved))
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
        let (snapshot, saved) = snapshot_at_head(&store, seq).await?;
        let (committed, arriving) = mpsc::channel();
        let writer = Writer::start(&store, committed).await?;
        let live = Live::start(snapshot, arriving);
        let planning = Bounded::default();
        let service = Self { store, writer, live, saved: Arc::new(AtomicU64::new(saved)), planning };
        if seq == 0 {
            let drafts = foundation::events().into_iter().map(|event| Draft { event, rev: 1 }).collect();
            service.write(Unit { drafts, key: None }).await?;
        }
        service.tick().await?;
        Ok(service)
    }

    /// Appends the clock event of a new day, and leaves a snapshot for the next start if there is much to replay.
    ///
    /// # Errors
    /// Why nothing was written.
    pub async fn tick(&self) -> Result<(), ServiceError> {
        let seq = self.live.current().snapshot.state.seq;
        if seq >= self.saved.load(Ordering::Relaxed) + SNAPSHOT_EVERY {
            self.save_snapshot().await?;
        }
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

    /// Leaves a snapshot for the next start.
    ///
    /// # Errors
    /// What SQLite says; the log is whole without it.
    pub async fn save_snapshot(&self) -> Result<u64, ServiceError> {
        let current = self.live.current();
        let seq = current.snapshot.state.seq;
        if self.saved.load(Ordering::Relaxed) == seq {
            return Ok(seq);
        }
        self.store.save_state(seq, pieces(&current, |snapshot, sink| snapshot.state.write(sink))).await?;
        let fit = |snapshot: &Snapshot, sink: &mut dyn FnMut(&[u8])| snapshot.write_fit(sink);
        let (mut hash, mut hashed) = (Sha256::new(), pieces(&current, fit));
        while let Some(piece) = hashed.recv().await {
            hash.update(piece);
        }
        let digest = format!("{:x}", hash.finalize());
        if !self.store.has_fit(&digest).await? {
            self.store.save_fit(&digest, pieces(&current, fit)).await?;
        }
        self.store.name_fit(seq, ENGINE, &digest).await?;
        self.saved.store(seq, Ordering::Relaxed);
        Ok(seq)
    }
}

/// What `write` writes of a snapshot, in pieces of one size; written while they are taken, so that few are in memory.
fn pieces(
    current: &Arc<Published>,
    write: impl Fn(&Snapshot, &mut dyn FnMut(&[u8])) + Send + 'static,
) -> Receiver<Vec<u8>> {
    let (pieces, taken) = tokio::sync::mpsc::channel(4);
    let current = Arc::clone(current);
    tokio::task::spawn_blocking(move || {
        let mut piece = Vec::with_capacity(PIECE);
        write(&current.snapshot, &mut |mut bytes| {
            while !bytes.is_empty() {
                let (now, later) = bytes.split_at(bytes.len().min(PIECE - piece.len()));
                piece.extend_from_slice(now);
                bytes = later;
                if piece.len() == PIECE {
                    // Whoever took the pieces may have given up; the rest is then written to nobody.
                    let _ = pieces.blocking_send(std::mem::replace(&mut piece, Vec::with_capacity(PIECE)));
                }
            }
        });
        if !piece.is_empty() {
            let _ = pieces.blocking_send(piece);
        }
    });
    taken
}
