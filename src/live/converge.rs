//! What to do with what was seen of the log: nothing but decisions, so that a simulation can lead them through every order
//! of things.

use crate::store::{Chain, Committed, Head, Recorded, Tail};

/// How far the log is served, and which life of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converge {
    tip: (u64, Chain),
    epoch: String,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: everything up to the head that was read is served.
    Seen,
    /// Read what follows the tip, and say it to [`Converge::tail`].
    Read,
    /// The log does not hold what is served: drop it and build anew.
    Forked,
    /// The log itself is broken at this seq, and how.
    Broken(u64, String),
}

impl Converge {
    /// Serving what ends in this head.
    pub fn new(head: &Head) -> Self {
        Self { tip: (head.seq, head.chain), epoch: head.epoch.clone() }
    }

    /// Seq and chain of the last event that is served.
    pub fn tip(&self) -> (u64, Chain) {
        self.tip
    }

    /// What this process appended itself: to be served now if it is what comes next; else the log is to be looked at.
    pub fn take(&mut self, batch: Committed) -> Option<Vec<Recorded>> {
        let first = batch.events.first()?.seq;
        (first == self.tip.0 + 1 && batch.follows == self.tip.1).then(|| self.moved(batch.events))
    }

    /// The head of the log was read, after everything that is served had been committed.
    pub fn head(&self, head: &Head) -> Next {
        let (seq, chain) = self.tip;
        if head.epoch != self.epoch || head.seq < seq || (head.seq == seq && head.chain != chain) {
            Next::Forked
        } else if head.seq == seq {
            Next::Seen
        } else {
            Next::Read
        }
    }

    /// What follows the tip was read, after this head: the events to serve now, and what to do then.
    pub fn tail(&mut self, head: &Head, tail: Tail) -> (Vec<Recorded>, Next) {
        match tail {
            Tail::Events(events) if events.is_empty() => {
                (events, Next::Broken(head.seq, "it ends too early".to_owned()))
            }
            Tail::Events(events) => {
                let events = self.moved(events);
                // More may have been appended after the head was read: enough.
                (events, if self.tip.0 >= head.seq { Next::Seen } else { Next::Read })
            }
            Tail::Forked => (Vec::new(), Next::Forked),
            Tail::Broken { seq, what } => (Vec::new(), Next::Broken(seq, what)),
        }
    }

    fn moved(&mut self, events: Vec<Recorded>) -> Vec<Recorded> {
        if let Some(last) = events.last() {
            self.tip = (last.seq, last.chain);
        }
        events
    }
}
