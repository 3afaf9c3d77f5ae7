//! What-if: a scenario's changes on a fork of what is served; nothing is stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::open::state_at;
use super::{Service, ServiceError, references};
use crate::domain::{
    Invalid, ParkBrief, ParkChoice, ParkId, Question, ScenarioAnswer, ScenarioChange, ScenarioQuestion,
};
use crate::engine::{Fork, Impossible, Refusal, Snapshot, brief, outcome};

/// A scenario of some parks may take this long.
const BUDGET: Duration = Duration::from_secs(10);
/// A scenario of the whole nation may take this long.
const NATION_BUDGET: Duration = Duration::from_secs(120);
/// Parks of one message of progress.
const BATCH: usize = 64;

/// Progress of a nation-wide scenario: some parks, and how many are done of how many.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The parks, by rising id.
    pub parks: Vec<ParkBrief>,
    /// Parks done.
    pub done: usize,
    /// Parks in all.
    pub of: usize,
}

/// Says when to stop: the time is up, or nobody waits any more.
#[derive(Clone)]
struct Stop {
    deadline: Instant,
    gone: Arc<AtomicBool>,
}

impl Stop {
    fn after(budget: Duration) -> Self {
        Self { deadline: Instant::now() + budget, gone: Arc::default() }
    }

    fn stopped(&self) -> bool {
        self.gone.load(Ordering::Relaxed) || Instant::now() > self.deadline
    }
}

/// Raises the flag when the waiting request is dropped.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Service {
    /// Answers a scenario of at most 50 parks.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the change at fault; [`ServiceError::Busy`], [`ServiceError::OutOfTime`].
    pub async fn evaluate_scenario(&self, question: ScenarioQuestion) -> Result<ScenarioAnswer, ServiceError> {
        check_size(&question)?;
        let stop = Stop::after(BUDGET);
        let _waiting = Waiting(Arc::clone(&stop.gone));
        let (service, handle) = (self.clone(), Handle::current());
        self.planning.run(move || service.scenario_answer(&question, &handle, &stop)).await?
    }

    fn scenario_answer(
        &self,
        question: &ScenarioQuestion,
        handle: &Handle,
        stop: &Stop,
    ) -> Result<ScenarioAnswer, ServiceError> {
        let ParkChoice::Some(parks) = &question.parks else { return Err(too_many("/parks", 0)) };
        let mut sorted = parks.clone();
        sorted.sort_unstable();
        let only = Some(Arc::new(sorted));
        let base = self.base(question, handle, only)?;
        let as_of = base.snapshot.as_of();
        let forks = forks(base, &question.changes, stop, true)?;
        let answer = |(at, park): (usize, &ParkId)| {
            if stop.stopped() {
                return Err(ServiceError::OutOfTime("/parks".to_owned()));
            }
            outcome(&forks, &plain(question, park)).map_err(|refusal| named(refusal, question, at))
        };
        let parks = parks.iter().enumerate().map(answer).collect::<Result<_, _>>()?;
        Ok(ScenarioAnswer { as_of, changes: question.changes.len(), parks })
    }

    /// Answers a scenario of all parks, some parks a message; it stops when the receiver is dropped.
    ///
    /// # Errors
    /// As [`Self::evaluate_scenario`].
    pub async fn evaluate_nation(&self, question: ScenarioQuestion) -> Result<mpsc::Receiver<Progress>, ServiceError> {
        check_size(&question)?;
        let (progress, receiver) = mpsc::channel(4);
        let (ready, started) = tokio::sync::oneshot::channel();
        let (service, handle, place) = (self.clone(), Handle::current(), self.planning.place().await?);
        let stop = Stop::after(NATION_BUDGET);
        let gone = Arc::clone(&stop.gone);
        tokio::task::spawn_blocking(move || {
            let _place = place;
            let forks =
                service.base(&question, &handle, None).and_then(|base| forks(base, &question.changes, &stop, false));
            let (forks, outcome) = match forks {
                Ok(forks) => (forks, Ok(())),
                Err(error) => (Vec::new(), Err(error)),
            };
            if ready.send(outcome).is_ok() {
                nation(&forks, &question, stop.deadline, &progress);
            }
        });
        let _waiting = Waiting(gone);
        started.await.map_err(|_| ServiceError::Busy)??;
        Ok(receiver)
    }

    /// What the scenario starts from, with the weights both sides are asked with.
    fn base(
        &self,
        question: &ScenarioQuestion,
        handle: &Handle,
        only: Option<Arc<Vec<ParkId>>>,
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
                Fork::of(Snapshot::cold_among(state, only))
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

/// Checks what needs no state: numbers in range, nothing given twice.
pub(super) fn check_size(question: &ScenarioQuestion) -> Result<(), ServiceError> {
    if question.changes.len() > ScenarioQuestion::MOST_CHANGES {
        return Err(too_many("/changes", ScenarioQuestion::MOST_CHANGES));
    }
    if !(1..=100).contains(&question.top) {
        return Err(ServiceError::Invalid("/top".to_owned(), Invalid::out_of_range(1, 100)));
    }
    if question.preset.is_some() && question.weights.is_some() {
        let (zh, en) = ("preset 与 weights 只能给一个", "give either `preset` or `weights`");
        return Err(ServiceError::Invalid("/weights".to_owned(), Invalid::new("contradictory", zh, en)));
    }
    match &question.parks {
        ParkChoice::Some(parks) if parks.is_empty() => {
            let (zh, en) = ("至少要有一个园区", "at least one park is needed");
            Err(ServiceError::Invalid("/parks".to_owned(), Invalid::new("missing-field", zh, en)))
        }
        ParkChoice::Some(parks) if parks.len() > ScenarioQuestion::MOST_PARKS => {
            Err(too_many("/parks", ScenarioQuestion::MOST_PARKS))
        }
        _ => Ok(()),
    }
}

fn too_many(pointer: &str, most: usize) -> ServiceError {
    let (zh, en) = (format!("最多 {most} 项"), format!("at most {most}"));
    ServiceError::Invalid(pointer.to_owned(), Invalid::new("too-many", zh, en))
}

fn plain(question: &ScenarioQuestion, park: &ParkId) -> Question {
    Question { top: question.top, preset: question.preset.clone(), ..Question::of(park.clone()) }
}

/// A refusal of the engine, at the part of the question that it is about.
fn named(refusal: Refusal, question: &ScenarioQuestion, park: usize) -> ServiceError {
    match (refusal, &question.parks) {
        (Refusal::Park(id), ParkChoice::Some(_)) => unknown(&format!("/parks/{park}"), "park", &id),
        (Refusal::Preset(id), _) => unknown("/preset", "preset", &id),
        (refusal, _) => refusal.into(),
    }
}

fn unknown(pointer: &str, what: &str, id: &str) -> ServiceError {
    let zh = match what {
        "park" => "园区",
        "enterprise" => "企业",
        "college" => "院校",
        "programme" => "院校所开专业",
        "demand" => "需求",
        "preset" => "权重预设",
        _ => "评价",
    };
    let (zh, en) = (format!("没有代码为“{id}”的{zh}"), format!("there is no {what} `{id}`"));
    ServiceError::Invalid(pointer.to_owned(), Invalid::new("unknown-code", zh, en))
}

/// The base and what each change makes of it, or only the base and the last.
fn forks(base: Fork, changes: &[ScenarioChange], stop: &Stop, each: bool) -> Result<Vec<Fork>, ServiceError> {
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
        last = last.after(change, &events);
        if each {
            forks.push(last.clone());
        }
    }
    if !each {
        forks.push(last);
    }
    Ok(forks)
}

