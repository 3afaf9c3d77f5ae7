//! Exact transport of need onto seats.

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
/// Every need first goes whole to the programme worth most to it, which is optimal but may overfill programmes; then
/// the excess leaves along shortest paths of lost worth, so the plan stays optimal for its own imbalance and is
/// optimal outright once nothing overflows (successive shortest paths from an optimal pseudoflow).
///
/// # Shapes
/// * `worth`: row-major `(n_needs, n_programmes)`, ≥ 0; 0 means the programme does not serve the need.
/// * `need`: `(n_needs,)`, people. `seats`: `(n_programmes,)`, may be infinite.
pub fn transport(worth: &[f64], need: &[f64], seats: &[f64]) -> Transport {
    let (n_needs, n_programmes) = (need.len(), seats.len());
    debug_assert_eq!(worth.len(), n_needs * n_programmes);
    let mut plan = Plan { worth, n: n_programmes, flow: vec![0.0; worth.len()], open: vec![0.0; n_needs] };
    let mut load = vec![0.0; n_programmes];
    for d in 0..n_needs {
        let row = &worth[d * n_programmes..(d + 1) * n_programmes];
        let mut best = None;
        for (p, &v) in row.iter().enumerate() {
            if v > 0.0 && best.is_none_or(|b: usize| v > row[b]) {
                best = Some(p);
            }
        }
        match best {
            Some(p) => {
                plan.flow[d * n_programmes + p] = need[d];
                load[p] += need[d];
            }
            None => plan.open[d] = need[d],
        }
    }
    for p in 0..n_programmes {
        while load[p] > seats[p] {
            plan.relieve(p, &mut load, seats);
        }
    }
    let value = plan.flow.iter().zip(worth).map(|(x, v)| x * v).sum();
    let seat_price = plan.seat_prices();
    let need_price = (0..n_needs)
        .map(|d| (0..n_programmes).map(|p| worth[d * n_programmes + p] - seat_price[p]).fold(0.0, f64::max))
        .collect();
    Transport { flow: plan.flow, value, need_price, seat_price }
}

struct Plan<'a> {
    worth: &'a [f64],
    n: usize,
    flow: Vec<f64>,
    open: Vec<f64>,
}

impl Plan<'_> {
    /// Moves people out of an overfull programme along the path that loses least worth.
    fn relieve(&mut self, from: usize, load: &mut [f64], seats: &[f64]) {
        let (n, out) = (self.n, self.n);
        // step[p][q]: least worth lost by moving one person from p to q (q = n: out of the plan), and whose.
        let mut step = vec![(f64::INFINITY, usize::MAX); n * (n + 1)];
        for d in 0..self.open.len() {
            for p in 0..n {
                if self.flow[d * n + p] <= 0.0 {
                    continue;
                }
                let here = self.worth[d * n + p];
                for q in 0..n {
                    let loss = here - self.worth[d * n + q];
                    if q != p && self.worth[d * n + q] > 0.0 && loss < step[p * (n + 1) + q].0 {
                        step[p * (n + 1) + q] = (loss, d);
                    }
                }
                if here < step[p * (n + 1) + out].0 {
                    step[p * (n + 1) + out] = (here, d);
                }
            }
        }
        let mut loss = vec![f64::INFINITY; n + 1];
        let mut before = vec![usize::MAX; n + 1];
        loss[from] = 0.0;
        for _ in 0..=n {
            let mut settled = true;
            for p in 0..n {
                if p != from && before[p] == usize::MAX {
                    continue;
                }
                for q in 0..=n {
                    let longer = loss[p] + step[p * (n + 1) + q].0;
                    // The margin keeps rounding from closing a cycle of predecessors.
                    if q != from && longer < loss[q] - 1e-12 {
                        (loss[q], before[q], settled) = (longer, p, false);
                    }
                }
            }
            if settled {
                break;
            }
        }
        let mut to = out;
        for q in 0..n {
            if q != from && load[q] < seats[q] && loss[q] < loss[to] {
                to = q;
            }
        }
        let mut amount = load[from] - seats[from];
        if to != out {
            amount = amount.min(seats[to] - load[to]);
        }
        let (mut path, mut q) = (Vec::with_capacity(n), to);
        while q != from {
            let p = before[q];
            let d = step[p * (n + 1) + q].1;
            amount = amount.min(self.flow[d * n + p]);
            path.push((p, q, d));
            q = p;
        }
        for (p, q, d) in path {
            self.flow[d * n + p] -= amount;
            if q == out { self.open[d] += amount } else { self.flow[d * n + q] += amount }
        }
        load[from] -= amount;
        if to != out {
            load[to] += amount;
        }
    }

    /// The worth of one more seat: an open need taken in, or one moved here and its seat passed on.
    fn seat_prices(&self) -> Vec<f64> {
        let n = self.n;
        let mut price = vec![0.0_f64; n];
        for _ in 0..=n {
            let mut settled = true;
            for d in 0..self.open.len() {
                let row = &self.worth[d * n..(d + 1) * n];
                let mut gain = if self.open[d] > 0.0 { 0.0 } else { f64::NEG_INFINITY };
                for q in 0..n {
                    if self.flow[d * n + q] > 0.0 {
                        gain = gain.max(price[q] - row[q]);
                    }
                }
                for p in (0..n).filter(|&p| row[p] > 0.0) {
                    if row[p] + gain > price[p] + 1e-12 {
                        (price[p], settled) = (row[p] + gain, false);
                    }
                }
            }
            if settled {
                break;
            }
        }
        price
    }
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
