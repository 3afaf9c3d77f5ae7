//! What enterprises like a park's own would say of each college: affinity as an option of a question (METHODS §2).
//!
//! All rows are fitted from the ratings of the days before today; those given today draw the rows they touch up again. Both
//! are functions of the state alone and are worked out when first asked for, so whoever does not ask pays nothing.

use std::sync::{Arc, OnceLock};

use super::affinity::{Affinity, Pool};
use super::dirty::Dirty;
use super::rank::rounded;
use super::snapshot::Snapshot;
use super::state::State;
use crate::domain::{self, Criterion, Date, EngagementId, ParkId};

/// Variational fits differ by their seed, so there is but one.
const SEED: u64 = 1;

/// Beliefs about enterprises and colleges, by registry position.
#[derive(Clone, Debug, Default)]
pub(super) struct LikeMinded {
    /// From ratings given before today.
    before: Arc<OnceLock<Affinity>>,
    /// From all.
    now: Arc<OnceLock<Affinity>>,
}

/// Affinity of one park and all colleges, by the colleges' registry position.
pub(super) struct Liking {
    /// Weight in hundredths of a percent.
    pub(super) weight: u16,
    /// Hundredths of a point on the anchors of satisfaction.
    pub(super) points: Vec<u16>,
    /// Mean and standard deviation on the 1–5 scale.
    pub(super) expected: Vec<(f64, f64)>,
    /// Enterprises of the park whose ratings speak.
    pub(super) raters: u32,
}

impl Liking {
    /// One college's affinity.
    pub(super) fn of(&self, at: u32) -> domain::Affinity {
        let (mean, sd) = self.expected[at as usize];
        let points = self.points[at as usize];
        domain::Affinity {
            mean: rounded(mean),
            sd: rounded(sd),
            anchored: f64::from(points) / 100.0,
            weight: f64::from(self.weight) / 100.0,
            points: f64::from(u32::from(self.weight) * u32::from(points)) / 1e6,
            raters: self.raters,
        }
    }
}

impl LikeMinded {
    /// What is still known of it once `was` has become `is`.
    pub(super) fn after(&self, was: &State, is: &State, dirty: &Dirty) -> Self {
        let given = |state: &State, id: &EngagementId| state.ratings.entry(id).map(|entry| entry.value.rated_on);
        let earlier =
            |id: &EngagementId| [given(was, id), given(is, id)].into_iter().flatten().any(|day| day < is.today);
        if dirty.moved || dirty.ratings.iter().any(earlier) {
            Self::default()
        } else if dirty.ratings.is_empty() {
            self.clone()
        } else {
            Self { before: self.before.clone(), now: Arc::default() }
        }
    }

    fn of(&self, state: &State) -> &Affinity {
        self.now.get_or_init(|| {
            let fitted = self.before.get_or_init(|| {
                let mut affinity = Affinity::new(state.enterprises.len(), state.colleges.len(), (1.0, 5.0), SEED);
                affinity.learn(rated(state, |day| day < state.today));
                affinity
            });
            let mut now = fitted.clone();
            now.resample(&rated(state, |day| day >= state.today));
            now
        })
    }
}

/// Live ratings of some days that count, as enterprise, college and score, by rising engagement.
fn rated(state: &State, wanted: impl Fn(Date) -> bool) -> Vec<(usize, usize, f64)> {
    let live = state.ratings.iter().filter(|(_, entry)| !entry.closed && wanted(entry.value.rated_on));
    let parties = |id: &EngagementId| state.parties(state.engagements.position(id)?);
    live.filter_map(|(id, entry)| {
        let (rater, college) = parties(id).filter(|parties| state.counts(*parties, &entry.value))?;
        Some((rater as usize, college as usize, entry.value.marks.score()))
    })
    .collect()
}

impl Snapshot {
    /// What enterprises like the park's own would say of every college; `percent` of the weight is theirs.
    pub(super) fn liking(&self, park: &ParkId, percent: u8) -> Liking {
        let state = &self.state;
        let affinity = self.like_minded.of(state);
        let own = state.enterprises.positions().filter(|&at| {
            let enterprise = state.enterprises.at(at);
            !enterprise.closed && enterprise.value.park == *park
        });
        let own: Pool = affinity.pool(own.map(|at| at as usize));
        // What one or two enterprises like is theirs to tell, and what like-minded ones do is not published: then any enterprise
        // is meant.
        let hidden = state.ranks_by_cuts() || own.raters < state.least_enterprises();
        let pool = if hidden { affinity.pool([]) } else { own };
        // Without any rating at all there is nothing but what the model holds of every college.
        let nothing = (state.model.mean, state.model.college_variance.sqrt());
        let unrated = affinity.is_empty();
        let of = |at: usize| {
            let told = self.told(at as u32);
            match (unrated, told.is_posterior()) {
                (true, _) => nothing,
                (_, false) => (state.model.mean + told.effect, told.sd),
                _ => affinity.expected(&pool, at),
            }
        };
        let expected: Vec<_> = (0..state.colleges.len()).map(of).collect();
        let sheet = state.sheet.of(Criterion::Satisfaction);
        let points = expected.iter().map(|&(mean, _)| sheet.points(mean)).collect();
        Liking { weight: 100 * u16::from(percent), points, expected, raters: pool.raters }
    }
}
