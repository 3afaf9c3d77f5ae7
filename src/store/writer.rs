//! The one writer of a process: units that wait together share one transaction and one sync to disk (group commit).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc as queue, oneshot, watch};
use tokio::time::timeout;
use tracing::Instrument;

use super::append::{Committed, Unit};
use super::at_once;
use super::chain::Chain;
use super::database::Connection;
use super::error::{StoreError, is_server_full, rolled_back};
use super::figures::Figures;
use super::group::{self, Answer, By, Group};
use super::log::Store;

/// Units that may share one transaction.
const GROUP: usize = 256;
/// How long a unit on PostgreSQL may wait for its turn, and a group for its transaction.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// What each event adds to it: a large import takes longer.
const PER_EVENT: Duration = Duration::from_millis(2);
/// How long a lost commit is looked for.
const LOOK_UP: Duration = Duration::from_millis(1_000);

type Waiting = (Instant, By, oneshot::Sender<Answer>);

/// A handle to the writer. Cloning shares it.
#[derive(Clone)]
pub struct Writer {
    units: queue::Sender<Waiting>,
    closing: Arc<Notify>,
    ended: watch::Receiver<()>,
    in_flight: Arc<Mutex<BTreeSet<(String, String)>>>,
    figures: Figures,
}

/// Takes a key out of the set of running requests, however the request ends.
struct InFlight<'a>(&'a Writer, Option<(String, String)>);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        if let Some(key) = &self.1 {
            self.0.in_flight.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        }
    }
}

impl Writer {
    /// Starts the writer. Every committed batch is sent to `committed`, in order, before its units are answered. `served`
    /// is what units are checked against before they are appended: nothing is, once the log no longer holds it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn start(
        store: &Store,
        committed: queue::UnboundedSender<Committed>,
        served: watch::Receiver<(u64, Chain)>,
    ) -> Result<Self, StoreError> {
        let (units, waiting) = queue::channel(4 * GROUP);
        let figures = Figures::new(
            ("zeyou_commit_seconds", "From the turn of a group of units to its commit"),
            ("zeyou_commit_units", "Units that shared one commit"),
        );
        let connection = Some(store.connection().await?);
        let task = Task {
            store: store.clone(),
            connection,
            ours: (0, Chain::EMPTY),
            alone: false,
            served,
            committed,
            figures: figures.clone(),
        };
        let closing = Arc::<Notify>::default();
        let (running, ended) = watch::channel(());
        let told = Arc::clone(&closing);
        tokio::spawn(async move {
            task.run(waiting, &told).await;
            drop(running);
        });
        Ok(Self { units, closing, ended, in_flight: Arc::default(), figures })
    }

    /// What commits cost.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Ends the writer and closes its connection; what was given to it before is written first. Later units are refused.
    pub async fn close(&self) {
        self.closing.notify_one();
        // It ends when the other side is dropped.
        while self.ended.clone().changed().await.is_ok() {}
    }

    /// Appends a unit; returns once it is durable.
    ///
    /// The transaction runs in the writer's own task and on its own connection: dropping this future cannot undo half of
    /// it, nor leave a transaction behind.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], [`StoreError::KeyReuse`], [`StoreError::KeyInFlight`], [`StoreError::OutcomeUnknown`], or
    /// why nothing was written.
    pub async fn append(&self, unit: Unit) -> Answer {
        self.append_as(unit, "").await
    }

    /// As [`Self::append`]; the log keeps the pseudonym of who wrote it, and the chain seals it.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub async fn append_as(&self, unit: Unit, principal: &str) -> Answer {
        let key = unit.key.as_ref().map(|key| (key.principal.clone(), key.key.clone()));
        if let Some(key) = &key {
            let mut running = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
            if !running.insert(key.clone()) {
                return Err(StoreError::KeyInFlight);
            }
        }
        let _running = InFlight(self, key);
        let (answer, result) = oneshot::channel();
        self.units.send((Instant::now(), (unit, principal.into()), answer)).await.map_err(|_| StoreError::Closed)?;
        result.await.map_err(|_| StoreError::Closed)?
    }
}

struct Task {
    store: Store,
    /// None after a failure: the next group makes a new one. A connection that failed is never used again, since the
    /// database may have rolled back by itself or still be in the transaction.
    connection: Option<Connection>,
    /// What was appended last.
    ours: (u64, Chain),
    /// Whether the head was found where it was left: nobody else appends.
    alone: bool,
    served: watch::Receiver<(u64, Chain)>,
    committed: queue::UnboundedSender<Committed>,
    figures: Figures,
}

