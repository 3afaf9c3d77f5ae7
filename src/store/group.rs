//! One transaction for many units: what it reads, decides and writes before the commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sqlx::{AssertSqlSafe, Row};

use super::append::{Appended, IdempotencyKey, Recorded, Unit};
use super::chain::Chain;
use super::database::{Connection, on_both, pairs, pieces, values};
use super::error::StoreError;
use super::log::LOG_ID;
use crate::domain::Timestamp;

/// Rows of one INSERT; eight values each stay far below SQLite's limit of 32,766.
const ROWS: usize = 1_024;
/// Values of one list.
const LIST: usize = 8_192;
/// Statements that are sent as one: rows, keys and head of every group of usual size.
const AT_ONCE: usize = 3;

pub(super) type Answer = Result<Appended, StoreError>;

/// What came of a group of units.
pub(super) struct Group {
    /// The chain the group follows.
    pub(super) follows: Chain,
    /// One for each unit.
    pub(super) answers: Vec<Answer>,
    /// What is new.
    pub(super) recorded: Vec<Recorded>,
}

/// A row of the log.
pub(super) struct NewRow {
    pub(super) seq: i64,
    pub(super) at: i64,
    pub(super) subject: String,
    pub(super) rev: i64,
    pub(super) body: Vec<u8>,
    pub(super) principal: Arc<str>,
    pub(super) chain: Chain,
}

/// A unit and who appends it.
pub(super) type By = (Unit, Arc<str>);

/// Decides about all units and writes what is new, in the transaction that [`begin`] began; a unit that conflicts is left
/// out, the others are not held up. On a server that is one round trip for what is known and one for what is new.
///
/// `head` is what the log was locked at, `served` is what the units were checked against: the log must still hold it. `ours` is what this writer appended last.
/// `at` is when what is new is recorded.
pub(super) async fn write(
    connection: &mut Connection,
    units: Vec<By>,
    head: (u64, Chain),
    served: (u64, Chain),
    ours: (u64, Chain),
    at: Timestamp,
) -> Result<Group, StoreError> {
    if head != served && head != ours && chain_at(connection, served.0).await? != Some(served.1) {
        return Err(StoreError::Forked);
    }
    let (keys, revs) = known(connection, &units).await?;
    let (group, new) = decide(units, head, at, keys, revs);
    if !new.rows.is_empty() {
        insert(connection, &new.rows, &new.keys, new.head).await?;
    }
    Ok(group)
}

/// What a group adds to the log.
pub(super) struct New {
    pub(super) rows: Vec<NewRow>,
    /// With the seq each stands for.
    pub(super) keys: Vec<(IdempotencyKey, i64)>,
    pub(super) head: (i64, Chain),
}

/// Decides about all units by what is known of their keys and subjects, after this head; recorded then.
pub(super) fn decide(
    units: Vec<By>,
    head: (u64, Chain),
    at: Timestamp,
    mut keys: Keys,
    mut revs: Revs,
) -> (Group, New) {
    let (mut seq, follows) = head;
    let (mut chain, mut answers) = (follows, Vec::with_capacity(units.len()));
    let (mut recorded, mut rows, mut new_keys) = (Vec::new(), Vec::new(), Vec::new());
    for (unit, principal) in units {
        let known = unit.key.as_ref().and_then(|key| Some((key, keys.get(&(key.principal.clone(), key.key.clone()))?)));
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
            chain = chain.extend(seq as i64, at.micros(), &subject, rev, &body, &principal);
            let (event, by) = (Arc::new(draft.event), Arc::clone(&principal));
            rows.push(NewRow {
                seq: seq as i64,
                at: at.micros(),
                subject,
                rev,
                body,
                principal: Arc::clone(&by),
                chain,
            });
            recorded.push(Recorded { seq, at, event, principal: by, chain });
        }
        if let Some(key) = unit.key {
            keys.insert((key.principal.clone(), key.key.clone()), (key.fingerprint.to_vec(), seq));
            new_keys.push((key, seq as i64));
        }
        answers.push(Ok(Appended { seq, replayed: false }));
    }
    (Group { follows, answers, recorded }, New { rows, keys: new_keys, head: (seq as i64, chain) })
}

