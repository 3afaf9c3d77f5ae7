//! The history of one rating, as its own enterprise sees it.

use serde::Serialize;
use utoipa::ToSchema;

use super::link::LinkedRating;
use super::rating_rules::rating_of;
use super::{Service, ServiceError};
use crate::domain::{
    Comment, Date, EngagementId, EntityKind, Event, LinkMaker, Marks, RatingId, RatingNote, Subject, Timestamp,
};

/// One revision of a rating.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RatingRevision {
    /// Its number among the events of the engagement's rating, from 1.
    pub rev: u32,
    /// When it was recorded.
    pub at: Timestamp,
    /// The answers; `null`: the rating was withdrawn.
    pub marks: Option<Marks>,
    /// The day it counts from; `null`: withdrawn.
    pub rated_on: Option<Date>,
    /// The sentence beside it.
    pub comment: Option<Comment>,
    /// Why it was revised.
    pub reason: Option<Comment>,
    /// Whether it is the follow-up rating after a rectification.
    pub followup: bool,
    /// Who made the link it came by; `null` if the enterprise rated by itself.
    pub link: Option<LinkMaker>,
}

/// All revisions of one rating, the first first.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RatingHistory {
    /// The rating.
    pub id: RatingId,
    /// The engagement it rates.
    pub engagement: EngagementId,
    /// Its revisions.
    pub items: Vec<RatingRevision>,
}

impl Service {
    /// The history of the rating that a link shows, if there is one: whoever holds the link rates for the enterprise.
    ///
    /// # Errors
    /// What the log says.
    pub async fn linked_revisions(&self, linked: &LinkedRating) -> Result<Option<RatingHistory>, ServiceError> {
        match &linked.given {
            Some((rating, _)) => self.revisions(rating.id).await.map(Some),
            None => Ok(None),
        }
    }

    /// The history of a rating, withdrawn ones included.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or what the log says.
    pub(super) async fn revisions(&self, id: RatingId) -> Result<RatingHistory, ServiceError> {
        let known = self.live.current().snapshot.state.engagement_of(id).cloned();
        let engagement = known.ok_or_else(|| ServiceError::NotFound("rating", id.to_string()))?;
        let mut items = Vec::new();
        for revision in self.store.history(&rating_of(&engagement)).await? {
            let (of, rating) = match revision.event {
                Event::RatingSubmitted(rating) | Event::RatingRevised(rating) => (rating.id, Some(rating)),
                Event::RatingWithdrawn { id, .. } => (id, None),
                _ => continue,
            };
            // An engagement that was rated anew has another rating's events too.
            if of != id {
                continue;
            }
            let rating = match rating {
                Some(rating) => Some(self.with_comment(rating).await?),
                None => None,
            };
            let note = self.note(&engagement, revision.rev).await?;
            items.push(RatingRevision {
                rev: revision.rev,
                at: revision.at,
                marks: rating.as_ref().map(|rating| rating.marks),
                rated_on: rating.as_ref().map(|rating| rating.rated_on),
                comment: rating.and_then(|rating| rating.comment),
                reason: note.as_ref().and_then(|note| note.reason.clone()),
                followup: note.as_ref().is_some_and(|note| note.followup),
                link: note.and_then(|note| note.link),
            });
        }
        Ok(RatingHistory { id, engagement, items })
    }

    /// The remark on a revision, if there is one.
    async fn note(&self, engagement: &EngagementId, rev: u32) -> Result<Option<RatingNote>, ServiceError> {
        let subject = Subject { kind: EntityKind::RatingNote, id: format!("{engagement}/{rev}") };
        match self.store.history(&subject).await?.pop().map(|found| found.event) {
            Some(Event::RatingNoted(note)) => self.with_reason(note).await.map(Some),
            _ => Ok(None),
        }
    }
}