impl Task {
    async fn run(mut self, mut waiting: queue::Receiver<Waiting>, closing: &Notify) {
        let mut group = Vec::with_capacity(GROUP);
        loop {
            let received = tokio::select! {
                biased;
                received = waiting.recv_many(&mut group, GROUP) => received,
                () = closing.notified() => 0,
            };
            if received == 0 {
                break;
            }
            let (mut units, mut senders) = (Vec::with_capacity(group.len()), Vec::with_capacity(group.len()));
            for (since, unit, sender) in group.drain(..) {
                if self.store.is_shared() && since.elapsed() > PATIENCE {
                    // A requester that went away does not need its answer; so below.
                    let _ = sender.send(Err(StoreError::Unavailable("the database is too slow".into())));
                    continue;
                }
                units.push(unit);
                senders.push(sender);
            }
            if units.is_empty() {
                continue;
            }
            let (begun, together) = (Instant::now(), units.len());
            let span = tracing::debug_span!(target: "zeyou::span", "commit", units = together);
            match self.commit(units).instrument(span).await {
                Ok(Group { follows, answers, recorded }) => {
                    self.figures.observe(begun.elapsed().as_secs_f64(), together);
                    if let Some(last) = recorded.last() {
                        self.ours = (last.seq, last.chain);
                        if self.committed.send(Committed { follows, events: recorded }).is_err() {
                            tracing::error!("nobody applies committed events any more");
                        }
                    }
                    for (sender, answer) in senders.into_iter().zip(answers) {
                        let _ = sender.send(answer);
                    }
                }
                Err(error) => {
                    tracing::error!(%error, units = senders.len(), "a group of appends failed");
                    for sender in senders {
                        let _ = sender.send(Err(rolled_back(&error)));
                    }
                }
            }
        }
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the writer's connection was not closed in good order");
        }
    }

    async fn commit(&mut self, units: Vec<By>) -> Result<Group, StoreError> {
        let events = units.iter().map(|(unit, _)| unit.drafts.len()).sum::<usize>() as u32;
        // A file answers in its own time; a server may never answer.
        let limit = if self.store.is_shared() { PATIENCE + events * PER_EVENT } else { Duration::MAX };
        let served = *self.served.borrow();
        let left = if served.0 > self.ours.0 { served } else { self.ours };
        let mut lost = false;
        if self.alone
            && at_once::fits(&units)
            && let Some(Connection::Postgres(server)) = &mut self.connection
        {
            let (group, new) = at_once::decide(units.clone(), left, self.store.now());
            let written = timeout(limit, at_once::write(server, left, &new)).await;
            match written.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut)) {
                Ok(true) => return Ok(group),
                Ok(false) => {}
                // The server answered: there is nothing to look for.
                Err(error) if is_server_full(&error) => {
                    drop(self.connection.take());
                    return Err(error.into());
                }
                Err(error) => {
                    tracing::warn!(%error, "the answer to an append was lost");
                    drop(self.connection.take());
                    if self.holds(&group).await? {
                        return Ok(group);
                    }
                    lost = true;
                }
            }
        }
        let group = self.transact(units, limit, left, served).await;
        // Once the head has moved, what was lost can no longer come to count; until then it might.
        if lost && group.is_err() { Err(StoreError::OutcomeUnknown) } else { group }
    }

    /// Reads what is known, decides, writes, commits.
    async fn transact(
        &mut self,
        units: Vec<By>,
        limit: Duration,
        left: (u64, Chain),
        served: (u64, Chain),
    ) -> Result<Group, StoreError> {
        let begun = Instant::now();
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.store.connection().await?,
        };
        // Whenever this returns early the connection is dropped, and with it the transaction.
        let group = timeout(limit, async {
            let head = match group::begin(&mut connection).await {
                Ok(head) => head,
                Err(_) => {
                    // It was lost while nobody used it, and nothing was written: another one may do.
                    connection = self.store.connection().await?;
                    group::begin(&mut connection).await?
                }
            };
            self.alone = head == left;
            group::write(&mut connection, units, head, served, self.ours, self.store.now()).await
        });
        let group = group.await.unwrap_or_else(|_| Err(late()))?;
        let commit = timeout(limit.saturating_sub(begun.elapsed()), connection.run("COMMIT")).await;
        match commit.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut)) {
            Ok(()) => {
                self.connection = Some(connection);
                Ok(group)
            }
            Err(error) => {
                drop(connection);
                if self.holds(&group).await? { Ok(group) } else { Err(error.into()) }
            }
        }
    }

    /// Whether a group counts whose answer was lost with its connection: it may have reached the disk all the same.
    async fn holds(&mut self, group: &Group) -> Result<bool, StoreError> {
        let Some(last) = group.recorded.last() else { return Ok(false) };
        timeout(LOOK_UP, self.find((last.seq, last.chain))).await.map_err(|_| StoreError::OutcomeUnknown)
    }

    /// Whether the log holds this event, asked on new connections until one answers. The head is locked first: so the
    /// transaction in question is over, whichever way.
    async fn find(&mut self, (seq, chain): (u64, Chain)) -> bool {
        loop {
            let asked = async {
                let mut connection = self.store.connection().await?;
                group::begin(&mut connection).await?;
                let found = group::chain_at(&mut connection, seq).await?;
                connection.run("ROLLBACK").await?;
                Ok::<_, StoreError>((connection, found))
            };
            match asked.await {
                Ok((connection, found)) => {
                    self.connection = Some(connection);
                    return found == Some(chain);
                }
                Err(error) => tracing::warn!(%error, "looking for a commit whose answer was lost"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn late() -> StoreError {
    StoreError::Unavailable("the database did not answer in time".into())
}
