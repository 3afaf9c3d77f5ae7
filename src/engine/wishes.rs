//! A planner's wishes as a selection's question: the candidates are the live model's, filtered and scored as ever.

use std::collections::BTreeMap;

use compact_str::{CompactString, ToCompactString};
use rayon::prelude::*;

use super::fit::{Workspace, fit};
use super::rank::Refusal;
use super::snapshot::Snapshot;
use crate::domain::{
    AllOr, Candidate, CollegeId, Criterion, EngagementStatus, ForcedPair, Objective, Pair, ParkId, ParkWish, Question,
    Quota, SelectionCollege, SelectionPark, SelectionProblem, SelectionQuestion,
};

/// Digits after the point of a score.
const DECIMALS: u32 = 6;

/// A selection's question with what of the wishes could not be part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    /// The question.
    pub problem: SelectionProblem,
    /// Running engagements that a hard filter excludes.
    pub not_kept: Vec<ForcedPair>,
}

/// Why wishes are no question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadWish {
    /// The park at this position, or the preset, is unknown.
    Park(usize, Refusal),
    /// The forced pair at this position is excluded by a hard filter.
    Forced(usize),
}

/// A park's candidates: registry positions and scores, best first.
type Scored = Vec<(u32, i64)>;

impl Snapshot {
    /// The selection's question. Codes of colleges and cities are taken to exist.
    ///
    /// # Errors
    /// [`BadWish`] names what cannot be.
    pub fn wishes(&self, asked: &SelectionQuestion) -> Result<Wishes, BadWish> {
        self.wishes_but(asked, &[])
    }

    /// As [`Self::wishes`], some colleges aside.
    pub(super) fn wishes_but(&self, asked: &SelectionQuestion, exclude: &[CollegeId]) -> Result<Wishes, BadWish> {
        let parks: Vec<ParkWish> = match &asked.parks {
            AllOr::Some(parks) => parks.clone(),
            AllOr::All => {
                let open = self.state.parks.iter().filter(|(_, entry)| !entry.closed);
                open.map(|(park, _)| ParkWish { park: park.clone(), wish: None, seats: 1 }).collect()
            }
        };
        let position: BTreeMap<&ParkId, u32> = parks.iter().zip(0..).map(|(wish, at)| (&wish.park, at)).collect();
        let running = if asked.keep_existing { self.running(&position) } else { Vec::new() };
        // Forced pairs by park: they are candidates whatever their rank.
        let mut wanted = vec![Vec::new(); parks.len()];
        for (n, pair) in asked.forced.iter().enumerate() {
            if let Some((&park, college)) = position.get(&pair.park).zip(self.state.colleges.position(&pair.college)) {
                wanted[park as usize].push((college, Some(n)));
            }
        }
        for &(park, college) in &running {
            wanted[park as usize].push((college, None));
        }
        let scored =
            parks.par_iter().zip(&wanted).enumerate().map_init(Workspace::default, |work, (n, (park, wanted))| {
                self.candidates(asked, exclude, &park.park, wanted, work).map_err(|refusal| match refusal {
                    Ok(refusal) => BadWish::Park(n, refusal),
                    Err(forced) => BadWish::Forced(forced),
                })
            });
        let scored: Vec<(Scored, Vec<u32>)> = scored.collect::<Result<_, _>>()?;
        Ok(self.problem(asked, &parks, &position, &scored, &running))
    }

    /// The best candidates of one park with those wanted whatever their rank, and which of the running pairs are excluded.
    fn candidates(
        &self,
        asked: &SelectionQuestion,
        exclude: &[CollegeId],
        park: &ParkId,
        wanted: &[(u32, Option<usize>)],
        work: &mut Workspace,
    ) -> Result<(Scored, Vec<u32>), Result<Refusal, usize>> {
        let n = asked.candidates as usize;
        let top = if asked.objective == Objective::Score { n as u16 } else { u16::MAX };
        let question = Question {
            top,
            preset: asked.preset.clone(),
            max_km: asked.max_km,
            exclude: exclude.to_vec(),
            ..Question::of(park.clone())
        };
        let field = self.field(&question).map_err(Ok)?;
        let mut order = field.order.clone();
        if asked.objective == Objective::Coverage {
            let points = |at: u32| self.points(park, at).map_or(0, |points| points[Criterion::MajorFit.index()]);
            order.sort_by_key(|&at| std::cmp::Reverse(points(at)));
        }
        let mut taken: Vec<u32> = order.iter().copied().take(n).collect();
        let mut excluded = Vec::new();
        for &(college, forced) in wanted {
            match (taken.contains(&college), order.contains(&college), forced) {
                (true, ..) => {}
                (_, true, _) => taken.push(college),
                (_, false, Some(forced)) => return Err(Err(forced)),
                (_, false, None) => excluded.push(college),
            }
        }
        let worth = |&at: &u32| match asked.objective {
            Objective::Score => (at, i64::from(field.score[at as usize])),
            Objective::Coverage => {
                let found = fit(&self.state.sheet, &field.items, &self.offers[at as usize], work);
                (at, (found.coverage * 1e8).round() as i64)
            }
        };
        Ok((taken.iter().map(worth).collect(), excluded))
    }

