//! Which ratings count: those of related parties (关联方) and of blocks whose flag was upheld are shown, and tell nothing.

use super::state::State;
use crate::domain::{CollegeId, Date, EngagementId, EnterpriseId, NotCounted, NotCountedRatings, Rating, RelationId};

impl State {
    /// Why a rating does not count, if it does not.
    pub fn not_counted(&self, rating: &Rating) -> Option<NotCounted> {
        if self.all_count() {
            return None;
        }
        let engagement = self.engagements.get(&rating.engagement)?;
        self.excluded(&engagement.enterprise, &engagement.college, rating.rated_on)
    }

    /// The same for the rating of parties by registry position.
    pub(super) fn counts(&self, (rater, college): (u32, u32), rating: &Rating) -> bool {
        if self.all_count() {
            return true;
        }
        let (rater, college) = (&self.enterprises.at(rater).value.id, &self.colleges.at(college).value.id);
        self.excluded(rater, college, rating.rated_on).is_none()
    }

    /// The live rating of an engagement, if it counts.
    pub(super) fn counted(&self, id: &EngagementId, parties: (u32, u32)) -> Option<&Rating> {
        self.ratings.get(id).filter(|rating| self.counts(parties, rating))
    }

    /// Whether nothing keeps any rating from counting; asked first, for it nearly always is so.
    fn all_count(&self) -> bool {
        self.relations.is_empty() && self.flag_reviews.is_empty()
    }

    fn excluded(&self, enterprise: &EnterpriseId, college: &CollegeId, day: Date) -> Option<NotCounted> {
        if self.are_related(enterprise, college, day) {
            return Some(NotCounted::RelatedParty);
        }
        self.is_upheld(enterprise, college, day).then_some(NotCounted::FlagUpheld)
    }

    /// Whether an enterprise and a college are related parties on a day.
    pub fn are_related(&self, enterprise: &EnterpriseId, college: &CollegeId, day: Date) -> bool {
        let from = (enterprise.clone(), college.clone(), super::state::lowest::<RelationId>());
        let pair = self.relations_of.range(from..).take_while(|(e, c, _)| (e, c) == (enterprise, college));
        pair.filter_map(|(_, _, id)| self.relations.get(id)).any(|relation| relation.holds(day))
    }

    /// How many live ratings of a college do not count, and why.
    pub(super) fn uncounted_of(&self, college: &CollegeId) -> NotCountedRatings {
        let mut found = NotCountedRatings::default();
        if self.all_count() {
            return found;
        }
        let ratings = self.engagements_of(college).filter_map(|engagement| self.ratings.get(&engagement.id));
        for reason in ratings.filter_map(|rating| self.not_counted(rating)) {
            match reason {
                NotCounted::RelatedParty => found.related_party += 1,
                NotCounted::FlagUpheld => found.flag_upheld += 1,
            }
        }
        found
    }
}
