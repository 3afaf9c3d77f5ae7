//! One wish less, on what is handed out already; and back again.

use super::conflict::Term;
use super::matching::{Active, Matching, Ways};

/// What a dropped wish kept back, to be kept back again.
pub(super) enum Kept {
    Places(usize, u32),
    Open(usize, bool),
    Need(usize, u32),
}

impl Kept {
    pub(super) fn back(self, matching: &mut Matching) {
        match self {
            Self::Places(j, places) => matching.places[j] = places,
            Self::Open(e, open) => matching.open[e] = open,
            Self::Need(i, need) => matching.need[i] = need,
        }
    }
}

/// What a wish kept back is given free; what is handed out stays. With it the colleges where that left places.
pub(super) fn drop_term(ways: &Ways, active: &Active, matching: &mut Matching, term: Term) -> (Vec<Kept>, Vec<u32>) {
    let case = ways.case;
    match term {
        Term::Forced(e) => {
            let (e, j) = (e as usize, case.edges[e as usize].college as usize);
            let kept = vec![Kept::Places(j, matching.places[j]), Kept::Open(e, matching.open[e])];
            matching.places[j] += 1;
            // Its park is none of those that lack something; it takes part no more.
            matching.open[e] = true;
            (kept, vec![j as u32])
        }
        Term::Forbidden(e) => {
            let kept = vec![Kept::Open(e as usize, matching.open[e as usize])];
            matching.open[e as usize] = true;
            (kept, vec![case.edges[e as usize].college])
        }
        Term::MinScore => {
            let low = (0..case.edges.len()).filter(|&e| case.edges[e].low);
            let mut kept = Vec::new();
            for e in low {
                kept.push(Kept::Open(e, matching.open[e]));
                matching.open[e] = !active.forced[e] && !active.forbidden[e];
            }
            (kept, Vec::new())
        }
        Term::Partners(i) => {
            let i = i as usize;
            let kept = vec![Kept::Need(i, matching.need[i])];
            matching.need[i] = 0;
            (kept, ways.release(matching, i))
        }
        Term::Capacity(j) => {
            let kept = vec![Kept::Places(j as usize, matching.places[j as usize])];
            matching.places[j as usize] = u32::MAX / 2;
            (kept, vec![j])
        }
        Term::Quota(_) => Default::default(),
    }
}
