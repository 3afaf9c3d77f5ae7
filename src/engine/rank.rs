//! Eligibility, score, order, ties, P(top k): the answer to a question.

use super::cells::{COLLEGE, Cell, Grade, PAIR, college_cells, pair_cells, published_mean};
use super::field::Field;
use super::fit::{Offer, Workspace, fit};
use super::normal::{Threshold, phi};
use super::snapshot::Snapshot;
use super::verify_code;
use crate::domain::{
    AsOf, CollegeRef, Contribution, Criterion, Evidence, Excluded, Explore, Item, N_CRITERIA, Question, Satisfaction,
    Shortlist, Unmet,
};

/// How many exclusions are named in one answer.
const NAMED_EXCLUSIONS: usize = 100;
/// The exploration seat goes to the best upper bound at this many standard deviations (METHODS §5).
const EXPLORE_SDS: f64 = 1.5;

/// A question that names something unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such park.
    Park(String),
    /// No such preset.
    Preset(String),
    /// No such college, or it is not ranked for this question.
    College(String),
}

impl Snapshot {
    /// Answers a question.
    ///
    /// # Errors
    /// [`Refusal`] names the unknown park or preset.
    pub fn shortlist(&self, question: &Question) -> Result<Shortlist, Refusal> {
        Ok(self.listed(question, &self.field(question)?))
    }

    /// The answer to a question whose field is there already.
    pub(super) fn listed(&self, question: &Question, field: &Field<'_>) -> Shortlist {
        let top = usize::from(question.top).min(field.order.len());
        let mut items = self.items(field, top, usize::from(question.top));
        if question.uncertain_weights {
            self.unsettle(field, &mut items);
        }
        let explore = if question.explore && top >= 3 { self.explore(field, top) } else { None };
        let unmet = self.unmet(field, top);
        let excluded = field.excluded.iter().take(NAMED_EXCLUSIONS);
        let excluded = excluded.map(|&(at, reason)| Excluded { college: self.name(at), reason }).collect();
        let mut shortlist = Shortlist {
            park: question.park.clone(),
            park_name: field.park.name.clone(),
            as_of: self.as_of(),
            verify_code: String::new(),
            preset: field.preset.id.clone(),
            sheet: self.state.sheet.version.clone(),
            need_derived: field.items.iter().any(|item| item.derived),
            candidates: field.order.len() as u32,
            items,
            explore,
            excluded,
            excluded_total: field.excluded.len() as u32,
            unmet,
        };
        shortlist.verify_code = verify_code::encode(&self.state, question, &shortlist);
        shortlist
    }

    /// The state it answers from.
    pub fn as_of(&self) -> AsOf {
        AsOf { seq: self.state.seq, at: self.state.at, model: self.state.model.id.clone() }
    }

    pub(super) fn name(&self, at: u32) -> CollegeRef {
        let college = &self.state.colleges.at(at).value;
        CollegeRef { id: college.id.clone(), name: college.name.clone() }
    }

    /// The first `n` of the order as items; P(top k) is over all candidates.
    pub(super) fn items(&self, field: &Field<'_>, n: usize, k: usize) -> Vec<Item> {
        let mean = |place: usize| f64::from(field.score[field.order[place] as usize]) / 1e6;
        let sd = |place: usize| field.sd[field.order[place] as usize];
        let all = 0..field.order.len();
        let mut inverse_sd = all.clone().map(|place| 1.0 / sd(place)).collect();
        let threshold = Threshold::find(&mut all.map(mean).collect(), &mut inverse_sd, k);
        let (mut leader, mut group) = (0, 1);
        let mut work = Workspace::default();
        let mut items = Vec::with_capacity(n);
        for place in 0..n {
            // The leader is better with less than the tie probability: Φ(gap / sd of the gap).
            let gap = (mean(leader) - mean(place)) / (sd(leader).powi(2) + sd(place).powi(2)).sqrt();
            if place > 0 && phi(gap) >= self.state.sheet.tie_probability {
                (leader, group) = (place, group + 1);
            }
            let probability = threshold.probability(mean(place), sd(place));
            items.push(self.item(field, place, group, probability, &mut work));
        }
        items
    }

