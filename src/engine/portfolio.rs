//! The team of k: colleges that together cover a park's need best.

use std::cell::RefCell;
use std::sync::atomic::AtomicBool;

use super::branch::Exact;
use super::fit::{Offer, Workspace, fit};
use super::need::Need;
use crate::domain::Sheet;

/// Tolerance of a comparison of coverages.
pub(super) const EPSILON: f64 = 1e-12;

/// Colleges that may come in for one member at a time: those that could add most.
const TRIED: usize = 8;

/// Coverages that the exchanges may work out; the last member's colleges are still gone through.
const EXCHANGES: usize = 120;

/// Marginal coverages kept for each college; looking through more takes longer than working one out.
const KEPT: usize = 256;

/// A team of colleges and what is known about it. Colleges are positions; ties go to the lower one.
#[derive(Clone, Debug, PartialEq)]
pub struct Portfolio {
    /// The members, in the order of what each adds to those before it.
    pub members: Vec<Member>,
    /// Joint coverage, 0–1.
    pub coverage: f64,
    /// No team of that size covers more.
    pub bound: f64,
    /// `bound − coverage`; 0 if the team is proven best.
    pub gap: f64,
    /// How often a joint coverage was worked out.
    pub evaluations: usize,
    /// Whether the search was told to stop before it was done; the gap holds all the same.
    pub stopped: bool,
}

/// One member of a team.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// The college's position.
    pub college: usize,
    /// What it covers alone.
    pub alone: f64,
    /// What it adds to the members before it; these sum to the joint coverage.
    pub adds: f64,
    /// What the team would lose without it.
    pub loses: f64,
}

/// The team for a park's need, and the people of each need item it leaves unmet, `(n_items,)`.
///
/// `budget` and `stop` are as for [`portfolio_until`]; `colleges` holds each college's offers.
pub fn team(
    sheet: &Sheet,
    need: &Need,
    colleges: &[&[Offer]],
    size: usize,
    budget: usize,
    stop: &AtomicBool,
) -> (Portfolio, Vec<f64>) {
    let work = RefCell::new(Workspace::default());
    let joint = |members: &[usize]| {
        let offers: Vec<Offer> = members.iter().flat_map(|&college| colleges[college].iter().cloned()).collect();
        fit(sheet, need, &offers, &mut work.borrow_mut()).coverage
    };
    let team = portfolio_until(colleges.len(), size, budget, stop, joint);
    joint(&team.members.iter().map(|member| member.college).collect::<Vec<_>>());
    let work = work.into_inner();
    let unmet = need.iter().zip(&work.served).map(|(item, served)| (item.headcount - served).max(0.0)).collect();
    (team, unmet)
}

/// Chooses at most `size` of `n` colleges by joint coverage: lazy greedy (Minoux, 1978), then single swaps, then branch
/// and bound while fewer than `budget` coverages have been worked out; 0 leaves the third step out.
///
/// `coverage` gives the joint coverage of a set. It must be monotone and submodular, as a transport onto joint seats is;
/// then the bound holds: the coverage of a set plus the largest marginal coverages over it.
pub fn portfolio(n: usize, size: usize, budget: usize, coverage: impl Fn(&[usize]) -> f64) -> Portfolio {
    portfolio_until(n, size, budget, &AtomicBool::new(false), coverage)
}

/// As [`portfolio`], until `stop` is raised from outside: the bound is then that of what was not looked into. Without it
/// the answer depends on the question alone.
pub fn portfolio_until(
    n: usize,
    size: usize,
    budget: usize,
    stop: &AtomicBool,
    coverage: impl Fn(&[usize]) -> f64,
) -> Portfolio {
    let mut search = Search { coverage, stop, evaluations: 0, known: vec![Vec::new(); n] };
    let mut team = search.greedy(n, size.min(n));
    search.swap(&mut team);
    let mut best = search.value(&team);
    let mut bound = search.root_bound(&team, size.min(n), best);
    let mut stopped = false;
    if budget > 0 && bound - best > EPSILON {
        let all: Vec<usize> = (0..n).collect();
        let mut exact = Exact { best, team: team.clone(), open: best, budget, stopped: false };
        search.branch(&mut exact, &mut Vec::new(), 0.0, &all, size.min(n));
        (best, team, stopped) = (exact.best, exact.team, exact.stopped);
        bound = bound.min(exact.open.max(best));
    }
    team.sort_unstable();
    let members = search.members(&team);
    Portfolio { members, coverage: best, bound, gap: bound - best, evaluations: search.evaluations, stopped }
}

pub(super) struct Search<'a, F> {
    coverage: F,
    pub(super) stop: &'a AtomicBool,
    pub(super) evaluations: usize,
    /// Marginal coverages worked out, by college: over which set, and how much; upper bounds over any larger set.
    known: Vec<Vec<(Vec<usize>, f64)>>,
}

