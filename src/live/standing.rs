//! Whether what is served may be asked for, and how old it may be.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Whether what is served may be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is what the log holds.
    Serving,
    /// The log no longer holds what is served: it is being built anew.
    Forked,
    /// Another replica came to another state from the same events, and replaying them said this one is wrong.
    Diverged,
    /// The log itself is broken at this seq: what comes before it is served.
    Broken(u64),
    /// The process is about to end.
    Stopping,
}

impl Standing {
    /// Whether answers would be wrong.
    pub fn is_wrong(&self) -> bool {
        matches!(self, Self::Forked | Self::Diverged)
    }
}

/// When the log was last seen.
pub struct Freshness {
    begun: Instant,
    /// Milliseconds after `begun`; none for a log that only this process writes.
    seen: AtomicU64,
}

impl Default for Freshness {
    fn default() -> Self {
        Self { begun: Instant::now(), seen: AtomicU64::new(u64::MAX) }
    }
}

impl Freshness {
    /// The log was seen now.
    pub fn saw(&self) {
        self.seen.store(self.begun.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    /// How long ago the log was seen; zero if nobody else writes it.
    pub fn age(&self) -> Duration {
        match self.seen.load(Ordering::Relaxed) {
            u64::MAX => Duration::ZERO,
            seen => self.begun.elapsed().saturating_sub(Duration::from_millis(seen)),
        }
    }
}
