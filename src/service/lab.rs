//! The scenario lab: one park's list before and after, and how far each weight may move.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::board::{Board, board};
use super::scenario::forks;
use super::scenario_faults::check_size;
use super::sensitivity::check_departments;
use super::stop::Stop;
use super::{Service, ServiceError};
use crate::domain::{
    Department, Departments, ParkId, ParkOutcome, ScenarioQuestion, SensitivityQuestion, WeightInterval, Weights,
};
use crate::engine::outcome;

/// A reader waits no longer.
const BUDGET: Duration = Duration::from_secs(10);
/// Longest list whose intervals are told.
const MOST_LISTED: u16 = 20;

/// What the lab shows, all from one snapshot.
#[derive(Clone, Debug)]
pub struct Lab {
    /// The park without the changes, with the words to read its list by.
    pub board: Board,
    /// Before, after, and why.
    pub outcome: ParkOutcome,
    /// The weights after the changes.
    pub weights: Weights,
    /// Weight by weight: where the first of the list after the changes stays first; empty if nobody is ranked.
    pub intervals: Vec<WeightInterval>,
    /// The departments side by side, after the changes; `None` without any.
    pub departments: Option<Departments>,
}

impl Service {
    /// A scenario of one park, with the intervals of the weights it ends with, and departments side by side.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park or preset; as [`Service::evaluate_scenario`] otherwise.
    pub(super) async fn lab(
        &self,
        park: ParkId,
        question: ScenarioQuestion,
        departments: Vec<Department>,
    ) -> Result<Lab, ServiceError> {
        check_size(&question)?;
        check_departments(&departments)?;
        let stop = Stop::after(BUDGET);
        let _waiting = stop.with_waiting();
        let (service, handle) = (self.clone(), Handle::current());
        let work = move |pool: &rayon::ThreadPool| {
            let base = service.base(&question, &handle, Some(Arc::new(vec![park.clone()])), pool)?;
            pool.install(|| {
                let plain = question.of_park(&park);
                let board = board(&base.snapshot, &plain)?;
                let forks = forks(base, &question.changes, &stop)?;
                let outcome = outcome(&forks, &plain)?;
                let last = &forks[forks.len() - 1];
                let asked = SensitivityQuestion {
                    top: u32::from(question.top.min(MOST_LISTED)),
                    preset: None,
                    weights: None,
                    draws: 1,
                    seed: 0,
                    concentration: 100,
                    lift: None,
                    departments,
                };
                let found = last.snapshot.sensitivity(&last.question(&plain), &asked)?;
                let intervals = if found.candidates == 0 { Vec::new() } else { found.intervals };
                Ok(Lab { board, outcome, weights: found.weights, intervals, departments: found.departments })
            })
        };
        self.planning.thread(work).await?
    }
}
