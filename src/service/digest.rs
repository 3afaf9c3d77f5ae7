//! Replicas compare the digests of their states; one that is wrong says so and starts anew from the events.

use std::sync::Arc;

use tokio::sync::Notify;

use super::aside;
use super::open::{ENGINE, replayed};
use crate::live::{Checkpoint, Live, Standing};
use crate::store::{Store, StoreError};

/// Compares every checkpoint until nothing is served any more.
pub(super) async fn compare(store: Store, live: std::sync::Weak<Live>, replica: String, distrust: Arc<Notify>) {
    let Some(mut checkpoints) = live.upgrade().map(|live| live.checkpoints()) else { return };
    while checkpoints.changed().await.is_ok() {
        let Some(checkpoint) = checkpoints.borrow_and_update().clone() else { continue };
        let seq = checkpoint.state.seq;
        match is_right(&store, &replica, checkpoint).await {
            Ok(true) => {}
            Ok(false) => {
                let Some(live) = live.upgrade() else { return };
                tracing::error!(seq, replica, "this replica's state is not what the log says");
                live.stand(Standing::Diverged);
                distrust.notify_one();
            }
            Err(error) => tracing::warn!(%error, seq, "the digest could not be compared"),
        }
    }
}

async fn is_right(store: &Store, replica: &str, Checkpoint { state, chain }: Checkpoint) -> Result<bool, StoreError> {
    let seq = state.seq;
    let digest = aside(move || state.digest()).await;
    let others = store.compare_digest(replica, ENGINE, (seq, chain), &digest).await?;
    if others.is_empty() {
        return Ok(true);
    }
    tracing::error!(seq, ?others, "other replicas have another state at the same event; the log is replayed to judge");
    let right = replayed(store, seq).await?;
    if store.chain_at(seq).await? != Some(chain) {
        // The log was replaced meanwhile: that is found by following it.
        return Ok(true);
    }
    Ok(right.digest() == digest)
}
