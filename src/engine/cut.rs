//! What is published of satisfaction, and when it may move.
//!
//! A figure moves only if at least three enterprises gave a *new* answer to its question since it was published last. Every
//! published figure then holds at least three answers that stand in no earlier one, so no linear combination of what was ever
//! published has fewer than three enterprises in it: the latest figure of the combination brings three of its own (P20). A
//! withdrawal is no new answer. The mean is counted by who answered the overall question, which no aspect's figure holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use super::cells::published_mean;
use super::satisfaction::OwnRating;
use super::snapshot::Snapshot;
use super::state::State;
use crate::domain::{
    Aspect, AspectCut, CUT_DAYS, CollegeCut, CollegeId, Cut, Date, Event, LEAST_ENTERPRISES, Mark, Marks, Model,
    RanksBy, RaterBand, Rating,
};

/// A figure rests on no enterprise by more than this share of its weight.
const LARGEST_SHARE: f64 = 0.5;

/// What was published, and which answers are new since.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Cuts {
    /// The day of the last cut.
    pub last: Option<Date>,
    /// The newest figures of each college, and the day of their cut.
    told: OrdMap<CollegeId, (Date, CollegeCut)>,
    /// New answers by the positions of college and engagement: bit 0 overall, bits 1–4 the aspects.
    fresh: OrdMap<(u32, u32), u8>,
}

/// The questions of the form: the overall one, then the aspects.
fn answers(marks: &Marks) -> [Mark; 5] {
    let [supply, skill, stay, help] = Aspect::ALL.map(|aspect| aspect.of(marks));
    [marks.overall, supply, skill, stay, help]
}

impl Cuts {
    /// Whether a cut may follow on a day: a week after the last one.
    pub fn may_follow(&self, on: Date) -> bool {
        self.last.is_none_or(|last| on.days() >= last.days() + CUT_DAYS)
    }

    /// What a college was told last, and when.
    pub fn told(&self, college: &CollegeId) -> Option<&(Date, CollegeCut)> {
        self.told.get(college)
    }

    /// Notes the answers that `after` gives about a college and `before`, the rating it replaces, did not.
    pub(super) fn note(&mut self, college: u32, engagement: u32, before: Option<&Marks>, after: &Marks) {
        let before = before.map(answers);
        let mut bits = 0;
        for (at, mark) in answers(after).into_iter().enumerate() {
            if mark.get().is_some() && before.is_none_or(|before| before[at] != mark) {
                bits |= 1 << at;
            }
        }
        if bits != 0 {
            *self.fresh.entry((college, engagement)).or_insert(0) |= bits;
        }
    }

    /// Takes a cut in; `position` gives a college's position, `held` says which engagements' ratings were held back from it.
    pub(super) fn publish(
        &mut self,
        cut: &Cut,
        position: impl Fn(&CollegeId) -> Option<u32>,
        held: impl Fn(u32) -> bool,
    ) {
        self.last = Some(cut.on);
        for new in &cut.colleges {
            let mut entry = new.clone();
            let known = self.told.get(&new.college).map(|(_, known)| known.aspects.clone()).unwrap_or_default();
            entry
                .aspects
                .extend(known.into_iter().filter(|old| new.aspects.iter().all(|one| one.aspect != old.aspect)));
            entry.aspects.sort_by_key(|one| one.aspect as u8);
            self.told.insert(new.college.clone(), (cut.on, entry));
            let Some(college) = position(&new.college) else { continue };
            let told = new.aspects.iter().fold(1, |bits, one| bits | 2 << (one.aspect as u8));
            let given: Vec<(u32, u8)> = self.fresh_of(college).filter(|(engagement, _)| !held(*engagement)).collect();
            for (engagement, bits) in given {
                let left = bits & !told;
                if left == 0 {
                    self.fresh.remove(&(college, engagement));
                } else {
                    self.fresh.insert((college, engagement), left);
                }
            }
        }
    }

    /// Engagements with new answers about a college.
    fn fresh_of(&self, college: u32) -> impl Iterator<Item = (u32, u8)> + '_ {
        let of = self.fresh.range((college, 0)..).take_while(move |((of, _), _)| *of == college);
        of.map(|((_, engagement), bits)| (*engagement, *bits))
    }

    /// Colleges with so many new overall answers that their figures may move, rising positions.
    fn due(&self) -> Vec<u32> {
        let mut answers: BTreeMap<u32, usize> = BTreeMap::new();
        for ((college, _), _) in self.fresh.iter().filter(|(_, bits)| **bits & 1 == 1) {
            *answers.entry(*college).or_default() += 1;
        }
        answers.into_iter().filter(|(_, n)| *n >= LEAST_ENTERPRISES).map(|(college, _)| college).collect()
    }
}

