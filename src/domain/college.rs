//! Colleges: vocational and technician schools, colleges, universities.

use serde::{Deserialize, Serialize};

use super::code::{CollegeId, ParkId};
use super::date::Date;
use super::invalid::Invalid;
use super::number::Amount;
use super::place::Place;
use super::text::{Label, Note};

/// What kind of college it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CollegeKind {
    /// Secondary vocational school (中职).
    Secondary,
    /// Technician school or college (技工院校).
    Technician,
    /// Associate-level vocational college (高职专科).
    Associate,
    /// Vocational university (职业本科).
    VocationalBachelor,
    /// University (本科).
    Undergraduate,
}

/// Who runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// Public (公办).
    Public,
    /// Private (民办).
    Private,
    /// Joint-stock (股份制).
    JointStock,
    /// Mixed (混合所有制).
    Mixed,
}

/// Whether it may be recommended at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CollegeStatus {
    /// Licensed and running.
    #[default]
    Active,
    /// Licence suspended.
    Suspended,
}

/// How much of its offering is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Offering {
    /// Every programme is listed: what is not listed is not offered.
    #[default]
    Complete,
    /// Only some programmes are known: what is not listed counts as the prior, not as nothing.
    Partial,
}

/// What a college brings into a co-built base (共建投入).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pledge {
    /// Rooms.
    Space,
    /// Equipment.
    Equipment,
    /// Teachers who stay at the park.
    ResidentTeachers,
    /// A curriculum made for it.
    Curriculum,
    /// Money.
    Capital,
}

/// A college (合作院校). Unknown figures are `null`, never zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Raw")]
pub struct College {
    /// Its code in the Ministry's list.
    pub id: CollegeId,
    /// Its name.
    pub name: Label,
    /// Its earlier name.
    pub former_name: Option<Label>,
    /// What kind of college it is.
    pub kind: CollegeKind,
    /// Who runs it.
    pub ownership: Option<Ownership>,
    /// The city it lies in.
    pub city: Label,
    /// Where it lies.
    pub place: Option<Place>,
    /// Whether it may be recommended at all.
    pub status: CollegeStatus,
    /// How much of its offering is known.
    pub offering: Offering,
    /// When its supply was last confirmed.
    pub updated_on: Option<Date>,
    /// Of those placed, how many were still employed after twelve months.
    pub retained: Option<u32>,
    /// How many were placed in the same cohort.
    pub placed: Option<u32>,
    /// Median working days to its first reply.
    pub response_days: Option<Amount>,
    /// Projects with firms in three years.
    pub tech_projects_3y: Option<u32>,
    /// What it brings into a co-built base.
    pub pledges: Option<Vec<Pledge>>,
    /// Whether a serious complaint is unresolved.
    pub complaint: bool,
    /// Parks it has declined to work with.
    pub declined_parks: Vec<ParkId>,
    /// Where the facts come from.
    pub source: Option<Note>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: CollegeId,
    name: Label,
    #[serde(default)]
    former_name: Option<Label>,
    kind: CollegeKind,
    #[serde(default)]
    ownership: Option<Ownership>,
    city: Label,
    #[serde(default)]
    place: Option<Place>,
    #[serde(default)]
    status: CollegeStatus,
    #[serde(default)]
    offering: Offering,
    #[serde(default)]
    updated_on: Option<Date>,
    #[serde(default)]
    retained: Option<u32>,
    #[serde(default)]
    placed: Option<u32>,
    #[serde(default)]
    response_days: Option<Amount>,
    #[serde(default)]
    tech_projects_3y: Option<u32>,
    #[serde(default)]
    pledges: Option<Vec<Pledge>>,
    #[serde(default)]
    complaint: bool,
    #[serde(default)]
    declined_parks: Vec<ParkId>,
    #[serde(default)]
    source: Option<Note>,
}

impl TryFrom<Raw> for College {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        match (raw.retained, raw.placed) {
            (Some(retained), Some(placed)) if retained <= placed => {}
            (None, None) => {}
            (Some(_), Some(placed)) => return Err(Invalid::out_of_range(0, placed)),
            _ => {
                return Err(Invalid::new(
                    "missing-field",
                    "留用人数 retained 与安置人数 placed 须同时给出",
                    "`retained` and `placed` go together",
                ));
            }
        }
        let mut pledges = raw.pledges;
        if let Some(list) = &mut pledges {
            list.sort_unstable();
            list.dedup();
        }
        let mut declined_parks = raw.declined_parks;
        declined_parks.sort_unstable();
        declined_parks.dedup();
        Ok(Self {
            id: raw.id,
            name: raw.name,
            former_name: raw.former_name,
            kind: raw.kind,
            ownership: raw.ownership,
            city: raw.city,
            place: raw.place,
            status: raw.status,
            offering: raw.offering,
            updated_on: raw.updated_on,
            retained: raw.retained,
            placed: raw.placed,
            response_days: raw.response_days,
            tech_projects_3y: raw.tech_projects_3y,
            pledges,
            complaint: raw.complaint,
            declined_parks,
            source: raw.source,
        })
    }
}
