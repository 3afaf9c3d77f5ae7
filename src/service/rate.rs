//! Submitting, revising and withdrawing a rating.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::open::today;
use super::{Service, ServiceError};
use crate::domain::{Comment, Engagement, EngagementId, EngagementStatus, Event, Marks, Rating, RatingId};
use crate::engine::State;
use crate::store::{Draft, IdempotencyKey, StoreError, Unit};

/// What an enterprise sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatingBody {
    /// The engagement it rates.
    pub engagement: EngagementId,
    /// The answers.
    pub marks: Marks,
    /// One optional sentence.
    #[serde(default)]
    pub comment: Option<Comment>,
    /// 已核对：其中的号码须保留 Whoever sends it has seen that the sentence seems to hold a telephone or identity number, and wants it kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirm_personal_data: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RatingWritten {
    /// The rating.
    pub id: RatingId,
    /// The engagement it rates.
    pub engagement: EngagementId,
    /// Its revision, for `If-Match`.
    pub rev: u32,
    /// Every ranking at or after this seq includes it.
    pub seq: u64,
}

/// The engagement, if it can be rated.
pub(super) fn ratable<'a>(state: &'a State, id: &EngagementId) -> Result<&'a Engagement, ServiceError> {
    let open = state.engagements.get(id).filter(|engagement| engagement.status != EngagementStatus::Proposed);
    open.ok_or_else(|| ServiceError::NoEngagement(id.to_string()))
}

impl Service {
    /// Records one rating. Every ranking asked after this returned includes it. The second value tells whether the
    /// same request had been recorded before.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`], [`ServiceError::NoEngagement`], [`ServiceError::AlreadyRated`], or what the log says of the key.
    pub(super) async fn rate(&self, key: String, body: RatingBody) -> Result<(RatingWritten, bool), ServiceError> {
        self.may_rate(&body.engagement).await?;
        self.on_newest(|| self.rate_on_served(key.clone(), body.clone())).await
    }

    /// Counts one act of the enterprise that rates this engagement, if that is limited.
    async fn may_rate(&self, engagement: &EngagementId) -> Result<(), ServiceError> {
        let Some(rate) = self.ratings else { return Ok(()) };
        let current = self.live.current();
        // One that is not known here is refused later.
        let Some(known) = current.snapshot.state.engagements.get(engagement) else { return Ok(()) };
        self.limits.take("ratings", &known.enterprise.to_string(), rate).await.map_err(ServiceError::RateLimited)
    }

    async fn rate_on_served(&self, key: String, body: RatingBody) -> Result<(RatingWritten, bool), ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        // Whose key it is: another account's equal key, or that of a link of another enterprise, is another key.
        let principal = format!("{}/{}", self.principal.id, ratable(state, &body.engagement)?.enterprise);
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let fingerprint = Sha256::new().chain_update(b"POST /api/v1/ratings\n").chain_update(bytes).finalize().into();
        let id = RatingId::new(Uuid::new_v4()).unwrap_or_else(|_| unreachable!("a version 4 UUID is never nil"));
        let rating =
            Rating { id, engagement: body.engagement, marks: body.marks, rated_on: today(), comment: body.comment };
        let engagement = rating.engagement.clone();
        let live = state.ratings.get(&engagement).map(|rating| rating.id);
        let event = Event::RatingSubmitted(rating);
        let rev = if live.is_some() { u32::MAX } else { state.rev(&event.subject()) + 1 };
        let unit =
            Unit { drafts: vec![Draft { event, rev }], key: Some(IdempotencyKey { principal, key, fingerprint }) };
        let appended = match self.write(unit).await {
            // Known here to be rated, and the key is no replay of that.
            Err(ServiceError::Store(StoreError::Conflict(_))) if live.is_some() => {
                return Err(ServiceError::AlreadyRated(live.map(|id| id.to_string()).unwrap_or_default()));
            }
            other => other?,
        };
        let (id, rev) =
            if appended.replayed { self.recorded(appended.seq).await?.unwrap_or((id, rev)) } else { (id, rev) };
        Ok((RatingWritten { id, engagement, rev, seq: appended.seq }, appended.replayed))
    }

    /// Id and first revision of the rating submitted at a seq: what the first answer said.
    async fn recorded(&self, seq: u64) -> Result<Option<(RatingId, u32)>, ServiceError> {
        let events = self.store.events(seq - 1, 1).await?;
        let rev = self.store.revision(seq).await?;
        Ok(events.first().and_then(|recorded| match &*recorded.event {
            Event::RatingSubmitted(rating) => Some((rating.id, rev)),
            _ => None,
        }))
    }

    /// The live rating and its revision.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] or [`ServiceError::RatingWithdrawn`].
    pub(super) fn rating(&self, id: RatingId) -> Result<(Rating, u32), ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let missing = || ServiceError::NotFound("rating", id.to_string());
        let entry =
            state.engagement_of(id).and_then(|engagement| state.ratings.entry(engagement)).ok_or_else(missing)?;
        if entry.closed || entry.value.id != id {
            return Err(ServiceError::RatingWithdrawn);
        }
        Ok((entry.value.clone(), entry.rev))
    }

    /// Replaces the answers of a rating; `if_match` is the revision it is based on.
    ///
    /// # Errors
    /// [`ServiceError::RevisionConflict`] if somebody was faster, and those of [`Self::rating`].
    pub(super) async fn revise(
        &self,
        id: RatingId,
        if_match: u32,
        marks: Marks,
        comment: Option<Comment>,
    ) -> Result<RatingWritten, ServiceError> {
        let revised = |rating: Rating| {
            let (marks, comment) = (marks, comment.clone());
            Event::RatingRevised(Rating { marks, comment, rated_on: today(), ..rating })
        };
        self.on_newest(|| self.change(id, if_match, revised)).await
    }

    /// Withdraws a rating; rankings no longer count it.
    ///
    /// # Errors
    /// As [`Self::revise`].
    pub(super) async fn withdraw(&self, id: RatingId, if_match: u32) -> Result<RatingWritten, ServiceError> {
        let withdrawn = |rating: Rating| Event::RatingWithdrawn { id, engagement: rating.engagement };
        self.on_newest(|| self.change(id, if_match, withdrawn)).await
    }

    async fn change(
        &self,
        id: RatingId,
        if_match: u32,
        to: impl Fn(Rating) -> Event,
    ) -> Result<RatingWritten, ServiceError> {
        let (rating, rev) = self.rating(id)?;
        self.may_rate(&rating.engagement).await?;
        if rev != if_match {
            return Err(ServiceError::RevisionConflict(rev));
        }
        let unit = Unit { drafts: vec![Draft { event: to(rating.clone()), rev: rev + 1 }], key: None };
        match self.write(unit).await {
            Ok(appended) => Ok(RatingWritten { id, engagement: rating.engagement, rev: rev + 1, seq: appended.seq }),
            Err(ServiceError::Store(StoreError::Conflict(_))) => Err(ServiceError::RevisionConflict(rev + 1)),
            Err(other) => Err(other),
        }
    }
}
