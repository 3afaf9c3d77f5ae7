//! Flags, appeals and what a college is told of them, as somebody.

use super::super::authorize::Action;
use super::super::flag_reviews::random_code;
use super::super::{
    AppealShown, AppealWritten, CollegeReview, FlagDecided, FlagDecision, NewAppeal, NewAppealAnswer, ServiceError,
};
use super::Acting;
use crate::domain::{AppealId, CollegeId, RelationId, Role};

impl Acting {
    /// Decides on a flagged block.
    ///
    /// # Errors
    /// [`ServiceError::NotFlagged`], [`ServiceError::Invalid`].
    pub async fn review_flag(&self, new: FlagDecision) -> Result<FlagDecided, ServiceError> {
        self.may(Action::ReviewFlag)?;
        self.0.review_flag(new).await
    }

    /// What a college is told of flags on its ratings.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], of another's college too.
    pub async fn college_reviews(&self, id: &CollegeId) -> Result<Vec<CollegeReview>, ServiceError> {
        self.on_college(Action::ReadReview, id)?;
        if self.state().snapshot.state.colleges.get(id).is_none() {
            return Err(ServiceError::NotFound("college", id.to_string()));
        }
        Ok(self.0.college_reviews(id).await)
    }

    /// Lodges an appeal for the principal's college.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for another's college, [`ServiceError::Invalid`].
    pub async fn appeal(&self, new: NewAppeal) -> Result<AppealWritten, ServiceError> {
        self.on_college(Action::Appeal, &new.college)?;
        self.0.appeal(new).await
    }

    /// Answers an appeal.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::AlreadyAnswered`].
    pub async fn answer_appeal(&self, id: AppealId, new: NewAppealAnswer) -> Result<AppealWritten, ServiceError> {
        self.may(Action::ReviewFlag)?;
        self.0.answer_appeal(id, new).await
    }

    /// A code for a new tie.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`].
    pub fn new_relation_id(&self) -> Result<RelationId, ServiceError> {
        self.may(Action::KeepRelation)?;
        random_code('V')
    }

    /// Appeals that the principal may read. Who lodged and answered them is told to whoever decides on flags.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`].
    pub fn appeals(&self) -> Result<Vec<AppealShown>, ServiceError> {
        self.may(Action::ReadAppeal)?;
        let of = match &self.principal().role {
            Role::CollegeOfficer(college) => Some(college),
            _ => None,
        };
        let mut shown = self.0.appeals(of);
        if self.may(Action::ReviewFlag).is_err() {
            shown.iter_mut().for_each(|one| (one.by, one.answered_by) = (None, None));
        }
        Ok(shown)
    }
}
