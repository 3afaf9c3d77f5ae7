//! What one or two enterprises said of a college between two states, taken back: a comparison of the two that held it would tell
//! how they rated.

use std::collections::{BTreeMap, BTreeSet};

use super::state::State;
use crate::domain::{CollegeId, EngagementId, Event, LEAST_ENTERPRISES};

/// The engagement whose rating an event changes, or that it moves with its rating.
pub fn rated_by(event: &Event) -> Option<&EngagementId> {
    match event {
        Event::RatingSubmitted(rating) | Event::RatingRevised(rating) => Some(&rating.engagement),
        Event::RatingWithdrawn { engagement, .. } => Some(engagement),
        Event::EngagementPut(engagement) => Some(&engagement.id),
        _ => None,
    }
}

impl State {
    /// Gives the ratings of colleges of which fewer than three enterprises said something new since `before` back what they
    /// were then. `touched`: the engagements of [`rated_by`] in between. The colleges.
    pub fn take_back_lone(&mut self, before: &Self, touched: &BTreeSet<EngagementId>) -> BTreeSet<CollegeId> {
        let mut found = BTreeSet::new();
        // What moved from one college to another is taken back at both, which may leave too few elsewhere.
        loop {
            let mut of: BTreeMap<u32, (BTreeSet<u32>, Vec<&EngagementId>)> = BTreeMap::new();
            for id in touched {
                let Some(at) = self.engagements.position(id) else { continue };
                let (was, is) = (before.ratings.get(id), self.ratings.get(id));
                let (from, to) = (before.engagements.position(id).and_then(|at| before.parties(at)), self.parties(at));
                let said = |rating: &crate::domain::Rating| (rating.marks, rating.rated_on);
                if was.map(said) == is.map(said) && (from == to || is.is_none()) {
                    continue;
                }
                let parties = [from.filter(|_| was.is_some()), to.filter(|_| is.is_some())];
                for (enterprise, college) in parties.into_iter().flatten() {
                    let (enterprises, engagements) = of.entry(college).or_default();
                    enterprises.insert(enterprise);
                    engagements.push(id);
                }
            }
            let lone: Vec<_> = of.into_iter().filter(|(_, (who, _))| who.len() < LEAST_ENTERPRISES).collect();
            if lone.is_empty() {
                return found;
            }
            for (college, (_, engagements)) in lone {
                found.insert(self.colleges.at(college).value.id.clone());
                engagements.into_iter().for_each(|id| self.take_back(before, id));
            }
        }
    }

    fn take_back(&mut self, before: &Self, id: &EngagementId) {
        let (seq, at) = (self.seq, self.at);
        if let Some(then) = before.engagements.entry(id).filter(|then| self.engagements.get(id) != Some(&then.value)) {
            self.apply(seq, at, &Event::EngagementPut(then.value.clone()));
        }
        let event = match (before.ratings.get(id), self.ratings.get(id)) {
            (Some(then), _) => Event::RatingSubmitted(then.clone()),
            (None, Some(now)) => Event::RatingWithdrawn { id: now.id, engagement: id.clone() },
            (None, None) => return,
        };
        self.apply(seq, at, &event);
    }
}
