//! All that the log holds of one subject.

use super::database::on_both;
use super::error::StoreError;
use super::log::{LOG_ID, Store};
use crate::domain::{Event, Subject, Timestamp};

/// Revisions read at most; nothing has nearly as many.
const MOST: i64 = 10_000;

/// What an event made of its subject.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its place in the log.
    pub seq: u64,
    /// Its place among the subject's events, from 1.
    pub rev: u32,
    /// When it was recorded.
    pub at: Timestamp,
    /// The event.
    pub event: Event,
}

impl Store {
    /// The events of a subject, in order.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] names the row that cannot be read.
    pub async fn history(&self, subject: &Subject) -> Result<Vec<Revision>, StoreError> {
        let text = "SELECT seq, rev, recorded_at, body FROM event_log \
                    WHERE log_id = $1 AND subject = $2 ORDER BY rev LIMIT $3";
        let rows: Vec<(i64, i64, i64, Vec<u8>)> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(text).bind(LOG_ID).bind(subject.to_string()).bind(MOST).fetch_all(pool).await
        })?;
        let read = |(seq, rev, at, body): (i64, i64, i64, Vec<u8>)| {
            let event =
                Event::from_canonical_bytes(&body).map_err(|invalid| StoreError::Corrupt { seq, what: invalid.en })?;
            Ok(Revision { seq: seq as u64, rev: rev as u32, at: Timestamp::from_micros(at), event })
        };
        rows.into_iter().map(read).collect()
    }
}