impl<F: Fn(&[usize]) -> f64> Search<'_, F> {
    fn value(&mut self, members: &[usize]) -> f64 {
        if members.is_empty() {
            return 0.0;
        }
        self.evaluations += 1;
        // One order for one set, so that rounding cannot depend on how it was found.
        let mut sorted = members.to_vec();
        sorted.sort_unstable();
        (self.coverage)(&sorted)
    }

    /// What a college adds to a set of known value.
    pub(super) fn marginal(&mut self, set: &[usize], value: f64, college: usize) -> f64 {
        let marginal = (self.value(&[set, &[college]].concat()) - value).max(0.0);
        if self.known[college].len() < KEPT {
            self.known[college].push((set.to_vec(), marginal));
        }
        marginal
    }

    /// At most this is what a college adds to a set.
    pub(super) fn limit(&self, set: &[usize], college: usize) -> f64 {
        let subsets = self.known[college].iter().filter(|(basis, _)| basis.iter().all(|member| set.contains(member)));
        subsets.map(|known| known.1).fold(1.0, f64::min)
    }

    fn greedy(&mut self, n: usize, size: usize) -> Vec<usize> {
        let mut team = Vec::with_capacity(size);
        let mut value = 0.0;
        let mut rest: Vec<(f64, usize)> = (0..n).map(|college| (self.marginal(&[], 0.0, college), college)).collect();
        while team.len() < size {
            rest.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let mut best: Option<(f64, usize)> = None;
            for entry in &mut rest {
                let (limit, college) = *entry;
                if best.is_some_and(|best| limit <= best.0) {
                    break;
                }
                let marginal = if team.is_empty() { limit } else { self.marginal(&team, value, college) };
                entry.0 = marginal;
                if best.is_none_or(|best| marginal > best.0 + EPSILON) {
                    best = Some((marginal, college));
                }
            }
            let Some((marginal, college)) = best.filter(|best| best.0 > EPSILON) else { break };
            team.push(college);
            value += marginal;
            rest.retain(|other| other.1 != college);
        }
        team
    }

    /// Exchanges one member after the other for the one that covers most in its place, until none covers more or
    /// [`EXCHANGES`] coverages have been worked out.
    fn swap(&mut self, team: &mut [usize]) {
        let mut value = self.value(team);
        let limit = self.evaluations + EXCHANGES;
        // Members in a row that nobody replaces better.
        let (mut out, mut settled) = (0, 0);
        while settled < team.len() && self.evaluations < limit {
            let mut others = team.to_vec();
            others.remove(out);
            let without = self.value(&others);
            let outsiders = (0..self.known.len()).filter(|college| !team.contains(college));
            let mut limits: Vec<(f64, usize)> =
                outsiders.map(|college| (self.limit(&others, college), college)).collect();
            limits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let mut best = None;
            for (limit, college) in limits.into_iter().take(TRIED) {
                let reached = best.map_or(value, |best: (f64, usize)| best.0) + EPSILON;
                if without + limit <= reached {
                    break;
                }
                let with = without + self.marginal(&others, without, college);
                if with > reached {
                    best = Some((with, college));
                }
            }
            settled += 1;
            if let Some((with, college)) = best {
                (team[out], value, settled) = (college, with, 1);
            }
            out = (out + 1) % team.len();
        }
    }

    /// No team of `size` covers more: for every set worked out, its coverage plus the largest marginal ones over it.
    fn root_bound(&mut self, team: &[usize], size: usize, value: f64) -> f64 {
        let mut bound = 1.0_f64;
        for taken in 0..=team.len() {
            let set = &team[..taken];
            let reached = if taken == team.len() { value } else { self.value(set) };
            let mut limits: Vec<f64> = (0..self.known.len())
                .filter(|college| !set.contains(college))
                .map(|college| self.limit(set, college))
                .collect();
            limits.sort_by(|a, b| b.total_cmp(a));
            bound = bound.min(reached + limits.iter().take(size).sum::<f64>());
        }
        bound.max(value)
    }

    fn members(&mut self, team: &[usize]) -> Vec<Member> {
        let whole = self.value(team);
        let (mut rest, mut before, mut value) = (team.to_vec(), Vec::new(), 0.0);
        let mut members = Vec::with_capacity(team.len());
        while !rest.is_empty() {
            let gains: Vec<f64> = rest.iter().map(|&college| self.marginal(&before, value, college)).collect();
            let at = (0..rest.len()).fold(0, |best, at| if gains[at] > gains[best] + EPSILON { at } else { best });
            let college = rest.remove(at);
            let others: Vec<usize> = team.iter().copied().filter(|&other| other != college).collect();
            let loses = (whole - self.value(&others)).max(0.0);
            let alone = self.value(&[college]);
            members.push(Member { college, alone, adds: gains[at], loses });
            before.push(college);
            value += gains[at];
        }
        members
    }
}
