//! Parameters of the satisfaction model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::code::ModelId;
use super::invalid::Invalid;

/// Most coefficients of public attributes.
const MOST_COEFFICIENTS: usize = 1_000;

/// How the blocks of a college's ratings enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlockForm {
    /// As shares: each rating of a block counts the less the more there are; park and fortnight judged one by one.
    #[default]
    Shares,
    /// As effects: park and fortnight are estimated together, and a rating counts as the two leave it (METHODS §1).
    Effects,
}

/// By which satisfaction colleges are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RanksBy {
    /// By every rating that counts, from the next list on.
    #[default]
    Ratings,
    /// By the figures that were published last, which move by new answers of three enterprises at once: who watches a list
    /// sees no single rating arrive.
    Published,
}

/// A versioned set of parameters of the crossed random-effects model
/// `y = μ + a_rater + b_college + park block + fortnight block + ε` (METHODS §1), activated by an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Raw")]
pub struct Model {
    /// Its name, shown in every answer's `as_of.model`.
    pub id: ModelId,
    /// Grand mean μ, points on the 1–5 scale.
    pub mean: f64,
    /// Variance of rater severity σa².
    pub rater_variance: f64,
    /// Variance of college quality σb².
    pub college_variance: f64,
    /// Variance of one rating's noise σ².
    pub noise_variance: f64,
    /// Variance v_c of what a college's ratings from one park, or of one fortnight, have in common; 0: nothing.
    #[serde(default)]
    pub block_variance: f64,
    /// Degrees of freedom ν of these blocks' Student-t: the fewer, the less a block that stands out counts.
    #[serde(default = "block_freedom")]
    pub block_freedom: f64,
    /// How blocks enter.
    #[serde(default)]
    pub block_form: BlockForm,
    /// Variance q by which a college's quality wanders in a year, drawn back to its prior mean (Ornstein–Uhlenbeck) so
    /// that it keeps σb² in all; 0: it stands still. Needs `block_form` `effects`.
    #[serde(default)]
    pub drift_variance: f64,
    /// Ratings that the prior of a rater's own noise is worth (inverse gamma around σ²); 0: one noise for all. Needs
    /// `block_form` `effects`.
    #[serde(default)]
    pub noise_weight: f64,
    /// What public attributes say of a college before anybody rated it: points on the 1–5 scale by attribute, such as
    /// `kind:technician`, `ownership:private`, `city:长春市`, `group:46`.
    #[serde(default)]
    pub coefficients: BTreeMap<String, f64>,
    /// Blocks whose weight λ has fallen below this are flagged …
    #[serde(default = "flag_weight")]
    pub flag_weight: f64,
    /// … if they have at least so many ratings.
    #[serde(default = "flag_ratings")]
    pub flag_ratings: u32,
    /// By which satisfaction colleges are ranked.
    #[serde(default)]
    pub ranks_by: RanksBy,
}

fn flag_weight() -> f64 {
    0.1
}

fn flag_ratings() -> u32 {
    3
}

fn block_freedom() -> f64 {
    2.0
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: ModelId,
    mean: f64,
    rater_variance: f64,
    college_variance: f64,
    noise_variance: f64,
    #[serde(default)]
    block_variance: f64,
    #[serde(default = "block_freedom")]
    block_freedom: f64,
    #[serde(default)]
    block_form: BlockForm,
    #[serde(default)]
    drift_variance: f64,
    #[serde(default)]
    noise_weight: f64,
    #[serde(default)]
    coefficients: BTreeMap<String, f64>,
    #[serde(default = "flag_weight")]
    flag_weight: f64,
    #[serde(default = "flag_ratings")]
    flag_ratings: u32,
    #[serde(default)]
    ranks_by: RanksBy,
}

impl TryFrom<Raw> for Model {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        let in_range = |value: f64, low: f64, high: f64| {
            if (low..=high).contains(&value) { Ok(()) } else { Err(Invalid::out_of_range(low, high)) }
        };
        in_range(raw.mean, 1.0, 5.0)?;
        for variance in [raw.rater_variance, raw.college_variance, raw.noise_variance] {
            in_range(variance, 1e-6, 100.0)?;
        }
        in_range(raw.block_variance, 0.0, 100.0)?;
        in_range(raw.block_freedom, 0.1, 1000.0)?;
        in_range(raw.drift_variance, 0.0, 100.0)?;
        in_range(raw.noise_weight, 0.0, 1e6)?;
        in_range(raw.flag_weight, 0.0, 1.0)?;
        in_range(raw.coefficients.len() as f64, 0.0, MOST_COEFFICIENTS as f64)?;
        raw.coefficients.values().try_for_each(|&points| in_range(points, -4.0, 4.0))?;
        if raw.block_form == BlockForm::Shares && (raw.drift_variance > 0.0 || raw.noise_weight > 0.0) {
            return Err(Invalid::new(
                "contradictory",
                "drift_variance 与 noise_weight 须配 block_form: effects",
                "`drift_variance` and `noise_weight` need `block_form` `effects`",
            ));
        }
        Ok(Self {
            id: raw.id,
            mean: raw.mean,
            rater_variance: raw.rater_variance,
            college_variance: raw.college_variance,
            noise_variance: raw.noise_variance,
            block_variance: raw.block_variance,
            block_freedom: raw.block_freedom,
            block_form: raw.block_form,
            drift_variance: raw.drift_variance,
            noise_weight: raw.noise_weight,
            coefficients: raw.coefficients,
            flag_weight: raw.flag_weight,
            flag_ratings: raw.flag_ratings,
            ranks_by: raw.ranks_by,
        })
    }
}
