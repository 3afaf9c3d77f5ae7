//! Why a college stands where it stands, beside its neighbours, and two colleges side by side.

use super::board::board;
use super::{Board, Service, ServiceError, aside};
use crate::domain::{CollegeId, CollegeRef, Counterfactual, Explanation, Question};
use crate::engine::phi;

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
    /// Probability that the one is truly better, their scores taken as independent and normal.
    pub p_a_better: f64,
}

impl Service {
    /// Why a college stands where it stands, all from one snapshot.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park or preset, or a college that is not ranked.
    pub async fn reasons(&self, question: Question, college: CollegeId) -> Result<Reasons, ServiceError> {
        let published = self.live.current();
        aside(move || {
            let snapshot = &published.snapshot;
            let board = board(snapshot, &Question { top: LONGEST, ..question.clone() })?;
            let explanation = snapshot.explanation(&question, &college)?;
            let at = explanation.item.rank as usize;
            let neighbour = |at: usize| board.shortlist.items.get(at).map(|item| item.college.clone());
            let above = at.checked_sub(2).and_then(neighbour);
            let below = neighbour(at);
            let threats = match (&below, at) {
                (Some(below), 1) => snapshot.explanation(&question, &below.id)?.overtake,
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
    pub async fn pair(&self, question: Question, a: CollegeId, b: CollegeId) -> Result<Pair, ServiceError> {
        let published = self.live.current();
        aside(move || {
            let snapshot = &published.snapshot;
            let board = board(snapshot, &Question { top: LONGEST, ..question.clone() })?;
            let a = snapshot.explanation(&question, &a)?;
            let b = snapshot.explanation(&question, &b)?;
            let sd = a.item.score_sd.hypot(b.item.score_sd).max(f64::MIN_POSITIVE);
            let p_a_better = phi((a.item.score - b.item.score) / sd);
            Ok(Pair { board, a, b, p_a_better })
        })
        .await
    }
}
