//! What changed in a park's shortlist between two places of the log, and which events did it.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::code::{CollegeId, ParkId, PresetId};
use super::criterion::Criterion;
use super::date::Timestamp;
use super::shortlist::{AsOf, CollegeRef};

/// A college's place in the whole order.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Ranked {
    /// Its rank, 1 first.
    pub rank: u32,
    /// Whether it is among the best `top`.
    pub listed: bool,
    /// Its score, 0–100.
    pub score: f64,
}

/// The move of one criterion's points.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PartChange {
    /// The criterion.
    pub criterion: Criterion,
    /// Points before.
    pub before: f64,
    /// Points after.
    pub after: f64,
    /// After less before; the moves of all criteria sum to the score's.
    pub moved: f64,
}

/// The move of a college's mean satisfaction, points on the 1–5 scale.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SatisfactionChange {
    /// Mean before.
    pub before: f64,
    /// Mean after.
    pub after: f64,
    /// After less before.
    pub moved: f64,
    /// Part of the move by ratings of the college that were given, revised or withdrawn in between.
    pub by_ratings: f64,
    /// The rest: other ratings weighed anew, the calibration of shared raters, model parameters.
    /// `by_ratings + by_others = moved`.
    pub by_others: f64,
}

/// What became of one college.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CollegeChange {
    /// The college.
    pub college: CollegeRef,
    /// Its place before; `null` if it was not ranked.
    pub before: Option<Ranked>,
    /// Its place after; `null` if it is not ranked.
    pub after: Option<Ranked>,
    /// Move of the score; `null` if there are not two scores.
    pub moved: Option<f64>,
    /// The move, criterion by criterion; empty if there are not two scores.
    pub parts: Vec<PartChange>,
    /// The move of its satisfaction; `null` if there are not two scores.
    pub satisfaction: Option<SatisfactionChange>,
}

/// An event in between that concerns the park or one of the colleges. It tells what changed, never who rated how.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ChangeEvent {
    /// Its place in the log.
    pub seq: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// What kind of thing it changed.
    pub kind: &'static str,
    /// The thing's code; for a rating, its engagement's, or empty unless the reader may read it.
    pub id: String,
    /// The college it concerns; `null` if it concerns the park or all colleges.
    pub college: Option<CollegeId>,
    /// Of a rating: its share in the move of the college's satisfaction. `null` for other events, and where a later
    /// event changed the same rating again: that one has the share of both.
    pub share: Option<f64>,
}

/// What changed in a park's shortlist.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Changes {
    /// The park that asked.
    pub park: ParkId,
    /// The state before.
    pub from: AsOf,
    /// The state after.
    pub to: AsOf,
    /// The weights before.
    pub preset_before: PresetId,
    /// The weights after.
    pub preset: PresetId,
    /// Length of the lists compared.
    pub top: u16,
    /// Colleges that came into the list.
    pub entered: Vec<CollegeRef>,
    /// Colleges that left it.
    pub left: Vec<CollegeRef>,
    /// Every college of either list: by its place after, then before.
    pub colleges: Vec<CollegeChange>,
    /// Events between the two states.
    pub events_between: u64,
    /// How many of them concern the park or these colleges.
    pub events_total: u32,
    /// Those, by rising seq; of more than 500 the last. Ratings of a college are one entry, and none of fewer than three
    /// enterprises.
    pub events: Vec<ChangeEvent>,
    /// Whether ratings of a college that fewer than three enterprises gave, revised or withdrew in between are left out of the
    /// state after.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub withheld: bool,
}

impl Changes {
    /// Tells of ratings by college instead of one by one; of these colleges not at all.
    pub fn group_ratings(&mut self, lone: &BTreeSet<CollegeId>) {
        self.withheld = !lone.is_empty();
        let mut seen = BTreeSet::new();
        let mut kept: Vec<ChangeEvent> = Vec::with_capacity(self.events.len());
        // Backwards: the last one stands for all.
        for mut event in std::mem::take(&mut self.events).into_iter().rev() {
            if event.kind == "rating" {
                let Some(college) = event.college.clone().filter(|college| !lone.contains(college)) else { continue };
                if !seen.insert(college.clone()) {
                    continue;
                }
                let change = self.colleges.iter().find(|change| change.college.id == college);
                event.share = change.and_then(|change| Some(change.satisfaction.as_ref()?.by_ratings));
                event.id.clear();
            }
            kept.push(event);
        }
        kept.reverse();
        self.events_total = kept.len() as u32;
        self.events = kept;
    }
}
