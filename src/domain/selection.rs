//! A selection: many parks and colleges at once, under capacities and wishes; the question.

use compact_str::CompactString;
use serde::Serialize;

/// The question: which parks and colleges should work together, all at once.
///
/// Parks, colleges and cities are named by position here; ids decide ties, so that the order of the lists changes nothing.
/// Scores may be anything that adds up (points of a ranking, covered need): integers of `10^-decimals` points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelectionProblem {
    /// The parks, each with its wish.
    pub parks: Vec<SelectionPark>,
    /// The colleges, each with its capacity.
    pub colleges: Vec<SelectionCollege>,
    /// Who may work with whom.
    pub candidates: Vec<Candidate>,
    /// Whether every park wants exactly its wish; else at most.
    pub mandatory: bool,
    /// Pairs to be selected: existing agreements, decisions taken.
    pub forced: Vec<Pair>,
    /// Pairs not to be selected.
    pub forbidden: Vec<Pair>,
    /// Pairs below this score are not selected.
    pub min_score: Option<i64>,
    /// Upper limits on the pairs of all colleges of a city.
    pub quotas: Vec<Quota>,
    /// Digits after the point of a score.
    pub decimals: u32,
}

/// A park and how many partners it wishes for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectionPark {
    /// The park's id.
    pub id: CompactString,
    /// Partners.
    pub wish: u32,
}

/// A college and how much it can take on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectionCollege {
    /// The college's id.
    pub id: CompactString,
    /// Seats: pairs, unless candidates take more than one seat.
    pub capacity: u32,
    /// Position of its city's quota, if one applies.
    pub quota: Option<u32>,
}

/// A park and a college that may work together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The pair.
    pub pair: Pair,
    /// What it is worth, score units.
    pub score: i64,
    /// Seats it takes at the college; 1 where capacity counts pairs.
    pub seats: u32,
}

/// Positions of a park and a college.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// Position of the park.
    pub park: u32,
    /// Position of the college.
    pub college: u32,
}

/// At most so many pairs with the colleges of a city.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// The city.
    pub city: CompactString,
    /// Pairs.
    pub pairs: u32,
}
