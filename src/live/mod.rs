//! The running state: one thread applies committed events in order and swaps the snapshot; readers never wait for it.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use tokio::sync::{broadcast, watch};

use crate::domain::Question;
use crate::engine::Snapshot;
use crate::store::Recorded;

/// Bytes of answers kept beside one snapshot; they die with it, so none can be stale.
const MEMO_BYTES: usize = 16 << 20;

/// A snapshot as readers see it, with the answers already given from it.
pub struct Published {
    /// The snapshot.
    pub snapshot: Snapshot,
    memo: Mutex<Memo>,
}

#[derive(Default)]
struct Memo {
    answers: BTreeMap<Question, Bytes>,
    bytes: usize,
}

impl Published {
    fn new(snapshot: Snapshot) -> Arc<Self> {
        Arc::new(Self { snapshot, memo: Mutex::default() })
    }

    /// The answer given to this question before, from this very snapshot.
    pub fn remembered(&self, question: &Question) -> Option<Bytes> {
        self.memo.lock().unwrap_or_else(PoisonError::into_inner).answers.get(question).cloned()
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
}

impl Live {
    /// Serves a snapshot and applies what arrives on `committed` to it.
    pub fn start(snapshot: Snapshot, committed: mpsc::Receiver<Vec<Recorded>>) -> Arc<Self> {
        let (seq, _) = watch::channel(snapshot.state.seq);
        let (news, _) = broadcast::channel(1_024);
        let live = Arc::new(Self { current: ArcSwap::new(Published::new(snapshot)), seq, news });
        let applying = Arc::downgrade(&live);
        std::thread::spawn(move || {
            while let Ok(mut batch) = committed.recv() {
                // What has arrived meanwhile shares one solve.
                batch.extend(committed.try_iter().flatten());
                match applying.upgrade() {
                    Some(live) => live.apply(batch),
                    None => break,
                }
            }
        });
        live
    }

    fn apply(&self, batch: Vec<Recorded>) {
        let before = self.current.load_full();
        let mut state = before.snapshot.state.clone();
        let mut changes = Vec::with_capacity(batch.len());
        for recorded in &batch {
            assert_eq!(recorded.seq, state.seq + 1, "the log has no gaps");
            changes.push(state.apply(recorded.seq, recorded.at, &recorded.event));
        }
        let seq = state.seq;
        self.current.store(Published::new(before.snapshot.advance(state, &changes)));
        self.seq.send_replace(seq);
        for recorded in batch {
            // Nobody may be listening.
            let _ = self.news.send(recorded);
        }
    }

    /// What is served now.
    pub fn current(&self) -> Arc<Published> {
        self.current.load_full()
    }

    /// Waits until `seq` is served; `false` if that takes longer than `patience`.
    pub async fn reach(&self, seq: u64, patience: Duration) -> bool {
        let mut watched = self.seq.subscribe();
        tokio::time::timeout(patience, watched.wait_for(|now| *now >= seq)).await.is_ok_and(|reached| reached.is_ok())
    }

    /// Events from now on, each after it is served.
    pub fn news(&self) -> broadcast::Receiver<Recorded> {
        self.news.subscribe()
    }
}
