//! What a decision expected of its pairs, and what came of them, from two states of one log.

use std::collections::{BTreeMap, BTreeSet};

use super::rank::rounded;
use super::scenario::Fork;
use super::state::State;
use crate::domain::{
    CollegeId, EngagementStatus, EnterpriseId, ForcedPair, LEAST_ENTERPRISES, PairReview, ParkId, Question, Realised,
    Standing,
};

/// Reviews pairs: `then` is the state the decision was taken on, `expected` the fork of it under the adopted scenario (if
/// that can be applied), `now` the present. `question` gives what is asked of a park.
pub fn review(
    then: &State,
    expected: Option<&Fork>,
    now: &Fork,
    pairs: &[ForcedPair],
    question: impl Fn(&ParkId) -> Question,
) -> Vec<PairReview> {
    let mut by_park: BTreeMap<&ParkId, Vec<&CollegeId>> = BTreeMap::new();
    for pair in pairs {
        by_park.entry(&pair.park).or_default().push(&pair.college);
    }
    let realised = realised(then, &now.snapshot.state, &by_park);
    let mut reviews = Vec::with_capacity(pairs.len());
    for (park, colleges) in by_park {
        let question = question(park);
        let expectations = expected.map_or(vec![None; colleges.len()], |fork| standings(fork, &question, &colleges));
        let standings = standings(now, &question, &colleges);
        for ((id, expected), now_at) in colleges.into_iter().zip(expectations).zip(standings) {
            let Some(at) = now.snapshot.state.colleges.position(id) else { continue };
            let realised = realised.get(&(park, id)).cloned().unwrap_or_default();
            let told = realised.mean.zip(expected.as_ref());
            let scores = now_at.as_ref().zip(expected.as_ref());
            reviews.push(PairReview {
                park: park.clone(),
                college: now.snapshot.name(at),
                satisfaction_move: told.map(|(mean, expected)| rounded(mean - expected.satisfaction.mean)),
                score_move: scores.map(|(now, expected)| rounded(now.score - expected.score)),
                expected,
                now: now_at,
                realised,
            });
        }
    }
    reviews
}

fn standings(fork: &Fork, question: &Question, colleges: &[&CollegeId]) -> Vec<Option<Standing>> {
    let snapshot = &fork.snapshot;
    let Ok(field) = snapshot.field(&fork.question(question)) else { return vec![None; colleges.len()] };
    let standing = |id: &&CollegeId| {
        let at = snapshot.state.colleges.position(id)?;
        Some(Standing {
            rank: snapshot.rank(&field, at)?,
            score: f64::from(field.score[at as usize]) / 1e6,
            score_sd: rounded(field.sd[at as usize]),
            satisfaction: snapshot.satisfaction(at),
        })
    };
    colleges.iter().map(standing).collect()
}

/// Engagements and ratings of the pairs that `now` has and `then` had not.
fn realised<'a>(
    then: &State,
    now: &State,
    pairs: &BTreeMap<&'a ParkId, Vec<&'a CollegeId>>,
) -> BTreeMap<(&'a ParkId, &'a CollegeId), Realised> {
    let settled = |status: EngagementStatus| status != EngagementStatus::Proposed;
    let mut found: BTreeMap<(&ParkId, &CollegeId), (Realised, f64, BTreeSet<&EnterpriseId>)> = BTreeMap::new();
    for (&park, colleges) in pairs {
        for &college in colleges {
            let (realised, sum, raters) = found.entry((park, college)).or_default();
            let of_park = now.engagements_of(college).filter(|engagement| {
                now.enterprises.entry(&engagement.enterprise).is_some_and(|entry| entry.value.park == *park)
            });
            for engagement in of_park {
                let before = then.engagements.get(&engagement.id).map(|engagement| engagement.status);
                match (before, engagement.status) {
                    (None, EngagementStatus::Proposed) => realised.proposed += 1,
                    (None | Some(EngagementStatus::Proposed), status) if settled(status) => realised.confirmed += 1,
                    _ => {}
                }
                // A rating revised since tells of what came since, too.
                let rating = now.ratings.get(&engagement.id);
                if let Some(rating) = rating.filter(|rating| then.ratings.get(&engagement.id) != Some(rating)) {
                    realised.ratings += 1;
                    *sum += rating.marks.score();
                    raters.insert(&engagement.enterprise);
                }
            }
        }
    }
    let mut told = BTreeMap::new();
    for (pair, (mut realised, sum, raters)) in found {
        realised.suppressed = raters.len() < LEAST_ENTERPRISES;
        match realised.suppressed {
            true => realised.ratings = 0,
            false => realised.mean = Some(rounded(sum / f64::from(realised.ratings))),
        }
        told.insert(pair, realised);
    }
    told
}
