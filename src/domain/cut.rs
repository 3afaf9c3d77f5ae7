//! Published cuts: what colleges are told of their satisfaction. A cut carries its figures, so that what was told stays what
//! it was, and moves only by several enterprises at once (RELIABILITY §3.7).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code::CollegeId;
use super::date::Date;
use super::rating::Aspect;

/// Enterprises that must stand behind a figure, and behind each of its moves. Fixed: no setting lowers it.
pub const LEAST_ENTERPRISES: usize = 3;
/// A cut follows the one before after so many days at the earliest.
pub const CUT_DAYS: i32 = 7;

/// How many enterprises rated, without the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum RaterBand {
    /// Three or four.
    #[serde(rename = "3-4")]
    Few,
    /// Five to nine.
    #[serde(rename = "5-9")]
    Several,
    /// Ten to nineteen.
    #[serde(rename = "10-19")]
    Many,
    /// Twenty or more.
    #[serde(rename = "20+")]
    Most,
}

impl RaterBand {
    /// The band of a number of enterprises; `None` below [`LEAST_ENTERPRISES`].
    pub fn of(enterprises: usize) -> Option<Self> {
        match enterprises {
            0..LEAST_ENTERPRISES => None,
            3..=4 => Some(Self::Few),
            5..=9 => Some(Self::Several),
            10..=19 => Some(Self::Many),
            _ => Some(Self::Most),
        }
    }

    /// The band as it is written, and its lowest number.
    pub fn words(self) -> (&'static str, u32) {
        match self {
            Self::Few => ("3–4", 3),
            Self::Several => ("5–9", 5),
            Self::Many => ("10–19", 10),
            Self::Most => ("20+", 20),
        }
    }
}

/// The mean of one aspect, as it was published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AspectCut {
    /// The aspect.
    pub aspect: Aspect,
    /// Its mean on the 1–5 scale, rounded to .1.
    pub mean: f64,
}

/// What a cut says of one college.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CollegeCut {
    /// The college.
    pub college: CollegeId,
    /// Mean satisfaction on the 1–5 scale, rounded to .1: the severity of raters taken off, shrunk by how few there are.
    pub mean: f64,
    /// Enterprises that rated it.
    pub raters: RaterBand,
    /// Aspects of which enough enterprises gave new answers; of the others the figures before hold.
    pub aspects: Vec<AspectCut>,
}

/// A cut: the figures of all colleges of which enough enterprises rated since their last ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Cut {
    /// The day it was made; ratings of that day are not in it.
    pub on: Date,
    /// The colleges, by rising id.
    pub colleges: Vec<CollegeCut>,
}

/// What a college is told of its satisfaction.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PublishedSatisfaction {
    /// The college.
    pub college: CollegeId,
    /// Whether too few enterprises rated it for a figure to be published. Nothing is said of how many.
    pub suppressed: bool,
    /// The day of the cut the figures are from; left out if suppressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub on: Option<Date>,
    /// The figures; left out if suppressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub figures: Option<CollegeCut>,
}
