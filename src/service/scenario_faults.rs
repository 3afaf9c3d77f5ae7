//! What is wrong with a scenario, at the part of the question that is at fault.

use super::ServiceError;
use super::solve::check_capacity;
use crate::domain::{Invalid, ParkChoice, ScenarioChange, ScenarioQuestion};
use crate::engine::{Impossible, Refusal};

/// Checks what needs no state: numbers in range, nothing given twice.
pub(super) fn check_size(question: &ScenarioQuestion) -> Result<(), ServiceError> {
    if question.changes.len() > ScenarioQuestion::MOST_CHANGES {
        return Err(too_many("/changes", ScenarioQuestion::MOST_CHANGES));
    }
    if !(1..=100).contains(&question.top) {
        return Err(ServiceError::Invalid("/top".to_owned(), Invalid::out_of_range(1, 100)));
    }
    if question.preset.is_some() && question.weights.is_some() {
        let (zh, en) = ("preset 与 weights 只能给一个", "give either `preset` or `weights`");
        return Err(ServiceError::Invalid("/weights".to_owned(), Invalid::new("contradictory", zh, en)));
    }
    if question.max_km.is_some_and(|km| !(1..=5_000).contains(&km)) {
        return Err(ServiceError::Invalid("/max_km".to_owned(), Invalid::out_of_range(1, 5_000)));
    }
    let capacity = |change: &ScenarioChange| matches!(change, ScenarioChange::Capacity(_));
    if let (None, Some(at)) = (&question.selection, question.changes.iter().position(capacity)) {
        let zh = "承接能力只在统筹择优中起作用：请给出 selection";
        let en = "a capacity counts in a selection only: give `selection`";
        return Err(ServiceError::Invalid(format!("/changes/{at}/capacity"), Invalid::new("missing-field", zh, en)));
    }
    for (at, change) in question.changes.iter().enumerate() {
        if let ScenarioChange::Capacity(change) = change {
            check_capacity(&format!("/changes/{at}/capacity/capacity"), change.capacity)?;
        }
    }
    match &question.parks {
        ParkChoice::Some(parks) if parks.is_empty() && question.selection.is_none() => {
            let (zh, en) = ("至少要有一个园区", "at least one park is needed");
            Err(ServiceError::Invalid("/parks".to_owned(), Invalid::new("missing-field", zh, en)))
        }
        ParkChoice::Some(parks) if parks.len() > ScenarioQuestion::MOST_PARKS => {
            Err(too_many("/parks", ScenarioQuestion::MOST_PARKS))
        }
        _ => Ok(()),
    }
}

pub(super) fn too_many(pointer: &str, most: usize) -> ServiceError {
    let (zh, en) = (format!("最多 {most} 项"), format!("at most {most}"));
    ServiceError::Invalid(pointer.to_owned(), Invalid::new("too-many", zh, en))
}

/// A refusal of the engine, at the part of the question that it is about.
pub(super) fn named(refusal: Refusal, question: &ScenarioQuestion, park: usize) -> ServiceError {
    match (refusal, &question.parks) {
        (Refusal::Park(id), ParkChoice::Some(_)) => unknown(&format!("/parks/{park}"), "park", &id),
        (Refusal::Preset(id), _) => unknown("/preset", "preset", &id),
        (refusal, _) => refusal.into(),
    }
}

pub(super) fn unknown(pointer: &str, what: &str, id: &str) -> ServiceError {
    let zh = match what {
        "park" => "园区",
        "enterprise" => "企业",
        "college" => "院校",
        "programme" => "院校所开专业",
        "demand" => "需求",
        "preset" => "权重预设",
        _ => "评价",
    };
    let (zh, en) = (format!("没有代码为“{id}”的{zh}"), format!("there is no {what} `{id}`"));
    ServiceError::Invalid(pointer.to_owned(), Invalid::new("unknown-code", zh, en))
}

pub(super) fn refused(pointer: &str, impossible: Impossible) -> ServiceError {
    match impossible {
        Impossible::Unknown(what, id, at) => unknown(&format!("{pointer}{at}"), what, &id),
        Impossible::Contradiction(id) => {
            let zh = format!("院校“{id}”不能既列入又排除");
            let en = format!("the college `{id}` cannot be both forced and excluded");
            ServiceError::Invalid(pointer.to_owned(), Invalid::new("contradictory", zh, en))
        }
    }
}

/// A refused reference, at its place within the change.
pub(super) fn within(pointer: &str, error: ServiceError) -> ServiceError {
    let at =
        |rule, zh: &str, en: String| ServiceError::Invalid(format!("{pointer}/engagement"), Invalid::new(rule, zh, en));
    match error {
        ServiceError::Invalid(field, invalid) => ServiceError::Invalid(format!("{pointer}{field}"), invalid),
        ServiceError::NoEngagement(_) => at("no-engagement", "没有可评价的已确认合作", error.to_string()),
        ServiceError::AlreadyRated(_) => at("already-rated", "该合作已有评价：先撤去它", error.to_string()),
        other => other,
    }
}
