//! What-if: a scenario's changes on a fork of what is served; nothing is stored.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use rayon::ThreadPool;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::open::state_at;
use super::scenario_faults::{check_size, named, refused, too_many, unknown, within};
use super::solve::{check, wish_at_fault};
use super::stop::Stop;
use super::{Service, ServiceError, references};
use crate::domain::{
    AllOr, AsOf, Invalid, ParkBrief, ParkChoice, ParkId, ScenarioAnswer, ScenarioChange, ScenarioQuestion,
    SelectionMove, SelectionQuestion,
};
use crate::engine::{Fork, Nation, Snapshot, outcome, select, selection_move};

/// A scenario of some parks may take this long.
const BUDGET: Duration = Duration::from_secs(10);
/// A scenario of the whole nation may take this long.
pub(super) const NATION_BUDGET: Duration = Duration::from_secs(120);
/// Parks of one message of progress.
const BATCH: usize = 64;

/// Progress of a nation-wide scenario: some parks, and how many are done of how many.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The state the scenario starts from.
    pub as_of: AsOf,
    /// The parks, by rising id.
    pub parks: Vec<ParkBrief>,
    /// Parks done.
    pub done: usize,
    /// Parks in all.
    pub of: usize,
}

impl Service {
    /// Answers a scenario of at most 50 parks.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the change at fault; [`ServiceError::Busy`], [`ServiceError::OutOfTime`].
    pub async fn evaluate_scenario(&self, question: ScenarioQuestion) -> Result<ScenarioAnswer, ServiceError> {
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
        if let Some(selection) = &question.selection {
            check(&base.snapshot.state, selection).map_err(|error| within("/selection", error))?;
        }
        pool.install(|| {
            let forks = forks(base, &question.changes, stop, true)?;
            let answer = |(at, park): (usize, &ParkId)| {
                if stop.stopped() {
                    return Err(ServiceError::OutOfTime("/parks".to_owned()));
                }
                outcome(&forks, &question.of_park(park)).map_err(|refusal| named(refusal, question, at))
            };
            let parks = parks.iter().enumerate().map(answer).collect::<Result<_, _>>()?;
            let selection = question.selection.as_ref().map(|asked| selections(&forks, asked, stop)).transpose()?;
            Ok(ScenarioAnswer { as_of, changes: question.changes.len(), parks, selection: selection.flatten() })
        })
    }

    /// Answers a scenario of all parks, some parks a message; it stops when the receiver is dropped. The last message is an
    /// error if the time is up before all parks are done.
    ///
    /// # Errors
    /// As [`Self::evaluate_scenario`].
    pub async fn evaluate_nation(
        &self,
        question: ScenarioQuestion,
    ) -> Result<mpsc::Receiver<Result<Progress, ServiceError>>, ServiceError> {
        check_size(&question)?;
        let (progress, receiver) = mpsc::channel(4);
        let (ready, started) = tokio::sync::oneshot::channel();
        let (service, handle, place) = (self.clone(), Handle::current(), self.planning.place().await?);
        let stop = Stop::after(self.planning.nation_budget);
        // Only until it has begun: from then on the receiver tells whether somebody waits.
        let waiting = stop.with_waiting();
        let pool = Arc::clone(&self.planning.pool);
        tokio::task::spawn_blocking(move || {
            let _place = place;
            let forks = service
                .base(&question, &handle, None, &pool)
                .and_then(|base| pool.install(|| forks(base, &question.changes, &stop, false)));
            let (forks, outcome) = match forks {
                Ok(forks) => (forks, Ok(())),
                Err(error) => (Vec::new(), Err(error)),
            };
            let [base, last] = forks.as_slice() else {
                // Nobody may be waiting.
                let _ = ready.send(outcome);
                return;
            };
            let nation = pool.install(|| Nation::new(base, last, &question.of_park(&any_park())));
            if ready.send(outcome).is_ok() {
                let as_of = base.snapshot.as_of();
                let batch = |range: Range<usize>| {
                    let done = range.end;
                    let parks = pool.install(|| nation.briefs(range));
                    Progress { as_of: as_of.clone(), parks, done, of: nation.len() }
                };
                send(nation.len(), batch, &stop, &progress);
            }
        });
        started.await.map_err(|_| ServiceError::Busy)??;
        waiting.no_longer();
        Ok(receiver)
    }

