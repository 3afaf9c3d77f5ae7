//! What the lab's address says: the whole scenario, so that a link reproduces the page.

use actix_web::HttpRequest;

use super::visit::read_question;
use crate::domain::{
    CollegeId, Criterion, Invalid, N_CRITERIA, ParkChoice, ParkId, Question, ScenarioChange, ScenarioQuestion, Weights,
};
use crate::http::{Problem, Query};

/// The scenario of an address.
pub(super) struct Asked {
    pub(super) park: ParkId,
    /// What both sides are asked; colleges left out are an assumption here, not part of it.
    pub(super) plain: Question,
    /// Weights, if the address has any.
    pub(super) weights: Option<Weights>,
    /// What the weights given summed to, if that was not 100.
    pub(super) total: Option<f64>,
    /// Colleges assumed to leave.
    pub(super) leaves: Vec<CollegeId>,
}

impl Asked {
    /// Reads the address strictly.
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let (mut plain, query) = read_question(request, &Criterion::ALL.map(Criterion::code))?;
        let leaves = std::mem::take(&mut plain.exclude);
        let (weights, total) = match weights(&query)? {
            Some((weights, total)) => (Some(weights), Some(total).filter(|total| (total - 100.0).abs() > 1e-6)),
            None => (None, None),
        };
        Ok(Self { park: plain.park.clone(), plain, weights, total, leaves })
    }

    /// The scenario's question.
    pub(super) fn question(&self) -> ScenarioQuestion {
        let weights = self.weights.map(ScenarioChange::Weights);
        let leaves = self.leaves.iter().cloned().map(ScenarioChange::Exclude);
        ScenarioQuestion {
            parks: ParkChoice::Some(vec![self.park.clone()]),
            top: self.plain.top,
            preset: self.plain.preset.clone(),
            weights: None,
            base_seq: None,
            kind: self.plain.kind,
            max_km: self.plain.max_km,
            explore: false,
            selection: None,
            changes: weights.into_iter().chain(leaves).collect(),
        }
    }
}

/// The weights of the query and what was given in all; a criterion left out weighs 0.
fn weights(query: &Query) -> Result<Option<(Weights, f64)>, Problem> {
    if Criterion::ALL.iter().all(|criterion| query.text(criterion.code()).is_none()) {
        return Ok(None);
    }
    let mut given = [0.0; N_CRITERIA];
    for criterion in Criterion::ALL {
        let Some(text) = query.text(criterion.code()) else { continue };
        let value: f64 = text.parse().unwrap_or(f64::NAN);
        if !(0.0..=100.0).contains(&value) {
            return Err(Problem::parameter(criterion.code(), Invalid::out_of_range(0, 100)));
        }
        given[criterion.index()] = value;
    }
    let weights = Weights::scaled(given).map_err(|invalid| Problem::parameter(Criterion::ALL[0].code(), invalid))?;
    Ok(Some((weights, given.iter().sum())))
}

/// The parameters of an address that say these weights.
pub(super) fn parameters(weights: &Weights) -> Vec<(&'static str, String)> {
    // An address without a weight would be the preset's: 0 is written too.
    Criterion::ALL.into_iter().map(|criterion| (criterion.code(), written(weights, criterion))).collect()
}

/// A weight as it is written in a field: as few decimals as it has.
pub(super) fn written(weights: &Weights, criterion: Criterion) -> String {
    weights.percent(criterion).to_string()
}
