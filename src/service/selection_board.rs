//! A selection with the words to read it by, and its adoption as a decision.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{DecisionMade, SelectionAnswer, Service, ServiceError};
use crate::domain::{
    AllOr, College, ForcedPair, Invalid, NewDecision, NewScenario, Park, ScenarioQuestion, SelectedPair,
    SelectionQuestion, Wish,
};
use crate::engine::kilometres;

/// Most pairs that a decision lists one by one; more are adopted as a kept scenario that selects them again.
const MOST_PAIRS: usize = 1_000;

/// A selection and what its codes stand for.
#[derive(Clone, Debug)]
pub struct SelectionBoard {
    /// The answer.
    pub answer: SelectionAnswer,
    /// Every park it names, by code.
    pub parks: BTreeMap<String, Park>,
    /// Every college it names, by code.
    pub colleges: BTreeMap<String, College>,
}

impl SelectionBoard {
    /// Kilometres between the two of a pair; `None` where either has no coordinates.
    pub fn km(&self, pair: &SelectedPair) -> Option<f64> {
        let (park, college) = (self.parks.get(pair.park.as_str())?, self.colleges.get(pair.college.as_str())?);
        kilometres(park, college)
    }

    /// Tells this selection from any other: the same pairs, the same mark.
    pub fn mark(&self) -> String {
        let mut digest = Sha256::new();
        for pair in &self.answer.selection.selection.pairs {
            digest.update(format!("{}\u{1f}{}\u{1e}", pair.park, pair.college));
        }
        format!("{:x}", digest.finalize())[..16].to_owned()
    }
}

impl Service {
    /// The best selection under all wishes, with the parks and colleges it names.
    ///
    /// # Errors
    /// As [`Service::solve`].
    pub(super) async fn selection_board(&self, question: SelectionQuestion) -> Result<SelectionBoard, ServiceError> {
        let answer = self.solve(question).await?;
        let current = self.live.current();
        let state = &current.snapshot.state;
        let (mut parks, mut colleges) = (BTreeMap::new(), BTreeMap::new());
        for (park, college) in named(&answer) {
            if let Some(entry) = park.and_then(|id| state.parks.entry(&id.parse().ok()?)) {
                parks.entry(entry.value.id.to_string()).or_insert_with(|| entry.value.clone());
            }
            if let Some(entry) = college.and_then(|id| state.colleges.entry(&id.parse().ok()?)) {
                colleges.entry(entry.value.id.to_string()).or_insert_with(|| entry.value.clone());
            }
        }
        Ok(SelectionBoard { answer, parks, colleges })
    }

    /// Records the selection as a decision, if it still is the one with the `mark` that was seen. `new` brings everything but
    /// the pairs and the seq.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] if it is another by now, or selects nobody; as [`Service::decide`].
    pub(super) async fn adopt_selection(
        &self,
        question: SelectionQuestion,
        mark: &str,
        new: NewDecision,
    ) -> Result<DecisionMade, ServiceError> {
        let found = self.selection_board(question.clone()).await?;
        let refused = |slug, zh: &str, en: &str| Err(ServiceError::Invalid(String::new(), Invalid::new(slug, zh, en)));
        let selected = &found.answer.selection.selection.pairs;
        if selected.is_empty() {
            return refused("missing-field", "没有可以采纳的配对", "there is no pair to adopt");
        }
        if found.mark() != mark {
            let zh = "数据已更新，推荐的配对与所看的不同：请重新查看再采纳";
            return refused("outdated", zh, "the data have moved on and select other pairs: look again, then adopt");
        }
        let as_of_seq = Some(found.answer.as_of.seq);
        if selected.len() <= MOST_PAIRS {
            let pair = |one: &SelectedPair| {
                Some(ForcedPair { park: one.park.parse().ok()?, college: one.college.parse().ok()? })
            };
            let pairs = selected.iter().filter_map(pair).collect();
            return self.decide(NewDecision { as_of_seq, pairs, ..new }).await;
        }
        let asked = ScenarioQuestion {
            parks: AllOr::Some(Vec::new()),
            top: 10,
            preset: None,
            weights: None,
            base_seq: None,
            kind: None,
            max_km: None,
            explore: false,
            selection: Some(question),
            changes: Vec::new(),
        };
        let owner = new.attendees.first().cloned();
        let owner =
            owner.ok_or_else(|| ServiceError::Invalid("/attendees".to_owned(), Invalid::missing_field("attendees")))?;
        let scenario = NewScenario { name: new.name.clone(), owner, description: None, question: asked };
        let kept = self.keep_scenario(scenario).await?;
        self.decide(NewDecision { as_of_seq, scenario: Some(kept.id), ..new }).await
    }
}

/// Every park and college an answer names.
fn named(answer: &SelectionAnswer) -> Vec<(Option<&str>, Option<&str>)> {
    let made = &answer.selection.selection;
    fn both(wish: &Wish) -> (Option<&str>, Option<&str>) {
        (wish.park.as_deref(), wish.college.as_deref())
    }
    let mut all: Vec<(Option<&str>, Option<&str>)> = Vec::new();
    all.extend(made.pairs.iter().map(|one| (Some(one.park.as_str()), Some(one.college.as_str()))));
    all.extend(made.short.iter().map(|one| (Some(one.park.as_str()), None)));
    all.extend(made.colleges.iter().map(|one| (None, Some(one.college.as_str()))));
    all.extend(made.wishes.iter().map(|one| (Some(one.park.as_str()), Some(one.college.as_str()))));
    all.extend(made.envy.pairs.iter().map(|one| (Some(one.park.as_str()), Some(one.college.as_str()))));
    all.extend(made.conflicts.iter().flat_map(|one| &one.wishes).map(both));
    all.extend(made.relaxation.iter().map(|one| both(&one.wish)));
    all.extend(answer.not_kept.iter().map(|one| (Some(one.park.as_str()), Some(one.college.as_str()))));
    all
}
