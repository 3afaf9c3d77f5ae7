//! Rating links: whoever holds one may rate its engagement, once, and change that until the link's last day.

use super::link_key::{LinkKey, NAME};
use super::open::{state_at, today};
use super::rate::ratable;
use super::{Service, ServiceError};
use crate::domain::{Comment, Date, Engagement, EngagementId, EnterpriseId, Marks, Rating};
use crate::engine::State;
use crate::store::{Address, Store, Vault};

/// A link and what it is for.
#[derive(Clone, Debug)]
pub struct RatingLink {
    /// The engagement to rate.
    pub engagement: Engagement,
    /// The enterprise that rates.
    pub enterprise: String,
    /// The college that is rated.
    pub college: String,
    /// Its last day.
    pub until: Date,
    /// Whether there is a rating.
    pub rated: bool,
    /// The path of the form.
    pub path: String,
}

/// What a rater sees through a link.
#[derive(Clone, Debug)]
pub struct LinkedRating {
    /// The link and what it is for.
    pub link: RatingLink,
    /// The live rating and its revision.
    pub given: Option<(Rating, u32)>,
}

/// Which links to make.
#[derive(Clone, Debug)]
pub struct LinksWanted {
    /// Of this enterprise only.
    pub enterprise: Option<EnterpriseId>,
    /// Only where there is no rating yet.
    pub open: bool,
    /// Days from today that they hold.
    pub days: u16,
}

/// What a rater sent.
#[derive(Clone, Debug)]
pub struct LinkAnswer {
    /// The same for every try of one sending.
    pub key: String,
    /// The revision it changes; 0: none yet.
    pub rev: u32,
    /// The answers.
    pub marks: Marks,
    /// Reasons and a sentence.
    pub comment: Option<Comment>,
}

/// Days that a link holds if nobody says otherwise.
pub const LINK_DAYS: u16 = 60;

fn link(state: &State, key: &LinkKey, engagement: &Engagement, until: Date) -> RatingLink {
    let enterprise = state.enterprises.get(&engagement.enterprise).map(|found| found.name.to_string());
    let college = state.colleges.get(&engagement.college).map(|found| found.name.to_string());
    RatingLink {
        enterprise: enterprise.unwrap_or_else(|| engagement.enterprise.to_string()),
        college: college.unwrap_or_else(|| engagement.college.to_string()),
        path: format!("/r/{}", key.sign(&engagement.id, until)),
        rated: state.ratings.get(&engagement.id).is_some(),
        engagement: engagement.clone(),
        until,
    }
}

fn links(state: &State, key: &LinkKey, wanted: &LinksWanted) -> Result<Vec<RatingLink>, ServiceError> {
    if let Some(id) = wanted.enterprise.as_ref().filter(|id| state.enterprises.get(id).is_none()) {
        return Err(ServiceError::NotFound("enterprise", id.to_string()));
    }
    let until = today().plus_days(i32::from(wanted.days));
    let all = state.engagements.iter().filter(|(_, entry)| !entry.closed).map(|(_, entry)| &entry.value);
    let asked = all.filter(|one| wanted.enterprise.as_ref().is_none_or(|id| *id == one.enterprise));
    let ratable = asked.filter(|one| ratable(state, &one.id).is_ok());
    let found = ratable.filter(|one| !wanted.open || state.ratings.get(&one.id).is_none());
    Ok(found.map(|one| link(state, key, one, until)).collect())
}

impl Service {
    /// Links of a log beside a running server, in the order of the engagements.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown enterprise, [`ServiceError::NoLinkKey`], or what the database says.
    pub async fn links_offline(
        address: &Address,
        vault: Vault,
        wanted: &LinksWanted,
    ) -> Result<Vec<RatingLink>, ServiceError> {
        let store = Store::open_read_only(address).await?.sealed_by(vault);
        let key = store.secret(NAME).await?.ok_or(ServiceError::NoLinkKey)?;
        let state = state_at(&store, store.head().await?.seq).await?;
        store.close().await;
        links(&state, &LinkKey::from(key), wanted)
    }

    /// Links, in the order of the engagements.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown enterprise.
    pub(super) fn rating_links(&self, wanted: &LinksWanted) -> Result<Vec<RatingLink>, ServiceError> {
        links(&self.live.current().snapshot.state, &self.link_key, wanted)
    }

    /// A new link for one engagement.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], or [`ServiceError::NoEngagement`] if it is not confirmed.
    pub(super) fn rating_link(&self, id: &EngagementId, days: u16) -> Result<RatingLink, ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        if state.engagements.get(id).is_none() {
            return Err(ServiceError::NotFound("engagement", id.to_string()));
        }
        Ok(link(state, &self.link_key, ratable(state, id)?, today().plus_days(i32::from(days))))
    }

    /// What a link is for, and the rating it already has.
    ///
    /// # Errors
    /// [`ServiceError::BadLink`]: forged, expired, or for what cannot be rated; it does not say which.
    pub fn follow_link(&self, token: &str) -> Result<LinkedRating, ServiceError> {
        let (id, until) = self.link_key.check(token, today()).ok_or(ServiceError::BadLink)?;
        let current = self.live.current();
        let state = &current.snapshot.state;
        let engagement = ratable(state, &id).map_err(|_| ServiceError::BadLink)?;
        let entry = state.ratings.entry(&id).filter(|entry| !entry.closed);
        let given = entry.map(|entry| (entry.value.clone(), entry.rev));
        Ok(LinkedRating { link: link(state, &self.link_key, engagement, until), given })
    }
}
