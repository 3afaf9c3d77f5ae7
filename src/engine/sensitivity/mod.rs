//! How much a ranking depends on its weights: intervals, lifts, drawn weights, departments, other methods.

mod ahp;
mod cross_check;
mod departments;
mod draws;
mod interval;

pub use ahp::ahp;

use std::cmp::Ordering;

use super::field::Field;
use super::rank::Refusal;
use super::snapshot::Snapshot;
use crate::domain::{
    CollegeRef, Criterion, Lift, N_CRITERIA, Question, Robustness, Sensitivity, SensitivityQuestion, WeightInterval,
};

/// Points of all candidates, hundredths, best first by the weights asked with.
pub(super) struct Candidates {
    /// Registry positions.
    pub(super) college: Vec<u32>,
    /// `(n_candidates, n_criteria)`.
    pub(super) points: Vec<[u16; N_CRITERIA]>,
}

impl Candidates {
    fn of(snapshot: &Snapshot, field: &Field<'_>) -> Self {
        let points = |&at: &u32| snapshot.points_in(&field.row, at);
        Self { points: field.order.iter().map(points).collect(), college: field.order.clone() }
    }

    /// Ranks under any weights, from 1, by candidate; equal scores keep the order of the candidates.
    fn ranks(&self, weights: &[f64; N_CRITERIA]) -> Vec<u32> {
        ranks(self.points.iter().map(|points| score(points, weights)).collect())
    }
}

fn score(points: &[u16; N_CRITERIA], weights: &[f64; N_CRITERIA]) -> f64 {
    points.iter().zip(weights).map(|(&points, weight)| f64::from(points) * weight).sum()
}

/// Ranks from 1, highest first; values equal to rounding keep their order.
fn ranks(values: Vec<f64>) -> Vec<u32> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| match values[b].total_cmp(&values[a]) {
        Ordering::Equal => a.cmp(&b),
        other => other,
    });
    let mut ranks = vec![0; values.len()];
    order.into_iter().zip(1..).for_each(|(at, rank)| ranks[at] = rank);
    ranks
}

impl Snapshot {
    /// How much a park's ranking depends on the weights the question asks with.
    ///
    /// # Errors
    /// [`Refusal`] names the unknown park or preset, or the college to be lifted if it is not ranked.
    pub fn sensitivity(&self, question: &Question, asked: &SensitivityQuestion) -> Result<Sensitivity, Refusal> {
        let field = self.field(&Question { top: u16::MAX, ..question.clone() })?;
        let candidates = Candidates::of(self, &field);
        let weights = field.preset.weights;
        let top = (asked.top as usize).min(candidates.college.len());
        let names = |at: usize| self.name(candidates.college[at]);
        let intervals = Criterion::ALL.into_iter().map(|criterion| WeightInterval {
            criterion,
            weight: weights.percent(criterion),
            first: interval::interval(&candidates.points, weights.hundredths(), criterion.index(), 1).named(names),
            list: interval::interval(&candidates.points, weights.hundredths(), criterion.index(), top).named(names),
        });
        let how = draws::Draws { n: asked.draws, seed: asked.seed, concentration: asked.concentration };
        let drawn = draws::acceptability(&candidates.points, &[], &weights, top, how);
        let topsis = cross_check::topsis(&candidates.points, &weights);
        let entropy_weights = cross_check::entropy_weights(&candidates.points);
        let entropy = candidates.ranks(&entropy_weights);
        let colleges = (0..top).zip(drawn).map(|(at, drawn)| Robustness {
            college: names(at),
            rank: at as u32 + 1,
            score: f64::from(field.score[candidates.college[at] as usize]) / 1e6,
            first: drawn.ranks.first().copied().unwrap_or(0.0),
            listed: drawn.ranks.iter().sum::<f64>().min(1.0),
            mean_rank: drawn.mean,
            ranks: drawn.ranks,
            topsis_rank: topsis[at],
            entropy_rank: entropy[at],
        });
        Ok(Sensitivity {
            park: question.park.clone(),
            as_of: self.as_of(),
            weights,
            top: asked.top,
            draws: asked.draws,
            seed: asked.seed,
            concentration: asked.concentration,
            candidates: candidates.college.len() as u32,
            intervals: intervals.collect(),
            colleges: colleges.collect(),
            entropy_weights: entropy_weights.map(|weight| 100.0 * weight).to_vec(),
            lift: self.lift(&field, asked)?,
            departments: departments::departments(self, &candidates, asked),
        })
    }

    fn lift(&self, field: &Field<'_>, asked: &SensitivityQuestion) -> Result<Option<Lift>, Refusal> {
        let Some(lift) = &asked.lift else { return Ok(None) };
        let unranked = || Refusal::College(lift.college.to_string());
        let at = self.state.colleges.position(&lift.college).ok_or_else(unranked)?;
        let place = field.order.iter().position(|&other| other == at).ok_or_else(unranked)?;
        let college: CollegeRef = self.name(at);
        let wanted = lift.rank.max(1) as usize;
        let mut changes = Vec::new();
        if wanted <= place {
            let above = f64::from(field.score[field.order[wanted - 1] as usize]) / 1e6;
            let item = self.items(field, place + 1, asked.top as usize).pop().ok_or_else(unranked)?;
            changes = self.overtake(&item, above);
            changes.sort_by(|a, b| {
                let grows = |c: &crate::domain::Counterfactual| c.anchored_needed - c.anchored;
                grows(a).total_cmp(&grows(b)).then(a.criterion.cmp(&b.criterion))
            });
        }
        Ok(Some(Lift { college, rank: place as u32 + 1, wanted: lift.rank, changes }))
    }
}
