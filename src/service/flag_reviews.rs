//! Deciding on flagged blocks of ratings, appealing, answering.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Service, ServiceError, Written, aside};
use crate::domain::{
    Appeal, AppealAnswer, AppealId, AppealOutcome, CollegeId, CollegeRef, Comment, Date, Event, FlagBlock, FlagReview,
    FlagReviewId, Invalid, Note, ParkId, ReviewedBlock, Verdict,
};
use crate::engine::{AppealCase, State};

/// From so many enterprises on a college is told which block it is: fewer, and it could tell who.
pub(super) const ENOUGH: u32 = 3;
/// Appeals of one college that wait for an answer.
const OPEN_APPEALS: usize = 3;

/// A block as a supervisor names it: as the list of flags does.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum BlockNamed {
    /// Ratings of enterprises of one park.
    Park {
        /// The park.
        park: ParkId,
    },
    /// Ratings given within one fortnight.
    Fortnight {
        /// Its first day.
        from: Date,
        /// Its last day; need not be said.
        #[serde(default)]
        to: Option<Date>,
    },
}

impl From<&BlockNamed> for ReviewedBlock {
    fn from(named: &BlockNamed) -> Self {
        match named {
            BlockNamed::Park { park } => Self::Park(park.clone()),
            BlockNamed::Fortnight { from, .. } => Self::Fortnight(*from),
        }
    }
}

/// A decision on a flag.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagDecision {
    /// The college.
    pub college: CollegeId,
    /// The block.
    pub block: BlockNamed,
    /// What is decided.
    pub verdict: Verdict,
    /// Why.
    pub reason: Note,
}

/// A decision that was recorded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlagDecided {
    /// Its code.
    pub id: FlagReviewId,
    /// Its revision and seq.
    #[serde(flatten)]
    pub written: Written,
}

/// How far a flag is, as its college sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewStanding {
    /// Ratings stand out and count less until somebody decides.
    UnderReview,
    /// They do not count.
    Upheld,
    /// They count in full.
    Dismissed,
}

/// What a college is told of a flag.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CollegeReview {
    /// The decision's code, to name in an appeal.
    pub id: Option<FlagReviewId>,
    /// How far it is.
    pub standing: ReviewStanding,
    /// The day of the decision.
    pub decided_on: Option<Date>,
    /// Which ratings; `null` if fewer than three enterprises gave them.
    pub block: Option<FlagBlock>,
    /// Why; `null` if fewer than three enterprises gave them.
    pub reason: Option<Note>,
}

/// What a college says.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAppeal {
    /// The college.
    pub college: CollegeId,
    /// The decision it is about; without: ratings under review.
    #[serde(default)]
    pub review: Option<FlagReviewId>,
    /// What it says.
    pub text: Comment,
}

/// What a supervisor answers.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAppealAnswer {
    /// How it ends.
    pub outcome: AppealOutcome,
    /// Why.
    pub reason: Note,
}

/// An appeal with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AppealShown {
    /// Its code.
    pub id: AppealId,
    /// The college.
    pub college: CollegeRef,
    /// The decision it is about.
    pub review: Option<FlagReviewId>,
    /// What the college says.
    pub text: Comment,
    /// The day it was lodged.
    pub lodged_on: Date,
    /// Pseudonym of who lodged it; `null` unless the reader may see it.
    pub by: Option<String>,
    /// How it ended; `null`: it waits.
    pub outcome: Option<AppealOutcome>,
    /// Why.
    pub reason: Option<Note>,
    /// The day of the answer.
    pub answered_on: Option<Date>,
    /// Pseudonym of who answered; `null` unless the reader may see it.
    pub answered_by: Option<String>,
}

/// An appeal that was lodged or answered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AppealWritten {
    /// Its code.
    pub id: AppealId,
    /// Its revision and seq.
    #[serde(flatten)]
    pub written: Written,
}

fn refused(at: &str, invalid: Invalid) -> ServiceError {
    ServiceError::Invalid(at.to_owned(), invalid)
}

