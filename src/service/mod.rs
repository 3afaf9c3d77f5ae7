//! Use cases, one file per verb: the only place where the log meets the engine.

pub mod accounts;
mod acting;
mod ask;
mod attention;
mod audit;
mod audit_kept;
pub mod authorize;
mod backup;
mod board;
mod bounded;
mod catalogue;
mod changes;
mod clock;
mod comments;
mod decide;
mod digest;
mod directory;
mod doctor;
mod evaluate;
mod export;
mod feedback;
mod fit;
mod flag_reviews;
mod follow;
mod forbidden;
mod foundation;
mod import;
mod keep;
mod lab;
mod link;
mod link_key;
mod models;
mod namesakes;
mod nation;
mod needs;
mod new_code;
pub mod oidc;
mod open;
mod publish;
mod rate;
mod rating_rules;
mod reach;
mod reasons;
mod references;
mod review;
mod revisions;
mod scenario;
mod scenario_faults;
mod select;
mod selection_board;
mod sensitivity;
mod solve;
mod spending;
mod stop;
mod supply;
mod tickets;
mod undo;
mod upload;
mod upload_rows;
mod verify;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::domain::{Date, Invalid, Principal, RatingWindow};
use crate::engine::Refusal;
use crate::live::{Limits, Live, Rate, RedisError};
use crate::store::{Store, StoreError, Writer};

pub use crate::store::AuditRow;

pub use acting::{Acting, Listed, ReadOf};
pub use attention::{Attention, EngagementShown, UnmetPark, WaitingPark};
pub use audit::{Audit, in_request};
pub use audit_kept::{AUDIT_DAYS, AuditEnd};
pub use backup::{Copied, CopyProgress, CopyStep};
pub use board::{Board, NeedWords, ParkCard, Parks};
pub use bounded::Bounded;
pub use catalogue::{CatalogueEntry, Meant};
pub use decide::DecisionMade;
pub use directory::Written;
pub use doctor::{Finding, Grave};
pub use evaluate::{Evaluated, Evaluation, EvaluationError, EvaluationPlan, ModelKind, Split, evaluate};
pub use feedback::{FeedbackDue, FeedbackShown, NewFeedback};
pub use fit::{FitError, FitFigures, FitPlan, FittedModel, fit_model};
pub use flag_reviews::{
    AppealShown, AppealWritten, BlockNamed, CollegeReview, FlagDecided, FlagDecision, NewAppeal, NewAppealAnswer,
    ReviewStanding,
};
pub use import::ImportReport;
pub use keep::{Compared, ComparedCollege, ComparedPark, ScenarioMade, SideBySide};
pub use lab::Lab;
pub use link::{LINK_DAYS, LinkAnswer, LinkedRating, LinksWanted, RatingLink};
pub use nation::Progress;
pub use needs::{NeedShown, NeedWarning, Needs};
pub use open::Replica;
pub use rate::{RatingBody, RatingShown, RatingWritten, RevisionBody};
pub use reasons::{Pair, Reasons};
pub use revisions::{RatingHistory, RatingRevision};
pub use select::{SelectionFiles, TimedSelection};
pub use selection_board::SelectionBoard;
pub use solve::SelectionAnswer;
pub use spending::{Budget, Spending};
pub use supply::{CollegeCard, Mirror, Supply};
pub use tickets::{EnterpriseRef, NewStep, TicketShown, Tickets};
pub use undo::{ImportShown, Undone};
pub use upload::{Choices, SheetReport, Upload, UploadReport};
pub use verify::{CodeCheck, LogCheck};

