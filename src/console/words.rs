//! Labels of codes in the reader's language.

use super::language::{Language, Text};
use super::texts::words;
use crate::domain::{Aspect, Criterion, DemandKind, Evidence, ExcludedReason, Group, Preset, Sheet, Stage, Urgency};

/// A group of criteria.
pub(super) fn group(group: Group) -> Text {
    match group {
        Group::Need => words::GROUP_NEED,
        Group::Outcome => words::GROUP_OUTCOME,
        Group::Condition => words::GROUP_CONDITION,
    }
}

/// A group's name in style sheets.
pub(super) fn group_class(group: Group) -> &'static str {
    match group {
        Group::Need => "need",
        Group::Outcome => "outcome",
        Group::Condition => "condition",
    }
}

/// The three groups in the order of every table.
pub(super) const GROUPS: [Group; 3] = [Group::Need, Group::Outcome, Group::Condition];

/// A criterion as the sheet names it.
pub(super) fn criterion(language: Language, sheet: &Sheet, criterion: Criterion) -> &str {
    let entry = sheet.of(criterion);
    language.pick(entry.name.as_str(), entry.name_en.as_str())
}

/// A preset's name.
pub(super) fn preset(language: Language, preset: &Preset) -> &str {
    language.pick(preset.name.as_str(), preset.name_en.as_str())
}

/// A kind of demand.
pub(super) fn kind(kind: DemandKind) -> Text {
    match kind {
        DemandKind::Hire => words::HIRE,
        DemandKind::Train => words::TRAIN,
        DemandKind::Intern => words::INTERN,
        DemandKind::OrderClass => words::ORDER_CLASS,
        DemandKind::TechProject => words::TECH_PROJECT,
    }
}

/// How urgent a demand is.
pub(super) fn urgency(urgency: Urgency) -> Text {
    match urgency {
        Urgency::Normal => words::URGENCY_NORMAL,
        Urgency::Urgent => words::URGENCY_URGENT,
        Urgency::Critical => words::URGENCY_CRITICAL,
    }
}

/// How far a park is built.
pub(super) fn stage(stage: Stage) -> Text {
    match stage {
        Stage::New => words::STAGE_NEW,
        Stage::Established => words::STAGE_ESTABLISHED,
    }
}

/// Why a college was not ranked.
pub(super) fn reason(reason: ExcludedReason) -> Text {
    match reason {
        ExcludedReason::Suspended => words::SUSPENDED,
        ExcludedReason::Complaint => words::COMPLAINT,
        ExcludedReason::Declined => words::DECLINED,
        ExcludedReason::FacilityFull => words::FACILITY_FULL,
        ExcludedReason::StaleSupply => words::STALE_SUPPLY,
        ExcludedReason::MajorGroupMismatch => words::MAJOR_GROUP,
        ExcludedReason::TooFar => words::TOO_FAR,
        ExcludedReason::ExcludedByQuestion => words::BY_QUESTION,
    }
}

/// An aspect of the questionnaire.
pub(super) fn aspect(aspect: Aspect) -> Text {
    match aspect {
        Aspect::Supply => words::ASPECT_SUPPLY,
        Aspect::Skill => words::ASPECT_SKILL,
        Aspect::Stay => words::ASPECT_STAY,
        Aspect::Help => words::ASPECT_HELP,
    }
}

/// What a figure rests on.
pub(super) fn evidence(evidence: Evidence) -> Text {
    match evidence {
        Evidence::Measured => words::MEASURED,
        Evidence::Implied => words::IMPLIED,
        Evidence::Derived => words::DERIVED,
        Evidence::Prior => words::PRIOR,
    }
}

/// What kind of thing an event changed, by its code.
pub(super) fn event(kind: &str) -> Text {
    match kind {
        "rating" => words::KIND_RATING,
        "engagement" => words::KIND_ENGAGEMENT,
        "demand" => words::KIND_DEMAND,
        "programme" => words::KIND_PROGRAMME,
        "college" => words::KIND_COLLEGE,
        "park" => words::KIND_PARK,
        "enterprise" => words::KIND_ENTERPRISE,
        "import" => words::KIND_IMPORT,
        "scenario" => words::KIND_SCENARIO,
        "decision" => words::KIND_DECISION,
        "major" | "industry" | "occupation" => words::KIND_CATALOGUE,
        "clock" => words::KIND_CLOCK,
        "cut" => words::KIND_CUT,
        _ => words::KIND_OTHER,
    }
}
