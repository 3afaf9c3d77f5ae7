//! All parks before and after a scenario, in short: the best few of each, without the rest of an answer.
//!
//! What a college scores by itself is the same for every park: it is summed once for each preset. A park adds its six
//! criteria tile by tile, and a tile whose best does not reach the list is not looked at any further.

use std::ops::Range;

use rayon::prelude::*;

use super::cells::{COLLEGE, PAIR};
use super::columns::Standing;
use super::scenario::Fork;
use super::snapshot::Snapshot;
use super::tiles::TILE;
use crate::domain::{CollegeId, Criterion, ParkBrief, ParkId, PresetId, Question, Weights};

/// The question as it is asked of every park of one side.
struct Side<'a> {
    snapshot: &'a Snapshot,
    question: Question,
    presets: Vec<Prepared>,
    /// Colleges that may be listed, a bit each, one word a tile.
    free: Vec<u64>,
}

/// One preset with what every college scores by itself, millionths of a point, filled up to whole tiles.
struct Prepared {
    id: PresetId,
    pair: [u32; 6],
    own: Vec<u32>,
}

/// All parks of a scenario, each answered in short. Lists are those of [`Snapshot::shortlist`].
pub struct Nation<'a> {
    base: Side<'a>,
    last: Side<'a>,
    parks: Vec<ParkId>,
}

impl<'a> Nation<'a> {
    /// Makes the question ready for every park of either side; the question's own park does not count.
    pub fn new(base: &'a Fork, last: &'a Fork, question: &Question) -> Self {
        let parks = last.snapshot.state.parks.iter().map(|(id, _)| id.clone()).collect();
        Self { base: Side::new(base, question), last: Side::new(last, question), parks }
    }

    /// How many parks there are on either side.
    pub fn len(&self) -> usize {
        self.parks.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.parks.is_empty()
    }

    /// Some of the parks, by position among all by rising id; a park that has no list on either side is left out.
    pub fn briefs(&self, range: Range<usize>) -> Vec<ParkBrief> {
        self.parks[range].par_iter().filter_map(|park| self.brief(park)).collect()
    }

    fn brief(&self, park: &ParkId) -> Option<ParkBrief> {
        let (before, after) = (self.base.best(park), self.last.best(park));
        if before.is_none() && after.is_none() {
            return None;
        }
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        let missing = |list: &[CollegeId], of: &[CollegeId]| -> Vec<CollegeId> {
            list.iter().filter(|id| !of.contains(id)).cloned().collect()
        };
        let (entered, left) = (missing(&after, &before), missing(&before, &after));
        Some(ParkBrief { park: park.clone(), before, after, entered, left })
    }
}

impl<'a> Side<'a> {
    fn new(fork: &'a Fork, question: &Question) -> Self {
        let (snapshot, question) = (&fork.snapshot, fork.question(question));
        let columns = &snapshot.columns;
        let tiles = columns.flags.len() / TILE;
        let mut free = vec![0_u64; tiles];
        for (at, standing) in columns.standing.iter().enumerate() {
            if matches!(standing, Standing::Free | Standing::Declines) {
                free[at / TILE] |= 1 << (at % TILE);
            }
        }
        for at in question.exclude.iter().filter_map(|id| snapshot.state.colleges.position(id)) {
            free[at as usize / TILE] &= !(1 << (at as usize % TILE));
        }
        let presets =
            snapshot.state.presets.iter().filter(|(id, _)| question.preset.as_ref().is_none_or(|one| one == *id));
        let presets = presets.map(|(id, entry)| Prepared::new(snapshot, id, &entry.value.weights)).collect();
        Self { snapshot, question, presets, free }
    }

    /// The best of one park, best first; `None` if there is no list.
    fn best(&self, park: &ParkId) -> Option<Vec<CollegeId>> {
        let (snapshot, top) = (self.snapshot, usize::from(self.question.top));
        let name = |at: u32| snapshot.state.colleges.at(at).value.id.clone();
        if self.question.kind.is_some() {
            let field = snapshot.field(&Question { park: park.clone(), ..self.question.clone() }).ok()?;
            return Some(field.order.iter().take(top).map(|&at| name(at)).collect());
        }
        let (at, found) = snapshot.state.parks.position(park).zip(snapshot.state.parks.get(park))?;
        let preset = self.question.preset.clone().unwrap_or_else(|| found.stage.preset());
        let prepared = self.presets.iter().find(|prepared| prepared.id == preset)?;
        let row = &*snapshot.rows[at as usize];
        // The excluded are no longer free: nothing to look up for each park.
        let question = Question { exclude: Vec::new(), ..self.question.clone() };
        let filter = snapshot.filter(found, &question, row);
        // Best first, then by id: one number to compare, as in a field.
        let mut best: Vec<u64> = Vec::with_capacity(top + 1);
        let mut least = 0;
        for (t, tile) in row.tiles.iter().enumerate() {
            let mut sums = [0_u32; TILE];
            sums.copy_from_slice(&prepared.own[t * TILE..(t + 1) * TILE]);
            for (weight, points) in prepared.pair.iter().zip(&tile.points) {
                sums.iter_mut().zip(points).for_each(|(sum, &p)| *sum += weight * u32::from(p));
            }
            if sums.iter().fold(0, |most, &sum| most.max(sum)) < least {
                continue;
            }
            for (lane, &sum) in sums.iter().enumerate() {
                let college = (t * TILE + lane) as u32;
                if sum < least || self.free[t] >> lane & 1 == 0 {
                    continue;
                }
                let key = u64::from(!sum) << 32 | snapshot.edges.place_of(college) as u64;
                if best.len() == top && best.last().is_some_and(|&last| last < key) {
                    continue;
                }
                if snapshot.exclusion(&filter, college, snapshot.columns.standing[college as usize]).is_some() {
                    continue;
                }
                best.insert(best.partition_point(|&other| other < key), key);
                best.truncate(top);
                if best.len() == top {
                    least = best.last().map_or(0, |&last| !((last >> 32) as u32));
                }
            }
        }
        Some(best.into_iter().map(|key| name(snapshot.edges.at_place(key as u32))).collect())
    }
}

impl Prepared {
    fn new(snapshot: &Snapshot, id: &PresetId, weights: &Weights) -> Self {
        let weight = |criterion: &Criterion| u32::from(weights.hundredths()[criterion.index()]);
        let mut own = vec![0_u32; snapshot.columns.flags.len()];
        for (weight, points) in COLLEGE.each_ref().map(weight).iter().zip(&snapshot.columns.points) {
            own.iter_mut().zip(points).for_each(|(sum, &p)| *sum += weight * u32::from(p));
        }
        Self { id: id.clone(), pair: PAIR.each_ref().map(weight), own }
    }
}
