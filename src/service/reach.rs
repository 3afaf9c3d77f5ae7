//! Whose a thing is: objects of the state, and what an event does to which of them.

use super::authorize::{Action, Denied, Object, authorize, reach};
use super::{ServiceError, new_code};
use crate::domain::{
    AllOr, CollegeId, Decision, Demand, Engagement, EngagementId, EnterpriseId, Event, ParkId, Principal, RatingId,
    Relation, Scenario, ScenarioQuestion, SelectionQuestion, TicketId,
};
use crate::engine::State;

/// Whose an object is.
pub(super) struct Whose<'a>(pub(super) &'a State);

impl<'a> Whose<'a> {
    pub(super) fn park(&self, id: &'a ParkId) -> Object<'a> {
        // Closed ones too: what was said of them is still their owner's.
        let known = self.0.parks.entry(id);
        known.map_or(Object::default(), |known| Object {
            park: Some(id),
            city: Some(&known.value.city),
            ..Object::default()
        })
    }

    pub(super) fn enterprise(&self, id: &'a EnterpriseId) -> Object<'a> {
        let known = self.0.enterprises.entry(id);
        known.map_or(Object::default(), |known| Object { enterprise: Some(id), ..self.park(&known.value.park) })
    }

    pub(super) fn college(&self, id: &'a CollegeId) -> Object<'a> {
        let known = self.0.colleges.entry(id);
        known.map_or(Object::default(), |known| Object {
            college: Some(id),
            city: Some(&known.value.city),
            ..Object::default()
        })
    }

    pub(super) fn demand(&self, demand: &'a Demand) -> Object<'a> {
        Object { enterprise: demand.enterprise.as_ref(), ..self.park(&demand.park) }
    }

    /// Of the engagement of that id; of nobody if there is none.
    pub(super) fn engaged(&self, id: &EngagementId) -> Object<'a> {
        self.0.engagements.get(id).map_or(Object::default(), |known| self.engagement(known))
    }

    /// Of the engagement whose rating opened the ticket.
    pub(super) fn ticket(&self, id: &TicketId) -> Object<'a> {
        self.0.tickets.get(id).map_or(Object::default(), |ticket| self.engaged(&ticket.engagement))
    }

    pub(super) fn relation(&self, relation: &'a Relation) -> Object<'a> {
        Object { college: Some(&relation.college), ..self.enterprise(&relation.enterprise) }
    }

    pub(super) fn engagement(&self, engagement: &'a Engagement) -> Object<'a> {
        Object { college: Some(&engagement.college), ..self.enterprise(&engagement.enterprise) }
    }
}

/// Whether an action may be done to parks: each of them, or all there are.
pub(super) fn parks<'a>(
    state: &'a State,
    principal: &Principal,
    action: Action,
    asked: AllOr<&'a ParkId>,
) -> Result<(), (Denied, Option<ParkId>)> {
    let denied = |denied: Denied| (denied, None);
    reach(principal, action).map_err(denied)?;
    let whose = Whose(state);
    let one = |id: &'a ParkId| authorize(principal, action, whose.park(id)).map_err(|why| (why, Some(id.clone())));
    match asked {
        AllOr::Some(asked) => asked.into_iter().try_for_each(one),
        AllOr::All => state.parks.iter().filter(|(_, entry)| !entry.closed).try_for_each(|(id, _)| one(id)),
    }
}

/// The parks a scenario tells of.
pub(super) fn parks_of(question: &ScenarioQuestion) -> AllOr<&ParkId> {
    match (&question.parks, question.selection.as_ref().map(|selection| wished(selection))) {
        (AllOr::All, _) | (_, Some(AllOr::All)) => AllOr::All,
        (AllOr::Some(these), None) => AllOr::Some(these.iter().collect()),
        (AllOr::Some(these), Some(AllOr::Some(more))) => AllOr::Some(these.iter().chain(more).collect()),
    }
}

/// The parks a selection is made for.
pub(super) fn wished(question: &SelectionQuestion) -> AllOr<&ParkId> {
    match &question.parks {
        AllOr::All => AllOr::All,
        AllOr::Some(wishes) => {
            let pairs = question.forced.iter().chain(&question.forbidden).map(|pair| &pair.park);
            AllOr::Some(wishes.iter().map(|wish| &wish.park).chain(pairs).collect())
        }
    }
}

/// Whether a principal may read or write a kept scenario: only if all its parks are its own.
pub(super) fn scenario(state: &State, who: &Principal, action: Action, scenario: &Scenario) -> Result<(), Denied> {
    parks(state, who, action, parks_of(&scenario.question)).map_err(|(denied, _)| denied)
}

/// The same of a decision.
pub(super) fn decision(state: &State, who: &Principal, action: Action, decision: &Decision) -> Result<(), Denied> {
    if let Some(kept) = decision.scenario.as_ref().and_then(|id| state.scenarios.entry(id)) {
        scenario(state, who, action, &kept.value)?;
    }
    let pairs = AllOr::Some(decision.pairs.iter().map(|pair| &pair.park).collect());
    parks(state, who, action, pairs).map_err(|(denied, _)| denied)
}

/// The engagement of a rating, whatever became of it.
pub(super) fn rated(state: &State, id: RatingId) -> Option<&Engagement> {
    state.engagements.get(state.engagement_of(id)?)
}

/// The same as [`may_write`]; what is another's is answered as absent, whether or not a new entry of that code could be made.
pub(super) fn check(state: &State, who: &Principal, event: &Event) -> Result<(), ServiceError> {
    let allowed = may_write(state, who, event);
    if let Err(denied @ (Denied::Role | Denied::Scope)) = allowed {
        return Err(denied.into());
    }
    let subject = event.subject();
    let due = new_code::due(state, who, event).map(str::to_owned);
    match (allowed, due) {
        (_, Some(begin)) => Err(ServiceError::NewCode(subject.kind.code(), subject.id, begin)),
        (Ok(()), None) => Ok(()),
        (Err(_), None) => Err(ServiceError::NotFound(subject.kind.code(), subject.id)),
    }
}

/// Whether the principal may write this event on this state. What is changed must be the principal's before and after.
pub(super) fn may_write(state: &State, who: &Principal, event: &Event) -> Result<(), Denied> {
    let whose = Whose(state);
    let both = |action, before: Option<Object<'_>>, after: Object<'_>| {
        before.map_or(Ok(()), |before| authorize(who, action, before))?;
        authorize(who, action, after)
    };
    match event {
        // The day begins by itself, and anew after ratings came by file; cuts are made by themselves as well.
        Event::Clock { .. } | Event::CutPublished(_) => Ok(()),
        Event::SheetActivated(_) | Event::ModelActivated(_) => authorize(who, Action::ActivateModel, Object::default()),
        Event::PresetPut(_) | Event::MajorPut(_) | Event::IndustryPut(_) | Event::OccupationPut(_) => {
            authorize(who, Action::WriteCatalogue, Object::default())
        }
        Event::ParkPut(park) => {
            let before = state.parks.entry(&park.id).map(|_| whose.park(&park.id));
            let after = Object { park: Some(&park.id), city: Some(&park.city), ..Object::default() };
            both(Action::WritePark, before, after)
        }
        Event::ParkClosed(id) => authorize(who, Action::ClosePark, whose.park(id)),
        Event::EnterprisePut(firm) => {
            let before = state.enterprises.entry(&firm.id).map(|_| whose.enterprise(&firm.id));
            let after = Object { enterprise: Some(&firm.id), ..whose.park(&firm.park) };
            both(Action::WriteEnterprise, before, after)
        }
        Event::EnterpriseClosed(id) => authorize(who, Action::WriteEnterprise, whose.enterprise(id)),
        Event::CollegePut(college) => {
            let after = Object { college: Some(&college.id), city: Some(&college.city), ..Object::default() };
            authorize(who, Action::WriteCollege, after)
        }
        Event::CollegeClosed(id) => authorize(who, Action::WriteCollege, whose.college(id)),
        Event::ProgrammePut(programme) => {
            let before = state.programmes.entry(&programme.id).map(|known| whose.college(&known.value.college));
            both(Action::WriteCollege, before, whose.college(&programme.college))
        }
        Event::ProgrammeClosed(id) => {
            let known = state.programmes.entry(id);
            let object = known.map_or(Object::default(), |known| whose.college(&known.value.college));
            authorize(who, Action::WriteCollege, object)
        }
        Event::DemandPut(demand) => {
            let before = state.demands.entry(&demand.id).map(|known| whose.demand(&known.value));
            both(Action::WriteDemand, before, whose.demand(demand))
        }
        Event::DemandClosed(id) => {
            let known = state.demands.entry(id);
            let object = known.map_or(Object::default(), |known| whose.demand(&known.value));
            authorize(who, Action::WriteDemand, object)
        }
        Event::EngagementPut(engagement) => {
            let before = state.engagements.entry(&engagement.id).map(|known| whose.engagement(&known.value));
            both(Action::WriteEngagement, before, whose.engagement(engagement))
        }
        Event::RatingSubmitted(rating) | Event::RatingRevised(rating) => may_rate(state, who, &rating.engagement),
        Event::RatingWithdrawn { engagement, .. } => may_rate(state, who, engagement),
        Event::RatingNoted(note) => may_rate(state, who, &note.engagement),
        Event::RelationPut(_) | Event::RelationClosed(_) => authorize(who, Action::KeepRelation, Object::default()),
        Event::FlagReviewed(_) | Event::AppealAnswered(_) => authorize(who, Action::ReviewFlag, Object::default()),
        Event::AppealLodged(appeal) => authorize(who, Action::Appeal, whose.college(&appeal.college)),
        Event::TicketContacted(step) => authorize(who, Action::NoteContact, whose.ticket(&step.ticket)),
        Event::TicketAnswered(step) => authorize(who, Action::AnswerTicket, whose.ticket(&step.ticket)),
        Event::FeedbackGiven(feedback) => authorize(who, Action::GiveFeedback, whose.engaged(&feedback.engagement)),
        Event::ScenarioPut(new) => {
            let before = state.scenarios.entry(&new.id);
            before.map_or(Ok(()), |known| scenario(state, who, Action::KeepScenario, &known.value))?;
            scenario(state, who, Action::KeepScenario, new)
        }
        Event::ScenarioClosed(id) => match state.scenarios.entry(id) {
            Some(known) => scenario(state, who, Action::KeepScenario, &known.value),
            None => authorize(who, Action::KeepScenario, Object::default()),
        },
        Event::DecisionRecorded(new) => decision(state, who, Action::Decide, new),
        Event::ImportRecorded(_) | Event::ImportUndone(_) => authorize(who, Action::Import, Object::default()),
    }
}

fn may_rate(state: &State, who: &Principal, id: &crate::domain::EngagementId) -> Result<(), Denied> {
    let object = state.engagements.get(id).map_or(Object::default(), |known| Whose(state).engagement(known));
    authorize(who, Action::Rate, object)
}

/// Whether the principal may know of what an event changed.
pub(super) fn may_see(state: &State, who: &Principal, event: &Event) -> bool {
    let whose = Whose(state);
    let at = |action, object| authorize(who, action, object).is_ok();
    match event {
        Event::Clock { .. }
        | Event::CutPublished(_)
        | Event::SheetActivated(_)
        | Event::ModelActivated(_)
        | Event::PresetPut(_)
        | Event::MajorPut(_)
        | Event::IndustryPut(_)
        | Event::OccupationPut(_) => reach(who, Action::ReadCatalogue).is_ok(),
        Event::ParkPut(park) => at(Action::ReadPark, whose.park(&park.id)),
        Event::ParkClosed(id) => at(Action::ReadPark, whose.park(id)),
        Event::EnterprisePut(firm) => at(Action::ReadEnterprise, whose.enterprise(&firm.id)),
        Event::EnterpriseClosed(id) => at(Action::ReadEnterprise, whose.enterprise(id)),
        Event::CollegePut(college) => at(Action::ReadCollege, whose.college(&college.id)),
        Event::CollegeClosed(id) => at(Action::ReadCollege, whose.college(id)),
        Event::ProgrammePut(programme) => at(Action::ReadCollege, whose.college(&programme.college)),
        Event::ProgrammeClosed(id) => {
            state.programmes.entry(id).is_some_and(|known| at(Action::ReadCollege, whose.college(&known.value.college)))
        }
        Event::DemandPut(demand) => at(Action::ReadDemand, whose.demand(demand)),
        Event::DemandClosed(id) => {
            state.demands.entry(id).is_some_and(|known| at(Action::ReadDemand, whose.demand(&known.value)))
        }
        Event::EngagementPut(engagement) => at(Action::ReadEngagement, whose.engagement(engagement)),
        Event::RatingSubmitted(rating) | Event::RatingRevised(rating) => may_see_rating(state, who, &rating.engagement),
        Event::RatingWithdrawn { engagement, .. } => may_see_rating(state, who, engagement),
        Event::RelationPut(relation) => at(Action::ReadRelation, whose.relation(relation)),
        Event::RelationClosed(id) => {
            let known = state.relations.entry(id);
            known.is_some_and(|known| at(Action::ReadRelation, whose.relation(&known.value)))
        }
        Event::FlagReviewed(_) => reach(who, Action::ReviewFlag).is_ok(),
        Event::AppealLodged(appeal) => at(Action::ReadAppeal, whose.college(&appeal.college)),
        Event::AppealAnswered(answer) => {
            let known = state.appeals.entry(&answer.appeal);
            known.is_some_and(|known| at(Action::ReadAppeal, whose.college(&known.value.appeal.college)))
        }
        // When they happen tells who rated: only whoever knows that already hears of them.
        Event::TicketContacted(step) | Event::TicketAnswered(step) => {
            at(Action::NoteContact, whose.ticket(&step.ticket))
        }
        Event::FeedbackGiven(feedback) => at(Action::GiveFeedback, whose.engaged(&feedback.engagement)),
        // Only whoever may read the rating: that there is a remark tells of a revision.
        Event::RatingNoted(note) => {
            let known = state.engagements.get(&note.engagement);
            known.is_some_and(|known| at(Action::ReadRating, whose.engagement(known)))
        }
        Event::ScenarioPut(new) => scenario(state, who, Action::ReadScenario, new).is_ok(),
        Event::ScenarioClosed(id) => state
            .scenarios
            .entry(id)
            .is_some_and(|known| scenario(state, who, Action::ReadScenario, &known.value).is_ok()),
        Event::DecisionRecorded(new) => decision(state, who, Action::ReadDecision, new).is_ok(),
        Event::ImportRecorded(_) | Event::ImportUndone(_) => reach(who, Action::Import).is_ok(),
    }
}

/// That an engagement was rated, not how. A college does not learn when: it could tell who.
fn may_see_rating(state: &State, who: &Principal, id: &crate::domain::EngagementId) -> bool {
    let object = state.engagements.get(id).map_or(Object::default(), |known| Whose(state).engagement(known));
    !matches!(who.role, crate::domain::Role::CollegeOfficer(_))
        && authorize(who, Action::ReadEngagement, object).is_ok()
}
