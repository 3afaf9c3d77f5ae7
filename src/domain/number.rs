//! Numbers with a meaning.

use serde::{Deserialize, Deserializer, Serialize};

use super::invalid::Invalid;

/// A finite amount that is not negative (yuan, days, kilometres: the field says which).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Amount(f64);

impl Amount {
    /// The largest amount accepted.
    pub const MAX: f64 = 1e9;

    /// Checks the range `0..=1e9`; negative zero becomes zero.
    pub fn new(value: f64) -> Result<Self, Invalid> {
        if (0.0..=Self::MAX).contains(&value) {
            Ok(Self(value + 0.0))
        } else {
            Err(Invalid::out_of_range(0, Self::MAX))
        }
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
