//! Scenarios, selections and decisions, as somebody.

use tokio::sync::mpsc::Receiver;

use super::super::authorize::{Action, Denied, authorize};
use super::super::reach::{self, parks_of, wished};
use super::super::{
    DecisionMade, Lab, Progress, ScenarioMade, SelectionAnswer, SelectionBoard, Service, ServiceError, SideBySide,
};
use super::Acting;
use crate::domain::{
    AhpQuestion, AhpWeights, AllOr, Decision, DecisionId, DecisionReview, Department, NewDecision, NewScenario, ParkId,
    Scenario, ScenarioAnswer, ScenarioId, ScenarioQuestion, SelectionQuestion,
};

impl Acting {
    /// Answers a scenario of at most 50 parks.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the change at fault; [`ServiceError::Busy`], [`ServiceError::OutOfTime`].
    pub async fn evaluate_scenario(&self, question: ScenarioQuestion) -> Result<ScenarioAnswer, ServiceError> {
        self.on_parks(Action::WhatIf, parks_of(&question))?;
        self.0.evaluate_scenario(question).await
    }

    /// Answers a scenario of all parks, piece by piece.
    ///
    /// # Errors
    /// As [`Self::evaluate_scenario`].
    pub async fn evaluate_nation(
        &self,
        question: ScenarioQuestion,
    ) -> Result<Receiver<Result<Progress, ServiceError>>, ServiceError> {
        self.on_parks(Action::WhatIf, AllOr::All)?;
        self.0.evaluate_nation(question).await
    }

    /// A scenario of one park, with the intervals of its weights.
    ///
    /// # Errors
    /// As [`Self::evaluate_scenario`].
    pub async fn lab(
        &self,
        park: ParkId,
        question: ScenarioQuestion,
        departments: Vec<Department>,
    ) -> Result<Lab, ServiceError> {
        self.on_park(Action::WhatIf, &park)?;
        self.on_parks(Action::WhatIf, parks_of(&question))?;
        self.0.lab(park, question, departments).await
    }

    /// Keeps a scenario under a code of its own.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the part at fault.
    pub async fn keep_scenario(&self, new: NewScenario) -> Result<ScenarioMade, ServiceError> {
        self.on_parks(Action::KeepScenario, parks_of(&new.question))?;
        self.0.keep_scenario(new).await
    }

    fn on_scenario(&self, action: Action, id: &ScenarioId) -> Result<(), ServiceError> {
        let current = self.state();
        let state = &current.snapshot.state;
        let checked = match state.scenarios.entry(id) {
            Some(known) => reach::scenario(state, self.principal(), action, &known.value),
            None => authorize(self.principal(), action, Default::default()),
        };
        checked.map_err(|denied| match denied {
            Denied::Foreign => ServiceError::NotFound("scenario", id.to_string()),
            other => other.into(),
        })
    }

    /// The question of a kept scenario, from its own base or from the present.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn kept_question(&self, id: &ScenarioId, rebase: bool) -> Result<ScenarioQuestion, ServiceError> {
        self.on_scenario(Action::ReadScenario, id)?;
        self.0.kept_question(id, rebase)
    }

    /// The principal's kept scenarios, by code.
    pub fn kept_scenarios(&self) -> Vec<Scenario> {
        let (current, mut kept) = (self.state(), self.0.kept_scenarios());
        let state = &current.snapshot.state;
        kept.retain(|one| reach::scenario(state, self.principal(), Action::ReadScenario, one).is_ok());
        kept
    }

    /// Two to four kept scenarios side by side.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Parameter`] for another number of scenarios.
    pub async fn compare_scenarios(&self, ids: &[ScenarioId]) -> Result<SideBySide, ServiceError> {
        self.may(Action::WhatIf)?;
        ids.iter().try_for_each(|id| self.on_scenario(Action::ReadScenario, id))?;
        self.0.compare_scenarios(ids).await
    }

    /// The best selection under all wishes, or why there is none.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the wish at fault; [`ServiceError::Busy`].
    pub async fn solve(&self, question: SelectionQuestion) -> Result<SelectionAnswer, ServiceError> {
        self.on_parks(Action::WhatIf, wished(&question))?;
        self.0.solve(question).await
    }

    /// The best selection under all wishes, with the parks and colleges it names.
    ///
    /// # Errors
    /// As [`Self::solve`].
    pub async fn selection_board(&self, question: SelectionQuestion) -> Result<SelectionBoard, ServiceError> {
        self.on_parks(Action::WhatIf, wished(&question))?;
        self.0.selection_board(question).await
    }

    /// Records a selection as a decision, if it still is the one with the `mark` that was seen.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] if it is another by now; as [`Self::decide`].
    pub async fn adopt_selection(
        &self,
        question: SelectionQuestion,
        mark: &str,
        new: NewDecision,
    ) -> Result<DecisionMade, ServiceError> {
        self.on_parks(Action::Decide, wished(&question))?;
        self.0.adopt_selection(question, mark, new).await
    }

    /// The principal's decisions, the latest first.
    ///
    /// # Errors
    /// What cannot be audited is not read.
    pub async fn decisions(&self) -> Result<Vec<Decision>, ServiceError> {
        self.audited("read-decisions", "").await?;
        let (current, mut all) = (self.state(), self.0.decisions());
        let state = &current.snapshot.state;
        all.retain(|one| reach::decision(state, self.principal(), Action::ReadDecision, one).is_ok());
        Ok(all)
    }

    /// A decision as it was recorded.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn decision(&self, id: &DecisionId) -> Result<Decision, ServiceError> {
        self.on_decision(id)?;
        self.audited("read-decision", id.as_str()).await?;
        self.0.decision(id)
    }

    /// Weights from pairwise comparisons.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the comparison at fault.
    pub fn ahp(&self, asked: &AhpQuestion) -> Result<AhpWeights, ServiceError> {
        self.may(Action::WhatIf)?;
        Service::ahp(asked)
    }

    /// Records a decision.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the part at fault.
    pub async fn decide(&self, new: NewDecision) -> Result<DecisionMade, ServiceError> {
        self.on_parks(Action::Decide, AllOr::Some(new.pairs.iter().map(|pair| &pair.park).collect()))?;
        if let Some(id) = new.scenario.as_ref().filter(|id| self.state().snapshot.state.scenarios.get(id).is_some()) {
            self.on_scenario(Action::Decide, id)?;
        }
        self.0.decide(new).await
    }

    /// What a decision expected, beside what came.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Busy`].
    pub async fn review_decision(&self, id: &DecisionId) -> Result<DecisionReview, ServiceError> {
        self.on_decision(id)?;
        self.audited("read-decision", id.as_str()).await?;
        self.0.review_decision(id).await
    }

    fn on_decision(&self, id: &DecisionId) -> Result<(), ServiceError> {
        let current = self.state();
        let state = &current.snapshot.state;
        let checked = match state.decisions.entry(id) {
            Some(known) => reach::decision(state, self.principal(), Action::ReadDecision, &known.value),
            None => authorize(self.principal(), Action::ReadDecision, Default::default()),
        };
        checked.map_err(|denied| match denied {
            Denied::Foreign => ServiceError::NotFound("decision", id.to_string()),
            other => other.into(),
        })
    }
}
