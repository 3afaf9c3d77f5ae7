//! The state: what all events of a log prefix add up to.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};
use serde::{Deserialize, Serialize};

use super::cut::{Cuts, may_be_published};
use super::flag_reviews::AppealCase;
use super::rating_ids::RatingIds;
use super::registry::{ImportMade, Keyed, Registry};
use super::satisfaction::Baseline;
use crate::domain::{
    College, CollegeId, Date, Decision, Demand, DemandId, Engagement, EngagementId, Enterprise, EnterpriseId,
    EntityKind, Event, Feedback, FlagReview, FlagReviewId, Industry, Major, Model, Occupation, Park, ParkId, Preset,
    Programme, ProgrammeId, Rating, RatingId, Relation, RelationId, Scenario, Sheet, Subject, Ticket, Timestamp,
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
    pub majors: Registry<Major>,
    /// Industries and their needs.
    pub industries: Registry<Industry>,
    /// Occupations and their majors.
    pub occupations: Registry<Occupation>,
    /// Weight presets.
    pub presets: Registry<Preset>,
    /// Parks.
    pub parks: Registry<Park>,
    /// Enterprises.
    pub enterprises: Registry<Enterprise>,
    /// Colleges.
    pub colleges: Registry<College>,
    /// Programmes.
    pub programmes: Registry<Programme>,
    /// Demands.
    pub demands: Registry<Demand>,
    /// Kept scenarios.
    pub scenarios: Registry<Scenario>,
    /// Decisions.
    pub decisions: Registry<Decision>,
    /// Imports by file; closed: taken back.
    pub imports: Registry<ImportMade>,
    /// Ties between enterprises and colleges.
    pub relations: Registry<Relation>,
    /// Decisions on flagged blocks.
    pub flag_reviews: Registry<FlagReview>,
    /// Appeals of colleges.
    pub appeals: Registry<AppealCase>,
    /// Rectification tickets; closed: the rating was withdrawn.
    pub tickets: Registry<Ticket>,
    /// What colleges said of engagements.
    pub feedback: Registry<Feedback>,
    /// When the first of both sides spoke of an engagement, as long as that seals it.
    pub(super) first_spoken: OrdMap<EngagementId, Date>,
    /// Engagements.
    #[serde(skip)]
    pub engagements: Registry<Engagement>,
    /// The rating of each engagement that has or had one.
    #[serde(skip)]
    pub ratings: Registry<Rating>,
    /// Positions among the ratings by the ids they go or went by.
    #[serde(skip)]
    pub(super) rating_ids: RatingIds,
    programmes_of: OrdSet<(CollegeId, ProgrammeId)>,
    demands_of: OrdSet<(ParkId, DemandId)>,
    pub(super) relations_of: OrdSet<(EnterpriseId, CollegeId, RelationId)>,
    pub(super) flag_reviews_of: OrdSet<(CollegeId, FlagReviewId)>,
    /// Positions of the enterprise and the college of each engagement, by its position.
    parties: Vector<Option<(u32, u32)>>,
    /// Positions of each college's engagements, by the college's position.
    engagements_of: Vector<Arc<Vec<u32>>>,
    single_revs: OrdMap<u8, u32>,
    /// What the ratings told when the day began.
    pub(super) baseline: Arc<Baseline>,
    /// What colleges were told of their satisfaction.
    pub cuts: Cuts,
}

