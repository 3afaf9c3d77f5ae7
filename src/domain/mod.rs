//! The vocabulary as plain values: parsed once, invalid states cannot be built. No I/O, no clock.

mod all_or;
mod changes;
mod code;
mod college;
mod comparison;
mod criterion;
mod cut;
mod date;
mod decision;
mod demand;
mod engagement;
mod enterprise;
mod event;
mod explanation;
mod feedback;
mod flag;
mod flag_review;
mod import_record;
mod invalid;
mod kept;
mod major;
mod model;
mod need;
mod number;
mod outcome;
mod park;
mod personal;
mod place;
mod preset;
mod principal;
mod programme;
mod question;
mod rating;
mod rating_note;
mod ratings;
mod relation;
mod review;
mod same_name;
mod scenario;
mod scenario_change;
mod scenario_question;
mod schema;
mod selected;
mod selection;
mod sensitivity;
mod sheet;
mod shortlist;
mod team;
mod text;
mod ticket;
mod wishes;

pub use all_or::AllOr;
pub use changes::{ChangeEvent, Changes, CollegeChange, PartChange, Ranked, SatisfactionChange};
pub use code::{
    AppealId, CollegeId, DecisionId, DemandId, EngagementId, EnterpriseId, FlagReviewId, ImportId, IndustryId, ModelId,
    OccupationId, ParkId, PresetId, ProgrammeId, RatingId, RelationId, ScenarioId, TicketId,
};
pub use college::{College, CollegeKind, CollegeStatus, Offering, Ownership, Pledge};
pub use comparison::{ComparedOne, ComparedPair, Comparisons, PairDifference};
pub use criterion::{Criterion, Group, N_CRITERIA};
pub use cut::{AspectCut, CUT_DAYS, CollegeCut, Cut, LEAST_ENTERPRISES, PublishedSatisfaction, RaterBand};
pub use date::{Date, Timestamp};
pub use decision::{Decision, NewDecision, Recusal};
pub use demand::{Demand, DemandKind, SkillLevel, Target, Urgency};
pub use engagement::{Engagement, EngagementStatus, RatingWindow};
pub use enterprise::Enterprise;
pub use event::{EntityKind, Event, Subject};
pub use explanation::{
    AspectMean, Counterfactual, Explanation, RatingContribution, RatingGroup, Reason, Sentence, WithoutRating,
};
pub use feedback::{Feedback, SEALED_DAYS};
pub use flag::{Flag, FlagBlock, FlagReviewShown, Flags};
pub use flag_review::{Appeal, AppealAnswer, AppealOutcome, FlagReview, ReviewedBlock, Verdict};
pub use import_record::{ImportRecord, UNDO_DAYS};
pub use invalid::Invalid;
pub(crate) use invalid::clip;
pub(crate) use major::Kinship as MajorKinship;
pub use major::{Major, MajorLevel, MajorRef};
pub use model::{BlockForm, Model, RanksBy};
pub use need::{Industry, Link, Need, Occupation};
pub use number::Amount;
pub use outcome::{
    ChangeShare, CriterionShare, Difference, Forced, Move, ParkBrief, ParkOutcome, ScenarioAnswer, SelectionMove,
    UnmetMove,
};
pub use park::{Park, Stage};
pub use personal::without_personal_data;
pub use place::Place;
pub use preset::{Preset, Weights};
pub use principal::{Principal, ROLES, Role, SCOPES, Scopes};
pub use programme::{Basis, Programme, Seats};
pub use question::{MOST_AFFINITY, Question};
pub use rating::{Aspect, Mark, Marks, Rating};
pub use rating_note::{LinkMaker, RatingNote};
pub use ratings::{Attributes, Ratings};
pub use relation::{NotCounted, NotCountedRatings, Relation, RelationKind};
pub use review::{DecisionReview, PairReview, ParkCode, Realised, Standing};
pub use same_name::name_key;
pub use scenario::{NewScenario, Scenario};
pub use scenario_change::{RatingChange, ScenarioChange, SeatsChange, StationsChange};
pub use scenario_question::{ParkChoice, ScenarioQuestion};
pub use selected::{
    Between, BlockingPair, Change, CollegeUse, Comparison, Conflict, Envy, SelectedPair, Selection, SelectionStatus,
    ShortPark, Wish, WishKind, WishPrice,
};
pub use selection::{Candidate, Pair, Quota, SelectionCollege, SelectionPark, SelectionProblem};
pub use sensitivity::{
    AhpPair, AhpQuestion, AhpWeights, Department, DepartmentOrder, Departments, Disputed, DisputedWeight, Interval,
    Lift, LiftQuestion, Robustness, Sensitivity, SensitivityQuestion, WeightInterval,
};
pub use sheet::{Anchor, CriterionSheet, Sheet, Travel};
pub use shortlist::{
    Acceptability, Affinity, AsOf, CollegeRef, Contribution, Evidence, Excluded, ExcludedReason, Explore, Item,
    Satisfaction, Shortlist, Unmet,
};
pub use team::{Team, TeamMember};
pub use text::{Comment, Label, Note};
pub use ticket::{BadMark, Ticket, TicketStanding, TicketStep};
pub use wishes::{CityQuota, CollegeCapacity, ForcedPair, Objective, ParkWish, SelectionQuestion};
