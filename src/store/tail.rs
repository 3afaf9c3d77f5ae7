//! What comes after an event that is served: only what continues its chain.

use std::sync::Arc;

use super::append::Recorded;
use super::chain::Chain;
use super::copy::LogRow;
use super::database::on_both;
use super::error::StoreError;
use super::log::{LOG_ID, Store};
use crate::domain::{Event, Timestamp};

/// Rows read at a time.
const PAGE: i64 = 1_000;

/// What follows an event.
#[derive(Clone, Debug)]
pub enum Tail {
    /// The next events, none if it is the last.
    Events(Vec<Recorded>),
    /// The log does not hold the event, or another one in its place.
    Forked,
    /// The next event does not continue the chain: the log itself is broken there.
    Broken {
        /// The bad seq.
        seq: u64,
        /// What is wrong with it.
        what: String,
    },
}

impl Tail {
    /// Reads rows from the one at `seq` on, whose chain must be `chain`. Every chain is computed anew.
    pub fn read(seq: u64, chain: Chain, rows: Vec<LogRow>) -> Self {
        let mut rows = rows.into_iter();
        if seq > 0 && rows.next().is_none_or(|row| (row.seq, &row.chain[..]) != (seq as i64, &chain.0[..])) {
            return Self::Forked;
        }
        let (mut events, mut chain) = (Vec::new(), chain);
        for (expected, row) in (seq as i64 + 1..).zip(rows) {
            chain = chain.extend(expected, row.recorded_at, &row.subject, row.rev, &row.body, &row.principal);
            let event = Event::from_canonical_bytes(&row.body);
            let what = match (&event, row.seq == expected, row.chain == chain.0) {
                (Ok(_), true, true) => None,
                (_, false, _) => Some("the event is missing".to_owned()),
                (_, _, false) => Some("the event does not match its chain".to_owned()),
                (Err(invalid), ..) => Some(invalid.en.to_string()),
            };
            match (event, what) {
                (Ok(event), None) => {
                    let at = Timestamp::from_micros(row.recorded_at);
                    let (seq, event, principal) = (expected as u64, Arc::new(event), row.principal.into());
                    events.push(Recorded { seq, at, event, principal, chain });
                }
                // What comes before the bad event is good.
                (_, Some(what)) if events.is_empty() => return Self::Broken { seq: expected as u64, what },
                _ => break,
            }
        }
        Self::Events(events)
    }
}

impl Store {
    /// The next events after the one at `seq`, whose chain must be `chain`, as [`Tail::read`] reads them.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tail(&self, seq: u64, chain: Chain) -> Result<Tail, StoreError> {
        // The event that is served must still be there: read in the same statement as what follows it.
        let page = "SELECT seq, recorded_at, subject, rev, body, principal, chain FROM event_log \
                    WHERE log_id = $1 AND seq >= $2 ORDER BY seq LIMIT $3";
        let rows: Vec<LogRow> = on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(page).bind(LOG_ID).bind(seq as i64).bind(PAGE).fetch_all(pool).await
        })?;
        Ok(Tail::read(seq, chain, rows))
    }
}
