//! The parameters of the satisfaction model in force, and putting others into force.

use super::{Service, ServiceError, Written};
use crate::domain::{Event, Invalid, Model};

impl Service {
    /// The parameters in force and their revision.
    pub(super) fn model(&self) -> (Model, u32) {
        let current = self.live.current();
        let state = &current.snapshot.state;
        let model = Model::clone(&state.model);
        let rev = state.rev(&Event::ModelActivated(model.clone()).subject());
        (model, rev)
    }

    /// Puts parameters into force from the next event on. Answers given before still verify: they name the seq they were
    /// made at. Parameters that are in force already are not written again.
    ///
    /// # Errors
    /// `name-taken` if the parameters in force have the same name and other values;
    /// [`ServiceError::RevisionConflict`].
    pub(super) async fn activate(&self, model: Model, if_match: Option<u32>) -> Result<Written, ServiceError> {
        self.on_newest(|| self.activate_on_served(model.clone(), if_match)).await
    }

    async fn activate_on_served(&self, model: Model, if_match: Option<u32>) -> Result<Written, ServiceError> {
        let (now, rev) = self.model();
        if if_match.is_some_and(|expected| expected != rev) {
            return Err(ServiceError::RevisionConflict(rev));
        }
        if now == model {
            return Ok(Written { rev, seq: self.live.current().snapshot.state.seq, created: false });
        }
        if now.id == model.id {
            let zh = format!("现行参数已名为“{}”且取值不同：请换一个名称", now.id);
            let en = format!("the parameters in force are named `{}` and differ: choose another name", now.id);
            return Err(ServiceError::Invalid("/id".to_owned(), Invalid::new("name-taken", zh, en)));
        }
        self.put(Event::ModelActivated(model), if_match).await
    }
}
