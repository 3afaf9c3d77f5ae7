//! What an industry or an occupation needs, said in the words of the catalogue of majors.

use serde::{Deserialize, Deserializer, Serialize};

use super::code::{IndustryId, OccupationId};
use super::invalid::Invalid;
use super::major::MajorRef;
use super::text::{Label, Note};

/// One node of the catalogue that serves a need, and how well.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Link {
    /// The group, class or major that serves the need.
    pub major: MajorRef,
    /// How well, in (0, 1]; 1 trains exactly this.
    pub strength: f64,
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            major: MajorRef,
            strength: f64,
        }
        let Raw { major, strength } = Raw::deserialize(deserializer)?;
        if strength > 0.0 && strength <= 1.0 {
            Ok(Self { major, strength })
        } else {
            Err(serde::de::Error::custom(Invalid::out_of_range("0 (exclusive)", 1)))
        }
    }
}

/// A kind of worker or skill an industry hires; its links are alternatives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// What is needed, in Chinese.
    pub name: Label,
    /// What is needed, in English.
    pub name_en: Label,
    /// What in the catalogue serves it.
    pub links: Vec<Link>,
}

/// An industry and what it needs. Where a park has declared no need, its leading industries speak for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Industry {
    /// Its name, as catalogues of parks write it.
    pub id: IndustryId,
    /// Its name in English.
    pub name_en: Label,
    /// What it needs.
    pub needs: Vec<Need>,
    /// Where the links come from.
    pub source: Option<Note>,
}

/// An occupation and the majors that lead to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Occupation {
    /// Its code.
    pub id: OccupationId,
    /// Its title in Chinese.
    pub name: Label,
    /// Its title in English.
    pub name_en: Label,
    /// The majors that lead to it.
    pub links: Vec<Link>,
    /// Where the entry comes from.
    pub source: Option<Note>,
}
