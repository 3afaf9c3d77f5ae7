//! Why the wishes cannot all be met: smallest sets of them that exclude each other.

use super::case::Case;
use super::dropped::drop_term;
use super::matching::{Active, Matching, Paths, Reached, Ways};

/// One wish, by position in the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Term {
    /// An edge that is forced.
    Forced(u32),
    /// An edge that is forbidden.
    Forbidden(u32),
    /// The lowest score.
    MinScore,
    /// The number of a park's partners.
    Partners(u32),
    /// A college's capacity.
    Capacity(u32),
    /// A city's quota.
    Quota(u32),
}

/// Conflicts that are looked for.
const LISTED: usize = 20;

impl Active {
    /// Every wish of the case.
    pub(super) fn all(case: &Case) -> Self {
        Self {
            forced: case.edges.iter().map(|edge| edge.forced).collect(),
            forbidden: case.edges.iter().map(|edge| edge.forbidden).collect(),
            partners: vec![true; case.parks.len()],
            capacity: vec![true; case.colleges.len()],
            quota: vec![true; case.quotas.len()],
            min_score: case.min_score.is_some(),
        }
    }

    /// Only these wishes.
    pub(super) fn only(case: &Case, terms: &[Term]) -> Self {
        let mut active = Self::all(case);
        for all in [&mut active.forced, &mut active.forbidden, &mut active.partners] {
            all.fill(false);
        }
        for all in [&mut active.capacity, &mut active.quota] {
            all.fill(false);
        }
        active.min_score = false;
        terms.iter().for_each(|&term| active.set(term, true));
        active
    }

    fn set(&mut self, term: Term, on: bool) {
        match term {
            Term::Forced(e) => self.forced[e as usize] = on,
            Term::Forbidden(e) => self.forbidden[e as usize] = on,
            Term::MinScore => self.min_score = on,
            Term::Partners(i) => self.partners[i as usize] = on,
            Term::Capacity(j) => self.capacity[j as usize] = on,
            Term::Quota(q) => self.quota[q as usize] = on,
        }
    }
}

/// Conflicts that share no wish, each minimal: without any one of its wishes the others of it can be met. Empty if all
/// wishes can be met; at most 20.
pub(super) fn conflicts(case: &Case) -> Vec<Vec<Term>> {
    let ways = Ways::new(case);
    let mut active = Active::all(case);
    let mut found = Vec::new();
    while found.len() < LISTED
        && let Some(mut terms) = forced_conflict(case, &active).or_else(|| shortage(&ways, &active))
    {
        terms.sort_unstable();
        terms.iter().for_each(|&term| active.set(term, false));
        found.push(terms);
    }
    found
}

/// A conflict among forced pairs and what they run into.
pub(super) fn forced_conflict(case: &Case, active: &Active) -> Option<Vec<Term>> {
    let forced: Vec<usize> = (0..case.edges.len()).filter(|&e| active.forced[e]).collect();
    for &e in &forced {
        if active.forbidden[e] {
            return Some(vec![Term::Forced(e as u32), Term::Forbidden(e as u32)]);
        }
        if case.edges[e].low && active.min_score {
            return Some(vec![Term::Forced(e as u32), Term::MinScore]);
        }
    }
    let over = |term: Term, pairs: Vec<usize>, limit: u64, seats: &dyn Fn(usize) -> u64| {
        let pairs = fewest_over(&pairs, limit, seats)?;
        Some(pairs.into_iter().map(|e| Term::Forced(e as u32)).chain([term]).collect::<Vec<Term>>())
    };
    let mut of_park = vec![Vec::new(); case.parks.len()];
    let mut of_college = vec![Vec::new(); case.colleges.len()];
    let mut of_quota = vec![Vec::new(); case.quotas.len()];
    for &e in &forced {
        let edge = &case.edges[e];
        of_park[edge.park as usize].push(e);
        of_college[edge.college as usize].push(e);
        if let Some(q) = case.quota[edge.college as usize] {
            of_quota[q as usize].push(e);
        }
    }
    let parks = of_park.into_iter().enumerate().filter(|(i, _)| active.partners[*i]);
    let mut parks = parks.map(|(i, pairs)| over(Term::Partners(i as u32), pairs, case.wish[i].into(), &|_| 1));
    let colleges = of_college.into_iter().enumerate().filter(|(j, _)| active.capacity[*j]);
    let seats = |e: usize| u64::from(case.edges[e].seats);
    let mut colleges =
        colleges.map(|(j, pairs)| over(Term::Capacity(j as u32), pairs, case.capacity[j].into(), &seats));
    let quotas = of_quota.into_iter().enumerate().filter(|(q, _)| active.quota[*q]);
    let mut quotas = quotas.map(|(q, pairs)| over(Term::Quota(q as u32), pairs, case.quotas[q].1.into(), &|_| 1));
    parks
        .find_map(|terms| terms)
        .or_else(|| colleges.find_map(|terms| terms))
        .or_else(|| quotas.find_map(|terms| terms))
}

