//! A whole group in one statement and one round trip, where nothing has to be read first: new subjects, on a server whose
//! head is where it was left. Whatever else there is ([`super::group`]) is found out by the statement doing nothing.

use sqlx::PgConnection;

use super::chain::Chain;
use super::group::{self, By, Group, Keys, New, Revs};
use super::log::LOG_ID;
use crate::domain::Timestamp;

/// The head moves only from where it was left; rows and keys are only inserted if it does. A key or a revision that exists
/// already fails the statement as a whole.
const STATEMENT: &str = "\
    WITH head AS (UPDATE log_head SET seq = $2, chain = $3 WHERE log_id = $1 AND seq = $4 AND chain = $5 RETURNING log_id), \
    keys AS (INSERT INTO idempotency (log_id, principal, idempotency_key, fingerprint, seq) \
        SELECT head.log_id, key.* FROM head, UNNEST($6::TEXT[], $7::TEXT[], $8::BYTEA[], $9::BIGINT[]) AS key), \
    events AS (INSERT INTO event_log (log_id, seq, subject, rev, body, recorded_at, principal, chain) \
        SELECT head.log_id, event.* FROM head, \
        UNNEST($10::BIGINT[], $11::TEXT[], $12::BIGINT[], $13::BYTEA[], $14::BIGINT[], $15::TEXT[], $16::BYTEA[]) AS event) \
    SELECT COUNT(*) FROM head";

/// Whether it can be tried: a subject that is new clashes with nothing but itself, and that the index of revisions sees.
pub(super) fn fits(units: &[By]) -> bool {
    units.iter().all(|(unit, _)| unit.drafts.iter().all(|draft| draft.rev == 1))
}

/// What becomes of these units after this head, if neither their keys nor their subjects are known.
pub(super) fn decide(units: Vec<By>, head: (u64, Chain), at: Timestamp) -> (Group, New) {
    group::decide(units, head, at, Keys::new(), Revs::new())
}

/// Writes what is new after this head; false if nothing was written, because something has to be read first.
pub(super) async fn write(
    connection: &mut PgConnection,
    head: (u64, Chain),
    New { rows, keys, head: (seq, chain) }: &New,
) -> Result<bool, sqlx::Error> {
    let moved: Result<i64, _> = sqlx::query_scalar(STATEMENT)
        .bind(LOG_ID)
        .bind(seq)
        .bind(&chain.0[..])
        .bind(head.0 as i64)
        .bind(&head.1.0[..])
        .bind(keys.iter().map(|(key, _)| &*key.principal).collect::<Vec<_>>())
        .bind(keys.iter().map(|(key, _)| &*key.key).collect::<Vec<_>>())
        .bind(keys.iter().map(|(key, _)| &key.fingerprint[..]).collect::<Vec<_>>())
        .bind(keys.iter().map(|(_, seq)| *seq).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.seq).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| &*row.subject).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.rev).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| &*row.body).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.at).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| &*row.principal).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| &row.chain.0[..]).collect::<Vec<_>>())
        .fetch_one(connection)
        .await;
    match moved {
        Ok(moved) => Ok(moved == 1),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error),
    }
}
