//! One transaction for many units: what it reads, decides and writes before the commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use sqlx::AssertSqlSafe;

use super::append::{Appended, IdempotencyKey, Recorded, Unit};
use super::chain::Chain;
use super::database::{Connection, list, on_both, pieces, values};
use super::error::StoreError;
use super::log::LOG_ID;
use crate::domain::Timestamp;

/// Rows of one INSERT; seven values each stay far below SQLite's limit of 32,766.
const ROWS: usize = 1_024;
/// Values of one list.
const LIST: usize = 8_192;

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

struct NewRow {
    seq: i64,
    at: i64,
    subject: String,
    rev: i64,
    body: Vec<u8>,
    chain: Chain,
}

/// Decides about all units and writes what is new, in the transaction that was begun; a unit that conflicts is left out,
/// the others are not held up.
///
/// `served` is what the units were checked against: the log must still hold it. `ours` is what this writer appended last.
pub(super) async fn write(
    connection: &mut Connection,
    units: Vec<Unit>,
    served: (u64, Chain),
    ours: (u64, Chain),
) -> Result<Group, StoreError> {
    // From here on nobody else appends: what is read below stays true until the commit.
    let (mut seq, follows) = lock_head(connection).await?;
    if (seq, follows) != served && (seq, follows) != ours && chain_at(connection, served.0).await? != Some(served.1) {
        return Err(StoreError::Forked);
    }
    let mut keys = known_keys(connection, &units).await?;
    let mut revs = known_revs(connection, &units).await?;
    let (mut chain, mut answers) = (follows, Vec::with_capacity(units.len()));
    let (mut recorded, mut rows, mut new_keys) = (Vec::new(), Vec::new(), Vec::new());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64);
    for unit in units {
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
            chain = chain.extend(seq as i64, now, &subject, rev, &body);
            rows.push(NewRow { seq: seq as i64, at: now, subject, rev, body, chain });
            recorded.push(Recorded { seq, at: Timestamp::from_micros(now), event: Arc::new(draft.event), chain });
        }
        if let Some(key) = unit.key {
            keys.insert((key.principal.clone(), key.key.clone()), (key.fingerprint.to_vec(), seq));
            new_keys.push((key, seq as i64));
        }
        answers.push(Ok(Appended { seq, replayed: false }));
    }
    if !rows.is_empty() {
        insert(connection, &rows, &new_keys).await?;
        let head = "UPDATE log_head SET seq = $2, chain = $3 WHERE log_id = $1";
        on_both!(Connection, connection, it => {
            sqlx::query(head).bind(LOG_ID).bind(seq as i64).bind(&chain.0[..]).execute(it).await.map(|_| ())
        })?;
    }
    Ok(Group { follows, answers, recorded })
}

/// Seq and chain of the last event; until the transaction ends nobody else changes them.
pub(super) async fn lock_head(connection: &mut Connection) -> Result<(u64, Chain), StoreError> {
    let row: (i64, Vec<u8>) = match connection {
        Connection::Sqlite(it) => {
            let head = "SELECT seq, chain FROM log_head WHERE log_id = $1";
            sqlx::query_as(head).bind(LOG_ID).fetch_one(it).await?
        }
        Connection::Postgres(it) => {
            // A statement of its own: those after it see what was committed before the lock was had.
            let head = "SELECT seq, chain FROM log_head WHERE log_id = $1 FOR UPDATE";
            sqlx::query_as(head).bind(LOG_ID).fetch_one(it).await?
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

type Keys = BTreeMap<(String, String), (Vec<u8>, u64)>;

async fn known_keys(connection: &mut Connection, units: &[Unit]) -> Result<Keys, StoreError> {
    let wanted: Vec<&str> = units.iter().filter_map(|unit| Some(unit.key.as_ref()?.key.as_str())).collect();
    let mut known = Keys::new();
    for chunk in wanted.chunks(LIST) {
        let chunk = filled(chunk);
        let text = format!(
            "SELECT principal, idempotency_key, fingerprint, seq FROM idempotency WHERE log_id = $1 AND idempotency_key IN {}",
            list(2, chunk.len())
        );
        let rows: Vec<(String, String, Vec<u8>, i64)> = on_both!(Connection, &mut *connection, it => {
            let mut query = sqlx::query_as(AssertSqlSafe(text)).bind(LOG_ID);
            for key in chunk {
                query = query.bind(key);
            }
            query.fetch_all(it).await
        })?;
        let rows = rows.into_iter().map(|(principal, key, print, seq)| ((principal, key), (print, seq as u64)));
        known.extend(rows);
    }
    Ok(known)
}

async fn known_revs(connection: &mut Connection, units: &[Unit]) -> Result<BTreeMap<String, i64>, StoreError> {
    let subjects: BTreeSet<String> =
        units.iter().flat_map(|unit| &unit.drafts).map(|draft| draft.event.subject().to_string()).collect();
    let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
    let mut known = BTreeMap::new();
    for chunk in subjects.chunks(LIST) {
        let chunk = filled(chunk);
        let text = format!(
            "SELECT subject, max(rev) FROM event_log WHERE log_id = $1 AND subject IN {} GROUP BY subject",
            list(2, chunk.len())
        );
        let rows: Vec<(String, i64)> = on_both!(Connection, &mut *connection, it => {
            let mut query = sqlx::query_as(AssertSqlSafe(text)).bind(LOG_ID);
            for subject in chunk {
                query = query.bind(subject);
            }
            query.fetch_all(it).await
        })?;
        known.extend(rows);
    }
    Ok(known)
}

/// The values, the last one repeated until they are a power of two: few different statements are ever prepared.
fn filled<'a>(chunk: &[&'a str]) -> Vec<&'a str> {
    let last = chunk.last().copied().into_iter();
    chunk.iter().copied().chain(last.cycle()).take(chunk.len().next_power_of_two()).collect()
}

async fn insert(
    connection: &mut Connection,
    rows: &[NewRow],
    keys: &[(IdempotencyKey, i64)],
) -> Result<(), StoreError> {
    for piece in pieces(rows, ROWS) {
        let text = format!(
            "INSERT INTO event_log (log_id, seq, subject, rev, body, recorded_at, chain) VALUES {}",
            values(piece.len(), 7)
        );
        on_both!(Connection, &mut *connection, it => {
            let mut query = sqlx::query(AssertSqlSafe(text));
            for row in piece {
                query = query.bind(LOG_ID).bind(row.seq).bind(row.subject.as_str()).bind(row.rev);
                query = query.bind(row.body.as_slice()).bind(row.at).bind(&row.chain.0[..]);
            }
            query.execute(it).await.map(|_| ())
        })?;
    }
    for piece in pieces(keys, ROWS) {
        let text = format!(
            "INSERT INTO idempotency (log_id, principal, idempotency_key, fingerprint, seq) VALUES {}",
            values(piece.len(), 5)
        );
        on_both!(Connection, &mut *connection, it => {
            let mut query = sqlx::query(AssertSqlSafe(text));
            for (key, seq) in piece {
                query = query.bind(LOG_ID).bind(key.principal.as_str()).bind(key.key.as_str());
                query = query.bind(&key.fingerprint[..]).bind(*seq);
            }
            query.execute(it).await.map(|_| ())
        })?;
    }
    Ok(())
}
