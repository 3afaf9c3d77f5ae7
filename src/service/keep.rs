//! Kept scenarios: made, evaluated again, compared side by side.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Service, ServiceError, Written};
use crate::domain::{
    AllOr, AsOf, CollegeId, CollegeRef, Event, Invalid, Label, NewScenario, ParkId, ParkOutcome, Scenario,
    ScenarioAnswer, ScenarioChange, ScenarioId, ScenarioQuestion, Shortlist,
};

/// Most scenarios side by side.
const MOST_COMPARED: usize = 4;

/// A scenario that was made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScenarioMade {
    /// Its code.
    pub id: ScenarioId,
    /// Its revision and seq.
    #[serde(flatten)]
    pub written: Written,
}

/// Scenarios side by side.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SideBySide {
    /// The scenarios in the order asked, each with its answer.
    pub scenarios: Vec<Compared>,
    /// Park by park: every college on any of the lists, with its rank before and under each scenario.
    pub parks: Vec<ComparedPark>,
}

/// One of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Compared {
    /// The scenario.
    pub id: ScenarioId,
    /// Its name.
    pub name: Label,
    /// The state it starts from.
    pub as_of: AsOf,
    /// Parks whose list it changes.
    pub parks_changed: usize,
    /// Its answer; `null` for a scenario of all parks, whose lists are told by rank below.
    pub answer: Option<ScenarioAnswer>,
}

/// One park under all scenarios.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComparedPark {
    /// The park.
    pub park: ParkId,
    /// The colleges, by their best rank.
    pub colleges: Vec<ComparedCollege>,
}

/// One college under all scenarios.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComparedCollege {
    /// The college.
    pub college: CollegeRef,
    /// Its rank without changes, by the first scenario that asks of the park; `null` if it is not ranked.
    pub base: Option<u32>,
    /// Its rank under each scenario; `null` where it is on neither list, or the scenario does not ask of the park. Of a
    /// scenario of all parks only ranks on its lists are told.
    pub ranks: Vec<Option<u32>>,
}

impl Service {
    /// Keeps a scenario under a code of its own.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the part at fault.
    pub(super) async fn keep_scenario(&self, new: NewScenario) -> Result<ScenarioMade, ServiceError> {
        let code = format!("S{}", &Uuid::new_v4().simple().to_string()[..12]);
        let id: ScenarioId = code.parse().map_err(|invalid| ServiceError::Invalid("/id".to_owned(), invalid))?;
        let scenario = Scenario::of(new, id.clone());
        // Revision 0: a code that is taken is refused, not overwritten.
        let written = self.put(Event::ScenarioPut(scenario), Some(0)).await?;
        Ok(ScenarioMade { id, written })
    }

