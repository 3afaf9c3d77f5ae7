//! The criteria sheet: fixed anchors and every constant of scoring, versioned and shown to users.

use serde::{Deserialize, Serialize};

use super::criterion::{Criterion, Group, N_CRITERIA};
use super::invalid::Invalid;
use super::text::{Label, Note};

/// A raw value and the points it is worth; between two anchors points run linearly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// Raw value, in the criterion's unit.
    pub raw: f64,
    /// Points, 0–100.
    pub points: f64,
}

/// How one criterion is scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CriterionSheet {
    /// The criterion.
    pub criterion: Criterion,
    /// Its group.
    pub group: Group,
    /// Its name in Chinese.
    pub name: Label,
    /// Its name in English.
    pub name_en: Label,
    /// The unit of the raw value.
    pub unit: Label,
    /// Anchors by rising raw value.
    pub anchors: Vec<Anchor>,
    /// Points assumed where nothing is known.
    pub prior: f64,
    /// Standard deviation of the points where the value is known.
    pub sd_measured: f64,
    /// Standard deviation of the points where the value is only implied.
    pub sd_implied: f64,
    /// Standard deviation of the points where nothing is known.
    pub sd_prior: f64,
    /// Where the anchors come from.
    pub source: Note,
}

impl CriterionSheet {
    /// Points of a raw value in hundredths of a point (0..=10,000): piecewise linear, clamped at both ends.
    pub fn points(&self, raw: f64) -> u16 {
        let (first, last) = (self.anchors[0], self.anchors[self.anchors.len() - 1]);
        let points = if raw <= first.raw {
            first.points
        } else if raw >= last.raw {
            last.points
        } else {
            let upper = self.anchors.partition_point(|anchor| anchor.raw <= raw);
            let (a, b) = (self.anchors[upper - 1], self.anchors[upper]);
            a.points + (b.points - a.points) * ((raw - a.raw) / (b.raw - a.raw))
        };
        (points * 100.0).round() as u16
    }

    /// The raw value nearest to today's that is worth `points`, or `None` if the anchors never reach it.
    pub fn raw_of(&self, points: f64) -> Option<f64> {
        let crossing = |pair: &[Anchor]| {
            let (a, b) = (pair[0], pair[1]);
            let inside = (a.points.min(b.points)..=a.points.max(b.points)).contains(&points) && a.points != b.points;
            inside.then(|| a.raw + (b.raw - a.raw) * ((points - a.points) / (b.points - a.points)))
        };
        self.anchors.windows(2).find_map(crossing)
    }
}

/// Travel time is estimated from the straight line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Travel {
    /// Road length ÷ straight line.
    pub detour: f64,
    /// Mean speed.
    pub km_per_hour: f64,
    /// Minutes added to every trip.
    pub fixed_minutes: f64,
}

/// Every constant of scoring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Raw")]
pub struct Sheet {
    /// Version, printed with every ranking.
    pub version: Label,
    /// The criteria in the order of [`Criterion::ALL`].
    pub criteria: Vec<CriterionSheet>,
    /// Fit of a programme of the same class (the same major or a curated link is 1).
    pub same_class: f64,
    /// Fit of a programme of the same group.
    pub same_group: f64,
    /// Factor on the fit of a programme that is only implied.
    pub implied_factor: f64,
    /// Fit lost per skill level the college does not reach.
    pub level_step: f64,
    /// Share of need a partly known offering is assumed to cover beyond what is listed.
    pub partial_prior: f64,
    /// Two colleges tie while the better one is better with less than this probability.
    pub tie_probability: f64,
    /// Supply older than this is excluded.
    pub stale_days: u32,
    /// Enterprises that must have rated a college for what they say to count; below, it counts by its prior, and whoever asks
    /// cannot tell what a single one said.
    pub least_enterprises: u32,
    /// Travel time.
    pub travel: Travel,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: Label,
    criteria: Vec<CriterionSheet>,
    same_class: f64,
    same_group: f64,
    implied_factor: f64,
    level_step: f64,
    partial_prior: f64,
    tie_probability: f64,
    stale_days: u32,
    #[serde(default)]
    least_enterprises: u32,
    travel: Travel,
}

impl TryFrom<Raw> for Sheet {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        let broken = |zh: &str, en: &str| Err(Invalid::new("invalid-sheet", zh, en));
        let in_order = raw.criteria.iter().map(|sheet| sheet.criterion).eq(Criterion::ALL);
        if raw.criteria.len() != N_CRITERIA || !in_order {
            return broken("须按顺序列出十二项准则", "the twelve criteria must be listed in order");
        }
        for sheet in &raw.criteria {
            let rising = sheet.anchors.windows(2).all(|pair| pair[0].raw < pair[1].raw);
            let bounded = sheet.anchors.iter().all(|a| a.raw.is_finite() && (0.0..=100.0).contains(&a.points));
            let sds = [sheet.sd_measured, sheet.sd_implied, sheet.sd_prior];
            if sheet.anchors.len() < 2 || !rising || !bounded || !(0.0..=100.0).contains(&sheet.prior) {
                return broken(
                    "锚点须按原始值递增，分值在 0–100",
                    "anchors must rise by raw value and lie in 0-100 points",
                );
            }
            if sds.iter().any(|sd| !(0.0..=100.0).contains(sd)) {
                return broken("标准差须在 0–100", "standard deviations must lie in 0-100");
            }
        }
        let shares = [raw.same_class, raw.same_group, raw.implied_factor, raw.level_step, raw.partial_prior];
        if shares.iter().any(|share| !(0.0..=1.0).contains(share)) || !(0.5..1.0).contains(&raw.tie_probability) {
            return broken("比例须在 0–1，并列概率在 0.5–1", "shares must lie in 0-1, the tie probability in 0.5-1");
        }
        Ok(Self {
            version: raw.version,
            criteria: raw.criteria,
            same_class: raw.same_class,
            same_group: raw.same_group,
            implied_factor: raw.implied_factor,
            level_step: raw.level_step,
            partial_prior: raw.partial_prior,
            tie_probability: raw.tie_probability,
            stale_days: raw.stale_days,
            least_enterprises: raw.least_enterprises,
            travel: raw.travel,
        })
    }
}

impl Sheet {
    /// How one criterion is scored.
    pub fn of(&self, criterion: Criterion) -> &CriterionSheet {
        &self.criteria[criterion.index()]
    }
}
