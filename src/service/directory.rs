//! Putting and closing entries of the directory.

use serde::Serialize;
use utoipa::ToSchema;

use super::namesakes::Namesakes;
use super::{Service, ServiceError, forbidden, reach, references};
use crate::domain::Event;
use crate::store::{Draft, StoreError, Unit};

/// What became of a put or a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Written {
    /// The entry's revision, for `If-Match`.
    pub rev: u32,
    /// Every answer at or after this seq includes the change.
    pub seq: u64,
    /// Whether the entry is new.
    pub created: bool,
}

impl Service {
    /// Appends an event that makes, changes or closes an entry. With `if_match` only if that is still its revision.
    ///
    /// # Errors
    /// `unknown-code` for a reference to nothing; [`ServiceError::RevisionConflict`].
    pub(super) async fn put(&self, event: Event, if_match: Option<u32>) -> Result<Written, ServiceError> {
        self.on_newest(|| self.put_on_served(event.clone(), if_match)).await
    }

    /// The same, if a new college is not one that is there already under its name written differently.
    ///
    /// # Errors
    /// [`ServiceError::PossibleDuplicate`], and those of [`Self::put`].
    pub(super) async fn put_if_new(
        &self,
        event: Event,
        if_match: Option<u32>,
        confirmed: bool,
    ) -> Result<Written, ServiceError> {
        let run = || async {
            if !confirmed {
                self.not_there_already(&event)?;
            }
            self.put_on_served(event.clone(), if_match).await
        };
        self.on_newest(run).await
    }

    /// Refuses a college that is new, or gets another name, if an open one has the name.
    fn not_there_already(&self, event: &Event) -> Result<(), ServiceError> {
        if !matches!(event, Event::CollegePut(_)) {
            return Ok(());
        }
        let current = self.live.current();
        let state = &current.snapshot.state;
        // Whoever may not write it learns nothing of what there is.
        reach::check(state, &self.principal, event)?;
        match Namesakes::of(state).there_already(state, event) {
            Some(other) => Err(ServiceError::PossibleDuplicate(other.id.to_string(), other.name.to_string())),
            None => Ok(()),
        }
    }

    async fn put_on_served(&self, event: Event, if_match: Option<u32>) -> Result<Written, ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        reach::check(state, &self.principal, &event)?;
        references::check(state, &event)?;
        forbidden::check_kept(&current.snapshot, &event, &self.principal)?;
        let rev = state.rev(&event.subject());
        if if_match.is_some_and(|expected| expected != rev) {
            return Err(ServiceError::RevisionConflict(rev));
        }
        let unit = Unit { drafts: vec![Draft { event, rev: rev + 1 }], key: None };
        match self.write(unit).await {
            Ok(appended) => Ok(Written { rev: rev + 1, seq: appended.seq, created: rev == 0 }),
            // Without a condition the change is made on top of the other one; see above.
            Err(ServiceError::Store(StoreError::Conflict(_))) if if_match.is_some() => {
                Err(ServiceError::RevisionConflict(rev + 1))
            }
            Err(other) => Err(other),
        }
    }
}
