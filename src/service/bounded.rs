//! A bounded pool for long work: what a planner asks never starves the workers that answer everybody.

use std::sync::Arc;
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ServiceError;
use super::nation::NATION_BUDGET;
use crate::store::StoreError;

/// How long a request waits for a place.
const PATIENCE: Duration = Duration::from_millis(500);

/// Places for long work, and threads of its own: the pool that keeps the served state up to date is not theirs. Cloning
/// shares both.
#[derive(Clone)]
pub struct Bounded {
    places: Arc<Semaphore>,
    pub(super) pool: Arc<ThreadPool>,
    /// A scenario of the whole nation may take this long.
    pub(super) nation_budget: Duration,
}

impl Bounded {
    /// As many places and threads as the machine has processors, at least two.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn new() -> Result<Self, StoreError> {
        let n = std::thread::available_parallelism().map_or(2, |n| n.get().max(2));
        let pool = ThreadPoolBuilder::new().num_threads(n).thread_name(|at| format!("planning-{at}")).build();
        let pool = pool.map_err(|error| StoreError::File("threads".into(), std::io::Error::other(error)))?;
        Ok(Self { places: Arc::new(Semaphore::new(n)), pool: Arc::new(pool), nation_budget: NATION_BUDGET })
    }

    /// A place, held until it is dropped.
    ///
    /// # Errors
    /// [`ServiceError::Busy`] if none becomes free in time.
    pub async fn place(&self) -> Result<OwnedSemaphorePermit, ServiceError> {
        let waiting = tokio::time::timeout(PATIENCE, Arc::clone(&self.places).acquire_owned());
        waiting.await.ok().and_then(Result::ok).ok_or(ServiceError::Busy)
    }

    /// Runs the work on the pool once there is a place; it keeps the place even if nobody waits any more.
    ///
    /// # Errors
    /// [`ServiceError::Busy`] if none becomes free in time.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ServiceError> {
        self.thread(move |pool| pool.install(work)).await
    }

    /// As [`Self::run`], on a thread that may also wait for the log; only what it installs is the pool's.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&ThreadPool) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let (place, pool) = (self.place().await?, Arc::clone(&self.pool));
        let work = tokio::task::spawn_blocking(move || {
            let _place = place;
            work(&pool)
        });
        // A panic within is told to the log by its hook; the caller may try again.
        work.await.map_err(|_| ServiceError::Busy)
    }
}
