//! What changed in a shortlist between two snapshots of one log, and which events did it.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::cells::published_mean;
use super::field::Field;
use super::fit::Workspace;
use super::rank::Refusal;
use super::satisfaction::contributions;
use super::snapshot::Snapshot;
use super::state::State;
use crate::domain::{
    ChangeEvent, Changes, CollegeChange, CollegeId, Contribution, EngagementId, Event, PartChange, PresetId, Question,
    Ranked, SatisfactionChange, Target, Timestamp,
};

/// Events listed in one answer.
const LISTED_EVENTS: usize = 500;

/// An event with its place in the log.
pub type Placed<'a> = (u64, Timestamp, &'a Event);

/// All ranked colleges of one snapshot.
struct Order<'a> {
    snapshot: &'a Snapshot,
    field: Field<'a>,
    top: usize,
    /// Place in the order, by registry position.
    rank: BTreeMap<u32, usize>,
}

impl<'a> Order<'a> {
    fn of(snapshot: &'a Snapshot, question: &Question) -> Result<Self, Refusal> {
        let field = snapshot.field(&Question { top: u16::MAX, ..question.clone() })?;
        let rank = field.order.iter().enumerate().map(|(place, &at)| (at, place)).collect();
        Ok(Self { snapshot, field, top: usize::from(question.top), rank })
    }

    /// Registry positions of the listed colleges, best first.
    fn listed(&self) -> &[u32] {
        &self.field.order[..self.top.min(self.field.order.len())]
    }

    /// A college's place and the parts of its score, if it is ranked.
    fn ranked(&self, at: u32) -> Option<(Ranked, Vec<Contribution>)> {
        let place = *self.rank.get(&at)?;
        let score = f64::from(self.field.score[at as usize]) / 1e6;
        let (parts, _) = self.snapshot.contributions(&self.field, at, &mut Workspace::default());
        Some((Ranked { rank: place as u32 + 1, listed: place < self.top, score }, parts))
    }

    fn mean(&self, at: u32) -> f64 {
        published_mean(&self.snapshot.state, self.snapshot.told(at).effect)
    }

    /// Shares of a college's own ratings in its effect, by engagement.
    fn shares(&self, at: u32) -> BTreeMap<u32, f64> {
        let snapshot = self.snapshot;
        if snapshot.state.ranks_by_cuts() {
            return BTreeMap::new();
        }
        let (shares, _) = contributions(&snapshot.edges, &snapshot.state.model, snapshot.edges.place_of(at));
        shares.into_iter().filter(|share| share.own).map(|share| (share.engagement, share.share)).collect()
    }
}

