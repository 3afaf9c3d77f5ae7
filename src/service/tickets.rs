//! Rectification tickets: each role sees of them what it may know, and does its step.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reach::Whose;
use super::{Service, ServiceError, Written};
use crate::domain::{
    BadMark, CollegeRef, Comment, Date, EngagementId, EnterpriseId, Event, Invalid, Label, ParkId, Role, Ticket,
    TicketId, TicketStanding, TicketStep,
};
use crate::engine::State;

/// With fewer partners than this a college is told only how many tickets are open: more would tell who rated.
const ENOUGH: usize = 3;

/// A step that somebody takes.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStep {
    /// What was done, or will change.
    pub text: Comment,
}

/// The enterprise of a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EnterpriseRef {
    /// Its code.
    pub id: EnterpriseId,
    /// Its name.
    pub name: Label,
}

/// A ticket as far as the reader may know it; `null` where not.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TicketShown {
    /// Its code.
    pub id: TicketId,
    /// The college.
    pub college: CollegeRef,
    /// Who rated: for its park, a supervisor and itself.
    pub enterprise: Option<EnterpriseRef>,
    /// Its park.
    pub park: Option<ParkId>,
    /// The engagement.
    pub engagement: Option<EngagementId>,
    /// What was marked badly: for the college and the enterprise.
    pub about: Option<Vec<BadMark>>,
    /// What is due next.
    pub standing: TicketStanding,
    /// Whether that is late.
    pub overdue: bool,
    /// The day of the rating; not for the college.
    pub opened_on: Option<Date>,
    /// The last day for contacting the enterprise; not for the college.
    pub contact_due: Option<Date>,
    /// When it was contacted; not for the college.
    pub contacted_on: Option<Date>,
    /// What was noted of it: for the park and a supervisor.
    pub contact: Option<Comment>,
    /// The last day for the college's answer; a college is told the end of that week.
    pub answer_due: Date,
    /// When the college answered.
    pub answered_on: Option<Date>,
    /// What it will change.
    pub answer: Option<Comment>,
    /// The day of the follow-up rating; not for the college.
    pub followed_up_on: Option<Date>,
    /// Whether the reader may give its follow-up rating now.
    pub may_follow_up: bool,
}

/// Tickets that a reader may know of.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Tickets {
    /// How many wait for somebody.
    pub open: u32,
    /// Whether no more than their number may be told: fewer than three enterprises work with the college.
    pub suppressed: bool,
    /// The tickets, those that are due first.
    pub items: Vec<TicketShown>,
}

/// A ticket seen by whom?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Eyes {
    /// A park's manager or a supervisor.
    Park,
    /// The enterprise that rated.
    Enterprise,
    /// The college.
    College,
}

impl Eyes {
    fn of(role: &Role) -> Self {
        match role {
            Role::CollegeOfficer(_) => Self::College,
            Role::EnterpriseRater(_) => Self::Enterprise,
            _ => Self::Park,
        }
    }
}

/// What is due as a college is told: a step of the others does not show before the week is over.
fn standing_told(ticket: &Ticket, today: Date) -> TicketStanding {
    match (&ticket.answer, ticket.followed_up_on) {
        (_, Some(day)) if today >= day.next_monday() => TicketStanding::Closed,
        (Some(_), _) => TicketStanding::Answered,
        (None, _) => TicketStanding::AnswerDue,
    }
}

fn shown(state: &State, ticket: &Ticket, eyes: Eyes, today: Date) -> Option<TicketShown> {
    let engagement = state.engagements.get(&ticket.engagement)?;
    let enterprise = state.enterprises.entry(&engagement.enterprise)?;
    let college = state.colleges.entry(&engagement.college)?;
    let told = eyes == Eyes::College;
    let standing = if told { standing_told(ticket, today) } else { ticket.standing() };
    let late = standing == TicketStanding::AnswerDue && today > ticket.answer_due_told();
    let step = |step: &Option<TicketStep>| step.as_ref().map(|step| (step.on, step.text.clone())).unzip();
    let (contacted_on, contact) = step(&ticket.contact);
    let (answered_on, answer) = step(&ticket.answer);
    let name = EnterpriseRef { id: engagement.enterprise.clone(), name: enterprise.value.name.clone() };
    Some(TicketShown {
        id: ticket.id.clone(),
        college: CollegeRef { id: engagement.college.clone(), name: college.value.name.clone() },
        enterprise: (!told).then_some(name),
        park: (!told).then(|| enterprise.value.park.clone()),
        engagement: (!told).then(|| engagement.id.clone()),
        about: (eyes != Eyes::Park).then(|| ticket.about.clone()),
        standing,
        overdue: if told { late } else { ticket.is_overdue(today) },
        opened_on: (!told).then_some(ticket.opened_on),
        contact_due: (!told).then(|| ticket.contact_due()),
        contacted_on: contacted_on.filter(|_| !told),
        contact: contact.filter(|_| eyes == Eyes::Park),
        answer_due: if told { ticket.answer_due_told() } else { ticket.answer_due() },
        answered_on,
        answer,
        followed_up_on: ticket.followed_up_on.filter(|_| !told),
        may_follow_up: eyes == Eyes::Enterprise && ticket.may_follow_up(today),
    })
}

