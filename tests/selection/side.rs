//! Differing seats and city quotas against trying everything.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{Candidate, Pair, Quota, SelectionCollege, SelectionPark, SelectionProblem, SelectionStatus};

use crate::cases::answer;

fn random(rng: &mut ChaCha8Rng, n_parks: u32, n_colleges: u32, share: f64, quotas: u32) -> SelectionProblem {
    let mut candidates = Vec::new();
    for park in 0..n_parks {
        for college in 0..n_colleges {
            if rng.random_bool(share) {
                let score = rng.random_range(1_000_000..100_000_000);
                candidates.push(Candidate { pair: Pair { park, college }, score, seats: rng.random_range(1..5) });
            }
        }
    }
    let quota = |rng: &mut ChaCha8Rng| (quotas > 0).then(|| rng.random_range(0..quotas));
    SelectionProblem {
        parks: (0..n_parks)
            .map(|i| SelectionPark { id: format!("P{i:03}").into(), wish: rng.random_range(1..4) })
            .collect(),
        colleges: (0..n_colleges)
            .map(|j| SelectionCollege {
                id: format!("C{j:03}").into(),
                capacity: rng.random_range(1..9),
                quota: quota(rng),
            })
            .collect(),
        candidates,
        quotas: (0..quotas).map(|q| Quota { city: format!("city {q}").into(), pairs: n_parks / quotas }).collect(),
        decimals: 6,
        ..SelectionProblem::default()
    }
}

/// Whether the limits allow the candidates whose bit is set.
fn allowed(problem: &SelectionProblem, set: u32) -> bool {
    let mut partners = vec![0; problem.parks.len()];
    let mut seats = vec![0; problem.colleges.len()];
    let mut pairs = vec![0; problem.quotas.len()];
    for (e, candidate) in problem.candidates.iter().enumerate().filter(|(e, _)| set >> e & 1 == 1) {
        let _ = e;
        partners[candidate.pair.park as usize] += 1;
        seats[candidate.pair.college as usize] += candidate.seats;
        if let Some(q) = problem.colleges[candidate.pair.college as usize].quota {
            pairs[q as usize] += 1;
        }
    }
    partners.iter().zip(&problem.parks).all(|(partners, park)| *partners <= park.wish)
        && seats.iter().zip(&problem.colleges).all(|(seats, college)| *seats <= college.capacity)
        && pairs.iter().zip(&problem.quotas).all(|(pairs, quota)| *pairs <= quota.pairs)
}

#[test]
fn small_problems_with_seats_and_quotas_are_solved_to_the_optimum() {
    let mut rng = ChaCha8Rng::seed_from_u64(15);
    for case in 0..120 {
        let mut problem = random(&mut rng, 4, 3, 0.9, case % 3);
        if case % 4 == 0
            && let Some(first) = problem.candidates.first().copied()
            && allowed(&problem, 1)
        {
            problem.forced.push(first.pair);
        }
        let selection = answer(&problem);
        assert_eq!((selection.status, selection.gap), (SelectionStatus::Optimal, 0.0), "case {case}");
        assert_eq!(Some(selection.objective), by_trying(&problem), "case {case}");
    }
}

/// The optimum by trying everything; `None` if the forced pairs do not fit.
fn by_trying(problem: &SelectionProblem) -> Option<f64> {
    let bits = |pairs: &[Pair]| {
        let at = |pair: &Pair| problem.candidates.iter().position(|candidate| candidate.pair == *pair).expect("there");
        pairs.iter().fold(0_u32, |set, pair| set | 1 << at(pair))
    };
    let (forced, forbidden) = (bits(&problem.forced), bits(&problem.forbidden));
    let value = |set: u32| -> i64 {
        let taken = problem.candidates.iter().enumerate().filter(|(e, _)| set >> e & 1 == 1);
        taken.map(|(_, candidate)| candidate.score).sum()
    };
    let sets = (0..1_u32 << problem.candidates.len()).filter(|set| set & forced == forced && set & forbidden == 0);
    sets.filter(|&set| allowed(problem, set)).map(value).max().map(|best| best as f64 / 1e6)
}

#[test]
fn two_hundred_prices_under_side_constraints_are_what_trying_everything_says() {
    let mut rng = ChaCha8Rng::seed_from_u64(18);
    let (mut case, mut priced, mut worth) = (0, 0, 0);
    while priced < 200 {
        case += 1;
        let quotas = case % 3;
        let mut problem = random(&mut rng, 4, 3, 0.8, quotas);
        for (at, candidate) in problem.candidates.clone().iter().enumerate() {
            match rng.random_range(0..5) {
                0 if at % 2 == 0 => problem.forced.push(candidate.pair),
                1 => problem.forbidden.push(candidate.pair),
                _ => {}
            }
        }
        let Some(best) = by_trying(&problem) else { continue };
        let selection = answer(&problem);
        if problem.candidates.iter().all(|candidate| candidate.seats == 1) && quotas == 0 {
            continue;
        }
        assert_eq!(selection.objective, best, "case {case}");
        let same = |found: Option<f64>, wanted: f64, what: &str| {
            assert!((found.expect("exact") - wanted).abs() < 1e-9, "case {case}: {what}: {found:?}, again {wanted}");
        };
        for wish in &selection.wishes {
            let again = by_trying(&crate::prices::without(&problem, wish)).expect("feasible without a wish");
            same(wish.price, again - best, &format!("{wish:?}"));
            priced += 1;
            worth += usize::from(again > best);
        }
        for college in &selection.colleges {
            let j = problem.colleges.iter().position(|other| other.id == college.college).expect("there");
            let mut other = problem.clone();
            other.colleges[j].capacity += 1;
            same(college.one_more, by_trying(&other).expect("feasible with more") - best, &format!("{college:?}"));
            if college.capacity > 0 {
                other.colleges[j].capacity -= 2;
                match by_trying(&other) {
                    Some(less) => same(college.one_less, best - less, &format!("{college:?}")),
                    None => assert_eq!((college.one_less, college.one_less_between), (None, None), "case {case}"),
                }
            }
        }
    }
    assert!(worth > 50, "{worth} wishes cost something");
}

