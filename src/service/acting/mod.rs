//! The face of the service: every use case, as somebody. Nothing outside the service reaches a use case another way: there
//! they are private, so that a route which forgot to ask would not compile.

mod accounts;
mod audit;
mod directory;
mod enter;
mod oversee;
mod plan;
mod rank;
mod rate;
mod rectify;

use std::ops::Deref;
use std::sync::Arc;

use super::authorize::{Action, Denied, Object, Reach, authorize, reach};
use super::reach::{Whose, parks};
use super::{Service, ServiceError};
use crate::domain::{AllOr, AsOf, CollegeId, ParkId, Principal, Role};
use crate::engine::State;

pub use directory::{Listed, ReadOf};

/// The service, as it is for one principal.
#[derive(Clone)]
pub struct Acting(Service);

/// What is open to everybody: opening, closing, health. Use cases are this type's own.
impl Deref for Acting {
    type Target = Service;
    fn deref(&self) -> &Service {
        &self.0
    }
}

impl Service {
    /// The service for a principal.
    pub fn acting(&self, principal: Arc<Principal>) -> Acting {
        Acting(Self { principal, ..self.clone() })
    }

    /// The service for whoever runs the program on the database itself.
    pub fn operator(&self) -> Acting {
        self.acting(Arc::new(Principal::operator()))
    }
}

impl From<Denied> for ServiceError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Role => Self::Forbidden,
            Denied::Scope => Self::WrongScope,
            // Said by the caller as of something that is not there; this one names nothing.
            Denied::Foreign => Self::NotFound("object", String::new()),
        }
    }
}

impl Acting {
    /// Who acts.
    pub fn principal(&self) -> &Principal {
        &self.0.principal
    }

    /// Whether it is whoever runs the program on the database itself.
    fn is_operator(&self) -> bool {
        self.principal().role == Role::Operator
    }

    /// How far the principal may do something.
    pub fn may(&self, action: Action) -> Result<Reach, ServiceError> {
        Ok(reach(self.principal(), action)?)
    }

    /// Records a sensitive read before it is answered: what cannot be audited is not read.
    async fn audited(&self, action: &str, object: &str) -> Result<(), ServiceError> {
        Ok(self.0.audit().by(self.principal(), action, object, "ok").await?)
    }

    /// Records something that was done.
    fn noted(&self, action: &str, object: &str) {
        let who = self.principal();
        self.0.audit().note(&who.id, who.role.code(), action, object, "ok");
    }

    /// The state that a page was made from, for its foot; not told to a college: it would see when something was recorded.
    pub fn stamp(&self, as_of: AsOf) -> Option<AsOf> {
        (!matches!(self.principal().role, Role::CollegeOfficer(_))).then_some(as_of)
    }

    fn state(&self) -> Arc<crate::live::Published> {
        self.0.live.current()
    }

    /// Foreign is answered as absent.
    fn on(
        &self,
        action: Action,
        what: &'static str,
        id: &impl ToString,
        object: Object<'_>,
    ) -> Result<(), ServiceError> {
        authorize(self.principal(), action, object).map_err(|denied| match denied {
            Denied::Foreign => ServiceError::NotFound(what, id.to_string()),
            other => other.into(),
        })
    }

    fn on_park(&self, action: Action, id: &ParkId) -> Result<(), ServiceError> {
        self.on(action, "park", id, Whose(&self.state().snapshot.state).park(id))
    }

    fn on_college(&self, action: Action, id: &CollegeId) -> Result<(), ServiceError> {
        self.on(action, "college", id, Whose(&self.state().snapshot.state).college(id))
    }

    fn on_parks(&self, action: Action, asked: AllOr<&ParkId>) -> Result<(), ServiceError> {
        let current = self.state();
        parks(&current.snapshot.state, self.principal(), action, asked).map_err(|(denied, id)| match (denied, id) {
            (Denied::Foreign, Some(id)) => ServiceError::NotFound("park", id.to_string()),
            // All parks, where not all are the principal's.
            (Denied::Foreign, None) => ServiceError::Forbidden,
            (denied, _) => denied.into(),
        })
    }

    /// Whether a park may be read, for lists that hold what may be.
    fn reads_park(&self, state: &State, id: &ParkId) -> bool {
        authorize(self.principal(), Action::ReadPark, Whose(state).park(id)).is_ok()
    }
}
