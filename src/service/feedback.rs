//! What a college says of an engagement: sealed until both sides spoke or two weeks are over, and never scored.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rate::ratable;
use super::{Service, ServiceError, Written};
use crate::domain::{
    CollegeId, Date, Engagement, EngagementId, EngagementStatus, Event, Feedback, Invalid, Mark, Note, Role,
};
use crate::engine::State;

/// What a college sends.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeedback {
    /// 1 非常不满意 … 5 非常满意.
    #[schema(value_type = u8, minimum = 1, maximum = 5)]
    pub mark: Mark,
    /// One sentence.
    #[serde(default)]
    pub comment: Option<Note>,
}

/// What is to be seen of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FeedbackShown {
    /// The engagement.
    pub engagement: EngagementId,
    /// Whether what the other side said, if it did, is not to be seen yet.
    pub sealed: bool,
    /// From when on it is.
    pub sealed_until: Option<Date>,
    /// The mark, 1–5; `null`: none, or sealed.
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 5)]
    pub mark: Option<Mark>,
    /// The sentence.
    pub comment: Option<Note>,
    /// The day it was given.
    pub given_on: Option<Date>,
}

/// An engagement that a college has not spoken of.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedbackDue {
    /// The engagement.
    pub engagement: Engagement,
    /// The enterprise's name.
    pub enterprise: String,
}

/// Engagements offered for feedback at most.
const OFFERED: usize = 50;

impl Service {
    /// Engagements of a college that wait for its feedback, the latest first.
    pub(super) fn feedback_due(&self, college: &CollegeId) -> Vec<FeedbackDue> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let open = state.engagements_of(college).filter(|one| {
            one.status != EngagementStatus::Proposed
                && state.feedback.get(&one.id).is_none()
                && self.outside_window(one).is_none()
        });
        let mut due: Vec<FeedbackDue> = open
            .filter_map(|one| {
                let enterprise = state.enterprises.entry(&one.enterprise)?.value.name.to_string();
                Some(FeedbackDue { engagement: one.clone(), enterprise })
            })
            .collect();
        due.sort_by_key(|one| (std::cmp::Reverse(one.engagement.end), one.engagement.id.clone()));
        due.truncate(OFFERED);
        due
    }

    /// Records a college's feedback, once.
    ///
    /// # Errors
    /// [`ServiceError::NoEngagement`], [`ServiceError::RatingWindow`], [`ServiceError::AlreadyAnswered`].
    pub(super) async fn give_feedback(&self, id: EngagementId, new: NewFeedback) -> Result<Written, ServiceError> {
        self.on_newest(|| self.feedback_on_served(id.clone(), new.clone())).await
    }

    async fn feedback_on_served(&self, id: EngagementId, new: NewFeedback) -> Result<Written, ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let engagement = ratable(state, &id)?;
        if new.mark.get().is_none() {
            return Err(ServiceError::Invalid("/mark".to_owned(), Invalid::out_of_range(1, 5)));
        }
        if state.feedback.get(&id).is_some() {
            return Err(ServiceError::AlreadyAnswered);
        }
        if let Some(outside) = self.outside_window(engagement) {
            return Err(outside);
        }
        let nothing = || "".parse().unwrap_or_else(|_| unreachable!("a note may be empty"));
        let (comment, by) = (new.comment.unwrap_or_else(nothing), self.principal.id.as_str().into());
        let feedback = Feedback { engagement: id, mark: new.mark, comment, given_on: self.day(), by };
        match self.put(Event::FeedbackGiven(feedback), Some(0)).await {
            Err(ServiceError::RevisionConflict(_)) => Err(ServiceError::AlreadyAnswered),
            other => other,
        }
    }

    /// The feedback as the principal's side may see it: a college its own at once, an enterprise once it is not sealed.
    pub(super) fn feedback_shown(&self, state: &State, id: &EngagementId) -> FeedbackShown {
        let own = !matches!(self.principal.role, Role::EnterpriseRater(_));
        let sealed = state.is_sealed(id, self.day());
        let seen = state.feedback.get(id).filter(|_| own || !sealed);
        FeedbackShown {
            engagement: id.clone(),
            sealed,
            sealed_until: state.sealed_until(id).filter(|_| sealed),
            mark: seen.map(|given| given.mark),
            comment: seen.map(|given| given.comment.clone()),
            given_on: seen.map(|given| given.given_on),
        }
    }
}
