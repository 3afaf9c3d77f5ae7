//! What if? A fork of the snapshot, changed event by event, answers by the same code as production.

use std::sync::Arc;

use uuid::Uuid;

use super::snapshot::Snapshot;
use super::state::{Changed, State};
use super::wishes::{BadWish, Wishes};
use crate::domain::{
    CollegeCapacity, CollegeId, EngagementId, Event, ParkId, Preset, PresetId, Programme, ProgrammeId, Question,
    Rating, RatingChange, RatingId, ScenarioChange, SelectionQuestion, Weights,
};

/// A snapshot after some changes of a scenario, with what they change of the question. Cloning shares all of it.
#[derive(Clone, Debug)]
pub struct Fork {
    /// The changed snapshot; its seq is the base's.
    pub snapshot: Snapshot,
    /// What the snapshot's state has changed since the rest was derived; empty once it is settled.
    pending: Vec<Changed>,
    /// The preset that changes ask with.
    preset: Option<PresetId>,
    /// Colleges that changes exclude; sorted.
    excluded: Vec<CollegeId>,
    /// Colleges that changes force onto the list.
    pub(super) forced: Vec<CollegeId>,
    /// Capacities that changes give to colleges in a selection; the last one of a college counts.
    pub(super) capacities: Vec<CollegeCapacity>,
    /// Whether any change was applied.
    pub(super) changed: bool,
}

/// What of a change cannot be: it names something that is not there, or contradicts an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Impossible {
    /// The kind of thing, and its code; at the pointer within the change.
    Unknown(&'static str, String, &'static str),
    /// The college is both forced and excluded.
    Contradiction(CollegeId),
}

impl Fork {
    /// The unchanged snapshot.
    pub fn of(snapshot: Snapshot) -> Self {
        let (pending, excluded, forced, capacities) = Default::default();
        Self { snapshot, pending, preset: None, excluded, forced, capacities, changed: false }
    }

    /// A fork both sides of a comparison are asked with: weights of its own, not counted as a change.
    #[must_use]
    pub fn weighted(&self, weights: Weights) -> Self {
        let mut next = self.clone();
        next.ask_with("asked", weights);
        next
    }

    fn ask_with(&mut self, id: &str, weights: Weights) {
        let Some(preset) = Preset::hypothetical(id, weights) else { return };
        self.preset = Some(preset.id.clone());
        self.advance(&[Event::PresetPut(preset)]);
    }

    /// The events a change stands for; none if it changes the question.
    ///
    /// # Errors
    /// [`Impossible`] names what is not there.
    pub fn events(&self, change: &ScenarioChange, number: usize) -> Result<Vec<Event>, Impossible> {
        let state = &self.snapshot.state;
        let event = match change {
            ScenarioChange::ParkPut(park) => Event::ParkPut(park.clone()),
            ScenarioChange::EnterprisePut(enterprise) => Event::EnterprisePut(enterprise.clone()),
            ScenarioChange::CollegePut(college) => Event::CollegePut(college.clone()),
            ScenarioChange::ProgrammePut(programme) => Event::ProgrammePut(programme.clone()),
            ScenarioChange::DemandPut(demand) => Event::DemandPut(demand.clone()),
            ScenarioChange::EngagementPut(engagement) => Event::EngagementPut(engagement.clone()),
            ScenarioChange::ParkClosed(id) => {
                state.parks.get(id).ok_or_else(|| unknown("park", id, ""))?;
                Event::ParkClosed(id.clone())
            }
            ScenarioChange::EnterpriseClosed(id) => {
                state.enterprises.get(id).ok_or_else(|| unknown("enterprise", id, ""))?;
                Event::EnterpriseClosed(id.clone())
            }
            ScenarioChange::CollegeClosed(id) => {
                state.colleges.get(id).ok_or_else(|| unknown("college", id, ""))?;
                Event::CollegeClosed(id.clone())
            }
            ScenarioChange::ProgrammeClosed(id) => Event::ProgrammeClosed(programme(state, id, "")?.id.clone()),
            ScenarioChange::DemandClosed(id) => {
                state.demands.get(id).ok_or_else(|| unknown("demand", id, ""))?;
                Event::DemandClosed(id.clone())
            }
            ScenarioChange::ProgrammeSeats(change) => {
                let mut programme = programme(state, &change.programme, "/programme")?.clone();
                *programme.seats.of_mut(change.kind) = Some(change.seats);
                Event::ProgrammePut(programme)
            }
            ScenarioChange::ProgrammeStations(change) => {
                let before = programme(state, &change.programme, "/programme")?.clone();
                let (all, free) = (Some(change.stations), Some(change.stations_free));
                Event::ProgrammePut(Programme { stations: all, stations_free: free, ..before })
            }
            ScenarioChange::RatingAdded(change) => Event::RatingSubmitted(rating(state, change, number)),
            ScenarioChange::RatingDropped(id) => {
                let rated = |engagement: &&EngagementId| state.ratings.get(engagement).is_some_and(|r| r.id == *id);
                let engagement = state.engagement_of(*id).filter(rated);
                let engagement = engagement.ok_or_else(|| unknown("rating", id, ""))?.clone();
                Event::RatingWithdrawn { id: *id, engagement }
            }
            ScenarioChange::Preset(id) => {
                state.presets.get(id).ok_or_else(|| unknown("preset", id, ""))?;
                return Ok(Vec::new());
            }
            ScenarioChange::Exclude(id) | ScenarioChange::Force(id) => {
                state.colleges.get(id).ok_or_else(|| unknown("college", id, ""))?;
                let forced = matches!(change, ScenarioChange::Force(_));
                let others = if forced { &self.excluded } else { &self.forced };
                if others.contains(id) {
                    return Err(Impossible::Contradiction(id.clone()));
                }
                return Ok(Vec::new());
            }
            ScenarioChange::Capacity(change) => {
                state.colleges.get(&change.college).ok_or_else(|| unknown("college", &change.college, "/college"))?;
                return Ok(Vec::new());
            }
            ScenarioChange::Weights(_) => return Ok(Vec::new()),
        };
        Ok(vec![event])
    }

