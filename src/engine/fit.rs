//! Demand fit: how well a college's programmes meet a park's need.

use super::state::State;
use super::transport::Plan;
use crate::domain::MajorKinship as Kinship;
use crate::domain::{
    Basis, CollegeId, CollegeKind, DemandKind, Link, MajorRef, ParkId, Sheet, SkillLevel, Target, Urgency,
};

/// One item of a park's need.
#[derive(Clone, Debug, PartialEq)]
pub struct NeedItem {
    /// The demand's code, or the name of a need derived from the park's industries.
    pub name: String,
    /// What kind of demand it is.
    pub kind: DemandKind,
    /// People; 1 for a derived need, which has no headcount.
    pub headcount: f64,
    /// Weight by urgency: 1, 1.5 or 2.
    pub urgency: f64,
    /// What in the catalogue serves it; alternatives.
    pub links: Vec<Link>,
    /// The level wanted.
    pub level: Option<SkillLevel>,
    /// Whether it was derived from the park's industries.
    pub derived: bool,
}

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
    /// `c_dp`, row-major `(n_needs, n_offers)`.
    quality: Vec<f64>,
    /// Groups of majors that serve each need, as bits.
    wanted: Vec<u128>,
    /// Offers that serve any need.
    relevant: Vec<usize>,
    rows: Vec<usize>,
    worth: Vec<f64>,
    need: Vec<f64>,
    seats: Vec<f64>,
    plan: Plan,
    /// People of each need served by the last fit, `(n_needs,)`.
    pub served: Vec<f64>,
}

/// The open need of a park: its declared demands, or what its leading industries need if none is declared.
pub fn need_items(state: &State, park: &ParkId, kind: Option<DemandKind>) -> Vec<NeedItem> {
    let open = |demand: &&crate::domain::Demand| demand.end >= state.today;
    let declared: Vec<NeedItem> = state
        .demands_of(park)
        .filter(open)
        .map(|demand| NeedItem {
            name: demand.id.to_string(),
            kind: demand.kind,
            headcount: f64::from(demand.headcount),
            urgency: match demand.urgency {
                Urgency::Normal => 1.0,
                Urgency::Urgent => 1.5,
                Urgency::Critical => 2.0,
            },
            links: match &demand.target {
                Target::Major(major) => vec![Link { major: *major, strength: 1.0 }],
                Target::Occupation(id) => state.occupations.get(id).map(|o| o.links.clone()).unwrap_or_default(),
            },
            level: demand.skill_level,
            derived: false,
        })
        .collect();
    let items = if declared.is_empty() { derived_items(state, park) } else { declared };
    items.into_iter().filter(|item| item.derived || kind.is_none_or(|kind| kind == item.kind)).collect()
}

fn derived_items(state: &State, park: &ParkId) -> Vec<NeedItem> {
    let industries = state.parks.get(park).map(|park| park.industries.as_slice()).unwrap_or_default();
    let needs = industries.iter().filter_map(|id| state.industries.get(id)).flat_map(|industry| &industry.needs);
    needs
        .map(|need| NeedItem {
            name: need.name.to_string(),
            kind: DemandKind::Hire,
            headcount: 1.0,
            urgency: 1.0,
            links: need.links.clone(),
            level: None,
            derived: true,
        })
        .collect()
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

fn group_bit(major: MajorRef) -> u128 {
    1 << major.group()
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
pub fn fit(sheet: &Sheet, items: &[NeedItem], offers: &[Offer], work: &mut Workspace) -> Fit {
    let total: f64 = items.iter().map(|item| item.urgency * item.headcount).sum();
    let mut result = Fit::default();
    work.served.clear();
    work.served.resize(items.len(), 0.0);
    if total <= 0.0 || offers.is_empty() {
        return result;
    }
    let n_offers = offers.len();
    let Workspace { quality, relevant, wanted, .. } = work;
    quality.clear();
    quality.resize(items.len() * n_offers, 0.0);
    wanted.clear();
    wanted
        .extend(items.iter().map(|item| item.links.iter().fold(0_u128, |groups, link| groups | group_bit(link.major))));
    relevant.clear();
    for (p, offer) in offers.iter().enumerate() {
        // Nothing is related across groups, and most offers are of another group.
        let (group, mut any) = (group_bit(offer.major), false);
        for (d, item) in items.iter().enumerate().filter(|(d, _)| wanted[*d] & group != 0) {
            let found = match_quality(sheet, item, offer);
            quality[d * n_offers + p] = found;
            any |= found > 0.0;
        }
        if any {
            relevant.push(p);
        }
    }
    if work.relevant.is_empty() {
        return result;
    }
    result.any = true;
    let (mut value, mut implied, mut seated, mut seats_known) = (0.0, 0.0, 0.0, true);
    for (k, kind) in DemandKind::ALL.into_iter().enumerate() {
        let Workspace { quality, relevant, rows, worth, need, seats, plan, served, .. } = work;
        rows.clear();
        rows.extend((0..items.len()).filter(|&d| items[d].kind == kind));
        if rows.is_empty() {
            continue;
        }
        worth.clear();
        for &d in rows.iter() {
            worth.extend(relevant.iter().map(|&p| items[d].urgency * quality[d * n_offers + p]));
        }
        need.clear();
        need.extend(rows.iter().map(|&d| items[d].headcount));
        seats.clear();
        seats.extend(relevant.iter().map(|&p| offers[p].seats[k].map_or(f64::INFINITY, f64::from)));
        value += plan.solve(worth, need, seats);
        for (r, &d) in rows.iter().enumerate() {
            for (c, &p) in relevant.iter().enumerate() {
                let x = plan.flow[r * relevant.len() + c];
                served[d] += x;
                if offers[p].implied {
                    implied += x * worth[r * relevant.len() + c];
                }
            }
        }
        let kind_seats: f64 = seats.iter().sum();
        seats_known &= kind_seats.is_finite() && !rows.iter().any(|&d| items[d].derived);
        seated += kind_seats.min(need.iter().sum());
    }
    result.coverage = (value / total).clamp(0.0, 1.0);
    result.implied = implied * 2.0 > value;
    let relevant = work.relevant.iter().map(|&p| &offers[p]);
    let headcount: f64 = items.iter().map(|item| item.headcount).sum();
    result.capacity = seats_known.then(|| seated / headcount);
    let with_headcount = !items.iter().any(|item| item.derived);
    let stations: Option<u32> = relevant.clone().map(|offer| offer.stations_free).sum();
    result.facilities = stations.filter(|_| with_headcount).map(|free| (f64::from(free) / headcount).min(1.0));
    let teachers = relevant.clone().filter_map(|offer| offer.teachers);
    let (dual, all) = teachers.fold((0, 0), |(a, b), (dual, all)| (a + dual, b + all));
    result.faculty = (all > 0).then(|| f64::from(dual) / f64::from(all));
    let (fees, priced) = relevant.filter_map(|offer| offer.fee).fold((0.0, 0.0), |(sum, n), fee| (sum + fee, n + 1.0));
    result.fee = (priced > 0.0).then(|| fees / priced);
    result
}
