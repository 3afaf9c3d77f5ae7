//! A few colleges pair by pair, with the exact spread of every difference.

use super::field::Field;
use super::normal::phi;
use super::rank::{Refusal, rounded};
use super::satisfaction::covariances;
use super::snapshot::Snapshot;
use crate::domain::{CollegeId, ComparedOne, ComparedPair, Comparisons, Criterion, PairDifference, Question};

impl Snapshot {
    /// Compares some colleges for a question. What two colleges' satisfactions have in common through shared raters is
    /// solved for exactly; the other criteria are independent.
    ///
    /// # Errors
    /// [`Refusal`] names the unknown park or preset, or the college that is not ranked.
    pub fn compare(&self, question: &Question, ids: &[CollegeId]) -> Result<Comparisons, Refusal> {
        let field = self.field(&Question { top: u16::MAX, ..question.clone() })?;
        let mut chosen = Vec::with_capacity(ids.len());
        for id in ids {
            let at = self.state.colleges.position(id);
            let place = at.and_then(|at| field.order.iter().position(|&other| other == at));
            chosen.push(place.ok_or_else(|| Refusal::College(id.to_string()))?);
        }
        chosen.sort_unstable();
        chosen.dedup();
        let at: Vec<u32> = chosen.iter().map(|&place| field.order[place]).collect();
        let places: Vec<usize> = at.iter().map(|&at| self.edges.place_of(at)).collect();
        let mut shared = covariances(&self.edges, &self.state.model, &places);
        // Of a college of too few enterprises nothing but the prior is known, which it shares with nobody; what was published
        // says nothing of what it shares.
        for k in 0..at.len() {
            let told = self.told(at[k]);
            if !told.is_posterior() {
                shared.iter_mut().for_each(|row| row[k] = 0.0);
                shared[k].fill(0.0);
                shared[k][k] = told.sd.powi(2);
            }
        }
        let others: Vec<f64> = at.iter().map(|&at| self.other_variance(&field, at)).collect();
        let slope = self.satisfaction_slope(&field);
        let spread = |a: usize, b: usize| (shared[a][a] + shared[b][b] - 2.0 * shared[a][b]).max(0.0);
        let score = |k: usize| f64::from(field.score[at[k] as usize]) / 1e6;
        let between = |a: usize, b: usize| {
            let variance = others[a] + others[b] + slope * slope * spread(a, b);
            difference(score(a) - score(b), variance)
        };
        let (mut leader, mut group) = (0, 1);
        let mut colleges = Vec::with_capacity(at.len());
        for k in 0..at.len() {
            if k > 0 && between(leader, k).p_better >= self.state.sheet.tie_probability {
                (leader, group) = (k, group + 1);
            }
            colleges.push(ComparedOne {
                college: self.name(at[k]),
                rank: chosen[k] as u32 + 1,
                tie_group: group,
                score: score(k),
                score_sd: rounded((others[k] + slope * slope * shared[k][k]).sqrt()),
                satisfaction: self.satisfaction(at[k]),
            });
        }
        let effect = |k: usize| self.told(at[k]).effect;
        let pairs = (0..at.len()).flat_map(|a| (a + 1..at.len()).map(move |b| (a, b)));
        let pairs = pairs.map(|(a, b)| ComparedPair {
            first: colleges[a].college.id.clone(),
            second: colleges[b].college.id.clone(),
            score: between(a, b),
            satisfaction: difference(effect(a) - effect(b), spread(a, b)),
        });
        let pairs = pairs.collect();
        Ok(Comparisons {
            park: question.park.clone(),
            as_of: self.as_of(),
            preset: field.preset.id.clone(),
            colleges,
            pairs,
        })
    }

    /// Points of the score a point of satisfaction is worth between the ends of its anchors.
    fn satisfaction_slope(&self, field: &Field<'_>) -> f64 {
        let anchors = &self.state.sheet.of(Criterion::Satisfaction).anchors;
        let (first, last) = (anchors[0], anchors[anchors.len() - 1]);
        field.share(Criterion::Satisfaction) * (last.points - first.points) / (last.raw - first.raw)
    }

    /// Variance of a college's score but for its satisfaction.
    fn other_variance(&self, field: &Field<'_>, at: u32) -> f64 {
        let satisfaction = field.share(Criterion::Satisfaction) * self.columns.satisfaction_sd[at as usize];
        (field.sd[at as usize].powi(2) - satisfaction.powi(2)).max(0.0)
    }
}

fn difference(difference: f64, variance: f64) -> PairDifference {
    let sd = variance.sqrt();
    let p_better = if sd > 0.0 { phi(difference / sd) } else { 0.5 + 0.5 * difference.signum() };
    PairDifference { difference: rounded(difference), sd: rounded(sd), p_better: rounded(p_better) }
}
