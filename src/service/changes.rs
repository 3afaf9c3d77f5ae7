//! What changed in a park's shortlist between two places of the log.

use std::collections::BTreeSet;

use super::open::state_at;
use super::{Service, ServiceError, aside};
use crate::domain::{Changes, Invalid, Question};
use crate::engine::{Snapshot, rated_by};

/// Events between the two places at most.
const MAX_EVENTS: u64 = 100_000;

impl Service {
    /// Compares the shortlist after event `from` with that after event `to` (now, if left out). Unless `one_by_one`, ratings are
    /// told of by college, and what fewer than three enterprises said of one in between is left out.
    ///
    /// # Errors
    /// [`ServiceError::Parameter`] names the seq that is out of bounds; [`ServiceError::NotFound`] the park or preset.
    pub(super) async fn changes(
        &self,
        question: Question,
        from: u64,
        to: Option<u64>,
        one_by_one: bool,
    ) -> Result<Changes, ServiceError> {
        let current = self.live.current();
        let head = current.snapshot.state.seq;
        let to = to.unwrap_or(head);
        let out = |name, low, high| Err(ServiceError::Parameter(name, Invalid::out_of_range(low, high)));
        if to == 0 || to > head {
            return out("to_seq", 1, head);
        }
        let first = to.saturating_sub(MAX_EVENTS).max(1);
        if from < first || from > to {
            return out("from_seq", first, to);
        }
        if current.snapshot.state.parks.get(&question.park).is_none() {
            return Err(ServiceError::NotFound("park", question.park.to_string()));
        }
        let before = state_at(&self.store, from).await?;
        let (mut after, mut between) = (before.clone(), Vec::new());
        while after.seq < to {
            let events = self.store.events(after.seq, (to - after.seq) as i64).await?;
            if events.is_empty() {
                break;
            }
            events.iter().for_each(|recorded| {
                after.apply(recorded.seq, recorded.at, &recorded.event);
            });
            between.extend(events);
        }
        for (name, state) in [("from_seq", &before), ("to_seq", &after)] {
            if state.parks.get(&question.park).is_none() {
                let zh = format!("该园区在序号 {} 时尚未登记或已关闭", state.seq);
                let en = format!("the park was not registered, or closed, at seq {}", state.seq);
                return Err(ServiceError::Parameter(name, Invalid::new("out-of-range", zh, en)));
            }
        }
        aside(move || {
            let park = question.park.clone();
            let touched = between.iter().filter_map(|recorded| rated_by(&recorded.event)).cloned().collect();
            let by_cuts = before.ranks_by_cuts() && after.ranks_by_cuts();
            let lone = if one_by_one || by_cuts { BTreeSet::new() } else { after.take_back_lone(&before, &touched) };
            let before = Snapshot::cold_for(before, &park);
            let after = Snapshot::cold_for(after, &park);
            let between: Vec<_> =
                between.iter().map(|recorded| (recorded.seq, recorded.at, &*recorded.event)).collect();
            let mut changes = before.changes(&after, &question, &between)?;
            if !one_by_one {
                changes.group_ratings(&lone);
            }
            Ok(changes)
        })
        .await
    }
}
