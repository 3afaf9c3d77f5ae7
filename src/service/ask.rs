//! Asking for a shortlist or an explanation.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{Service, ServiceError, aside};
use crate::domain::{CollegeId, Comparisons, Explanation, Flags, Invalid, Question, Shortlist};
use crate::live::Published;
use crate::store::{Address, Store};

/// How long a read waits for the seq it asks for.
const PATIENCE: Duration = Duration::from_secs(2);
/// A seq this far beyond the log is a mistake, not a race.
const FAR: u64 = 1_000_000;
/// Most colleges compared at once.
const MOST_COMPARED: usize = 10;

impl Service {
    /// The snapshot to answer from: the current one, once it includes `min_seq`.
    ///
    /// # Errors
    /// [`ServiceError::InvalidSeq`] for a seq far in the future, [`ServiceError::ReplicaBehind`] after two seconds.
    pub(super) async fn at_least(&self, min_seq: Option<u64>) -> Result<Arc<Published>, ServiceError> {
        if let Some(seq) = min_seq {
            let head = self.live.current().snapshot.state.seq;
            if seq > head + FAR {
                return Err(ServiceError::InvalidSeq(head));
            }
            if seq > head {
                self.live.look_now();
            }
            if !self.live.reach(seq, PATIENCE).await {
                return Err(ServiceError::ReplicaBehind(seq));
            }
        }
        Ok(self.live.current())
    }

    /// A shortlist from the current snapshot.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park or preset.
    pub(super) fn shortlist(&self, question: &Question) -> Result<Shortlist, ServiceError> {
        Ok(self.live.current().snapshot.shortlist(question)?)
    }

    /// A shortlist straight from the log, without a server and beside one.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park or preset, or why the log cannot be read.
    pub async fn ask_offline(address: &Address, question: &Question) -> Result<Shortlist, ServiceError> {
        let store = Store::open_read_only(address).await?;
        let head = store.head().await?.seq;
        let state = super::open::state_at(&store, head).await?;
        store.close().await;
        Ok(crate::engine::Snapshot::cold_for(state, &question.park).shortlist(question)?)
    }

    /// A shortlist as JSON; asked again of the same snapshot, it is the same bytes.
    ///
    /// # Errors
    /// As [`Self::shortlist`].
    pub(super) async fn shortlist_json(published: Arc<Published>, question: Question) -> Result<Bytes, ServiceError> {
        if let Some(answer) = published.remembered(&question) {
            return Ok(answer);
        }
        let answer = |published: &Published, question: Question| {
            let shortlist = published.snapshot.shortlist(&question)?;
            let answer = Bytes::from(serde_json::to_vec(&shortlist).unwrap_or_default());
            published.remember(question, answer.clone());
            Ok(answer)
        };
        // What takes longer than a list is kept off the threads that serve.
        if question.takes_long() {
            return aside(move || answer(&published, question)).await;
        }
        answer(&published, question)
    }

    /// The blocks of ratings that the model trusts less, with the weight each keeps.
    pub(super) async fn flags(published: Arc<Published>) -> Flags {
        aside(move || published.snapshot.flags()).await
    }

    /// Some colleges pair by pair.
    ///
    /// # Errors
    /// [`ServiceError::Parameter`] unless there are two to ten; [`ServiceError::NotFound`] as [`Self::explain`].
    pub(super) async fn compare_colleges(
        published: Arc<Published>,
        question: Question,
        colleges: Vec<CollegeId>,
    ) -> Result<Comparisons, ServiceError> {
        if !(2..=MOST_COMPARED).contains(&colleges.len()) {
            return Err(ServiceError::Parameter("colleges", Invalid::out_of_range(2, MOST_COMPARED)));
        }
        Ok(aside(move || published.snapshot.compare(&question, &colleges)).await?)
    }

    /// Why a college stands where it stands; rating by rating, or in groups of enterprises.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park, preset or college that is not ranked.
    pub(super) async fn explain(
        published: Arc<Published>,
        question: Question,
        college: CollegeId,
        one_by_one: bool,
    ) -> Result<Explanation, ServiceError> {
        let explained = move || match one_by_one {
            true => published.snapshot.explanation(&question, &college),
            false => published.snapshot.explanation_in_groups(&question, &college),
        };
        Ok(aside(explained).await?)
    }
}
