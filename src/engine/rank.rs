//! Eligibility, score, order, ties, P(top k): the answer to a question.

use super::columns::{COLLEGE, Cell, Grade, PAIR, Row, college_cells, kilometres, pair_cells, published_mean};
use super::fit::{NeedItem, fit, need_items};
use super::normal::p_top_k;
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
    pub(super) items: Vec<NeedItem>,
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
        let items = need_items(state, &park.id, question.kind);
        let own;
        let row = match question.kind {
            Some(_) => {
                own = Row::build(state, park, &items, &self.offers);
                &own
            }
            None => &*self.rows[state.parks.position(&park.id).ok_or_else(unknown_park)? as usize],
        };
        let score = self.scores(row, &preset.weights);
        let sd = self.score_sds(row, &preset.weights);
        let (mut order, mut excluded) = (Vec::with_capacity(score.len()), Vec::new());
        for at in 0..score.len() as u32 {
            if self.columns.closed[at as usize] {
                continue;
            }
            match self.exclusion(park, question, row, at) {
                Some(reason) => excluded.push((at, reason)),
                None => order.push(at),
            }
        }
        let id = |at: u32| &state.colleges.at(at).value.id;
        let best_first =
            |a: &u32, b: &u32| score[*b as usize].cmp(&score[*a as usize]).then_with(|| id(*a).cmp(id(*b)));
        let top = usize::from(question.top);
        if top < order.len() {
            order.select_nth_unstable_by(top, best_first);
            order[..top].sort_unstable_by(best_first);
        } else {
            order.sort_unstable_by(best_first);
        }
        excluded.sort_by(|a, b| best_first(&a.0, &b.0));
        Ok(Field { park, preset, items, order, score, sd, excluded })
    }

    fn scores(&self, row: &Row, weights: &Weights) -> Vec<u32> {
        let mut score = vec![0_u32; self.columns.flags.len()];
        let columns = PAIR.iter().zip(&row.points).chain(COLLEGE.iter().zip(&self.columns.points));
        for (criterion, points) in columns {
            let weight = u32::from(weights.hundredths()[criterion.index()]);
            if weight > 0 {
                score.iter_mut().zip(points).for_each(|(sum, &p)| *sum += weight * u32::from(p));
            }
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
        row.flags
            .iter()
            .zip(by_college)
            .map(|(&p, (&c, &sd))| {
                let known = pair[usize::from(p)] + college[usize::from(c)];
                (known + (satisfaction * sd).powi(2)).sqrt().max(1e-6)
            })
            .collect()
    }

    fn exclusion(&self, park: &Park, question: &Question, row: &Row, at: u32) -> Option<ExcludedReason> {
        if let Some(reason) = self.columns.excluded[at as usize] {
            return Some(reason);
        }
        let college = &self.state.colleges.at(at).value;
        if college.declined_parks.binary_search(&park.id).is_ok() {
            return Some(ExcludedReason::Declined);
        }
        if question.exclude.binary_search(&college.id).is_ok() {
            return Some(ExcludedReason::ExcludedByQuestion);
        }
        if question.kind == Some(DemandKind::Intern) && row.flags[at as usize] >> 7 == 1 {
            return Some(ExcludedReason::MajorGroupMismatch);
        }
        let max_km = question.max_km?;
        let too_far = kilometres(park, college).is_none_or(|km| km > f64::from(max_km));
        too_far.then_some(ExcludedReason::TooFar)
    }

    pub(super) fn name(&self, at: u32) -> CollegeRef {
        let college = &self.state.colleges.at(at).value;
        CollegeRef { id: college.id.clone(), name: college.name.clone() }
    }

    /// The first `n` of the order as items; P(top k) is over all candidates.
    pub(super) fn items(&self, field: &Field<'_>, n: usize, k: usize) -> Vec<Item> {
        let mean: Vec<f64> = field.order.iter().map(|&at| f64::from(field.score[at as usize]) / 1e6).collect();
        let sd: Vec<f64> = field.order.iter().map(|&at| field.sd[at as usize]).collect();
        let probability = p_top_k(&mean, &sd, k);
        // P(leader better) = Φ(gap / sd of the gap) < tie probability, as a bound on the gap.
        let tie = tie_bound(self.state.sheet.tie_probability);
        let (mut leader, mut group) = (0, 1);
        let mut items = Vec::with_capacity(n);
        for place in 0..n {
            let gap = mean[leader] - mean[place];
            if place > 0 && gap >= tie * (sd[leader].powi(2) + sd[place].powi(2)).sqrt() {
                (leader, group) = (place, group + 1);
            }
            items.push(self.item(field, place, group, sd[place], probability[place]));
        }
        items
    }

    fn item(&self, field: &Field<'_>, place: usize, tie_group: u32, score_sd: f64, probability: f64) -> Item {
        let at = field.order[place];
        let (contributions, coverage) = self.contributions(field, at);
        Item {
            rank: place as u32 + 1,
            tie_group,
            college: self.name(at),
            score: f64::from(field.score[at as usize]) / 1e6,
            score_sd: rounded(score_sd),
            contributions,
            satisfaction: self.satisfaction(at),
            p_top_k: rounded(probability),
            coverage,
        }
    }

    /// The parts of one college's score, in the order of [`Criterion::ALL`], and its coverage.
    fn contributions(&self, field: &Field<'_>, at: u32) -> (Vec<Contribution>, f64) {
        let state = &self.state;
        let college = &state.colleges.at(at).value;
        let (pair, found) = pair_cells(&state.sheet, field.park, college, &field.items, &self.offers[at as usize]);
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
        let pooled: Vec<_> =
            field.order[..top].iter().flat_map(|&at| self.offers[at as usize].iter().cloned()).collect();
        let joint = fit(&self.state.sheet, &field.items, &pooled);
        let open = field.items.iter().zip(&joint.served).map(|(item, served)| (item, item.headcount - served));
        open.filter(|(_, open)| *open > 1e-9)
            .map(|(item, open)| Unmet { demand: item.name.clone(), headcount: rounded(open), derived: item.derived })
            .collect()
    }
}

/// Six decimals: enough for every reader, and the same text on every machine.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// z with Φ(z) = p, by bisection.
fn tie_bound(p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 8.0);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if super::normal::phi(middle) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}
