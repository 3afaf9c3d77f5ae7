//! The one clock of the use cases: that of the log, so that replicas whose own clocks are apart judge alike.

use std::sync::Weak;
use std::time::Duration;

use super::Service;
use crate::domain::Date;
use crate::live::Live;
use crate::store::Store;

/// How often a server is asked for its time: so long may a machine that slept be late.
const EVERY: Duration = Duration::from_secs(5);

/// Keeps the clock of a log right until nothing is served any more.
pub(super) async fn keep(store: Store, live: Weak<Live>) {
    loop {
        tokio::time::sleep(EVERY).await;
        if live.strong_count() == 0 {
            return;
        }
        // That the database is away is told by whoever follows the log; the clock runs on.
        if let Err(error) = store.set_clock().await {
            tracing::debug!(%error, "the clock runs on as it was");
        }
    }
}

impl Service {
    /// The day now in the parks' time zone. Clock events follow it; [`Self::today`] is the last of them.
    pub(super) fn day(&self) -> Date {
        self.store.now().day()
    }
}
