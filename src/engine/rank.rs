//! Eligibility, score, order, ties, P(top k): the answer to a question.

use std::borrow::Cow;

use super::cells::{COLLEGE, Cell, Grade, PAIR, college_cells, kilometres, pair_cells, published_mean};
use super::columns::Standing;
use super::fit::{NeedItem, Offer, Workspace, fit, need_items};
use super::normal::{Threshold, phi};
use super::rows::{Row, TILE};
use super::snapshot::Snapshot;
use super::verify_code;
use crate::domain::{
    AsOf, CollegeRef, Contribution, Criterion, DemandKind, Evidence, Excluded, ExcludedReason, Explore, Item,
    N_CRITERIA, Park, Preset, Question, Satisfaction, Shortlist, Unmet, Weights,
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

/// All candidates of a question with their scores.
pub(super) struct Field<'a> {
    pub(super) park: &'a Park,
    pub(super) preset: &'a Preset,
    pub(super) items: Cow<'a, [NeedItem]>,
    /// Registry positions, best first up to `sorted`.
    pub(super) order: Vec<u32>,
    /// Score in millionths of a point, by registry position.
    score: Vec<u32>,
    /// Standard deviation of the score, by registry position.
    sd: Vec<f64>,
    excluded: Vec<(u32, ExcludedReason)>,
}

impl Snapshot {
    /// Answers a question.
    ///
    /// # Errors
    /// [`Refusal`] names the unknown park or preset.
    pub fn shortlist(&self, question: &Question) -> Result<Shortlist, Refusal> {
        let field = self.field(question)?;
        let top = usize::from(question.top).min(field.order.len());
        let items = self.items(&field, top, usize::from(question.top));
        let explore = if question.explore && top >= 3 { self.explore(&field, top) } else { None };
        let unmet = self.unmet(&field, top);
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
        Ok(shortlist)
    }

    pub(super) fn as_of(&self) -> AsOf {
        AsOf { seq: self.state.seq, at: self.state.at, model: self.state.model.id.clone() }
    }

