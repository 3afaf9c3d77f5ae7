//! Majors of the national catalogue. Their codes are a tree: 2 digits a group, 4 a class, 6 a major.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::invalid::{Invalid, clip};
use super::text::{Label, Note};

/// Groups of the vocational catalogue are narrow (装备制造, 食品药品与粮食 …). Below lie the bachelor disciplines, where one
/// group is all of engineering: sharing it says nothing.
const FIRST_VOCATIONAL_GROUP: u8 = 41;

/// A node of the catalogue: a major group (大类), class (类) or major (专业).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MajorRef {
    digits: u32,
    len: u8,
    group: u8,
    /// 0 for a group.
    class: u16,
}

/// How closely two nodes of the catalogue are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kinship {
    /// The second node is the first, or lies under it.
    Within,
    /// They share the class.
    SameClass,
    /// They share the group.
    SameGroup,
    /// They share nothing.
    None,
}

impl MajorRef {
    /// The node's group.
    pub fn group(self) -> u8 {
        self.group
    }

    /// Whether it lies in the same class as what is wanted, or within what is wanted.
    pub(crate) fn same_class(self, wanted: Self) -> bool {
        matches!(self.meets(wanted), Kinship::Within | Kinship::SameClass)
    }

    /// How an offered node meets a wanted one. An offer known only by its class never counts as the exact major.
    pub(crate) fn meets(self, wanted: Self) -> Kinship {
        let within = match wanted.len {
            2 => self.group == wanted.group,
            4 => self.class == wanted.class,
            _ => self.digits == wanted.digits && self.len == wanted.len,
        };
        if within {
            Kinship::Within
        } else if self.class != 0 && self.class == wanted.class {
            Kinship::SameClass
        } else if self.group == wanted.group && self.group >= FIRST_VOCATIONAL_GROUP {
            Kinship::SameGroup
        } else {
            Kinship::None
        }
    }
}

impl FromStr for MajorRef {
    type Err = Invalid;
    fn from_str(value: &str) -> Result<Self, Invalid> {
        let shaped = matches!(value.len(), 2 | 4 | 6) && value.bytes().all(|b| b.is_ascii_digit());
        if let Some(digits) = value.parse::<u32>().ok().filter(|_| shaped) {
            let prefix = |n: usize| value.get(..n).and_then(|text| text.parse::<u16>().ok()).unwrap_or(0);
            let (group, class) = (prefix(2) as u8, prefix(4));
            return Ok(Self { digits, len: value.len() as u8, group, class });
        }
        let value = clip(value);
        Err(Invalid::new(
            "invalid-id",
            format!("“{value}”不是专业目录代码（2 位大类、4 位类或 6 位专业）"),
            format!("`{value}` is not a catalogue code (2 digits group, 4 class, 6 major)"),
        ))
    }
}

impl fmt::Display for MajorRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.digits, width = usize::from(self.len))
    }
}

impl Serialize for MajorRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MajorRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Which catalogue a major belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MajorLevel {
    /// Secondary vocational (中职).
    Secondary,
    /// Associate level (高职专科).
    Associate,
    /// Bachelor level, vocational (职业本科).
    VocationalBachelor,
    /// Bachelor level (本科).
    Undergraduate,
}

/// An entry of the catalogue of majors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Major {
    /// Its code.
    pub id: MajorRef,
    /// Its name in the catalogue.
    pub name: Label,
    /// The catalogue it belongs to.
    pub level: MajorLevel,
    /// The edition of the catalogue.
    pub edition: Note,
    /// Where the entry comes from.
    pub source: Option<Note>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> MajorRef {
        text.parse().expect("code")
    }

    #[test]
    fn kinship_follows_the_tree_of_codes() {
        assert_eq!(code("460701").meets(code("460701")), Kinship::Within);
        assert_eq!(code("460701").meets(code("4607")), Kinship::Within);
        assert_eq!(code("4607").meets(code("460701")), Kinship::SameClass);
        assert_eq!(code("460702").meets(code("460701")), Kinship::SameClass);
        assert_eq!(code("460101").meets(code("4607")), Kinship::SameGroup);
        assert_eq!(code("080207").meets(code("46")), Kinship::None);
        assert_eq!(code("080207").meets(code("0813")), Kinship::None, "a bachelor discipline is no group");
        assert_eq!(code("0802").to_string(), "0802");
    }
}
