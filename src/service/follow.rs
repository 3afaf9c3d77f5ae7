//! Following the log: what this process appended and what others did, each event once, in order, and only if it
//! continues what is served.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, timeout};

use super::open::{Trust, built};
use crate::live::{Feed, Live, Standing};
use crate::store::{Chain, Committed, Head, Store, StoreError, Tail};

/// How often the log of many writers is looked at without being told; each time a fifth more or less.
const POLL: Duration = Duration::from_millis(500);
/// How long one look at the log may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Follows a log.
pub(super) struct Follow {
    pub(super) store: Store,
    pub(super) live: Arc<Live>,
    pub(super) feed: mpsc::UnboundedSender<Feed>,
    /// Seq and chain of the last event that was passed on.
    pub(super) tip: watch::Sender<(u64, Chain)>,
    /// The life of the log that is served.
    pub(super) epoch: String,
    /// The last seq that this process appended: what the others are told.
    pub(super) appended: watch::Sender<u64>,
    /// Woken when the state turned out to be wrong.
    pub(super) distrust: Arc<Notify>,
    /// Whether the last look failed: told of once.
    pub(super) failing: bool,
}

impl Follow {
    /// Runs until nobody can append any more.
    pub(super) async fn run(mut self, mut committed: mpsc::UnboundedReceiver<Committed>) {
        let (look, distrust) = (self.live.look(), Arc::clone(&self.distrust));
        let shared = self.store.is_shared();
        let mut next = Instant::now();
        loop {
            tokio::select! {
                biased;
                batch = committed.recv() => match batch {
                    Some(batch) => self.take(batch).await,
                    None => break,
                },
                () = look.notified(), if shared => self.look().await,
                () = tokio::time::sleep_until(next), if shared => {
                    self.look().await;
                    next = Instant::now() + POLL.mul_f64(rand::random_range(0.8..=1.2));
                }
                () = distrust.notified() => self.rebuild(Standing::Diverged).await,
            }
        }
    }

    /// What this process appended itself: passed on if it follows, else found by looking.
    async fn take(&mut self, batch: Committed) {
        let (seq, chain) = *self.tip.borrow();
        let (Some(first), Some(last)) = (batch.events.first(), batch.events.last()) else { return };
        let last = last.seq;
        if first.seq == seq + 1 && batch.follows == chain {
            self.pass(batch.events);
        } else {
            self.look().await;
        }
        self.appended.send_replace(last);
    }

    fn pass(&self, events: Vec<crate::store::Recorded>) {
        let Some(last) = events.last() else { return };
        self.tip.send_replace((last.seq, last.chain));
        if self.feed.send(Feed::Events(events)).is_err() {
            tracing::error!("nobody serves events any more");
        }
    }

    async fn look(&mut self) {
        match timeout(PATIENCE, self.catch_up()).await {
            Ok(Ok(Look::Seen)) => {
                self.live.freshness().saw();
                if std::mem::take(&mut self.failing) {
                    tracing::info!("the log is seen again");
                }
                if matches!(self.live.standing(), Standing::Broken(_)) {
                    self.live.stand(Standing::Serving);
                }
            }
            Ok(Ok(Look::Broken(seq, what))) => {
                tracing::error!(seq, what, "the log is broken");
                self.live.stand(Standing::Broken(seq));
            }
            Ok(Ok(Look::Forked)) => self.rebuild(Standing::Forked).await,
            Ok(Err(error)) if !self.failing => {
                self.failing = true;
                tracing::warn!(%error, "the log cannot be looked at");
            }
            Err(_) if !self.failing => {
                self.failing = true;
                tracing::warn!("the log cannot be looked at: no answer");
            }
            Ok(Err(_)) | Err(_) => {}
        }
    }

    /// Passes on everything between what is served and the end of the log.
    async fn catch_up(&self) -> Result<Look, StoreError> {
        let Head { seq: end, chain: last, epoch } = self.store.head().await?;
        loop {
            let (seq, chain) = *self.tip.borrow();
            // Nobody but this task moves the tip, and it was committed before the head was read.
            if epoch != self.epoch || end < seq || (end == seq && last != chain) {
                return Ok(Look::Forked);
            }
            if end == seq {
                return Ok(Look::Seen);
            }
            match self.store.tail(seq, chain).await? {
                Tail::Events(events) if events.is_empty() => return Ok(Look::Broken(end, "it ends too early".into())),
                Tail::Events(events) => {
                    let new = events.last().map_or(0, |last| last.seq);
                    self.pass(events);
                    // More was appended after the head was read: enough.
                    if new >= end {
                        return Ok(Look::Seen);
                    }
                }
                Tail::Forked => return Ok(Look::Forked),
                Tail::Broken { seq, what } => return Ok(Look::Broken(seq, what)),
            }
        }
    }

    /// Drops what is served and builds it anew from the log.
    async fn rebuild(&mut self, why: Standing) {
        let trust = if why == Standing::Diverged { Trust::EventsAlone } else { Trust::Snapshots };
        self.live.stand(why);
        tracing::error!("what is served is dropped and built anew");
        match built(&self.store, trust).await {
            Ok(built) => {
                self.epoch = built.head.epoch;
                self.tip.send_replace((built.head.seq, built.head.chain));
                if self.feed.send(Feed::Rebuilt(Box::new(built.snapshot), built.head.chain)).is_err() {
                    tracing::error!("nobody serves events any more");
                }
                self.live.freshness().saw();
                tracing::info!(seq = self.tip.borrow().0, "what the log holds is served from now on");
            }
            Err(error) => {
                tracing::error!(%error, "it cannot be built anew yet");
                if trust == Trust::EventsAlone {
                    self.distrust.notify_one();
                }
                tokio::time::sleep(POLL).await;
            }
        }
    }
}

/// What a look at the log found.
enum Look {
    /// It continues what is served, and all of it was passed on.
    Seen,
    /// It does not hold what is served.
    Forked,
    /// It is broken itself.
    Broken(u64, String),
}
