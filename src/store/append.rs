//! What can be appended, and what came of it.

use std::sync::Arc;

use super::chain::Chain;
use crate::domain::{Event, Timestamp};

/// An event to append as revision `rev` of its subject.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The event.
    pub event: Event,
    /// The revision it makes; refused if that revision exists already.
    pub rev: u32,
}

/// Makes a repeated request harmless.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdempotencyKey {
    /// Whose key it is.
    pub principal: String,
    /// The key the client sent.
    pub key: String,
    /// Hash of the request; another request under the same key is refused.
    pub fingerprint: [u8; 32],
}

/// Events that are appended together or not at all.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The events.
    pub drafts: Vec<Draft>,
    /// The request's key.
    pub key: Option<IdempotencyKey>,
}

/// Where a unit came to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Seq of its last event.
    pub seq: u64,
    /// Whether the same request had been appended before; nothing was appended now.
    pub replayed: bool,
}

/// An event as the log holds it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its place.
    pub seq: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The event.
    pub event: Arc<Event>,
    /// The pseudonym of who wrote it: an account's id, `operator`, `link`; empty in logs from before it was kept. Not to be
    /// shown to whoever may not read the audit log.
    pub principal: Arc<str>,
    /// The chain after it.
    pub chain: Chain,
}

/// Events that a writer committed together, and the chain they follow.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The chain before the first of them.
    pub follows: Chain,
    /// The events, in order; at least one.
    pub events: Vec<Recorded>,
}
