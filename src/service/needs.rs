//! A park's needs as its people keep them: with who could meet each, and what to look at again.

use std::collections::BTreeMap;

use super::board::{card, words};
use super::{NeedWords, ParkCard, Service, ServiceError};
use crate::domain::{AsOf, Date, Demand, DemandKind, EnterpriseId, Label, MajorRef, ParkId, Target, Urgency};
use crate::engine::State;

/// An internship is usually no longer than this, in days.
const INTERNSHIP: i32 = 186;
/// What begins sooner than this is urgent, in days.
const SOON: i32 = 31;
/// More people than this are asked about once more.
const MANY: u32 = 300;

/// What to look at again in a need; nothing is blocked by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NeedWarning {
    /// No college is known to offer what it wants.
    NobodyOffers,
    /// Its last day is over.
    Over,
    /// Internships usually last at most half a year.
    LongInternship,
    /// It begins within a month but is said to be normal.
    SoonButNormal,
    /// Very many people.
    Many,
    /// Another need of the park wants the same at the same time.
    Similar(String),
}

/// A need and what is known around it.
#[derive(Clone, Debug)]
pub struct NeedShown {
    /// The need in words.
    pub words: NeedWords,
    /// Its enterprise's name.
    pub enterprise: Option<Label>,
    /// Colleges that offer what it wants, in the same class at least.
    pub colleges: usize,
    /// What to look at again.
    pub warnings: Vec<NeedWarning>,
}

/// The needs of a park.
#[derive(Clone, Debug)]
pub struct Needs {
    /// The park.
    pub card: ParkCard,
    /// Its open needs, by code.
    pub needs: Vec<NeedShown>,
    /// Its enterprises.
    pub enterprises: Vec<(EnterpriseId, Label)>,
    /// The state they were read from.
    pub as_of: AsOf,
}

/// Colleges by what they offer: class of the major, and the group of the class.
fn offers(state: &State) -> BTreeMap<MajorRef, std::collections::BTreeSet<String>> {
    let mut offers: BTreeMap<MajorRef, std::collections::BTreeSet<String>> = BTreeMap::new();
    for (_, entry) in state.programmes.iter().filter(|(_, entry)| !entry.closed) {
        if state.colleges.get(&entry.value.college).is_some() {
            offers.entry(entry.value.major).or_default().insert(entry.value.college.to_string());
        }
    }
    offers
}

fn warnings(demand: &Demand, others: &[Demand], colleges: usize, today: Date) -> Vec<NeedWarning> {
    let mut found = Vec::new();
    if colleges == 0 {
        found.push(NeedWarning::NobodyOffers);
    }
    if demand.end < today {
        found.push(NeedWarning::Over);
    }
    if demand.kind == DemandKind::Intern && demand.end.days() - demand.start.days() > INTERNSHIP {
        found.push(NeedWarning::LongInternship);
    }
    if demand.urgency == Urgency::Normal && demand.end >= today && demand.start.days() - today.days() < SOON {
        found.push(NeedWarning::SoonButNormal);
    }
    if demand.headcount > MANY {
        found.push(NeedWarning::Many);
    }
    let same = |other: &&Demand| {
        let apart = other.end < demand.start || demand.end < other.start;
        other.id != demand.id
            && other.kind == demand.kind
            && other.target == demand.target
            && !apart
            && other.enterprise == demand.enterprise
    };
    found.extend(others.iter().find(same).map(|other| NeedWarning::Similar(other.id.to_string())));
    found
}

impl Service {
    /// The open needs of a park.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park.
    pub(super) fn needs(&self, id: &ParkId) -> Result<Needs, ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let park = state.parks.get(id).ok_or_else(|| ServiceError::NotFound("park", id.to_string()))?;
        let demands: Vec<Demand> = state.demands_of(id).cloned().collect();
        let offers = offers(state);
        let meeting = |demand: &Demand| {
            let wanted: Vec<MajorRef> = match &demand.target {
                Target::Major(major) => vec![*major],
                Target::Occupation(id) => state
                    .occupations
                    .get(id)
                    .map(|one| one.links.iter().map(|link| link.major).collect())
                    .unwrap_or_default(),
            };
            let fits = |(major, _): &(&MajorRef, &std::collections::BTreeSet<String>)| {
                wanted.iter().any(|wanted| major.same_class(*wanted))
            };
            let colleges = offers.iter().filter(fits).flat_map(|(_, colleges)| colleges);
            colleges.collect::<std::collections::BTreeSet<_>>().len()
        };
        let shown = |demand: &Demand| {
            let colleges = meeting(demand);
            let firm = demand.enterprise.as_ref().and_then(|id| state.enterprises.get(id));
            NeedShown {
                words: words(state, demand),
                enterprise: firm.map(|firm| firm.name.clone()),
                colleges,
                warnings: warnings(demand, &demands, colleges, state.today),
            }
        };
        let firms = state.enterprises.iter().filter(|(_, entry)| !entry.closed && entry.value.park == *id);
        Ok(Needs {
            card: card(state, park),
            needs: demands.iter().map(shown).collect(),
            enterprises: firms.map(|(id, entry)| (id.clone(), entry.value.name.clone())).collect(),
            as_of: current.snapshot.as_of(),
        })
    }
}
