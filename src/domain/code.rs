//! Identifiers: a code given by a registry (park, college …) or a UUID given by us (rating).

use std::fmt;
use std::str::FromStr;

use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::invalid::{Invalid, clip};

fn check_code(value: &str) -> Result<(), Invalid> {
    let ok = (1..=64).contains(&value.len())
        && value.starts_with(|c: char| c.is_ascii_alphanumeric())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'));
    if ok { Ok(()) } else { Err(invalid(value)) }
}

fn check_name(value: &str) -> Result<(), Invalid> {
    let ok = (1..=64).contains(&value.chars().count())
        && value.trim() == value
        && !value.chars().any(|c| c.is_control() || matches!(c, '/' | '?' | '#' | ';' | ','));
    if ok { Ok(()) } else { Err(invalid(value)) }
}

fn invalid(value: &str) -> Invalid {
    let value = clip(value);
    Invalid::new(
        "invalid-id",
        format!("“{value}”不是有效的代码（1–64 个字母、数字或 - _ . :）"),
        format!("`{value}` is not a valid code (1-64 letters, digits or - _ . :)"),
    )
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident by $check:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(CompactString);

        impl $name {
            /// The code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(value: &str) -> Result<Self, Invalid> {
                $check(value)?;
                Ok(Self(CompactString::new(value)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = CompactString::deserialize(deserializer)?;
                $check(&value).map_err(serde::de::Error::custom)?;
                Ok(Self(value))
            }
        }
    )*};
}

codes! {
    /// Code of a park in the national catalogue of development zones, e.g. `G221071`.
    ParkId by check_code;
    /// Code of an enterprise (unified social credit code, or one of ours).
    EnterpriseId by check_code;
    /// Code of a college in the Ministry's list, e.g. `4122011436`.
    CollegeId by check_code;
    /// Code of a programme: a college's offering of a major.
    ProgrammeId by check_code;
    /// Code of a demand.
    DemandId by check_code;
    /// Code of an engagement: one cooperation of an enterprise with a college over a period.
    EngagementId by check_code;
    /// Code of an occupation in the national classification.
    OccupationId by check_code;
    /// Code of a kept scenario.
    ScenarioId by check_code;
    /// Code of a decision.
    DecisionId by check_code;
    /// Code of a decision on a flagged block of ratings.
    FlagReviewId by check_code;
    /// Code of a rectification ticket.
    TicketId by check_code;
    /// Code of an appeal.
    AppealId by check_code;
    /// Code of a tie between an enterprise and a college.
    RelationId by check_code;
    /// Code of an import by file.
    ImportId by check_code;
    /// Code of a weight preset.
    PresetId by check_code;
    /// Name of a set of model parameters.
    ModelId by check_code;
    /// An industry, named as catalogues of parks name it, e.g. `汽车`.
    IndustryId by check_name;
}

/// A rating's id: a random UUID, so that it tells neither time nor order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RatingId(u128);

impl RatingId {
    /// The id from its 16 bytes; the nil UUID is refused.
    pub fn new(value: Uuid) -> Result<Self, Invalid> {
        if value.is_nil() { Err(Self::refuse(&value.to_string())) } else { Ok(Self(value.as_u128())) }
    }

    fn refuse(value: &str) -> Invalid {
        let value = clip(value);
        Invalid::new("invalid-id", format!("“{value}”不是有效的 UUID"), format!("`{value}` is not a valid UUID"))
    }
}

impl FromStr for RatingId {
    type Err = Invalid;
    fn from_str(value: &str) -> Result<Self, Invalid> {
        if value.len() != 36 {
            return Err(Self::refuse(value));
        }
        Self::new(Uuid::try_parse(value).map_err(|_| Self::refuse(value))?)
    }
}

impl fmt::Display for RatingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_u128(self.0).fmt(f)
    }
}

impl Serialize for RatingId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for RatingId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            text.parse().map_err(serde::de::Error::custom)
        } else {
            Self::new(Uuid::from_u128(u128::deserialize(deserializer)?)).map_err(serde::de::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_uuids_refuse_what_is_none() {
        for bad in ["", "a b", "x\0", "-a", "中", &"x".repeat(65)] {
            assert_eq!(bad.parse::<ParkId>().expect_err(bad).rule, "invalid-id");
        }
        assert!("G221071".parse::<ParkId>().is_ok());
        assert!("汽车".parse::<IndustryId>().is_ok());
        for bad in ["00000000-0000-0000-0000-000000000000", "nope", "6f9619ff8b86d011b42d00c04fc964ff"] {
            assert_eq!(bad.parse::<RatingId>().expect_err(bad).rule, "invalid-id");
        }
    }
}
