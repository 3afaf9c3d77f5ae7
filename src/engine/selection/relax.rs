//! The least that must give way: fewest units of change over all wishes, by min-cost circulation with costs −1, 0 and 1.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::case::Case;
use super::conflict::Term;
use super::matching::{Active, Matching, Paths, Ways};

const PLENTY: i64 = i64::MAX / 4;

struct Arc {
    to: u32,
    room: i64,
    cost: i64,
    /// What one unit of flow, or one unit missing, changes.
    term: Option<Term>,
}

struct Network {
    arcs: Vec<Arc>,
    /// Arcs leaving each node; arc `a` and its way back `a ^ 1`.
    leaving: Vec<Vec<u32>>,
    excess: Vec<i64>,
}

impl Network {
    fn arc(&mut self, from: usize, to: usize, room: i64, cost: i64, term: Option<Term>) -> usize {
        let a = self.arcs.len();
        self.arcs.push(Arc { to: to as u32, room, cost, term });
        self.arcs.push(Arc { to: from as u32, room: 0, cost: -cost, term: None });
        self.leaving[from].push(a as u32);
        self.leaving[to].push(a as u32 + 1);
        a
    }

    fn push(&mut self, a: usize, amount: i64) {
        let (from, to) = (self.arcs[a ^ 1].to as usize, self.arcs[a].to as usize);
        self.arcs[a].room -= amount;
        self.arcs[a ^ 1].room += amount;
        self.excess[from] -= amount;
        self.excess[to] += amount;
    }

    /// Moves all excess to where it is missing, cheapest first (primal–dual): all that goes at the least cost along arcs
    /// that are tight by the potentials, then the potentials are raised to the next cost. No arc with room may cost less
    /// than nothing at the start.
    fn settle(&mut self) {
        let mut potential = vec![0_i64; self.leaving.len()];
        while let Some((distance, nearest)) = self.distances(&potential) {
            potential.iter_mut().zip(distance).for_each(|(potential, distance)| *potential += distance.min(nearest));
            let mut seen = vec![false; self.leaving.len()];
            for source in 0..self.excess.len() {
                while self.excess[source] > 0
                    && let Some(path) = self.tight_path(source, &potential, &mut seen)
                {
                    let end = path.last().map_or(source, |&a| self.arcs[a].to as usize);
                    let room = path.iter().map(|&a| self.arcs[a].room).min().unwrap_or(0);
                    let amount = room.min(self.excess[source]).min(-self.excess[end]);
                    seen[source] = false;
                    for a in path {
                        seen[self.arcs[a].to as usize] = false;
                        self.push(a, amount);
                    }
                }
            }
        }
    }

    /// Distances after potentials from all that has an excess, and the least to where something is missing.
    fn distances(&self, potential: &[i64]) -> Option<(Vec<i64>, i64)> {
        let mut distance = vec![PLENTY; self.leaving.len()];
        let mut queue = BinaryHeap::new();
        for node in (0..self.excess.len()).filter(|&node| self.excess[node] > 0) {
            distance[node] = 0;
            queue.push(Reverse((0_i64, node)));
        }
        let mut nearest = None;
        while let Some(Reverse((reached, node))) = queue.pop() {
            if nearest.is_some_and(|nearest| reached > nearest) {
                break;
            }
            if reached > distance[node] {
                continue;
            }
            if self.excess[node] < 0 {
                nearest = Some(reached);
            }
            for a in self.leaving[node].iter().map(|&a| a as usize).filter(|&a| self.arcs[a].room > 0) {
                let to = self.arcs[a].to as usize;
                let further = reached + self.arcs[a].cost + potential[node] - potential[to];
                if further < distance[to] {
                    distance[to] = further;
                    queue.push(Reverse((further, to)));
                }
            }
        }
        nearest.map(|nearest| (distance, nearest))
    }

    /// Tight arcs with room from a node with excess to one that lacks something, through nodes not seen yet; those that
    /// lead nowhere stay seen.
    fn tight_path(&self, source: usize, potential: &[i64], seen: &mut [bool]) -> Option<Vec<usize>> {
        if std::mem::replace(&mut seen[source], true) {
            return None;
        }
        // (node, next of its arcs to be looked at); the path holds the arc that led to each but the first.
        let (mut stack, mut path): (Vec<(usize, usize)>, Vec<usize>) = (vec![(source, 0)], Vec::new());
        while let Some((node, next)) = stack.last_mut() {
            let Some(&a) = self.leaving[*node].get(*next) else {
                stack.pop();
                path.pop();
                continue;
            };
            *next += 1;
            let (from, arc) = (*node, &self.arcs[a as usize]);
            let to = arc.to as usize;
            if arc.room <= 0 || arc.cost + potential[from] != potential[to] || std::mem::replace(&mut seen[to], true) {
                continue;
            }
            path.push(a as usize);
            if self.excess[to] < 0 {
                return Some(path);
            }
            stack.push((to, 0));
        }
        None
    }
}