/// Begins a transaction and locks the head: seq and chain of the last event. Until it ends nobody else appends.
pub(super) async fn begin(connection: &mut Connection) -> Result<(u64, Chain), StoreError> {
    let row: (i64, Vec<u8>) = match connection {
        Connection::Sqlite(it) => {
            sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *it).await?;
            let head = "SELECT seq, chain FROM log_head WHERE log_id = $1";
            sqlx::query_as(head).bind(LOG_ID).fetch_one(it).await?
        }
        Connection::Postgres(it) => {
            // One round trip, yet the lock is a statement of its own: those after it see what was committed before it.
            let text = format!("BEGIN; SELECT seq, chain FROM log_head WHERE log_id = {LOG_ID} FOR UPDATE");
            let rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(it).await?;
            let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
            (row.try_get(0)?, row.try_get(1)?)
        }
    };
    Ok((row.0 as u64, Chain::read(row.0, row.1)?))
}

/// The chain after the event at `seq`; `None` if the log has no such event.
pub(super) async fn chain_at(connection: &mut Connection, seq: u64) -> Result<Option<Chain>, StoreError> {
    if seq == 0 {
        return Ok(Some(Chain::EMPTY));
    }
    let chain = "SELECT chain FROM event_log WHERE log_id = $1 AND seq = $2";
    let chain: Option<Vec<u8>> = on_both!(Connection, connection, it => {
        sqlx::query_scalar(chain).bind(LOG_ID).bind(seq as i64).fetch_optional(it).await
    })?;
    chain.map(|chain| Chain::read(seq as i64, chain)).transpose()
}

pub(super) type Keys = BTreeMap<(String, String), (Vec<u8>, u64)>;
pub(super) type Revs = BTreeMap<String, i64>;

/// The keys of these units that are known, and the newest revisions of their subjects, in one statement.
async fn known(connection: &mut Connection, units: &[By]) -> Result<(Keys, Revs), StoreError> {
    let keys: Vec<(&str, &str)> =
        units.iter().filter_map(|(unit, _)| unit.key.as_ref()).map(|key| (&*key.principal, &*key.key)).collect();
    let subjects: BTreeSet<String> =
        units.iter().flat_map(|(unit, _)| &unit.drafts).map(|draft| draft.event.subject().to_string()).collect();
    let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
    let (mut known_keys, mut known_revs) = (Keys::new(), Revs::new());
    let (mut more_keys, mut more_subjects) = (keys.chunks(LIST), subjects.chunks(LIST));
    loop {
        let keys = filled(more_keys.next().unwrap_or_default());
        let subjects = filled(more_subjects.next().unwrap_or_default());
        let mut texts = Vec::new();
        if !keys.is_empty() {
            // By pairs, as the index is ordered: by the key alone, all of the log's keys would be read.
            texts.push(format!(
                "SELECT principal, idempotency_key, fingerprint, seq FROM idempotency \
                 WHERE log_id = $1 AND (principal, idempotency_key) IN (VALUES {})",
                pairs(2, keys.len())
            ));
        }
        if !subjects.is_empty() {
            // One by one by the index: of a table it has no statistics of, PostgreSQL held every row against a list of thousands.
            texts.push(format!(
                "SELECT wanted.column1, '', NULL, COALESCE((SELECT max(rev) FROM event_log WHERE log_id = $1 \
                 AND subject = wanted.column1), 0) FROM (VALUES {}) AS wanted",
                values(1 + 2 * keys.len(), subjects.len(), 1)
            ));
        }
        if texts.is_empty() {
            return Ok((known_keys, known_revs));
        }
        let rows: Vec<(String, String, Option<Vec<u8>>, i64)> = on_both!(Connection, &mut *connection, it => {
            let mut query = sqlx::query_as(AssertSqlSafe(texts.join(" UNION ALL "))).bind(LOG_ID);
            for (principal, key) in keys {
                query = query.bind(principal).bind(key);
            }
            for subject in subjects {
                query = query.bind(subject);
            }
            query.fetch_all(it).await
        })?;
        for (name, key, fingerprint, number) in rows {
            match fingerprint {
                Some(fingerprint) => drop(known_keys.insert((name, key), (fingerprint, number as u64))),
                None => drop(known_revs.insert(name, number)),
            }
        }
    }
}

