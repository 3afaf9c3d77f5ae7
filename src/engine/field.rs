//! Eligibility, score, order: all candidates of a question.

use std::borrow::Cow;

use super::cells::{COLLEGE, PAIR, chord, on_sphere, pair_cells};
use super::columns::Standing;
use super::fit::Workspace;
use super::like_minded::Liking;
use super::need::Need;
use super::rank::Refusal;
use super::snapshot::Snapshot;
use super::tiles::{Row, TILE};
use crate::domain::{Criterion, DemandKind, ExcludedReason, N_CRITERIA, Park, ParkId, Preset, Question};

/// All candidates of a question with their scores.
pub(super) struct Field<'a> {
    pub(super) park: &'a Park,
    pub(super) preset: &'a Preset,
    pub(super) items: Cow<'a, Need>,
    /// The park against all colleges, for the needs that count.
    pub(super) row: Cow<'a, Row>,
    /// Registry positions, best first up to `sorted`.
    pub(super) order: Vec<u32>,
    /// Score in millionths of a point, by registry position.
    pub(super) score: Vec<u32>,
    /// Standard deviation of the score, by registry position.
    pub(super) sd: Vec<f64>,
    pub(super) excluded: Vec<(u32, ExcludedReason)>,
    /// Weights in hundredths of a percent, in the order of [`Criterion::ALL`]: the preset's, less what affinity takes.
    pub(super) weights: [u16; N_CRITERIA],
    /// Affinity, if the question asks for it.
    pub(super) liking: Option<Liking>,
}

impl Field<'_> {
    /// A criterion's share of the weight.
    pub(super) fn share(&self, criterion: Criterion) -> f64 {
        f64::from(self.weights[criterion.index()]) / 1e4
    }
}

/// The hard filters of a question, made ready to be asked of every college.
pub(super) struct Filter<'a> {
    park: &'a Park,
    row: &'a Row,
    /// Registry positions, rising.
    excluded: Vec<u32>,
    intern: bool,
    /// Where the park lies and how far a college may, as [`chord`].
    within: Option<(Option<[f64; 3]>, f64)>,
}

