//! Submitting, revising and withdrawing a rating.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::rating_rules::Beside;
use super::{Service, ServiceError};
use crate::domain::{
    Comment, Date, Engagement, EngagementId, EngagementStatus, Event, Marks, NotCounted, Rating, RatingId, RatingNote,
};
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
    /// Why it is given again: required where the engagement had a rating that was withdrawn, 14 days after its first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Comment>,
    /// 已核对：其中的号码须保留 Whoever sends it has seen that the sentence seems to hold a telephone or identity number, and wants it kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirm_personal_data: bool,
}

/// A rating as its enterprise reads it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RatingShown {
    /// Its id.
    pub id: RatingId,
    /// The engagement it rates.
    pub engagement: EngagementId,
    /// The answers.
    pub marks: Marks,
    /// The day it was given.
    pub rated_on: Date,
    /// One optional sentence.
    pub comment: Option<Comment>,
    /// Why it is shown and does not count; `null`: it counts.
    pub not_counted: Option<NotCounted>,
}

/// New answers for a rating.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevisionBody {
    /// The answers: all of them.
    pub marks: Marks,
    /// One optional sentence.
    #[serde(default)]
    pub comment: Option<Comment>,
    /// Why it is revised: required from the 15th day after the first submission on.
    #[serde(default)]
    pub reason: Option<Comment>,
    /// Whether it is the one follow-up rating (追评) after a rectification: free of the limits of revisions.
    #[serde(default)]
    pub followup: bool,
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
    /// [`ServiceError::RateLimited`], [`ServiceError::NoEngagement`], [`ServiceError::AlreadyRated`],
    /// [`ServiceError::RatingWindow`], [`ServiceError::RevisionLimit`], or what the log says of the key.
    pub(super) async fn rate(
        &self,
        key: String,
        body: RatingBody,
        beside: Beside,
    ) -> Result<(RatingWritten, bool), ServiceError> {
        self.may_rate(&body.engagement).await?;
        self.on_newest(|| self.rate_on_served(key.clone(), body.clone(), beside.clone())).await
    }

    /// Counts one act of the enterprise that rates this engagement, if that is limited.
    async fn may_rate(&self, engagement: &EngagementId) -> Result<(), ServiceError> {
        let Some(rate) = self.ratings else { return Ok(()) };
        let current = self.live.current();
        // One that is not known here is refused later.
        let Some(known) = current.snapshot.state.engagements.get(engagement) else { return Ok(()) };
        self.limits.take("ratings", &known.enterprise.to_string(), rate).await.map_err(ServiceError::RateLimited)
    }

    async fn rate_on_served(
        &self,
        key: String,
        body: RatingBody,
        beside: Beside,
    ) -> Result<(RatingWritten, bool), ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let rated = ratable(state, &body.engagement)?;
        // Whose key it is: another account's equal key, or that of a link of another enterprise, is another key.
        let principal = format!("{}/{}", self.principal.id, rated.enterprise);
        let refusal = self.refusal(state, rated, body.reason.as_ref()).await?;
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let fingerprint = Sha256::new().chain_update(b"POST /api/v1/ratings\n").chain_update(bytes).finalize().into();
        let id = RatingId::new(Uuid::new_v4()).unwrap_or_else(|_| unreachable!("a version 4 UUID is never nil"));
        let RatingBody { engagement, marks, comment, reason, .. } = body;
        let rating = Rating { id, engagement, marks, rated_on: self.day(), comment, comment_digest: None };
        let engagement = rating.engagement.clone();
        let event = Event::RatingSubmitted(rating);
        // What may not be written can still be the replay of what was: the log decides, by a revision that never fits.
        let rev = if refusal.is_some() { u32::MAX } else { state.rev(&event.subject()) + 1 };
        let beside = Beside { reason, ..beside };
        let unit =
            Unit { drafts: drafts(event, rev, beside), key: Some(IdempotencyKey { principal, key, fingerprint }) };
        let appended = match (self.write(unit).await, refusal) {
            (Err(ServiceError::Store(StoreError::Conflict(_))), Some(refusal)) => return Err(refusal),
            (other, _) => other?,
        };
        let (id, rev) =
            if appended.replayed { self.recorded(appended.seq).await?.unwrap_or((id, rev)) } else { (id, rev) };
        Ok((RatingWritten { id, engagement, rev, seq: appended.seq }, appended.replayed))
    }

    /// Why the engagement may not be rated now, unless the same request was recorded before.
    async fn refusal(
        &self,
        state: &State,
        rated: &Engagement,
        reason: Option<&Comment>,
    ) -> Result<Option<ServiceError>, ServiceError> {
        let Some(entry) = state.ratings.entry(&rated.id) else { return Ok(self.outside_window(rated)) };
        if !entry.closed {
            return Ok(Some(ServiceError::AlreadyRated(entry.value.id.to_string())));
        }
        if let Some(outside) = self.outside_window(rated) {
            return Ok(Some(outside));
        }
        match self.may_revise(&rated.id, reason).await {
            Ok(()) => Ok(None),
            Err(refusal @ (ServiceError::Invalid(..) | ServiceError::RevisionLimit(_))) => Ok(Some(refusal)),
            Err(other) => Err(other),
        }
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
    /// [`ServiceError::RevisionConflict`] if somebody was faster, those of [`Self::rating`], and `missing-field` for a reason or
    /// [`ServiceError::RevisionLimit`].
    pub(super) async fn revise(
        &self,
        id: RatingId,
        if_match: u32,
        body: RevisionBody,
        beside: Beside,
    ) -> Result<RatingWritten, ServiceError> {
        let RevisionBody { marks, comment, reason, followup, .. } = body;
        let beside = Beside { reason, followup, ..beside };
        let revised = |rating: Rating| {
            let (marks, comment) = (marks, comment.clone());
            Event::RatingRevised(Rating { marks, comment, comment_digest: None, rated_on: self.day(), ..rating })
        };
        self.on_newest(|| self.change(id, if_match, revised, Some(&beside))).await
    }

    /// Withdraws a rating; rankings no longer count it.
    ///
    /// # Errors
    /// [`ServiceError::RevisionConflict`] if somebody was faster, and those of [`Self::rating`].
    pub(super) async fn withdraw(&self, id: RatingId, if_match: u32) -> Result<RatingWritten, ServiceError> {
        let withdrawn = |rating: Rating| Event::RatingWithdrawn { id, engagement: rating.engagement };
        self.on_newest(|| self.change(id, if_match, withdrawn, None)).await
    }

    /// `beside`: what goes beside a revision; `None`: it is withdrawn, which is always possible.
    async fn change(
        &self,
        id: RatingId,
        if_match: u32,
        to: impl Fn(Rating) -> Event,
        beside: Option<&Beside>,
    ) -> Result<RatingWritten, ServiceError> {
        let (rating, rev) = self.rating(id)?;
        self.may_rate(&rating.engagement).await?;
        if rev != if_match {
            return Err(ServiceError::RevisionConflict(rev));
        }
        match beside {
            Some(beside) if beside.followup => self.may_follow_up(&rating.engagement)?,
            Some(beside) => self.may_revise(&rating.engagement, beside.reason.as_ref()).await?,
            None => {}
        }
        let drafts = drafts(to(rating.clone()), rev + 1, beside.cloned().unwrap_or_default());
        match self.write(Unit { drafts, key: None }).await {
            Ok(appended) => Ok(RatingWritten { id, engagement: rating.engagement, rev: rev + 1, seq: appended.seq }),
            Err(ServiceError::Store(StoreError::Conflict(_))) => Err(ServiceError::RevisionConflict(rev + 1)),
            Err(other) => Err(other),
        }
    }
}

/// What is written of a rating: a remark, if there is one to be made, and right after it the rating.
fn drafts(event: Event, rev: u32, beside: Beside) -> Vec<Draft> {
    let Beside { reason, followup, link } = beside;
    let note = (reason.is_some() || followup || link.is_some()).then(|| {
        let engagement = match &event {
            Event::RatingSubmitted(rating) | Event::RatingRevised(rating) => Some(rating.engagement.clone()),
            _ => None,
        };
        let note = |engagement| RatingNote { engagement, rev, reason, reason_digest: None, followup, link };
        Some(Draft { event: Event::RatingNoted(note(engagement?)), rev: 1 })
    });
    note.flatten().into_iter().chain([Draft { event, rev }]).collect()
}
