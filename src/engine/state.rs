//! The state: what all events of a log prefix add up to.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::registry::Registry;
use crate::domain::{
    College, CollegeId, Date, Demand, DemandId, Engagement, EngagementId, Enterprise, EnterpriseId, EntityKind, Event,
    Industry, IndustryId, Major, MajorRef, Model, Occupation, OccupationId, Park, ParkId, Preset, PresetId, Programme,
    ProgrammeId, Rating, RatingId, Sheet, Subject, Timestamp,
};

/// Everything a ranking depends on. Cloning shares all of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// The last event applied; 0 before the first.
    pub seq: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The day by the last clock event.
    pub today: Date,
    /// The criteria sheet in force.
    pub sheet: Arc<Sheet>,
    /// The model parameters in force.
    pub model: Arc<Model>,
    /// Catalogue of majors.
    pub majors: Registry<MajorRef, Major>,
    /// Industries and their needs.
    pub industries: Registry<IndustryId, Industry>,
    /// Occupations and their majors.
    pub occupations: Registry<OccupationId, Occupation>,
    /// Weight presets.
    pub presets: Registry<PresetId, Preset>,
    /// Parks.
    pub parks: Registry<ParkId, Park>,
    /// Enterprises.
    pub enterprises: Registry<EnterpriseId, Enterprise>,
    /// Colleges.
    pub colleges: Registry<CollegeId, College>,
    /// Programmes.
    pub programmes: Registry<ProgrammeId, Programme>,
    /// Demands.
    pub demands: Registry<DemandId, Demand>,
    /// Engagements.
    pub engagements: Registry<EngagementId, Engagement>,
    /// The rating of each engagement that has or had one.
    pub ratings: Registry<EngagementId, Rating>,
    rating_ids: OrdMap<RatingId, EngagementId>,
    programmes_of: OrdSet<(CollegeId, ProgrammeId)>,
    demands_of: OrdSet<(ParkId, DemandId)>,
    engagements_of: OrdSet<(CollegeId, EngagementId)>,
    single_revs: OrdMap<u8, u32>,
}

/// What an event changed, for whoever keeps derived values up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nothing a ranking is derived from in advance.
    Nothing,
    /// Everything may have changed.
    All,
    /// One park's need, budget or place.
    Park(ParkId),
    /// One college's supply or facts.
    College(CollegeId),
    /// One college's engagements.
    Engagements(CollegeId),
    /// The rating of one engagement.
    Rating(EngagementId),
}

impl State {
    /// The state before the first event, with the sheet and the parameters that are in force until events say otherwise.
    pub fn new(sheet: Sheet, model: Model) -> Self {
        Self {
            seq: 0,
            at: Timestamp::default(),
            today: Date::default(),
            sheet: Arc::new(sheet),
            model: Arc::new(model),
            majors: Registry::default(),
            industries: Registry::default(),
            occupations: Registry::default(),
            presets: Registry::default(),
            parks: Registry::default(),
            enterprises: Registry::default(),
            colleges: Registry::default(),
            programmes: Registry::default(),
            demands: Registry::default(),
            engagements: Registry::default(),
            ratings: Registry::default(),
            rating_ids: OrdMap::new(),
            programmes_of: OrdSet::new(),
            demands_of: OrdSet::new(),
            engagements_of: OrdSet::new(),
            single_revs: OrdMap::new(),
        }
    }

