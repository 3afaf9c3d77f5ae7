//! What pages show around an answer: the parks to choose from, and a shortlist with the words to read it by.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Service, ServiceError, aside};
use crate::domain::{
    AsOf, CollegeId, Date, Demand, EngagementStatus, Label, Park, ParkId, Preset, Question, Sheet, Shortlist, Target,
};
use crate::engine::{Snapshot, State};

/// A park with the size of its declared need.
#[derive(Clone, Debug)]
pub struct ParkCard {
    /// The park.
    pub park: Park,
    /// Its open demands.
    pub demands: usize,
    /// People they ask for.
    pub headcount: u64,
}

/// All open parks.
#[derive(Clone, Debug)]
pub struct Parks {
    /// By city, then name.
    pub cards: Vec<ParkCard>,
    /// The state they were read from.
    pub as_of: AsOf,
    /// Open colleges.
    pub colleges: usize,
    /// Live ratings.
    pub ratings: usize,
}

/// A demand in words.
#[derive(Clone, Debug)]
pub struct NeedWords {
    /// The demand.
    pub demand: Demand,
    /// What is wanted, in Chinese; the code where the catalogue has no name.
    pub zh: String,
    /// What is wanted, in English where the catalogue has it.
    pub en: String,
}

/// A shortlist and what is needed to read it.
#[derive(Clone, Debug)]
pub struct Board {
    /// The park with its declared need.
    pub card: ParkCard,
    /// The answer.
    pub shortlist: Shortlist,
    /// Every preset, by code.
    pub presets: Vec<Preset>,
    /// The criteria.
    pub sheet: Arc<Sheet>,
    /// The park's open demands by code, in words.
    pub needs: BTreeMap<String, NeedWords>,
    /// Whether it goes by the satisfaction that was published last, and not by every rating.
    pub by_cuts: bool,
    /// The day it was published; nothing was so far, if there is none.
    pub last_cut: Option<Date>,
    /// Confirmed and closed engagements of each listed college with this park's enterprises, if it has any.
    pub engagements: BTreeMap<CollegeId, usize>,
}

pub(super) fn card(state: &State, park: &Park) -> ParkCard {
    let (mut demands, mut headcount) = (0, 0);
    for demand in state.demands_of(&park.id) {
        demands += 1;
        headcount += u64::from(demand.headcount);
    }
    ParkCard { park: park.clone(), demands, headcount }
}

pub(super) fn words(state: &State, demand: &Demand) -> NeedWords {
    let both = |zh: &Label, en: &Label| (zh.to_string(), en.to_string());
    let named = match &demand.target {
        Target::Occupation(id) => state.occupations.get(id).map(|found| both(&found.name, &found.name_en)),
        // The catalogue of majors is published in Chinese only.
        Target::Major(id) => state.majors.get(id).map(|found| both(&found.name, &found.name)),
    };
    let code = match &demand.target {
        Target::Occupation(id) => id.to_string(),
        Target::Major(id) => id.to_string(),
    };
    let (zh, en) = named.unwrap_or_else(|| (code.clone(), code));
    NeedWords { demand: demand.clone(), zh, en }
}

impl Service {
    /// Every open park with the size of its declared need.
    pub(super) fn parks(&self) -> Parks {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let open = state.parks.iter().filter(|(_, entry)| !entry.closed);
        let mut cards: Vec<ParkCard> = open.map(|(_, entry)| card(state, &entry.value)).collect();
        cards.sort_by(|a, b| (&a.park.city, &a.park.name).cmp(&(&b.park.city, &b.park.name)));
        let as_of = AsOf { seq: state.seq, at: state.at, model: state.model.id.clone() };
        let colleges = state.colleges.iter().filter(|(_, entry)| !entry.closed).count();
        Parks { cards, as_of, colleges, ratings: state.ratings.len() }
    }

    /// A shortlist and what is needed to read it, all from one snapshot.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park or preset.
    pub(super) async fn board(&self, question: &Question) -> Result<Board, ServiceError> {
        let published = self.live.current();
        if question.takes_long() {
            let question = question.clone();
            return aside(move || board(&published.snapshot, &question)).await;
        }
        board(&published.snapshot, question)
    }

    /// A park's name.
    pub(super) fn park_name(&self, id: &ParkId) -> Option<String> {
        self.live.current().snapshot.state.parks.entry(id).map(|entry| entry.value.name.to_string())
    }

    /// Every preset, by code.
    pub(super) fn presets(&self) -> Vec<Preset> {
        presets(&self.live.current().snapshot.state)
    }

    /// The day by the last clock event.
    pub fn today(&self) -> Date {
        self.live.current().snapshot.state.today
    }

    /// The criteria sheet in force.
    pub fn sheet(&self) -> Arc<Sheet> {
        self.live.current().snapshot.state.sheet.clone()
    }
}

fn presets(state: &State) -> Vec<Preset> {
    state.presets.iter().filter(|(_, entry)| !entry.closed).map(|(_, entry)| entry.value.clone()).collect()
}

pub(super) fn board(snapshot: &Snapshot, question: &Question) -> Result<Board, ServiceError> {
    let state = &snapshot.state;
    let shortlist = snapshot.shortlist(question)?;
    let missing = || ServiceError::NotFound("park", question.park.to_string());
    let park = state.parks.get(&question.park).ok_or_else(missing)?;
    let needs = state.demands_of(&park.id).map(|demand| (demand.id.to_string(), words(state, demand)));
    let with_park = |college: &CollegeId| {
        let ratable = state.engagements_of(college).filter(|one| one.status != EngagementStatus::Proposed);
        ratable.filter(|one| state.enterprises.get(&one.enterprise).is_some_and(|firm| firm.park == park.id)).count()
    };
    let listed = shortlist.items.iter().map(|item| (item.college.id.clone(), with_park(&item.college.id)));
    Ok(Board {
        card: card(state, park),
        engagements: listed.filter(|(_, n)| *n > 0).collect(),
        needs: needs.collect(),
        presets: presets(state),
        sheet: state.sheet.clone(),
        by_cuts: state.ranks_by_cuts(),
        last_cut: state.cuts.last,
        shortlist,
    })
}
