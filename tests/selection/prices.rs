//! Prices against solving again.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{Selection, SelectionProblem, SelectionStatus, WishPrice};

use crate::cases::{answer, problem, with_wishes};

fn random(rng: &mut ChaCha8Rng, case: u64) -> SelectionProblem {
    let (n_parks, n_colleges) = (rng.random_range(2..12), rng.random_range(2..9));
    let mut problem = problem(rng, n_parks, n_colleges, case.is_multiple_of(3));
    problem.mandatory = case % 4 == 1;
    if problem.mandatory {
        problem.parks.iter_mut().for_each(|park| park.wish = park.wish.min(1));
    }
    with_wishes(rng, problem, 3)
}

fn optimum(problem: &SelectionProblem) -> Option<f64> {
    let selection = answer(problem);
    (selection.status == SelectionStatus::Optimal).then_some(selection.objective)
}

/// Calls `check` with 200 problems that can be solved and their selections.
fn solved(seed: u64, mut check: impl FnMut(u64, &SelectionProblem, &Selection)) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut solved, mut case) = (0, 0);
    while solved < 200 {
        case += 1;
        let problem = random(&mut rng, case);
        let selection = answer(&problem);
        if selection.status == SelectionStatus::Optimal {
            solved += 1;
            check(case, &problem, &selection);
        }
    }
}

/// The problem without one of its wishes.
pub(crate) fn without(problem: &SelectionProblem, wish: &WishPrice) -> SelectionProblem {
    let mut without = problem.clone();
    let list = if wish.kind == "forced" { &mut without.forced } else { &mut without.forbidden };
    list.retain(|pair| {
        problem.parks[pair.park as usize].id != wish.park || problem.colleges[pair.college as usize].id != wish.college
    });
    without
}

#[test]
fn the_price_of_a_wish_is_what_its_removal_brings() {
    let mut priced = 0;
    solved(8, |case, problem, selection| {
        for wish in &selection.wishes {
            let gain = optimum(&without(problem, wish)).expect("feasible without a wish") - selection.objective;
            let price = wish.price.expect("exact");
            assert!((gain - price).abs() < 1e-9, "case {case}: {wish:?}, again {gain}");
            priced += usize::from(price > 0.0);
        }
        assert_eq!(selection.wishes.len(), problem.forced.len() + problem.forbidden.len());
    });
    assert!(priced > 100, "{priced} wishes cost something");
}

#[test]
fn the_price_of_a_place_is_what_one_more_and_one_less_change() {
    let mut worth = 0;
    solved(9, |case, problem, selection| {
        for college in &selection.colleges {
            let j = problem.colleges.iter().position(|other| other.id == college.college).expect("there");
            let mut other = problem.clone();
            other.colleges[j].capacity += 1;
            let gain = optimum(&other).expect("feasible with more") - selection.objective;
            assert!((gain - college.one_more.expect("exact")).abs() < 1e-9, "case {case}: {college:?}, again {gain}");
            worth += usize::from(gain > 0.0);
            if college.capacity == 0 {
                continue;
            }
            other.colleges[j].capacity -= 2;
            match (optimum(&other), college.one_less) {
                (Some(less), Some(price)) => {
                    let loss = selection.objective - less;
                    assert!((loss - price).abs() < 1e-9, "case {case}: {college:?}, again {loss}");
                }
                (None, None) => {}
                other => panic!("case {case}: {college:?}, again {other:?}"),
            }
        }
    });
    assert!(worth > 200, "{worth} places are worth something");
}
