//! A selection before and after a scenario: what enters, what leaves, and which change moves the objective.

use crate::domain::{ChangeShare, SelectedPair, Selection, SelectionMove, SelectionStatus};

/// Compares the selections made on the base and after each change, in this order; `None` without a base.
pub fn selection_move(mut made: Vec<Selection>) -> Option<SelectionMove> {
    // Telescoping in whole millionths of a point, so that the parts add up.
    let units = |selection: &Selection| {
        (selection.status != SelectionStatus::Infeasible).then(|| (selection.objective * 1e6).round() as i64)
    };
    let (first, last) = (units(made.first()?), units(made.last()?));
    let mut by_change = Vec::new();
    if let (Some(mut before), Some(_)) = (first, last) {
        for (change, selection) in made.iter().skip(1).enumerate() {
            // While the wishes cannot be met there is no objective: the next change that mends them bears the move.
            let Some(now) = units(selection) else { continue };
            if now != before {
                by_change.push(ChangeShare { change, points: (now - before) as f64 / 1e6 });
            }
            before = now;
        }
    }
    let scenario = made.pop()?;
    let base = if made.is_empty() { scenario.clone() } else { made.swap_remove(0) };
    let only = |of: &Selection, other: &Selection| -> Vec<SelectedPair> {
        // Both by park, then college.
        let there = |pair: &SelectedPair| {
            let key = (&pair.park, &pair.college);
            other.pairs.binary_search_by(|known| (&known.park, &known.college).cmp(&key)).is_ok()
        };
        of.pairs.iter().filter(|pair| !there(pair)).cloned().collect()
    };
    let (entered, left) = (only(&scenario, &base), only(&base, &scenario));
    let objective_move = first.zip(last).map(|(before, after)| (after - before) as f64 / 1e6);
    Some(SelectionMove { base, scenario, objective_move, by_change, entered, left })
}
