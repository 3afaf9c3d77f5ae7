//! What the lab's address says: the whole scenario, so that a link reproduces the page.

use actix_web::HttpRequest;

use super::lab_assumed::{self, Needed, Seated};
use super::lab_departments;
use super::lab_join::{self, Joined};
use super::visit::{address, read_question};
use crate::domain::{
    CollegeId, Criterion, Date, Demand, DemandKind, Department, Invalid, N_CRITERIA, ParkChoice, ParkId, Question,
    ScenarioChange, ScenarioQuestion, SeatsChange, Target, Weights,
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
    /// Needs assumed to be added.
    pub(super) needed: Vec<Needed>,
    /// Seats assumed to change.
    pub(super) seated: Vec<Seated>,
    /// Colleges assumed to join.
    pub(super) joined: Vec<Joined>,
    /// Departments whose weights stand side by side; no part of the scenario.
    pub(super) departments: Vec<Department>,
}

/// Parameters of the page beside the question's and the weights'.
const OWN: [&str; 16] = [
    "need",
    "seats",
    "join",
    "departments",
    "add_need",
    "add_people",
    "add_kind",
    "add_programme",
    "add_seats",
    "add_join",
    "join_kind",
    "join_major",
    "add_dept",
    "dept_need",
    "dept_outcome",
    "dept_condition",
];
/// Those of them that the scenario, and what stands beside it, consists of; the others are forms'.
pub(super) const KEPT: [&str; 4] = ["need", "seats", "join", "departments"];
/// Those that forms add by.
pub(super) const ADDS: [&str; 12] = [
    "add_need",
    "add_people",
    "add_kind",
    "add_programme",
    "add_seats",
    "add_join",
    "join_kind",
    "join_major",
    "add_dept",
    "dept_need",
    "dept_outcome",
    "dept_condition",
];

impl Asked {
    /// Reads the address strictly.
    pub(super) fn of(request: &HttpRequest) -> Result<(Self, Query), Problem> {
        let own: Vec<&str> = Criterion::ALL.map(Criterion::code).into_iter().chain(OWN).collect();
        let (mut plain, query) = read_question(request, &own)?;
        let leaves = std::mem::take(&mut plain.exclude);
        let (weights, total) = match weights(&query)? {
            Some((weights, total)) => (Some(weights), Some(total).filter(|total| (total - 100.0).abs() > 1e-6)),
            None => (None, None),
        };
        let (needed, seated) = (lab_assumed::needed(&query)?, lab_assumed::seated(&query)?);
        let (joined, departments) = (lab_join::joined(&query)?, lab_departments::read(&query)?);
        let park = plain.park.clone();
        Ok((Self { park, plain, weights, total, leaves, needed, seated, joined, departments }, query))
    }

    /// The scenario's question.
    pub(super) fn question(&self, today: Date) -> ScenarioQuestion {
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
            changes: weights
                .into_iter()
                .chain(leaves)
                .chain(lab_assumed::changes(&self.needed, &self.seated, self.park.as_str(), today))
                .chain(lab_join::changes(&self.joined, today))
                .collect(),
        }
    }
}

/// The address of the lab that says a kept scenario; `None` if the lab has no words for it.
pub(super) fn address_of(question: &ScenarioQuestion) -> Option<String> {
    let ParkChoice::Some(parks) = &question.parks else { return None };
    let [park] = &parks[..] else { return None };
    if question.selection.is_some() || question.weights.is_some() || question.base_seq.is_some() {
        return None;
    }
    let (mut own, mut leaves, mut needs, mut seats) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut joins = Vec::new();
    for change in &question.changes {
        match change {
            ScenarioChange::Weights(weights) => own = parameters(weights),
            ScenarioChange::Exclude(college) => leaves.push(college.to_string()),
            ScenarioChange::ProgrammeSeats(seat) => {
                let SeatsChange { programme, kind, seats: n } = seat.clone();
                seats.push(Seated { programme, kind, seats: n }.text());
            }
            ScenarioChange::DemandPut(Demand { target: Target::Major(major), headcount, kind, .. }) => {
                needs.push(Needed { major: *major, people: *headcount, kind: *kind }.text());
            }
            ScenarioChange::CollegePut(_) | ScenarioChange::ProgrammePut(_) => joins.push(change),
            _ => return None,
        }
    }
    let joins = lab_join::of_changes(&joins)?.iter().map(Joined::text).collect::<Vec<_>>().join(",");
    let preset = question.preset.as_ref().map(ToString::to_string).unwrap_or_default();
    let (kind, km) =
        (question.kind.map_or("", DemandKind::code), question.max_km.map(|km| km.to_string()).unwrap_or_default());
    let (leaves, needs, seats) = (leaves.join(","), needs.join(","), seats.join(","));
    let top = question.top.to_string();
    let rest = [
        ("top", top.as_str()),
        ("preset", &preset),
        ("kind", kind),
        ("max_km", &km),
        ("exclude", &leaves),
        ("need", &needs),
        ("seats", &seats),
        ("join", &joins),
    ];
    Some(address(&format!("/parks/{park}/lab"), own.iter().map(|(name, value)| (*name, value.as_str())).chain(rest)))
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