    /// Applies the event recorded as `seq` at `at`. Total: an event that names something unknown changes nothing else.
    pub fn apply(&mut self, seq: u64, at: Timestamp, event: &Event) -> Changed {
        self.seq = seq;
        self.at = at;
        match event {
            Event::SheetActivated(sheet) => {
                self.sheet = Arc::new(sheet.clone());
                self.count(EntityKind::Sheet);
                Changed::All
            }
            Event::ModelActivated(model) => {
                self.model = Arc::new(model.clone());
                self.count(EntityKind::Model);
                Changed::All
            }
            Event::Clock { today } => {
                self.count(EntityKind::Clock);
                let moved = self.today != *today;
                self.today = *today;
                if moved { Changed::All } else { Changed::Nothing }
            }
            Event::PresetPut(preset) => {
                self.presets.put(preset.id.clone(), preset.clone());
                Changed::Nothing
            }
            Event::MajorPut(major) => {
                self.majors.put(major.id, major.clone());
                Changed::Nothing
            }
            Event::IndustryPut(industry) => {
                self.industries.put(industry.id.clone(), industry.clone());
                if self.parks.is_empty() { Changed::Nothing } else { Changed::All }
            }
            Event::OccupationPut(occupation) => {
                self.occupations.put(occupation.id.clone(), occupation.clone());
                if self.demands.is_empty() { Changed::Nothing } else { Changed::All }
            }
            Event::ParkPut(park) => {
                self.parks.put(park.id.clone(), park.clone());
                Changed::Park(park.id.clone())
            }
            Event::ParkClosed(id) => {
                self.parks.close(id);
                Changed::Nothing
            }
            Event::EnterprisePut(enterprise) => {
                self.enterprises.put(enterprise.id.clone(), enterprise.clone());
                Changed::Nothing
            }
            Event::EnterpriseClosed(id) => {
                self.enterprises.close(id);
                Changed::Nothing
            }
            Event::CollegePut(college) => {
                let (_, new) = self.colleges.put(college.id.clone(), college.clone());
                if new { Changed::All } else { Changed::College(college.id.clone()) }
            }
            Event::CollegeClosed(id) => {
                self.colleges.close(id);
                Changed::College(id.clone())
            }
            Event::ProgrammePut(programme) => self.put_programme(programme),
            Event::ProgrammeClosed(id) => match self.programmes.close(id) {
                Some(at) => Changed::College(self.programmes.at(at).value.college.clone()),
                None => Changed::Nothing,
            },
            Event::DemandPut(demand) => self.put_demand(demand),
            Event::DemandClosed(id) => match self.demands.close(id) {
                Some(at) => Changed::Park(self.demands.at(at).value.park.clone()),
                None => Changed::Nothing,
            },
            Event::EngagementPut(engagement) => self.put_engagement(engagement),
            Event::RatingSubmitted(rating) | Event::RatingRevised(rating) => {
                self.ratings.put(rating.engagement.clone(), rating.clone());
                self.rating_ids.insert(rating.id, rating.engagement.clone());
                Changed::Rating(rating.engagement.clone())
            }
            Event::RatingWithdrawn { engagement, .. } => match self.ratings.close(engagement) {
                Some(_) => Changed::Rating(engagement.clone()),
                None => Changed::Nothing,
            },
        }
    }

    fn put_programme(&mut self, programme: &Programme) -> Changed {
        let moved = self.programmes.entry(&programme.id).map(|old| old.value.college.clone());
        let moved = moved.filter(|college| *college != programme.college);
        if let Some(college) = &moved {
            self.programmes_of.remove(&(college.clone(), programme.id.clone()));
        }
        self.programmes_of.insert((programme.college.clone(), programme.id.clone()));
        self.programmes.put(programme.id.clone(), programme.clone());
        if moved.is_some() { Changed::All } else { Changed::College(programme.college.clone()) }
    }

    fn put_demand(&mut self, demand: &Demand) -> Changed {
        let moved = self.demands.entry(&demand.id).map(|old| old.value.park.clone());
        let moved = moved.filter(|park| *park != demand.park);
        if let Some(park) = &moved {
            self.demands_of.remove(&(park.clone(), demand.id.clone()));
        }
        self.demands_of.insert((demand.park.clone(), demand.id.clone()));
        self.demands.put(demand.id.clone(), demand.clone());
        if moved.is_some() { Changed::All } else { Changed::Park(demand.park.clone()) }
    }

