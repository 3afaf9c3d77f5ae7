//! What wishes and places are worth under side constraints: no flow tells, so the question is solved again without the
//! wish, or with another seat. Both answers have a bound; where both are proven the price is exact, else it lies between.

use rayon::prelude::*;

use super::case::Case;
use super::side::{Effort, Side, SideAnswer};
use crate::domain::{Between, CollegeUse, WishPrice};

/// Edges looked at by all further solutions, about.
const LOOKS: usize = 50_000_000;
/// With more edges than this a single further solution takes too long: prices are bounded by the first one alone.
const LARGE: usize = 20_000;

/// The prices of one solved case.
pub(super) struct Prices<'a> {
    pub(super) case: &'a Case,
    pub(super) answer: &'a SideAnswer,
}

/// Limits of a price, score units.
#[derive(Clone, Copy)]
struct Range {
    low: i64,
    high: i64,
}

impl Range {
    fn exact(self) -> bool {
        self.low == self.high
    }
}

impl Prices<'_> {
    /// How many further solutions there is time for.
    fn solutions(&self) -> usize {
        let edges = self.case.edges.len();
        if edges > LARGE { 0 } else { (LOOKS / (600 * edges + 20_000)).clamp(16, 2_000) }
    }

    /// Price of every forced or forbidden pair.
    pub(super) fn wishes(&self) -> Vec<WishPrice> {
        let case = self.case;
        let wished: Vec<usize> =
            (0..case.edges.len()).filter(|&e| case.edges[e].forced || case.edges[e].forbidden).collect();
        let solutions = self.solutions();
        let priced = wished.par_iter().enumerate().map(|(n, &e)| {
            let edge = &case.edges[e];
            let mut other = case.clone();
            (other.edges[e].forced, other.edges[e].forbidden) = (false, false);
            // Below the lowest score the pair would still not be selected.
            let range = if edge.low { Range { low: 0, high: 0 } } else { self.gain(&other, n < solutions) };
            WishPrice {
                kind: if edge.forced { "forced" } else { "forbidden" },
                park: case.parks[edge.park as usize].clone(),
                college: case.colleges[edge.college as usize].clone(),
                price: range.exact().then(|| case.points(range.low)),
                price_between: self.between(range),
            }
        });
        priced.collect()
    }

    /// Price of one more and one less seat at every college, put into its use.
    pub(super) fn places(&self, colleges: &mut [CollegeUse]) {
        let case = self.case;
        let gap = self.answer.bound - self.answer.value;
        // What the prices alone prove: a seat's price bounds what one more adds. Seats for all add nothing.
        let above = Side::new(case).bound_at(&self.answer.price) - self.answer.value;
        let mut needed = vec![0_u64; colleges.len()];
        case.edges.iter().for_each(|edge| needed[edge.college as usize] += u64::from(edge.seats));
        let more = |j: usize| match needed[j] <= case.capacity[j].into() {
            true => Range { low: 0, high: 0 },
            false => Range { low: 0, high: above.saturating_add(self.answer.price[j]) },
        };
        let idle = |j: usize| colleges[j].used < colleges[j].capacity;
        let open: Vec<usize> = (0..colleges.len()).filter(|&j| !more(j).exact()).collect();
        let (solutions, capacity) = (self.solutions(), |j: usize, seats: u32| {
            let mut other = case.clone();
            other.capacity[j] = seats;
            other
        });
        let forced = |j: usize| -> u64 {
            let pairs = case.edges.iter().filter(|edge| edge.forced && edge.college as usize == j);
            pairs.map(|edge| u64::from(edge.seats)).sum()
        };
        let full: Vec<usize> = (0..colleges.len())
            .filter(|&j| colleges[j].capacity > 0 && forced(j) < colleges[j].capacity.into())
            .filter(|&j| !idle(j) || gap > 0)
            .collect();
        let mores: Vec<(usize, Range)> = (open.par_iter().enumerate())
            .map(|(n, &j)| match n < solutions / 2 {
                true => (j, self.gain(&capacity(j, case.capacity[j].saturating_add(1)), true)),
                false => (j, more(j)),
            })
            .collect();
        let lesses: Vec<(usize, Range)> = (full.par_iter().enumerate())
            .map(|(n, &j)| match n < solutions / 2 {
                true => (j, self.loss(&capacity(j, case.capacity[j] - 1), idle(j))),
                // The same prices bound the case with a seat less, by that seat's price.
                false => {
                    let low = (self.answer.price[j] - above).max(0);
                    let high = if idle(j) { gap } else { self.answer.bound };
                    (j, Range { low, high: high.max(low) })
                }
            })
            .collect();
        let can_lose: Vec<bool> =
            (0..colleges.len()).map(|j| colleges[j].capacity > 0 && forced(j) < colleges[j].capacity.into()).collect();
        for (college, can_lose) in colleges.iter_mut().zip(can_lose) {
            (college.one_more, college.one_less) = (Some(0.0), can_lose.then_some(0.0));
        }
        for (j, range) in mores {
            colleges[j].one_more = range.exact().then(|| case.points(range.low));
            colleges[j].one_more_between = self.between(range);
        }
        for (j, range) in lesses {
            colleges[j].one_less = range.exact().then(|| case.points(range.low));
            colleges[j].one_less_between = self.between(range);
        }
    }

    fn between(&self, range: Range) -> Option<Between> {
        let points = |units| self.case.points(units);
        (!range.exact()).then(|| Between { low: points(range.low), high: points(range.high) })
    }

    /// What a case gains that allows more than this one.
    fn gain(&self, other: &Case, solve: bool) -> Range {
        let forced = forced(other) - forced(self.case);
        let side = Side::new(other);
        let (value, bound) = if solve {
            let again = side.solve(&Effort::PRICE);
            (again.value, again.bound)
        } else {
            (i64::MIN / 4, side.bound_at(&self.answer.price))
        };
        Range {
            low: (forced + value).saturating_sub(self.answer.bound).max(0),
            high: (forced + bound).saturating_sub(self.answer.value).max(0),
        }
    }

    /// What a case loses that allows less than this one; `idle`: what was found stays possible.
    fn loss(&self, other: &Case, idle: bool) -> Range {
        let again = Side::new(other).solve(&Effort::PRICE);
        let value = if idle { again.value.max(self.answer.value) } else { again.value };
        Range {
            low: self.answer.value.saturating_sub(again.bound).max(0),
            high: self.answer.bound.saturating_sub(value).max(0),
        }
    }
}

/// Worth of the forced pairs.
fn forced(case: &Case) -> i64 {
    case.edges.iter().filter(|edge| edge.forced).map(|edge| edge.score).sum()
}
