//! Ratings and rating links, as somebody.

use super::super::authorize::{Action, Denied, authorize};
use super::super::link::{LinkAnswer, LinkedRating, LinksWanted, RatingLink};
use super::super::reach::{Whose, rated};
use super::super::{RatingBody, RatingWritten, Service, ServiceError};
use super::Acting;
use crate::domain::{Comment, EngagementId, Marks, Principal, Rating, RatingId};

impl Acting {
    /// Records one rating; the second value tells whether the same request had been recorded before.
    ///
    /// # Errors
    /// [`ServiceError::NoEngagement`], of another's engagement too; [`ServiceError::AlreadyRated`].
    pub async fn rate(&self, key: String, body: RatingBody) -> Result<(RatingWritten, bool), ServiceError> {
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
        self.0.rate(key, body).await
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
    pub fn rating(&self, id: RatingId) -> Result<(Rating, u32), ServiceError> {
        self.on_rating(Action::ReadRating, id)?;
        self.0.rating(id)
    }

    /// Replaces the answers of a rating; `if_match` is the revision it is based on.
    ///
    /// # Errors
    /// [`ServiceError::RevisionConflict`] if somebody was faster, and those of [`Self::rating`].
    pub async fn revise(
        &self,
        id: RatingId,
        if_match: u32,
        marks: Marks,
        comment: Option<Comment>,
    ) -> Result<RatingWritten, ServiceError> {
        self.on_newest(|| async { self.on_rating(Action::Rate, id) }).await?;
        self.0.revise(id, if_match, marks, comment).await
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
        let mut links = self.0.rating_links(wanted)?;
        let current = self.state();
        let whose = Whose(&current.snapshot.state);
        links.retain(|link| authorize(self.principal(), Action::Invite, whose.engagement(&link.engagement)).is_ok());
        Ok(links)
    }

    /// A new link for one engagement.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or [`ServiceError::NoEngagement`] if it is not confirmed.
    pub fn rating_link(&self, id: &EngagementId, days: u16) -> Result<RatingLink, ServiceError> {
        let current = self.state();
        let state = &current.snapshot.state;
        let object = state.engagements.get(id).map_or(Default::default(), |known| Whose(state).engagement(known));
        self.on(Action::Invite, "engagement", id, object)?;
        self.0.rating_link(id, days)
    }
}

impl Service {
    /// Rates by a link, or changes the rating that there is: whoever holds it is the enterprise's rater.
    ///
    /// # Errors
    /// [`ServiceError::BadLink`], and those of [`Acting::rate`] and [`Acting::revise`].
    pub async fn rate_by_link(&self, token: &str, answer: LinkAnswer) -> Result<(RatingWritten, bool), ServiceError> {
        let LinkedRating { link, given } = self.follow_link(token)?;
        let holder = self.acting(Principal::link(link.engagement.enterprise.clone()).into());
        let LinkAnswer { key, rev, marks, comment } = answer;
        if rev == 0 {
            return holder
                .rate(key, RatingBody { engagement: link.engagement.id, marks, comment, confirm_personal_data: false })
                .await;
        }
        let (rating, now) = given.ok_or(ServiceError::RatingWithdrawn)?;
        // Sent again, after it was recorded.
        if now == rev + 1 && rating.marks == marks && rating.comment == comment {
            let (id, engagement, seq) = (rating.id, rating.engagement, self.live.current().snapshot.state.seq);
            return Ok((RatingWritten { id, engagement, rev: now, seq }, true));
        }
        Ok((holder.revise(rating.id, rev, marks, comment).await?, false))
    }
}
