//! What a planner should look at first: need that stays open, ratings that wait, ratings that stand out, and what is new.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Service, ServiceError, aside};
use crate::domain::{Engagement, EngagementStatus, Label, ParkId, Question, Sentence};
use crate::live::Published;

/// Parks whose lists are asked; more would make the first page wait.
const MOST_PARKS: usize = 60;
/// Length of the lists whose open need is told.
const TOP: u16 = 5;
/// An engagement that ended so many days ago is still fresh in memory.
const FRESH: i32 = 60;
/// Supply that was not confirmed for so many days is old.
const OLD: i32 = 365;
/// Reasons told of blocks that stand out.
const FLAGS_TOLD: usize = 2;
/// Newest events that are counted.
const COUNTED: u64 = 5_000;
const WEEK_MICROS: i64 = 7 * 86_400 * 1_000_000;

/// People of a park's need that its first colleges leave open together.
#[derive(Clone, Debug)]
pub struct UnmetPark {
    /// The park.
    pub park: ParkId,
    /// Its name.
    pub name: Label,
    /// People.
    pub people: f64,
}

/// Engagements of a park's enterprises that wait for a rating.
#[derive(Clone, Debug)]
pub struct WaitingPark {
    /// The park.
    pub park: ParkId,
    /// Its name.
    pub name: Label,
    /// How many.
    pub waiting: usize,
    /// Of these, ended within sixty days.
    pub soon: usize,
}

/// What needs attention.
#[derive(Clone, Debug, Default)]
pub struct Attention {
    /// The most open need first.
    pub unmet: Vec<UnmetPark>,
    /// The most recently ended first.
    pub waiting: Vec<WaitingPark>,
    /// Blocks of ratings that stand out.
    pub flags: u32,
    /// Why, of those that do most.
    pub flagged: Vec<Sentence>,
    /// Colleges whose data are more than a year old.
    pub stale: usize,
    /// Events of the last seven days by kind, the most frequent first.
    pub news: Vec<(&'static str, usize)>,
    /// How many events were looked at, if the week has more.
    pub counted: Option<u64>,
}

/// An engagement in words.
#[derive(Clone, Debug)]
pub struct EngagementShown {
    /// The engagement.
    pub engagement: Engagement,
    /// The enterprise's name.
    pub enterprise: String,
    /// The college's name.
    pub college: String,
    /// Whether it is rated.
    pub rated: bool,
}

impl Service {
    /// What needs attention, and what is new.
    ///
    /// # Errors
    /// What the log says.
    pub(super) async fn attention(&self) -> Result<Attention, ServiceError> {
        let published = self.live.current();
        let head = published.snapshot.state.seq;
        let events = self.store.events(head.saturating_sub(COUNTED), COUNTED as i64).await?;
        let last = events.last().map_or(0, |event| event.at.micros());
        let recent = events.iter().filter(|event| last - event.at.micros() < WEEK_MICROS);
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        recent.for_each(|event| *counts.entry(event.event.subject().kind.code()).or_default() += 1);
        let whole: usize = counts.values().sum();
        let mut found = aside(move || standing(&published)).await?;
        found.news = counts.into_iter().collect();
        found.news.sort_by_key(|(kind, n)| (std::cmp::Reverse(*n), *kind));
        found.counted = (whole as u64 == COUNTED && head > COUNTED).then_some(COUNTED);
        Ok(found)
    }

    /// The ratable engagements of a park's enterprises: not rated first, then the latest; with the park's name.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park.
    pub(super) fn engagements(&self, id: &ParkId) -> Result<(Label, Vec<EngagementShown>), ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let park = state.parks.get(id).ok_or_else(|| ServiceError::NotFound("park", id.to_string()))?;
        let mut all = Vec::new();
        for (_, entry) in state.engagements.iter() {
            let engagement = &entry.value;
            let Some(firm) = state.enterprises.get(&engagement.enterprise).filter(|firm| firm.park == *id) else {
                continue;
            };
            let Some(college) = state.colleges.get(&engagement.college) else { continue };
            if engagement.status == EngagementStatus::Proposed {
                continue;
            }
            all.push(EngagementShown {
                engagement: engagement.clone(),
                enterprise: firm.name.to_string(),
                college: college.name.to_string(),
                rated: state.ratings.get(&engagement.id).is_some(),
            });
        }
        all.sort_by_key(|one| (one.rated, std::cmp::Reverse(one.engagement.end)));
        Ok((park.name.clone(), all))
    }
}

fn standing(published: &Arc<Published>) -> Result<Attention, ServiceError> {
    let snapshot = &published.snapshot;
    let state = &snapshot.state;
    let mut found = Attention::default();
    let open = || state.parks.iter().filter(|(_, entry)| !entry.closed);
    for (park, entry) in open().filter(|(park, _)| state.demands_of(park).next().is_some()).take(MOST_PARKS) {
        let list = snapshot.shortlist(&Question { top: TOP, explore: false, ..Question::of(park.clone()) })?;
        let people: f64 = list.unmet.iter().filter(|unmet| !unmet.derived).map(|unmet| unmet.headcount).sum();
        if people >= 1.0 {
            found.unmet.push(UnmetPark { park: park.clone(), name: entry.value.name.clone(), people });
        }
    }
    found.unmet.sort_by(|a, b| b.people.total_cmp(&a.people).then(a.park.cmp(&b.park)));
    let mut waiting: BTreeMap<&ParkId, (usize, usize)> = BTreeMap::new();
    let now = state.today.days();
    for (id, entry) in state.engagements.iter() {
        let engagement = &entry.value;
        let over = engagement.end.days() <= now && engagement.status != EngagementStatus::Proposed;
        if !over || state.ratings.get(id).is_some() {
            continue;
        }
        if let Some(firm) = state.enterprises.get(&engagement.enterprise) {
            let counts = waiting.entry(&firm.park).or_default();
            counts.0 += 1;
            counts.1 += usize::from(now - engagement.end.days() <= FRESH);
        }
    }
    for (park, (all, soon)) in waiting {
        if let Some(known) = state.parks.get(park) {
            found.waiting.push(WaitingPark { park: park.clone(), name: known.name.clone(), waiting: all, soon });
        }
    }
    found.waiting.sort_by(|a, b| (b.soon, b.waiting).cmp(&(a.soon, a.waiting)).then(a.park.cmp(&b.park)));
    let mut flags = snapshot.flags();
    flags.keep_large();
    found.flags = flags.total;
    found.flagged = flags.flags.into_iter().take(FLAGS_TOLD).map(|flag| flag.reason).collect();
    let newest = |college: &crate::domain::College| {
        state.programmes_of(&college.id).filter_map(|one| one.updated_on).chain(college.updated_on).max()
    };
    let old = |college: &crate::domain::College| newest(college).is_some_and(|day| now - day.days() > OLD);
    found.stale = state.colleges.iter().filter(|(_, entry)| !entry.closed && old(&entry.value)).count();
    Ok(found)
}
