//! What committing and applying cost, for operators.

use prometheus::core::Collector;
use prometheus::{Histogram, HistogramOpts};

/// Upper bounds of seconds: a commit or a solve takes from some tenths of a millisecond to seconds.
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Upper bounds of how many share one commit or one solve.
const TOGETHER: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 256.0];

/// How long something takes, and how many share it; clones count together.
#[derive(Clone, Debug)]
pub struct Figures {
    seconds: Histogram,
    together: Histogram,
}

impl Figures {
    /// Under these two names, each with what it counts.
    pub(crate) fn new(seconds: (&str, &str), together: (&str, &str)) -> Self {
        Self { seconds: histogram(seconds, &SECONDS), together: histogram(together, &TOGETHER) }
    }

    /// So many shared what took so long.
    pub(crate) fn observe(&self, seconds: f64, together: usize) {
        self.seconds.observe(seconds);
        self.together.observe(together as f64);
    }

    /// Each, to be registered.
    pub fn collectors(&self) -> [Box<dyn Collector>; 2] {
        [Box::new(self.seconds.clone()), Box::new(self.together.clone())]
    }
}

fn histogram((name, help): (&str, &str), bounds: &[f64]) -> Histogram {
    let options = HistogramOpts::new(name, help).buckets(bounds.to_vec());
    Histogram::with_opts(options).unwrap_or_else(|error| unreachable!("the name and the bounds are valid: {error}"))
}
