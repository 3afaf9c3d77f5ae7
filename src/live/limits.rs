//! How often somebody may do something, over all replicas. Each replica counts for itself; if there is Redis they count
//! together too. A Redis that is away, slow, full, or holds nonsense only means that each counts alone.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use super::redis::{Connection, Redis};

/// How long Redis may take: it is on the way of a request.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long after a failure it is tried again, beside the requests.
const PAUSE: Duration = Duration::from_millis(500);
/// Who is counted here at most; when there are more, those with nothing left to pay are forgotten.
const MOST: usize = 100_000;

/// Counts in Redis by its own clock: the time at which all that was taken will have been paid for. Answers the
/// microseconds to wait, 0 if it was taken. What is no such time counts as none.
const TAKE: &str = "
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local cost, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local paid = tonumber(redis.call('GET', KEYS[1]) or now) or now
if paid ~= paid or paid < now or paid > now + most then paid = now end
local due = paid + cost
if due > now + most then return due - now - most end
redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000) + 1)
return 0";

/// So many times an hour, all of them at once if nothing was taken for an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At least 1.
    pub per_hour: u32,
}

impl Rate {
    /// Microseconds for one, and for all.
    fn times(self) -> (u64, u64) {
        let every = 3_600_000_000 / u64::from(self.per_hour.max(1));
        (every, every * u64::from(self.per_hour.max(1)))
    }
}

/// What was taken.
pub struct Limits {
    begun: Instant,
    /// Microseconds after `begun` at which all that was taken will have been paid for.
    paid: Mutex<BTreeMap<String, u64>>,
    shared: Option<Arc<Shared>>,
}

/// Redis, and the connection to it while there is one.
struct Shared {
    redis: Redis,
    connection: Mutex<Option<Connection>>,
    connecting: AtomicBool,
}

impl Shared {
    fn connection(&self) -> Option<Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, connection: Option<Connection>) {
        *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = connection;
    }

    async fn connect(&self) {
        let made = timeout(2 * super::redis::PATIENCE, self.redis.connection()).await;
        self.keep(made.ok().and_then(Result::ok));
    }

    /// Makes a connection after a while, beside the requests; one try at a time.
    fn connect_later(self: &Arc<Self>) {
        if !self.connecting.swap(true, Ordering::Relaxed) {
            let shared = Arc::clone(self);
            tokio::spawn(async move {
                sleep(PAUSE).await;
                shared.connect().await;
                shared.connecting.store(false, Ordering::Relaxed);
            });
        }
    }
}

impl Limits {
    /// Counted here, and together with others if there is Redis; it may take a moment to answer.
    pub async fn start(redis: Option<Redis>) -> Self {
        let shared = redis.map(|redis| {
            let (connection, connecting) = (Mutex::default(), AtomicBool::default());
            Arc::new(Shared { redis, connection, connecting })
        });
        if let Some(shared) = &shared {
            shared.connect().await;
        }
        Self { begun: Instant::now(), paid: Mutex::default(), shared }
    }

    /// Takes one for `who` of what is called `what`.
    ///
    /// # Errors
    /// How long to wait until there is one.
    pub async fn take(&self, what: &str, who: &str, rate: Rate) -> Result<(), Duration> {
        self.take_units(what, who, rate, 1, true).await
    }

    /// Takes so many at once, at most all there are; `together`: counted with the other replicas.
    ///
    /// # Errors
    /// How long to wait until there are so many.
    pub async fn take_units(
        &self,
        what: &str,
        who: &str,
        rate: Rate,
        units: u32,
        together: bool,
    ) -> Result<(), Duration> {
        let key = format!("{what}:{who}");
        let (every, most) = rate.times();
        let cost = every.saturating_mul(units.into()).min(most);
        // What was taken here is a part of what was taken everywhere: a refusal here needs no other.
        self.take_here(&key, cost, most)?;
        if !together {
            return Ok(());
        }
        match self.take_everywhere(&key, cost, most).await {
            Some(0) | None => Ok(()),
            Some(wait) => {
                self.give_back(&key, cost);
                Err(Duration::from_micros(wait))
            }
        }
    }

    fn now(&self) -> u64 {
        self.begun.elapsed().as_micros() as u64
    }

    fn take_here(&self, key: &str, cost: u64, most: u64) -> Result<(), Duration> {
        let now = self.now();
        let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        if paid.len() >= MOST && !paid.contains_key(key) {
            paid.retain(|_, paid| *paid > now);
        }
        let due = paid.get(key).copied().unwrap_or(0).max(now) + cost;
        if due > now + most {
            return Err(Duration::from_micros(due - now - most));
        }
        paid.insert(key.to_owned(), due);
        Ok(())
    }

    fn give_back(&self, key: &str, cost: u64) {
        if let Some(paid) = self.paid.lock().unwrap_or_else(PoisonError::into_inner).get_mut(key) {
            *paid = paid.saturating_sub(cost);
        }
    }

    /// Microseconds to wait; `None` if Redis does not say.
    async fn take_everywhere(&self, key: &str, cost: u64, most: u64) -> Option<u64> {
        let shared = self.shared.as_ref()?;
        let Some(mut connection) = shared.connection() else {
            shared.connect_later();
            return None;
        };
        // In braces, so that a cluster keeps it by itself, wherever that is.
        let key = format!("{}:limit:{{{key}}}", shared.redis.namespace);
        let mut command = redis::cmd("EVAL");
        command.arg(TAKE).arg(1).arg(key).arg(cost).arg(most);
        let why = match timeout(PATIENCE, connection.ask::<u64>(&command)).await {
            Ok(Ok(wait)) => return Some(wait),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer".to_owned(),
        };
        tracing::warn!(why, "Redis does not count: this replica counts alone");
        shared.keep(None);
        shared.connect_later();
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_many_at_once_and_then_one_after_the_other() {
        let (limits, rate) = (Limits::start(None).await, Rate { per_hour: 36_000 });
        let mut taken = 0;
        let wait = loop {
            match limits.take("ratings", "E1", rate).await {
                Ok(()) => taken += 1,
                Err(wait) => break wait,
            }
        };
        assert!((36_000..36_100).contains(&taken), "{taken}");
        assert!(wait <= Duration::from_millis(100), "{wait:?}");
        assert_eq!(limits.take("ratings", "E2", rate).await, Ok(()), "everybody has their own");
        tokio::time::sleep(wait).await;
        assert_eq!(limits.take("ratings", "E1", rate).await, Ok(()));
    }

    #[tokio::test]
    async fn what_costs_more_takes_more_and_never_more_than_there_is() {
        let (limits, rate) = (Limits::start(None).await, Rate { per_hour: 100 });
        for _ in 0..5 {
            assert_eq!(limits.take_units("units", "A", rate, 20, false).await, Ok(()));
        }
        let wait = limits.take_units("units", "A", rate, 1, false).await.expect_err("all is spent");
        assert!(wait <= Duration::from_secs(36), "{wait:?}");
        let longer = limits.take_units("units", "A", rate, 20, false).await.expect_err("all is spent");
        assert!(longer > Duration::from_secs(600), "{longer:?}");
        assert_eq!(limits.take_units("units", "B", rate, 1_000, false).await, Ok(()), "all there is");
    }
}