    fn put_engagement(&mut self, engagement: &Engagement) -> Changed {
        let old = self.engagements.entry(&engagement.id).map(|old| old.value.clone());
        let moved = old.filter(|old| old.college != engagement.college || old.enterprise != engagement.enterprise);
        if let Some(old) = &moved {
            self.engagements_of.remove(&(old.college.clone(), engagement.id.clone()));
        }
        self.engagements_of.insert((engagement.college.clone(), engagement.id.clone()));
        self.engagements.put(engagement.id.clone(), engagement.clone());
        if moved.is_some() { Changed::All } else { Changed::Engagements(engagement.college.clone()) }
    }

    fn count(&mut self, kind: EntityKind) {
        *self.single_revs.entry(kind as u8).or_insert(0) += 1;
    }

    /// How many events have changed a subject; the next one makes revision `rev + 1`.
    pub fn rev(&self, subject: &Subject) -> u32 {
        fn of<K: Ord + Clone + std::str::FromStr, V: Clone>(registry: &Registry<K, V>, id: &str) -> u32 {
            id.parse().ok().and_then(|id| registry.entry(&id)).map_or(0, |entry| entry.rev)
        }
        let id = subject.id.as_str();
        match subject.kind {
            EntityKind::Sheet | EntityKind::Model | EntityKind::Clock => {
                self.single_revs.get(&(subject.kind as u8)).copied().unwrap_or(0)
            }
            EntityKind::Preset => of(&self.presets, id),
            EntityKind::Major => of(&self.majors, id),
            EntityKind::Industry => of(&self.industries, id),
            EntityKind::Occupation => of(&self.occupations, id),
            EntityKind::Park => of(&self.parks, id),
            EntityKind::Enterprise => of(&self.enterprises, id),
            EntityKind::College => of(&self.colleges, id),
            EntityKind::Programme => of(&self.programmes, id),
            EntityKind::Demand => of(&self.demands, id),
            EntityKind::Engagement => of(&self.engagements, id),
            EntityKind::Rating => of(&self.ratings, id),
        }
    }

    /// The engagement a rating id belongs to, also of a withdrawn rating.
    pub fn engagement_of(&self, rating: RatingId) -> Option<&EngagementId> {
        self.rating_ids.get(&rating)
    }

    /// Open programmes of a college, by rising id.
    pub fn programmes_of<'a>(&'a self, college: &'a CollegeId) -> impl Iterator<Item = &'a Programme> + 'a {
        let all = self.programmes_of.range((college.clone(), lowest())..).take_while(move |(c, _)| c == college);
        all.filter_map(|(_, id)| self.programmes.get(id))
    }

    /// Open demands of a park, by rising id.
    pub fn demands_of<'a>(&'a self, park: &'a ParkId) -> impl Iterator<Item = &'a Demand> + 'a {
        let all = self.demands_of.range((park.clone(), lowest())..).take_while(move |(p, _)| p == park);
        all.filter_map(|(_, id)| self.demands.get(id))
    }

    /// Engagements of a college, by rising id.
    pub fn engagements_of<'a>(&'a self, college: &'a CollegeId) -> impl Iterator<Item = &'a Engagement> + 'a {
        let all = self.engagements_of.range((college.clone(), lowest())..).take_while(move |(c, _)| c == college);
        all.filter_map(|(_, id)| self.engagements.get(id))
    }

    /// Bytes of the whole state; the same log gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_else(|error| unreachable!("every part has a known length: {error}"))
    }

    /// Reads a state back.
    ///
    /// # Errors
    /// What postcard found wrong.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        postcard::from_bytes(bytes).map_err(|error| error.to_string())
    }

    /// SHA-256 of [`Self::to_bytes`], in hexadecimal: two replicas at one seq agree on it.
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(self.to_bytes()))
    }
}

/// No valid code sorts before this one.
fn lowest<T: std::str::FromStr>() -> T {
    match "0".parse() {
        Ok(id) => id,
        Err(_) => unreachable!("`0` is a code"),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
