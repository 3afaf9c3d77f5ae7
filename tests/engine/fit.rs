//! The transport against a linear-programming solver.

use microlp::{ComparisonOp, OptimizationDirection, Problem};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::engine::transport;

fn optimum(worth: &[f64], need: &[f64], seats: &[f64]) -> f64 {
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let x: Vec<_> = worth.iter().map(|&v| problem.add_var(v, (0.0, f64::INFINITY))).collect();
    let n = seats.len();
    for (d, &h) in need.iter().enumerate() {
        problem.add_constraint((0..n).map(|p| (x[d * n + p], 1.0)).collect::<Vec<_>>(), ComparisonOp::Le, h);
    }
    for (p, &cap) in seats.iter().enumerate().filter(|(_, cap)| cap.is_finite()) {
        problem.add_constraint((0..need.len()).map(|d| (x[d * n + p], 1.0)).collect::<Vec<_>>(), ComparisonOp::Le, cap);
    }
    match problem.solve().expect("bounded and feasible") {
        microlp::SolveOutcome::Solution(solution) => solution.objective(),
        other => panic!("interrupted without a limit: {other:?}"),
    }
}

#[test]
fn a_thousand_random_transports_equal_the_linear_programme_and_prove_themselves() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for case in 0..1_000 {
        let (n_needs, n) = (rng.random_range(1..16), rng.random_range(1..13));
        let levels = [0.0, 0.0, 0.4, 0.6, 0.7, 1.0];
        let urgency = [1.0, 1.5, 2.0];
        let worth: Vec<f64> = (0..n_needs)
            .flat_map(|_| {
                let w = urgency[rng.random_range(0..3)];
                (0..n).map(|_| w * levels[rng.random_range(0..6)]).collect::<Vec<_>>()
            })
            .collect();
        let need: Vec<f64> = (0..n_needs).map(|_| f64::from(rng.random_range(1..100))).collect();
        let seats: Vec<f64> = (0..n)
            .map(|_| if rng.random_bool(0.1) { f64::INFINITY } else { f64::from(rng.random_range(0..120)) })
            .collect();
        let plan = transport(&worth, &need, &seats);
        let scale = need.iter().sum::<f64>();
        assert!((plan.value - optimum(&worth, &need, &seats)).abs() <= 1e-9 * scale, "case {case}");
        for (d, need) in need.iter().enumerate() {
            assert!((0..n).map(|p| plan.flow[d * n + p]).sum::<f64>() <= need + 1e-9, "case {case}");
        }
        for (p, seats) in seats.iter().enumerate() {
            assert!((0..n_needs).map(|d| plan.flow[d * n + p]).sum::<f64>() <= seats + 1e-9, "case {case}");
        }
        // Strong duality: the prices prove the plan optimal without any solver.
        let paid = |price: &[f64], amount: &[f64]| {
            price
                .iter()
                .zip(amount)
                .filter(|(price, _)| **price > 0.0)
                .map(|(price, amount)| price * amount)
                .sum::<f64>()
        };
        let dual = paid(&plan.need_price, &need) + paid(&plan.seat_price, &seats);
        assert!((dual - plan.value).abs() <= 1e-9 * scale, "case {case}: dual {dual}, value {}", plan.value);
    }
}
