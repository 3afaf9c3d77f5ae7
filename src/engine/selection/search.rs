//! Choices under side constraints: improving one, and searching all that could be better.

use super::side::Side;

/// Undecided pairs up to which the search is tried.
const UNDECIDED: usize = 4_000;

/// A selection that keeps all limits.
#[derive(Clone)]
pub(super) struct Choice {
    pub(super) taken: Vec<bool>,
    pub(super) value: i64,
    count: Vec<u32>,
    used: Vec<u32>,
}

impl Choice {
    pub(super) fn empty(side: &Side) -> Self {
        Self {
            taken: vec![false; side.edges.len()],
            value: 0,
            count: vec![0; side.wish.len()],
            used: vec![0; side.limits.len()],
        }
    }

    fn fits(&self, side: &Side, at: usize) -> bool {
        let park = side.edge(at).park as usize;
        self.count[park] < side.wish[park]
            && side
                .draws(at)
                .all(|(limit, amount)| u64::from(self.used[limit]) + u64::from(amount) <= side.limits[limit].into())
    }

    fn take(&mut self, side: &Side, at: usize) {
        self.taken[at] = true;
        self.value += side.edge(at).score;
        self.count[side.edge(at).park as usize] += 1;
        side.draws(at).for_each(|(limit, amount)| self.used[limit] += amount);
    }

    fn leave(&mut self, side: &Side, at: usize) {
        self.taken[at] = false;
        self.value -= side.edge(at).score;
        self.count[side.edge(at).park as usize] -= 1;
        side.draws(at).for_each(|(limit, amount)| self.used[limit] -= amount);
    }

    pub(super) fn take_if_it_fits(&mut self, side: &Side, at: usize) {
        if !self.taken[at] && self.fits(side, at) {
            self.take(side, at);
        }
    }

    /// Adds what fits, then lets a pair in wherever it is worth more than those that must make room for it.
    pub(super) fn improve(&mut self, side: &Side, order: &[usize]) {
        order.iter().for_each(|&at| self.take_if_it_fits(side, at));
        let mut holders: Vec<Vec<usize>> = vec![Vec::new(); side.limits.len()];
        for at in (0..self.taken.len()).filter(|&at| self.taken[at]) {
            side.draws(at).for_each(|(limit, _)| holders[limit].push(at));
        }
        for _ in 0..4 {
            let before = self.value;
            for &at in order.iter() {
                if self.taken[at] {
                    continue;
                }
                let out = self.in_the_way(side, at, &holders);
                let lost: i64 = out.iter().map(|&other| side.edge(other).score).sum();
                if lost >= side.edge(at).score {
                    continue;
                }
                for other in out {
                    self.leave(side, other);
                    side.draws(other).for_each(|(limit, _)| holders[limit].retain(|&held| held != other));
                }
                self.take(side, at);
                side.draws(at).for_each(|(limit, _)| holders[limit].push(at));
            }
            order.iter().for_each(|&at| {
                if !self.taken[at] && self.fits(side, at) {
                    self.take(side, at);
                    side.draws(at).for_each(|(limit, _)| holders[limit].push(at));
                }
            });
            if self.value == before {
                return;
            }
        }
    }

    /// Pairs of least worth without which the pair fits.
    fn in_the_way(&self, side: &Side, at: usize, holders: &[Vec<usize>]) -> Vec<usize> {
        let park = side.edge(at).park as usize;
        let mut out = Vec::new();
        if self.count[park] >= side.wish[park] {
            let row = (side.row[park]..side.row[park + 1]).filter(|&other| self.taken[other]);
            match row.min_by_key(|&other| (side.edge(other).score, other)) {
                Some(other) => out.push(other),
                None => return vec![at],
            }
        }
        for (limit, amount) in side.draws(at) {
            let freed = |out: &[usize]| -> u32 {
                let draws = out.iter().flat_map(|&other| side.draws(other)).filter(|draw| draw.0 == limit);
                draws.map(|draw| draw.1).sum()
            };
            while u64::from(self.used[limit] - freed(&out)) + u64::from(amount) > side.limits[limit].into() {
                let others = holders[limit].iter().copied().filter(|other| !out.contains(other));
                match others.min_by_key(|&other| (side.edge(other).score, other)) {
                    Some(other) => out.push(other),
                    // It never fits: it is its own obstacle.
                    None => return vec![at],
                }
            }
        }
        out
    }
}

