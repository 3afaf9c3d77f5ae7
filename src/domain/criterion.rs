//! The twelve criteria in three groups.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// How many criteria there are.
pub const N_CRITERIA: usize = 12;

/// The three groups: the two words of the notice, and what supports them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// 需求吻合.
    Need,
    /// 满意与成效.
    Outcome,
    /// 条件与服务.
    Condition,
}

/// A criterion a college is scored by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// 专业匹配度: share of the park's need its programmes cover (exact transport).
    MajorFit,
    /// 供给能力: seats ÷ headcount needed.
    Capacity,
    /// 企业满意度: posterior mean, 1–5.
    Satisfaction,
    /// 留用率: still employed after twelve months ÷ placed.
    Retention,
    /// 长期稳定: unbroken years of engagements.
    Continuity,
    /// 实训条件: free stations ÷ headcount needed.
    Facilities,
    /// 师资: dual-qualified share.
    Faculty,
    /// 服务响应: working days to the first reply.
    Response,
    /// 技术服务: projects with firms in three years.
    Tech,
    /// 距离: travel minutes.
    Proximity,
    /// 费用: fee ÷ the park's budget.
    Cost,
    /// 共建投入: pledges met.
    Cobuild,
}

impl Criterion {
    /// All criteria, in the order of every table.
    pub const ALL: [Self; N_CRITERIA] = [
        Self::MajorFit,
        Self::Capacity,
        Self::Satisfaction,
        Self::Retention,
        Self::Continuity,
        Self::Facilities,
        Self::Faculty,
        Self::Response,
        Self::Tech,
        Self::Proximity,
        Self::Cost,
        Self::Cobuild,
    ];

    /// The criterion's code in JSON, CSV and SQL.
    pub fn code(self) -> &'static str {
        match self {
            Self::MajorFit => "major_fit",
            Self::Capacity => "capacity",
            Self::Satisfaction => "satisfaction",
            Self::Retention => "retention",
            Self::Continuity => "continuity",
            Self::Facilities => "facilities",
            Self::Faculty => "faculty",
            Self::Response => "response",
            Self::Tech => "tech",
            Self::Proximity => "proximity",
            Self::Cost => "cost",
            Self::Cobuild => "cobuild",
        }
    }

    /// Its place in [`Self::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The group it belongs to.
    pub fn group(self) -> Group {
        match self {
            Self::MajorFit | Self::Capacity => Group::Need,
            Self::Satisfaction | Self::Retention | Self::Continuity => Group::Outcome,
            _ => Group::Condition,
        }
    }
}

impl FromStr for Criterion {
    type Err = Invalid;
    fn from_str(value: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|criterion| criterion.code() == value);
        found.ok_or_else(|| Invalid::unknown_word(value, &Self::ALL.map(Self::code)))
    }
}
