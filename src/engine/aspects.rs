//! The four aspects of the questionnaire beside the combined score.

use super::rank::rounded;
use super::satisfaction::OwnRating;
use super::snapshot::Snapshot;
use crate::domain::{Aspect, AspectMean};

impl Snapshot {
    /// The mean of every aspect of the college at registry position `at`: its ratings, the severity of their raters taken
    /// off, weighed as in the combined score and shrunk towards the college's combined mean. 不了解 does not count.
    pub(super) fn aspects(&self, at: u32) -> Vec<AspectMean> {
        let place = self.edges.place_of(at);
        let own = self.posterior.own_ratings_of(&self.edges, &self.state.model, &[place]);
        own.iter().flat_map(|own| self.aspects_of(at, own)).collect()
    }

    /// The same from the college's own ratings.
    pub(super) fn aspects_of(&self, at: u32, own: &[OwnRating]) -> Vec<AspectMean> {
        let model = &self.state.model;
        let level = model.mean + self.posterior.effect[self.edges.place_of(at)];
        let mean = |aspect: Aspect| {
            let (mut sum, mut weight, mut ratings) = (0.0, 1.0 / model.college_variance, 0);
            for rated in own {
                let id = &self.state.engagements.at(rated.engagement).value.id;
                let mark = self.state.ratings.get(id).and_then(|rating| aspect.of(&rating.marks).get());
                if let Some(mark) = mark {
                    sum += rated.weight * (f64::from(mark) - rated.severity - level);
                    weight += rated.weight;
                    ratings += 1;
                }
            }
            AspectMean { aspect, mean: rounded((level + sum / weight).clamp(1.0, 5.0)), ratings }
        };
        Aspect::ALL.into_iter().map(mean).collect()
    }
}