    /// Parks (by position in the question) and colleges with a confirmed engagement that has not ended.
    fn running(&self, position: &BTreeMap<&ParkId, u32>) -> Vec<(u32, u32)> {
        let state = &self.state;
        let open = state.engagements.iter().filter(|(_, entry)| {
            let engagement = &entry.value;
            engagement.status == EngagementStatus::Confirmed && engagement.end >= state.today
        });
        let mut pairs: Vec<(u32, u32)> = open
            .filter_map(|(_, entry)| {
                let park = &state.enterprises.entry(&entry.value.enterprise)?.value.park;
                let college = state.colleges.position(&entry.value.college)?;
                Some((*position.get(park)?, college))
            })
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    fn problem(
        &self,
        asked: &SelectionQuestion,
        parks: &[ParkWish],
        position: &BTreeMap<&ParkId, u32>,
        scored: &[(Scored, Vec<u32>)],
        running: &[(u32, u32)],
    ) -> Wishes {
        let mut used: Vec<u32> = scored.iter().flat_map(|(scored, _)| scored.iter().map(|&(at, _)| at)).collect();
        used.sort_unstable();
        used.dedup();
        let place = |college: u32| used.binary_search(&college).ok().map(|at| at as u32);
        let registry = &self.state.colleges;
        let colleges = used.iter().map(|&at| {
            let college = &registry.at(at).value;
            let own = asked.capacities.iter().rev().find(|own| own.college == college.id);
            let quota = asked.quotas.iter().position(|quota| quota.city == college.city);
            SelectionCollege {
                id: college.id.to_compact_string(),
                capacity: own.map_or(asked.capacity, |own| own.capacity),
                quota: quota.map(|at| at as u32),
            }
        });
        let candidates = (0..).zip(scored).zip(parks).flat_map(|((park, (scored, _)), wish)| {
            scored.iter().filter_map(move |&(college, score)| {
                Some(Candidate { pair: Pair { park, college: place(college)? }, score, seats: wish.seats })
            })
        });
        let named = |pairs: &[ForcedPair]| -> Vec<Pair> {
            let pairs = pairs.iter().filter_map(|pair| {
                let college = place(registry.position(&pair.college)?)?;
                Some(Pair { park: *position.get(&pair.park)?, college })
            });
            pairs.collect()
        };
        let mut forced = named(&asked.forced);
        forced.extend(running.iter().filter_map(|&(park, at)| {
            // Also a running pair that is excluded may be another park's candidate.
            let kept = !scored[park as usize].1.contains(&at);
            place(at).filter(|_| kept).map(|college| Pair { park, college })
        }));
        forced.sort_unstable();
        forced.dedup();
        // Forbidding a pair that is no candidate forbids nothing.
        let mut forbidden = named(&asked.forbidden);
        forbidden.retain(|pair| scored[pair.park as usize].0.iter().any(|&(at, _)| place(at) == Some(pair.college)));
        forbidden.sort_unstable();
        forbidden.dedup();
        let lost = |(wish, (_, excluded)): (&ParkWish, &(Scored, Vec<u32>))| {
            let pair = |&at: &u32| ForcedPair { park: wish.park.clone(), college: registry.at(at).value.id.clone() };
            excluded.iter().map(pair).collect::<Vec<_>>()
        };
        Wishes {
            not_kept: parks.iter().zip(scored).flat_map(lost).collect(),
            problem: SelectionProblem {
                parks: parks
                    .iter()
                    .map(|own| SelectionPark { id: own.park.to_compact_string(), wish: own.wish.unwrap_or(asked.wish) })
                    .collect(),
                colleges: colleges.collect(),
                candidates: candidates.collect(),
                mandatory: asked.mandatory,
                forced,
                forbidden,
                min_score: asked.min_score.map(|points| (points * 1e6).round() as i64),
                quotas: (asked.quotas.iter())
                    .map(|quota| Quota { city: CompactString::from(quota.city.to_string()), pairs: quota.pairs })
                    .collect(),
                decimals: DECIMALS,
            },
        }
    }
}
