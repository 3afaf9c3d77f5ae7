//! Every conflict is one, every wish in it is needed, and the relaxation ends them with the fewest changes.

use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOutcome};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{Change, Pair, SelectionProblem, SelectionStatus, Wish, WishKind};

use crate::cases::{answer, by_linear_programme, problem, with_wishes};

const PLENTY: u32 = 1_000;

fn park(problem: &SelectionProblem, wish: &Wish) -> usize {
    problem.parks.iter().position(|park| Some(&park.id) == wish.park.as_ref()).expect("there")
}

fn college(problem: &SelectionProblem, wish: &Wish) -> usize {
    problem.colleges.iter().position(|college| Some(&college.id) == wish.college.as_ref()).expect("there")
}

fn pair(problem: &SelectionProblem, wish: &Wish) -> Pair {
    Pair { park: park(problem, wish) as u32, college: college(problem, wish) as u32 }
}

/// Whether the wishes alone can be met, by linear programming. Parks whose number is no wish take part with any number.
fn can_be_met(problem: &SelectionProblem, wishes: &[&Wish]) -> bool {
    let kept = |kind: WishKind| wishes.iter().filter(move |wish| wish.kind == kind);
    let mut alone = SelectionProblem { forced: vec![], forbidden: vec![], min_score: None, ..problem.clone() };
    alone.forced.extend(kept(WishKind::Forced).map(|wish| pair(problem, wish)));
    alone.forbidden.extend(kept(WishKind::Forbidden).map(|wish| pair(problem, wish)));
    if kept(WishKind::MinScore).count() > 0 {
        alone.min_score = problem.min_score;
    }
    for (j, college) in alone.colleges.iter_mut().enumerate() {
        if !kept(WishKind::Capacity).any(|wish| self::college(problem, wish) == j) {
            college.capacity = PLENTY;
        }
    }
    for i in 0..alone.parks.len() {
        if !kept(WishKind::Partners).any(|wish| park(problem, wish) == i) {
            // Any number: a park of its own for each of its pairs.
            alone.parks[i].wish = PLENTY;
        }
    }
    if !problem.mandatory {
        return by_linear_programme(&alone).is_some();
    }
    // Mandatory for those named only: the others may leave every place open at a private college.
    for i in 0..alone.parks.len() {
        if alone.parks[i].wish != PLENTY {
            continue;
        }
        alone.parks[i].wish = 30;
        for _ in 0..30 {
            let college = alone.colleges.len() as u32;
            let id = format!("open{college}").into();
            alone.colleges.push(zeyou::domain::SelectionCollege { id, capacity: 1, quota: None });
            let pair = Pair { park: i as u32, college };
            alone.candidates.push(zeyou::domain::Candidate { pair, score: 100_000_000, seats: 1 });
        }
    }
    by_linear_programme(&alone).is_some()
}

fn changed(problem: &SelectionProblem, changes: &[&Change]) -> SelectionProblem {
    let mut relaxed = problem.clone();
    for change in changes {
        let wish = &change.wish;
        match wish.kind {
            WishKind::Forced => relaxed.forced.retain(|other| *other != pair(problem, wish)),
            WishKind::Forbidden => relaxed.forbidden.retain(|other| *other != pair(problem, wish)),
            WishKind::Partners => {
                let wanted = &mut relaxed.parks[park(problem, wish)].wish;
                *wanted = (i64::from(*wanted) + change.by) as u32;
            }
            WishKind::Capacity => {
                let capacity = &mut relaxed.colleges[college(problem, wish)].capacity;
                *capacity = (i64::from(*capacity) + change.by) as u32;
            }
            WishKind::MinScore => {
                let pair = pair(problem, wish);
                let candidate = relaxed.candidates.iter_mut().find(|candidate| candidate.pair == pair).expect("there");
                candidate.score = 100_000_000;
            }
            WishKind::Quota => panic!("no quota was set"),
        }
    }
    relaxed
}