#[test]
fn prices_of_large_questions_lie_between_proven_limits() {
    let mut rng = ChaCha8Rng::seed_from_u64(19);
    let mut problem = random(&mut rng, 60, 40, 0.3, 4);
    for candidate in problem.candidates.clone().iter().step_by(97) {
        problem.forced.push(candidate.pair);
        if problem.forced.len() > 3 || answer(&problem).status == SelectionStatus::Infeasible {
            problem.forced.pop();
        }
    }
    let free = problem.candidates.iter().filter(|candidate| !problem.forced.contains(&candidate.pair));
    problem.forbidden = free.skip(5).step_by(60).map(|candidate| candidate.pair).collect();
    assert!(problem.forced.len() > 1 && problem.forbidden.len() > 5);
    let selection = answer(&problem);
    assert_ne!(selection.status, SelectionStatus::Infeasible);
    for wish in &selection.wishes {
        let again = answer(&crate::prices::without(&problem, wish));
        // Wherever both optima lie, their difference keeps to the limits.
        let (least, most) = (again.objective - selection.bound, again.bound - selection.objective);
        let (low, high) = match (wish.price, wish.price_between) {
            (Some(price), None) => (price, price),
            (None, Some(between)) => (between.low, between.high),
            other => panic!("neither or both: {other:?}"),
        };
        assert!(0.0 <= low && low <= most + 1e-6 && high >= least - 1e-6, "{wish:?}: {least} to {most}");
    }
    for college in &selection.colleges {
        assert!(college.one_more.is_some() != college.one_more_between.is_some(), "{college:?}");
    }
}

#[test]
fn larger_ones_state_a_small_gap_and_keep_every_limit() {
    let mut rng = ChaCha8Rng::seed_from_u64(16);
    let problem = random(&mut rng, 120, 90, 0.3, 6);
    let selection = answer(&problem);
    println!("{:?}: {} of {}, by {}", selection.status, selection.objective, selection.bound, selection.proof);
    assert!(selection.gap <= 0.001 * selection.objective, "gap {} of {}", selection.gap, selection.objective);
    assert!(selection.comparison.iter().all(|rule| rule.objective <= selection.objective));
    let mut pairs = vec![0; problem.quotas.len()];
    for college in &selection.colleges {
        assert!(college.used <= college.capacity);
    }
    for pair in &selection.pairs {
        let college = problem.colleges.iter().find(|college| college.id == pair.college).expect("there");
        pairs[college.quota.expect("set") as usize] += 1;
    }
    assert!(pairs.iter().zip(&problem.quotas).all(|(pairs, quota)| *pairs <= quota.pairs));
}

#[test]
fn forced_pairs_beyond_seats_or_a_quota_are_a_conflict() {
    let mut problem = random(&mut ChaCha8Rng::seed_from_u64(17), 6, 2, 1.0, 1);
    // Only the quota of 6 pairs is too small.
    problem.parks.iter_mut().for_each(|park| park.wish = 2);
    problem.colleges.iter_mut().for_each(|college| college.capacity = 30);
    problem.forced = problem.candidates.iter().map(|candidate| candidate.pair).collect();
    let selection = answer(&problem);
    assert_eq!(selection.status, SelectionStatus::Infeasible);
    assert!(selection.conflicts.iter().any(|conflict| conflict.zh.contains("合计至多")), "{:?}", selection.conflicts);
    for change in &selection.relaxation {
        let raised = |now: u32| (i64::from(now) + change.by) as u32;
        for park in problem.parks.iter_mut().filter(|park| Some(&park.id) == change.wish.park.as_ref()) {
            park.wish = raised(park.wish);
        }
        for college in problem.colleges.iter_mut().filter(|college| Some(&college.id) == change.wish.college.as_ref()) {
            college.capacity = raised(college.capacity);
        }
        for quota in problem.quotas.iter_mut().filter(|quota| Some(&quota.city) == change.wish.city.as_ref()) {
            quota.pairs = raised(quota.pairs);
        }
    }
    assert_eq!(answer(&problem).status, SelectionStatus::Optimal);
    problem.mandatory = true;
    assert_eq!(zeyou::engine::select(&problem, || ()).expect_err("refused").rule, "unsupported");
}
