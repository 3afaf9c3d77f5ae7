//! What-if: a scenario's changes on a fork of what is served; nothing is stored.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use rayon::ThreadPool;
use tokio::runtime::Handle;

use super::open::state_at;
use super::scenario_faults::{check_size, named, refused, too_many, unknown, within};
use super::solve::{check, wish_at_fault};
use super::stop::Stop;
use super::{Service, ServiceError, references};
use crate::domain::{
    AllOr, Invalid, ParkChoice, ParkId, ScenarioAnswer, ScenarioChange, ScenarioQuestion, Selection, SelectionQuestion,
};
use crate::engine::{Fork, Snapshot, outcome, select, selection_move};

/// A scenario of some parks may take this long.
const BUDGET: Duration = Duration::from_secs(10);

impl Service {
    /// Answers a scenario of at most 50 parks.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the change at fault; [`ServiceError::Busy`], [`ServiceError::OutOfTime`].
    pub(super) async fn evaluate_scenario(&self, question: ScenarioQuestion) -> Result<ScenarioAnswer, ServiceError> {
        check_size(&question)?;
        let stop = Stop::after(BUDGET);
        let _waiting = stop.with_waiting();
        let (service, handle) = (self.clone(), Handle::current());
        self.planning.thread(move |pool| service.scenario_answer(&question, &handle, &stop, pool)).await?
    }

    fn scenario_answer(
        &self,
        question: &ScenarioQuestion,
        handle: &Handle,
        stop: &Stop,
        pool: &ThreadPool,
    ) -> Result<ScenarioAnswer, ServiceError> {
        let ParkChoice::Some(parks) = &question.parks else { return Err(too_many("/parks", 0)) };
        let base = self.base(question, handle, asked_of(question), pool)?;
        let as_of = base.snapshot.as_of();
        pool.install(|| {
            let forks = forks(base, &question.changes, stop)?;
            let answer = |(at, park): (usize, &ParkId)| {
                if stop.stopped() {
                    return Err(ServiceError::OutOfTime("/parks".to_owned()));
                }
                outcome(&forks, &question.of_park(park)).map_err(|refusal| named(refusal, question, at))
            };
            let parks = parks.iter().enumerate().map(answer).collect::<Result<_, _>>()?;
            let selection = |asked: &SelectionQuestion| {
                let made = forks.iter().map(|fork| selected(fork, asked, stop));
                Ok::<_, ServiceError>(selection_move(made.collect::<Result<_, _>>()?))
            };
            let selection = question.selection.as_ref().map(selection).transpose()?.flatten();
            Ok(ScenarioAnswer { as_of, changes: question.changes.len(), parks, selection })
        })
    }

    /// What the scenario starts from, with the weights both sides are asked with.
    pub(super) fn base(
        &self,
        question: &ScenarioQuestion,
        handle: &Handle,
        only: Option<Arc<Vec<ParkId>>>,
        pool: &ThreadPool,
    ) -> Result<Fork, ServiceError> {
        let current = self.live.current();
        let head = current.snapshot.state.seq;
        let fork = match question.base_seq {
            Some(seq) if seq == 0 || seq > head => {
                let (zh, en) = (format!("序号须在 1 到 {head} 之间"), format!("the seq must lie between 1 and {head}"));
                return Err(ServiceError::Invalid("/base_seq".to_owned(), Invalid::new("invalid-seq", zh, en)));
            }
            Some(seq) if seq < head => {
                let state = handle.block_on(state_at(&self.store, seq))?;
                Fork::of(pool.install(|| Snapshot::cold_among(state, only)))
            }
            _ => {
                let fork = Fork::of(current.snapshot.clone());
                only.map_or(fork.clone(), |only| fork.among(only))
            }
        };
        super::forbidden::check(&fork.snapshot, &question.changes, &self.principal)?;
        if let Some(id) = question.preset.as_ref().filter(|id| fork.snapshot.state.presets.get(id).is_none()) {
            return Err(unknown("/preset", "preset", &id.to_string()));
        }
        if let Some(selection) = &question.selection {
            check(&fork.snapshot.state, selection).map_err(|error| within("/selection", error))?;
        }
        Ok(question.weights.map_or(fork.clone(), |weights| fork.weighted(weights)))
    }
}

