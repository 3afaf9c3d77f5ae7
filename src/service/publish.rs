//! Publishing what colleges are told of their satisfaction, and telling them.

use super::{Service, ServiceError, aside};
use crate::domain::{CollegeId, Event, PublishedSatisfaction};
use crate::store::{Draft, StoreError, Unit};

impl Service {
    /// Publishes a cut, if one is due. Asked as a day begins, and after ratings came by file.
    ///
    /// # Errors
    /// Why nothing was written.
    pub(super) async fn publish_cut(&self) -> Result<(), ServiceError> {
        let current = self.live.current();
        let (published, today) = (std::sync::Arc::clone(&current), self.day());
        let Some(cut) = aside(move || published.snapshot.cut_due(today)).await else { return Ok(()) };
        let event = Event::CutPublished(cut);
        let rev = current.snapshot.state.rev(&event.subject()) + 1;
        match self.write(Unit { drafts: vec![Draft { event, rev }], key: None }).await {
            // Another replica was faster: theirs counts.
            Err(ServiceError::Store(StoreError::Conflict(_))) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// What a college is told of its satisfaction.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown college.
    pub(super) fn published(&self, id: &CollegeId) -> Result<PublishedSatisfaction, ServiceError> {
        let current = self.live.current();
        let state = &current.snapshot.state;
        state.colleges.get(id).ok_or_else(|| ServiceError::NotFound("college", id.to_string()))?;
        let (on, figures) = state.cuts.told(id).cloned().unzip();
        Ok(PublishedSatisfaction { college: id.clone(), suppressed: figures.is_none(), on, figures })
    }
}
