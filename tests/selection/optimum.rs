//! The optimum is the optimum, keeps every wish, and does not depend on the order of the input.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{Candidate, Pair, Selection, SelectionCollege, SelectionPark, SelectionProblem, SelectionStatus};

use crate::cases::{answer, by_linear_programme, problem, with_wishes};

fn keeps_the_wishes(problem: &SelectionProblem, selection: &Selection) {
    let mut of_park: BTreeMap<&str, u32> = BTreeMap::new();
    let mut of_college: BTreeMap<&str, u32> = BTreeMap::new();
    for pair in &selection.pairs {
        *of_park.entry(&pair.park).or_default() += 1;
        *of_college.entry(&pair.college).or_default() += 1;
    }
    for park in &problem.parks {
        let partners = of_park.get(park.id.as_str()).copied().unwrap_or(0);
        assert!(if problem.mandatory { partners == park.wish } else { partners <= park.wish });
    }
    for college in &problem.colleges {
        assert!(of_college.get(college.id.as_str()).copied().unwrap_or(0) <= college.capacity);
    }
    let selected = |pair: &Pair| {
        let (park, college) = (&problem.parks[pair.park as usize].id, &problem.colleges[pair.college as usize].id);
        selection.pairs.iter().any(|pair| pair.park == *park && pair.college == *college)
    };
    assert!(problem.forced.iter().all(selected));
    assert!(!problem.forbidden.iter().any(selected));
}

#[test]
fn two_hundred_random_selections_equal_the_linear_programme() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (mut solved, mut refused) = (0, 0);
    for case in 0..700 {
        let (n_parks, n_colleges) = (rng.random_range(1..13), rng.random_range(1..10));
        let mut problem = problem(&mut rng, n_parks, n_colleges, case % 3 == 0);
        problem = with_wishes(&mut rng, problem, case % 5);
        problem.mandatory = case % 2 == 1;
        if problem.mandatory {
            problem.parks.iter_mut().for_each(|park| park.wish = park.wish.min(1 + case as u32 % 2));
        }
        if case % 7 == 0 {
            problem.min_score = Some(2_000_000);
        }
        let selection = answer(&problem);
        match by_linear_programme(&problem) {
            Some(optimum) => {
                assert_eq!(selection.status, SelectionStatus::Optimal, "case {case}");
                assert!((selection.objective - optimum).abs() < 1e-6, "case {case}: {} {optimum}", selection.objective);
                assert_eq!(selection.gap, 0.0, "case {case}");
                keeps_the_wishes(&problem, &selection);
                solved += 1;
            }
            None => {
                assert_eq!(selection.status, SelectionStatus::Infeasible, "case {case}");
                refused += 1;
            }
        }
    }
    assert!(solved >= 200 && refused >= 50, "{solved} solved, {refused} infeasible");
}

#[test]
fn the_order_of_the_input_changes_nothing() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for case in 0..60 {
        let mut original = with_wishes(&mut rng, problem(&mut ChaCha8Rng::seed_from_u64(case), 9, 7, true), 2);
        original.mandatory = case % 3 == 0;
        let mut parks: Vec<u32> = (0..original.parks.len() as u32).collect();
        let mut colleges: Vec<u32> = (0..original.colleges.len() as u32).collect();
        parks.shuffle(&mut rng);
        colleges.shuffle(&mut rng);
        let place = |order: &[u32], at: u32| order.iter().position(|&other| other == at).expect("there") as u32;
        let moved = |pair: &Pair| Pair { park: place(&parks, pair.park), college: place(&colleges, pair.college) };
        let mut shuffled = SelectionProblem {
            parks: parks.iter().map(|&i| original.parks[i as usize].clone()).collect(),
            colleges: colleges.iter().map(|&j| original.colleges[j as usize].clone()).collect(),
            candidates: original.candidates.iter().map(|c| Candidate { pair: moved(&c.pair), ..*c }).collect(),
            forced: original.forced.iter().map(moved).collect(),
            forbidden: original.forbidden.iter().map(moved).collect(),
            ..original.clone()
        };
        shuffled.candidates.shuffle(&mut rng);
        shuffled.forced.shuffle(&mut rng);
        assert_eq!(answer(&original), answer(&shuffled), "case {case}");
    }
}

#[test]
fn a_nation_is_proven_optimal_and_better_than_every_simpler_rule() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let (n_parks, n_colleges) = (500, 600);
    let fame: Vec<i64> = (0..n_colleges).map(|_| rng.random_range(0..50_000_000)).collect();
    let mut candidates = Vec::new();
    for park in 0..n_parks {
        for college in rand::seq::index::sample(&mut rng, n_colleges, 40) {
            let score = fame[college] + rng.random_range(0..50_000_000);
            candidates.push(Candidate { pair: Pair { park, college: college as u32 }, score, seats: 1 });
        }
    }
    let problem = SelectionProblem {
        parks: (0..n_parks).map(|i| SelectionPark { id: format!("P{i}").into(), wish: 4 }).collect(),
        colleges: (0..n_colleges)
            .map(|j| SelectionCollege { id: format!("C{j}").into(), capacity: 4, quota: None })
            .collect(),
        candidates,
        decimals: 6,
        ..SelectionProblem::default()
    };
    let selection = answer(&problem);
    assert_eq!((selection.status, selection.gap), (SelectionStatus::Optimal, 0.0));
    keeps_the_wishes(&problem, &selection);
    for rule in &selection.comparison {
        assert!(rule.share.is_some_and(|share| share < 1.0), "{rule:?}");
    }
    // Without ties both sides ranking by the same score leave exactly one stable selection: the greedy one.
    assert_eq!(selection.comparison[0].objective, selection.comparison[1].objective);
    assert!(selection.envy.blocking > Some(0) && selection.colleges.iter().any(|college| college.overload > 10));
}

#[test]
fn what_is_malformed_is_refused() {
    let mut problem = problem(&mut ChaCha8Rng::seed_from_u64(7), 3, 3, false);
    let pair = problem.candidates[0].pair;
    problem.candidates.push(Candidate { pair, score: 1, seats: 1 });
    assert_eq!(zeyou::engine::select(&problem, || ()).expect_err("refused").rule, "repeated");
    problem.candidates.pop();
    problem.candidates[0].score = 2_000_000_000_000;
    assert_eq!(zeyou::engine::select(&problem, || ()).expect_err("refused").rule, "out-of-range");
    problem.candidates.clear();
    problem.forced.push(pair);
    assert_eq!(zeyou::engine::select(&problem, || ()).expect_err("refused").rule, "not-a-candidate");
    problem.forced.clear();
    let nothing = answer(&problem);
    assert_eq!((nothing.status, nothing.objective), (SelectionStatus::Optimal, 0.0));
    assert_eq!(answer(&SelectionProblem::default()).pairs.len(), 0);
}
