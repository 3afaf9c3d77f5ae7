//! Demands: what an enterprise of a park needs, by when and how urgently.

use serde::{Deserialize, Deserializer, Serialize};

use super::code::{DemandId, EnterpriseId, OccupationId, ParkId};
use super::date::Date;
use super::invalid::Invalid;
use super::major::MajorRef;
use super::text::Note;

/// What kind of demand it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DemandKind {
    /// Hiring graduates (招聘).
    Hire,
    /// Training own workers (职工培训).
    Train,
    /// Taking interns (学生实习); may not cross the major group.
    Intern,
    /// An order class (订单培养).
    OrderClass,
    /// A technical project (技术攻关).
    TechProject,
}

impl DemandKind {
    /// All kinds, in order.
    pub const ALL: [Self; 5] = [Self::Hire, Self::Train, Self::Intern, Self::OrderClass, Self::TechProject];

    /// The kind's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hire => "hire",
            Self::Train => "train",
            Self::Intern => "intern",
            Self::OrderClass => "order_class",
            Self::TechProject => "tech_project",
        }
    }
}

impl std::str::FromStr for DemandKind {
    type Err = Invalid;
    fn from_str(value: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|kind| kind.code() == value);
        found.ok_or_else(|| Invalid::unknown_word(value, &Self::ALL.map(Self::code)))
    }
}

/// Vocational skill level, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub enum SkillLevel {
    /// 学徒工, apprentice.
    #[serde(rename = "0")]
    Apprentice,
    /// 五级 初级工, junior.
    #[serde(rename = "5")]
    Junior,
    /// 四级 中级工, intermediate.
    #[serde(rename = "4")]
    Intermediate,
    /// 三级 高级工, senior.
    #[serde(rename = "3")]
    Senior,
    /// 二级 技师, technician.
    #[serde(rename = "2")]
    Technician,
    /// 一级 高级技师, senior technician.
    #[serde(rename = "1")]
    SeniorTechnician,
    /// 特级技师, special-grade technician.
    #[serde(rename = "S")]
    SpecialGrade,
    /// 首席技师, chief technician.
    #[serde(rename = "C")]
    Chief,
}

/// How soon it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// 一般: within six months.
    #[default]
    Normal,
    /// 紧急: within three months.
    Urgent,
    /// 特急: within one month.
    Critical,
}

/// What is wanted: an occupation, or a node of the catalogue of majors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// An occupation; its links say which majors lead to it.
    Occupation(OccupationId),
    /// A major, class or group.
    Major(MajorRef),
}

/// A need of an enterprise (企业需求).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Raw")]
pub struct Demand {
    /// Its code.
    pub id: DemandId,
    /// The park it counts for.
    pub park: ParkId,
    /// The enterprise that has it.
    pub enterprise: Option<EnterpriseId>,
    /// What kind of demand it is.
    pub kind: DemandKind,
    /// What is wanted.
    pub target: Target,
    /// How many people (for a technical project: how many projects).
    pub headcount: u32,
    /// The level wanted.
    pub skill_level: Option<SkillLevel>,
    /// First day it is needed.
    pub start: Date,
    /// Last day it is needed.
    pub end: Date,
    /// How soon.
    pub urgency: Urgency,
    /// A remark.
    pub note: Option<Note>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: DemandId,
    park: ParkId,
    #[serde(default)]
    enterprise: Option<EnterpriseId>,
    kind: DemandKind,
    target: Target,
    #[serde(deserialize_with = "headcount")]
    headcount: u32,
    #[serde(default)]
    skill_level: Option<SkillLevel>,
    start: Date,
    end: Date,
    #[serde(default)]
    urgency: Urgency,
    #[serde(default)]
    note: Option<Note>,
}

/// Checks that a period does not end before it starts.
pub(crate) fn check_period(start: Date, end: Date) -> Result<(), Invalid> {
    if start <= end {
        return Ok(());
    }
    Err(Invalid::new(
        "invalid-period",
        format!("结束日 {end} 早于开始日 {start}"),
        format!("the period ends on {end}, before it starts on {start}"),
    ))
}

/// Checked where it stands, so that the error names it.
fn headcount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let people = u32::deserialize(deserializer)?;
    let invalid = || serde::de::Error::custom(Invalid::out_of_range(1, 1_000_000));
    (1..=1_000_000).contains(&people).then_some(people).ok_or_else(invalid)
}

impl TryFrom<Raw> for Demand {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        check_period(raw.start, raw.end)?;
        Ok(Self {
            id: raw.id,
            park: raw.park,
            enterprise: raw.enterprise,
            kind: raw.kind,
            target: raw.target,
            headcount: raw.headcount,
            skill_level: raw.skill_level,
            start: raw.start,
            end: raw.end,
            urgency: raw.urgency,
            note: raw.note,
        })
    }
}
