//! A decision looked at again: expected against realised.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::open::state_at;
use super::scenario::forked;
use super::stop::Stop;
use super::{Service, ServiceError};
use crate::domain::{
    Decision, DecisionId, DecisionReview, ForcedPair, ParkChoice, ParkCode, ParkId, Question, ScenarioQuestion,
};
use crate::engine::{Fork, Snapshot, State, review, select};

/// Verification codes of so many parks are told.
const MOST_CODES: usize = 50;
/// A review may take this long.
const BUDGET: Duration = Duration::from_secs(10);

impl Service {
    /// Every decision, the latest first.
    pub(super) fn decisions(&self) -> Vec<Decision> {
        let current = self.live.current();
        let mut all: Vec<Decision> =
            current.snapshot.state.decisions.iter().map(|(_, entry)| entry.value.clone()).collect();
        all.sort_by(|a, b| b.as_of_seq.cmp(&a.as_of_seq).then(a.id.cmp(&b.id)));
        all
    }

    /// A decision as it was recorded.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub(super) fn decision(&self, id: &DecisionId) -> Result<Decision, ServiceError> {
        let decision = self.live.current().snapshot.state.decisions.get(id).cloned();
        decision.ok_or_else(|| ServiceError::NotFound("decision", id.to_string()))
    }

    /// What a decision expected of its pairs, from the state it was taken on, and what engagements and ratings since tell.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Busy`]; why the log cannot be read.
    pub(super) async fn review_decision(&self, id: &DecisionId) -> Result<DecisionReview, ServiceError> {
        let current = self.live.current();
        let decision = self.decision(id)?;
        let (service, handle, now) = (self.clone(), Handle::current(), current.snapshot.clone());
        let review = move |pool: &rayon::ThreadPool| {
            let then = handle.block_on(state_at(&service.store, decision.as_of_seq))?;
            Ok(pool.install(|| reviewed(decision, then, now)))
        };
        self.planning.thread(review).await?
    }
}

fn reviewed(decision: Decision, then: State, now: Snapshot) -> DecisionReview {
    // The scenario as it was then; one made between that and the decision as it is now.
    let kept = decision.scenario.as_ref().and_then(|id| {
        let entry = then.scenarios.entry(id).or_else(|| now.state.scenarios.entry(id));
        entry.map(|entry| entry.value.question.clone())
    });
    let base = Fork::of(Snapshot::cold_among(then.clone(), parks_of(&decision.pairs, kept.as_ref())));
    let expected_as_of = base.snapshot.as_of();
    let stood = base.clone();
    let expected = match &kept {
        None => Some(base),
        Some(question) => {
            let base = question.weights.map_or(base.clone(), |weights| base.weighted(weights));
            // A change that cannot be applied there leaves nothing to expect.
            forked(base, &question.changes, &Stop::after(BUDGET), None).ok()
        }
    };
    let asked = |park: &ParkId| kept.as_ref().map_or_else(|| Question::of(park.clone()), |kept| kept.of_park(park));
    let mut pairs = decision.pairs;
    if let (true, Some(question), Some(fork)) = (pairs.is_empty(), &kept, &expected) {
        pairs = adopted(question, fork);
    }
    let due = decision.review_on <= now.state.today;
    let parks: BTreeSet<&ParkId> = pairs.iter().map(|pair| &pair.park).collect();
    let code = |park: &&ParkId| {
        let list = stood.snapshot.shortlist(&asked(park)).ok()?;
        Some(ParkCode { park: (*park).clone(), verify_code: list.verify_code })
    };
    let codes = parks.iter().take(MOST_CODES).filter_map(code).collect();
    let present = Fork::of(now);
    DecisionReview {
        pairs: review(&then, expected.as_ref(), &present, &pairs, asked),
        decision: decision.id,
        name: decision.name,
        expected_as_of,
        as_of: present.snapshot.as_of(),
        review_on: decision.review_on,
        due,
        codes,
    }
}

/// The parks to be asked of, by rising id; `None`: all.
fn parks_of(pairs: &[ForcedPair], question: Option<&ScenarioQuestion>) -> Option<Arc<Vec<ParkId>>> {
    let mut parks: BTreeSet<ParkId> = pairs.iter().map(|pair| pair.park.clone()).collect();
    if let Some(question) = question.filter(|_| pairs.is_empty()) {
        match (&question.selection, &question.parks) {
            (Some(_), _) | (None, ParkChoice::All) => return None,
            (None, ParkChoice::Some(listed)) => parks.extend(listed.iter().cloned()),
        }
    }
    Some(Arc::new(parks.into_iter().collect()))
}

/// The pairs a scenario recommends: those it selects, or else those it lists for its parks.
fn adopted(question: &ScenarioQuestion, fork: &Fork) -> Vec<ForcedPair> {
    let pair = |park: &str, college: &str| {
        let (park, college) = (park.parse().ok()?, college.parse().ok()?);
        Some(ForcedPair { park, college })
    };
    if let Some(asked) = &question.selection {
        let made = fork.wishes(asked).ok().and_then(|wishes| select(&wishes.problem, || ()).ok());
        return made.iter().flat_map(|made| &made.pairs).filter_map(|one| pair(&one.park, &one.college)).collect();
    }
    let parks: Vec<ParkId> = match &question.parks {
        ParkChoice::Some(parks) => parks.clone(),
        ParkChoice::All => fork.snapshot.state.parks.iter().map(|(id, _)| id.clone()).collect(),
    };
    let listed = parks.iter().flat_map(|park| {
        let list = fork.snapshot.shortlist(&fork.question(&question.of_park(park)));
        let items = list.map(|list| list.items).unwrap_or_default();
        items.into_iter().map(|item| ForcedPair { park: park.clone(), college: item.college.id })
    });
    listed.collect()
}
