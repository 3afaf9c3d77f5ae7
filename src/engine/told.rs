//! What is told of a college's satisfaction, and counted: its posterior, or its prior as long as too few enterprises rated it.
//! Words alone would hide nothing, since the score is the exact sum of its parts: so such a college is also *ranked* by its
//! prior, with the prior's width.

use super::satisfaction::{Edges, Posterior};
use super::snapshot::Snapshot;
use super::state::State;
use crate::domain::{CollegeId, Date, LEAST_ENTERPRISES, RanksBy, RaterBand};

/// What may be known of one college.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    /// Mean effect above the grand mean.
    pub(super) effect: f64,
    /// Its standard deviation.
    pub(super) sd: f64,
    /// Live ratings; 0 if suppressed.
    pub(super) ratings: u32,
    /// Enterprises that gave them; 0 if suppressed.
    pub(super) raters: u32,
    /// Whether too few enterprises rated it.
    pub(super) suppressed: bool,
    /// The enterprises behind it if it was published.
    pub(super) band: Option<RaterBand>,
}

impl Told {
    /// Whether it is the posterior itself: else shares and covariances of ratings say nothing of it, and are not told.
    pub(super) fn is_posterior(&self) -> bool {
        !self.suppressed && self.band.is_none()
    }
}

impl State {
    /// Whether colleges are ranked by the figures that were published last.
    pub fn ranks_by_cuts(&self) -> bool {
        self.model.ranks_by == RanksBy::Published
    }

    /// The day of the cut that a college's satisfaction is from, if it is from one.
    pub(super) fn published_on(&self, college: &CollegeId) -> Option<Date> {
        self.cuts.told(college).filter(|_| self.ranks_by_cuts()).map(|(on, _)| *on)
    }

    /// Enterprises that must have rated a college. A log whose sheet knows of none is bound from its first published cut on:
    /// rankings printed before stay what they were.
    pub(super) fn least_enterprises(&self) -> u32 {
        let published = if self.cuts.last.is_some() { LEAST_ENTERPRISES as u32 } else { 0 };
        self.sheet.least_enterprises.max(published)
    }
}

/// What may be known of the college at a registry position.
pub(super) fn told(state: &State, edges: &Edges, posterior: &Posterior, at: u32) -> Told {
    let (place, model) = (edges.place_of(at), &state.model);
    let suppressed = || {
        let (effect, sd) = (edges.prior_of(place), model.college_variance.sqrt());
        Told { effect, sd, ratings: 0, raters: 0, suppressed: true, band: None }
    };
    if state.ranks_by_cuts() {
        let Some((_, cut)) = state.cuts.told(&state.colleges.at(at).value.id) else { return suppressed() };
        // As if each enterprise of the band's lower end had rated once.
        let raters = cut.raters.words().1;
        let precision =
            1.0 / model.college_variance + f64::from(raters) / (model.noise_variance + model.rater_variance);
        let (effect, sd) = (cut.mean - model.mean, (1.0 / precision).sqrt());
        return Told { effect, sd, ratings: raters, raters, suppressed: false, band: Some(cut.raters) };
    }
    let raters = posterior.raters[place];
    if raters < state.least_enterprises() {
        return suppressed();
    }
    let (effect, sd) = (posterior.effect[place], posterior.sd[place]);
    Told { effect, sd, ratings: posterior.ratings[place], raters, suppressed: false, band: None }
}

impl Snapshot {
    /// What may be known of the college at a registry position.
    pub(super) fn told(&self, at: u32) -> Told {
        told(&self.state, &self.edges, &self.posterior, at)
    }

    /// Whether too few enterprises rated a college for what they say to be told; also of one that is not known.
    pub fn is_suppressed(&self, college: &CollegeId) -> bool {
        self.state.colleges.position(college).is_none_or(|at| self.told(at).suppressed)
    }
}
