//! How a new entry's code begins, of whoever sees only a part: else who tries a code learns whether another has taken it.

use super::authorize::{Action, authorize};
use super::reach::Whose;
use crate::domain::{Event, Principal, Role};
use crate::engine::State;

/// The code of what an entry belongs to, if the principal must begin a new entry's code with that and a hyphen, and did not.
///
/// It does not matter whether the code is free or another's: both are answered alike. Entries of the principal's own keep the codes
/// they have, whoever made them.
pub(super) fn due<'a>(state: &'a State, who: &'a Principal, event: &'a Event) -> Option<&'a str> {
    let whose = Whose(state);
    let (id, park, enterprise, college, own) = match event {
        Event::EnterprisePut(firm) => {
            let own = state.enterprises.entry(&firm.id).map(|_| (Action::WriteEnterprise, whose.enterprise(&firm.id)));
            (firm.id.as_str(), Some(&firm.park), None, None, own)
        }
        Event::DemandPut(demand) => {
            let own = state.demands.entry(&demand.id).map(|known| (Action::WriteDemand, whose.demand(&known.value)));
            (demand.id.as_str(), Some(&demand.park), demand.enterprise.as_ref(), None, own)
        }
        Event::EngagementPut(engagement) => {
            let known = state.engagements.entry(&engagement.id);
            let own = known.map(|known| (Action::WriteEngagement, whose.engagement(&known.value)));
            let park = state.enterprises.entry(&engagement.enterprise).map(|known| &known.value.park);
            (engagement.id.as_str(), park, Some(&engagement.enterprise), None, own)
        }
        Event::ProgrammePut(programme) => {
            let known = state.programmes.entry(&programme.id);
            let own = known.map(|known| (Action::WriteCollege, whose.college(&known.value.college)));
            (programme.id.as_str(), None, None, Some(&programme.college), own)
        }
        _ => return None,
    };
    let (park, enterprise, college) =
        (park.map(|id| id.as_str()), enterprise.map(|id| id.as_str()), college.map(|id| id.as_str()));
    // What the event says it is of is checked to be the principal's own beside this.
    let beginnings: [Option<&str>; 2] = match &who.role {
        Role::ParkManager(own) => [Some(own.as_str()), enterprise],
        Role::EnterpriseRater(own) => [Some(own.as_str()), None],
        Role::CollegeOfficer(own) => [Some(own.as_str()), None],
        Role::Planner(Some(_)) => [park.or(college), enterprise],
        Role::Planner(None) | Role::Supervisor | Role::Admin | Role::Operator => return None,
    };
    if own.is_some_and(|(action, object)| authorize(who, action, object).is_ok()) {
        return None;
    }
    let begins = |code: &&str| id.strip_prefix(*code).is_some_and(|rest| rest.len() > 1 && rest.starts_with('-'));
    match beginnings.iter().flatten().any(begins) {
        true => None,
        false => beginnings.into_iter().flatten().next(),
    }
}
