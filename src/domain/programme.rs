//! Programmes: what a college offers of a major, and with how much.

use serde::{Deserialize, Serialize};

use super::code::{CollegeId, ProgrammeId};
use super::date::Date;
use super::demand::DemandKind;
use super::invalid::Invalid;
use super::major::MajorRef;
use super::number::Amount;
use super::text::Note;

/// How it is known that the college offers the programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A document says so.
    #[default]
    Documented,
    /// Only the college's kind or name implies it: weaker evidence.
    Implied,
}

/// Seats by kind of demand; `null` is unknown, not none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seats {
    /// Graduates a year.
    #[serde(default)]
    pub hire: Option<u32>,
    /// Training seats a year.
    #[serde(default)]
    pub train: Option<u32>,
    /// Interns it can send.
    #[serde(default)]
    pub intern: Option<u32>,
    /// Order-class seats.
    #[serde(default)]
    pub order_class: Option<u32>,
    /// Technical projects it can take on.
    #[serde(default)]
    pub tech_project: Option<u32>,
}

impl Seats {
    /// Seats for one kind of demand.
    pub fn of(&self, kind: DemandKind) -> Option<u32> {
        match kind {
            DemandKind::Hire => self.hire,
            DemandKind::Train => self.train,
            DemandKind::Intern => self.intern,
            DemandKind::OrderClass => self.order_class,
            DemandKind::TechProject => self.tech_project,
        }
    }

    /// The same, to be changed.
    pub(crate) fn of_mut(&mut self, kind: DemandKind) -> &mut Option<u32> {
        match kind {
            DemandKind::Hire => &mut self.hire,
            DemandKind::Train => &mut self.train,
            DemandKind::Intern => &mut self.intern,
            DemandKind::OrderClass => &mut self.order_class,
            DemandKind::TechProject => &mut self.tech_project,
        }
    }
}

/// A programme (专业): college × major with its seats and means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Raw")]
pub struct Programme {
    /// Its code.
    pub id: ProgrammeId,
    /// The college that offers it.
    pub college: CollegeId,
    /// The major, or the class or group if no more is known.
    pub major: MajorRef,
    /// How that is known.
    pub basis: Basis,
    /// Seats by kind of demand.
    pub seats: Seats,
    /// Training stations (实训工位).
    pub stations: Option<u32>,
    /// Of these, free ones.
    pub stations_free: Option<u32>,
    /// Teachers.
    pub teachers: Option<u32>,
    /// Of these, dual-qualified ones (双师型).
    pub dual_qualified: Option<u32>,
    /// Fee, yuan per person and day.
    pub fee_per_person_day: Option<Amount>,
    /// When this was last confirmed.
    pub updated_on: Option<Date>,
    /// A remark, e.g. which word of the name implies it.
    pub note: Option<Note>,
    /// Where the facts come from.
    pub source: Option<Note>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: ProgrammeId,
    college: CollegeId,
    major: MajorRef,
    #[serde(default)]
    basis: Basis,
    #[serde(default)]
    seats: Seats,
    #[serde(default)]
    stations: Option<u32>,
    #[serde(default)]
    stations_free: Option<u32>,
    #[serde(default)]
    teachers: Option<u32>,
    #[serde(default)]
    dual_qualified: Option<u32>,
    #[serde(default)]
    fee_per_person_day: Option<Amount>,
    #[serde(default)]
    updated_on: Option<Date>,
    #[serde(default)]
    note: Option<Note>,
    #[serde(default)]
    source: Option<Note>,
}

fn part_of(part: Option<u32>, whole: Option<u32>, zh: &str, en: &str) -> Result<(), Invalid> {
    match (part, whole) {
        (Some(part), Some(whole)) if part > whole => Err(Invalid::new(
            "out-of-range",
            format!("{zh}：{part} 多于 {whole}"),
            format!("{en}: {part} exceeds {whole}"),
        )),
        (Some(_), None) => {
            Err(Invalid::new("missing-field", format!("{zh}：缺少总数"), format!("{en}: the total is missing")))
        }
        _ => Ok(()),
    }
}

impl TryFrom<Raw> for Programme {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        part_of(raw.stations_free, raw.stations, "空闲工位 stations_free", "stations_free")?;
        part_of(raw.dual_qualified, raw.teachers, "双师型教师 dual_qualified", "dual_qualified")?;
        Ok(Self {
            id: raw.id,
            college: raw.college,
            major: raw.major,
            basis: raw.basis,
            seats: raw.seats,
            stations: raw.stations,
            stations_free: raw.stations_free,
            teachers: raw.teachers,
            dual_qualified: raw.dual_qualified,
            fee_per_person_day: raw.fee_per_person_day,
            updated_on: raw.updated_on,
            note: raw.note,
            source: raw.source,
        })
    }
}
