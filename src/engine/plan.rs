//! The solver of the transport, with its workspace.

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
    /// Where one person of a need goes at least loss: a programme with a free seat, or `n`, out of the plan; and the
    /// worth kept there. `None` until it is asked for.
    exit: Vec<Option<(usize, f64)>>,
    /// What the needs that a programme serves allow, as long as they are the same.
    ways: Vec<Ways>,
    /// Least worth lost by moving one person from one programme to another, and of which need; row-major `(n, n)`.
    step: Vec<(f64, usize)>,
    /// Least worth lost on the way to each programme, and the one before it.
    loss: Vec<f64>,
    before: Vec<usize>,
    /// Programmes reached at less loss than they were last looked at from.
    nearer: Vec<bool>,
}

/// The ways out of a programme.
#[derive(Default)]
struct Ways {
    known: bool,
    /// The needs it serves.
    served: Vec<usize>,
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
        if (0..n).any(|p| self.load[p] > seats[p]) {
            self.relieve_all(worth, seats);
        }
        self.flow.iter().zip(worth).map(|(x, v)| x * v).sum()
    }

    fn relieve_all(&mut self, worth: &[f64], seats: &[f64]) {
        let n = self.n;
        refill(&mut self.exit, self.open.len(), None);
        self.ways.resize_with(n.max(self.ways.len()), Ways::default);
        self.ways.iter_mut().for_each(|ways| ways.known = false);
        self.step.resize((n * n).max(self.step.len()), (f64::INFINITY, usize::MAX));
        for p in 0..n {
            while self.load[p] > seats[p] {
                self.relieve(p, worth, seats);
            }
        }
    }

    /// Moves people out of an overfull programme along the path that loses least worth. A path ends at the first free
    /// seat: going on from there cannot gain, or the plan would not be optimal for its imbalance.
    fn relieve(&mut self, from: usize, worth: &[f64], seats: &[f64]) {
        let n = self.n;
        self.full.clear();
        self.full.extend((0..n).filter(|&p| self.load[p] > 0.0 && self.load[p] >= seats[p]));
        self.shortest(from, worth);
        let (mut last, mut leaving, mut least) = (from, usize::MAX, f64::INFINITY);
        for at in 0..self.full.len() {
            let p = self.full[at];
            if let Some((end, d)) = self.end(p, worth, seats)
                && self.loss[p] + end < least
            {
                (last, leaving, least) = (p, d, self.loss[p] + end);
            }
        }
        let to = self.exit[leaving].map_or(n, |exit| exit.0);
        let mut amount = (self.load[from] - seats[from]).min(self.flow[leaving * n + last]);
        if to < n {
            amount = amount.min(seats[to] - self.load[to]);
        }
        let mut at = last;
        while at != from {
            let before = self.before[at];
            amount = amount.min(self.flow[self.step[before * n + at].1 * n + before]);
            at = before;
        }
        self.flow[leaving * n + last] -= amount;
        if to < n {
            self.flow[leaving * n + to] += amount;
            self.load[to] += amount;
            self.ways[to].known = false;
            if self.load[to] >= seats[to] {
                self.exit.iter_mut().filter(|exit| exit.is_some_and(|exit| exit.0 == to)).for_each(|exit| *exit = None);
            }
        } else {
            self.open[leaving] += amount;
        }
        let mut at = last;
        self.ways[last].known = false;
        while at != from {
            let before = self.before[at];
            let d = self.step[before * n + at].1;
            self.flow[d * n + before] -= amount;
            self.flow[d * n + at] += amount;
            self.ways[before].known = false;
            at = before;
        }
        self.load[from] -= amount;
    }

    /// Least loss from one full programme to each full one, with predecessors (Bellman–Ford; those whose loss is what it
    /// was are not looked at again).
    fn shortest(&mut self, from: usize, worth: &[f64]) {
        let n = self.n;
        refill(&mut self.loss, n, f64::INFINITY);
        refill(&mut self.before, n, usize::MAX);
        refill(&mut self.nearer, n, false);
        (self.loss[from], self.nearer[from]) = (0.0, true);
        for _ in 0..=self.full.len() {
            let mut settled = true;
            for a in 0..self.full.len() {
                let p = self.full[a];
                if !std::mem::replace(&mut self.nearer[p], false) {
                    continue;
                }
                if !self.ways[p].known {
                    self.ways_out(p, worth);
                }
                let (loss, step) = (self.loss[p], &self.step[p * n..(p + 1) * n]);
                for &q in &self.full {
                    let longer = loss + step[q].0;
                    // The margin keeps rounding from closing a cycle of predecessors.
                    if longer < self.loss[q] - 1e-12 && q != from {
                        (self.loss[q], self.before[q], self.nearer[q], settled) = (longer, p, true, false);
                    }
                }
            }
            if settled {
                return;
            }
        }
    }

    /// What one person loses who leaves a programme for another one.
    fn ways_out(&mut self, p: usize, worth: &[f64]) {
        let Self { n, flow, ways, step, .. } = self;
        let (n, ways, steps) = (*n, &mut ways[p], &mut step[p * *n..(p + 1) * *n]);
        steps.fill((f64::INFINITY, usize::MAX));
        ways.known = true;
        ways.served.clear();
        ways.served.extend((0..flow.len() / n).filter(|d| flow[d * n + p] > 0.0));
        for &d in &ways.served {
            let row = &worth[d * n..(d + 1) * n];
            for (step, &v) in steps.iter_mut().zip(row) {
                if v > 0.0 && row[p] - v < step.0 {
                    *step = (row[p] - v, d);
                }
            }
        }
        steps[p] = (f64::INFINITY, usize::MAX);
    }

    /// What one person loses who leaves a reached programme for good, and of which need.
    fn end(&mut self, p: usize, worth: &[f64], seats: &[f64]) -> Option<(f64, usize)> {
        let Self { n, load, exit, ways, loss, .. } = self;
        if loss[p].is_infinite() {
            return None;
        }
        let mut least = None;
        for &d in &ways[p].served {
            let row = &worth[d * *n..(d + 1) * *n];
            let (_, kept) = *exit[d].get_or_insert_with(|| {
                let mut best = (*n, 0.0);
                for (q, &v) in row.iter().enumerate() {
                    if v > best.1 && load[q] < seats[q] {
                        best = (q, v);
                    }
                }
                best
            });
            if least.is_none_or(|(least, _)| row[p] - kept < least) {
                least = Some((row[p] - kept, d));
            }
        }
        least
    }

    /// The worth of one more seat: an open need taken in, or one moved here and its seat passed on.
    pub(super) fn seat_prices(&self, worth: &[f64]) -> Vec<f64> {
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
