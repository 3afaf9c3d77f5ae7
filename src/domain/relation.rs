//! Related parties (关联方): an enterprise and a college that ownership or a person ties. Their ratings are shown, not counted.

use serde::{Deserialize, Serialize};

use super::code::{CollegeId, EnterpriseId, RelationId};
use super::date::Date;
use super::invalid::Invalid;
use super::text::Label;

/// What ties an enterprise and a college.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// Shares, or the same owner or group.
    Ownership,
    /// A person with a say in both, or close kin of one.
    Personal,
}

/// A tie between an enterprise and a college over a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Raw")]
pub struct Relation {
    /// Its code.
    pub id: RelationId,
    /// The enterprise.
    pub enterprise: EnterpriseId,
    /// The college.
    pub college: CollegeId,
    /// What ties them.
    pub kind: RelationKind,
    /// What it is known from, e.g. an entry of a register.
    pub basis: Label,
    /// Its first day: ratings given from then on do not count.
    pub from: Date,
    /// Its last day; `null`: it lasts.
    pub to: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: RelationId,
    enterprise: EnterpriseId,
    college: CollegeId,
    kind: RelationKind,
    basis: Label,
    from: Date,
    #[serde(default)]
    to: Option<Date>,
}

impl TryFrom<Raw> for Relation {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        let Raw { id, enterprise, college, kind, basis, from, to } = raw;
        if to.is_some_and(|to| to < from) {
            let (zh, en) = ("最后一日早于第一日", "the last day lies before the first");
            return Err(Invalid::new("invalid-period", zh, en));
        }
        Ok(Self { id, enterprise, college, kind, basis, from, to })
    }
}

impl Relation {
    /// Whether it ties them on a day.
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// Why a rating is shown and does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotCounted {
    /// Enterprise and college are related parties (关联方).
    RelatedParty,
    /// A supervisor upheld the flag of its block.
    FlagUpheld,
}

/// How many ratings of a college are shown and do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NotCountedRatings {
    /// Of related parties (关联方).
    pub related_party: u32,
    /// Of blocks whose flag a supervisor upheld.
    pub flag_upheld: u32,
}
