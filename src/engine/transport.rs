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

/// A plan and its workspace, so that millions of solves allocate nothing.
///
/// Every need first goes whole to the programme worth most to it, which is optimal but may overfill programmes; then
/// the excess leaves along shortest paths of lost worth, so the plan stays optimal for its own imbalance and is
/// optimal outright once nothing overflows (successive shortest paths from an optimal pseudoflow).
#[derive(Default)]
pub(super) struct Plan {
    /// People of need `d` served by programme `p`, row-major.
    pub(super) flow: Vec<f64>,
    n: usize,
    /// People of each need nobody serves.
    open: Vec<f64>,
    load: Vec<f64>,
    /// Programmes without a free seat: the inner nodes of a path.
    full: Vec<usize>,
    /// Where one person of a need goes at least loss: a programme with a free seat, or `n`, out of the plan.
    exit: Vec<usize>,
    /// Least worth lost by moving one person from one full programme to another, and of which need; row-major.
    step: Vec<(f64, usize)>,
    /// Least worth lost by one person leaving each full programme for good, and of which need.
    ends: Vec<(f64, usize)>,
    loss: Vec<f64>,
    before: Vec<usize>,
}

impl Plan {
    /// The value of the best plan, which is left in `flow`.
    pub(super) fn solve(&mut self, worth: &[f64], need: &[f64], seats: &[f64]) -> f64 {
        let n = seats.len();
        debug_assert_eq!(worth.len(), need.len() * n);
        self.n = n;
        refill(&mut self.flow, worth.len(), 0.0);
        refill(&mut self.open, need.len(), 0.0);
        refill(&mut self.load, n, 0.0);
        for (d, &need) in need.iter().enumerate() {
            let (mut best, mut most) = (n, 0.0);
            for (p, &v) in worth[d * n..(d + 1) * n].iter().enumerate() {
                if v > most {
                    (best, most) = (p, v);
                }
            }
            if best < n {
                self.flow[d * n + best] = need;
                self.load[best] += need;
            } else {
                self.open[d] = need;
            }
        }
        for p in 0..n {
            while self.load[p] > seats[p] {
                self.relieve(p, worth, seats);
            }
        }
        self.flow.iter().zip(worth).map(|(x, v)| x * v).sum()
    }

    /// Moves people out of an overfull programme along the path that loses least worth. A path ends at the first free
    /// seat: going on from there cannot gain, or the plan would not be optimal for its imbalance.
    fn relieve(&mut self, from: usize, worth: &[f64], seats: &[f64]) {
        let n = self.n;
        self.full.clear();
        self.full.extend((0..n).filter(|&p| self.load[p] > 0.0 && self.load[p] >= seats[p]));
        let m = self.full.len();
        refill(&mut self.exit, self.open.len(), n);
        refill(&mut self.step, m * m, (f64::INFINITY, usize::MAX));
        refill(&mut self.ends, m, (f64::INFINITY, usize::MAX));
        for d in 0..self.open.len() {
            let (row, flow) = (&worth[d * n..(d + 1) * n], &self.flow[d * n..(d + 1) * n]);
            if self.full.iter().all(|&p| flow[p] <= 0.0) {
                continue;
            }
            let mut kept = 0.0;
            for (q, &v) in row.iter().enumerate() {
                if v > kept && self.load[q] < seats[q] {
                    (self.exit[d], kept) = (q, v);
                }
            }
            for (a, &p) in self.full.iter().enumerate().filter(|&(_, &p)| flow[p] > 0.0) {
                if row[p] - kept < self.ends[a].0 {
                    self.ends[a] = (row[p] - kept, d);
                }
                for (b, &q) in self.full.iter().enumerate() {
                    let (loss, step) = (row[p] - row[q], &mut self.step[a * m + b]);
                    if a != b && row[q] > 0.0 && loss < step.0 {
                        *step = (loss, d);
                    }
                }
            }
        }
        self.shortest(from, m);
        let mut last = 0;
        for a in 1..m {
            if self.loss[a] + self.ends[a].0 < self.loss[last] + self.ends[last].0 {
                last = a;
            }
        }
        let leaving = self.ends[last].1;
        let (to, last_programme) = (self.exit[leaving], self.full[last]);
        let mut amount = (self.load[from] - seats[from]).min(self.flow[leaving * n + last_programme]);
        if to < n {
            amount = amount.min(seats[to] - self.load[to]);
        }
        let mut at = last;
        while self.full[at] != from {
            let before = self.before[at];
            amount = amount.min(self.flow[self.step[before * m + at].1 * n + self.full[before]]);
            at = before;
        }
        self.flow[leaving * n + last_programme] -= amount;
        if to < n {
            self.flow[leaving * n + to] += amount;
            self.load[to] += amount;
        } else {
            self.open[leaving] += amount;
        }
        let mut at = last;
        while self.full[at] != from {
            let before = self.before[at];
            let d = self.step[before * m + at].1;
            self.flow[d * n + self.full[before]] -= amount;
            self.flow[d * n + self.full[at]] += amount;
            at = before;
        }
        self.load[from] -= amount;
    }

    /// Least loss from one full programme to each of the `m` full ones, with predecessors (Bellman–Ford).
    fn shortest(&mut self, from: usize, m: usize) {
        refill(&mut self.loss, m, f64::INFINITY);
        refill(&mut self.before, m, usize::MAX);
        for (a, &p) in self.full.iter().enumerate() {
            if p == from {
                self.loss[a] = 0.0;
            }
        }
        for _ in 0..=m {
            let mut settled = true;
            for a in 0..m {
                if self.loss[a].is_infinite() {
                    continue;
                }
                for b in 0..m {
                    let longer = self.loss[a] + self.step[a * m + b].0;
                    // The margin keeps rounding from closing a cycle of predecessors.
                    if self.full[b] != from && longer < self.loss[b] - 1e-12 {
                        (self.loss[b], self.before[b], settled) = (longer, a, false);
                    }
                }
            }
            if settled {
                return;
            }
        }
    }

    /// The worth of one more seat: an open need taken in, or one moved here and its seat passed on.
    fn seat_prices(&self, worth: &[f64]) -> Vec<f64> {
        let n = self.n;
        let mut price = vec![0.0_f64; n];
        for _ in 0..=n {
            let mut settled = true;
            for d in 0..self.open.len() {
                let row = &worth[d * n..(d + 1) * n];
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

fn refill<T: Copy>(buffer: &mut Vec<T>, len: usize, value: T) {
    buffer.clear();
    buffer.resize(len, value);
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
