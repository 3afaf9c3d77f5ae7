//! Opening a log: newest intact snapshot, then its tail; a new log gets its foundation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::accounts::Accounts;
use super::audit_kept::AUDIT_DAYS;
use super::follow::Follow;
use super::{Bounded, Budget, Service, ServiceError, clock, digest, foundation, link_key, reach};
use crate::domain::{Event, Principal, Role};
use crate::engine::{FitTable, Snapshot, State};
use crate::live::{Converge, Hint, Limits, Live, Published, Rate, Redis};
use crate::store::{Address, Draft, Head, PIECE, Store, StoreError, Unit, Vault, Writer};

/// After this many events a new snapshot is left for the next start.
pub(super) const SNAPSHOT_EVERY: u64 = 20_000;
/// How long a write waits for what other replicas wrote before it.
const CATCH_UP: Duration = Duration::from_secs(2);
/// How often a write that others were faster than is tried again.
const TRIES: usize = 5;
/// The engine that was built: another one may fit pairs otherwise, so its fit tables are not used.
pub(super) const ENGINE: &str = env!("ZEYOU_ENGINE");

/// The state of a log prefix: from the newest intact snapshot at or before `until`, then event by event.
pub(super) async fn state_at(store: &Store, until: u64) -> Result<State, ServiceError> {
    let state = stored_state(store, until).await?.unwrap_or_else(empty);
    Ok(advanced(store, state, until).await?)
}

/// The state of a log prefix from its events alone.
pub(super) async fn replayed(store: &Store, until: u64) -> Result<State, StoreError> {
    advanced(store, empty(), until).await
}

async fn advanced(store: &Store, mut state: State, until: u64) -> Result<State, StoreError> {
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

/// What a start may begin from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// The newest intact snapshot.
    Snapshots,
    /// Nothing but the events: a snapshot may be what is wrong.
    EventsAlone,
}

/// What is served at the end of a log.
pub(super) struct Built {
    pub(super) snapshot: Snapshot,
    pub(super) head: Head,
    /// Seq of the stored snapshot it began from; 0 if it was of no use.
    pub(super) saved: u64,
}

/// Everything at the end of the log as it is now.
pub(super) async fn built(store: &Store, trust: Trust) -> Result<Built, ServiceError> {
    if trust == Trust::EventsAlone {
        store.forget_snapshots().await?;
    }
    let head = store.head().await?;
    let (snapshot, saved) = snapshot_at(store, head.seq).await?;
    // What was read must be the history that the head ends.
    if snapshot.state.seq != head.seq || store.chain_at(head.seq).await? != Some(head.chain) {
        return Err(StoreError::Unavailable("the log changed while it was read, or is broken".into()).into());
    }
    Ok(Built { snapshot, head, saved })
}

