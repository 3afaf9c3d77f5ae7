//! Weight presets.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::code::PresetId;
use super::criterion::{Criterion, N_CRITERIA};
use super::invalid::Invalid;
use super::text::Label;

/// Weights of the twelve criteria in hundredths of a percent; they sum to 10,000 exactly.
///
/// In JSON: percent by criterion, two decimals at most, e.g. `{"major_fit": 24, …}`; a criterion left out weighs 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights([u16; N_CRITERIA]);

impl Weights {
    /// The sum of all weights, in hundredths of a percent.
    pub const TOTAL: u32 = 10_000;

    /// Checks that the weights sum to 100 %.
    pub fn new(hundredths: [u16; N_CRITERIA]) -> Result<Self, Invalid> {
        let total: u32 = hundredths.iter().map(|&w| u32::from(w)).sum();
        if total == Self::TOTAL { Ok(Self(hundredths)) } else { Err(refuse(f64::from(total) / 100.0)) }
    }

    /// Weights in these proportions: rescaled to 100 %, hundredths left over go to the largest remainders.
    ///
    /// # Errors
    /// If one is negative or no number, or all are zero.
    pub fn scaled(proportions: [f64; N_CRITERIA]) -> Result<Self, Invalid> {
        let total: f64 = proportions.iter().sum();
        if !(total.is_finite() && total > 0.0 && proportions.iter().all(|&part| part >= 0.0)) {
            return Err(refuse(total));
        }
        Self::new(apportion(proportions, Self::TOTAL))
    }

    /// The hundredths of a percent that are left of each weight if something else takes `percent` of them in proportion.
    pub fn less(&self, percent: u8) -> [u16; N_CRITERIA] {
        apportion(self.0.map(f64::from), Self::TOTAL.saturating_sub(100 * u32::from(percent)))
    }

    /// The weights in hundredths of a percent, in the order of [`Criterion::ALL`].
    pub fn hundredths(&self) -> &[u16; N_CRITERIA] {
        &self.0
    }

    /// One weight in percent.
    pub fn percent(&self, criterion: Criterion) -> f64 {
        f64::from(self.0[criterion.index()]) / 100.0
    }
}

/// Whole parts of `whole` in these proportions; what is left over goes to the largest remainders.
fn apportion(proportions: [f64; N_CRITERIA], whole: u32) -> [u16; N_CRITERIA] {
    let total: f64 = proportions.iter().sum();
    let exact = proportions.map(|part| part / total * f64::from(whole));
    // Proportions that are hundredths already must come back as they are, whatever the division left of them.
    let mut parts = exact.map(|part| (part + 1e-6).floor() as u16);
    let given: u32 = parts.iter().map(|&part| u32::from(part)).sum();
    let mut order: Vec<usize> = (0..N_CRITERIA).collect();
    let left = |at: usize| exact[at] - exact[at].floor();
    order.sort_by(|&a, &b| left(b).total_cmp(&left(a)).then(a.cmp(&b)));
    for &at in order.iter().take(whole.saturating_sub(given) as usize) {
        parts[at] += 1;
    }
    parts
}

fn refuse(total: f64) -> Invalid {
    Invalid::new(
        "invalid-weights",
        format!("权重须非负且合计 100，现为 {total}"),
        format!("weights must not be negative and must sum to 100, not {total}"),
    )
}

impl Serialize for Weights {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return self.0.serialize(serializer);
        }
        serializer.collect_map(Criterion::ALL.into_iter().map(|criterion| (criterion, self.percent(criterion))))
    }
}

impl<'de> Deserialize<'de> for Weights {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        if !deserializer.is_human_readable() {
            return Self::new(<[u16; N_CRITERIA]>::deserialize(deserializer)?).map_err(D::Error::custom);
        }
        let percents = BTreeMap::<Criterion, f64>::deserialize(deserializer)?;
        let mut hundredths = [0; N_CRITERIA];
        for (criterion, percent) in percents {
            let scaled = percent * 100.0;
            if !(0.0..=10_000.0).contains(&scaled) || (scaled - scaled.round()).abs() > 1e-6 {
                let code = criterion.code();
                return Err(D::Error::custom(Invalid::new(
                    "invalid-weights",
                    format!("{code} 的权重 {percent} 须在 0 到 100 之间，至多两位小数"),
                    format!("the weight {percent} of {code} must be between 0 and 100 with two decimals at most"),
                )));
            }
            hundredths[criterion.index()] = scaled.round() as u16;
        }
        Self::new(hundredths).map_err(D::Error::custom)
    }
}

/// A named set of weights (预设), printed beside every rank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its code.
    pub id: PresetId,
    /// Its name in Chinese.
    pub name: Label,
    /// Its name in English.
    pub name_en: Label,
    /// The weights.
    pub weights: Weights,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proportions_become_weights_that_sum_to_100() {
        let exact: [f64; N_CRITERIA] = [23.47, 6.53, 30.0, 10.0, 4.0, 3.33, 3.33, 3.34, 6.0, 4.0, 3.0, 3.0];
        let kept = Weights::scaled(exact).expect("weights");
        assert_eq!(Criterion::ALL.map(|criterion| kept.percent(criterion)), exact, "hundredths are left as they are");
        let thirds = Weights::scaled([1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]).expect("weights");
        assert_eq!(thirds.hundredths()[..4], [3_334, 3_333, 3_333, 0]);
        let mut bad = [0.0; N_CRITERIA];
        assert!(Weights::scaled(bad).is_err(), "no proportions");
        for part in [-1.0, f64::NAN, f64::INFINITY] {
            bad[0] = part;
            assert!(Weights::scaled(bad).is_err(), "{part}");
        }
    }
}