    /// Applies one more change, which stands for `events`. What follows from it is derived by [`Self::settled`].
    pub fn apply(&mut self, change: &ScenarioChange, events: &[Event]) {
        self.changed = true;
        match change {
            ScenarioChange::Weights(weights) => self.ask_with("scenario", *weights),
            ScenarioChange::Preset(id) => self.preset = Some(id.clone()),
            ScenarioChange::Exclude(id) => {
                if let Err(at) = self.excluded.binary_search(id) {
                    self.excluded.insert(at, id.clone());
                }
            }
            ScenarioChange::Force(id) if !self.forced.contains(id) => self.forced.push(id.clone()),
            ScenarioChange::Force(_) => {}
            ScenarioChange::Capacity(change) => self.capacities.push(change.clone()),
            _ => self.advance(events),
        }
    }

    /// The fork with everything derived that the changes touch; only then can it be asked.
    #[must_use]
    pub fn settled(mut self) -> Self {
        let pending = std::mem::take(&mut self.pending);
        if pending.iter().any(|changed| *changed != Changed::Nothing) {
            let state = self.snapshot.state.clone();
            self.snapshot = self.snapshot.advance(state, &pending);
        }
        self
    }

    /// The fork after one more change, which stands for `events`.
    #[must_use]
    pub fn after(&self, change: &ScenarioChange, events: &[Event]) -> Self {
        let mut next = self.clone();
        next.apply(change, events);
        next.settled()
    }

    fn advance(&mut self, events: &[Event]) {
        let state = &mut self.snapshot.state;
        // Hypothetical: they get no place in the log.
        let (seq, at) = (state.seq, state.at);
        self.pending.extend(events.iter().map(|event| state.apply(seq, at, event)));
    }

    /// The question as it is asked of this fork.
    pub fn question(&self, asked: &Question) -> Question {
        let mut question = asked.clone();
        if let Some(preset) = &self.preset {
            question.preset = Some(preset.clone());
        }
        question.exclude.extend(self.excluded.iter().cloned());
        question.exclude.sort_unstable();
        question.exclude.dedup();
        question
    }

    /// The question of a selection on this fork: its scores, the capacities of changes, without the excluded colleges.
    ///
    /// # Errors
    /// [`BadWish`] names what cannot be.
    pub fn wishes(&self, asked: &SelectionQuestion) -> Result<Wishes, BadWish> {
        let mut asked = asked.clone();
        if let Some(preset) = &self.preset {
            asked.preset = Some(preset.clone());
        }
        asked.capacities.extend(self.capacities.iter().cloned());
        self.snapshot.wishes_but(&asked, &self.excluded)
    }

    /// A fork that can be asked of some parks only, by rising id.
    #[must_use]
    pub fn among(self, parks: Arc<Vec<ParkId>>) -> Self {
        Self { snapshot: self.snapshot.among(parks), ..self }
    }
}

fn unknown(what: &'static str, id: &dyn std::fmt::Display, pointer: &'static str) -> Impossible {
    Impossible::Unknown(what, id.to_string(), pointer)
}

fn programme<'a>(state: &'a State, id: &ProgrammeId, pointer: &'static str) -> Result<&'a Programme, Impossible> {
    state.programmes.get(id).ok_or_else(|| unknown("programme", id, pointer))
}

/// The rating a change gives; its id says that it is none of the log's (a UUID of version 8).
fn rating(state: &State, change: &RatingChange, number: usize) -> Rating {
    let id = Uuid::from_u128(0x7363_656e_6172_8000_8000_0000_0000_0000 | (number as u128 + 1));
    let id = RatingId::new(id).unwrap_or_else(|_| unreachable!("it is not nil"));
    let (engagement, marks, rated_on) = (change.engagement.clone(), change.marks, state.today);
    Rating { id, engagement, marks, rated_on, comment: None, comment_digest: None }
}
