//! A college's ratings in groups of enterprises: what is told of their shares instead of each rating's.
//!
//! The groups are a function of the ratings alone, not of the question: asking of another park, preset or filter gives the same
//! ones, and no two answers at one seq can be subtracted to leave less than a group.

use std::collections::{BTreeMap, BTreeSet};

use super::satisfaction::Share;
use super::snapshot::Snapshot;
use crate::domain::{
    Aspect, AspectCut, AspectMean, CollegeId, Date, LEAST_ENTERPRISES, RaterBand, Rating, RatingGroup,
};

/// Groups told at most.
const MOST: usize = 4;

impl Snapshot {
    fn rating_at(&self, engagement: u32) -> Option<&Rating> {
        self.state.ratings.get(&self.state.engagements.at(engagement).value.id)
    }

    /// Enterprises of the shares that say something in answer to a question.
    fn answered(&self, own: &[&Share], question: impl Fn(&Rating) -> bool) -> usize {
        let answered = own.iter().filter(|share| self.rating_at(share.engagement).is_some_and(&question));
        let who: BTreeSet<u32> = answered.filter_map(|share| Some(self.state.parties(share.engagement)?.0)).collect();
        who.len()
    }

    /// The aspects of which enough enterprises spoke, and of all together enough gave their overall impression: else the two
    /// could be subtracted.
    pub(super) fn aspects_told(&self, own: &[&Share], aspects: Vec<AspectMean>) -> Vec<AspectMean> {
        let answers = |aspect: Aspect| self.answered(own, |rating| aspect.of(&rating.marks).get().is_some());
        let overall = self.answered(own, |rating| rating.marks.overall.get().is_some()) >= LEAST_ENTERPRISES;
        aspects.into_iter().filter(|one| overall && answers(one.aspect) >= LEAST_ENTERPRISES).collect()
    }

    /// What was published of a college: all its enterprises as one group, whose share in the effect is `own`, and the aspects.
    pub(super) fn published_groups(&self, college: &CollegeId, own: f64) -> (Vec<RatingGroup>, Vec<AspectMean>) {
        let Some((on, cut)) = self.state.cuts.told(college) else { return Default::default() };
        let group = RatingGroup { enterprises: cut.raters, from: on.month(), to: on.month(), contribution: own };
        let ratings = cut.raters.words().1;
        let aspect = |one: &AspectCut| AspectMean { aspect: one.aspect, mean: one.mean, ratings };
        (vec![group], cut.aspects.iter().map(aspect).collect())
    }

    /// The shares by enterprise, cut into groups of at least three that gave their overall impression, in the order in which
    /// they rated the college last; none if there are fewer.
    pub(super) fn rating_groups(&self, own: &[&Share]) -> Vec<RatingGroup> {
        #[derive(Default)]
        struct Firm {
            last: Date,
            overall: bool,
            share: f64,
        }
        let mut firms: BTreeMap<u32, Firm> = BTreeMap::new();
        for share in own {
            let (Some((rater, _)), Some(rating)) =
                (self.state.parties(share.engagement), self.rating_at(share.engagement))
            else {
                continue;
            };
            let firm = firms.entry(rater).or_default();
            firm.last = firm.last.max(rating.rated_on);
            firm.overall |= rating.marks.overall.get().is_some();
            firm.share += share.share;
        }
        let mut firms: Vec<(u32, Firm)> = firms.into_iter().collect();
        firms.sort_by_key(|(rater, firm)| (firm.last, *rater));
        let speaking = firms.iter().filter(|(_, firm)| firm.overall).count();
        if speaking < LEAST_ENTERPRISES {
            return Vec::new();
        }
        let groups = (speaking / LEAST_ENTERPRISES).clamp(1, MOST);
        let mut told: Vec<(usize, RatingGroup)> = Vec::with_capacity(groups);
        let mut spoken = 0;
        for (_, firm) in &firms {
            // The n-th of those who speak belongs to the group that its share of them falls into.
            let at = (spoken * groups / speaking).min(groups - 1);
            spoken += usize::from(firm.overall);
            if told.len() <= at {
                let (from, to) = (firm.last.month(), firm.last.month());
                told.push((0, RatingGroup { enterprises: RaterBand::Few, from, to, contribution: 0.0 }));
            }
            let (n, group) = &mut told[at];
            *n += 1;
            group.to = firm.last.month();
            group.contribution += firm.share;
        }
        let banded = |(n, group): (usize, RatingGroup)| RatingGroup {
            enterprises: RaterBand::of(n).unwrap_or(RaterBand::Few),
            ..group
        };
        told.into_iter().map(banded).collect()
    }
}