/// What an event changed, for whoever keeps derived values up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nothing a ranking is derived from in advance.
    Nothing,
    /// Everything may have changed.
    All,
    /// What an industry or occupation needs.
    Needs,
    /// The day: what is open, how old things are, and against what ratings are judged.
    Clock,
    /// The park of an enterprise, and with it the blocks of its ratings.
    Rater(EnterpriseId),
    /// The parameters of the satisfaction model.
    Model,
    /// One park's need, budget or place.
    Park(ParkId),
    /// Two parks': a demand moved from one to the other.
    Parks(ParkId, ParkId),
    /// One college's supply or facts.
    College(CollegeId),
    /// Two colleges': a programme moved from one to the other.
    Colleges(CollegeId, CollegeId),
    /// One college's engagements.
    Engagements(CollegeId),
    /// An engagement went to another college (from the first to the second) or enterprise, and its rating with it.
    EngagementMoved(EngagementId, CollegeId, CollegeId),
    /// The rating of one engagement.
    Rating(EngagementId),
    /// Which ratings count, of any college.
    Counted,
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
            scenarios: Registry::default(),
            decisions: Registry::default(),
            imports: Registry::default(),
            relations: Registry::default(),
            flag_reviews: Registry::default(),
            appeals: Registry::default(),
            tickets: Registry::default(),
            feedback: Registry::default(),
            first_spoken: OrdMap::new(),
            engagements: Registry::default(),
            ratings: Registry::default(),
            rating_ids: RatingIds::default(),
            programmes_of: OrdSet::new(),
            demands_of: OrdSet::new(),
            relations_of: OrdSet::new(),
            flag_reviews_of: OrdSet::new(),
            parties: Vector::new(),
            engagements_of: Vector::new(),
            single_revs: OrdMap::new(),
            baseline: Arc::default(),
            cuts: Cuts::default(),
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
                self.baseline = Arc::new(Baseline::of(self));
                Changed::Model
            }
            Event::Clock { today } => {
                self.count(EntityKind::Clock);
                self.today = *today;
                self.unseal();
                self.baseline = Arc::new(Baseline::of(self));
                Changed::Clock
            }
            Event::PresetPut(preset) => {
                self.presets.put(preset.clone());
                Changed::Nothing
            }
            Event::MajorPut(major) => {
                self.majors.put(major.clone());
                Changed::Nothing
            }
            Event::IndustryPut(industry) => {
                self.industries.put(industry.clone());
                Changed::Needs
            }
            Event::OccupationPut(occupation) => {
                self.occupations.put(occupation.clone());
                Changed::Needs
            }
            Event::ParkPut(park) => {
                self.parks.put(park.clone());
                Changed::Park(park.id.clone())
            }
            Event::ParkClosed(id) => {
                self.parks.close(id);
                Changed::Nothing
            }
            Event::EnterprisePut(enterprise) => {
                let old = self.enterprises.put(enterprise.clone()).1;
                let moved = old.is_some_and(|old| old.park != enterprise.park);
                match moved {
                    // Ratings that do not count are in no row by which they could be found.
                    true if !self.flag_reviews.is_empty() => Changed::Counted,
                    true => Changed::Rater(enterprise.id.clone()),
                    false => Changed::Nothing,
                }
            }
            Event::EnterpriseClosed(id) => {
                self.enterprises.close(id);
                Changed::Nothing
            }
            Event::CollegePut(college) => {
                if self.colleges.put(college.clone()).1.is_none() {
                    self.engagements_of.push_back(Arc::default());
                }
                Changed::College(college.id.clone())
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
            Event::ScenarioPut(scenario) => {
                self.scenarios.put(scenario.clone());
                Changed::Nothing
            }
            Event::ScenarioClosed(id) => {
                self.scenarios.close(id);
                Changed::Nothing
            }
            Event::DecisionRecorded(decision) => {
                self.decisions.put(decision.clone());
                Changed::Nothing
            }
            Event::ImportRecorded(record) => {
                self.imports.put(ImportMade { record: record.clone(), seq });
                Changed::Nothing
            }
            Event::ImportUndone(id) => {
                self.imports.close(id);
                Changed::Nothing
            }
            Event::EngagementPut(engagement) => self.put_engagement(engagement),
            Event::RelationPut(relation) => self.put_relation(relation),
            Event::RelationClosed(id) => match self.relations.close(id) {
                Some(_) => Changed::Counted,
                None => Changed::Nothing,
            },
            Event::FlagReviewed(review) => self.put_flag_review(review),
            Event::AppealLodged(appeal) => {
                self.appeals.put(AppealCase { appeal: appeal.clone(), answer: None });
                Changed::Nothing
            }
            Event::AppealAnswered(answer) => self.answer_appeal(answer),
            Event::TicketContacted(step) => self.step(step, |ticket, step| ticket.contact = Some(step)),
            Event::TicketAnswered(step) => self.step(step, |ticket, step| ticket.answer = Some(step)),
            Event::FeedbackGiven(feedback) => {
                self.feedback.put(feedback.clone());
                self.spoke(&feedback.engagement, feedback.given_on);
                Changed::Nothing
            }
            // All else of it is read from the log where it is asked for.
            Event::RatingNoted(note) => {
                self.follow_up(at, note);
                Changed::Nothing
            }
            Event::CutPublished(cut) => {
                self.count(EntityKind::Cut);
                let mut cuts = std::mem::take(&mut self.cuts);
                let held = |engagement: u32| {
                    let rating = self.ratings.get(&self.engagements.at(engagement).value.id);
                    rating.is_some_and(|rating| !may_be_published(self, rating, cut.on))
                };
                let first = cuts.last.is_none();
                cuts.publish(cut, |id| self.colleges.position(id), held);
                self.cuts = cuts;
                // From the first on, colleges of too few enterprises count by their prior.
                match first {
                    true => Changed::Clock,
                    false if self.ranks_by_cuts() => Changed::Counted,
                    false => Changed::Nothing,
                }
            }
            Event::RatingSubmitted(rating) | Event::RatingRevised(rating) => {
                self.note_answers(rating);
                let (at, former) = self.ratings.put(rating.clone());
                if former.is_none_or(|former| former.id != rating.id) {
                    self.rating_ids.insert(rating.id, at);
                }
                self.open_ticket(self.at, rating);
                self.spoke(&rating.engagement, rating.rated_on);
                Changed::Rating(rating.engagement.clone())
            }
            Event::RatingWithdrawn { id, engagement } => {
                self.drop_ticket(*id);
                match self.ratings.close(engagement) {
                    Some(_) => Changed::Rating(engagement.clone()),
                    None => Changed::Nothing,
                }
            }
        }
    }

    /// Notes which answers of a rating its college has not been told of; before the rating is put.
    fn note_answers(&mut self, rating: &Rating) {
        let Some(engagement) = self.engagements.position(&rating.engagement) else { return };
        let Some((_, college)) = self.parties(engagement) else { return };
        let before = self.ratings.get(&rating.engagement).map(|rating| rating.marks);
        self.cuts.note(college, engagement, before.as_ref(), &rating.marks);
    }

    fn put_programme(&mut self, programme: &Programme) -> Changed {
        let (id, college) = (&programme.id, &programme.college);
        let from = moved(self.programmes.put(programme.clone()).1.map(|old| old.college), college);
        if let Some(from) = &from {
            self.programmes_of.remove(&(from.clone(), id.clone()));
        }
        self.programmes_of.insert((college.clone(), id.clone()));
        let college = college.clone();
        from.map_or_else(|| Changed::College(college.clone()), |from| Changed::Colleges(from, college.clone()))
    }

    fn put_demand(&mut self, demand: &Demand) -> Changed {
        let (id, park) = (&demand.id, &demand.park);
        let from = moved(self.demands.put(demand.clone()).1.map(|old| old.park), park);
        if let Some(from) = &from {
            self.demands_of.remove(&(from.clone(), id.clone()));
        }
        self.demands_of.insert((park.clone(), id.clone()));
        from.map_or_else(|| Changed::Park(park.clone()), |from| Changed::Parks(from, park.clone()))
    }

    fn put_relation(&mut self, relation: &Relation) -> Changed {
        let key = |relation: &Relation| (relation.enterprise.clone(), relation.college.clone(), relation.id.clone());
        if let Some(old) = self.relations.put(relation.clone()).1 {
            self.relations_of.remove(&key(&old));
        }
        self.relations_of.insert(key(relation));
        Changed::Counted
    }

    fn put_engagement(&mut self, engagement: &Engagement) -> Changed {
        let (at, old) = self.engagements.put(engagement.clone());
        let (enterprise, college) = (&engagement.enterprise, &engagement.college);
        let stays = old.as_ref().is_some_and(|old| old.college == *college && old.enterprise == *enterprise);
        if stays {
            return Changed::Engagements(college.clone());
        }
        let parties = self.enterprises.position(enterprise).zip(self.colleges.position(college));
        let before = if old.is_some() { self.parties.set(at as usize, parties) } else { None };
        if old.is_none() {
            self.parties.push_back(parties);
        }
        if let Some(list) = before.and_then(|(_, college)| self.engagements_of.get_mut(college as usize)) {
            Arc::make_mut(list).retain(|&other| other != at);
        }
        if let Some(list) = parties.and_then(|(_, college)| self.engagements_of.get_mut(college as usize)) {
            Arc::make_mut(list).push(at);
        }
        match old {
            Some(old) => {
                // To the college it comes to, a rating that moves along is new.
                if let (Some((_, to)), Some(rating)) = (parties, self.ratings.get(&engagement.id)) {
                    let marks = rating.marks;
                    self.cuts.note(to, at, None, &marks);
                }
                Changed::EngagementMoved(engagement.id.clone(), old.college, college.clone())
            }
            None => Changed::Engagements(college.clone()),
        }
    }

    fn count(&mut self, kind: EntityKind) {
        *self.single_revs.entry(kind as u8).or_insert(0) += 1;
    }

    /// How many events have changed a subject; the next one makes revision `rev + 1`.
    pub fn rev(&self, subject: &Subject) -> u32 {
        fn of<V: Keyed<Id: std::str::FromStr>>(registry: &Registry<V>, id: &str) -> u32 {
            id.parse().ok().and_then(|id| registry.entry(&id)).map_or(0, |entry| entry.rev)
        }
        let id = subject.id.as_str();
        match subject.kind {
            EntityKind::Sheet | EntityKind::Model | EntityKind::Clock | EntityKind::Cut => {
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
            EntityKind::Scenario => of(&self.scenarios, id),
            EntityKind::Decision => of(&self.decisions, id),
            EntityKind::Import => of(&self.imports, id),
            EntityKind::Relation => of(&self.relations, id),
            EntityKind::FlagReview => of(&self.flag_reviews, id),
            EntityKind::Appeal => of(&self.appeals, id),
            EntityKind::Ticket => {
                let entry = id.parse().ok().and_then(|id| self.tickets.entry(&id));
                entry.map_or(0, |entry| entry.value.steps)
            }
            EntityKind::Feedback => of(&self.feedback, id),
            // Remarked on once.
            EntityKind::RatingNote => 0,
        }
    }

    /// The engagement a rating id belongs to, also of a withdrawn rating.
    pub fn engagement_of(&self, rating: RatingId) -> Option<&EngagementId> {
        self.rating_ids.get(rating).map(|at| &self.ratings.at(at).value.engagement)
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

    /// Positions of the enterprise that rates an engagement and the college it rates, by the engagement's position.
    pub(crate) fn parties(&self, engagement: u32) -> Option<(u32, u32)> {
        self.parties.get(engagement as usize).copied().flatten()
    }

    /// Engagements of a college, in the order of arrival.
    pub fn engagements_of(&self, college: &CollegeId) -> impl Iterator<Item = &Engagement> {
        let list = self.colleges.position(college).and_then(|at| self.engagements_of.get(at as usize));
        list.into_iter().flat_map(|list| list.iter()).map(|&at| &self.engagements.at(at).value)
    }
}

/// Where something was, if it is elsewhere now.
fn moved<K: PartialEq>(from: Option<K>, to: &K) -> Option<K> {
    from.filter(|from| from != to)
}

/// No valid code sorts before this one.
pub(super) fn lowest<T: std::str::FromStr>() -> T {
    match "0".parse() {
        Ok(id) => id,
        Err(_) => unreachable!("`0` is a code"),
    }
}