/// Changes `(wish, by)` of which no fewer end all conflicts: a number changes by so much, or a pair's wish is given up
/// (`by` 0; under [`Term::MinScore`] see the edges returned beside it, which are let through).
///
/// Every place more or less, every pair given up or let through counts one. Only for pairs of one seat and no quotas.
pub(super) fn least_relaxation(case: &Case) -> (Vec<(Term, i64)>, Vec<u32>) {
    let (n_parks, n_colleges) = (case.parks.len(), case.colleges.len());
    let outside = n_parks + n_colleges;
    let mut network =
        Network { arcs: Vec::new(), leaving: vec![Vec::new(); outside + 1], excess: vec![0; outside + 1] };
    let ways = Ways::new(case);
    let matching = case.mandatory.then(|| handed_out(&ways));
    for i in 0..n_parks {
        let term = Some(Term::Partners(i as u32));
        let wish = i64::from(case.wish[i]);
        let a = network.arc(outside, i, wish, if case.mandatory { -1 } else { 0 }, term);
        if case.mandatory {
            network.push(a, wish);
        }
        network.arc(outside, i, PLENTY, 1, term);
    }
    for (e, edge) in case.edges.iter().enumerate() {
        if !case.mandatory && !edge.forced {
            continue;
        }
        let cost = i64::from(edge.forbidden) + i64::from(edge.low) - i64::from(edge.forced);
        let a = network.arc(edge.park as usize, n_parks + edge.college as usize, 1, cost, None);
        // Giving up a pair that is forced and blocked changes one wish, like letting it through.
        let either = edge.forced && cost == 0;
        if cost < 0 || either || matching.as_ref().is_some_and(|matching| matching.held[e]) {
            network.push(a, 1);
        }
        network.arcs[a].term = Some(Term::Forced(e as u32));
    }
    for j in 0..n_colleges {
        let term = Some(Term::Capacity(j as u32));
        let places = i64::from(case.capacity[j] / ways.seats[j]);
        let a = network.arc(n_parks + j, outside, places, 0, term);
        let used = places.min(network.excess[n_parks + j].max(0));
        network.push(a, used);
        network.arc(n_parks + j, outside, PLENTY, 1, term);
    }
    network.settle();
    changes(case, &ways, &network)
}

/// As many partners as the wishes allow.
fn handed_out(ways: &Ways) -> Matching {
    let (mut matching, mut paths) = (ways.empty(&Active::all(ways.case)), Paths::new(ways.case));
    for i in 0..ways.case.parks.len() {
        while matching.count[i] < matching.need[i] && ways.augment(&mut matching, i, &[], &mut paths).is_ok() {}
    }
    matching
}

fn changes(case: &Case, ways: &Ways, network: &Network) -> (Vec<(Term, i64)>, Vec<u32>) {
    let (mut changes, mut admitted) = (Vec::new(), Vec::new());
    for a in (0..network.arcs.len()).step_by(2) {
        let (used, room) = (network.arcs[a ^ 1].room, network.arcs[a].room);
        match network.arcs[a].term {
            Some(Term::Forced(e)) => {
                let edge = &case.edges[e as usize];
                if edge.forced && used == 0 {
                    changes.push((Term::Forced(e), 0));
                }
                if edge.forbidden && used > 0 {
                    changes.push((Term::Forbidden(e), 0));
                }
                if edge.low && used > 0 {
                    admitted.push(e);
                }
            }
            Some(term @ Term::Partners(_)) if network.arcs[a].cost == 1 && used > 0 => changes.push((term, used)),
            Some(term @ Term::Partners(_)) if network.arcs[a].cost == -1 && room > 0 => changes.push((term, -room)),
            Some(term @ Term::Capacity(j)) if network.arcs[a].cost == 1 && used > 0 => {
                // Free seats that make no whole place count towards the next one.
                let seats = i64::from(ways.seats[j as usize]);
                changes.push((term, used * seats - i64::from(case.capacity[j as usize]) % seats));
            }
            _ => {}
        }
    }
    changes.sort_unstable();
    (changes, admitted)
}

/// Changes that end all conflicts of forced pairs where pairs take differing seats or quotas apply: the pairs stay, what
/// they run into gives way. Enough, but others may change less.
pub(super) fn raised_limits(case: &Case) -> (Vec<(Term, i64)>, Vec<u32>) {
    let (mut changes, mut admitted) = (Vec::new(), Vec::new());
    let mut park: Vec<i64> = case.wish.iter().map(|&wish| -i64::from(wish)).collect();
    let mut college: Vec<i64> = case.capacity.iter().map(|&capacity| -i64::from(capacity)).collect();
    let mut quota: Vec<i64> = case.quotas.iter().map(|quota| -i64::from(quota.1)).collect();
    for (e, edge) in case.edges.iter().enumerate().filter(|(_, edge)| edge.forced) {
        park[edge.park as usize] += 1;
        college[edge.college as usize] += i64::from(edge.seats);
        if let Some(q) = case.quota[edge.college as usize] {
            quota[q as usize] += 1;
        }
        if edge.forbidden {
            changes.push((Term::Forbidden(e as u32), 0));
        }
        if edge.low {
            admitted.push(e as u32);
        }
    }
    let over = |term: fn(u32) -> Term, over: Vec<i64>| {
        over.into_iter().enumerate().filter(|over| over.1 > 0).map(move |(at, over)| (term(at as u32), over))
    };
    changes.extend(over(Term::Partners, park).chain(over(Term::Capacity, college)).chain(over(Term::Quota, quota)));
    changes.sort_unstable();
    (changes, admitted)
}
