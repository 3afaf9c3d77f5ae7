//! Enterprises.

use serde::{Deserialize, Serialize};

use super::code::{EnterpriseId, IndustryId, ParkId};
use super::text::{Label, Note};

/// An enterprise of a park (园区企业).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enterprise {
    /// Its unified social credit code, or a code of ours.
    pub id: EnterpriseId,
    /// Its name.
    pub name: Label,
    /// The park it sits in.
    pub park: ParkId,
    /// Its industry.
    #[serde(default)]
    pub industry: Option<IndustryId>,
    /// Where the facts come from.
    #[serde(default)]
    pub source: Option<Note>,
}
