//! A table of ratings with opaque ids, as evaluation reads it: any raters, any colleges, any scale.

use compact_str::CompactString;

/// Ratings in the order of their file. Positions in `rater`, `college` and `park` point into the names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ratings {
    /// Names of the raters, by order of first appearance.
    pub raters: Vec<CompactString>,
    /// Names of the colleges, by order of first appearance.
    pub colleges: Vec<CompactString>,
    /// Names of the parks, by order of first appearance; empty without a park column.
    pub parks: Vec<CompactString>,
    /// Who rated.
    pub rater: Vec<u32>,
    /// What was rated.
    pub college: Vec<u32>,
    /// Where; `None` without a park column.
    pub park: Option<Vec<u32>>,
    /// The score, on the scale of the file.
    pub score: Vec<f64>,
    /// When, in seconds since 1970-01-01; empty without such a column.
    pub at: Vec<i64>,
}

impl Ratings {
    /// How many ratings there are.
    pub fn len(&self) -> usize {
        self.score.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.score.is_empty()
    }

    /// Lowest and highest score; `None` if there is no rating.
    pub fn scale(&self) -> Option<(f64, f64)> {
        let first = *self.score.first()?;
        Some(self.score.iter().fold((first, first), |(low, high), &y| (low.min(y), high.max(y))))
    }
}

/// Known properties of raters or colleges as numbers: one row per subject, in the order of its names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes {
    /// What each column says: the column's name, or `name=word` for a word of a text column.
    pub names: Vec<String>,
    /// Row-major, `rows × names.len()`: numbers standardised, words 0 or 1. A subject without a row is all zero.
    pub values: Vec<f64>,
}

impl Attributes {
    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// The row of a subject.
    pub fn row(&self, subject: usize) -> &[f64] {
        &self.values[subject * self.names.len()..(subject + 1) * self.names.len()]
    }
}
