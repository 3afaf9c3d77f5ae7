//! When long work is to stop: its time is up, or nobody waits for it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Says when to stop. Cloning shares it.
#[derive(Clone)]
pub(super) struct Stop {
    deadline: Instant,
    gone: Arc<AtomicBool>,
}

impl Stop {
    /// After so much time.
    pub(super) fn after(budget: Duration) -> Self {
        Self { deadline: Instant::now() + budget, gone: Arc::default() }
    }

    pub(super) fn stopped(&self) -> bool {
        self.gone.load(Ordering::Relaxed) || Instant::now() > self.deadline
    }

    /// Stops when what is returned is dropped, as a request is whose client goes.
    pub(super) fn with_waiting(&self) -> Waiting {
        Waiting::on(&self.gone)
    }
}

/// Raises a flag when the waiting request is dropped.
pub(super) struct Waiting(Option<Arc<AtomicBool>>);

impl Waiting {
    /// As long as this is there the flag stays down.
    pub(super) fn on(flag: &Arc<AtomicBool>) -> Self {
        Self(Some(Arc::clone(flag)))
    }

    /// Leaves the flag as it is, whatever happens to the request.
    pub(super) fn no_longer(mut self) {
        self.0 = None;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(flag) = &self.0 {
            flag.store(true, Ordering::Relaxed);
        }
    }
}
