//! The team of k against all teams.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::engine::{portfolio, portfolio_until, transport};

/// Needs, and each college's programmes as seats and worth for each need.
struct Instance {
    need: Vec<f64>,
    colleges: Vec<Vec<(f64, Vec<f64>)>>,
}

impl Instance {
    fn random(rng: &mut ChaCha8Rng, n: usize) -> Self {
        let n_needs = rng.random_range(6..14);
        let need: Vec<f64> = (0..n_needs).map(|_| f64::from(rng.random_range(5..60))).collect();
        let colleges = (0..n)
            .map(|_| {
                let programme = |rng: &mut ChaCha8Rng| {
                    let main = rng.random_range(0..n_needs);
                    let worth = (0..n_needs).map(|d| match rng.random_range(0..10) {
                        _ if d == main => 1.0,
                        0 => 0.7,
                        1 => 0.4,
                        _ => 0.0,
                    });
                    (worth.collect::<Vec<f64>>(), f64::from(rng.random_range(5..40)))
                };
                (0..rng.random_range(1..6)).map(|_| programme(rng)).map(|(worth, seats)| (seats, worth)).collect()
            })
            .collect();
        Self { need, colleges }
    }

    fn coverage(&self, members: &[usize]) -> f64 {
        let programmes: Vec<&(f64, Vec<f64>)> = members.iter().flat_map(|&member| &self.colleges[member]).collect();
        let worth: Vec<f64> =
            (0..self.need.len()).flat_map(|d| programmes.iter().map(move |programme| programme.1[d])).collect();
        let seats: Vec<f64> = programmes.iter().map(|programme| programme.0).collect();
        transport(&worth, &self.need, &seats).value / self.need.iter().sum::<f64>()
    }
}

#[test]
fn two_hundred_teams_come_near_the_best() {
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let (mut shares, mut closed) = (Vec::new(), 0);
    for case in 0..200 {
        let (n, size) = (rng.random_range(5..=60), rng.random_range(1..=5));
        let instance = Instance::random(&mut rng, n);
        let quick = portfolio(n, size, 0, |members| instance.coverage(members));
        let exact = portfolio(n, size, 20_000, |members| instance.coverage(members));
        assert!(quick.members.len() <= size && quick.coverage <= exact.coverage + 1e-9, "case {case}");
        // Each single college, the greedy choice, the exchanges, and what each member adds and loses.
        assert!(quick.evaluations <= n + 5 * 60 + 120 + 60, "case {case}: {} coverages", quick.evaluations);
        assert!(exact.coverage <= quick.bound + 1e-9 && exact.bound <= quick.bound + 1e-9, "case {case}");
        assert!((quick.members.iter().map(|member| member.adds).sum::<f64>() - quick.coverage).abs() < 1e-9);
        closed += usize::from(exact.gap < 1e-9);
        // Against the proven bound, which is no less than the optimum.
        shares.push(quick.coverage / exact.bound);
    }
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    let worst = shares.iter().copied().fold(1.0, f64::min);
    println!("mean {mean:.4}, worst {worst:.4} of the bound; {closed} of 200 closed");
    assert!(mean >= 0.985 && worst >= 0.96, "mean {mean}, worst {worst} of the bound; {closed} of 200 closed");
}

#[test]
fn an_exact_team_is_the_best_of_all_teams() {
    let mut rng = ChaCha8Rng::seed_from_u64(13);
    for case in 0..60 {
        let instance = Instance::random(&mut rng, 11);
        let exact = portfolio(11, 3, usize::MAX, |members| instance.coverage(members));
        let mut best = 0.0_f64;
        for a in 0..11 {
            for b in 0..a {
                for c in 0..b {
                    best = best.max(instance.coverage(&[c, b, a]));
                }
            }
        }
        assert!((exact.coverage - best).abs() < 1e-9 && exact.gap < 1e-9, "case {case}: {} {best}", exact.coverage);
        let members: Vec<usize> = exact.members.iter().map(|member| member.college).collect();
        for member in &exact.members {
            let others: Vec<usize> = members.iter().copied().filter(|&other| other != member.college).collect();
            assert!((exact.coverage - instance.coverage(&others) - member.loses).abs() < 1e-9, "case {case}");
        }
    }
}

#[test]
fn a_search_that_is_stopped_says_so_and_proves_its_gap() {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicBool, Ordering};
    let mut rng = ChaCha8Rng::seed_from_u64(20);
    let mut stopped = 0;
    for case in 0..40 {
        let instance = Instance::random(&mut rng, 40);
        let exact = portfolio(40, 4, usize::MAX, |members| instance.coverage(members));
        let quick = portfolio(40, 4, 0, |members| instance.coverage(members));
        // Stopped after so many coverages, as a clock would at some moment.
        let (stop, left) = (AtomicBool::new(false), Cell::new(quick.evaluations + 10 * case));
        let team = portfolio_until(40, 4, usize::MAX, &stop, |members| {
            left.set(left.get().saturating_sub(1));
            stop.fetch_or(left.get() == 0, Ordering::Relaxed);
            instance.coverage(members)
        });
        assert!((team.coverage + team.gap - team.bound).abs() < 1e-12, "case {case}");
        assert!(team.bound >= exact.coverage - 1e-9, "case {case}: {} is no bound of {}", team.bound, exact.coverage);
        assert!(quick.coverage <= team.coverage + 1e-9, "case {case}");
        assert!(team.stopped || team.gap < 1e-9, "case {case}: it went to the end and left {}", team.gap);
        stopped += usize::from(team.stopped);
    }
    assert!(stopped > 5, "{stopped} were stopped");
}

#[test]
fn a_team_of_nobody_or_of_all_is_answered() {
    let instance = Instance::random(&mut ChaCha8Rng::seed_from_u64(14), 4);
    let coverage = |members: &[usize]| instance.coverage(members);
    assert_eq!(portfolio(4, 0, 100, coverage).members.len(), 0);
    assert_eq!(portfolio(0, 3, 100, coverage).coverage, 0.0);
    let all = portfolio(4, 9, 100, coverage);
    assert!((all.coverage - coverage(&[0, 1, 2, 3])).abs() < 1e-9 && all.gap < 1e-9);
}
