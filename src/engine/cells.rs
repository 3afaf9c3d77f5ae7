//! One criterion of one college, for one park or by itself, in points.

use super::fit::{Fit, Offer, Workspace, fit};
use super::need::Need;
use super::state::State;
use crate::domain::{
    Amount, College, CollegeStatus, Criterion, EngagementStatus, ExcludedReason, Offering, Park, Place, Sheet, Travel,
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

fn cell(sheet: &Sheet, criterion: Criterion, raw: Option<f64>) -> Cell {
    let of = sheet.of(criterion);
    match raw {
        Some(raw) => Cell { raw: Some(raw), points: of.points(raw), grade: Grade::Measured },
        None => Cell { raw: None, points: (of.prior * 100.0).round() as u16, grade: Grade::Prior },
    }
}

/// Mean radius of the earth, kilometres.
const RADIUS: f64 = 6371.0;

/// Kilometres as the crow flies (haversine); `None` where either has no coordinates.
pub fn kilometres(park: &Park, college: &College) -> Option<f64> {
    let (a, b) = (park.place?, college.place?);
    let (lat_a, lat_b) = (a.lat().to_radians(), b.lat().to_radians());
    let (d_lat, d_lon) = (0.5 * (lat_b - lat_a), 0.5 * (b.lon() - a.lon()).to_radians());
    let (s, t) = (libm::sin(d_lat), libm::sin(d_lon));
    let h = s * s + libm::cos(lat_a) * libm::cos(lat_b) * t * t;
    Some(2.0 * RADIUS * libm::asin(h.sqrt().min(1.0)))
}

/// A place as a point of the unit sphere.
pub(super) fn on_sphere(place: Place) -> [f64; 3] {
    let (lat, lon) = (place.lat().to_radians(), place.lon().to_radians());
    let ring = libm::cos(lat);
    [ring * libm::cos(lon), ring * libm::sin(lon), libm::sin(lat)]
}

/// The square of the straight line through the earth that joins two points `km` apart, on the unit sphere.
pub(super) fn chord(km: f64) -> f64 {
    let half = libm::sin(0.5 * km / RADIUS);
    4.0 * half * half
}

fn minutes(travel: &Travel, km: f64) -> f64 {
    travel.fixed_minutes + km * travel.detour / travel.km_per_hour * 60.0
}

/// The six pair criteria of one park and one college, with the fit they rest on.
pub(super) fn pair_cells(
    sheet: &Sheet,
    park: &Park,
    college: &College,
    need: &Need,
    offers: &[Offer],
    work: &mut Workspace,
) -> ([Cell; 6], Fit) {
    let mut found = fit(sheet, need, offers, work);
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

/// Years of unbroken engagements up to the last one; a pause of up to half a year does not break them.
pub(super) fn unbroken_years(state: &State, college: &College) -> Option<f64> {
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

/// The six college criteria of one college, with its mean satisfaction and its unbroken years.
pub(super) fn college_cells(sheet: &Sheet, college: &College, satisfaction: f64, years: Option<f64>) -> [Cell; 6] {
    let retention = college.retained.zip(college.placed).filter(|(_, placed)| *placed > 0);
    [
        cell(sheet, Criterion::Satisfaction, Some(satisfaction)),
        cell(sheet, Criterion::Retention, retention.map(|(kept, placed)| f64::from(kept) / f64::from(placed))),
        cell(sheet, Criterion::Continuity, years),
        cell(sheet, Criterion::Response, college.response_days.map(Amount::get)),
        cell(sheet, Criterion::Tech, college.tech_projects_3y.map(f64::from)),
        cell(sheet, Criterion::Cobuild, college.pledges.as_ref().map(|pledges| pledges.len() as f64)),
    ]
}

/// Why a college is on no shortlist at all, whatever the park.
pub(super) fn excluded(state: &State, college: &College) -> Option<ExcludedReason> {
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
