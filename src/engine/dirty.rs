//! What a batch of events leaves to be derived again.

use super::state::Changed;
use crate::domain::{CollegeId, EngagementId, EnterpriseId, ParkId};

/// The events of one batch, summed up.
#[derive(Default)]
pub(super) struct Dirty {
    pub(super) all: bool,
    pub(super) needs: bool,
    pub(super) clock: bool,
    pub(super) moved: bool,
    pub(super) parks: Vec<ParkId>,
    pub(super) colleges: Vec<CollegeId>,
    pub(super) engagements: Vec<CollegeId>,
    pub(super) ratings: Vec<EngagementId>,
    /// Engagements, rated or not, that went elsewhere.
    pub(super) elsewhere: Vec<EngagementId>,
    /// Enterprises that went to another park.
    pub(super) raters: Vec<EnterpriseId>,
}

impl Dirty {
    pub(super) fn of(changes: &[Changed]) -> Self {
        let mut dirty = Self::default();
        for change in changes {
            match change {
                Changed::Nothing => {}
                Changed::All => dirty.all = true,
                Changed::Needs => dirty.needs = true,
                Changed::Clock => (dirty.needs, dirty.clock, dirty.moved) = (true, true, true),
                Changed::Model | Changed::Counted => dirty.moved = true,
                Changed::Rater(id) => dirty.raters.push(id.clone()),
                Changed::Park(id) => dirty.parks.push(id.clone()),
                Changed::Parks(from, to) => dirty.parks.extend([from.clone(), to.clone()]),
                Changed::College(id) => dirty.colleges.push(id.clone()),
                Changed::Colleges(from, to) => dirty.colleges.extend([from.clone(), to.clone()]),
                Changed::Engagements(id) => dirty.engagements.push(id.clone()),
                Changed::EngagementMoved(id, from, to) => {
                    dirty.elsewhere.push(id.clone());
                    dirty.ratings.push(id.clone());
                    dirty.engagements.extend([from.clone(), to.clone()]);
                }
                Changed::Rating(id) => dirty.ratings.push(id.clone()),
            }
        }
        dirty
    }

    /// Whether what the ratings tell may have changed.
    pub(super) fn rated(&self) -> bool {
        self.moved || !self.ratings.is_empty() || !self.raters.is_empty()
    }
}
