//! The directory and what changes in it, as somebody.

use super::super::authorize::{Action, Denied, Object, authorize};
use super::super::reach::{self, Whose, may_see};
use super::super::{Service, ServiceError};
use super::Acting;
use crate::domain::{
    College, Decision, Demand, Engagement, Enterprise, Industry, Major, Occupation, Park, Preset, Principal, Programme,
    Relation, Scenario,
};
use crate::engine::{Keyed, Registry, State};
use crate::store::Recorded;

/// Whose an entry of the directory is, and what reading it is.
pub trait ReadOf: Keyed + Clone {
    /// What it is called where it is not found.
    const WHAT: &'static str;
    /// What reading it is.
    const READ: Action;
    /// What reading it is called in the audit log, if it is kept there.
    const AUDITED: Option<&'static str> = None;
    /// Its entries.
    fn registry(state: &State) -> &Registry<Self>;
    /// Whether the principal may read this one.
    ///
    /// # Errors
    /// Why not.
    fn may_read(&self, state: &State, who: &Principal) -> Result<(), Denied>;
}

macro_rules! read_of {
    ($($name:ident $what:literal $registry:ident $action:ident |$state:ident, $one:ident| $object:expr;)*) => {$(
        impl ReadOf for $name {
            const WHAT: &'static str = $what;
            const READ: Action = Action::$action;
            fn registry(state: &State) -> &Registry<Self> {
                &state.$registry
            }
            fn may_read(&self, $state: &State, who: &Principal) -> Result<(), Denied> {
                let $one = self;
                authorize(who, Action::$action, $object)
            }
        }
    )*};
}

read_of! {
    Park "park" parks ReadPark |state, one| Whose(state).park(&one.id);
    Enterprise "enterprise" enterprises ReadEnterprise |state, one| Whose(state).enterprise(&one.id);
    College "college" colleges ReadCollege |state, one| Whose(state).college(&one.id);
    Programme "programme" programmes ReadCollege |state, one| Whose(state).college(&one.college);
    Demand "demand" demands ReadDemand |state, one| Whose(state).demand(one);
    Relation "relation" relations ReadRelation |state, one| Whose(state).relation(one);
    Engagement "engagement" engagements ReadEngagement |state, one| Whose(state).engagement(one);
    Preset "preset" presets ReadCatalogue |_state, _one| Object::default();
    Industry "industry" industries ReadCatalogue |_state, _one| Object::default();
    Occupation "occupation" occupations ReadCatalogue |_state, _one| Object::default();
    Major "major" majors ReadCatalogue |_state, _one| Object::default();
}

impl ReadOf for Scenario {
    const WHAT: &'static str = "scenario";
    const READ: Action = Action::ReadScenario;
    fn registry(state: &State) -> &Registry<Self> {
        &state.scenarios
    }
    fn may_read(&self, state: &State, who: &Principal) -> Result<(), Denied> {
        reach::scenario(state, who, Action::ReadScenario, self)
    }
}

impl ReadOf for Decision {
    const WHAT: &'static str = "decision";
    const READ: Action = Action::ReadDecision;
    const AUDITED: Option<&'static str> = Some("read-decision");
    fn registry(state: &State) -> &Registry<Self> {
        &state.decisions
    }
    fn may_read(&self, state: &State, who: &Principal) -> Result<(), Denied> {
        reach::decision(state, who, Action::ReadDecision, self)
    }
}

/// A page of a list.
pub struct Listed<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Whether there are more.
    pub more: bool,
}

impl Acting {
    /// The first `size` open entries after `after` that are wanted and may be read.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`], and those of [`Self::wait`].
    pub async fn list<E: ReadOf, T>(
        &self,
        after: Option<&E::Id>,
        size: usize,
        min_seq: Option<u64>,
        wanted: impl Fn(&E) -> Option<T>,
    ) -> Result<Listed<T>, ServiceError> {
        let published = self.at_least(min_seq).await?;
        self.may(E::READ)?;
        if let Some(action) = E::AUDITED {
            self.audited(action, "").await?;
        }
        let state = &published.snapshot.state;
        let (mut items, mut more) = (Vec::new(), false);
        for (_, entry) in E::registry(state).iter_after(after).filter(|(_, entry)| !entry.closed) {
            if entry.value.may_read(state, self.principal()).is_err() {
                continue;
            }
            let Some(item) = wanted(&entry.value) else { continue };
            more = items.len() == size;
            if more {
                break;
            }
            items.push(item);
        }
        Ok(Listed { items, more })
    }

    /// An open entry and its revision.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], of another's entry too; those of [`Self::wait`].
    pub async fn read<E: ReadOf>(&self, id: &E::Id, min_seq: Option<u64>) -> Result<(E, u32), ServiceError>
    where
        E::Id: std::fmt::Display,
    {
        let published = self.at_least(min_seq).await?;
        self.may(E::READ)?;
        let state = &published.snapshot.state;
        let missing = || ServiceError::NotFound(E::WHAT, id.to_string());
        let entry = E::registry(state).entry(id).filter(|entry| !entry.closed).ok_or_else(missing)?;
        entry.value.may_read(state, self.principal()).map_err(|_| missing())?;
        if let Some(action) = E::AUDITED {
            self.audited(action, &id.to_string()).await?;
        }
        Ok((entry.value.clone(), entry.rev))
    }

    /// Whether the principal may hear of what an event changed.
    pub fn hears(&self, recorded: &Recorded) -> bool {
        may_see(&self.state().snapshot.state, self.principal(), &recorded.event)
    }
}

impl Service {
    /// The seq of what is served.
    pub fn seq(&self) -> u64 {
        self.live.current().snapshot.state.seq
    }
}
