//! The question in canonical order, checked.

use std::collections::BTreeSet;

use compact_str::CompactString;

use super::grid::Grid;
use crate::domain::{Invalid, Pair, SelectionProblem};

/// Largest amount of a score, score units; keeps every sum of a path in 64 bits.
const LARGEST: i64 = 1_000_000_000_000;

/// One candidate with what the wishes say about it. Positions are canonical: by rising id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) park: u32,
    pub(super) college: u32,
    pub(super) score: i64,
    pub(super) seats: u32,
    pub(super) forced: bool,
    pub(super) forbidden: bool,
    pub(super) low: bool,
}

impl Edge {
    /// Whether the optimum decides about it.
    pub(super) fn free(&self) -> bool {
        !self.forced && !self.forbidden && !self.low
    }
}

/// The question in canonical order: parks, colleges by id, candidates by park, then college.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) parks: Vec<CompactString>,
    pub(super) colleges: Vec<CompactString>,
    pub(super) wish: Vec<u32>,
    /// Capacity of each college, seats.
    pub(super) capacity: Vec<u32>,
    /// Quota of each college, by position in the question.
    pub(super) quota: Vec<Option<u32>>,
    /// Pairs each quota allows.
    pub(super) quotas: Vec<(CompactString, u32)>,
    pub(super) edges: Vec<Edge>,
    pub(super) mandatory: bool,
    /// The lowest score allowed, score units.
    pub(super) min_score: Option<i64>,
    /// Score units of one point.
    pub(super) unit: f64,
}

/// Positions by rising id, and each position's place in that order.
fn order(ids: &[&CompactString]) -> Result<(Vec<u32>, Vec<u32>), Invalid> {
    let mut sorted: Vec<u32> = (0..ids.len() as u32).collect();
    sorted.sort_by_key(|&i| ids[i as usize]);
    if let Some(twice) = sorted.windows(2).find(|two| ids[two[0] as usize] == ids[two[1] as usize]) {
        let id = ids[twice[0] as usize];
        return Err(Invalid::new("repeated", format!("{id} 出现了两次"), format!("{id} is listed twice")));
    }
    let mut place = vec![0; ids.len()];
    for (at, &i) in sorted.iter().enumerate() {
        place[i as usize] = at as u32;
    }
    Ok((sorted, place))
}