/// Pairs that together exceed the limit, none of them superfluous.
fn fewest_over(pairs: &[usize], limit: u64, seats: &dyn Fn(usize) -> u64) -> Option<Vec<usize>> {
    let mut total: u64 = pairs.iter().map(|&e| seats(e)).sum();
    if total <= limit {
        return None;
    }
    let mut kept = pairs.to_vec();
    kept.retain(|&e| {
        let spare = total - seats(e) > limit;
        if spare {
            total -= seats(e);
        }
        !spare
    });
    Some(kept)
}

/// A conflict of mandatory wishes: parks that together need more than their candidates can give (Hall, 1935).
fn shortage(ways: &Ways, active: &Active) -> Option<Vec<Term>> {
    if !ways.case.mandatory {
        return None;
    }
    let mut paths = Paths::new(ways.case);
    let (park, reached) = unfilled(ways, &mut ways.empty(active), None, &mut paths)?;
    let terms = suspects(ways.case, active, &reached);
    let active = Active::only(ways.case, &terms);
    let mut matching = ways.empty(&active);
    // The others can all be served; only this park lacks something.
    unfilled(ways, &mut matching, Some(park), &mut paths);
    let mut needed = Vec::new();
    for term in terms {
        if term == Term::Partners(park as u32) {
            needed.push(term);
            continue;
        }
        let mark = matching.mark();
        let (kept, free) = drop_term(ways, &active, &mut matching, term);
        if fill(ways, &mut matching, park, &free, &mut paths).is_none() {
            // Without it the others can be met: it is needed, and everything is as it was.
            needed.push(term);
            matching.undo(ways.case, mark);
            kept.into_iter().for_each(|kept| kept.back(&mut matching));
        }
    }
    Some(needed)
}

/// Serves all parks, `last` after the others; the first that lacks something, and what it reached.
fn unfilled(ways: &Ways, matching: &mut Matching, last: Option<usize>, paths: &mut Paths) -> Option<(usize, Reached)> {
    let parks = (0..ways.case.parks.len()).filter(|&i| Some(i) != last).chain(last);
    for i in parks {
        if let Some(reached) = fill(ways, matching, i, &[], paths) {
            return Some((i, reached));
        }
    }
    None
}

/// Serves one park, if it can at colleges of `free`, which have places; what it reached if it lacks something.
fn fill(ways: &Ways, matching: &mut Matching, park: usize, free: &[u32], paths: &mut Paths) -> Option<Reached> {
    while matching.count[park] < matching.need[park] {
        if let Err(reached) = ways.augment(matching, park, free, paths) {
            return Some(reached);
        }
    }
    None
}

/// The wishes that hold the reached parks back: theirs, the capacities they fill, who else is forced there, and what
/// keeps them from other colleges.
fn suspects(case: &Case, active: &Active, reached: &Reached) -> Vec<Term> {
    let mut terms = Vec::new();
    let away = |e: &usize| {
        let edge = &case.edges[*e];
        reached.parks[edge.park as usize] && !reached.colleges[edge.college as usize] && !active.forced[*e]
    };
    let min_score =
        active.min_score && (0..case.edges.len()).filter(away).any(|e| case.edges[e].low && !active.forbidden[e]);
    for (e, edge) in case.edges.iter().enumerate() {
        if active.forced[e] && reached.colleges[edge.college as usize] && !reached.parks[edge.park as usize] {
            terms.push(Term::Forced(e as u32));
        }
        if active.forbidden[e] && away(&e) && !(min_score && edge.low) {
            terms.push(Term::Forbidden(e as u32));
        }
    }
    if min_score {
        terms.push(Term::MinScore);
    }
    let parks = (0..case.parks.len()).filter(|&i| reached.parks[i] && active.partners[i]);
    terms.extend(parks.map(|i| Term::Partners(i as u32)));
    let colleges = (0..case.colleges.len()).filter(|&j| reached.colleges[j] && active.capacity[j]);
    terms.extend(colleges.map(|j| Term::Capacity(j as u32)));
    terms
}
