//! Recording a decision: who adopted what, and why. It recommends to both sides, it never assigns.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Service, ServiceError, Written};
use crate::domain::{Decision, DecisionId, Event, Invalid, NewDecision};
use crate::engine::State;

/// A decision that was recorded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DecisionMade {
    /// Its code.
    pub id: DecisionId,
    /// Its revision and seq.
    #[serde(flatten)]
    pub written: Written,
}

impl Service {
    /// Records a decision. It changes no ranking.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names the part at fault.
    pub(super) async fn decide(&self, new: NewDecision) -> Result<DecisionMade, ServiceError> {
        self.on_newest(|| self.decide_on_served(new.clone())).await
    }

    async fn decide_on_served(&self, new: NewDecision) -> Result<DecisionMade, ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        check(state, &new)?;
        let code = format!("D{}", &Uuid::new_v4().simple().to_string()[..12]);
        let id: DecisionId = code.parse().map_err(|invalid| ServiceError::Invalid("/id".to_owned(), invalid))?;
        let (name, as_of_seq) = (new.name.clone(), new.as_of_seq.unwrap_or(state.seq));
        let decision = Decision::of(new, id.clone(), name, as_of_seq);
        let written = self.put(Event::DecisionRecorded(decision), Some(0)).await?;
        Ok(DecisionMade { id, written })
    }
}

fn check(state: &State, new: &NewDecision) -> Result<(), ServiceError> {
    let refused = |pointer: String, rule: &str, zh: String, en: String| {
        Err(ServiceError::Invalid(pointer, Invalid::new(rule, zh, en)))
    };
    if new.scenario.is_none() && new.pairs.is_empty() {
        let (zh, en) = ("须给出 scenario 或 pairs", "give `scenario` or `pairs`");
        return refused(String::new(), "missing-field", zh.to_owned(), en.to_owned());
    }
    if new.attendees.is_empty() {
        let (zh, en) = ("至少要有一个参会角色", "at least one role took part");
        return refused("/attendees".to_owned(), "missing-field", zh.to_owned(), en.to_owned());
    }
    if let Some(at) = new.recusals.iter().position(|recusal| new.attendees.contains(&recusal.role)) {
        let (zh, en) = ("该角色既参会又回避", "the role both took part and stood aside");
        return refused(format!("/recusals/{at}/role"), "contradictory", zh.to_owned(), en.to_owned());
    }
    if let Some(seq) = new.as_of_seq.filter(|seq| *seq == 0 || *seq > state.seq) {
        let (zh, en) = (format!("日志没有序号 {seq}"), format!("the log has no seq {seq}"));
        return refused("/as_of_seq".to_owned(), "invalid-seq", zh, en);
    }
    if new.review_on < state.today {
        let (zh, en) = (format!("须不早于 {}", state.today), format!("must not be before {}", state.today));
        return refused("/review_on".to_owned(), "out-of-range", zh, en);
    }
    if let Some(id) = new.scenario.as_ref().filter(|id| state.scenarios.get(id).is_none()) {
        let (zh, en) = (format!("没有代码为“{id}”的情景"), format!("there is no scenario `{id}`"));
        return refused("/scenario".to_owned(), "unknown-code", zh, en);
    }
    for (at, pair) in new.pairs.iter().enumerate() {
        if state.parks.get(&pair.park).is_none() {
            let (zh, en) = (format!("没有代码为“{}”的园区", pair.park), format!("there is no park `{}`", pair.park));
            return refused(format!("/pairs/{at}/park"), "unknown-code", zh, en);
        }
        if state.colleges.get(&pair.college).is_none() {
            let id = &pair.college;
            let (zh, en) = (format!("没有代码为“{id}”的院校"), format!("there is no college `{id}`"));
            return refused(format!("/pairs/{at}/college"), "unknown-code", zh, en);
        }
    }
    Ok(())
}