    fn item(&self, field: &Field<'_>, place: usize, tie_group: u32, probability: f64, work: &mut Workspace) -> Item {
        let at = field.order[place];
        let (contributions, coverage) = self.contributions(field, at, work);
        Item {
            rank: place as u32 + 1,
            tie_group,
            college: self.name(at),
            score: f64::from(field.score[at as usize]) / 1e6,
            score_sd: rounded(field.sd[at as usize]),
            contributions,
            affinity: field.liking.as_ref().map(|liking| liking.of(at)),
            acceptability: None,
            satisfaction: self.satisfaction(at),
            p_top_k: rounded(probability),
            coverage,
        }
    }

    /// The parts of one college's score, in the order of [`Criterion::ALL`], and its coverage.
    pub(super) fn contributions(&self, field: &Field<'_>, at: u32, work: &mut Workspace) -> (Vec<Contribution>, f64) {
        let state = &self.state;
        let college = &state.colleges.at(at).value;
        let offers = &self.offers[at as usize];
        let (pair, found) = pair_cells(&state.sheet, field.park, college, &field.items, offers, work);
        let told = self.told(at);
        let own =
            college_cells(&state.sheet, college, published_mean(state, told.effect), self.columns.years[at as usize]);
        let mut cells = [Cell { raw: None, points: 0, grade: Grade::Prior }; N_CRITERIA];
        PAIR.iter()
            .zip(pair)
            .chain(COLLEGE.iter().zip(own))
            .for_each(|(criterion, cell)| cells[criterion.index()] = cell);
        let derived = field.items.iter().any(|item| item.derived);
        let unrated = told.ratings == 0;
        let part = |criterion: Criterion| {
            let cell = cells[criterion.index()];
            let weight = field.weights[criterion.index()];
            let evidence = match cell.grade {
                Grade::Prior => Evidence::Prior,
                Grade::Implied => Evidence::Implied,
                Grade::Measured if criterion == Criterion::Satisfaction && unrated => Evidence::Prior,
                Grade::Measured if criterion == Criterion::MajorFit && derived => Evidence::Derived,
                Grade::Measured => Evidence::Measured,
            };
            Contribution {
                criterion,
                raw: cell.raw.map(rounded),
                anchored: f64::from(cell.points) / 100.0,
                weight: f64::from(weight) / 100.0,
                points: f64::from(u32::from(weight) * u32::from(cell.points)) / 1e6,
                evidence,
            }
        };
        (Criterion::ALL.map(part).to_vec(), rounded(found.coverage))
    }

    pub(super) fn satisfaction(&self, at: u32) -> Satisfaction {
        let told = self.told(at);
        let (mean, sd) = (self.state.model.mean + told.effect, told.sd);
        let on_scale = |value: f64| rounded(value.clamp(1.0, 5.0));
        Satisfaction {
            mean: on_scale(mean),
            sd: rounded(sd),
            low: on_scale(mean - 1.96 * sd),
            high: on_scale(mean + 1.96 * sd),
            ratings: told.ratings,
            raters: told.raters,
            suppressed: told.suppressed,
            band: told.band,
        }
    }

    fn explore(&self, field: &Field<'_>, top: usize) -> Option<Explore> {
        let mean = |at: u32| f64::from(field.score[at as usize]) / 1e6;
        let upper = |at: u32| mean(at) + EXPLORE_SDS * field.sd[at as usize];
        let (mut best, mut highest) = (None, f64::NEG_INFINITY);
        for &at in &field.order[top..] {
            let upper = upper(at);
            // Equal bounds: the one that came first into the registry.
            if upper > highest || upper == highest && best.is_some_and(|best| at < best) {
                (best, highest) = (Some(at), upper);
            }
        }
        let best = best?;
        let bar = mean(field.order[top - 1]);
        let seat = Explore { college: self.name(best), score: mean(best), upper: rounded(upper(best)) };
        (upper(best) > bar).then_some(seat)
    }

    /// What the first `top` colleges together leave open, by the joint transport of all their programmes.
    fn unmet(&self, field: &Field<'_>, top: usize) -> Vec<Unmet> {
        let of_college = |&at: &u32| self.offers[at as usize].iter().cloned();
        let pooled: Vec<Offer> = field.order[..top].iter().flat_map(of_college).collect();
        let mut work = Workspace::default();
        fit(&self.state.sheet, &field.items, &pooled, &mut work);
        let open = field.items.iter().zip(&work.served).map(|(item, served)| (item, item.headcount - served));
        open.filter(|(_, open)| *open > 1e-9)
            .map(|(item, open)| Unmet { demand: item.name.clone(), headcount: rounded(open), derived: item.derived })
            .collect()
    }
}

/// Six decimals: enough for every reader, and the same text on every machine.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