/// Whether a rating may be in a cut made on this day: it is of a day that is over, counts, and is no longer sealed. Ratings
/// that are not yet to be shown to the college are held back here, and nowhere else.
pub fn may_be_published(state: &State, rating: &Rating, on: Date) -> bool {
    rating.rated_on < on && !state.is_sealed(&rating.engagement, on) && state.not_counted(rating).is_none()
}

impl Snapshot {
    /// The cut that is due on a day; `None` if it is too early, or if there was none yet and there is nothing to tell. Later
    /// cuts come whether or not there is something to tell: then their days tell nothing.
    pub fn cut_due(&self, on: Date) -> Option<Cut> {
        if !self.state.cuts.may_follow(on) {
            return None;
        }
        let cut = self.cut(on);
        (self.state.cuts.last.is_some() || !cut.colleges.is_empty()).then_some(cut)
    }

    /// The figures of every college of which enough enterprises gave new answers before the day.
    fn cut(&self, on: Date) -> Cut {
        let due = self.state.cuts.due();
        if due.is_empty() {
            return Cut { on, colleges: Vec::new() };
        }
        // What is held back counts for nothing in it: as if it had not been given.
        let state = &self.state;
        let held: Vec<Event> = state
            .ratings
            .iter()
            .filter(|(_, entry)| !entry.closed && !may_be_published(state, &entry.value, on))
            .map(|(_, entry)| &entry.value)
            .map(|rating| Event::RatingWithdrawn { id: rating.id, engagement: rating.engagement.clone() })
            .collect();
        let open = if held.is_empty() {
            self.clone()
        } else {
            let mut state = self.state.clone();
            let (seq, at) = (state.seq, state.at);
            let changes: Vec<_> = held.iter().map(|event| state.apply(seq, at, event)).collect();
            self.advance(state, &changes)
        };
        let mut colleges: Vec<CollegeCut> = open.college_cuts(&due);
        colleges.sort_by(|a, b| a.college.cmp(&b.college));
        Cut { on, colleges }
    }

    fn college_cuts(&self, due: &[u32]) -> Vec<CollegeCut> {
        let places: Vec<usize> = due.iter().map(|&at| self.edges.place_of(at)).collect();
        let own = self.posterior.own_ratings_of(&self.edges, &self.state.model, &places);
        due.iter().zip(own).filter_map(|(&at, own)| self.college_cut(at, &own)).collect()
    }

    fn college_cut(&self, at: u32, own: &[OwnRating]) -> Option<CollegeCut> {
        let entry = self.state.colleges.at(at);
        let fresh: BTreeMap<u32, u8> = self.state.cuts.fresh_of(at).collect();
        let marks = |one: &OwnRating| {
            let id = &self.state.engagements.at(one.engagement).value.id;
            self.state.ratings.get(id).map(|rating| answers(&rating.marks))
        };
        // Enterprises that answer a question: all, and those whose answer is new.
        let who = |question: usize| {
            let (mut all, mut new) = (BTreeSet::new(), BTreeSet::new());
            for one in own.iter().filter(|one| marks(one).is_some_and(|marks| marks[question].get().is_some())) {
                all.insert(one.rater);
                if fresh.get(&one.engagement).is_some_and(|bits| bits >> question & 1 == 1) {
                    new.insert(one.rater);
                }
            }
            (all.len(), new.len())
        };
        let enough = |question: usize| {
            let (all, new) = who(question);
            all.min(new) >= LEAST_ENTERPRISES
        };
        if entry.closed || !enough(0) || largest_share(own) > LARGEST_SHARE {
            return None;
        }
        let raters: BTreeSet<u32> = own.iter().map(|one| one.rater).collect();
        let means = self.aspects_of(at, own);
        let aspects = means.iter().filter(|one| enough(1 + one.aspect as usize));
        Some(CollegeCut {
            college: entry.value.id.clone(),
            mean: tenth(published_mean(&self.state, self.posterior.effect[self.edges.place_of(at)])),
            raters: RaterBand::of(raters.len())?,
            aspects: aspects.map(|one| AspectCut { aspect: one.aspect, mean: tenth(one.mean) }).collect(),
        })
    }

    /// The same snapshot as colleges may know it: every college's satisfaction is what was published of it, or the prior. No
    /// rating moves it before the next cut.
    #[must_use]
    pub fn as_published(&self) -> Self {
        let mut next = self.clone();
        next.state.model = Model { ranks_by: RanksBy::Published, ..Model::clone(&self.state.model) }.into();
        Arc::make_mut(&mut next.columns).rate(&next.state, &next.posterior, &next.edges);
        next
    }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The largest part of a college's weight that one enterprise has.
fn largest_share(own: &[OwnRating]) -> f64 {
    let mut weights: BTreeMap<u32, f64> = BTreeMap::new();
    for one in own {
        *weights.entry(one.rater).or_default() += one.weight;
    }
    let (sum, largest) = weights.values().fold((0.0_f64, 0.0_f64), |(sum, most), w| (sum + w, most.max(*w)));
    if sum > 0.0 { largest / sum } else { 1.0 }
}