/// The fewest changes that end all conflicts, by linear programming with a slack for each wish.
fn fewest_changes(problem: &SelectionProblem) -> f64 {
    let mut programme = Problem::new(OptimizationDirection::Minimize);
    let mut constant = 0.0;
    let x: Vec<_> = problem
        .candidates
        .iter()
        .map(|candidate| {
            let forced = f64::from(u8::from(problem.forced.contains(&candidate.pair)));
            let forbidden = f64::from(u8::from(problem.forbidden.contains(&candidate.pair)));
            let low = f64::from(u8::from(problem.min_score.is_some_and(|least| candidate.score < least)));
            constant += forced;
            programme.add_var(forbidden + low - forced, (0.0, 1.0))
        })
        .collect();
    for i in 0..problem.parks.len() {
        let pairs = (0..x.len()).filter(|&e| problem.candidates[e].pair.park as usize == i);
        let mut row: Vec<_> = pairs.map(|e| (x[e], 1.0)).collect();
        row.push((programme.add_var(1.0, (0.0, f64::INFINITY)), -1.0));
        row.push((programme.add_var(if problem.mandatory { 1.0 } else { 0.0 }, (0.0, f64::INFINITY)), 1.0));
        programme.add_constraint(row, ComparisonOp::Eq, f64::from(problem.parks[i].wish));
    }
    for j in 0..problem.colleges.len() {
        let pairs = (0..x.len()).filter(|&e| problem.candidates[e].pair.college as usize == j);
        let mut column: Vec<_> = pairs.map(|e| (x[e], 1.0)).collect();
        column.push((programme.add_var(1.0, (0.0, f64::INFINITY)), -1.0));
        programme.add_constraint(column, ComparisonOp::Le, f64::from(problem.colleges[j].capacity));
    }
    match programme.solve().expect("feasible with slacks") {
        SolveOutcome::Solution(solution) => solution.objective() + constant,
        other => panic!("interrupted without a limit: {other:?}"),
    }
}

fn infeasible(rng: &mut ChaCha8Rng, case: usize) -> SelectionProblem {
    let (n_parks, n_colleges) = (rng.random_range(1..9), rng.random_range(1..8));
    let mut problem = problem(rng, n_parks, n_colleges, true);
    problem.mandatory = !case.is_multiple_of(4);
    if case.is_multiple_of(3) {
        problem.min_score = Some(2_000_000);
    }
    problem = with_wishes(rng, problem, case % 6);
    if case.is_multiple_of(5) && !problem.forced.is_empty() {
        problem.forbidden.push(problem.forced[0]);
    }
    problem
}

#[test]
fn two_hundred_conflicts_are_minimal_and_their_relaxation_ends_them() {
    let mut rng = ChaCha8Rng::seed_from_u64(10);
    let (mut seen, mut kinds) = (0, std::collections::BTreeSet::new());
    for case in 0..2_000 {
        let problem = infeasible(&mut rng, case);
        let selection = answer(&problem);
        if selection.status != SelectionStatus::Infeasible {
            continue;
        }
        seen += 1;
        assert!(!selection.conflicts.is_empty() && selection.pairs.is_empty(), "case {case}");
        for conflict in &selection.conflicts {
            let wishes: Vec<&Wish> = conflict.wishes.iter().collect();
            assert!(!can_be_met(&problem, &wishes), "case {case}: {} is no conflict", conflict.en);
            for left_out in 0..wishes.len() {
                let mut others = wishes.clone();
                let wish = others.remove(left_out);
                kinds.insert(wish.kind);
                assert!(can_be_met(&problem, &others), "case {case}: {} needs not {}", conflict.en, wish.en);
            }
        }
        let changes: Vec<&Change> = selection.relaxation.iter().collect();
        let units: i64 = changes.iter().map(|change| change.by.abs().max(1)).sum();
        assert!((units as f64 - fewest_changes(&problem)).abs() < 1e-6, "case {case}: {changes:?}");
        let relaxed = answer(&changed(&problem, &changes));
        assert_eq!(relaxed.status, SelectionStatus::Optimal, "case {case}: {changes:?}");
        for left_out in 0..changes.len() {
            let mut others = changes.clone();
            others.remove(left_out);
            let again = answer(&changed(&problem, &others));
            assert_eq!(again.status, SelectionStatus::Infeasible, "case {case}: {:?} is not needed", changes[left_out]);
        }
        if seen == 200 {
            break;
        }
    }
    assert!(seen == 200 && kinds.len() == 5, "{seen} conflicts of {kinds:?}");
}

#[test]
fn a_nation_short_of_places_is_told_where() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut problem = problem(&mut rng, 300, 200, false);
    problem.mandatory = true;
    problem.parks.iter_mut().for_each(|park| park.wish = 3);
    problem.colleges.iter_mut().for_each(|college| college.capacity = 4);
    let selection = answer(&problem);
    assert_eq!(selection.status, SelectionStatus::Infeasible);
    assert!(selection.conflicts[0].wishes.len() > 100);
    // 900 wanted, 800 places.
    assert_eq!(selection.relaxation.iter().map(|change| change.by.abs()).sum::<i64>(), 100);
    assert!(selection.conflicts[0].zh.contains("容量合计"), "{}", selection.conflicts[0].zh);
}
