//! The answer under side constraints.

use super::answer::{compared, pairs, short, sum, uses};
use super::case::{Case, Edge};
use super::search::Choice;
use super::side::{Effort, Side};
use super::side_prices::Prices;
use crate::domain::{Selection, SelectionStatus};

/// Solves a case with differing seats or quotas; the forced pairs must fit.
pub(super) fn side_selection(case: &Case, proven: impl FnOnce()) -> Selection {
    let side = Side::new(case);
    let answer = side.solve(&Effort::PROOF);
    proven();
    let mut selected: Vec<&Edge> = case.edges.iter().filter(|edge| edge.forced).collect();
    selected.extend((0..side.edges.len()).filter(|&at| answer.taken[at]).map(|at| side.edge(at)));
    selected.sort_unstable_by_key(|edge| (edge.park, edge.college));
    let objective = sum(case, selected.iter().map(|edge| edge.score));
    let gap = case.points(answer.bound - answer.value);
    // Capacities play no part in who would be wanted.
    let (grid, edges) = case.grid(&vec![1; case.colleges.len()]);
    let prices = Prices { case, answer: &answer };
    let mut colleges = uses(case, &selected, &grid, &edges);
    prices.places(&mut colleges);
    let rules = [("greedy", side.by_value()), ("parks_in_order", side.by_park())];
    let comparison = rules.map(|(rule, order)| {
        let mut choice = Choice::empty(&side);
        order.into_iter().for_each(|at| choice.take_if_it_fits(&side, at));
        compared(case, objective, rule, choice.value, choice.taken.iter().filter(|&&taken| taken).count())
    });
    Selection {
        status: if gap == 0.0 { SelectionStatus::Optimal } else { SelectionStatus::Feasible },
        objective,
        bound: objective + gap,
        gap,
        proof: if answer.searched { "search" } else { "prices" },
        short: short(case, &selected),
        wishes: prices.wishes(),
        colleges,
        comparison: comparison.into(),
        pairs: pairs(case, &selected),
        ..Selection::default()
    }
}