/// Searches all choices that could beat `best`; whether it got to the end.
///
/// `left` is each pair's value after prices and `bound` what the prices prove. A pair whose other decision costs more
/// than the gap is settled; the rest is tried depth first, park by park.
pub(super) fn close(side: &Side, best: Choice, left: &[i64], bound: i64, nodes: usize) -> (Choice, bool) {
    let gap = bound - best.value;
    let mut tree = Tree { side, left, best, open: Vec::new(), free: Vec::new(), ahead: Vec::new(), nodes };
    let mut root = Choice::empty(side);
    for i in 0..side.wish.len() {
        let mut row: Vec<usize> = (side.row[i]..side.row[i + 1]).collect();
        row.sort_by_key(|&at| (std::cmp::Reverse(left[at]), at));
        let wish = side.wish[i] as usize;
        let worth = |at: usize| row.get(at).map_or(0, |&at| left[at].max(0));
        let last = if wish == 0 { i64::MAX } else { worth(wish - 1) };
        let mut undecided = Vec::new();
        for (rank, &at) in row.iter().enumerate() {
            if rank < wish && left[at] > 0 {
                if left[at] - worth(wish) >= gap {
                    if !root.fits(side, at) {
                        // What every better choice holds does not fit together: there is no better one.
                        return (tree.best, true);
                    }
                    root.take(side, at);
                } else {
                    undecided.push(at);
                }
            } else if last.saturating_sub(left[at]) < gap {
                undecided.push(at);
            }
        }
        tree.open.extend(undecided);
    }
    if tree.open.len() > UNDECIDED {
        return (tree.best, false);
    }
    let park = |at: usize| side.edge(at).park;
    tree.free = tree.open.iter().map(|&at| side.wish[park(at) as usize]).collect();
    tree.ahead = vec![tree.open.len(); tree.open.len()];
    for place in (1..tree.open.len()).rev() {
        let same = park(tree.open[place - 1]) == park(tree.open[place]);
        tree.ahead[place - 1] = if same { tree.ahead[place] } else { place };
    }
    let (mut rest, mut place) = (0, 0);
    while place < tree.open.len() {
        rest += tree.completion(place, &root);
        place = tree.ahead[place];
    }
    // Beside the pairs, the prices promise their worth of what is not used up: `bound` is all of it.
    let closed = tree.search(0, &mut root, bound - rest, rest);
    (tree.best, closed)
}

struct Tree<'a, 'b> {
    side: &'a Side<'a>,
    left: &'b [i64],
    best: Choice,
    /// Undecided pairs, park by park, by falling value after prices.
    open: Vec<usize>,
    free: Vec<u32>,
    /// Where the next park's pairs begin.
    ahead: Vec<usize>,
    /// Nodes that may still be looked at.
    nodes: usize,
}

impl Tree<'_, '_> {
    /// The most a park can add after prices from `place` on.
    fn completion(&self, place: usize, choice: &Choice) -> i64 {
        let park = self.side.edge(self.open[place]).park as usize;
        let places = (self.free[place] - choice.count[park]) as usize;
        self.open[place..self.ahead[place]].iter().take(places).map(|&at| self.left[at].max(0)).sum()
    }

    /// Tries the pair at `place` both ways; `reached` is what is decided, `rest` what later parks and this one promise.
    fn search(&mut self, place: usize, choice: &mut Choice, reached: i64, rest: i64) -> bool {
        if choice.value > self.best.value {
            self.best = choice.clone();
        }
        if reached + rest <= self.best.value || place == self.open.len() {
            return true;
        }
        if self.nodes == 0 {
            return false;
        }
        self.nodes -= 1;
        let (at, end) = (self.open[place], self.ahead[place]);
        let later = rest - self.completion(place, choice);
        let promise = |tree: &Self, choice: &Choice| {
            if place + 1 < end { tree.completion(place + 1, choice) } else { 0 }
        };
        let mut closed = true;
        if choice.fits(self.side, at) {
            choice.take(self.side, at);
            let promised = later + promise(self, choice);
            closed &= self.search(place + 1, choice, reached + self.left[at], promised);
            choice.leave(self.side, at);
        }
        let promised = later + promise(self, choice);
        closed && self.search(place + 1, choice, reached, promised)
    }
}
