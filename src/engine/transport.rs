//! Exact transport of need onto seats.

use super::plan::Plan;

/// An optimal plan with its prices.
#[derive(Clone, Debug, PartialEq)]
pub struct Transport {
    /// People of need `d` served by programme `p`, row-major `(n_needs, n_programmes)`.
    pub flow: Vec<f64>,
    /// Σ worth × flow.
    pub value: f64,
    /// What one more person needed of `d` would add, `(n_needs,)`.
    pub need_price: Vec<f64>,
    /// What one more seat of `p` would add, `(n_programmes,)`.
    pub seat_price: Vec<f64>,
}

/// Solves `max Σ v x` subject to `Σ_p x_dp ≤ need_d`, `Σ_d x_dp ≤ seats_p`, `x ≥ 0` exactly (METHODS §4).
///
/// # Shapes
/// * `worth`: row-major `(n_needs, n_programmes)`, ≥ 0; 0 means the programme does not serve the need.
/// * `need`: `(n_needs,)`, people. `seats`: `(n_programmes,)`, may be infinite.
pub fn transport(worth: &[f64], need: &[f64], seats: &[f64]) -> Transport {
    let mut plan = Plan::default();
    let value = plan.solve(worth, need, seats);
    let n = seats.len();
    let seat_price = plan.seat_prices(worth);
    let need_price =
        (0..need.len()).map(|d| (0..n).map(|p| worth[d * n + p] - seat_price[p]).fold(0.0, f64::max)).collect();
    Transport { flow: plan.flow, value, need_price, seat_price }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scarce_seat_goes_where_it_is_worth_most() {
        // Both needs like programme 0 best; need 0 loses 0.6 elsewhere, need 1 only 0.1.
        let plan = transport(&[1.0, 0.4, 0.9, 0.8], &[10.0, 10.0], &[10.0, f64::INFINITY]);
        assert_eq!(plan.flow, vec![10.0, 0.0, 0.0, 10.0]);
        assert!((plan.value - 18.0).abs() < 1e-12);
        assert!((plan.seat_price[0] - 0.1).abs() < 1e-12 && plan.seat_price[1] == 0.0);
    }

    #[test]
    fn nothing_is_served_by_nothing() {
        assert_eq!(transport(&[], &[5.0], &[]).value, 0.0);
        assert_eq!(transport(&[0.0], &[5.0], &[5.0]).value, 0.0);
        assert_eq!(transport(&[1.0], &[5.0], &[0.0]).value, 0.0);
    }
}
