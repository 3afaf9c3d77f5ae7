//! Kept scenarios: made, evaluated again, compared side by side.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Service, ServiceError, Written};
use crate::domain::{
    AllOr, CollegeRef, Event, Invalid, Label, Note, ParkId, Scenario, ScenarioAnswer, ScenarioId, ScenarioQuestion,
};

/// Most scenarios side by side.
const MOST_COMPARED: usize = 4;

/// A scenario to be kept; its code is given.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScenario {
    /// Its name.
    pub name: Label,
    /// Whose it is.
    pub owner: Label,
    /// What it is about.
    #[serde(default)]
    pub description: Option<Note>,
    /// What is asked.
    pub question: ScenarioQuestion,
}

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
    /// Its answer.
    pub answer: ScenarioAnswer,
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
    /// Its rank under each scenario; `null` where it is on neither list, or the scenario does not ask of the park.
    pub ranks: Vec<Option<u32>>,
}

impl Service {
    /// Keeps a scenario under a code of its own.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the part at fault.
    pub async fn keep_scenario(&self, new: NewScenario) -> Result<ScenarioMade, ServiceError> {
        let NewScenario { name, owner, description, question } = new;
        let code = format!("S{}", &Uuid::new_v4().simple().to_string()[..12]);
        let id: ScenarioId = code.parse().map_err(|invalid| ServiceError::Invalid("/id".to_owned(), invalid))?;
        let scenario = Scenario { id: id.clone(), name, owner, description, question };
        // Revision 0: a code that is taken is refused, not overwritten.
        let written = self.put(Event::ScenarioPut(scenario), Some(0)).await?;
        Ok(ScenarioMade { id, written })
    }

    /// The question of a kept scenario, from its own base or from the present.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn kept_question(&self, id: &ScenarioId, rebase: bool) -> Result<ScenarioQuestion, ServiceError> {
        let mut question = self.kept(id)?.question;
        if rebase {
            question.base_seq = None;
        }
        Ok(question)
    }

    fn kept(&self, id: &ScenarioId) -> Result<Scenario, ServiceError> {
        let current = self.live.current();
        let kept = current.snapshot.state.scenarios.get(id).cloned();
        kept.ok_or_else(|| ServiceError::NotFound("scenario", id.to_string()))
    }

    /// Two to four kept scenarios side by side.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Invalid`] for another number of scenarios, or one of all parks.
    pub async fn compare_scenarios(&self, ids: &[ScenarioId]) -> Result<SideBySide, ServiceError> {
        let invalid = |slug, zh: &str, en: &str| Err(ServiceError::Parameter("ids", Invalid::new(slug, zh, en)));
        if !(2..=MOST_COMPARED).contains(&ids.len()) {
            return Err(ServiceError::Parameter("ids", Invalid::out_of_range(2, MOST_COMPARED)));
        }
        if (1..ids.len()).any(|at| ids[..at].contains(&ids[at])) {
            return invalid("repeated", "重复列出", "it is listed twice");
        }
        let kept = ids.iter().map(|id| self.kept(id)).collect::<Result<Vec<_>, _>>()?;
        if kept.iter().any(|scenario| scenario.question.parks == AllOr::All) {
            return invalid(
                "unsupported",
                "全国情景不能并列比较",
                "scenarios of all parks cannot be compared side by side",
            );
        }
        let mut scenarios = Vec::with_capacity(kept.len());
        for Scenario { id, name, question, .. } in kept {
            scenarios.push(Compared { id, name, answer: self.evaluate_scenario(question).await? });
        }
        Ok(SideBySide { parks: side_by_side(&scenarios), scenarios })
    }
}

fn side_by_side(scenarios: &[Compared]) -> Vec<ComparedPark> {
    let mut parks: BTreeMap<ParkId, Vec<ComparedCollege>> = BTreeMap::new();
    for (at, scenario) in scenarios.iter().enumerate() {
        for park in &scenario.answer.parks {
            let colleges = parks.entry(park.park.clone()).or_default();
            for moved in &park.difference.moves {
                let known = colleges.iter().position(|known| known.college.id == moved.college.id);
                let known = known.unwrap_or_else(|| {
                    let ranks = vec![None; scenarios.len()];
                    colleges.push(ComparedCollege { college: moved.college.clone(), base: moved.rank_before, ranks });
                    colleges.len() - 1
                });
                colleges[known].ranks[at] = moved.rank_after;
            }
        }
    }
    let best = |college: &ComparedCollege| college.ranks.iter().flatten().chain(&college.base).min().copied();
    parks.values_mut().for_each(|colleges| colleges.sort_by_key(|college| best(college).unwrap_or(u32::MAX)));
    parks.into_iter().map(|(park, colleges)| ComparedPark { park, colleges }).collect()
}
