//! Random problems and an independent optimum.

use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOutcome};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{Candidate, Pair, Selection, SelectionCollege, SelectionPark, SelectionProblem};
use zeyou::engine::select;

/// A problem of a few parks and colleges; `ties` makes scores few and equal.
pub(crate) fn problem(rng: &mut ChaCha8Rng, n_parks: u32, n_colleges: u32, ties: bool) -> SelectionProblem {
    let mut candidates = Vec::new();
    for park in 0..n_parks {
        for college in 0..n_colleges {
            if rng.random_bool(0.6) {
                let score =
                    if ties { 1_000_000 * rng.random_range(-1..6) } else { rng.random_range(-5_000_000..100_000_000) };
                candidates.push(Candidate { pair: Pair { park, college }, score, seats: 1 });
            }
        }
    }
    SelectionProblem {
        parks: (0..n_parks)
            .map(|i| SelectionPark { id: format!("P{i:03}").into(), wish: rng.random_range(0..4) })
            .collect(),
        colleges: (0..n_colleges)
            .map(|j| SelectionCollege { id: format!("C{j:03}").into(), capacity: rng.random_range(0..4), quota: None })
            .collect(),
        candidates,
        decimals: 6,
        ..SelectionProblem::default()
    }
}

/// Some of the candidates as wishes: about `n` forced and as many forbidden, never both.
pub(crate) fn with_wishes(rng: &mut ChaCha8Rng, mut problem: SelectionProblem, n: usize) -> SelectionProblem {
    for _ in 0..2 * n {
        if problem.candidates.is_empty() {
            break;
        }
        let pair = problem.candidates[rng.random_range(0..problem.candidates.len())].pair;
        if problem.forced.contains(&pair) || problem.forbidden.contains(&pair) {
            continue;
        }
        if rng.random_bool(0.5) { problem.forced.push(pair) } else { problem.forbidden.push(pair) }
    }
    problem
}

/// The optimum by linear programming, in score units; `None` if infeasible.
pub(crate) fn by_linear_programme(problem: &SelectionProblem) -> Option<f64> {
    let mut programme = Problem::new(OptimizationDirection::Maximize);
    let x: Vec<_> = problem
        .candidates
        .iter()
        .map(|candidate| {
            let low = problem.min_score.is_some_and(|least| candidate.score < least);
            let least = f64::from(u8::from(problem.forced.contains(&candidate.pair)));
            let most = f64::from(u8::from(!low && !problem.forbidden.contains(&candidate.pair)));
            // Crossed bounds make the programme infeasible.
            programme.add_var(candidate.score as f64 / 1e6, (least, most.max(least)))
        })
        .collect();
    let blocked = |candidate: &Candidate| {
        problem.min_score.is_some_and(|least| candidate.score < least) || problem.forbidden.contains(&candidate.pair)
    };
    if problem.candidates.iter().any(|candidate| problem.forced.contains(&candidate.pair) && blocked(candidate)) {
        return None;
    }
    for (i, park) in problem.parks.iter().enumerate() {
        let row: Vec<_> =
            (0..x.len()).filter(|&e| problem.candidates[e].pair.park as usize == i).map(|e| (x[e], 1.0)).collect();
        let rule = if problem.mandatory { ComparisonOp::Eq } else { ComparisonOp::Le };
        if row.is_empty() {
            if problem.mandatory && park.wish > 0 {
                return None;
            }
            continue;
        }
        programme.add_constraint(row, rule, f64::from(park.wish));
    }
    for (j, college) in problem.colleges.iter().enumerate() {
        let column: Vec<_> = (0..x.len())
            .filter(|&e| problem.candidates[e].pair.college as usize == j)
            .map(|e| (x[e], f64::from(problem.candidates[e].seats)))
            .collect();
        if !column.is_empty() {
            programme.add_constraint(column, ComparisonOp::Le, f64::from(college.capacity));
        }
    }
    match programme.solve() {
        Ok(SolveOutcome::Solution(solution)) => Some(solution.objective()),
        Ok(other) => panic!("interrupted without a limit: {other:?}"),
        Err(_) => None,
    }
}

/// The answer to a problem that is well formed.
pub(crate) fn answer(problem: &SelectionProblem) -> Selection {
    select(problem, || ()).expect("a well-formed problem")
}
