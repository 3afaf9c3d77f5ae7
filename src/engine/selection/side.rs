//! Side constraints: pairs that take differing seats, and city quotas. No flow fits them; prices bound the optimum, a
//! search closes the gap where it can, and what remains open is stated.

use std::cmp::Reverse;

use super::case::{Case, Edge};
use super::flow::Flow;
use super::grid::Grid;
use super::knapsack::tighten;
use super::search::{Choice, close};

/// How far a solution is worked out; the engine knows no clock.
pub(super) struct Effort {
    /// Edges the descent may look at in all.
    looks: usize,
    /// Entries of the knapsacks' tables that may be filled in all.
    pub(super) entries: u64,
    /// Nodes of the search.
    pub(super) nodes: usize,
}

impl Effort {
    /// For the answer itself.
    pub(super) const PROOF: Self = Self { looks: 20_000_000, entries: 60_000_000, nodes: 2_000_000 };
    /// For each of many prices.
    pub(super) const PRICE: Self = Self { looks: 2_000_000, entries: 6_000_000, nodes: 200_000 };
}

/// What is left to decide once the forced pairs have their places.
pub(super) struct Side<'a> {
    pub(super) case: &'a Case,
    /// The case's edges worth taking, by park.
    pub(super) edges: Vec<u32>,
    /// First of `edges` of each park, `(n_parks + 1,)`.
    pub(super) row: Vec<usize>,
    /// Partners each park may still take.
    pub(super) wish: Vec<u32>,
    /// Seats left at each college, then pairs left in each city's quota.
    pub(super) limits: Vec<u32>,
}

/// A selection under side constraints, by position in [`Side::edges`].
pub(super) struct SideAnswer {
    pub(super) taken: Vec<bool>,
    pub(super) value: i64,
    /// No selection is worth more.
    pub(super) bound: i64,
    /// Whether a search proved it, rather than prices alone.
    pub(super) searched: bool,
    /// Prices of the limits that prove a bound nearly as good.
    pub(super) price: Vec<i64>,
}

impl<'a> Side<'a> {
    pub(super) fn new(case: &'a Case) -> Self {
        let mut wish = case.wish.clone();
        let mut limits: Vec<u32> =
            case.capacity.iter().copied().chain(case.quotas.iter().map(|quota| quota.1)).collect();
        for edge in case.edges.iter().filter(|edge| edge.forced) {
            wish[edge.park as usize] -= 1;
            limits[edge.college as usize] -= edge.seats;
            if let Some(q) = case.quota[edge.college as usize] {
                limits[case.colleges.len() + q as usize] -= 1;
            }
        }
        let worth = |edge: &Edge| edge.free() && edge.score > 0;
        let edges: Vec<u32> = (0..case.edges.len() as u32).filter(|&e| worth(&case.edges[e as usize])).collect();
        let mut row = vec![0; case.parks.len() + 1];
        for &e in &edges {
            row[case.edges[e as usize].park as usize + 1] += 1;
        }
        for i in 0..case.parks.len() {
            row[i + 1] += row[i];
        }
        Self { case, edges, row, wish, limits }
    }

    pub(super) fn edge(&self, at: usize) -> &Edge {
        &self.case.edges[self.edges[at] as usize]
    }

    /// The limits a pair draws on, and how much.
    pub(super) fn draws(&self, at: usize) -> impl Iterator<Item = (usize, u32)> + use<> {
        let edge = self.edge(at);
        let quota = self.case.quota[edge.college as usize].map(|q| (self.case.colleges.len() + q as usize, 1));
        std::iter::once((edge.college as usize, edge.seats)).chain(quota)
    }

    /// No selection is worth more, by these prices of the limits.
    pub(super) fn bound_at(&self, price: &[i64]) -> i64 {
        i64::try_from(self.relaxed(price).0).unwrap_or(i64::MAX)
    }