    /// Filters and scores all colleges.
    pub(super) fn field(&self, question: &Question) -> Result<Field<'_>, Refusal> {
        let state = &self.state;
        let unknown_park = || Refusal::Park(question.park.to_string());
        let park = state.parks.get(&question.park).ok_or_else(unknown_park)?;
        let preset_id = question.preset.clone().unwrap_or_else(|| park.stage.preset());
        let preset = state.presets.get(&preset_id).ok_or_else(|| Refusal::Preset(preset_id.to_string()))?;
        let at = state.parks.position(&park.id).ok_or_else(unknown_park)? as usize;
        let (own, items);
        let row = if question.kind.is_some() {
            items = Cow::Owned(need_items(state, &park.id, question.kind));
            own = Row::build(state, park, &items, &self.offers, &mut Workspace::default());
            &own
        } else {
            items = Cow::Borrowed(&*self.needs[at]);
            &*self.rows[at]
        };
        let score = self.scores(row, &preset.weights);
        let sd = self.score_sds(row, &preset.weights);
        let (mut keys, mut excluded) = (Vec::with_capacity(score.len()), Vec::new());
        for (at, &standing) in (0_u32..).zip(&self.columns.standing) {
            // Best first, then by id: one number to compare.
            let key = u64::from(!score[at as usize]) << 32 | self.edges.place_of(at) as u64;
            match standing {
                Standing::Closed => {}
                Standing::Excluded(reason) => excluded.push((key, reason)),
                _ => match self.exclusion(park, question, row, at, standing) {
                    Some(reason) => excluded.push((key, reason)),
                    None => keys.push(key),
                },
            }
        }
        let top = usize::from(question.top);
        if top < keys.len() {
            keys.select_nth_unstable(top);
            keys[..top].sort_unstable();
        } else {
            keys.sort_unstable();
        }
        excluded.sort_unstable_by_key(|&(key, _)| key);
        let college = |key: u64| self.edges.at_place(key as u32);
        let order = keys.iter().map(|&key| college(key)).collect();
        let excluded = excluded.into_iter().map(|(key, reason)| (college(key), reason)).collect();
        Ok(Field { park, preset, items, order, score, sd, excluded })
    }

    /// `Σ weight × points` of every college, in millionths of a point.
    fn scores(&self, row: &Row, weights: &Weights) -> Vec<u32> {
        let weight = |criterion: &Criterion| u32::from(weights.hundredths()[criterion.index()]);
        let (pair, college) = (PAIR.each_ref().map(weight), COLLEGE.each_ref().map(weight));
        let mut score = Vec::with_capacity(row.tiles.len() * TILE);
        for (t, tile) in row.tiles.iter().enumerate() {
            let mut sums = [0_u32; TILE];
            for (weight, points) in pair.iter().zip(&tile.points) {
                sums.iter_mut().zip(points).for_each(|(sum, &p)| *sum += weight * u32::from(p));
            }
            for (weight, points) in college.iter().zip(&self.columns.points) {
                let points = &points[t * TILE..(t + 1) * TILE];
                sums.iter_mut().zip(points).for_each(|(sum, &p)| *sum += weight * u32::from(p));
            }
            score.extend_from_slice(&sums);
        }
        score
    }

    /// Independent criteria: `sd² = Σ w² sd_j²`, by table over the grade bits.
    fn score_sds(&self, row: &Row, weights: &Weights) -> Vec<f64> {
        let sheet = &self.state.sheet;
        let share = |criterion: Criterion| f64::from(weights.hundredths()[criterion.index()]) / 1e4;
        let part = |criterion: Criterion, sd: f64| (share(criterion) * sd).powi(2);
        let table = |criteria: &[Criterion; 6]| -> Vec<f64> {
            (0..256_usize)
                .map(|flags| {
                    let parts = criteria.iter().enumerate().map(|(j, &criterion)| {
                        let of = sheet.of(criterion);
                        let implied = criterion == Criterion::MajorFit && flags >> 6 & 1 == 1;
                        let sd = match (flags >> j & 1 == 1, implied) {
                            (true, _) => of.sd_prior,
                            (false, true) => of.sd_implied,
                            (false, false) => of.sd_measured,
                        };
                        part(criterion, sd)
                    });
                    parts.sum()
                })
                .collect()
        };
        let (pair, college) = (table(&PAIR), table(&COLLEGE));
        let satisfaction = share(Criterion::Satisfaction);
        let by_college = self.columns.flags.iter().zip(&self.columns.satisfaction_sd);
        row.tiles
            .iter()
            .flat_map(|tile| &tile.flags)
            .zip(by_college)
            .map(|(&p, (&c, &sd))| {
                let known = pair[usize::from(p)] + college[usize::from(c)];
                (known + (satisfaction * sd).powi(2)).sqrt().max(1e-6)
            })
            .collect()
    }

    fn exclusion(
        &self,
        park: &Park,
        question: &Question,
        row: &Row,
        at: u32,
        standing: Standing,
    ) -> Option<ExcludedReason> {
        let college = || &self.state.colleges.at(at).value;
        if standing == Standing::Declines && college().declined_parks.binary_search(&park.id).is_ok() {
            return Some(ExcludedReason::Declined);
        }
        if !question.exclude.is_empty() && question.exclude.binary_search(&college().id).is_ok() {
            return Some(ExcludedReason::ExcludedByQuestion);
        }
        if question.kind == Some(DemandKind::Intern) && row.flags(at) >> 7 == 1 {
            return Some(ExcludedReason::MajorGroupMismatch);
        }
        let (max_km, college) = (question.max_km?, college());
        let too_far = kilometres(park, college).is_none_or(|km| km > f64::from(max_km));
        too_far.then_some(ExcludedReason::TooFar)
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
            satisfaction: self.satisfaction(at),
            p_top_k: rounded(probability),
            coverage,
        }
    }

    /// The parts of one college's score, in the order of [`Criterion::ALL`], and its coverage.
    fn contributions(&self, field: &Field<'_>, at: u32, work: &mut Workspace) -> (Vec<Contribution>, f64) {
        let state = &self.state;
        let college = &state.colleges.at(at).value;
        let offers = &self.offers[at as usize];
        let (pair, found) = pair_cells(&state.sheet, field.park, college, &field.items, offers, work);
        let effect = self.posterior.effect[self.edges.place_of(at)];
        let own = college_cells(state, college, published_mean(state, effect));
        let mut cells = [Cell { raw: None, points: 0, grade: Grade::Prior }; N_CRITERIA];
        PAIR.iter()
            .zip(pair)
            .chain(COLLEGE.iter().zip(own))
            .for_each(|(criterion, cell)| cells[criterion.index()] = cell);
        let derived = field.items.iter().any(|item| item.derived);
        let unrated = self.posterior.ratings[self.edges.place_of(at)] == 0;
        let part = |criterion: Criterion| {
            let cell = cells[criterion.index()];
            let weight = field.preset.weights.hundredths()[criterion.index()];
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

    fn satisfaction(&self, at: u32) -> Satisfaction {
        let place = self.edges.place_of(at);
        let (mean, sd) = (self.state.model.mean + self.posterior.effect[place], self.posterior.sd[place]);
        let on_scale = |value: f64| rounded(value.clamp(1.0, 5.0));
        Satisfaction {
            mean: on_scale(mean),
            sd: rounded(sd),
            low: on_scale(mean - 1.96 * sd),
            high: on_scale(mean + 1.96 * sd),
            ratings: self.posterior.ratings[place],
            raters: self.posterior.raters[place],
        }
    }

    fn explore(&self, field: &Field<'_>, top: usize) -> Option<Explore> {
        let mean = |at: u32| f64::from(field.score[at as usize]) / 1e6;
        let upper = |at: u32| mean(at) + EXPLORE_SDS * field.sd[at as usize];
        let rest = field.order[top..].iter().copied();
        let best = rest.max_by(|&a, &b| upper(a).total_cmp(&upper(b)).then(b.cmp(&a)))?;
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
