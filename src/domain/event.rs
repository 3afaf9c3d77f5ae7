//! Everything that can change a ranking.

use serde::{Deserialize, Serialize};

use super::code::{
    CollegeId, DemandId, EngagementId, EnterpriseId, ImportId, ParkId, ProgrammeId, RatingId, RelationId, ScenarioId,
};
use super::college::College;
use super::cut::Cut;
use super::date::Date;
use super::decision::Decision;
use super::demand::Demand;
use super::engagement::Engagement;
use super::enterprise::Enterprise;
use super::feedback::Feedback;
use super::flag_review::{Appeal, AppealAnswer, FlagReview};
use super::import_record::ImportRecord;
use super::invalid::Invalid;
use super::major::Major;
use super::model::Model;
use super::need::{Industry, Occupation};
use super::park::Park;
use super::preset::Preset;
use super::programme::Programme;
use super::rating::Rating;
use super::rating_note::RatingNote;
use super::relation::Relation;
use super::scenario::Scenario;
use super::sheet::Sheet;
use super::ticket::TicketStep;

/// An event of the log. Old events decode for ever: fields are only ever added, with a default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub enum Event {
    /// A criteria sheet came into force.
    SheetActivated(Sheet),
    /// A set of model parameters came into force.
    ModelActivated(Model),
    /// A preset was made or changed.
    PresetPut(Preset),
    /// A catalogue entry was made or changed.
    MajorPut(Major),
    /// An industry's needs were made or changed.
    IndustryPut(Industry),
    /// An occupation's links were made or changed.
    OccupationPut(Occupation),
    /// A park was made or changed.
    ParkPut(Park),
    /// A park was closed.
    ParkClosed(ParkId),
    /// An enterprise was made or changed.
    EnterprisePut(Enterprise),
    /// An enterprise was closed.
    EnterpriseClosed(EnterpriseId),
    /// A college was made or changed.
    CollegePut(College),
    /// A college was closed.
    CollegeClosed(CollegeId),
    /// A programme was made or changed.
    ProgrammePut(Programme),
    /// A programme was closed.
    ProgrammeClosed(ProgrammeId),
    /// A demand was made or changed.
    DemandPut(Demand),
    /// A demand was closed.
    DemandClosed(DemandId),
    /// An engagement was made or changed.
    EngagementPut(Engagement),
    /// A rating was submitted.
    RatingSubmitted(Rating),
    /// A rating was revised.
    RatingRevised(Rating),
    /// A rating was withdrawn.
    RatingWithdrawn {
        /// The rating.
        id: RatingId,
        /// The engagement it rated.
        engagement: EngagementId,
    },
    /// A new day began: windows and ages are judged by it.
    Clock {
        /// The day.
        today: Date,
    },
    /// A scenario was kept or changed.
    ScenarioPut(Scenario),
    /// A scenario was given up.
    ScenarioClosed(ScenarioId),
    /// A scenario or a selection was adopted.
    DecisionRecorded(Decision),
    /// A file was imported by the events right before.
    ImportRecorded(ImportRecord),
    /// An import was taken back by the events right before.
    ImportUndone(ImportId),
    /// A remark on the revision of a rating that comes right after.
    RatingNoted(RatingNote),
    /// A tie between an enterprise and a college was made known, changed or ended.
    RelationPut(Relation),
    /// A tie was taken back: there was none.
    RelationClosed(RelationId),
    /// A flagged block of ratings was decided on.
    FlagReviewed(FlagReview),
    /// A college appealed.
    AppealLodged(Appeal),
    /// An appeal was answered.
    AppealAnswered(AppealAnswer),
    /// A park contacted the enterprise of a ticket.
    TicketContacted(TicketStep),
    /// A college answered a ticket.
    TicketAnswered(TicketStep),
    /// A college gave feedback on an engagement.
    FeedbackGiven(Feedback),
    /// Colleges were told what enterprises say of them.
    CutPublished(Cut),
}

/// What kind of thing an event changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKind {
    /// The criteria sheet.
    Sheet,
    /// The model parameters.
    Model,
    /// A preset.
    Preset,
    /// A catalogue entry.
    Major,
    /// An industry.
    Industry,
    /// An occupation.
    Occupation,
    /// A park.
    Park,
    /// An enterprise.
    Enterprise,
    /// A college.
    College,
    /// A programme.
    Programme,
    /// A demand.
    Demand,
    /// An engagement.
    Engagement,
    /// The rating of an engagement.
    Rating,
    /// The clock.
    Clock,
    /// A kept scenario.
    Scenario,
    /// A decision.
    Decision,
    /// An import by file.
    Import,
    /// A remark on one revision of a rating.
    RatingNote,
    /// A tie between an enterprise and a college.
    Relation,
    /// A decision on a flagged block.
    FlagReview,
    /// An appeal.
    Appeal,
    /// A rectification ticket.
    Ticket,
    /// A college's feedback on an engagement.
    Feedback,
    /// What colleges are told of their satisfaction.
    Cut,
}

