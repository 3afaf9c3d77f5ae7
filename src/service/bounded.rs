//! A bounded pool for long work: what a planner asks never starves the workers that answer everybody.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ServiceError;

/// How long a request waits for a place.
const PATIENCE: Duration = Duration::from_millis(500);

/// Places for long work. Cloning shares them.
#[derive(Clone)]
pub struct Bounded(Arc<Semaphore>);

impl Default for Bounded {
    /// As many places as the machine has processors, at least two.
    fn default() -> Self {
        Self::new(std::thread::available_parallelism().map_or(2, |n| n.get().max(2)))
    }
}

impl Bounded {
    /// A pool of `places`.
    pub fn new(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places)))
    }

    /// A place, held until it is dropped.
    ///
    /// # Errors
    /// [`ServiceError::Busy`] if none becomes free in time.
    pub async fn place(&self) -> Result<OwnedSemaphorePermit, ServiceError> {
        let waiting = tokio::time::timeout(PATIENCE, Arc::clone(&self.0).acquire_owned());
        waiting.await.ok().and_then(Result::ok).ok_or(ServiceError::Busy)
    }

    /// Runs the work on a thread of its own once there is a place; it keeps the place even if nobody waits any more.
    ///
    /// # Errors
    /// [`ServiceError::Busy`] if none becomes free in time.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ServiceError> {
        let place = self.place().await?;
        let work = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        // A panic within is told to the log by its hook; the caller may try again.
        work.await.map_err(|_| ServiceError::Busy)
    }
}
