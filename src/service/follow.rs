//! Following the log: what this process appended and what others did, each event once, in order, and only if it
//! continues what is served.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, timeout};

use super::open::{Trust, built};
use crate::live::{Converge, Feed, Live, Next, Standing};
use crate::store::{Chain, Committed, Recorded, Store, StoreError};

/// How often the log of many writers is looked at without being told; each time a fifth more or less.
const POLL: Duration = Duration::from_millis(500);
/// How long one look at the log may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Follows a log.
pub(super) struct Follow {
    pub(super) store: Store,
    pub(super) live: Arc<Live>,
    pub(super) feed: mpsc::UnboundedSender<Feed>,
    /// How far the log was passed on.
    pub(super) converge: Converge,
    /// The same for the writer.
    pub(super) tip: watch::Sender<(u64, Chain)>,
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
        let Some(last) = batch.events.last().map(|last| last.seq) else { return };
        match self.converge.take(batch) {
            Some(events) => self.pass(events),
            None => self.look().await,
        }
        self.appended.send_replace(last);
    }

    fn pass(&self, events: Vec<Recorded>) {
        if events.is_empty() {
            return;
        }
        self.tip.send_replace(self.converge.tip());
        if self.feed.send(Feed::Events(events)).is_err() {
            tracing::error!("nobody serves events any more");
        }
    }

    async fn look(&mut self) {
        match timeout(PATIENCE, self.catch_up()).await {
            Ok(Ok(Next::Seen | Next::Read)) => {
                self.live.freshness().saw();
                if std::mem::take(&mut self.failing) {
                    tracing::info!("the log is seen again");
                }
                if matches!(self.live.standing(), Standing::Broken(_)) {
                    self.live.stand(Standing::Serving);
                }
            }
            Ok(Ok(Next::Broken(seq, what))) => {
                tracing::error!(seq, what, "the log is broken");
                self.live.stand(Standing::Broken(seq));
            }
            Ok(Ok(Next::Forked)) => self.rebuild(Standing::Forked).await,
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
    async fn catch_up(&mut self) -> Result<Next, StoreError> {
        let head = self.store.head().await?;
        let mut next = self.converge.head(&head);
        while next == Next::Read {
            let (seq, chain) = self.converge.tip();
            let (events, then) = self.converge.tail(&head, self.store.tail(seq, chain).await?);
            self.pass(events);
            next = then;
        }
        Ok(next)
    }

    /// Drops what is served and builds it anew from the log.
    async fn rebuild(&mut self, why: Standing) {
        let trust = if why == Standing::Diverged { Trust::EventsAlone } else { Trust::Snapshots };
        self.live.stand(why);
        tracing::error!("what is served is dropped and built anew");
        match built(&self.store, trust).await {
            Ok(built) => {
                self.converge = Converge::new(&built.head);
                self.tip.send_replace(self.converge.tip());
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
