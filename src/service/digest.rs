//! Replicas compare the digests of their states; one that is wrong says so and starts anew from the events.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use super::aside;
use super::open::{ENGINE, replayed};
use crate::live::{Checkpoint, Live, Standing};
use crate::store::{Chain, Store, StoreError};

/// How often what others left since is looked at.
const PAUSE: Duration = Duration::from_secs(2);

/// Where digests are compared.
type At = (u64, Chain);

/// Compares every checkpoint until nothing is served any more.
pub(super) async fn compare(store: Store, live: Weak<Live>, replica: String, distrust: Arc<Notify>) {
    let Some(mut checkpoints) = live.upgrade().map(|live| live.checkpoints()) else { return };
    let mut last: Option<(At, String)> = None;
    loop {
        match timeout(PAUSE, checkpoints.changed()).await {
            Ok(Err(_)) => return,
            Ok(Ok(())) => {
                let Some(Checkpoint { state, chain }) = checkpoints.borrow_and_update().clone() else { continue };
                let at = (state.seq, chain);
                let digest = aside(move || state.digest()).await;
                if let Err(error) = store.leave_digest(&replica, ENGINE, at, &digest).await {
                    tracing::warn!(%error, "the digest could not be left for the others");
                }
                last = Some((at, digest));
            }
            Err(_) => {}
        }
        let Some((at, digest)) = &last else { continue };
        match judge(&store, *at, digest).await {
            Ok(None) => {}
            Ok(Some(right)) => {
                let Some(live) = live.upgrade() else { return };
                if !right {
                    tracing::error!(seq = at.0, replica, "this replica's state is not what the log says");
                    live.stand(Standing::Diverged);
                    distrust.notify_one();
                }
                last = None;
            }
            Err(error) => tracing::warn!(%error, "the digests could not be compared"),
        }
    }
}

/// Whether the digest is right, by the log itself; asked only if others have another one.
async fn judge(store: &Store, at: At, digest: &str) -> Result<Option<bool>, StoreError> {
    let others = store.other_digests(ENGINE, at, digest).await?;
    if others.is_empty() {
        return Ok(None);
    }
    tracing::error!(seq = at.0, ?others, "other replicas have another state at the same event: the log is replayed");
    let right = replayed(store, at.0).await?;
    // A log that was replaced meanwhile judges nothing: that is found by following it.
    Ok(Some(store.chain_at(at.0).await? != Some(at.1) || right.digest() == digest))
}
