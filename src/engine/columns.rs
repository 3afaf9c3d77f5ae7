//! Criteria as columns of points, so that a question is answered by one pass of integer arithmetic.
//!
//! Points are hundredths (0..=10,000) and weights hundredths of a percent, so `Σ weight × points` is exact: the parts
//! of a score add up to it to the last digit, and no summation order can change a rank.

use super::fit::{Fit, NeedItem, Offer, fit, offers};
use super::satisfaction::Posterior;
use super::state::State;
use crate::domain::{
    College, CollegeStatus, Criterion, EngagementStatus, ExcludedReason, Offering, Park, Sheet, Travel,
};

/// Points of one criterion, and whether they rest on the prior or on implication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) raw: Option<f64>,
    pub(super) points: u16,
    pub(super) grade: Grade,
}

/// How sure a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grade {
    Measured,
    Implied,
    Prior,
}

/// The criteria that depend on park and college.
pub(super) const PAIR: [Criterion; 6] = [
    Criterion::MajorFit,
    Criterion::Capacity,
    Criterion::Facilities,
    Criterion::Faculty,
    Criterion::Proximity,
    Criterion::Cost,
];

/// The criteria that depend on the college alone.
pub(super) const COLLEGE: [Criterion; 6] = [
    Criterion::Satisfaction,
    Criterion::Retention,
    Criterion::Continuity,
    Criterion::Response,
    Criterion::Tech,
    Criterion::Cobuild,
];

/// One park against all colleges, by the colleges' registry position.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Row {
    pub(super) points: [Vec<u16>; 6],
    /// Bit j: criterion `PAIR[j]` rests on the prior; bit 6: the fit is implied; bit 7: nothing matches at all.
    pub(super) flags: Vec<u8>,
}

/// All colleges by themselves, by registry position.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Columns {
    pub(super) points: [Vec<u16>; 6],
    /// Bit j: criterion `COLLEGE[j]` rests on the prior.
    pub(super) flags: Vec<u8>,
    /// Standard deviation of the satisfaction points.
    pub(super) satisfaction_sd: Vec<f64>,
    pub(super) excluded: Vec<Option<ExcludedReason>>,
    pub(super) closed: Vec<bool>,
}

fn cell(sheet: &Sheet, criterion: Criterion, raw: Option<f64>) -> Cell {
    let of = sheet.of(criterion);
    match raw {
        Some(raw) => Cell { raw: Some(raw), points: of.points(raw), grade: Grade::Measured },
        None => Cell { raw: None, points: (of.prior * 100.0).round() as u16, grade: Grade::Prior },
    }
}

/// Kilometres as the crow flies (haversine, sphere of 6,371 km).
pub(super) fn kilometres(park: &Park, college: &College) -> Option<f64> {
    let (a, b) = (park.place?, college.place?);
    let (lat_a, lat_b) = (a.lat().to_radians(), b.lat().to_radians());
    let (d_lat, d_lon) = (0.5 * (lat_b - lat_a), 0.5 * (b.lon() - a.lon()).to_radians());
    let (s, t) = (libm::sin(d_lat), libm::sin(d_lon));
    let h = s * s + libm::cos(lat_a) * libm::cos(lat_b) * t * t;
    Some(2.0 * 6371.0 * libm::asin(h.sqrt().min(1.0)))
}

fn minutes(travel: &Travel, km: f64) -> f64 {
    travel.fixed_minutes + km * travel.detour / travel.km_per_hour * 60.0
}

/// The six pair criteria of one park and one college, with the fit they rest on.
pub(super) fn pair_cells(
    sheet: &Sheet,
    park: &Park,
    college: &College,
    items: &[NeedItem],
    offer: &[Offer],
) -> ([Cell; 6], Fit) {
    let mut found = fit(sheet, items, offer);
    let mut coverage = Some(found.coverage);
    if college.offering == Offering::Partial {
        if found.any {
            // What is not listed may still be offered: the open share counts as the prior.
            found.coverage += (1.0 - found.coverage) * sheet.partial_prior;
            coverage = Some(found.coverage);
        } else {
            coverage = None;
            found.coverage = sheet.partial_prior;
        }
    }
    let mut fit_cell = cell(sheet, Criterion::MajorFit, coverage);
    if found.implied && coverage.is_some() {
        fit_cell.grade = Grade::Implied;
    }
    let ratio = found.fee.zip(park.budget_per_person_day).filter(|(_, budget)| budget.get() > 0.0);
    let cells = [
        fit_cell,
        cell(sheet, Criterion::Capacity, found.capacity),
        cell(sheet, Criterion::Facilities, found.facilities),
        cell(sheet, Criterion::Faculty, found.faculty),
        cell(sheet, Criterion::Proximity, kilometres(park, college).map(|km| minutes(&sheet.travel, km))),
        cell(sheet, Criterion::Cost, ratio.map(|(fee, budget)| fee / budget.get())),
    ];
    (cells, found)
}

impl Row {
    /// One park against all colleges.
    pub(super) fn build(state: &State, park: &Park, items: &[NeedItem], all_offers: &[Vec<Offer>]) -> Self {
        let mut row = Self::default();
        for (at, offer) in all_offers.iter().enumerate() {
            row.points.iter_mut().for_each(|column| column.push(0));
            row.flags.push(0);
            row.set(state, park, items, at, offer);
        }
        row
    }

