//! Solves one college's equations: time exactly by a Kalman smoother, the parks by conjugate gradients around it.

use super::local::Local;

impl Local<'_> {
    /// Gains for the present block variances; they do not depend on the data.
    pub(super) fn filter(&mut self) {
        let stationary = self.model.college_variance;
        let mut variance = stationary;
        for cell in 0..self.gain.len() {
            let noise = 1.0 / self.cells.precision[cell] + self.cells.variance[cell];
            self.gain[cell] = variance / (variance + noise);
            let known = variance * (1.0 - self.gain[cell]);
            if let Some(step) = self.step.get(cell) {
                variance = step * step * known + stationary * (1.0 - step * step);
                self.back[cell] = known * step / variance;
            }
        }
    }

    /// Fits quality and fortnight blocks to sums `Σ y/s²` by fortnight.
    fn through_time(&mut self, sum: &[f64]) {
        let n = sum.len();
        let mut mean = 0.0;
        for (cell, sum) in sum.iter().enumerate() {
            mean += self.gain[cell] * (sum / self.cells.precision[cell] - mean);
            self.path[cell] = mean;
            mean *= self.step.get(cell).copied().unwrap_or(1.0);
        }
        for cell in (0..n.saturating_sub(1)).rev() {
            self.path[cell] += self.back[cell] * (self.path[cell + 1] - self.step[cell] * self.path[cell]);
        }
        for (cell, sum) in sum.iter().enumerate() {
            let rest = sum - self.cells.precision[cell] * self.path[cell];
            self.cells.effect[cell] = self.cells.doubt(cell) * rest;
        }
    }

    /// Fits everything to one value a rating, starting from the park effects as they stand, to `fitted`.
    pub(super) fn fit(&mut self, values: &[f64], tolerance: f64) {
        let mut sums = vec![0.0; self.cells.names.len()];
        if self.model.block_variance > 0.0 {
            self.solve_parks(values, tolerance, &mut sums);
        }
        sums.fill(0.0);
        for (e, value) in values.iter().enumerate() {
            let (park, cell) = (self.parks.at[e] as usize, self.cells.at[e] as usize);
            sums[cell] += self.precision[e] * (value - self.parks.effect[park]);
        }
        self.through_time(&sums);
        for (e, fitted) in self.fitted.iter_mut().enumerate() {
            let (park, cell) = (self.parks.at[e] as usize, self.cells.at[e] as usize);
            *fitted = self.path[cell] + self.cells.effect[cell] + self.parks.effect[park];
        }
    }

    /// What time leaves of the values, summed `Σ y/s²` by park.
    fn rest(&mut self, value: impl Fn(usize, usize) -> f64, sums: &mut [f64], park: &mut [f64]) {
        sums.fill(0.0);
        park.fill(0.0);
        for e in 0..self.precision.len() {
            sums[self.cells.at[e] as usize] += self.precision[e] * value(e, self.parks.at[e] as usize);
        }
        self.through_time(sums);
        for e in 0..self.precision.len() {
            let (at, cell) = (self.parks.at[e] as usize, self.cells.at[e] as usize);
            park[at] += self.precision[e] * (value(e, at) - self.path[cell] - self.cells.effect[cell]);
        }
    }

    /// `q = (time's rest + 1/variance) p`, the parks' equations.
    fn apply(&mut self, p: &[f64], q: &mut [f64], sums: &mut [f64]) {
        self.rest(|_, park| p[park], sums, q);
        for (park, q) in q.iter_mut().enumerate() {
            *q += p[park] / self.parks.variance[park];
        }
    }

    /// Conjugate gradients for the park blocks, time being eliminated.
    fn solve_parks(&mut self, values: &[f64], tolerance: f64, sums: &mut [f64]) {
        let n = self.parks.names.len();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let scale: Vec<f64> = (0..n).map(|park| self.parks.doubt(park)).collect();
        let scaled = |r: &[f64]| r.iter().zip(&scale).map(|(r, scale)| r * scale).collect::<Vec<f64>>();
        let (mut r, mut q) = (vec![0.0; n], vec![0.0; n]);
        self.rest(|e, _| values[e], sums, &mut r);
        let stop = dot(&r, &scaled(&r)) * tolerance * tolerance;
        let mut effect = std::mem::take(&mut self.parks.effect);
        if effect.iter().any(|&effect| effect != 0.0) {
            self.apply(&effect, &mut q, sums);
            r.iter_mut().zip(&q).for_each(|(r, q)| *r -= q);
        }
        let mut z = scaled(&r);
        let mut p = z.clone();
        let mut rz = dot(&r, &z);
        for _ in 0..4 * n {
            if rz <= stop {
                break;
            }
            self.apply(&p, &mut q, sums);
            let step = rz / dot(&p, &q);
            for park in 0..n {
                effect[park] += step * p[park];
                r[park] -= step * q[park];
                z[park] = r[park] * scale[park];
            }
            let next = dot(&r, &z);
            let turn = next / rz;
            rz = next;
            for park in 0..n {
                p[park] = z[park] + turn * p[park];
            }
        }
        self.parks.effect = effect;
    }
}
