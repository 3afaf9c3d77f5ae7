//! The clock of a log: what begins, lives and ends is judged by it, at every replica alike.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::database::Pool;
use super::error::StoreError;
use super::log::Store;
use crate::domain::Timestamp;

/// Microseconds since 1970, by the server.
const TOLD: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
/// An answer that took longer is not believed, unless there is none yet: so long ago the server may have looked.
const BELIEVED: Duration = Duration::from_secs(1);

/// Of a server, what it last told, and how long ago by the monotonic clock, which nobody sets: whatever becomes of this
/// machine's own clock does not matter. Of a file, which one process writes, this machine's clock.
#[derive(Clone, Default)]
pub(super) struct Clock(Arc<Mutex<Option<(Instant, i64)>>>);

impl Clock {
    fn now(&self) -> Timestamp {
        let told = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.map_or_else(here, |(asked, micros)| Timestamp::from_micros(micros + asked.elapsed().as_micros() as i64))
    }

    /// Takes what a server answered now that was asked then. Counted from the question on, it is never late: nothing
    /// lives longer for it.
    fn set(&self, asked: Instant, micros: i64) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let believed = told.is_none() || asked.elapsed() <= BELIEVED;
        if believed {
            *told = Some((asked, micros));
        }
        believed
    }
}

/// The time by this machine's own clock.
fn here() -> Timestamp {
    Timestamp::from_micros(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64))
}

impl Store {
    /// The time now, by the clock of the log.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Asks a server for its time anew; of a file there is nothing to ask.
    ///
    /// # Errors
    /// What the database says, or that it took too long to be believed; the clock runs on as it was.
    pub async fn set_clock(&self) -> Result<(), StoreError> {
        let Pool::Postgres(pool) = &self.pool else { return Ok(()) };
        // Waiting for a connection is not waiting for the answer.
        let mut connection = pool.acquire().await?;
        let asked = Instant::now();
        let micros = sqlx::query_scalar(TOLD).fetch_one(&mut *connection).await?;
        if self.clock.set(asked, micros) {
            return Ok(());
        }
        Err(StoreError::Unavailable("the server took too long to tell the time".into()))
    }

    /// How far the clock of a database server is from this machine's; none for a file.
    ///
    /// # Errors
    /// What the database says.
    pub async fn clock_apart(&self) -> Result<Option<Duration>, StoreError> {
        let Pool::Postgres(pool) = &self.pool else { return Ok(None) };
        let micros: i64 = sqlx::query_scalar(TOLD).fetch_one(pool).await?;
        Ok(Some(Duration::from_micros(micros.abs_diff(here().micros()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn what_a_server_told_runs_on_whatever_this_machines_clock_says() {
        let clock = Clock::default();
        assert!((clock.now().micros() - here().micros()).abs() < 1_000_000, "nobody told anything");
        let ahead = here().micros() + 24 * HOUR;
        assert!(clock.set(Instant::now(), ahead));
        std::thread::sleep(Duration::from_millis(20));
        let ran = clock.clone().now().micros() - ahead;
        assert!((20_000..1_000_000).contains(&ran), "{ran}");
    }

    #[test]
    fn an_answer_that_took_long_is_believed_only_if_there_is_no_other() {
        let Some(long_ago) = Instant::now().checked_sub(Duration::from_secs(3)) else { return };
        let clock = Clock::default();
        assert!(clock.set(long_ago, HOUR), "better than none");
        assert!(clock.now().micros() >= HOUR + 3_000_000, "counted from the question on");
        assert!(!clock.set(long_ago, 5 * HOUR));
        assert!(clock.now().micros() < 2 * HOUR);
        assert!(clock.set(Instant::now(), 5 * HOUR), "set back or forth: the server is right");
        assert!(clock.now().micros() >= 5 * HOUR);
    }
}
