//! Branch and bound over teams, until all are looked into, the budget is used up, or it is told to stop.

use std::sync::atomic::Ordering;

use super::portfolio::{EPSILON, Search};

/// What a search of all teams has found.
pub(super) struct Exact {
    pub(super) best: f64,
    pub(super) team: Vec<usize>,
    /// The largest bound of what was not looked into for want of budget.
    pub(super) open: f64,
    pub(super) budget: usize,
    pub(super) stopped: bool,
}

impl<F: Fn(&[usize]) -> f64> Search<'_, F> {
    /// Looks into all teams that hold `set` and further members from `rest`.
    pub(super) fn branch(
        &mut self,
        exact: &mut Exact,
        set: &mut Vec<usize>,
        value: f64,
        rest: &[usize],
        places: usize,
    ) {
        let mut limits: Vec<(f64, usize)> = rest.iter().map(|&college| (self.limit(set, college), college)).collect();
        limits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let bound = |limits: &[(f64, usize)]| value + limits.iter().take(places).map(|limit| limit.0).sum::<f64>();
        if places == 0 || bound(&limits) <= exact.best + EPSILON {
            return;
        }
        if self.evaluations >= exact.budget {
            exact.open = exact.open.max(bound(&limits));
            return;
        }
        for limit in &mut limits {
            if self.stop.load(Ordering::Relaxed) {
                // What is known bounds the rest.
                break;
            }
            // The last place needs only those that could still win.
            if places > 1 || value + limit.0 > exact.best + EPSILON {
                limit.0 = self.marginal(set, value, limit.1).min(limit.0);
                if value + limit.0 > exact.best + EPSILON {
                    exact.best = value + limit.0;
                    exact.team = [set.as_slice(), &[limit.1]].concat();
                }
            }
        }
        if self.stop.load(Ordering::Relaxed) {
            exact.stopped = true;
            limits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            exact.open = exact.open.max(bound(&limits));
            return;
        }
        if places == 1 {
            return;
        }
        limits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for at in 0..limits.len() {
            if bound(&limits[at..]) <= exact.best + EPSILON {
                return;
            }
            if self.stop.load(Ordering::Relaxed) {
                exact.stopped = true;
                exact.open = exact.open.max(bound(&limits[at..]));
                return;
            }
            let (marginal, college) = limits[at];
            let after: Vec<usize> = limits[at + 1..].iter().map(|limit| limit.1).collect();
            set.push(college);
            self.branch(exact, set, value + marginal, &after, places - 1);
            set.pop();
        }
    }
}