fn refused(pointer: &str, impossible: Impossible) -> ServiceError {
    match impossible {
        Impossible::Unknown(what, id, at) => unknown(&format!("{pointer}{at}"), what, &id),
        Impossible::Contradiction(id) => {
            let zh = format!("院校“{id}”不能既列入又排除");
            let en = format!("the college `{id}` cannot be both forced and excluded");
            ServiceError::Invalid(pointer.to_owned(), Invalid::new("contradictory", zh, en))
        }
    }
}

/// A refused reference, at its place within the change.
fn within(pointer: &str, error: ServiceError) -> ServiceError {
    let at =
        |rule, zh: &str, en: String| ServiceError::Invalid(format!("{pointer}/engagement"), Invalid::new(rule, zh, en));
    match error {
        ServiceError::Invalid(field, invalid) => ServiceError::Invalid(format!("{pointer}{field}"), invalid),
        ServiceError::NoEngagement(_) => at("no-engagement", "没有可评价的已确认合作", error.to_string()),
        ServiceError::AlreadyRated(_) => at("already-rated", "该合作已有评价：先撤去它", error.to_string()),
        other => other,
    }
}

fn nation(forks: &[Fork], question: &ScenarioQuestion, deadline: Instant, progress: &mpsc::Sender<Progress>) {
    let (Some(base), Some(last)) = (forks.first(), forks.last()) else { return };
    let parks: Vec<&ParkId> = last.snapshot.state.parks.iter().map(|(id, _)| id).collect();
    let mut done = 0;
    for batch in parks.chunks(BATCH) {
        if Instant::now() > deadline {
            return;
        }
        let briefs = batch.par_iter().filter_map(|park| brief(base, last, &plain(question, park))).collect();
        done += batch.len();
        let sent = progress.blocking_send(Progress { parks: briefs, done, of: parks.len() });
        if sent.is_err() {
            // The client is gone.
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
        stop.gone.store(true, Ordering::Relaxed);
        let change = ScenarioChange::CollegeClosed("C0001".parse().expect("a code"));
        match forks(base, &[change], &stop, true) {
            Err(ServiceError::OutOfTime(pointer)) => assert_eq!(pointer, "/changes/0/college_closed"),
            other => panic!("{other:?}"),
        }
    }
}