fn needed(at: &str, text: &str) -> Result<(), ServiceError> {
    let given = !text.trim().is_empty();
    if given { Ok(()) } else { Err(refused(at, Invalid::missing_field(at.trim_start_matches('/')))) }
}

/// A code that says nothing.
pub(super) fn random_code<T: std::str::FromStr<Err = Invalid>>(letter: char) -> Result<T, ServiceError> {
    let code = format!("{letter}{}", &Uuid::new_v4().simple().to_string()[..12]);
    code.parse().map_err(|invalid| refused("/id", invalid))
}

fn college(state: &State, id: &CollegeId) -> Option<CollegeRef> {
    Some(CollegeRef { id: id.clone(), name: state.colleges.entry(id)?.value.name.clone() })
}

impl Service {
    /// Decides on a block that is flagged now, or anew on one that was decided on before.
    ///
    /// # Errors
    /// [`ServiceError::NotFlagged`]; `missing-field` for a reason; `unknown-code` for the college.
    pub(super) async fn review_flag(&self, new: FlagDecision) -> Result<FlagDecided, ServiceError> {
        needed("/reason", new.reason.as_str())?;
        self.on_newest(|| self.review_on_served(new.clone())).await
    }

    async fn review_on_served(&self, new: FlagDecision) -> Result<FlagDecided, ServiceError> {
        let published = self.live.current();
        let state = &published.snapshot.state;
        if state.colleges.get(&new.college).is_none() {
            let (zh, en) =
                (format!("没有代码为“{}”的院校", new.college), format!("there is no college `{}`", new.college));
            return Err(refused("/college", Invalid::new("unknown-code", zh, en)));
        }
        let block = ReviewedBlock::from(&new.block);
        let (flagged_in, of) = (self.live.current(), new.college.clone());
        let flags = aside(move || flagged_in.snapshot.flags_of(&of)).await;
        let flag = flags.into_iter().find(|flag| ReviewedBlock::from(&flag.block) == block);
        let before = state.reviews_of(&new.college).find(|review| review.block == block).cloned();
        let (ratings, enterprises, shift) = match (&flag, &before) {
            (Some(flag), _) => (flag.ratings, flag.enterprises, flag.shift),
            (None, Some(before)) => (before.ratings, before.enterprises, before.shift),
            (None, None) => return Err(ServiceError::NotFlagged),
        };
        let id: FlagReviewId = match before {
            Some(before) => before.id,
            None => random_code('W')?,
        };
        let FlagDecision { college, verdict, reason, .. } = new;
        let by = self.principal.id.as_str().into();
        let (decided_on, review_id) = (self.day(), id.clone());
        let review = FlagReview { id, college, block, verdict, reason, decided_on, by, ratings, enterprises, shift };
        let written = self.put(Event::FlagReviewed(review), None).await?;
        Ok(FlagDecided { id: review_id, written })
    }

    /// What a college is told of flags on its ratings: those that are open first, then decisions, the newest first.
    pub(super) async fn college_reviews(&self, id: &CollegeId) -> Vec<CollegeReview> {
        let (published, of) = (self.live.current(), id.clone());
        let flags = aside(move || published.snapshot.flags_of(&of)).await;
        let mut shown: Vec<CollegeReview> = Vec::new();
        shown.extend(flags.into_iter().map(|flag| CollegeReview {
            id: None,
            standing: ReviewStanding::UnderReview,
            decided_on: None,
            block: (flag.enterprises >= ENOUGH).then_some(flag.block),
            reason: None,
        }));
        let current = self.live.current();
        let mut decided: Vec<&FlagReview> = current.snapshot.state.reviews_of(id).collect();
        decided.sort_by_key(|review| std::cmp::Reverse(review.decided_on));
        shown.extend(decided.into_iter().map(|review| {
            let open = review.enterprises >= ENOUGH;
            CollegeReview {
                id: Some(review.id.clone()),
                standing: match review.verdict {
                    Verdict::Upheld => ReviewStanding::Upheld,
                    Verdict::Dismissed => ReviewStanding::Dismissed,
                },
                decided_on: Some(review.decided_on),
                block: open.then(|| review.block.shown()),
                reason: open.then(|| review.reason.clone()),
            }
        }));
        shown
    }

