//! Where something lies.

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// A point on the map, degrees (datum as in the source; only differences are used).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Raw", deny_unknown_fields)]
pub struct Place {
    lat: f64,
    lon: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    lat: f64,
    lon: f64,
}

impl TryFrom<Raw> for Place {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        Self::new(raw.lat, raw.lon)
    }
}

impl Place {
    /// Checks latitude −90..=90 and longitude −180..=180.
    pub fn new(lat: f64, lon: f64) -> Result<Self, Invalid> {
        if !(-90.0..=90.0).contains(&lat) {
            return Err(Invalid::out_of_range(-90, 90));
        }
        if !(-180.0..=180.0).contains(&lon) {
            return Err(Invalid::out_of_range(-180, 180));
        }
        Ok(Self { lat, lon })
    }

    /// Latitude in degrees.
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// Longitude in degrees.
    pub fn lon(self) -> f64 {
        self.lon
    }
}
