//! Selection: many parks and many colleges at once, under capacity (METHODS §6).
//!
//! A minimum-cost flow, solved as a bipartite b-matching in integers: an auction finds prices that are nearly right, the
//! flow makes them exact along shortest paths. The prices then prove the optimum and answer what each wish costs.

mod answer;
mod auction;
mod case;
mod conflict;
mod dropped;
mod flow;
mod grid;
mod knapsack;
mod matching;
mod prices;
mod relax;
mod rules;
mod search;
mod shortest;
mod side;
mod side_answer;
mod side_prices;
mod words;

use crate::domain::{Invalid, Selection, SelectionProblem, SelectionStatus};
use answer::Report;
use case::Case;
use flow::Flow;

/// The best selection under all wishes, with the proof and the prices; or why there is none.
///
/// `proven` is called once the optimum is proven, before prices and comparisons are worked out.
///
/// # Errors
/// [`Invalid`] if an id or a candidate is listed twice, a position is out of range, a forced pair is no candidate, or a
/// score is too large.
pub fn select(problem: &SelectionProblem, proven: impl FnOnce()) -> Result<Selection, Invalid> {
    let case = Case::new(problem)?;
    if conflict::forced_conflict(&case, &matching::Active::all(&case)).is_some() {
        return Ok(infeasible(&case));
    }
    let seats = match case.seats() {
        Some(seats) if case.quota.iter().all(Option::is_none) => seats,
        _ if case.mandatory => {
            return Err(Invalid::new(
                "unsupported",
                "有城市限额或名额不等时，不支持“恰好”的院校数",
                "an exact number of partners cannot be combined with quotas or differing seats",
            ));
        }
        _ => return Ok(side_answer::side_selection(&case, proven)),
    };
    let (grid, edges) = case.grid(&seats);
    let flow = Flow::solve(&grid);
    if case.mandatory && flow.count != grid.wish {
        return Ok(infeasible(&case));
    }
    let (value, bound) = (flow.value(), flow.bound());
    proven();
    Ok(Report { case: &case, seats: &seats, flow: &flow, edges: &edges }.selection(value, bound))
}

/// Why the wishes exclude each other, and the least that must give way.
fn infeasible(case: &Case) -> Selection {
    let conflicts = conflict::conflicts(case);
    let flow = case.seats().is_some() && case.quota.iter().all(Option::is_none);
    let (changes, admitted) = if flow { relax::least_relaxation(case) } else { relax::raised_limits(case) };
    let changes = changes.into_iter().map(|(term, by)| words::change(case, term, by));
    Selection {
        status: SelectionStatus::Infeasible,
        proof: "conflicts",
        conflicts: conflicts.iter().map(|terms| words::conflict(case, terms)).collect(),
        relaxation: changes.chain(admitted.into_iter().map(|e| words::admission(case, e))).collect(),
        ..Selection::default()
    }
}
