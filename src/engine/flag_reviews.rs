//! What supervisors decided of flagged blocks: which ratings it takes out, and which blocks it keeps from being weighed down.

use serde::{Deserialize, Serialize};

use super::registry::Keyed;
use super::satisfaction::{BlockOf, fortnight_of};
use super::state::{Changed, State, lowest};
use crate::domain::{
    Appeal, AppealAnswer, AppealId, CollegeId, Date, EnterpriseId, FlagReview, FlagReviewId, ReviewedBlock, Verdict,
};

/// An appeal and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppealCase {
    /// The appeal.
    pub appeal: Appeal,
    /// The answer, once there is one.
    pub answer: Option<AppealAnswer>,
}

impl Keyed for AppealCase {
    type Id = AppealId;
    fn key(&self) -> &AppealId {
        &self.appeal.id
    }
}

impl State {
    /// The decisions on a college's blocks, by id.
    pub fn reviews_of<'a>(&'a self, college: &'a CollegeId) -> impl Iterator<Item = &'a FlagReview> + 'a {
        let from = (college.clone(), lowest::<FlagReviewId>());
        let own = self.flag_reviews_of.range(from..).take_while(move |(c, _)| c == college);
        own.filter_map(|(_, id)| self.flag_reviews.get(id))
    }

    /// Whether a rating lies in a block whose flag was upheld.
    pub(super) fn is_upheld(&self, enterprise: &EnterpriseId, college: &CollegeId, day: Date) -> bool {
        self.reviews_of(college).any(|review| {
            let meant = review.verdict == Verdict::Upheld && day <= review.decided_on;
            meant
                && match &review.block {
                    ReviewedBlock::Park(park) => {
                        self.enterprises.entry(enterprise).is_some_and(|known| known.value.park == *park)
                    }
                    ReviewedBlock::Fortnight(from) => fortnight_of(day) == fortnight_of(*from),
                }
        })
    }

    /// The blocks of a college whose flag was dismissed, each with the fortnight of the decision.
    pub(super) fn dismissed_of(&self, college: &CollegeId) -> Vec<(BlockOf, i16)> {
        if self.flag_reviews.is_empty() {
            return Vec::new();
        }
        let dismissed = self.reviews_of(college).filter(|review| review.verdict == Verdict::Dismissed);
        let named = dismissed.filter_map(|review| {
            let block = match &review.block {
                ReviewedBlock::Park(park) => BlockOf::Park(Some(self.parks.position(park)?)),
                ReviewedBlock::Fortnight(from) => BlockOf::Fortnight(fortnight_of(*from)),
            };
            Some((block, fortnight_of(review.decided_on)))
        });
        named.collect()
    }

    pub(super) fn put_flag_review(&mut self, review: &FlagReview) -> Changed {
        if let Some(old) = self.flag_reviews.put(review.clone()).1 {
            self.flag_reviews_of.remove(&(old.college, old.id));
        }
        self.flag_reviews_of.insert((review.college.clone(), review.id.clone()));
        Changed::Counted
    }

    pub(super) fn answer_appeal(&mut self, answer: &AppealAnswer) -> Changed {
        if let Some(known) = self.appeals.get(&answer.appeal) {
            self.appeals.put(AppealCase { answer: Some(answer.clone()), ..known.clone() });
        }
        Changed::Nothing
    }
}
