//! The running state: one thread applies committed events in order and swaps the snapshot; readers never wait for it.

mod converge;
mod hint;
mod limits;
mod redis;
mod standing;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use bytes::Bytes;
use tokio::sync::{Notify, broadcast, mpsc, watch};

use crate::domain::Question;
use crate::engine::{Snapshot, State};
use crate::store::{Chain, Figures, Recorded};

pub use converge::{Converge, Next};
pub use hint::Hint;
pub use limits::{Limits, Rate};
pub use redis::{Redis, RedisError};
pub use standing::{Freshness, Standing};

/// Bytes of answers kept beside one snapshot; they die with it, so none can be stale.
const MEMO_BYTES: usize = 16 << 20;
/// The state is kept for a digest at every multiple of this seq.
const CHECKPOINT: u64 = 1_000;

/// A snapshot as readers see it, with the answers already given from it.
pub struct Published {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// The log's chain after its last event.
    pub chain: Chain,
    memo: Mutex<Memo>,
}

/// What arrives to be served.
pub enum Feed {
    /// The next events, without a gap.
    Events(Vec<Recorded>),
    /// Another history: nothing of what was served counts any more.
    Rebuilt(Box<Snapshot>, Chain),
}

/// A state at a seq where replicas are compared.
#[derive(Clone)]
pub struct Checkpoint {
    /// The state.
    pub state: State,
    /// The chain at its seq.
    pub chain: Chain,
}

#[derive(Default)]
struct Memo {
    answers: BTreeMap<Question, Bytes>,
    bytes: usize,
}

impl Published {
    fn new(snapshot: Snapshot, chain: Chain) -> Arc<Self> {
        Arc::new(Self { snapshot, chain, memo: Mutex::default() })
    }

    /// The answer given to this question before, from this very snapshot.
    pub fn remembered(&self, question: &Question) -> Option<Bytes> {
        self.memo.lock().unwrap_or_else(PoisonError::into_inner).answers.get(question).cloned()
    }

    /// Drops the answers: they are not asked for any more.
    fn forget(&self) {
        *self.memo.lock().unwrap_or_else(PoisonError::into_inner) = Memo::default();
    }

    /// Keeps an answer as long as this snapshot is served and there is room; a full memo starts anew.
    pub fn remember(&self, question: Question, answer: Bytes) {
        let mut memo = self.memo.lock().unwrap_or_else(PoisonError::into_inner);
        if memo.bytes + answer.len() > MEMO_BYTES {
            *memo = Memo::default();
        }
        memo.bytes += answer.len();
        memo.answers.insert(question, answer);
    }
}

/// The served state.
pub struct Live {
    current: ArcSwap<Published>,
    seq: watch::Sender<u64>,
    news: broadcast::Sender<Recorded>,
    checkpoint: watch::Sender<Option<Checkpoint>>,
    look: Arc<Notify>,
    standing: watch::Sender<Standing>,
    freshness: Freshness,
    figures: Figures,
}

impl Live {
    /// Serves a snapshot and applies what arrives on `feed` to it.
    pub fn start(snapshot: Snapshot, chain: Chain, mut feed: mpsc::UnboundedReceiver<Feed>) -> Arc<Self> {
        let live = Arc::new(Self {
            seq: watch::Sender::new(snapshot.state.seq),
            current: ArcSwap::new(Published::new(snapshot, chain)),
            news: broadcast::Sender::new(1_024),
            checkpoint: watch::Sender::new(None),
            look: Arc::default(),
            standing: watch::Sender::new(Standing::Serving),
            freshness: Freshness::default(),
            figures: Figures::new(
                ("zeyou_solve_seconds", "From a batch of events to the snapshot that has them"),
                ("zeyou_solve_events", "Events that shared one solve"),
            ),
        });
        let applying = Arc::downgrade(&live);
        std::thread::spawn(move || {
            // What was served before what is served now.
            let mut last = None;
            while let Some(first) = feed.blocking_recv() {
                let Some(live) = applying.upgrade() else { break };
                let (mut rebuilt, mut batch) = (None, Vec::new());
                // What has arrived meanwhile shares one solve.
                for arrived in std::iter::once(first).chain(std::iter::from_fn(|| feed.try_recv().ok())) {
                    match arrived {
                        Feed::Events(events) => batch.extend(events),
                        Feed::Rebuilt(snapshot, chain) => {
                            batch.clear();
                            rebuilt = Some((snapshot, chain));
                        }
                    }
                }
                if let Some((snapshot, chain)) = rebuilt {
                    last = None;
                    live.publish(*snapshot, chain);
                    live.standing.send_if_modified(|standing| {
                        let was_wrong = standing.is_wrong();
                        if was_wrong {
                            *standing = Standing::Serving;
                        }
                        was_wrong
                    });
                }
                if !batch.is_empty() {
                    last = Some(live.apply(batch, last));
                }
            }
        });
        live
    }