    /// The best selection found, and the bound.
    pub(super) fn solve(&self, effort: &Effort) -> SideAnswer {
        let (mut price, worth) = self.start();
        let order = self.by_value();
        let mut raw = 0;
        let mut best = Choice::empty(self);
        best.improve(self, &order);
        let (mut bound, mut best_price) = (i128::MAX, price.clone());
        let (mut stride, mut stale) = (1.0, 0);
        for _ in 0..(effort.looks / self.edges.len().max(1)).clamp(60, 600) {
            let (value, taken) = self.relaxed(&price);
            if value < bound {
                (bound, stale) = (value, 0);
                best_price.clone_from(&price);
            } else {
                stale += 1;
            }
            let mut chosen: Vec<usize> = (0..self.edges.len()).filter(|&at| taken[at]).collect();
            chosen.sort_by_key(|&at| (Reverse(self.left(at, &price)), at));
            let mut found = Choice::empty(self);
            chosen.into_iter().for_each(|at| found.take_if_it_fits(self, at));
            // Improving is dear; only what is better before is likely to be better after.
            if found.value > raw {
                raw = found.value;
                found.improve(self, &order);
            }
            if found.value > best.value {
                best = found;
            }
            if bound <= i128::from(best.value) {
                break;
            }
            if stale >= 12 {
                (stride, stale) = (stride * 0.6, 0);
                price.clone_from(&best_price);
            }
            self.step(&mut price, &taken, stride * (value - i128::from(best.value)) as f64);
        }
        let bound = i64::try_from(bound).unwrap_or(i64::MAX).max(best.value);
        let tight = tighten(self, &mut best, bound, worth, effort.entries);
        if tight == best.value {
            return SideAnswer {
                taken: best.taken,
                value: best.value,
                bound: tight,
                searched: false,
                price: best_price,
            };
        }
        let left: Vec<i64> = (0..self.edges.len()).map(|at| self.left(at, &best_price)).collect();
        let (best, closed) = close(self, best, &left, bound, effort.nodes);
        SideAnswer {
            bound: if closed { best.value } else { tight.max(best.value) },
            value: best.value,
            taken: best.taken,
            searched: closed,
            price: best_price,
        }
    }

    /// Pairs by park, each park's best first.
    pub(super) fn by_park(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.edges.len()).collect();
        order.sort_by_key(|&at| (self.edge(at).park, Reverse(self.edge(at).score), at));
        order
    }

    /// Pairs by falling score.
    pub(super) fn by_value(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.edges.len()).collect();
        order.sort_by_key(|&at| (Reverse(self.edge(at).score), at));
        order
    }

    /// Prices of seats and quotas to start from, and of the parks' numbers and quotas: those of a flow in which every pair of
    /// a college takes its mean seats.
    fn start(&self) -> (Vec<i64>, Vec<i64>) {
        let n = self.case.colleges.len();
        let (mut seats, mut pairs) = (vec![0_u64; n], vec![0_u64; n]);
        for at in 0..self.edges.len() {
            seats[self.edge(at).college as usize] += u64::from(self.edge(at).seats);
            pairs[self.edge(at).college as usize] += 1;
        }
        let mean = |j: usize| (seats[j] / pairs[j].max(1)).max(1);
        let places = (0..n).map(|j| u64::from(self.limits[j]) / mean(j)).map(|places| places as u32).collect();
        let edges = (0..self.edges.len()).map(|at| self.edge(at)).map(|edge| (edge.park, edge.college, edge.score));
        let grid = Grid::new(edges.collect(), self.wish.clone(), places, false);
        let flow = Flow::solve(&grid);
        let prices = (0..n).map(|j| flow.price[j] / mean(j) as i64);
        let quotas = || self.case.quotas.iter().map(|_| 0);
        (prices.chain(quotas()).collect(), flow.worth.iter().copied().chain(quotas()).collect())
    }

    /// Value of a pair after the prices of what it draws on.
    pub(super) fn left(&self, at: usize, price: &[i64]) -> i64 {
        let paid = self.draws(at).map(|(limit, amount)| price[limit].saturating_mul(i64::from(amount)));
        self.edge(at).score.saturating_sub(paid.fold(0, i64::saturating_add))
    }

    /// What every park takes at given prices, and the bound that gives (Lagrangian relaxation of all limits).
    fn relaxed(&self, price: &[i64]) -> (i128, Vec<bool>) {
        let mut taken = vec![false; self.edges.len()];
        let mut value: i128 =
            self.limits.iter().zip(price).map(|(&limit, &price)| i128::from(limit) * i128::from(price)).sum();
        let mut row: Vec<(Reverse<i64>, usize)> = Vec::new();
        for i in 0..self.wish.len() {
            row.clear();
            row.extend((self.row[i]..self.row[i + 1]).map(|at| (Reverse(self.left(at, price)), at)));
            row.retain(|edge| edge.0.0 > 0);
            row.sort_unstable();
            for &(Reverse(left), at) in row.iter().take(self.wish[i] as usize) {
                value += i128::from(left);
                taken[at] = true;
            }
        }
        (value, taken)
    }

    /// Raises the price of what is wanted too much, lowers that of what is wanted too little (Polyak's step).
    fn step(&self, price: &mut [i64], taken: &[bool], gap: f64) {
        let mut spare: Vec<f64> = self.limits.iter().map(|&limit| f64::from(limit)).collect();
        for at in (0..self.edges.len()).filter(|&at| taken[at]) {
            self.draws(at).for_each(|(limit, amount)| spare[limit] -= f64::from(amount));
        }
        let moves = |limit: usize, price: &[i64]| spare[limit] < 0.0 || price[limit] > 0;
        let norm: f64 = (0..spare.len()).filter(|&limit| moves(limit, price)).map(|limit| spare[limit].powi(2)).sum();
        if norm == 0.0 {
            return;
        }
        for limit in 0..spare.len() {
            price[limit] = (price[limit] - (gap / norm * spare[limit]).round() as i64).max(0);
        }
    }
}
