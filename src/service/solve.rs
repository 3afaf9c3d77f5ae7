//! The team of k, and the selection over many parks, on what is served.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::select::TimedSelection;
use super::stop::Waiting;
use super::{Service, ServiceError};
use crate::domain::{
    AllOr, AsOf, CollegeId, ForcedPair, Invalid, Objective, ParkId, ParkWish, Question, SelectionQuestion, Team,
};
use crate::engine::{BadWish, Refusal, Snapshot, State};

/// Joint coverages an exact team may work out.
const EXACT: usize = 20_000;
/// Most partners of one park.
const MOST_PARTNERS: u32 = 100;
/// Most parks of one college.
const MOST_CAPACITY: u32 = 100_000;
/// Most candidates of one park.
const MOST_CANDIDATES: u32 = 200;

/// A selection on the live model. It recommends, it never assigns.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SelectionAnswer {
    /// The state it was computed from.
    pub as_of: AsOf,
    /// What was added up.
    pub adds_up: Objective,
    /// Parks asked for.
    pub parks: usize,
    /// Pairs that could be selected.
    pub candidates: usize,
    /// Running engagements that a hard filter excludes now.
    pub not_kept: Vec<ForcedPair>,
    /// The selection; `infeasible` with the conflicts if the wishes exclude each other.
    #[serde(flatten)]
    pub selection: TimedSelection,
}

impl Service {
    /// At most `size` colleges that together cover the park's need best; `exact` proves it or states the gap. With a time
    /// limit the search goes on as long as that, else it looks into a number of teams that depends on nothing.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park or preset; [`ServiceError::Busy`].
    pub(super) async fn team(
        &self,
        question: Question,
        size: usize,
        exact: bool,
        time_limit: Option<Duration>,
    ) -> Result<Team, ServiceError> {
        let snapshot = self.live.current().snapshot.clone();
        let budget = match (exact, time_limit) {
            (false, _) => 0,
            (true, None) => EXACT,
            (true, Some(_)) => usize::MAX,
        };
        let stop = Arc::new(AtomicBool::new(false));
        let _waiting = Waiting::on(&stop);
        let flag = Arc::clone(&stop);
        let mut team = std::pin::pin!(self.planning.run(move || snapshot.team(&question, size, budget, &flag)));
        let limit = time_limit.unwrap_or(Duration::MAX);
        let done = match tokio::time::timeout(limit, &mut team).await {
            Ok(done) => done,
            Err(_) => {
                // The engine has no clock: the flag ends its search, and it answers with the gap that is left.
                stop.store(true, Ordering::Relaxed);
                team.await
            }
        };
        Ok(done??)
    }

    /// The best selection under all wishes, or why there is none.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the wish at fault; [`ServiceError::Busy`].
    pub(super) async fn solve(&self, question: SelectionQuestion) -> Result<SelectionAnswer, ServiceError> {
        let snapshot = self.live.current().snapshot.clone();
        check(&snapshot.state, &question)?;
        self.planning.run(move || solved(&snapshot, &question)).await?
    }
}

fn solved(snapshot: &Snapshot, question: &SelectionQuestion) -> Result<SelectionAnswer, ServiceError> {
    let wishes = snapshot.wishes(question).map_err(wish_at_fault)?;
    let selection = Service::select(&wishes.problem).map_err(|error| match error {
        ServiceError::Invalid(_, invalid) if invalid.rule == "unsupported" => {
            ServiceError::Invalid("/mandatory".to_owned(), invalid)
        }
        other => other,
    })?;
    Ok(SelectionAnswer {
        as_of: snapshot.as_of(),
        adds_up: question.objective,
        parks: wishes.problem.parks.len(),
        candidates: wishes.problem.candidates.len(),
        not_kept: wishes.not_kept,
        selection,
    })
}

/// What cannot be, at the wish that asks for it.
pub(super) fn wish_at_fault(bad: BadWish) -> ServiceError {
    match bad {
        BadWish::Park(at, Refusal::Park(id)) => unknown(format!("/parks/{at}/park"), "园区", "park", &id),
        BadWish::Park(_, Refusal::Preset(id)) => unknown("/preset".to_owned(), "权重预设", "preset", &id),
        BadWish::Park(_, refusal) => refusal.into(),
        BadWish::Forced(at) => {
            let zh = "该院校被硬性条件排除（停办、投诉、谢绝、距离等），不能列入";
            let en = "a hard filter excludes the college (suspended, complaint, declined, too far, …)";
            ServiceError::Invalid(format!("/forced/{at}/college"), Invalid::new("contradictory", zh, en))
        }
    }
}

