//! Ratings and rating links, as somebody.

use super::super::authorize::{Action, Denied, authorize};
use super::super::link::{LinkAnswer, LinkedRating, LinksWanted, RatingLink};
use super::super::rating_rules::Beside;
use super::super::reach::{Whose, rated};
use super::super::{RatingBody, RatingHistory, RatingShown, RatingWritten, RevisionBody, Service, ServiceError};
use super::Acting;
use crate::domain::{EngagementId, Principal, Rating, RatingId, Role};

impl Acting {
    /// Records one rating; the second value tells whether the same request had been recorded before.
    ///
    /// # Errors
    /// [`ServiceError::NoEngagement`], of another's engagement too; [`ServiceError::AlreadyRated`],
    /// [`ServiceError::RatingWindow`].
    pub async fn rate(&self, key: String, body: RatingBody) -> Result<(RatingWritten, bool), ServiceError> {
        self.rate_beside(key, body, Beside::default()).await
    }

    async fn rate_beside(
        &self,
        key: String,
        body: RatingBody,
        beside: Beside,
    ) -> Result<(RatingWritten, bool), ServiceError> {
        self.on_newest(|| async {
            let current = self.state();
            let state = &current.snapshot.state;
            let known = state.engagements.get(&body.engagement);
            let object = known.map_or(Default::default(), |known| Whose(state).engagement(known));
            authorize(self.principal(), Action::Rate, object).map_err(|denied| match denied {
                Denied::Foreign => ServiceError::NoEngagement(body.engagement.to_string()),
                other => other.into(),
            })
        })
        .await?;
        self.0.rate(key, body, beside).await
    }

    fn on_rating(&self, action: Action, id: RatingId) -> Result<(), ServiceError> {
        let current = self.state();
        let state = &current.snapshot.state;
        let object = rated(state, id).map_or(Default::default(), |known| Whose(state).engagement(known));
        self.on(action, "rating", &id, object)
    }

    /// The live rating and its revision.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] or [`ServiceError::RatingWithdrawn`].
    pub async fn rating(&self, id: RatingId) -> Result<(RatingShown, u32), ServiceError> {
        self.on_rating(Action::ReadRating, id)?;
        self.audited("read-rating", &id.to_string()).await?;
        let (rating, rev) = self.0.rating(id)?;
        let not_counted = self.state().snapshot.state.not_counted(&rating);
        let Rating { id, engagement, marks, rated_on, comment, .. } = self.0.with_comment(rating).await?;
        Ok((RatingShown { id, engagement, marks, rated_on, comment, not_counted }, rev))
    }

    /// Replaces the answers of a rating; `if_match` is the revision it is based on.
    ///
    /// # Errors
    /// [`ServiceError::RevisionConflict`] if somebody was faster, and those of [`Self::rating`].
    pub async fn revise(&self, id: RatingId, if_match: u32, body: RevisionBody) -> Result<RatingWritten, ServiceError> {
        self.revise_beside(id, if_match, body, Beside::default()).await
    }

    async fn revise_beside(
        &self,
        id: RatingId,
        if_match: u32,
        body: RevisionBody,
        beside: Beside,
    ) -> Result<RatingWritten, ServiceError> {
        self.on_newest(|| async { self.on_rating(Action::Rate, id) }).await?;
        self.0.revise(id, if_match, body, beside).await
    }

    /// All revisions of a rating of the principal's own.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], of another's rating too.
    pub async fn revisions(&self, id: RatingId) -> Result<RatingHistory, ServiceError> {
        self.on_rating(Action::ReadRating, id)?;
        self.0.revisions(id).await
    }

    /// Withdraws a rating; rankings no longer count it.
    ///
    /// # Errors
    /// As [`Self::revise`].
    pub async fn withdraw(&self, id: RatingId, if_match: u32) -> Result<RatingWritten, ServiceError> {
        self.on_newest(|| async { self.on_rating(Action::Rate, id) }).await?;
        self.0.withdraw(id, if_match).await
    }

    /// Links, in the order of the engagements.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown enterprise.
    pub fn rating_links(&self, wanted: &LinksWanted) -> Result<Vec<RatingLink>, ServiceError> {
        self.may(Action::Invite)?;
        // Whoever makes links for others makes them one by one, where it is asked whether the enterprise rates itself.
        if matches!(self.principal().role, Role::ParkManager(_) | Role::Planner(_)) {
            return Err(ServiceError::Forbidden);
        }
        let mut links = self.0.rating_links(wanted)?;
        let current = self.state();
        let whose = Whose(&current.snapshot.state);
        links.retain(|link| authorize(self.principal(), Action::Invite, whose.engagement(&link.engagement)).is_ok());
        links.iter().for_each(|link| self.noted("make-rating-link", link.engagement.id.as_str()));
        Ok(links)
    }

    /// A new link for one engagement.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::NoEngagement`] if it is not confirmed, [`ServiceError::HasAccount`].
    pub async fn rating_link(&self, id: &EngagementId, days: u16) -> Result<RatingLink, ServiceError> {
        let current = self.state();
        let state = &current.snapshot.state;
        let object = state.engagements.get(id).map_or(Default::default(), |known| Whose(state).engagement(known));
        self.on(Action::Invite, "engagement", id, object)?;
        self.noted("make-rating-link", id.as_str());
        self.0.rating_link(id, days).await
    }
}

impl Service {
    /// Rates by a link, or changes the rating that there is: whoever holds it is the enterprise's rater.
    ///
    /// # Errors
    /// [`ServiceError::BadLink`], [`ServiceError::UsedLink`], and those of [`Acting::rate`] and [`Acting::revise`].
    pub async fn rate_by_link(&self, token: &str, answer: LinkAnswer) -> Result<(RatingWritten, bool), ServiceError> {
        let LinkedRating { link, given, used, .. } = self.follow_link(token).await?;
        let holder = self.acting(Principal::link(link.engagement.enterprise.clone()).into());
        let LinkAnswer { key, rev, marks, comment, reason, followup, gave } = answer;
        let beside = Beside { link: link.maker, ..Beside::default() };
        if rev == 0 {
            // Withdrawn since: not by this link again.
            if used && given.is_none() {
                return Err(ServiceError::UsedLink);
            }
            let (engagement, confirm_personal_data) = (link.engagement.id, false);
            let body = RatingBody { engagement, marks, comment, reason, confirm_personal_data };
            return holder.rate_beside(key, body, beside).await;
        }
        let (rating, now) = given.ok_or(ServiceError::RatingWithdrawn)?;
        // Sent again, after it was recorded; told only to who gave it: the answers could be guessed.
        if gave && now == rev + 1 && rating.marks == marks && rating.comment == comment {
            let (id, engagement, seq) = (rating.id, rating.engagement, self.live.current().snapshot.state.seq);
            return Ok((RatingWritten { id, engagement, rev: now, seq }, true));
        }
        if used && !gave {
            return Err(ServiceError::UsedLink);
        }
        let body = RevisionBody { marks, comment, reason, followup, confirm_personal_data: false };
        Ok((holder.revise_beside(rating.id, rev, body, beside).await?, false))
    }
}
