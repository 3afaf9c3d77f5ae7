//! What may not be assumed: a scenario that takes one rating away, or moves it, would tell how it was given.

use super::ServiceError;
use crate::domain::{EngagementId, Event, Invalid, Principal, Role, ScenarioChange};
use crate::engine::Snapshot;

fn refused(at: usize, change: &ScenarioChange, zh: &str, en: &str) -> ServiceError {
    ServiceError::Invalid(format!("/changes/{at}/{}", change.code()), Invalid::new("forbidden-target", zh, en))
}

/// Checks the changes of a scenario against what it starts from. The operator may assume anything.
///
/// # Errors
/// `forbidden-target`, at the change.
pub(super) fn check(base: &Snapshot, changes: &[ScenarioChange], who: &Principal) -> Result<(), ServiceError> {
    if who.role == Role::Operator {
        return Ok(());
    }
    let state = &base.state;
    // Also one that was withdrawn: it may be live in the state that is asked about.
    let rated = |id: &EngagementId| state.ratings.entry(id).is_some();
    for (at, change) in changes.iter().enumerate() {
        match change {
            ScenarioChange::RatingDropped(_) => {
                let (zh, en) = ("推演不能撤去某一条评价", "a scenario cannot take a rating away");
                return Err(refused(at, change, zh, en));
            }
            ScenarioChange::EngagementPut(put) if rated(&put.id) => {
                let (zh, en) = ("推演不能改动已评价的合作", "a scenario cannot change a rated engagement");
                return Err(refused(at, change, zh, en));
            }
            ScenarioChange::EnterprisePut(put) => {
                let moved = state.enterprises.entry(&put.id).is_some_and(|known| known.value.park != put.park);
                let mut theirs = state.engagements.iter().filter(|(_, entry)| entry.value.enterprise == put.id);
                if moved && theirs.any(|(id, _)| rated(id)) {
                    let (zh, en) =
                        ("推演不能迁移已作评价的企业", "a scenario cannot move an enterprise that has rated");
                    return Err(refused(at, change, zh, en));
                }
            }
            ScenarioChange::RatingAdded(_) if state.ranks_by_cuts() => {
                let zh = "名单按最近一次公布的满意度排序：假设的评价不会改变它";
                let en = "lists go by the satisfaction that was published last: an assumed rating does not move them";
                return Err(refused(at, change, zh, en));
            }
            ScenarioChange::RatingAdded(added) => {
                // Of one made earlier in the scenario, or of the log.
                let made = changes[..at].iter().rev().find_map(|earlier| match earlier {
                    ScenarioChange::EngagementPut(put) if put.id == added.engagement => Some(&put.college),
                    _ => None,
                });
                let college = made.or_else(|| state.engagements.get(&added.engagement).map(|known| &known.college));
                let known = college.filter(|college| state.colleges.entry(college).is_some());
                if known.is_some_and(|college| base.is_suppressed(college)) {
                    let zh = "评价该校的企业不足三家：再添假设的评价会透露已有的评价";
                    let en =
                        "fewer than three enterprises rated the college: more assumed ones would tell what they said";
                    return Err(refused(at, change, zh, en));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The same for a scenario that is to be kept, of the present.
///
/// # Errors
/// As [`check`], at the change within its question.
pub(super) fn check_kept(base: &Snapshot, event: &Event, who: &Principal) -> Result<(), ServiceError> {
    let Event::ScenarioPut(scenario) = event else { return Ok(()) };
    check(base, &scenario.question.changes, who).map_err(|error| match error {
        ServiceError::Invalid(at, invalid) => ServiceError::Invalid(format!("/question{at}"), invalid),
        other => other,
    })
}
