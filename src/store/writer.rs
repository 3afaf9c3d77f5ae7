//! The one writer: units that wait together share one transaction and one sync to disk (group commit).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, QueryBuilder, Row, Sqlite};
use tokio::sync::{mpsc as queue, oneshot};

use super::append::{Appended, IdempotencyKey, Recorded, Unit};
use super::chain::Chain;
use super::log::{LOG_ID, Store, StoreError};
use crate::domain::Timestamp;

/// Units that may share one transaction.
const GROUP: usize = 256;
/// Rows of one INSERT; eight values each stay far below SQLite's limit of 32,766.
const ROWS: usize = 1_000;

type Answer = Result<Appended, StoreError>;
type Waiting = (Unit, oneshot::Sender<Answer>);

/// A handle to the writer. Cloning shares it.
#[derive(Clone)]
pub struct Writer {
    units: queue::Sender<Waiting>,
    in_flight: Arc<Mutex<BTreeSet<(String, String)>>>,
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
    /// Starts the writer. Every committed batch is sent to `committed`, in order, before its units are answered.
    ///
    /// # Errors
    /// What SQLite says.
    pub async fn start(store: &Store, committed: mpsc::Sender<Vec<Recorded>>) -> Result<Self, StoreError> {
        let (units, waiting) = queue::channel(4 * GROUP);
        let (seq, chain) = store.head().await?;
        let task = Task { store: store.clone(), connection: store.connection().await?, seq, chain, committed };
        tokio::spawn(task.run(waiting));
        Ok(Self { units, in_flight: Arc::default() })
    }

    /// Appends a unit; returns once it is durable.
    ///
    /// The transaction runs in the writer's own task: dropping this future cannot undo half of it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], [`StoreError::KeyReuse`], [`StoreError::KeyInFlight`], or why nothing was written.
    pub async fn append(&self, unit: Unit) -> Answer {
        let key = unit.key.as_ref().map(|key| (key.principal.clone(), key.key.clone()));
        if let Some(key) = &key {
            let mut running = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
            if !running.insert(key.clone()) {
                return Err(StoreError::KeyInFlight);
            }
        }
        let _running = InFlight(self, key);
        let (answer, result) = oneshot::channel();
        self.units.send((unit, answer)).await.map_err(|_| StoreError::Closed)?;
        result.await.map_err(|_| StoreError::Closed)?
    }
}

struct Task {
    store: Store,
    connection: SqliteConnection,
    seq: u64,
    chain: Chain,
    committed: mpsc::Sender<Vec<Recorded>>,
}

struct NewRow {
    seq: i64,
    at: i64,
    subject: String,
    rev: i64,
    body: Vec<u8>,
    chain: Chain,
}

impl Task {
    async fn run(mut self, mut waiting: queue::Receiver<Waiting>) {
        let mut group = Vec::with_capacity(GROUP);
        while waiting.recv_many(&mut group, GROUP).await > 0 {
            let (units, senders): (Vec<Unit>, Vec<_>) = group.drain(..).unzip();
            match self.commit(units).await {
                Ok((answers, recorded)) => {
                    if !recorded.is_empty() && self.committed.send(recorded).is_err() {
                        tracing::error!("nobody applies committed events any more");
                    }
                    for (sender, answer) in senders.into_iter().zip(answers) {
                        // A requester that went away does not need its answer.
                        let _ = sender.send(answer);
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "a group of appends was rolled back");
                    for sender in senders {
                        let _ = sender.send(Err(explain(&error)));
                    }
                    // After such an error SQLite may have rolled back by itself: start from a fresh connection.
                    match self.store.connection().await {
                        Ok(connection) => self.connection = connection,
                        Err(error) => tracing::error!(%error, "the writer could not reconnect"),
                    }
                    if let Ok((seq, chain)) = self.store.head().await {
                        (self.seq, self.chain) = (seq, chain);
                    }
                }
            }
        }
    }