impl Case {
    /// Checks and sorts the question.
    pub(super) fn new(problem: &SelectionProblem) -> Result<Self, Invalid> {
        let (parks, park_place) = order(&problem.parks.iter().map(|park| &park.id).collect::<Vec<_>>())?;
        let (colleges, college_place) = order(&problem.colleges.iter().map(|college| &college.id).collect::<Vec<_>>())?;
        let canonical =
            |pair: Pair| match (park_place.get(pair.park as usize), college_place.get(pair.college as usize)) {
                (Some(&park), Some(&college)) => Ok((park, college)),
                _ => Err(Invalid::new(
                    "unknown-position",
                    "园区或院校序号不存在",
                    "there is no park or college at that position",
                )),
            };
        let mut edges = Vec::with_capacity(problem.candidates.len());
        for candidate in &problem.candidates {
            let (park, college) = canonical(candidate.pair)?;
            if candidate.score.abs() > LARGEST {
                return Err(Invalid::out_of_range(-LARGEST, LARGEST));
            }
            if candidate.seats == 0 {
                return Err(Invalid::out_of_range(1, u32::MAX));
            }
            let low = problem.min_score.is_some_and(|least| candidate.score < least);
            let (score, seats) = (candidate.score, candidate.seats);
            edges.push(Edge { park, college, score, seats, forced: false, forbidden: false, low });
        }
        edges.sort_unstable_by_key(|edge| (u64::from(edge.park) << 32) | u64::from(edge.college));
        let name = |edge: &Edge| {
            let park = &problem.parks[parks[edge.park as usize] as usize].id;
            let college = &problem.colleges[colleges[edge.college as usize] as usize].id;
            format!("{park} × {college}")
        };
        if let Some(two) = edges.windows(2).find(|two| (two[0].park, two[0].college) == (two[1].park, two[1].college)) {
            let pair = name(&two[0]);
            return Err(Invalid::new("repeated", format!("{pair} 出现了两次"), format!("{pair} is listed twice")));
        }
        for (pairs, forced) in [(&problem.forced, true), (&problem.forbidden, false)] {
            let wanted: BTreeSet<(u32, u32)> = pairs.iter().map(|&pair| canonical(pair)).collect::<Result<_, _>>()?;
            for (park, college) in wanted {
                match edges.binary_search_by_key(&(park, college), |edge| (edge.park, edge.college)) {
                    Ok(e) if forced => edges[e].forced = true,
                    Ok(e) => edges[e].forbidden = true,
                    // What is no candidate cannot be selected anyway.
                    Err(_) if !forced => {}
                    Err(_) => {
                        let pair = name(&Edge { park, college, ..Edge::NOTHING });
                        return Err(Invalid::new(
                            "not-a-candidate",
                            format!("指定的 {pair} 不在候选表中"),
                            format!("{pair} is forced but no candidate"),
                        ));
                    }
                }
            }
        }
        let park = |i: &u32| &problem.parks[*i as usize];
        let college = |j: &u32| &problem.colleges[*j as usize];
        Ok(Self {
            wish: parks.iter().map(|i| park(i).wish).collect(),
            capacity: colleges.iter().map(|j| college(j).capacity).collect(),
            quota: colleges.iter().map(|j| college(j).quota.filter(|&q| (q as usize) < problem.quotas.len())).collect(),
            quotas: problem.quotas.iter().map(|quota| (quota.city.clone(), quota.pairs)).collect(),
            parks: parks.iter().map(|i| park(i).id.clone()).collect(),
            colleges: colleges.iter().map(|j| college(j).id.clone()).collect(),
            edges,
            mandatory: problem.mandatory,
            min_score: problem.min_score,
            unit: 10_f64.powi(problem.decimals as i32),
        })
    }

    /// Points of an amount of score units.
    pub(super) fn points(&self, units: i64) -> f64 {
        units as f64 / self.unit
    }

    /// Seats one pair takes at each college if all its candidates take as many; `None` if some differ.
    pub(super) fn seats(&self) -> Option<Vec<u32>> {
        let mut seats = vec![0; self.colleges.len()];
        for edge in &self.edges {
            let known = &mut seats[edge.college as usize];
            if *known != 0 && *known != edge.seats {
                return None;
            }
            *known = edge.seats;
        }
        Some(seats.into_iter().map(|seats| seats.max(1)).collect())
    }

    /// What the wishes leave to decide, and the case's edge behind each of the grid's; the forced pairs must fit.
    pub(super) fn grid(&self, seats: &[u32]) -> (Grid, Vec<u32>) {
        let (mut wish, mut capacity) = (self.wish.clone(), self.capacity.clone());
        for (places, seats) in capacity.iter_mut().zip(seats) {
            *places /= seats;
        }
        for edge in self.edges.iter().filter(|edge| edge.forced) {
            wish[edge.park as usize] = wish[edge.park as usize].saturating_sub(1);
            capacity[edge.college as usize] = capacity[edge.college as usize].saturating_sub(1);
        }
        let free = (0..self.edges.len() as u32).filter(|&e| self.edges[e as usize].free());
        let free: Vec<u32> = free.collect();
        let edges = free.iter().map(|&e| &self.edges[e as usize]).map(|edge| (edge.park, edge.college, edge.score));
        (Grid::new(edges.collect(), wish, capacity, self.mandatory), free)
    }
}

impl Edge {
    const NOTHING: Self = Self { park: 0, college: 0, score: 0, seats: 1, forced: false, forbidden: false, low: false };
}
