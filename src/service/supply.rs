//! What a college has to offer, as the college keeps it, and what would lift it: from its own data only.

use std::collections::BTreeMap;

use super::{Service, ServiceError};
use crate::domain::{
    AsOf, College, CollegeId, Counterfactual, Criterion, Date, Item, Label, LiftQuestion, MajorRef, ParkId, Programme,
    ProgrammeId, PublishedSatisfaction, Question, SensitivityQuestion, Sheet,
};
use crate::engine::State;

/// Ranks are looked up in so many parks, those the college works with first.
const MOST_PARKS: usize = 40;
/// Places a college may ask to gain.
const STEPS: [u32; 3] = [1, 3, 5];

/// A college in a list.
#[derive(Clone, Debug)]
pub struct CollegeCard {
    /// The college.
    pub college: College,
    /// Its open programmes.
    pub programmes: usize,
}

/// What a college offers.
#[derive(Clone, Debug)]
pub struct Supply {
    /// The college.
    pub college: College,
    /// Its open programmes with the names of their majors.
    pub programmes: Vec<(Programme, String)>,
    /// Share of the figures asked for that it has given, 0–1.
    pub completeness: f64,
    /// When any of its data were last confirmed, and how many days ago.
    pub updated: Option<(Date, i32)>,
    /// The state it was read from.
    pub as_of: AsOf,
}

/// A college's place in one park and what would lift it, with the satisfaction that was published of every college: no
/// rating moves it before the next cut.
#[derive(Clone, Debug)]
pub struct Mirror {
    /// Its rank in each park looked at, `None` where it is not ranked.
    pub ranks: Vec<(ParkId, Label, Option<u32>)>,
    /// The park whose place is looked into.
    pub park: ParkId,
    /// The college's own row there; `None` if it is not ranked.
    pub item: Option<Item>,
    /// The rank to reach and the single changes each of which would do, the smallest first.
    pub steps: Vec<(u32, Vec<Counterfactual>)>,
    /// What was published of its satisfaction.
    pub published: PublishedSatisfaction,
    /// The criteria.
    pub sheet: std::sync::Arc<Sheet>,
}

fn completeness(college: &College, programmes: &[(Programme, String)]) -> f64 {
    let own = [
        college.place.is_some(),
        college.updated_on.is_some(),
        college.placed.is_some(),
        college.response_days.is_some(),
        college.tech_projects_3y.is_some(),
        college.pledges.is_some(),
    ];
    let of_programmes = programmes.iter().flat_map(|(one, _)| {
        let seats = one.seats.hire.or(one.seats.train).or(one.seats.intern).or(one.seats.order_class);
        [seats.is_some(), one.stations.is_some(), one.teachers.is_some(), one.fee_per_person_day.is_some()]
    });
    let all: Vec<bool> = own.into_iter().chain(of_programmes).collect();
    all.iter().filter(|given| **given).count() as f64 / all.len() as f64
}

fn major_name(state: &State, major: &MajorRef) -> String {
    state.majors.get(major).map_or_else(|| major.to_string(), |one| one.name.to_string())
}

