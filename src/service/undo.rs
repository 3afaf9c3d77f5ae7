//! Taking back an import by file: what it added is closed, what it changed is as before, by events like any others.

use std::collections::BTreeMap;

use super::import::new_day;
use super::open::state_at;
use super::{Service, ServiceError};
use crate::domain::{Date, EngagementStatus, Event, ImportId, ImportRecord, Invalid, Subject, UNDO_DAYS};
use crate::engine::{Keyed, Registry, State};
use crate::store::{Draft, Unit};

/// An import that may be taken back.
#[derive(Clone, Debug)]
pub struct ImportShown {
    /// The import.
    pub record: ImportRecord,
    /// Whether it was taken back.
    pub undone: bool,
    /// For how many more days it can be.
    pub days_left: i32,
}

/// What taking back did.
#[derive(Clone, Debug, Default)]
pub struct Undone {
    /// Entries closed or set to what they were.
    pub restored: usize,
    /// Entries that were changed since and so stay as they are, by kind and code.
    pub kept: Vec<String>,
}

impl Service {
    /// Imports of the last days, newest first.
    pub(super) fn imports(&self) -> Vec<ImportShown> {
        let current = self.live.current();
        let (state, today) = (&current.snapshot.state, self.day());
        let mut made: Vec<_> =
            state.imports.iter().map(|(_, entry)| (entry.value.seq, shown(state, entry, today))).collect();
        made.retain(|(_, one)| one.days_left >= 0);
        made.sort_by_key(|(seq, _)| std::cmp::Reverse(*seq));
        made.into_iter().map(|(_, one)| one).collect()
    }

    /// Takes an import back.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; `too-late` when its days are over or it was taken back already.
    pub(super) async fn undo_import(&self, id: &ImportId) -> Result<Undone, ServiceError> {
        self.on_newest(|| self.undo_on_served(id)).await
    }

    async fn undo_on_served(&self, id: &ImportId) -> Result<Undone, ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let entry = state.imports.entry(id).ok_or_else(|| ServiceError::NotFound("import", id.to_string()))?;
        let one = shown(state, entry, self.day());
        if one.undone || one.days_left < 0 {
            let zh = if one.undone {
                "这次导入已经撤销".to_owned()
            } else {
                format!("已过 {UNDO_DAYS} 天，不能再撤销")
            };
            let en = if one.undone {
                "it was taken back already".to_owned()
            } else {
                format!("its {UNDO_DAYS} days are over")
            };
            return Err(ServiceError::Invalid("/id".to_owned(), Invalid::new("too-late", zh, en)));
        }
        let (last, count) = (entry.value.seq, u64::from(entry.value.record.written));
        let before = state_at(&self.store, last - count - 1).await?;
        let events = self.store.events(last - count - 1, count as i64).await?;
        // The revision each subject had after the import.
        let mut after: BTreeMap<Subject, u32> = BTreeMap::new();
        for recorded in &events {
            let subject = recorded.event.subject();
            let rev = after.get(&subject).copied().unwrap_or_else(|| before.rev(&subject)) + 1;
            after.insert(subject, rev);
        }
        let (mut done, mut drafts) = (Undone::default(), Vec::new());
        let mut seen = std::collections::BTreeSet::new();
        // What refers to others came after them and goes before them.
        for recorded in events.iter().rev() {
            let subject = recorded.event.subject();
            if matches!(*recorded.event, Event::Clock { .. }) || !seen.insert(subject.clone()) {
                continue;
            }
            let rev = state.rev(&subject);
            match restored(&before, &recorded.event).filter(|_| after.get(&subject) == Some(&rev)) {
                Some(event) => drafts.push(Draft { event, rev: rev + 1 }),
                None => done.kept.push(subject.to_string()),
            }
        }
        done.restored = drafts.len();
        drafts.extend(new_day(state, &drafts, self.day()));
        drafts.push(Draft { event: Event::ImportUndone(id.clone()), rev: entry.rev + 1 });
        self.write(Unit { drafts, key: None }).await?;
        Ok(done)
    }
}

fn shown(state: &State, entry: &crate::engine::Entry<crate::engine::ImportMade>, today: Date) -> ImportShown {
    let record = entry.value.record.clone();
    let age = state.today.max(today).days() - record.on.days();
    ImportShown { record, undone: entry.closed, days_left: UNDO_DAYS - age }
}

/// The event that gives an entry back what it was before; `None` if there is none.
fn restored(before: &State, event: &Event) -> Option<Event> {
    fn old<V: Keyed>(registry: &Registry<V>, id: &V::Id, put: fn(V) -> Event, closed: fn(V::Id) -> Event) -> Event {
        registry.get(id).cloned().map_or_else(|| closed(id.clone()), put)
    }
    Some(match event {
        Event::ParkPut(new) => old(&before.parks, &new.id, Event::ParkPut, Event::ParkClosed),
        Event::EnterprisePut(new) => old(&before.enterprises, &new.id, Event::EnterprisePut, Event::EnterpriseClosed),
        Event::CollegePut(new) => old(&before.colleges, &new.id, Event::CollegePut, Event::CollegeClosed),
        Event::ProgrammePut(new) => old(&before.programmes, &new.id, Event::ProgrammePut, Event::ProgrammeClosed),
        Event::DemandPut(new) => old(&before.demands, &new.id, Event::DemandPut, Event::DemandClosed),
        Event::RelationPut(new) => old(&before.relations, &new.id, Event::RelationPut, Event::RelationClosed),
        Event::RatingSubmitted(new) => Event::RatingWithdrawn { id: new.id, engagement: new.engagement.clone() },
        // An engagement has no end of its own; as a proposal it counts for nothing.
        Event::EngagementPut(new) => {
            let proposed = || {
                let mut engagement = new.clone();
                engagement.status = EngagementStatus::Proposed;
                engagement
            };
            let engagement = before.engagements.get(&new.id).cloned().unwrap_or_else(proposed);
            Event::EngagementPut(engagement)
        }
        // Entries of the catalogue cannot be closed.
        Event::MajorPut(new) => Event::MajorPut(before.majors.get(&new.id)?.clone()),
        Event::IndustryPut(new) => Event::IndustryPut(before.industries.get(&new.id)?.clone()),
        Event::OccupationPut(new) => Event::OccupationPut(before.occupations.get(&new.id)?.clone()),
        _ => return None,
    })
}
