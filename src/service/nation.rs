//! A scenario of all parks: progress batch by batch, until nobody waits or the time is up.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::scenario::{forked, selected};
use super::scenario_faults::check_size;
use super::stop::Stop;
use super::{Service, ServiceError};
use crate::domain::{AsOf, ParkBrief, ParkId, ScenarioQuestion, SelectionMove};
use crate::engine::{Fork, Nation, selection_move};

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
    /// The selection before and after, if one was asked for: in a last message without parks.
    pub selection: Option<SelectionMove>,
}

impl Service {
    /// Answers a scenario of all parks, some parks a message; it stops when the receiver is dropped. The last message is an
    /// error if the time is up before all parks are done.
    ///
    /// # Errors
    /// As [`Self::evaluate_scenario`].
    pub(super) async fn evaluate_nation(
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
            let sides = service
                .base(&question, &handle, None, &pool)
                .and_then(|base| pool.install(|| sides(base, &question, &stop)));
            let (base, last, selection) = match sides {
                Ok(sides) => sides,
                Err(error) => {
                    // Nobody may be waiting.
                    let _ = ready.send(Err(error));
                    return;
                }
            };
            let nation = pool.install(|| Nation::new(&base, &last, &question.of_park(&any_park())));
            if ready.send(Ok(())).is_err() {
                return;
            }
            let (as_of, of) = (base.snapshot.as_of(), nation.len());
            let batch = |range: Range<usize>| {
                let done = range.end;
                let parks = pool.install(|| nation.briefs(range));
                Progress { as_of: as_of.clone(), parks, done, of, selection: None }
            };
            if send(of, batch, &stop, &progress) && selection.is_some() {
                // The client may be gone.
                let _ = progress.blocking_send(Ok(Progress { as_of, parks: Vec::new(), done: of, of, selection }));
            }
        });
        started.await.map_err(|_| ServiceError::Busy)??;
        waiting.no_longer();
        Ok(receiver)
    }
}

/// The base, the base after all changes, and the selection on each step if one is asked for; of the steps in between
/// nothing else is kept.
fn sides(
    base: Fork,
    question: &ScenarioQuestion,
    stop: &Stop,
) -> Result<(Fork, Fork, Option<SelectionMove>), ServiceError> {
    let Some(asked) = &question.selection else {
        let last = forked(base.clone(), &question.changes, stop, None)?;
        return Ok((base, last, None));
    };
    let mut made = Vec::with_capacity(question.changes.len() + 1);
    let mut each = |fork: &Fork| {
        made.push(selected(fork, asked, stop)?);
        Ok(())
    };
    let last = forked(base.clone(), &question.changes, stop, Some(&mut each))?;
    Ok((base, last, selection_move(made)))
}

/// The place of a park in a question that is asked of every park.
fn any_park() -> ParkId {
    match "0".parse() {
        Ok(id) => id,
        Err(_) => unreachable!("`0` is a code"),
    }
}

/// Sends all parks, a batch at a time, until nobody waits or the time is up; then the last message says so. Whether all
/// were sent.
fn send(
    n: usize,
    batch: impl Fn(Range<usize>) -> Progress,
    stop: &Stop,
    progress: &mpsc::Sender<Result<Progress, ServiceError>>,
) -> bool {
    for first in (0..n).step_by(BATCH) {
        let done = (first + BATCH).min(n);
        let message =
            if stop.stopped() { Err(ServiceError::OutOfTime("/parks".to_owned())) } else { Ok(batch(first..done)) };
        let last = message.is_err();
        if progress.blocking_send(message).is_err() || last {
            // The client is gone, or was told.
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Snapshot, State};
    use crate::service::foundation;

    #[test]
    fn a_nation_whose_time_is_up_says_so_and_stops() {
        let (progress, mut messages) = mpsc::channel(8);
        let as_of = Snapshot::cold(State::new(foundation::sheet(), foundation::model())).as_of();
        let none = |range: Range<usize>| {
            let (as_of, parks) = (as_of.clone(), Vec::new());
            Progress { as_of, parks, done: range.end, of: 130, selection: None }
        };
        assert!(send(130, none, &Stop::after(Duration::from_secs(60)), &progress));
        let done: Vec<usize> =
            std::iter::from_fn(|| messages.try_recv().ok()).map(|sent| sent.expect("parks").done).collect();
        assert_eq!(done, [64, 128, 130]);
        // Whoever cancels ends it: the rest of the parks is not worked out.
        let (gone, messages_of_none) = mpsc::channel(8);
        drop(messages_of_none);
        let worked_out = std::cell::Cell::new(0);
        let counted = |range: Range<usize>| {
            worked_out.set(worked_out.get() + 1);
            none(range)
        };
        assert!(!send(130, counted, &Stop::after(Duration::from_secs(60)), &gone));
        assert_eq!(worked_out.get(), 1);
        let stop = Stop::after(Duration::from_secs(60));
        drop(stop.with_waiting());
        assert!(!send(130, none, &stop, &progress));
        assert!(matches!(messages.try_recv(), Ok(Err(ServiceError::OutOfTime(pointer))) if pointer == "/parks"));
        assert!(messages.try_recv().is_err(), "it stopped");
    }
}