    /// What the scenario starts from, with the weights both sides are asked with.
    fn base(
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
        if let Some(id) = question.preset.as_ref().filter(|id| fork.snapshot.state.presets.get(id).is_none()) {
            return Err(unknown("/preset", "preset", &id.to_string()));
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

/// The place of a park in a question that is asked of every park.
fn any_park() -> ParkId {
    match "0".parse() {
        Ok(id) => id,
        Err(_) => unreachable!("`0` is a code"),
    }
}

/// The base and what each change makes of it; or only the base and the last, derived once.
pub(super) fn forks(
    base: Fork,
    changes: &[ScenarioChange],
    stop: &Stop,
    each: bool,
) -> Result<Vec<Fork>, ServiceError> {
    let mut last = base.clone();
    let mut forks = vec![base];
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
        if each {
            last = last.settled();
            forks.push(last.clone());
        }
    }
    if !each {
        forks.push(last.settled());
    }
    Ok(forks)
}

/// The selection on the base and after each change.
fn selections(forks: &[Fork], asked: &SelectionQuestion, stop: &Stop) -> Result<Option<SelectionMove>, ServiceError> {
    let at = |error| within("/selection", error);
    let made = forks.iter().map(|fork| {
        if stop.stopped() {
            return Err(ServiceError::OutOfTime("/selection".to_owned()));
        }
        let wishes = fork.wishes(asked).map_err(|bad| at(wish_at_fault(bad)))?;
        select(&wishes.problem, || ()).map_err(|invalid| at(ServiceError::Invalid(String::new(), invalid)))
    });
    Ok(selection_move(made.collect::<Result<_, _>>()?))
}

/// Sends all parks, a batch at a time, until nobody waits or the time is up; then the last message says so.
fn send(
    n: usize,
    batch: impl Fn(Range<usize>) -> Progress,
    stop: &Stop,
    progress: &mpsc::Sender<Result<Progress, ServiceError>>,
) {
    for first in (0..n).step_by(BATCH) {
        let done = (first + BATCH).min(n);
        let message =
            if stop.stopped() { Err(ServiceError::OutOfTime("/parks".to_owned())) } else { Ok(batch(first..done)) };
        let last = message.is_err();
        if progress.blocking_send(message).is_err() || last {
            // The client is gone, or was told.
            return;
        }
    }
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
        assert_eq!(forks(base.clone(), &[], &stop, true).expect("no change takes no time").len(), 1);
        drop(stop.with_waiting());
        let change = ScenarioChange::CollegeClosed("C0001".parse().expect("a code"));
        match forks(base, &[change], &stop, true) {
            Err(ServiceError::OutOfTime(pointer)) => assert_eq!(pointer, "/changes/0/college_closed"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_nation_whose_time_is_up_says_so_and_stops() {
        let (progress, mut messages) = mpsc::channel(8);
        let as_of = Snapshot::cold(State::new(foundation::sheet(), foundation::model())).as_of();
        let none = |range: Range<usize>| Progress { as_of: as_of.clone(), parks: Vec::new(), done: range.end, of: 130 };
        send(130, none.clone(), &Stop::after(Duration::from_secs(60)), &progress);
        let done: Vec<usize> =
            std::iter::from_fn(|| messages.try_recv().ok()).map(|sent| sent.expect("parks").done).collect();
        assert_eq!(done, [64, 128, 130]);
        let stop = Stop::after(Duration::from_secs(60));
        drop(stop.with_waiting());
        send(130, none, &stop, &progress);
        assert!(matches!(messages.try_recv(), Ok(Err(ServiceError::OutOfTime(pointer))) if pointer == "/parks"));
        assert!(messages.try_recv().is_err(), "it stopped");
    }
}
