//! Rating links: whoever holds one may rate its engagement, once; the browser that did may change that until its last day. A link
//! says for which revision of the rating it was made, so that no list of used ones is kept.

use super::link_key::{LinkKey, NAME, Signed};
use super::open::state_at;
use super::rate::ratable;
use super::{FeedbackShown, Service, ServiceError, TicketShown};
use crate::domain::{
    Comment, Date, Engagement, EngagementId, EnterpriseId, LinkMaker, Marks, NotCounted, Principal, Rating,
    RatingWindow, Role,
};
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
    /// Who made it; not told by links of earlier versions.
    pub maker: Option<LinkMaker>,
}

/// What a rater sees through a link.
#[derive(Clone, Debug)]
pub struct LinkedRating {
    /// The link and what it is for.
    pub link: RatingLink,
    /// The live rating and its revision.
    pub given: Option<(Rating, u32)>,
    /// Why the live rating does not count, if it does not.
    pub not_counted: Option<NotCounted>,
    /// The rectification that the live rating set going.
    pub ticket: Option<TicketShown>,
    /// What the college said, as far as it may be seen.
    pub feedback: FeedbackShown,
    /// When it could be rated for the first time, if that is not today.
    pub outside: Option<RatingWindow>,
    /// What the browser that gave it is given to keep: without, the link shows nobody how it was rated, whoever made it.
    pub mark: Option<String>,
    /// Whether the link has been used up: since it was made the engagement was rated, or its rating changed.
    pub used: bool,
}

impl LinkedRating {
    /// Whether `mark` is what the browser that gave the rating was given to keep.
    pub fn gave(&self, mark: Option<&str>) -> bool {
        mark.is_some_and(|mark| self.mark.as_deref() == Some(mark))
    }
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
    /// What should get better, and a sentence.
    pub comment: Option<Comment>,
    /// Why an earlier rating is revised.
    pub reason: Option<Comment>,
    /// Whether it is the follow-up rating after a rectification.
    pub followup: bool,
    /// Whether it comes from who gave the rating that there is (`LinkedRating::gave`), and not only by the link.
    pub gave: bool,
}

/// Days that a link holds if nobody says otherwise.
pub const LINK_DAYS: u16 = 60;

/// Who makes a link, unless the enterprise itself.
fn maker(principal: &Principal) -> Option<LinkMaker> {
    let own = matches!(principal.role, Role::EnterpriseRater(_));
    (!own).then(|| LinkMaker { role: principal.role.code().to_owned(), id: principal.id.clone() })
}

fn link(state: &State, key: &LinkKey, engagement: &Engagement, until: Date, maker: Option<LinkMaker>) -> RatingLink {
    let enterprise = state.enterprises.get(&engagement.enterprise).map(|found| found.name.to_string());
    let college = state.colleges.get(&engagement.college).map(|found| found.name.to_string());
    RatingLink {
        enterprise: enterprise.unwrap_or_else(|| engagement.enterprise.to_string()),
        college: college.unwrap_or_else(|| engagement.college.to_string()),
        path: format!(
            "/r/{}",
            key.sign(&Signed {
                engagement: engagement.id.clone(),
                until,
                rev: revision(state, &engagement.id),
                maker: maker.clone(),
            })
        ),
        rated: state.ratings.get(&engagement.id).is_some(),
        engagement: engagement.clone(),
        until,
        maker,
    }
}

/// The revision of an engagement's rating, withdrawn or not; 0: there was never one.
fn revision(state: &State, id: &EngagementId) -> u32 {
    state.ratings.entry(id).map_or(0, |entry| entry.rev)
}

fn links(
    state: &State,
    key: &LinkKey,
    wanted: &LinksWanted,
    maker: Option<&LinkMaker>,
    today: Date,
) -> Result<Vec<RatingLink>, ServiceError> {
    if let Some(id) = wanted.enterprise.as_ref().filter(|id| state.enterprises.get(id).is_none()) {
        return Err(ServiceError::NotFound("enterprise", id.to_string()));
    }
    let until = today.plus_days(i32::from(wanted.days));
    let all = state.engagements.iter().filter(|(_, entry)| !entry.closed).map(|(_, entry)| &entry.value);
    let asked = all.filter(|one| wanted.enterprise.as_ref().is_none_or(|id| *id == one.enterprise));
    let ratable = asked.filter(|one| ratable(state, &one.id).is_ok());
    let found = ratable.filter(|one| !wanted.open || state.ratings.get(&one.id).is_none());
    Ok(found.map(|one| link(state, key, one, until, maker.cloned())).collect())
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
        let today = store.now().day();
        store.close().await;
        links(&state, &LinkKey::from(key), wanted, maker(&Principal::operator()).as_ref(), today)
    }

    /// Links, in the order of the engagements.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown enterprise.
    pub(super) fn rating_links(&self, wanted: &LinksWanted) -> Result<Vec<RatingLink>, ServiceError> {
        let maker = maker(&self.principal);
        links(&self.live.current().snapshot.state, &self.link_key, wanted, maker.as_ref(), self.day())
    }

    /// A new link for one engagement.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::NoEngagement`] if it is not confirmed, or [`ServiceError::HasAccount`]: an
    /// enterprise that can sign in rates by itself, and nobody else gets a way to rate for it.
    pub(super) async fn rating_link(&self, id: &EngagementId, days: u16) -> Result<RatingLink, ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        if state.engagements.get(id).is_none() {
            return Err(ServiceError::NotFound("engagement", id.to_string()));
        }
        let engagement = ratable(state, id)?;
        let for_others = matches!(self.principal.role, Role::ParkManager(_) | Role::Planner(_));
        if for_others && self.accounts.rates_itself(&engagement.enterprise).await? {
            return Err(ServiceError::HasAccount);
        }
        let until = self.day().plus_days(i32::from(days));
        Ok(link(state, &self.link_key, engagement, until, maker(&self.principal)))
    }

    /// What a link is for, and the rating it already has.
    ///
    /// # Errors
    /// [`ServiceError::BadLink`]: forged, expired, or for what cannot be rated; it does not say which.
    pub async fn follow_link(&self, token: &str) -> Result<LinkedRating, ServiceError> {
        let signed = self.link_key.check(token, self.day()).ok_or(ServiceError::BadLink)?;
        let id = signed.engagement.clone();
        let current = self.live.current();
        let state = &current.snapshot.state;
        let engagement = ratable(state, &id).map_err(|_| ServiceError::BadLink)?;
        let entry = state.ratings.entry(&id).filter(|entry| !entry.closed);
        let not_counted = entry.and_then(|entry| state.not_counted(&entry.value));
        let given = match entry {
            Some(entry) => Some((self.with_comment(entry.value.clone()).await?, entry.rev)),
            None => None,
        };
        let mark = entry.map(|entry| self.link_key.mark(&id, entry.value.id));
        let window = engagement.rating_window(self.rating_window_days);
        let outside = self.outside_window(engagement).map(|_| window);
        let ticket = self.ticket_of(state, &id);
        let holder = Self { principal: Principal::link(engagement.enterprise.clone()).into(), ..self.clone() };
        let feedback = holder.feedback_shown(state, &id);
        Ok(LinkedRating {
            used: signed.rev != revision(state, &id),
            link: RatingLink {
                path: format!("/r/{token}"),
                ..link(state, &self.link_key, engagement, signed.until, signed.maker)
            },
            given,
            not_counted,
            ticket,
            feedback,
            outside,
            mark,
        })
    }
}