impl EntityKind {
    /// The kind's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sheet => "sheet",
            Self::Model => "model",
            Self::Preset => "preset",
            Self::Major => "major",
            Self::Industry => "industry",
            Self::Occupation => "occupation",
            Self::Park => "park",
            Self::Enterprise => "enterprise",
            Self::College => "college",
            Self::Programme => "programme",
            Self::Demand => "demand",
            Self::Engagement => "engagement",
            Self::Rating => "rating",
            Self::Clock => "clock",
            Self::Scenario => "scenario",
            Self::Decision => "decision",
            Self::Import => "import",
            Self::RatingNote => "rating_note",
            Self::Relation => "relation",
            Self::FlagReview => "flag_review",
            Self::Appeal => "appeal",
            Self::Ticket => "ticket",
            Self::Feedback => "feedback",
            Self::Cut => "cut",
        }
    }
}

/// The one thing an event changes. Its revisions are counted; two writers cannot make the same revision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// What kind of thing it is.
    pub kind: EntityKind,
    /// Its code; a rating goes by its engagement, so that an engagement has one live rating.
    pub id: String,
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind.code(), self.id)
    }
}

impl Event {
    /// What the event changes.
    pub fn subject(&self) -> Subject {
        let (kind, id) = match self {
            Self::SheetActivated(_) => (EntityKind::Sheet, String::new()),
            Self::ModelActivated(_) => (EntityKind::Model, String::new()),
            Self::PresetPut(preset) => (EntityKind::Preset, preset.id.to_string()),
            Self::MajorPut(major) => (EntityKind::Major, major.id.to_string()),
            Self::IndustryPut(industry) => (EntityKind::Industry, industry.id.to_string()),
            Self::OccupationPut(occupation) => (EntityKind::Occupation, occupation.id.to_string()),
            Self::ParkPut(park) => (EntityKind::Park, park.id.to_string()),
            Self::ParkClosed(id) => (EntityKind::Park, id.to_string()),
            Self::EnterprisePut(enterprise) => (EntityKind::Enterprise, enterprise.id.to_string()),
            Self::EnterpriseClosed(id) => (EntityKind::Enterprise, id.to_string()),
            Self::CollegePut(college) => (EntityKind::College, college.id.to_string()),
            Self::CollegeClosed(id) => (EntityKind::College, id.to_string()),
            Self::ProgrammePut(programme) => (EntityKind::Programme, programme.id.to_string()),
            Self::ProgrammeClosed(id) => (EntityKind::Programme, id.to_string()),
            Self::DemandPut(demand) => (EntityKind::Demand, demand.id.to_string()),
            Self::DemandClosed(id) => (EntityKind::Demand, id.to_string()),
            Self::EngagementPut(engagement) => (EntityKind::Engagement, engagement.id.to_string()),
            Self::RatingSubmitted(rating) | Self::RatingRevised(rating) => {
                (EntityKind::Rating, rating.engagement.to_string())
            }
            Self::RatingWithdrawn { engagement, .. } => (EntityKind::Rating, engagement.to_string()),
            Self::Clock { .. } => (EntityKind::Clock, String::new()),
            Self::ScenarioPut(scenario) => (EntityKind::Scenario, scenario.id.to_string()),
            Self::ScenarioClosed(id) => (EntityKind::Scenario, id.to_string()),
            Self::DecisionRecorded(decision) => (EntityKind::Decision, decision.id.to_string()),
            Self::ImportRecorded(record) => (EntityKind::Import, record.id.to_string()),
            Self::ImportUndone(id) => (EntityKind::Import, id.to_string()),
            Self::RelationPut(relation) => (EntityKind::Relation, relation.id.to_string()),
            Self::RelationClosed(id) => (EntityKind::Relation, id.to_string()),
            Self::FlagReviewed(review) => (EntityKind::FlagReview, review.id.to_string()),
            Self::AppealLodged(appeal) => (EntityKind::Appeal, appeal.id.to_string()),
            Self::AppealAnswered(answer) => (EntityKind::Appeal, answer.appeal.to_string()),
            Self::TicketContacted(step) | Self::TicketAnswered(step) => (EntityKind::Ticket, step.ticket.to_string()),
            Self::FeedbackGiven(feedback) => (EntityKind::Feedback, feedback.engagement.to_string()),
            // A revision is remarked on once, so the remark has no revisions of its own to be counted.
            Self::RatingNoted(note) => (EntityKind::RatingNote, format!("{}/{}", note.engagement, note.rev)),
            Self::CutPublished(_) => (EntityKind::Cut, String::new()),
        };
        Subject { kind, id }
    }

    /// The bytes that are stored and hashed: compact JSON with every field in its declared order.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_else(|error| unreachable!("events have string keys only: {error}"))
    }

    /// Reads an event back from its canonical bytes.
    ///
    /// # Errors
    /// `corrupt-event` with serde's own words.
    pub fn from_canonical_bytes(bytes: &[u8]) -> Result<Self, Invalid> {
        serde_json::from_slice(bytes).map_err(|error| {
            Invalid::new(
                "corrupt-event",
                format!("事件无法解读：{error}"),
                format!("the event cannot be read: {error}"),
            )
        })
    }
}