/// Refuses a capacity that is out of range.
pub(super) fn check_capacity(pointer: &str, capacity: u32) -> Result<(), ServiceError> {
    within(pointer, capacity, 0, MOST_CAPACITY)
}

fn unknown(pointer: String, what_zh: &str, what_en: &str, id: &str) -> ServiceError {
    let (zh, en) = (format!("没有代码为“{id}”的{what_zh}"), format!("there is no {what_en} `{id}`"));
    ServiceError::Invalid(pointer, Invalid::new("unknown-code", zh, en))
}

/// Every code exists, every number is in its range.
pub(super) fn check(state: &State, asked: &SelectionQuestion) -> Result<(), ServiceError> {
    within("/wish", asked.wish, 0, MOST_PARTNERS)?;
    within("/candidates", asked.candidates, 1, MOST_CANDIDATES)?;
    within("/capacity", asked.capacity, 0, MOST_CAPACITY)?;
    if let Some(km) = asked.max_km {
        within("/max_km", km.into(), 1, 5_000)?;
    }
    if asked.min_score.is_some_and(|score| !(0.0..=100.0).contains(&score)) {
        return Err(ServiceError::Invalid("/min_score".to_owned(), Invalid::out_of_range(0, 100)));
    }
    let parks = check_parks(&asked.parks)?;
    let college = |pointer: String, id: &CollegeId| match state.colleges.get(id) {
        Some(_) => Ok(()),
        None => Err(unknown(pointer, "院校", "college", &id.to_string())),
    };
    for (at, own) in asked.capacities.iter().enumerate() {
        college(format!("/capacities/{at}/college"), &own.college)?;
        within(&format!("/capacities/{at}/capacity"), own.capacity, 0, MOST_CAPACITY)?;
    }
    for (list, pairs) in [("forced", &asked.forced), ("forbidden", &asked.forbidden)] {
        for (at, pair) in pairs.iter().enumerate() {
            college(format!("/{list}/{at}/college"), &pair.college)?;
            let asked = match &parks {
                Some(parks) => parks.contains(&pair.park),
                None => state.parks.get(&pair.park).is_some(),
            };
            if !asked {
                let (id, pointer) = (pair.park.to_string(), format!("/{list}/{at}/park"));
                return Err(unknown(pointer, "所问园区", "park asked for", &id));
            }
        }
    }
    for (at, quota) in asked.quotas.iter().enumerate() {
        if !state.colleges.iter().any(|(_, entry)| !entry.closed && entry.value.city == quota.city) {
            return Err(unknown(
                format!("/quotas/{at}/city"),
                "院校所在城市",
                "city with colleges",
                &quota.city.to_string(),
            ));
        }
        if asked.quotas[..at].iter().any(|other| other.city == quota.city) {
            return Err(repeated(format!("/quotas/{at}/city")));
        }
    }
    Ok(())
}

/// The parks listed, each once with a wish in range; `None` for all.
fn check_parks(parks: &AllOr<ParkWish>) -> Result<Option<BTreeSet<&ParkId>>, ServiceError> {
    let AllOr::Some(parks) = parks else { return Ok(None) };
    if parks.is_empty() {
        let (zh, en) = ("至少要有一个园区", "at least one park is needed");
        return Err(ServiceError::Invalid("/parks".to_owned(), Invalid::new("missing-field", zh, en)));
    }
    let mut seen = BTreeSet::new();
    for (at, park) in parks.iter().enumerate() {
        within(&format!("/parks/{at}/wish"), park.wish.unwrap_or(0), 0, MOST_PARTNERS)?;
        within(&format!("/parks/{at}/seats"), park.seats, 1, MOST_CAPACITY)?;
        if !seen.insert(&park.park) {
            return Err(repeated(format!("/parks/{at}/park")));
        }
    }
    Ok(Some(seen))
}

fn repeated(pointer: String) -> ServiceError {
    ServiceError::Invalid(pointer, Invalid::new("repeated", "重复列出", "it is listed twice"))
}

fn within(pointer: &str, value: u32, low: u32, high: u32) -> Result<(), ServiceError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(ServiceError::Invalid(pointer.to_owned(), Invalid::out_of_range(low, high)))
}