    /// Brings one college of the row up to date.
    pub(super) fn set(&mut self, state: &State, park: &Park, items: &[NeedItem], at: usize, offer: &[Offer]) {
        let college = &state.colleges.at(at as u32).value;
        let (cells, found) = pair_cells(&state.sheet, park, college, items, offer);
        let mut flags = 0;
        for (j, cell) in cells.iter().enumerate() {
            self.points[j][at] = cell.points;
            match cell.grade {
                Grade::Measured => {}
                Grade::Prior => flags |= 1 << j,
                Grade::Implied => flags |= 1 << 6,
            }
        }
        self.flags[at] = flags | if found.any { 0 } else { 1 << 7 };
    }
}

/// The offers of every college, by registry position.
pub(super) fn all_offers(state: &State) -> Vec<Vec<Offer>> {
    (0..state.colleges.len()).map(|at| offers(state, &state.colleges.at(at as u32).value.id)).collect()
}

/// Years of unbroken engagements up to the last one; a pause of up to half a year does not break them.
fn unbroken_years(state: &State, college: &College) -> Option<f64> {
    let mut periods: Vec<(i32, i32)> = state
        .engagements_of(&college.id)
        .filter(|engagement| engagement.status != EngagementStatus::Proposed && engagement.start <= state.today)
        .map(|engagement| (engagement.start.days(), engagement.end.min(state.today).days()))
        .collect();
    periods.sort_unstable();
    let (mut start, mut end) = *periods.first()?;
    for (s, e) in periods {
        if s > end + 183 {
            start = s;
        }
        end = end.max(e);
    }
    Some(f64::from(end - start + 1) / 365.25)
}

/// The six college criteria of one college.
pub(super) fn college_cells(state: &State, college: &College, satisfaction: f64) -> [Cell; 6] {
    let sheet = &state.sheet;
    let retention = college.retained.zip(college.placed).filter(|(_, placed)| *placed > 0);
    [
        cell(sheet, Criterion::Satisfaction, Some(satisfaction)),
        cell(sheet, Criterion::Retention, retention.map(|(kept, placed)| f64::from(kept) / f64::from(placed))),
        cell(sheet, Criterion::Continuity, unbroken_years(state, college)),
        cell(sheet, Criterion::Response, college.response_days.map(crate::domain::Amount::get)),
        cell(sheet, Criterion::Tech, college.tech_projects_3y.map(f64::from)),
        cell(sheet, Criterion::Cobuild, college.pledges.as_ref().map(|pledges| pledges.len() as f64)),
    ]
}

fn excluded(state: &State, college: &College) -> Option<ExcludedReason> {
    if college.status == CollegeStatus::Suspended {
        return Some(ExcludedReason::Suspended);
    }
    if college.complaint {
        return Some(ExcludedReason::Complaint);
    }
    let oldest = state.today.plus_days(-(state.sheet.stale_days as i32));
    if college.updated_on.is_some_and(|day| day < oldest) {
        return Some(ExcludedReason::StaleSupply);
    }
    let mut programmes = state.programmes_of(&college.id).peekable();
    let any = programmes.peek().is_some();
    let full = any
        && programmes.all(|programme| programme.stations.is_some_and(|n| n > 0) && programme.stations_free == Some(0));
    full.then_some(ExcludedReason::FacilityFull)
}

/// A college's posterior mean on the published scale.
pub(super) fn published_mean(state: &State, effect: f64) -> f64 {
    (state.model.mean + effect).clamp(1.0, 5.0)
}

impl Columns {
    /// All colleges.
    pub(super) fn build(state: &State, posterior: &Posterior, place_of: impl Fn(u32) -> usize) -> Self {
        let mut columns = Self::default();
        for at in 0..state.colleges.len() as u32 {
            let entry = state.colleges.at(at);
            let place = place_of(at);
            columns.points.iter_mut().for_each(|column| column.push(0));
            columns.flags.push(0);
            columns.satisfaction_sd.push(0.0);
            columns.excluded.push(excluded(state, &entry.value));
            columns.closed.push(entry.closed);
            let cells = college_cells(state, &entry.value, published_mean(state, posterior.effect[place]));
            for (j, cell) in cells.iter().enumerate() {
                columns.points[j][at as usize] = cell.points;
                if cell.grade == Grade::Prior {
                    columns.flags[at as usize] |= 1 << j;
                }
            }
        }
        columns.rate(state, posterior, place_of);
        columns
    }

    /// Brings the satisfaction column up to date after a new posterior.
    pub(super) fn rate(&mut self, state: &State, posterior: &Posterior, place_of: impl Fn(u32) -> usize) {
        let anchors = &state.sheet.of(Criterion::Satisfaction).anchors;
        let (first, last) = (anchors[0], anchors[anchors.len() - 1]);
        let slope = (last.points - first.points) / (last.raw - first.raw);
        for at in 0..self.flags.len() {
            let place = place_of(at as u32);
            let mean = published_mean(state, posterior.effect[place]);
            self.points[0][at] = state.sheet.of(Criterion::Satisfaction).points(mean);
            self.satisfaction_sd[at] = slope * posterior.sd[place];
        }
    }
}