impl Service {
    /// The tickets that `may` be read, as the principal's role may know them.
    pub(super) fn tickets(&self, may: impl Fn(&State, &TicketId) -> bool) -> Tickets {
        let current = self.live.current();
        let (state, today) = (&current.snapshot.state, self.day());
        let eyes = Eyes::of(&self.principal.role);
        let all = state.tickets.iter().filter(|(_, entry)| !entry.closed).map(|(_, entry)| &entry.value);
        let own = all.filter(|ticket| may(state, &ticket.id));
        let seen = own.filter(|ticket| eyes != Eyes::College || today >= ticket.seen_from());
        let mut items: Vec<TicketShown> = seen.filter_map(|ticket| shown(state, ticket, eyes, today)).collect();
        items.sort_by_key(|one| (one.standing == TicketStanding::Closed, one.answer_due, one.id.clone()));
        let waits = |one: &&TicketShown| one.standing != TicketStanding::Closed;
        let open = items.iter().filter(waits).count() as u32;
        let suppressed = match &self.principal.role {
            Role::CollegeOfficer(college) => state.partners_of(college) < ENOUGH,
            _ => false,
        };
        if suppressed {
            items.clear();
        }
        Tickets { open, suppressed, items }
    }

    /// The ticket of an engagement's rating, as its enterprise sees it.
    pub(super) fn ticket_of(&self, state: &State, engagement: &EngagementId) -> Option<TicketShown> {
        let rating = state.ratings.get(engagement)?;
        let ticket = state.tickets.get(&crate::engine::ticket_of(rating.id))?;
        shown(state, ticket, Eyes::Enterprise, self.day())
    }

    /// Whether the engagement's rating may now be followed up, once and whatever was revised before.
    pub(super) fn may_follow_up(&self, engagement: &EngagementId) -> Result<(), ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let rating = state.ratings.get(engagement).map(|rating| crate::engine::ticket_of(rating.id));
        let ticket = rating.and_then(|id| state.tickets.get(&id));
        let may = ticket.is_some_and(|ticket| ticket.may_follow_up(self.day()));
        if may { Ok(()) } else { Err(ServiceError::NoFollowUp) }
    }

    /// Notes that the enterprise was contacted, once.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::AlreadyAnswered`], `missing-field` for a text.
    pub(super) async fn contact_ticket(&self, id: TicketId, new: NewStep) -> Result<Written, ServiceError> {
        self.step(id, new, |ticket| ticket.contact.is_some(), Event::TicketContacted).await
    }

    /// Answers a ticket, once.
    ///
    /// # Errors
    /// As [`Self::contact_ticket`]; also if the college may not be told of it.
    pub(super) async fn answer_ticket(&self, id: TicketId, new: NewStep) -> Result<Written, ServiceError> {
        let told = {
            let current = self.live.current();
            let state = &current.snapshot.state;
            let college = Whose(state).ticket(&id).college.cloned();
            let enough = college.is_some_and(|college| state.partners_of(&college) >= ENOUGH);
            enough && state.tickets.get(&id).is_some_and(|ticket| self.day() >= ticket.seen_from())
        };
        if !told && matches!(self.principal.role, Role::CollegeOfficer(_)) {
            return Err(ServiceError::NotFound("ticket", id.to_string()));
        }
        self.step(id, new, |ticket| ticket.answer.is_some(), Event::TicketAnswered).await
    }

    async fn step(
        &self,
        id: TicketId,
        new: NewStep,
        done: impl Fn(&Ticket) -> bool,
        event: fn(TicketStep) -> Event,
    ) -> Result<Written, ServiceError> {
        if new.text.as_str().is_empty() {
            return Err(ServiceError::Invalid("/text".to_owned(), Invalid::missing_field("text")));
        }
        let current = self.live.current();
        let ticket = current.snapshot.state.tickets.get(&id);
        let ticket = ticket.ok_or_else(|| ServiceError::NotFound("ticket", id.to_string()))?;
        if done(ticket) {
            return Err(ServiceError::AlreadyAnswered);
        }
        let (on, by) = (self.day(), self.principal.id.as_str().into());
        match self.put(event(TicketStep { ticket: id, text: new.text, on, by }), Some(ticket.steps)).await {
            Err(ServiceError::RevisionConflict(_)) => Err(ServiceError::AlreadyAnswered),
            other => other,
        }
    }
}
