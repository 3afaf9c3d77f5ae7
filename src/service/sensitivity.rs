//! How much a park's ranking depends on its weights.

use std::sync::Arc;

use super::{Service, ServiceError};
use crate::domain::{AhpQuestion, AhpWeights, Department, Invalid, ParkId, Question, Sensitivity, SensitivityQuestion};
use crate::engine::{Fork, Refusal, Snapshot, ahp};

/// Most departments side by side.
const MOST_DEPARTMENTS: usize = 10;

impl Service {
    /// Intervals of the weights, ranks under drawn weights, lifts, departments, other methods.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park, [`ServiceError::Invalid`] for the rest; [`ServiceError::Busy`].
    pub(super) async fn sensitivity(
        &self,
        snapshot: Snapshot,
        park: ParkId,
        asked: SensitivityQuestion,
    ) -> Result<Sensitivity, ServiceError> {
        check(&asked)?;
        self.planning
            .run(move || {
                let question = Question { preset: asked.preset.clone(), ..Question::of(park.clone()) };
                let fork = Fork::of(snapshot.among(Arc::new(vec![park])));
                let fork = asked.weights.map_or(fork.clone(), |weights| fork.weighted(weights));
                fork.snapshot.sensitivity(&fork.question(&question), &asked).map_err(|refusal| match refusal {
                    Refusal::Preset(id) => {
                        let (zh, en) = (format!("没有代码为“{id}”的权重预设"), format!("there is no preset `{id}`"));
                        ServiceError::Invalid("/preset".to_owned(), Invalid::new("unknown-code", zh, en))
                    }
                    Refusal::College(id) => {
                        let zh = format!("没有参与排名的院校“{id}”");
                        let en = format!("there is no ranked college `{id}`");
                        ServiceError::Invalid("/lift/college".to_owned(), Invalid::new("unknown-code", zh, en))
                    }
                    refusal => refusal.into(),
                })
            })
            .await?
    }

    /// Weights from pairwise comparisons.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the comparison at fault.
    pub(super) fn ahp(asked: &AhpQuestion) -> Result<AhpWeights, ServiceError> {
        ahp(asked).map_err(|(pointer, invalid)| ServiceError::Invalid(pointer, invalid))
    }
}

/// Refuses more departments than fit side by side.
pub(super) fn check_departments(departments: &[Department]) -> Result<(), ServiceError> {
    if departments.len() > MOST_DEPARTMENTS {
        let (zh, en) = (format!("最多 {MOST_DEPARTMENTS} 个"), format!("at most {MOST_DEPARTMENTS}"));
        return Err(ServiceError::Invalid("/departments".to_owned(), Invalid::new("too-many", zh, en)));
    }
    Ok(())
}

fn check(asked: &SensitivityQuestion) -> Result<(), ServiceError> {
    let rank = asked.lift.as_ref().map_or(1, |lift| lift.rank);
    let numbers = [
        ("/top", asked.top, 20),
        ("/draws", asked.draws, 5_000),
        ("/concentration", asked.concentration, 10_000),
        ("/lift/rank", rank, 100),
    ];
    for (pointer, value, most) in numbers {
        if !(1..=most).contains(&value) {
            return Err(ServiceError::Invalid(pointer.to_owned(), Invalid::out_of_range(1, most)));
        }
    }
    check_departments(&asked.departments)?;
    if asked.preset.is_some() && asked.weights.is_some() {
        let (zh, en) = ("preset 与 weights 只能给一个", "give either `preset` or `weights`");
        return Err(ServiceError::Invalid("/weights".to_owned(), Invalid::new("contradictory", zh, en)));
    }
    Ok(())
}
