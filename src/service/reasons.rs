//! Why a college stands where it stands, beside its neighbours, and two colleges side by side.

use super::board::board;
use super::{Board, Service, ServiceError, aside};
use crate::domain::{CollegeId, CollegeRef, Counterfactual, Explanation, Question};

/// Longest list a question may ask for; neighbours beyond it go without a name.
const LONGEST: u16 = 100;

/// An explanation and what is needed to read it.
#[derive(Clone, Debug)]
pub struct Reasons {
    /// The longest list.
    pub board: Board,
    /// The explanation.
    pub explanation: Explanation,
    /// The one ranked before it.
    pub above: Option<CollegeRef>,
    /// The one ranked after it.
    pub below: Option<CollegeRef>,
    /// What would lift the one after it above it; asked for the first only.
    pub threats: Vec<Counterfactual>,
}

/// Two colleges for one park.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The longest list.
    pub board: Board,
    /// The one.
    pub a: Explanation,
    /// The other.
    pub b: Explanation,
    /// Probability that the one is truly better.
    pub p_a_better: f64,
}

impl Service {
    /// Why a college stands where it stands, all from one snapshot.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park or preset, or a college that is not ranked.
    pub(super) async fn reasons(&self, question: Question, college: CollegeId) -> Result<Reasons, ServiceError> {
        let published = self.live.current();
        aside(move || {
            let snapshot = &published.snapshot;
            let board = board(snapshot, &Question { top: LONGEST, ..question.clone() })?;
            let explanation = snapshot.explanation_in_groups(&question, &college)?;
            let at = explanation.item.rank as usize;
            let neighbour = |at: usize| board.shortlist.items.get(at).map(|item| item.college.clone());
            let above = at.checked_sub(2).and_then(neighbour);
            let below = neighbour(at);
            let threats = match (&below, at) {
                (Some(below), 1) => snapshot.explanation_in_groups(&question, &below.id)?.overtake,
                _ => Vec::new(),
            };
            Ok(Reasons { board, explanation, above, below, threats })
        })
        .await
    }

    /// Two colleges side by side.
    ///
    /// # Errors
    /// As [`Self::reasons`].
    pub(super) async fn pair(&self, question: Question, a: CollegeId, b: CollegeId) -> Result<Pair, ServiceError> {
        let published = self.live.current();
        aside(move || {
            let snapshot = &published.snapshot;
            let board = board(snapshot, &Question { top: LONGEST, ..question.clone() })?;
            let compared = snapshot.compare(&question, &[a.clone(), b.clone()])?;
            let a_first = compared.colleges.first().is_some_and(|first| first.college.id == a);
            // A college beside itself is as good.
            let p_first = compared.pairs.first().map_or(0.5, |pair| pair.score.p_better);
            let p_a_better = if a_first { p_first } else { 1.0 - p_first };
            let (a, b) =
                (snapshot.explanation_in_groups(&question, &a)?, snapshot.explanation_in_groups(&question, &b)?);
            Ok(Pair { board, a, b, p_a_better })
        })
        .await
    }
}