/// Everything at a seq of the log. Also says at which seq the stored snapshot stood (0: none of use).
async fn snapshot_at(store: &Store, head: u64) -> Result<(Snapshot, u64), ServiceError> {
    let Some(state) = stored_state(store, head).await? else {
        return Ok((Snapshot::cold(replayed(store, head).await?), 0));
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

/// What a process is among those that serve one log.
pub struct Replica {
    /// Its name among the replicas.
    pub name: String,
    /// Where it tells and is told that there is something new, and where limits are counted together; without, it looks
    /// often enough, and counts alone.
    pub redis: Option<Redis>,
    /// How often an enterprise may submit, revise or withdraw ratings.
    pub ratings: Option<Rate>,
    /// Days after its end that a closed engagement can be rated; 0: no window.
    pub rating_window_days: u16,
    /// How much may be asked.
    pub budget: Budget,
    /// Days that audit entries are kept.
    pub audit_days: u32,
    /// Keys that stored secrets are sealed with.
    pub vault: Vault,
}

impl Default for Replica {
    fn default() -> Self {
        Self {
            name: Uuid::new_v4().simple().to_string(),
            redis: None,
            ratings: None,
            rating_window_days: 0,
            budget: Budget::default(),
            audit_days: AUDIT_DAYS,
            vault: Vault::default(),
        }
    }
}

impl Service {
    /// Opens a log for reading and writing and serves it.
    ///
    /// # Errors
    /// Why the log cannot be opened.
    pub async fn open(address: impl Into<Address>) -> Result<Self, ServiceError> {
        Self::open_as(address, Replica::default()).await
    }

    /// Opens a log for reading and writing and serves it as one of several replicas.
    ///
    /// # Errors
    /// Why the log cannot be opened.
    pub async fn open_as(address: impl Into<Address>, replica: Replica) -> Result<Self, ServiceError> {
        let store = Store::open(address).await?.sealed_by(replica.vault.clone());
        match store.seal_all().await? {
            0 => {}
            changed => tracing::info!(changed, "stored secrets were sealed with the key in use"),
        }
        let link_key = store.secret_or_new(link_key::NAME).await?.into();
        let Built { snapshot, head, saved } = built(&store, Trust::Snapshots).await?;
        let (feed, arriving) = mpsc::unbounded_channel();
        let live = Live::start(snapshot, head.chain, arriving);
        let (committed, batches) = mpsc::unbounded_channel();
        let (tip, served) = watch::channel((head.seq, head.chain));
        let (appended, told) = watch::channel(head.seq);
        let writer = Writer::start(&store, committed, served).await?;
        let distrust = Arc::<Notify>::default();
        if store.is_shared() {
            live.freshness().saw();
            tokio::spawn(clock::keep(store.clone(), Arc::downgrade(&live)));
            let compare = digest::compare(store.clone(), Arc::downgrade(&live), replica.name, Arc::clone(&distrust));
            tokio::spawn(compare);
            if let Some(redis) = replica.redis.clone() {
                Hint::new(redis).start(told, live.look());
            }
        }
        let (served, feeding, converge) = (Arc::clone(&live), store.clone(), Converge::new(&head));
        let follow = Follow { store: feeding, live: served, feed, converge, tip, appended, distrust, failing: false };
        tokio::spawn(follow.run(batches));
        let accounts = Accounts::of(store.clone());
        let (planning, principal) = (Bounded::new()?, Arc::new(Principal::operator()));
        // Without a limit nothing is counted.
        let counted = replica.ratings.is_some() || replica.budget != Budget::default();
        let limits = replica.redis.filter(|_| counted);
        let (saved, limits) = (Arc::new(AtomicU64::new(saved)), Arc::new(Limits::start(limits).await));
        let service = Self {
            store,
            writer,
            live,
            saved,
            planning,
            link_key,
            limits,
            ratings: replica.ratings,
            rating_window_days: replica.rating_window_days,
            budget: replica.budget,
            audit_days: replica.audit_days,
            accounts,
            principal,
        };
        if head.seq == 0 {
            let drafts = foundation::events().into_iter().map(|event| Draft { event, rev: 1 }).collect();
            match service.write(Unit { drafts, key: None }).await {
                // Another replica laid it first.
                Err(ServiceError::Store(StoreError::Conflict(_))) => service.catch_up().await?,
                other => drop(other?),
            }
        }
        service.tick().await?;
        Ok(service)
    }

    /// Ends the writer and closes every connection: nothing is written after that, and a file is left whole by itself.
    pub async fn close(&self) {
        if let Err(error) = self.audit().flush(true).await {
            tracing::error!(%error, "what was counted for the audit log is lost");
        }
        self.writer.close().await;
        self.store.close().await;
    }

    /// Waits until everything that is in the log now is served.
    pub(super) async fn catch_up(&self) -> Result<(), ServiceError> {
        let head = self.store.head().await?.seq;
        self.live.look_now();
        if self.live.reach(head, CATCH_UP).await { Ok(()) } else { Err(ServiceError::ReplicaBehind(head)) }
    }

    /// Runs a use case that is checked against what is served and then written. If it is refused, or another change came
    /// first, and the log holds more than what it was checked against, it runs again on that.
    pub(super) async fn on_newest<T, F: Future<Output = Result<T, ServiceError>>>(
        &self,
        run: impl Fn() -> F,
    ) -> Result<T, ServiceError> {
        for _ in 0..TRIES {
            let seen = self.live.current().snapshot.state.seq;
            let refusal = match run().await {
                Err(refusal) if refusal.depends_on_state() => refusal,
                done => return done,
            };
            match self.store.head().await {
                Ok(head) if head.seq > seen => self.catch_up().await?,
                _ => return Err(refusal),
            }
        }
        run().await
    }

    /// Appends the clock event of a new day, and leaves a snapshot for the next start if there is much to replay.
    ///
    /// # Errors
    /// Why nothing was written.
    pub async fn tick(&self) -> Result<(), ServiceError> {
        let seq = self.live.current().snapshot.state.seq;
        if seq >= self.saved.load(Ordering::Relaxed) + SNAPSHOT_EVERY {
            // Another replica may have left one.
            self.saved.fetch_max(self.store.newest_snapshot(ENGINE).await?, Ordering::Relaxed);
            if seq >= self.saved.load(Ordering::Relaxed) + SNAPSHOT_EVERY {
                self.save_snapshot().await?;
            }
        }
        // The day begins all the same: what must be recorded before it is answered says so itself.
        if let Err(error) = self.audit().flush(false).await {
            tracing::error!(%error, "what was counted for the audit log waits");
        }
        self.on_newest(|| self.begin_day()).await?;
        if self.live.current().snapshot.state.cuts.may_follow(self.day()) {
            self.publish_cut().await?;
        }
        Ok(())
    }

    async fn begin_day(&self) -> Result<(), ServiceError> {
        let today = self.day();
        let event = Event::Clock { today };
        let current = self.live.current();
        let state = &current.snapshot.state;
        if state.today >= today {
            return Ok(());
        }
        let rev = state.rev(&event.subject()) + 1;
        self.write(Unit { drafts: vec![Draft { event, rev }], key: None }).await?;
        match self.audit().purge(self.audit_days).await {
            Ok(0) => {}
            Ok(purged) => tracing::info!(purged, "audit entries were kept long enough and taken away"),
            Err(error) => tracing::error!(%error, "old audit entries could not be taken away"),
        }
        Ok(())
    }

    /// Appends a unit and waits until every ranking includes it.
    pub(super) async fn write(&self, unit: Unit) -> Result<crate::store::Appended, ServiceError> {
        if self.live.standing().is_wrong() {
            return Err(ServiceError::Rebuilding);
        }
        self.check_writes(&unit)?;
        let appended = self.append(unit).await?;
        if appended.replayed {
            // Perhaps by another replica, a moment ago.
            self.live.look_now();
        }
        // Durable already; a solve that takes longer only means that a reader may have to ask with Zeyou-Min-Seq.
        if !self.live.reach(appended.seq, Duration::from_secs(600)).await && self.live.standing().is_wrong() {
            return Err(ServiceError::Rebuilding);
        }
        Ok(appended)
    }

    /// Whether the principal may write every event of a unit, each on the state that those before it leave.
    fn check_writes(&self, unit: &Unit) -> Result<(), ServiceError> {
        if self.principal.role == Role::Operator {
            return Ok(());
        }
        let mut state = self.live.current().snapshot.state.clone();
        let last = unit.drafts.len().saturating_sub(1);
        for (at, draft) in unit.drafts.iter().enumerate() {
            reach::check(&state, &self.principal, &draft.event)?;
            if at < last {
                state.apply(state.seq, state.at, &draft.event);
            }
        }
        Ok(())
    }

    /// Leaves a snapshot for the next start.
    ///
    /// # Errors
    /// What the database says; the log is whole without it.
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
        self.store.name_fit(seq, current.chain, ENGINE, &digest).await?;
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