    /// One transaction for all units; a unit that conflicts is left out, the others are not held up.
    async fn commit(&mut self, units: Vec<Unit>) -> Result<(Vec<Answer>, Vec<Recorded>), sqlx::Error> {
        let mut tx = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        let mut keys = known_keys(&mut tx, &units).await?;
        let mut revs = known_revs(&mut tx, &units).await?;
        let (mut seq, mut chain) = (self.seq, self.chain);
        let (mut answers, mut recorded, mut rows, mut new_keys) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64);
        for unit in units {
            let known =
                unit.key.as_ref().and_then(|key| Some((key, keys.get(&(key.principal.clone(), key.key.clone()))?)));
            if let Some((key, (fingerprint, seq))) = known {
                let same = fingerprint[..] == key.fingerprint[..];
                let answer = if same { Ok(Appended { seq: *seq, replayed: true }) } else { Err(StoreError::KeyReuse) };
                answers.push(answer);
                continue;
            }
            let subjects: Vec<String> = unit.drafts.iter().map(|draft| draft.event.subject().to_string()).collect();
            let mut next = BTreeMap::new();
            let clash = unit.drafts.iter().zip(&subjects).find(|(draft, subject)| {
                let known = next.get(*subject).or_else(|| revs.get(*subject)).copied().unwrap_or(0);
                next.insert((*subject).clone(), i64::from(draft.rev));
                i64::from(draft.rev) != known + 1
            });
            if let Some((_, subject)) = clash {
                answers.push(Err(StoreError::Conflict(subject.clone())));
                continue;
            }
            revs.extend(next);
            for (draft, subject) in unit.drafts.into_iter().zip(subjects) {
                seq += 1;
                let (body, rev) = (draft.event.canonical_bytes(), i64::from(draft.rev));
                chain = chain.extend(seq as i64, now, &subject, rev, &body);
                rows.push(NewRow { seq: seq as i64, at: now, subject, rev, body, chain });
                recorded.push(Recorded { seq, at: Timestamp::from_micros(now), event: Arc::new(draft.event) });
            }
            if let Some(key) = unit.key {
                keys.insert((key.principal.clone(), key.key.clone()), (key.fingerprint.to_vec(), seq));
                new_keys.push((key, seq as i64));
            }
            answers.push(Ok(Appended { seq, replayed: false }));
        }
        if !rows.is_empty() {
            insert(&mut tx, &rows, &new_keys).await?;
            sqlx::query(
                "INSERT INTO log_head (log_id, seq, chain) VALUES ($1, $2, $3) \
                 ON CONFLICT (log_id) DO UPDATE SET seq = excluded.seq, chain = excluded.chain",
            )
            .bind(LOG_ID)
            .bind(seq as i64)
            .bind(&chain.0[..])
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        (self.seq, self.chain) = (seq, chain);
        Ok((answers, recorded))
    }
}

/// What a rolled-back group tells its requesters.
fn explain(error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(database) if database.message().contains("disk is full") => StoreError::Full,
        other => StoreError::Database(sqlx::Error::Protocol(other.to_string())),
    }
}

type Keys = BTreeMap<(String, String), (Vec<u8>, u64)>;

async fn known_keys(tx: &mut SqliteConnection, units: &[Unit]) -> Result<Keys, sqlx::Error> {
    let wanted: Vec<&IdempotencyKey> = units.iter().filter_map(|unit| unit.key.as_ref()).collect();
    let mut known = Keys::new();
    if wanted.is_empty() {
        return Ok(known);
    }
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT principal, idempotency_key, fingerprint, seq FROM idempotency WHERE log_id = ",
    );
    query.push_bind(LOG_ID).push(" AND idempotency_key IN (");
    let mut list = query.separated(", ");
    wanted.iter().for_each(|key| {
        list.push_bind(key.key.as_str());
    });
    query.push(")");
    for row in query.build().fetch_all(tx).await? {
        let (fingerprint, seq): (Vec<u8>, i64) = (row.try_get(2)?, row.try_get(3)?);
        known.insert((row.try_get(0)?, row.try_get(1)?), (fingerprint, seq as u64));
    }
    Ok(known)
}

async fn known_revs(tx: &mut SqliteConnection, units: &[Unit]) -> Result<BTreeMap<String, i64>, sqlx::Error> {
    let subjects: BTreeSet<String> =
        units.iter().flat_map(|unit| &unit.drafts).map(|draft| draft.event.subject().to_string()).collect();
    let subjects: Vec<String> = subjects.into_iter().collect();
    let mut known = BTreeMap::new();
    for chunk in subjects.chunks(8 * ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT subject, max(rev) FROM event_log WHERE log_id = ");
        query.push_bind(LOG_ID).push(" AND subject IN (");
        let mut list = query.separated(", ");
        chunk.iter().for_each(|subject| {
            list.push_bind(subject.as_str());
        });
        query.push(") GROUP BY subject");
        for row in query.build().fetch_all(&mut *tx).await? {
            known.insert(row.try_get(0)?, row.try_get(1)?);
        }
    }
    Ok(known)
}

async fn insert(tx: &mut SqliteConnection, rows: &[NewRow], keys: &[(IdempotencyKey, i64)]) -> Result<(), sqlx::Error> {
    for chunk in rows.chunks(ROWS) {
        let mut query =
            QueryBuilder::<Sqlite>::new("INSERT INTO event_log (log_id, seq, subject, rev, body, recorded_at, chain) ");
        query.push_values(chunk, |mut values, row| {
            values.push_bind(LOG_ID).push_bind(row.seq).push_bind(row.subject.as_str()).push_bind(row.rev);
            values.push_bind(row.body.as_slice()).push_bind(row.at).push_bind(&row.chain.0[..]);
        });
        query.build().execute(&mut *tx).await?;
    }
    if !keys.is_empty() {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO idempotency (log_id, principal, idempotency_key, fingerprint, seq) ",
        );
        query.push_values(keys, |mut values, (key, seq)| {
            values.push_bind(LOG_ID).push_bind(key.principal.as_str()).push_bind(key.key.as_str());
            values.push_bind(&key.fingerprint[..]).push_bind(*seq);
        });
        query.build().execute(&mut *tx).await?;
    }
    Ok(())
}