/// Everything a user can do.
#[derive(Clone)]
pub struct Service {
    store: Store,
    writer: Writer,
    live: Arc<Live>,
    /// Seq of the newest stored snapshot.
    saved: Arc<AtomicU64>,
    /// Where scenarios and selections run.
    planning: Bounded,
    /// What signs rating links.
    link_key: link_key::LinkKey,
    /// How often an enterprise may rate, if that is limited.
    limits: Arc<Limits>,
    ratings: Option<Rate>,
    /// How much may be asked.
    budget: Budget,
    /// Days after its end that a closed engagement can be rated; 0: no window.
    rating_window_days: u16,
    /// Who may sign in.
    accounts: accounts::Accounts,
    /// Days that audit entries are kept.
    audit_days: u32,
    /// Who asks: writes are checked against it, and the log holds its pseudonym.
    principal: Arc<Principal>,
}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A value breaks a rule; at a JSON pointer if one is to blame.
    #[error("{}", .1.en)]
    Invalid(String, Invalid),
    /// The principal's role may not do this.
    #[error("the role may not do this")]
    Forbidden,
    /// The key was not made for this.
    #[error("the key was not made for this")]
    WrongScope,
    /// Nothing goes by that code.
    #[error("there is no {0} {1}")]
    NotFound(&'static str, String),
    /// Not there, or another's; and a new one's code has to begin with the third and a hyphen.
    #[error("there is no {0} `{1}`; a new one's code begins with `{2}-`")]
    NewCode(&'static str, String, String),
    /// The engagement cannot be rated by the caller.
    #[error("there is no confirmed engagement {0}")]
    NoEngagement(String),
    /// The engagement has a live rating: revise it.
    #[error("the engagement has been rated already: revise rating {0}")]
    AlreadyRated(String),
    /// The engagement cannot be rated today.
    #[error("the engagement can be rated from {}", .0.opens)]
    RatingWindow(RatingWindow),
    /// The rating was revised too often: again from this day.
    #[error("the rating was revised too often: again from {0}")]
    RevisionLimit(Date),
    /// The rating was withdrawn.
    #[error("the rating was withdrawn")]
    RatingWithdrawn,
    /// The rating link is forged, expired, or for what cannot be rated.
    #[error("the rating link is not valid or no longer valid")]
    BadLink,
    /// The rating link has been used up: the engagement was rated since it was made.
    #[error("the rating link has been used")]
    UsedLink,
    /// The enterprise has an account that rates: nobody makes a link for it.
    #[error("the enterprise has an account and rates by itself")]
    HasAccount,
    /// The block is not flagged and was never decided on.
    #[error("the block is not flagged")]
    NotFlagged,
    /// It was done before, and is done once.
    #[error("it was answered already")]
    AlreadyAnswered,
    /// No rectification waits for a follow-up rating.
    #[error("no rectification waits for a follow-up rating")]
    NoFollowUp,
    /// The database has no key to sign rating links with.
    #[error(
        "这个数据库还没有链接密钥，请先启动一次 zeyou serve / the database has no key for links yet: run `zeyou serve` once"
    )]
    NoLinkKey,
    /// `If-Match` is missing.
    #[error("If-Match is required")]
    PreconditionRequired,
    /// `If-Match` names an older revision.
    #[error("the revision is now {0}")]
    RevisionConflict(u32),
    /// A parameter of the question breaks a rule.
    #[error("{}: {}", .0, .1.en)]
    Parameter(&'static str, Invalid),
    /// A seq far beyond the log.
    #[error("the log ends at seq {0}")]
    InvalidSeq(u64),
    /// The seq was not reached in time.
    #[error("seq {0} is not served yet")]
    ReplicaBehind(u64),
    /// What is served here is being built anew.
    #[error("what is served here is being built anew")]
    Rebuilding,
    /// All places for long work are taken.
    #[error("too many scenarios and selections are being worked out")]
    Busy,
    /// The time budget of long work is used up; at the part that was reached.
    #[error("the time budget is used up")]
    OutOfTime(String),
    /// An open college has this name, perhaps written differently: its id and its name.
    #[error("it may be the same college as {1} ({0})")]
    PossibleDuplicate(String, String),
    /// It was done too often; after so long it may be done again.
    #[error("too often: wait {} s", .0.as_secs() + 1)]
    RateLimited(std::time::Duration),
    /// The address of Redis cannot be used.
    #[error(transparent)]
    Redis(#[from] RedisError),
    /// What keeping accounts says.
    #[error(transparent)]
    Account(#[from] accounts::AccountError),
    /// With these settings it is not safe to start.
    #[error("{0}")]
    Unsafe(String),
    /// The log said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ServiceError {
    /// Whether a newer state might have answered otherwise.
    fn depends_on_state(&self) -> bool {
        match self {
            Self::Invalid(_, invalid) => ["unknown-code", "invalid-seq", "name-taken"].contains(&invalid.rule.as_ref()),
            Self::NotFound(..)
            | Self::NewCode(..)
            | Self::NoEngagement(_)
            | Self::AlreadyRated(_)
            | Self::RatingWithdrawn
            | Self::RatingWindow(_) => true,
            Self::NotFlagged | Self::AlreadyAnswered | Self::NoFollowUp => true,
            Self::RevisionConflict(_) | Self::Store(StoreError::Conflict(_)) | Self::PossibleDuplicate(..) => true,
            _ => false,
        }
    }
}

impl From<Refusal> for ServiceError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Park(id) => Self::NotFound("park", id),
            Refusal::Preset(id) => Self::NotFound("preset", id),
            Refusal::College(id) => Self::NotFound("ranked college", id),
        }
    }
}

/// Runs long work beside the threads that answer.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

impl Service {
    /// What is served now.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Who may sign in.
    pub fn accounts(&self) -> &accounts::Accounts {
        &self.accounts
    }

    /// Where it is recorded who did what.
    fn audit(&self) -> &Audit {
        self.accounts.audit()
    }

    /// Records that a request was refused, whatever the reason.
    pub fn note_refusal(&self, who: Option<&Principal>, action: &str, object: &str, result: &str) {
        self.audit().refused(who, action, object, result);
    }

    /// Where scenarios and selections run.
    pub fn planning(&self) -> &Bounded {
        &self.planning
    }

    /// The same service with another time limit for scenarios of the whole nation.
    #[must_use]
    pub fn with_nation_budget(mut self, budget: std::time::Duration) -> Self {
        self.planning.nation_budget = budget;
        self
    }

    /// What committing and applying cost.
    pub fn figures(&self) -> [&crate::store::Figures; 2] {
        [self.writer.figures(), self.live.figures()]
    }

    /// The same service with a rating window: a closed engagement can be rated so many days after its end; 0: no window.
    #[must_use]
    pub fn with_rating_window(mut self, days: u16) -> Self {
        self.rating_window_days = days;
        self
    }

    /// The same service with another budget of requests.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// The log.
    pub fn store(&self) -> &Store {
        &self.store
    }
}
