//! Why a college stands where it stands.

use super::rank::{Refusal, rounded};
use super::satisfaction::contributions;
use super::sentence::sentence;
use super::snapshot::Snapshot;
use crate::domain::{CollegeId, Counterfactual, Evidence, Explanation, Question, RatingContribution, Reason};

/// Ratings listed in one explanation.
const LISTED_RATINGS: usize = 100;

impl Snapshot {
    /// Explains the rank a college gets for a question, rating by rating.
    ///
    /// # Errors
    /// [`Refusal`] names the unknown park or preset, or the college that is not ranked.
    pub fn explanation(&self, question: &Question, id: &CollegeId) -> Result<Explanation, Refusal> {
        self.explained(question, id, true)
    }

    /// The same without single ratings: what all may be told but the operator, and much sooner.
    ///
    /// # Errors
    /// As [`Self::explanation`].
    pub fn explanation_in_groups(&self, question: &Question, id: &CollegeId) -> Result<Explanation, Refusal> {
        self.explained(question, id, false)
    }

    fn explained(&self, question: &Question, id: &CollegeId, one_by_one: bool) -> Result<Explanation, Refusal> {
        let unranked = || Refusal::College(id.to_string());
        let at = self.state.colleges.position(id).ok_or_else(unranked)?;
        // The whole order, so that any rank can be explained.
        let field = self.field(&Question { top: u16::MAX, ..question.clone() })?;
        let place = field.order.iter().position(|&other| other == at).ok_or_else(unranked)?;
        let items = self.items(&field, place + 1, usize::from(question.top));
        let above = place.checked_sub(1).map(|above| items[above].score);
        let item = items.into_iter().nth(place).ok_or_else(unranked)?;
        let sheet = &self.state.sheet;
        let mut reasons: Vec<Reason> = item
            .contributions
            .iter()
            .filter(|part| part.evidence != Evidence::Prior)
            .map(|part| Reason {
                criterion: part.criterion,
                gain: rounded(part.points - part.weight * sheet.of(part.criterion).prior / 100.0),
            })
            .collect();
        reasons.sort_by(|a, b| b.gain.total_cmp(&a.gain).then(a.criterion.cmp(&b.criterion)));
        let weakness = reasons.last().filter(|reason| reason.gain < 0.0).cloned();
        let strengths: Vec<Reason> = reasons.into_iter().filter(|reason| reason.gain > 0.0).take(3).collect();
        let sentence = sentence(sheet, &item, &strengths, weakness.as_ref());
        let overtake = above.map(|above| self.overtake(&item, above)).unwrap_or_default();
        let edge_place = self.edges.place_of(at);
        let told = self.told(at);
        let prior = self.edges.prior_of(edge_place);
        // What was published has no shares of single ratings.
        let (shares, sd_exact) = if told.is_posterior() {
            let (shares, variance) = contributions(&self.edges, &self.state.model, edge_place);
            (shares, variance.sqrt())
        } else {
            (Vec::new(), told.sd)
        };
        let of = |own: bool| shares.iter().filter(move |share| share.own == own).map(|share| share.share);
        // A sum of nothing is -0.0.
        let sum = |own: bool| of(own).sum::<f64>() + 0.0;
        let (mut own, other) = (sum(true), sum(false));
        let of_college: Vec<_> = shares.iter().filter(|share| share.own).collect();
        let (groups, aspects) = if told.is_posterior() {
            (self.rating_groups(&of_college), self.aspects_told(&of_college, self.aspects(at)))
        } else if told.band.is_some() {
            own = told.effect - prior;
            self.published_groups(id, own)
        } else {
            Default::default()
        };
        let mut ratings: Vec<RatingContribution> = of_college
            .iter()
            .filter(|_| one_by_one)
            .filter_map(|share| {
                let engagement = &self.state.engagements.at(share.engagement).value.id;
                let (rating, engagement) = (Some(self.state.ratings.get(engagement)?.id), Some(engagement.clone()));
                let (score, contribution) = (rounded(share.score), share.share);
                Some(RatingContribution { rating, engagement, score, contribution, without: None })
            })
            .collect();
        ratings.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()).then(a.rating.cmp(&b.rating)));
        ratings.truncate(LISTED_RATINGS);
        self.leave_out(&field, at, item.score, &mut ratings);
        Ok(Explanation {
            park: question.park.clone(),
            as_of: self.as_of(),
            preset: field.preset.id.clone(),
            item,
            sentence,
            strengths,
            weakness,
            overtake,
            effect: told.effect,
            sd_exact,
            own,
            other,
            prior,
            published_on: self.state.published_on(id),
            aspects,
            groups,
            ratings,
            not_counted: self.state.uncounted_of(id),
        })
    }

    /// A college's rank in the whole order; `None` if it is not ranked.
    ///
    /// # Errors
    /// [`Refusal`] for an unknown park or preset.
    pub fn rank_of(&self, question: &Question, college: &CollegeId) -> Result<Option<u32>, Refusal> {
        let field = self.field(&Question { top: u16::MAX, ..question.clone() })?;
        let place = self.state.colleges.position(college).and_then(|at| field.order.iter().position(|&one| one == at));
        Ok(place.map(|place| place as u32 + 1))
    }

    /// Single changes that would lift an item above `above`.
    pub(super) fn overtake(&self, item: &crate::domain::Item, above: f64) -> Vec<Counterfactual> {
        let change = |part: &crate::domain::Contribution| {
            if part.weight <= 0.0 {
                return None;
            }
            // One hundredth of a point beyond equality decides.
            let needed = part.anchored + (above - item.score) * 100.0 / part.weight + 0.01;
            (needed <= 100.0).then(|| Counterfactual {
                criterion: part.criterion,
                anchored: part.anchored,
                anchored_needed: (needed * 100.0).ceil() / 100.0,
                raw_needed: self.state.sheet.of(part.criterion).raw_of(needed).map(rounded),
            })
        };
        item.contributions.iter().filter_map(change).collect()
    }
}