/// The values, the last one repeated until they are a power of two: few different statements are ever prepared.
fn filled<T: Copy>(chunk: &[T]) -> Vec<T> {
    let last = chunk.last().copied().into_iter();
    let n = if chunk.is_empty() { 0 } else { chunk.len().next_power_of_two() };
    chunk.iter().copied().chain(last.cycle()).take(n).collect()
}

/// A part of what is new.
enum Piece<'a> {
    Rows(&'a [NewRow]),
    Keys(&'a [(IdempotencyKey, i64)]),
    Head(i64, Chain),
}

impl Piece<'_> {
    /// The statement, its values counted after the first `given`; how many there are then.
    fn text(&self, given: usize) -> (String, usize) {
        match self {
            Self::Rows(rows) => {
                let columns = "log_id, seq, subject, rev, body, recorded_at, principal, chain";
                let values = values(given, rows.len(), 8);
                (format!("INSERT INTO event_log ({columns}) VALUES {values}"), given + 8 * rows.len())
            }
            Self::Keys(keys) => {
                let columns = "log_id, principal, idempotency_key, fingerprint, seq";
                let values = values(given, keys.len(), 5);
                (format!("INSERT INTO idempotency ({columns}) VALUES {values}"), given + 5 * keys.len())
            }
            Self::Head(..) => {
                let [id, seq, chain] = [given + 1, given + 2, given + 3];
                (format!("UPDATE log_head SET seq = ${seq}, chain = ${chain} WHERE log_id = ${id}"), given + 3)
            }
        }
    }
}

/// Writes what is new and moves the head. A server gets the statements as parts of one.
async fn insert(
    connection: &mut Connection,
    rows: &[NewRow],
    keys: &[(IdempotencyKey, i64)],
    (seq, chain): (i64, Chain),
) -> Result<(), StoreError> {
    let mut parts: Vec<Piece> = pieces(rows, ROWS).map(Piece::Rows).collect();
    parts.extend(pieces(keys, ROWS).map(Piece::Keys));
    parts.push(Piece::Head(seq, chain));
    let at_once = if connection.is_postgres() { AT_ONCE } else { 1 };
    while !parts.is_empty() {
        // The head comes last, and with as many others as one statement takes.
        let first = if parts.len() > at_once { 1 } else { parts.len() };
        let (mut texts, mut given) = (Vec::with_capacity(first), 0);
        for part in &parts[..first] {
            let (text, now) = part.text(given);
            texts.push(text);
            given = now;
        }
        let last = texts.pop().unwrap_or_default();
        let named: Vec<String> = texts.iter().enumerate().map(|(n, text)| format!("part{n} AS ({text})")).collect();
        let text = if named.is_empty() { last } else { format!("WITH {} {last}", named.join(", ")) };
        on_both!(Connection, &mut *connection, it => {
            let mut query = sqlx::query(AssertSqlSafe(text));
            for part in parts.drain(..first) {
                match part {
                    Piece::Rows(rows) => for row in rows {
                        query = query.bind(LOG_ID).bind(row.seq).bind(row.subject.as_str()).bind(row.rev);
                        query = query.bind(row.body.as_slice()).bind(row.at).bind(&*row.principal);
                        query = query.bind(row.chain.0.to_vec());
                    },
                    Piece::Keys(keys) => for (key, seq) in keys {
                        query = query.bind(LOG_ID).bind(key.principal.as_str()).bind(key.key.as_str());
                        query = query.bind(&key.fingerprint[..]).bind(*seq);
                    },
                    Piece::Head(seq, chain) => query = query.bind(LOG_ID).bind(seq).bind(chain.0.to_vec()),
                }
            }
            query.execute(it).await.map(|_| ())
        })?;
    }
    Ok(())
}