impl Service {
    /// Every open college, by city and name.
    pub(super) fn colleges(&self) -> Vec<CollegeCard> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let mut programmes: BTreeMap<&CollegeId, usize> = BTreeMap::new();
        for (_, entry) in state.programmes.iter().filter(|(_, entry)| !entry.closed) {
            *programmes.entry(&entry.value.college).or_default() += 1;
        }
        let open = state.colleges.iter().filter(|(_, entry)| !entry.closed);
        let mut cards: Vec<CollegeCard> = open
            .map(|(id, entry)| CollegeCard {
                college: entry.value.clone(),
                programmes: programmes.get(id).copied().unwrap_or(0),
            })
            .collect();
        cards.sort_by(|a, b| (&a.college.city, &a.college.name).cmp(&(&b.college.city, &b.college.name)));
        cards
    }

    /// What a college offers.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown college.
    pub(super) fn supply(&self, id: &CollegeId) -> Result<Supply, ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let college = state.colleges.get(id).ok_or_else(|| ServiceError::NotFound("college", id.to_string()))?;
        let programmes: Vec<(Programme, String)> =
            state.programmes_of(id).map(|one| (one.clone(), major_name(state, &one.major))).collect();
        let newest = programmes.iter().filter_map(|(one, _)| one.updated_on).chain(college.updated_on).max();
        Ok(Supply {
            college: college.clone(),
            completeness: completeness(college, &programmes),
            updated: newest.map(|day| (day, state.today.days() - day.days())),
            programmes,
            as_of: current.snapshot.as_of(),
        })
    }

    /// The names of a programme's college and major.
    pub(super) fn programme_words(&self, id: &ProgrammeId) -> Option<(String, String)> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let programme = state.programmes.get(id)?;
        let college = state.colleges.get(&programme.college)?;
        Some((college.name.to_string(), major_name(state, &programme.major)))
    }

    /// What would lift a college in a park; the park it stands best in if none is named. Nothing of other colleges is told.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown college or park, or if there is no park.
    pub(super) async fn mirror(&self, id: &CollegeId, park: Option<ParkId>) -> Result<Mirror, ServiceError> {
        let told = self.published(id)?;
        let (current, id) = (self.live.current(), id.clone());
        super::aside(move || mirror(&current.snapshot.as_published(), &id, park, told)).await
    }
}

fn mirror(
    snapshot: &crate::engine::Snapshot,
    id: &CollegeId,
    wanted: Option<ParkId>,
    published: PublishedSatisfaction,
) -> Result<Mirror, ServiceError> {
    let state = &snapshot.state;
    if state.colleges.get(id).is_none() {
        return Err(ServiceError::NotFound("college", id.to_string()));
    }
    let firms = state.engagements_of(id).filter_map(|one| state.enterprises.get(&one.enterprise));
    let with: std::collections::BTreeSet<ParkId> = firms.map(|firm| firm.park.clone()).collect();
    let open = state.parks.iter().filter(|(_, entry)| !entry.closed).map(|(park, entry)| (park, &entry.value.name));
    let (near, far): (Vec<_>, Vec<_>) =
        open.partition(|(park, _)| with.contains(park) || wanted.as_ref() == Some(*park));
    let looked_at = near.into_iter().chain(far).take(MOST_PARKS);
    let ask = |park: &ParkId| {
        let asked = SensitivityQuestion {
            top: 1,
            preset: None,
            weights: None,
            draws: 1,
            seed: 0,
            concentration: 100,
            lift: Some(LiftQuestion { college: id.clone(), rank: 1 }),
            departments: Vec::new(),
        };
        (Question { top: 1, ..Question::of(park.clone()) }, asked)
    };
    let mut ranks = Vec::new();
    for (park, name) in looked_at {
        let rank = snapshot.rank_of(&ask(park).0, id)?;
        ranks.push((park.clone(), name.clone(), rank));
    }
    let best = ranks.iter().min_by_key(|(.., rank)| rank.unwrap_or(u32::MAX)).map(|(park, ..)| park.clone());
    let park = wanted.or(best).ok_or_else(|| ServiceError::NotFound("park", String::new()))?;
    let (question, mut asked) = ask(&park);
    let item = match snapshot.explanation_in_groups(&question, id) {
        Ok(found) => Some(found.item),
        Err(crate::engine::Refusal::College(_)) => None,
        Err(other) => return Err(other.into()),
    };
    let mut steps: Vec<(u32, Vec<Counterfactual>)> = Vec::new();
    for step in STEPS {
        let Some(item) = item.as_ref().filter(|item| item.rank > 1) else { break };
        let rank = item.rank.saturating_sub(step).max(1);
        if steps.last().is_some_and(|(last, _)| *last == rank) {
            break;
        }
        asked.lift = Some(LiftQuestion { college: id.clone(), rank });
        let lift = snapshot.sensitivity(&question, &asked)?.lift;
        let mut changes = lift.map(|lift| lift.changes).unwrap_or_default();
        changes.retain(|change| !(published.suppressed && change.criterion == Criterion::Satisfaction));
        steps.push((rank, changes));
    }
    Ok(Mirror { ranks, park, item, steps, published, sheet: state.sheet.clone() })
}