    /// Lodges an appeal.
    ///
    /// # Errors
    /// `missing-field`, `unknown-code` for a decision that is not on this college; `too-many` while three wait.
    pub(super) async fn appeal(&self, new: NewAppeal) -> Result<AppealWritten, ServiceError> {
        needed("/text", new.text.as_str())?;
        let current = self.live.current();
        let state = &current.snapshot.state;
        if let Some(id) = new.review.as_ref().filter(|id| !state.reviews_of(&new.college).any(|one| one.id == **id)) {
            let (zh, en) = (format!("没有代码为“{id}”的审核决定"), format!("there is no decision `{id}`"));
            return Err(refused("/review", Invalid::new("unknown-code", zh, en)));
        }
        let waits = |case: &AppealCase| case.appeal.college == new.college && case.answer.is_none();
        if state.appeals.iter().filter(|(_, entry)| waits(&entry.value)).count() >= OPEN_APPEALS {
            let (zh, en) = ("已有 3 件申诉待答复", "three appeals wait for an answer");
            return Err(refused("/college", Invalid::new("too-many", zh, en)));
        }
        let id: AppealId = random_code('A')?;
        let NewAppeal { college, review, text } = new;
        let by = self.principal.id.as_str().into();
        let appeal = Appeal { id: id.clone(), college, review, text, lodged_on: self.day(), by };
        let written = self.put(Event::AppealLodged(appeal), Some(0)).await?;
        Ok(AppealWritten { id, written })
    }

    /// Answers an appeal, once.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::AlreadyAnswered`], `missing-field` for a reason.
    pub(super) async fn answer_appeal(
        &self,
        id: AppealId,
        new: NewAppealAnswer,
    ) -> Result<AppealWritten, ServiceError> {
        needed("/reason", new.reason.as_str())?;
        let current = self.live.current();
        let case = current.snapshot.state.appeals.get(&id);
        let case = case.ok_or_else(|| ServiceError::NotFound("appeal", id.to_string()))?;
        if case.answer.is_some() {
            return Err(ServiceError::AlreadyAnswered);
        }
        let NewAppealAnswer { outcome, reason } = new;
        let by = self.principal.id.as_str().into();
        let answer = AppealAnswer { appeal: id.clone(), outcome, reason, answered_on: self.day(), by };
        // Lodged is its first revision.
        match self.put(Event::AppealAnswered(answer), Some(1)).await {
            Ok(written) => Ok(AppealWritten { id, written }),
            Err(ServiceError::RevisionConflict(_)) => Err(ServiceError::AlreadyAnswered),
            Err(other) => Err(other),
        }
    }

    /// Appeals of a college, or of all: those that wait first, then the newest.
    pub(super) fn appeals(&self, of: Option<&CollegeId>) -> Vec<AppealShown> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let wanted = state.appeals.iter().map(|(_, entry)| &entry.value);
        let mut shown: Vec<AppealShown> = wanted
            .filter(|case| of.is_none_or(|college| case.appeal.college == *college))
            .filter_map(|AppealCase { appeal, answer }| {
                Some(AppealShown {
                    id: appeal.id.clone(),
                    college: college(state, &appeal.college)?,
                    review: appeal.review.clone(),
                    text: appeal.text.clone(),
                    lodged_on: appeal.lodged_on,
                    by: Some(appeal.by.to_string()),
                    outcome: answer.as_ref().map(|answer| answer.outcome),
                    reason: answer.as_ref().map(|answer| answer.reason.clone()),
                    answered_on: answer.as_ref().map(|answer| answer.answered_on),
                    answered_by: answer.as_ref().map(|answer| answer.by.to_string()),
                })
            })
            .collect();
        shown.sort_by_key(|one| (one.outcome.is_some(), std::cmp::Reverse(one.lodged_on), one.id.clone()));
        shown
    }
}