impl Snapshot {
    /// Filters and scores all colleges.
    pub(super) fn field(&self, question: &Question) -> Result<Field<'_>, Refusal> {
        let state = &self.state;
        let unknown_park = || Refusal::Park(question.park.to_string());
        let park = state.parks.get(&question.park).ok_or_else(unknown_park)?;
        let preset_id = question.preset.clone().unwrap_or_else(|| park.stage.preset());
        let preset = state.presets.get(&preset_id).ok_or_else(|| Refusal::Preset(preset_id.to_string()))?;
        let at = state.parks.position(&park.id).filter(|_| self.answers(&park.id)).ok_or_else(unknown_park)? as usize;
        let (items, row) = if question.kind.is_some() {
            let items = Need::of(state, &park.id, question.kind);
            let row = Row::build(state, park, &items, &self.offers);
            (Cow::Owned(items), Cow::Owned(row))
        } else {
            (Cow::Borrowed(&*self.needs[at]), Cow::Borrowed(&*self.rows[at]))
        };
        let liking = question.affinity.map(|percent| self.liking(&park.id, percent));
        let weights = preset.weights.less(question.affinity.unwrap_or(0));
        let mut score = self.scores(&row, &weights);
        let mut sd = self.score_sds(&row, &weights);
        if let Some(liking) = liking.as_ref().filter(|liking| liking.weight > 0) {
            self.add(liking, &mut score, &mut sd);
        }
        let filter = self.filter(park, question, &row);
        let (mut keys, mut excluded) = (Vec::with_capacity(score.len()), Vec::new());
        for (at, &standing) in (0_u32..).zip(&self.columns.standing) {
            // Best first, then by id: one number to compare.
            let key = u64::from(!score[at as usize]) << 32 | self.edges.place_of(at) as u64;
            match standing {
                Standing::Closed => {}
                Standing::Excluded(reason) => excluded.push((key, reason)),
                _ => match self.exclusion(&filter, at, standing) {
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
        Ok(Field { park, preset, items, row, order, score, sd, excluded, weights, liking })
    }

    /// Adds affinity's part to scores and their standard deviations.
    fn add(&self, liking: &Liking, score: &mut [u32], sd: &mut [f64]) {
        let anchors = &self.state.sheet.of(Criterion::Satisfaction).anchors;
        let (first, last) = (anchors[0], anchors[anchors.len() - 1]);
        let slope = f64::from(liking.weight) / 1e4 * (last.points - first.points) / (last.raw - first.raw);
        for (at, (&points, &(_, spread))) in liking.points.iter().zip(&liking.expected).enumerate() {
            score[at] += u32::from(liking.weight) * u32::from(points);
            sd[at] = (sd[at].powi(2) + (slope * spread).powi(2)).sqrt();
        }
    }

    /// `Σ weight × points` of every college, in millionths of a point.
    fn scores(&self, row: &Row, weights: &[u16; N_CRITERIA]) -> Vec<u32> {
        let weight = |criterion: &Criterion| u32::from(weights[criterion.index()]);
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

    /// The rank of a college among all candidates; `None` if it is none.
    pub(super) fn rank(&self, field: &Field<'_>, at: u32) -> Option<u32> {
        // As in the order: by score, then by id.
        let key = |at: u32| (!field.score[at as usize], self.edges.place_of(at));
        let own = field.order.contains(&at).then(|| key(at))?;
        Some(1 + field.order.iter().filter(|&&other| key(other) < own).count() as u32)
    }

    /// The parts of one college's score in the order of [`Criterion::ALL`], millionths of a point; `None` where the
    /// question has no answer or there is no such college. Filters are not asked.
    pub(super) fn parts(&self, question: &Question, at: u32) -> Option<[u32; N_CRITERIA]> {
        let park = self.state.parks.get(&question.park)?;
        let preset = question.preset.clone().unwrap_or_else(|| park.stage.preset());
        let weights = self.state.presets.get(&preset)?.weights;
        let mut points = self.points(&question.park, at)?;
        if question.kind.is_some() {
            // The rows hold the whole need; this college's part of them is worked out for the kind alone.
            let items = Need::of(&self.state, &park.id, question.kind);
            let (college, offers) = (&self.state.colleges.at(at).value, &self.offers[at as usize]);
            let cells = pair_cells(&self.state.sheet, park, college, &items, offers, &mut Workspace::default()).0;
            PAIR.iter().zip(cells).for_each(|(criterion, cell)| points[criterion.index()] = cell.points);
        }
        let mut parts = points.map(u32::from);
        parts.iter_mut().zip(weights.hundredths()).for_each(|(part, &weight)| *part *= u32::from(weight));
        Some(parts)
    }

    /// Points of one college for a park's whole need, hundredths, in the order of [`Criterion::ALL`].
    pub(super) fn points(&self, park: &ParkId, at: u32) -> Option<[u16; N_CRITERIA]> {
        let row = self.state.parks.position(park).filter(|_| self.answers(park))?;
        if at as usize >= self.state.colleges.len() {
            return None;
        }
        Some(self.points_in(self.rows.get(row as usize)?, at))
    }

    /// Points of one college in a park's row.
    pub(super) fn points_in(&self, row: &Row, at: u32) -> [u16; N_CRITERIA] {
        let tile = &row.tiles[at as usize / TILE];
        let mut points = [0; N_CRITERIA];
        for (j, (pair, college)) in PAIR.iter().zip(&COLLEGE).enumerate() {
            points[pair.index()] = tile.points[j][at as usize % TILE];
            points[college.index()] = self.columns.points[j][at as usize];
        }
        points
    }

    /// Independent criteria: `sd² = Σ w² sd_j²`, by table over the grade bits.
    fn score_sds(&self, row: &Row, weights: &[u16; N_CRITERIA]) -> Vec<f64> {
        let sheet = &self.state.sheet;
        let share = |criterion: Criterion| f64::from(weights[criterion.index()]) / 1e4;
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

    pub(super) fn filter<'a>(&self, park: &'a Park, question: &Question, row: &'a Row) -> Filter<'a> {
        let mut excluded: Vec<u32> =
            question.exclude.iter().filter_map(|id| self.state.colleges.position(id)).collect();
        excluded.sort_unstable();
        let within = question.max_km.map(|km| (park.place.map(on_sphere), chord(f64::from(km))));
        Filter { park, row, excluded, intern: question.kind == Some(DemandKind::Intern), within }
    }

    pub(super) fn exclusion(&self, filter: &Filter<'_>, at: u32, standing: Standing) -> Option<ExcludedReason> {
        let declined = || &self.state.colleges.at(at).value.declined_parks;
        if standing == Standing::Declines && declined().binary_search(&filter.park.id).is_ok() {
            return Some(ExcludedReason::Declined);
        }
        if !filter.excluded.is_empty() && filter.excluded.binary_search(&at).is_ok() {
            return Some(ExcludedReason::ExcludedByQuestion);
        }
        if filter.intern && filter.row.flags(at) >> 7 == 1 {
            return Some(ExcludedReason::MajorGroupMismatch);
        }
        let (from, limit) = filter.within?;
        let apart = from.zip(self.columns.point[at as usize]).map(|(a, b)| {
            let d = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
            d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
        });
        apart.is_none_or(|apart| apart > limit).then_some(ExcludedReason::TooFar)
    }
}
