//! Rectification tickets and feedback, as somebody.

use super::super::authorize::{Action, authorize};
use super::super::reach::Whose;
use super::super::{FeedbackDue, FeedbackShown, NewFeedback, NewStep, ServiceError, Tickets, Written};
use super::Acting;
use crate::domain::{EngagementId, Role, TicketId};

impl Acting {
    /// The tickets that the principal may read, as far as it may know them.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`].
    pub fn tickets(&self) -> Result<Tickets, ServiceError> {
        self.may(Action::ReadTicket)?;
        let own = |state: &crate::engine::State, id: &TicketId| {
            authorize(self.principal(), Action::ReadTicket, Whose(state).ticket(id)).is_ok()
        };
        Ok(self.0.tickets(own))
    }

    fn on_ticket(&self, action: Action, id: &TicketId) -> Result<(), ServiceError> {
        self.on(action, "ticket", id, Whose(&self.state().snapshot.state).ticket(id))
    }

    /// Notes that the enterprise of a ticket was contacted.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::AlreadyAnswered`].
    pub async fn contact_ticket(&self, id: TicketId, new: NewStep) -> Result<Written, ServiceError> {
        self.on_newest(|| async { self.on_ticket(Action::NoteContact, &id) }).await?;
        self.0.contact_ticket(id, new).await
    }

    /// Answers a ticket for the principal's college.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::AlreadyAnswered`].
    pub async fn answer_ticket(&self, id: TicketId, new: NewStep) -> Result<Written, ServiceError> {
        self.on_newest(|| async { self.on_ticket(Action::AnswerTicket, &id) }).await?;
        self.0.answer_ticket(id, new).await
    }

    /// Engagements that wait for the feedback of the principal's college.
    pub fn feedback_due(&self) -> Vec<FeedbackDue> {
        match (&self.principal().role, self.may(Action::GiveFeedback)) {
            (Role::CollegeOfficer(college), Ok(_)) => self.0.feedback_due(college),
            _ => Vec::new(),
        }
    }

    fn on_engagement(&self, action: Action, id: &EngagementId) -> Result<(), ServiceError> {
        self.on(action, "engagement", id, Whose(&self.state().snapshot.state).engaged(id))
    }

    /// Gives the college's feedback on an engagement.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::NoEngagement`], [`ServiceError::AlreadyAnswered`].
    pub async fn give_feedback(&self, id: EngagementId, new: NewFeedback) -> Result<Written, ServiceError> {
        self.on_newest(|| async { self.on_engagement(Action::GiveFeedback, &id) }).await?;
        self.0.give_feedback(id, new).await
    }

    /// The college's feedback on an engagement, as far as it may be seen.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn feedback(&self, id: &EngagementId) -> Result<FeedbackShown, ServiceError> {
        self.on_engagement(Action::ReadFeedback, id)?;
        let current = self.state();
        if current.snapshot.state.engagements.get(id).is_none() {
            return Err(ServiceError::NotFound("engagement", id.to_string()));
        }
        Ok(self.0.feedback_shown(&current.snapshot.state, id))
    }
}