    fn publish(&self, snapshot: Snapshot, chain: Chain) {
        let seq = snapshot.state.seq;
        self.current.store(Published::new(snapshot, chain));
        self.seq.send_replace(seq);
    }

    /// Serves the state after some events, in the memory of `last` if no reader holds it any more. Gives what was served
    /// before.
    fn apply(&self, batch: Vec<Recorded>, last: Option<Arc<Published>>) -> Arc<Published> {
        let begun = Instant::now();
        let _span = tracing::debug_span!(target: "zeyou::span", "solve", events = batch.len()).entered();
        let spare = last.and_then(Arc::into_inner).map(|last| last.snapshot.into_spare()).unwrap_or_default();
        let before = self.current.load_full();
        let (mut state, mut chain) = (before.snapshot.state.clone(), before.chain);
        let (mut changes, mut checkpoint) = (Vec::with_capacity(batch.len()), None);
        for recorded in &batch {
            assert_eq!(recorded.seq, state.seq + 1, "the log has no gaps");
            changes.push(state.apply(recorded.seq, recorded.at, &recorded.event));
            chain = recorded.chain;
            if state.seq.is_multiple_of(CHECKPOINT) {
                checkpoint = Some(Checkpoint { state: state.clone(), chain });
            }
        }
        self.publish(before.snapshot.advance_in(state, &changes, spare), chain);
        self.figures.observe(begun.elapsed().as_secs_f64(), batch.len());
        before.forget();
        for recorded in batch {
            // Nobody may be listening.
            let _ = self.news.send(recorded);
        }
        if checkpoint.is_some() {
            self.checkpoint.send_replace(checkpoint);
        }
        before
    }

    /// What is served now.
    pub fn current(&self) -> Arc<Published> {
        self.current.load_full()
    }

    /// Waits until `seq` is served; `false` if that takes longer than `patience`, or what is served turns out wrong.
    pub async fn reach(&self, seq: u64, patience: Duration) -> bool {
        let (mut watched, mut standing) = (self.seq.subscribe(), self.standing.subscribe());
        let reached = async {
            tokio::select! {
                biased;
                reached = watched.wait_for(|now| *now >= seq) => reached.is_ok(),
                _ = standing.wait_for(Standing::is_wrong) => false,
            }
        };
        tokio::time::timeout(patience, reached).await.unwrap_or(false)
    }

    /// Events from now on, each after it is served.
    pub fn news(&self) -> broadcast::Receiver<Recorded> {
        self.news.subscribe()
    }

    /// The newest state to be compared with that of other replicas.
    pub fn checkpoints(&self) -> watch::Receiver<Option<Checkpoint>> {
        self.checkpoint.subscribe()
    }

    /// Wakes whoever looks for new events.
    pub fn look_now(&self) {
        self.look.notify_one();
    }

    /// Woken by [`Self::look_now`].
    pub fn look(&self) -> Arc<Notify> {
        Arc::clone(&self.look)
    }

    /// Whether what is served may be asked for.
    pub fn standing(&self) -> Standing {
        self.standing.borrow().clone()
    }

    /// Says whether what is served may be asked for. After a rebuild it may, without a word.
    pub fn stand(&self, standing: Standing) {
        if self.standing() != standing {
            tracing::warn!(?standing, "the replica's standing changed");
            self.standing.send_replace(standing);
        }
    }

    /// What applying costs.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// How long ago the log was last seen.
    pub fn freshness(&self) -> &Freshness {
        &self.freshness
    }
}
