//! From positions back to names: the answer of an exact solve.

use super::case::{Case, Edge};
use super::flow::Flow;
use super::grid::Grid;
use super::prices::{forbidden_price, forced_price, place_prices};
use super::rules::{blocking, deferred_acceptance, greedy, parks_in_order, wanted};
use super::shortest::Search;
use crate::domain::{
    BlockingPair, CollegeUse, Comparison, Envy, SelectedPair, Selection, SelectionStatus, ShortPark, WishPrice,
};

/// Blocking pairs that are listed by name.
const LISTED: usize = 100;

/// An optimum and what it was found in.
pub(super) struct Report<'a> {
    pub(super) case: &'a Case,
    /// Seats of a pair at each college.
    pub(super) seats: &'a [u32],
    pub(super) flow: &'a Flow<'a>,
    /// The case's edge behind each of the grid's.
    pub(super) edges: &'a [u32],
}

impl Report<'_> {
    /// The whole answer; `value` and `bound` are the flow's.
    pub(super) fn selection(&self, value: i128, bound: i128) -> Selection {
        let case = self.case;
        let mut selected: Vec<&Edge> = case.edges.iter().filter(|edge| edge.forced).collect();
        selected.extend(self.held().map(|e| &case.edges[self.edges[e] as usize]));
        selected.sort_unstable_by_key(|edge| (edge.park, edge.college));
        let objective = sum(case, selected.iter().map(|edge| edge.score));
        let gap = (bound - value) as f64 / case.unit;
        Selection {
            status: if bound == value { SelectionStatus::Optimal } else { SelectionStatus::Feasible },
            objective,
            bound: objective + gap,
            gap,
            proof: "prices",
            short: short(case, &selected),
            colleges: self.colleges(&selected),
            wishes: self.wishes(),
            envy: self.envy(),
            comparison: self.comparison(objective),
            pairs: pairs(case, &selected),
            ..Selection::default()
        }
    }

    fn held(&self) -> impl Iterator<Item = usize> {
        (0..self.edges.len()).filter(|&e| self.flow.held[e])
    }

    fn colleges(&self, selected: &[&Edge]) -> Vec<CollegeUse> {
        let case = self.case;
        let (more, less) = place_prices(self.flow);
        let mut colleges = uses(case, selected, self.flow.grid, self.edges);
        for (j, college) in colleges.iter_mut().enumerate() {
            // A pair of several seats needs them all: one seat is a place only if it completes one.
            let (capacity, seats) = (case.capacity[j], self.seats[j]);
            let completes = (u64::from(capacity) + 1).is_multiple_of(seats.into());
            college.one_more = Some(if completes { case.points(more[j]) } else { 0.0 });
            college.one_less = match capacity {
                0 => None,
                _ if capacity.is_multiple_of(seats) => less[j].map(|units| case.points(units)),
                _ => Some(0.0),
            };
        }
        colleges
    }

    fn wishes(&self) -> Vec<WishPrice> {
        let case = self.case;
        let mut search = Search::new(self.flow.grid);
        let wishes = case.edges.iter().filter(|edge| edge.forced || edge.forbidden).map(|edge| {
            let (park, college) = (edge.park as usize, edge.college as usize);
            let price = match edge.forced {
                true => forced_price(self.flow, &mut search, park, college, edge.score),
                // Below the lowest score the pair would still not be selected.
                false if edge.low => 0,
                false => forbidden_price(self.flow, &mut search, park, college, edge.score),
            };
            WishPrice {
                kind: if edge.forced { "forced" } else { "forbidden" },
                park: case.parks[park].clone(),
                college: case.colleges[college].clone(),
                price: Some(case.points(price)),
                price_between: None,
            }
        });
        wishes.collect()
    }

    fn envy(&self) -> Envy {
        let case = self.case;
        let blocking = blocking(self.flow);
        let pairs = blocking.iter().take(LISTED).map(|&(e, park_gain, college_gain)| {
            let edge = &case.edges[self.edges[e] as usize];
            BlockingPair {
                park: case.parks[edge.park as usize].clone(),
                college: case.colleges[edge.college as usize].clone(),
                score: case.points(edge.score),
                park_gain: case.points(park_gain),
                college_gain: case.points(college_gain),
            }
        });
        Envy { pairs: pairs.collect(), blocking: Some(blocking.len()) }
    }

    fn comparison(&self, objective: f64) -> Vec<Comparison> {
        let grid = self.flow.grid;
        let rules = [
            ("greedy", greedy(grid)),
            ("deferred_acceptance", deferred_acceptance(grid)),
            ("parks_in_order", parks_in_order(grid)),
        ];
        let value = |taken: &[u32]| taken.iter().map(|&e| grid.value[e as usize]).sum();
        let compared = rules.map(|(rule, taken)| compared(self.case, objective, rule, value(&taken), taken.len()));
        compared.into()
    }
}

/// What a rule reached with free pairs worth `value`, beside the forced ones.
pub(super) fn compared(case: &Case, objective: f64, rule: &'static str, value: i64, pairs: usize) -> Comparison {
    let forced: Vec<i64> = case.edges.iter().filter(|edge| edge.forced).map(|edge| edge.score).collect();
    let reached = sum(case, forced.iter().copied().chain([value]));
    let share = (objective > 0.0).then(|| reached / objective);
    Comparison { rule, objective: reached, share, pairs: pairs + forced.len() }
}

/// Every college's use, without prices; `edges` are the case's behind each of the grid's.
pub(super) fn uses(case: &Case, selected: &[&Edge], grid: &Grid, edges: &[u32]) -> Vec<CollegeUse> {
    let mut uses: Vec<CollegeUse> = (0..case.colleges.len())
        .map(|j| CollegeUse {
            college: case.colleges[j].clone(),
            capacity: case.capacity[j],
            used: 0,
            one_more: None,
            one_more_between: None,
            one_less: None,
            one_less_between: None,
            wanted: 0,
            overload: 0,
        })
        .collect();
    for edge in selected {
        uses[edge.college as usize].used += edge.seats;
    }
    let forced = case.edges.iter().filter(|edge| edge.forced);
    for edge in wanted(grid).into_iter().map(|e| &case.edges[edges[e as usize] as usize]).chain(forced) {
        let college = &mut uses[edge.college as usize];
        college.wanted += 1;
        // Seats first, less the capacity below.
        college.overload += u64::from(edge.seats);
    }
    uses.iter_mut().for_each(|college| college.overload = college.overload.saturating_sub(college.capacity.into()));
    uses
}

/// Points of a sum of score units.
pub(super) fn sum(case: &Case, scores: impl Iterator<Item = i64>) -> f64 {
    scores.map(i128::from).sum::<i128>() as f64 / case.unit
}

/// The selected pairs by name.
pub(super) fn pairs(case: &Case, selected: &[&Edge]) -> Vec<SelectedPair> {
    let pairs = selected.iter().map(|edge| SelectedPair {
        park: case.parks[edge.park as usize].clone(),
        college: case.colleges[edge.college as usize].clone(),
        score: case.points(edge.score),
        forced: edge.forced,
    });
    pairs.collect()
}

/// Parks with fewer partners than wished for.
pub(super) fn short(case: &Case, selected: &[&Edge]) -> Vec<ShortPark> {
    let mut partners = vec![0; case.parks.len()];
    for edge in selected {
        partners[edge.park as usize] += 1;
    }
    let short = (0..case.parks.len()).filter(|&i| partners[i] < case.wish[i]).map(|i| ShortPark {
        park: case.parks[i].clone(),
        wish: case.wish[i],
        partners: partners[i],
    });
    short.collect()
}