/// The parks whose rows a scenario needs, by rising id; `None`: all.
fn asked_of(question: &ScenarioQuestion) -> Option<Arc<Vec<ParkId>>> {
    let ParkChoice::Some(parks) = &question.parks else { return None };
    let mut all: BTreeSet<ParkId> = parks.iter().cloned().collect();
    match question.selection.as_ref().map(|selection| &selection.parks) {
        Some(AllOr::All) => return None,
        Some(AllOr::Some(wishes)) => all.extend(wishes.iter().map(|wish| wish.park.clone())),
        None => {}
    }
    Some(Arc::new(all.into_iter().collect()))
}

/// What is told each step of a scenario.
type Told<'a> = &'a mut dyn FnMut(&Fork) -> Result<(), ServiceError>;

/// The base and what each change makes of it.
pub(super) fn forks(base: Fork, changes: &[ScenarioChange], stop: &Stop) -> Result<Vec<Fork>, ServiceError> {
    let mut forks = Vec::with_capacity(changes.len() + 1);
    let mut keep = |fork: &Fork| {
        forks.push(fork.clone());
        Ok(())
    };
    forked(base, changes, stop, Some(&mut keep))?;
    Ok(forks)
}

/// What the changes make of the base, one after the other. Each step is derived and told, the base first; without
/// `each` only the last is derived.
pub(super) fn forked(
    base: Fork,
    changes: &[ScenarioChange],
    stop: &Stop,
    mut each: Option<Told<'_>>,
) -> Result<Fork, ServiceError> {
    let mut last = base;
    if let Some(each) = &mut each {
        each(&last)?;
    }
    for (at, change) in changes.iter().enumerate() {
        let pointer = format!("/changes/{at}/{}", change.code());
        if stop.stopped() {
            return Err(ServiceError::OutOfTime(pointer));
        }
        let events = last.events(change, at).map_err(|impossible| refused(&pointer, impossible))?;
        for event in &events {
            references::check(&last.snapshot.state, event).map_err(|error| within(&pointer, error))?;
        }
        last.apply(change, &events);
        if let Some(each) = &mut each {
            last = last.settled();
            each(&last)?;
        }
    }
    Ok(last.settled())
}

/// The selection on one step of a scenario.
pub(super) fn selected(fork: &Fork, asked: &SelectionQuestion, stop: &Stop) -> Result<Selection, ServiceError> {
    let at = |error| within("/selection", error);
    if stop.stopped() {
        return Err(ServiceError::OutOfTime("/selection".to_owned()));
    }
    let wishes = fork.wishes(asked).map_err(|bad| at(wish_at_fault(bad)))?;
    select(&wishes.problem, || ()).map_err(|invalid| at(ServiceError::Invalid(String::new(), invalid)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::State;
    use crate::service::foundation;

    #[test]
    fn when_the_time_is_up_the_change_that_was_reached_is_named() {
        let base = Fork::of(Snapshot::cold(State::new(foundation::sheet(), foundation::model())));
        let stop = Stop::after(Duration::from_secs(60));
        let mut told = 0;
        forked(
            base.clone(),
            &[],
            &stop,
            Some(&mut |_| {
                told += 1;
                Ok(())
            }),
        )
        .expect("no change takes no time");
        assert_eq!(told, 1, "the base alone");
        drop(stop.with_waiting());
        let change = ScenarioChange::CollegeClosed("C0001".parse().expect("a code"));
        match forked(base, &[change], &stop, None) {
            Err(ServiceError::OutOfTime(pointer)) => assert_eq!(pointer, "/changes/0/college_closed"),
            other => panic!("{other:?}"),
        }
    }
}