    /// The question of a kept scenario, from its own base or from the present.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub(super) fn kept_question(&self, id: &ScenarioId, rebase: bool) -> Result<ScenarioQuestion, ServiceError> {
        let mut question = self.kept(id)?.question;
        if rebase {
            question.base_seq = None;
        }
        Ok(question)
    }

    /// The kept scenarios, by code.
    pub(super) fn kept_scenarios(&self) -> Vec<Scenario> {
        let current = self.live.current();
        let open = current.snapshot.state.scenarios.iter().filter(|(_, entry)| !entry.closed);
        open.map(|(_, entry)| entry.value.clone()).collect()
    }

    fn kept(&self, id: &ScenarioId) -> Result<Scenario, ServiceError> {
        let current = self.live.current();
        let kept = current.snapshot.state.scenarios.get(id).cloned();
        kept.ok_or_else(|| ServiceError::NotFound("scenario", id.to_string()))
    }

    /// Two to four kept scenarios side by side.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Invalid`] for another number of scenarios.
    pub(super) async fn compare_scenarios(&self, ids: &[ScenarioId]) -> Result<SideBySide, ServiceError> {
        if !(2..=MOST_COMPARED).contains(&ids.len()) {
            return Err(ServiceError::Parameter("ids", Invalid::out_of_range(2, MOST_COMPARED)));
        }
        if (1..ids.len()).any(|at| ids[..at].contains(&ids[at])) {
            return Err(ServiceError::Parameter("ids", Invalid::new("repeated", "重复列出", "it is listed twice")));
        }
        let kept = ids.iter().map(|id| self.kept(id)).collect::<Result<Vec<_>, _>>()?;
        let mut parks = BTreeMap::new();
        let mut scenarios = Vec::with_capacity(kept.len());
        for (at, Scenario { id, name, question, .. }) in kept.into_iter().enumerate() {
            let side = Side { at, of: ids.len(), parks: &mut parks };
            let (as_of, parks_changed, answer) = if question.parks == AllOr::All {
                let (as_of, changed) = self.compare_nation(question, side).await?;
                (as_of, changed, None)
            } else {
                let answer = self.evaluate_scenario(question).await?;
                (answer.as_of.clone(), side.answered(&answer), Some(answer))
            };
            scenarios.push(Compared { id, name, as_of, parks_changed, answer });
        }
        let best = |college: &ComparedCollege| college.ranks.iter().flatten().chain(&college.base).min().copied();
        parks.values_mut().for_each(|colleges: &mut Vec<ComparedCollege>| {
            colleges.sort_by_key(|college| best(college).unwrap_or(u32::MAX));
        });
        let parks = parks.into_iter().map(|(park, colleges)| ComparedPark { park, colleges }).collect();
        Ok(SideBySide { scenarios, parks })
    }

    async fn compare_nation(
        &self,
        question: ScenarioQuestion,
        mut side: Side<'_>,
    ) -> Result<(AsOf, usize), ServiceError> {
        let current = self.live.current();
        let mut names: BTreeMap<CollegeId, Label> = BTreeMap::new();
        for change in &question.changes {
            if let ScenarioChange::CollegePut(college) = change {
                names.insert(college.id.clone(), college.name.clone());
            }
        }
        let named = |id: &CollegeId| {
            let known = || current.snapshot.state.colleges.entry(id).map(|entry| entry.value.name.clone());
            let name = names.get(id).cloned().or_else(known)?;
            Some(CollegeRef { id: id.clone(), name })
        };
        let (mut as_of, mut changed) = (current.snapshot.as_of(), 0);
        let mut progress = self.evaluate_nation(question).await?;
        while let Some(batch) = progress.recv().await {
            let batch = batch?;
            as_of = batch.as_of;
            for brief in &batch.parks {
                changed += usize::from(brief.before != brief.after);
                let rank = |list: &[CollegeId], id| list.iter().position(|one| one == id).map(|at| at as u32 + 1);
                for id in brief.after.iter().chain(&brief.left) {
                    let Some(college) = named(id) else { continue };
                    side.put(&brief.park, &college, rank(&brief.before, id), rank(&brief.after, id));
                }
            }
        }
        Ok((as_of, changed))
    }
}

/// One scenario's column of the comparison.
struct Side<'a> {
    at: usize,
    of: usize,
    parks: &'a mut BTreeMap<ParkId, Vec<ComparedCollege>>,
}

impl Side<'_> {
    fn put(&mut self, park: &ParkId, college: &CollegeRef, base: Option<u32>, rank: Option<u32>) {
        let colleges = self.parks.entry(park.clone()).or_default();
        let known = colleges.iter().position(|known| known.college.id == college.id).unwrap_or_else(|| {
            colleges.push(ComparedCollege { college: college.clone(), base, ranks: vec![None; self.of] });
            colleges.len() - 1
        });
        colleges[known].ranks[self.at] = rank;
    }

    /// Puts the moves of an answer; how many lists change.
    fn answered(mut self, answer: &ScenarioAnswer) -> usize {
        let mut changed = 0;
        for ParkOutcome { park, base, scenario, difference } in &answer.parks {
            let listed = |list: &Option<Shortlist>| -> Vec<CollegeId> {
                list.iter().flat_map(|list| &list.items).map(|item| item.college.id.clone()).collect()
            };
            changed += usize::from(listed(base) != listed(scenario));
            difference.moves.iter().for_each(|moved| {
                self.put(park, &moved.college, moved.rank_before, moved.rank_after);
            });
        }
        changed
    }
}