impl Snapshot {
    /// Compares this snapshot's answer to a question with that of a `later` snapshot of the same log. `between` are the
    /// events that led from one to the other, in order.
    ///
    /// # Errors
    /// [`Refusal`] names the park or preset that one of them does not know.
    pub fn changes(&self, later: &Self, question: &Question, between: &[Placed<'_>]) -> Result<Changes, Refusal> {
        let (before, after) = (Order::of(self, question)?, Order::of(later, question)?);
        // Registry positions are never reused: they mean the same in both.
        let (was, is): (BTreeSet<u32>, BTreeSet<u32>) =
            (before.listed().iter().copied().collect(), after.listed().iter().copied().collect());
        let either: Vec<u32> = was.union(&is).copied().collect();
        let rated = rated(&later.state, &either, between);
        let moves: BTreeMap<u32, BTreeMap<u32, f64>> = either
            .par_iter()
            .filter_map(|&at| Some((at, shares_moved(&before, &after, at, rated.get(&at)?))))
            .collect();
        let mut colleges: Vec<CollegeChange> =
            either.iter().map(|&at| college_change(&before, &after, at, moves.get(&at))).collect();
        let rank = |ranked: &Option<Ranked>| ranked.as_ref().map_or(u32::MAX, |ranked| ranked.rank);
        colleges.sort_by_key(|change| (rank(&change.after), rank(&change.before)));
        let presets = [before.field.preset.id.clone(), after.field.preset.id.clone()];
        let mut events = events(self, later, question, &presets, &either, between, &moves);
        let events_total = events.len() as u32;
        events.drain(..events.len().saturating_sub(LISTED_EVENTS));
        let [preset_before, preset] = presets;
        Ok(Changes {
            park: question.park.clone(),
            from: self.as_of(),
            to: later.as_of(),
            preset_before,
            preset,
            top: question.top,
            entered: is.difference(&was).map(|&at| later.name(at)).collect(),
            left: was.difference(&is).map(|&at| later.name(at)).collect(),
            colleges,
            events_between: between.len() as u64,
            events_total,
            events,
            withheld: false,
        })
    }
}

fn engagement_of(event: &Event) -> Option<&EngagementId> {
    match event {
        Event::RatingSubmitted(rating) | Event::RatingRevised(rating) => Some(&rating.engagement),
        Event::RatingWithdrawn { engagement, .. } => Some(engagement),
        _ => None,
    }
}

/// Engagements whose rating changed, by college, for the colleges asked for.
fn rated(state: &State, colleges: &[u32], between: &[Placed<'_>]) -> BTreeMap<u32, BTreeSet<u32>> {
    let mut rated: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for id in between.iter().filter_map(|(.., event)| engagement_of(event)) {
        let Some(engagement) = state.engagements.position(id) else { continue };
        let Some((_, college)) = state.parties(engagement) else { continue };
        if colleges.binary_search(&college).is_ok() {
            rated.entry(college).or_default().insert(engagement);
        }
    }
    rated
}

/// How far each changed rating moved the college's effect: its share after less its share before.
fn shares_moved(before: &Order<'_>, after: &Order<'_>, at: u32, changed: &BTreeSet<u32>) -> BTreeMap<u32, f64> {
    let known = (at as usize) < before.snapshot.state.colleges.len();
    let (was, is) = (if known { before.shares(at) } else { BTreeMap::new() }, after.shares(at));
    let share = |of: &BTreeMap<u32, f64>, engagement: &u32| of.get(engagement).copied().unwrap_or(0.0);
    changed.iter().map(|engagement| (*engagement, share(&is, engagement) - share(&was, engagement))).collect()
}

fn college_change(before: &Order<'_>, after: &Order<'_>, at: u32, moved: Option<&BTreeMap<u32, f64>>) -> CollegeChange {
    let (was, is) = (before.ranked(at), after.ranked(at));
    let mut change = CollegeChange {
        college: after.snapshot.name(at),
        before: was.as_ref().map(|(ranked, _)| ranked.clone()),
        after: is.as_ref().map(|(ranked, _)| ranked.clone()),
        moved: None,
        parts: Vec::new(),
        satisfaction: None,
    };
    if let (Some((was, parts_before)), Some((is, parts_after))) = (was, is) {
        change.moved = Some(exact(is.score - was.score));
        let pairs = parts_before.iter().zip(&parts_after);
        change.parts = pairs
            .map(|(was, is)| PartChange {
                criterion: is.criterion,
                before: was.points,
                after: is.points,
                moved: exact(is.points - was.points),
            })
            .collect();
        let (was, is) = (before.mean(at), after.mean(at));
        let by_ratings = moved.map_or(0.0, |shares| shares.values().sum());
        let moved = is - was;
        let by_others = moved - by_ratings;
        change.satisfaction = Some(SatisfactionChange { before: was, after: is, moved, by_ratings, by_others });
    }
    change
}

/// A difference of points, which are whole millionths.
fn exact(difference: f64) -> f64 {
    (difference * 1e6).round() / 1e6
}

/// Events that concern the park, the colleges or everybody.
fn events(
    earlier: &Snapshot,
    later: &Snapshot,
    question: &Question,
    presets: &[PresetId; 2],
    colleges: &[u32],
    between: &[Placed<'_>],
    moves: &BTreeMap<u32, BTreeMap<u32, f64>>,
) -> Vec<ChangeEvent> {
    let state = &later.state;
    let concerns = Concerns { earlier: &earlier.state, later: state, question, presets, colleges };
    let mut told = BTreeSet::new();
    let mut events = Vec::new();
    // Backwards: the last change of a rating has the share.
    for &(seq, at, event) in between.iter().rev() {
        let Some(college) = concerns.of(event) else { continue };
        let engagement = engagement_of(event).and_then(|id| state.engagements.position(id));
        let share = engagement.filter(|engagement| told.insert(*engagement)).and_then(|engagement| {
            let college = college.as_ref().and_then(|id| state.colleges.position(id))?;
            moves.get(&college)?.get(&engagement).copied()
        });
        let subject = event.subject();
        events.push(ChangeEvent { seq, at, kind: subject.kind.code(), id: subject.id, college, share });
    }
    events.reverse();
    events
}

/// What an event must touch to be listed.
struct Concerns<'a> {
    earlier: &'a State,
    later: &'a State,
    question: &'a Question,
    presets: &'a [PresetId; 2],
    /// Registry positions, rising.
    colleges: &'a [u32],
}

impl Concerns<'_> {
    /// `None`: not listed; `Some(None)`: it concerns the park or everybody.
    fn of(&self, event: &Event) -> Option<Option<CollegeId>> {
        let (state, park) = (self.later, &self.question.park);
        let all = |yes: bool| yes.then_some(None);
        match event {
            Event::SheetActivated(_) | Event::ModelActivated(_) | Event::Clock { .. } | Event::MajorPut(_) => {
                Some(None)
            }
            Event::PresetPut(preset) => all(self.presets.contains(&preset.id)),
            Event::IndustryPut(industry) => {
                let park = |state: &State| state.parks.get(park).is_some_and(|p| p.industries.contains(&industry.id));
                all(park(state) || park(self.earlier))
            }
            Event::OccupationPut(occupation) => {
                let targets = |state: &State| {
                    state.demands_of(park).any(|demand| demand.target == Target::Occupation(occupation.id.clone()))
                };
                all(targets(state) || targets(self.earlier))
            }
            Event::ParkPut(put) => all(put.id == *park),
            Event::ParkClosed(id) => all(id == park),
            Event::DemandPut(demand) => all(demand.park == *park),
            Event::DemandClosed(id) => all(state.demands.entry(id).is_some_and(|entry| entry.value.park == *park)),
            Event::CollegePut(college) => self.college(&college.id),
            Event::CollegeClosed(id) => self.college(id),
            Event::ProgrammePut(programme) => self.college(&programme.college),
            Event::ProgrammeClosed(id) => self.college(&state.programmes.entry(id)?.value.college),
            Event::EngagementPut(engagement) => self.college(&engagement.college),
            // What moves lists then is the next cut.
            Event::RatingSubmitted(_) | Event::RatingRevised(_) | Event::RatingWithdrawn { .. }
                if state.ranks_by_cuts() =>
            {
                None
            }
            Event::CutPublished(_) => all(state.ranks_by_cuts()),
            Event::RatingSubmitted(_) | Event::RatingRevised(_) | Event::RatingWithdrawn { .. } => {
                let engagement = engagement_of(event).and_then(|id| state.engagements.entry(id))?;
                self.college(&engagement.value.college)
            }
            Event::FlagReviewed(review) => self.college(&review.college),
            Event::RelationPut(relation) => self.college(&relation.college),
            Event::RelationClosed(id) => self.college(&state.relations.entry(id)?.value.college),
            Event::EnterprisePut(_) | Event::EnterpriseClosed(_) => None,
            // Kept and adopted what-ifs change no ranking.
            Event::ScenarioPut(_)
            | Event::ScenarioClosed(_)
            | Event::DecisionRecorded(_)
            | Event::ImportRecorded(_)
            | Event::ImportUndone(_)
            | Event::RatingNoted(_)
            | Event::AppealLodged(_)
            | Event::AppealAnswered(_)
            | Event::TicketContacted(_)
            | Event::TicketAnswered(_)
            | Event::FeedbackGiven(_) => None,
        }
    }

    fn college(&self, id: &CollegeId) -> Option<Option<CollegeId>> {
        let at = self.later.colleges.position(id)?;
        self.colleges.binary_search(&at).is_ok().then(|| Some(id.clone()))
    }
}
