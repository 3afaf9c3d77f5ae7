//! Demand fit: how well a college's programmes meet a park's need.

use super::need::{Need, NeedItem};
use super::plan::Plan;
use super::state::State;
use crate::domain::MajorKinship as Kinship;
use crate::domain::{Basis, CollegeId, CollegeKind, DemandKind, MajorRef, Sheet, SkillLevel};

/// What one programme offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    major: MajorRef,
    implied: bool,
    reach: SkillLevel,
    seats: [Option<u32>; 5],
    stations_free: Option<u32>,
    teachers: Option<(u32, u32)>,
    fee: Option<f64>,
}

/// How a college's programmes meet a park's need.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Fit {
    /// Optimal transport value ÷ weighted need, 0–1; unknown seats count as enough.
    pub coverage: f64,
    /// Seats of programmes that serve the need ÷ headcount, at most 1; `None` if a figure is unknown.
    pub capacity: Option<f64>,
    /// Their free stations ÷ headcount, at most 1.
    pub facilities: Option<f64>,
    /// Their dual-qualified teachers ÷ teachers.
    pub faculty: Option<f64>,
    /// Their mean fee, yuan per person and day.
    pub fee: Option<f64>,
    /// Whether most of the coverage rests on programmes that are only implied.
    pub implied: bool,
    /// Whether any programme serves any need at all.
    pub any: bool,
}

/// Buffers of [`fit`], so that millions of pairs allocate nothing.
#[derive(Default)]
pub struct Workspace {
    /// `c_dp` of the offers that serve any need, row-major `(n_relevant, n_needs)`.
    quality: Vec<f64>,
    /// These offers, by position.
    relevant: Vec<usize>,
    /// Those among them that serve a need of one kind.
    columns: Vec<usize>,
    worth: Vec<f64>,
    people: Vec<f64>,
    seats: Vec<f64>,
    plan: Plan,
    /// People of each need served by the last fit, `(n_needs,)`.
    pub served: Vec<f64>,
}

/// What a college offers, by rising programme id.
pub fn offers(state: &State, college: &CollegeId) -> Vec<Offer> {
    let Some(entry) = state.colleges.entry(college) else { return Vec::new() };
    let reach = match entry.value.kind {
        CollegeKind::Secondary => SkillLevel::Intermediate,
        CollegeKind::Associate => SkillLevel::Senior,
        CollegeKind::Technician | CollegeKind::VocationalBachelor | CollegeKind::Undergraduate => {
            SkillLevel::Technician
        }
    };
    state
        .programmes_of(college)
        .map(|programme| Offer {
            major: programme.major,
            implied: programme.basis == Basis::Implied,
            reach,
            seats: DemandKind::ALL.map(|kind| programme.seats.of(kind)),
            stations_free: programme.stations_free,
            teachers: programme.dual_qualified.zip(programme.teachers),
            fee: programme.fee_per_person_day.map(crate::domain::Amount::get),
        })
        .collect()
}

/// `c_dp` of METHODS §4 in [0, 1]: level factor × link strength × kinship, less if only implied.
fn match_quality(sheet: &Sheet, item: &NeedItem, offer: &Offer) -> f64 {
    let mut best = 0.0_f64;
    for link in &item.links {
        let kinship = match offer.major.meets(link.major) {
            Kinship::Within => 1.0,
            // Internships may not cross the major group; within it any class counts as usual.
            Kinship::SameClass => sheet.same_class,
            Kinship::SameGroup => sheet.same_group,
            Kinship::None => 0.0,
        };
        best = best.max(kinship * link.strength);
    }
    if best == 0.0 {
        return 0.0;
    }
    let gap = item.level.map_or(0, |wanted| (wanted as i32 - offer.reach as i32).max(0));
    let level = (1.0 - sheet.level_step * f64::from(gap)).max(0.0);
    best * level * if offer.implied { sheet.implied_factor } else { 1.0 }
}

/// Fits a college's offers to a park's need, exactly. Demands of different kinds use different seats, so each kind is
/// its own transport.
pub fn fit(sheet: &Sheet, need: &Need, offers: &[Offer], work: &mut Workspace) -> Fit {
    let mut result = Fit::default();
    work.served.clear();
    work.served.resize(need.len(), 0.0);
    if need.weighted <= 0.0 {
        return result;
    }
    let Workspace { quality, relevant, columns, worth, people, seats, plan, served } = work;
    quality.clear();
    relevant.clear();
    for (p, offer) in offers.iter().enumerate() {
        let wanting = need.wanting(offer.major);
        let (from, mut any) = (quality.len(), false);
        if wanting.is_empty() {
            continue;
        }
        quality.resize(from + need.len(), 0.0);
        for d in wanting.iter().map(|&d| usize::from(d)) {
            let found = match_quality(sheet, &need[d], offer);
            quality[from + d] = found;
            any |= found > 0.0;
        }
        if any {
            relevant.push(p);
        } else {
            quality.truncate(from);
        }
    }
    if relevant.is_empty() {
        return result;
    }
    result.any = true;
    let serving = || relevant.iter().map(|&p| &offers[p]);
    let any_implied = serving().any(|offer| offer.implied);
    let (mut value, mut implied, mut seated, mut seats_known) = (0.0, 0.0, 0.0, !need.derived);
    for (k, rows) in &need.kinds {
        people.clear();
        people.extend(rows.iter().map(|&d| need[d].headcount));
        let seats_of = |offer: &Offer| offer.seats[*k].map_or(f64::INFINITY, f64::from);
        let kind_seats: f64 = serving().map(seats_of).sum();
        seats_known &= kind_seats.is_finite();
        seated += kind_seats.min(people.iter().sum());
        // Programmes that serve other kinds only have no part in the plan.
        columns.clear();
        columns.extend((0..relevant.len()).filter(|p| rows.iter().any(|&d| quality[p * need.len() + d] > 0.0)));
        let n = columns.len();
        if n == 0 {
            continue;
        }
        seats.clear();
        seats.extend(columns.iter().map(|&p| seats_of(&offers[relevant[p]])));
        worth.clear();
        for &d in rows {
            worth.extend(columns.iter().map(|&p| need[d].urgency * quality[p * need.len() + d]));
        }
        value += plan.solve(worth, people, seats);
        for (r, &d) in rows.iter().enumerate() {
            let (flow, worth) = (&plan.flow[r * n..(r + 1) * n], &worth[r * n..(r + 1) * n]);
            flow.iter().for_each(|x| served[d] += x);
            if any_implied {
                let flows = columns.iter().zip(flow).zip(worth);
                let of_implied = flows.filter(|((p, _), _)| offers[relevant[**p]].implied);
                of_implied.for_each(|((_, x), worth)| implied += x * worth);
            }
        }
    }
    result.coverage = (value / need.weighted).clamp(0.0, 1.0);
    result.implied = implied * 2.0 > value;
    result.capacity = seats_known.then(|| seated / need.headcount);
    let stations: Option<u32> = serving().map(|offer| offer.stations_free).sum();
    result.facilities = stations.filter(|_| !need.derived).map(|free| (f64::from(free) / need.headcount).min(1.0));
    let teachers = serving().filter_map(|offer| offer.teachers);
    let (dual, all) = teachers.fold((0, 0), |(a, b), (dual, all)| (a + dual, b + all));
    result.faculty = (all > 0).then(|| f64::from(dual) / f64::from(all));
    let fees = serving().filter_map(|offer| offer.fee);
    let (fees, priced) = fees.fold((0.0, 0.0), |(sum, n), fee| (sum + fee, n + 1.0));
    result.fee = (priced > 0.0).then(|| fees / priced);
    result
}
