//! The optimum: from any prices along shortest paths to a flow that fits every capacity.

use super::auction::{Start, start};
use super::grid::Grid;
use super::shortest::{NONE, Search};

/// A selection with the prices that prove it optimal.
///
/// Invariant: with `left = value − price[college]`, a park holds only edges with `left ≥ worth[park]` and leaves only
/// edges with `left ≤ worth[park]`; a park with an open place has `worth = open`.
#[derive(Clone, Debug)]
pub(super) struct Flow<'a> {
    pub(super) grid: &'a Grid,
    /// Whether the edge's pair is selected.
    pub(super) held: Vec<bool>,
    /// Price of a place at each college, ≥ 0, score units.
    pub(super) price: Vec<i64>,
    /// What a park's last partner is worth to it after price, score units.
    pub(super) worth: Vec<i64>,
    /// Partners of each park.
    pub(super) count: Vec<u32>,
    /// Selected edges of each college.
    pub(super) holders: Vec<Vec<u32>>,
}

impl<'a> Flow<'a> {
    /// The optimum of the grid.
    pub(super) fn solve(grid: &'a Grid) -> Self {
        let mut flow = Self::at(grid, start(grid));
        flow.settle();
        flow
    }

    /// What every park takes at given prices, capacities aside.
    fn at(grid: &'a Grid, Start { price, sold }: Start) -> Self {
        let mut flow = Self {
            grid,
            held: vec![false; grid.value.len()],
            price,
            worth: vec![grid.open; grid.n_parks()],
            count: vec![0; grid.n_parks()],
            holders: vec![Vec::new(); grid.n_colleges()],
        };
        let mut row: Vec<(i64, bool, u32)> = Vec::new();
        for i in 0..grid.n_parks() {
            row.clear();
            let left = |e: usize| grid.value[e] - flow.price[grid.college[e] as usize];
            row.extend(grid.of_park(i).map(|e| (-left(e), !sold[e], e as u32)));
            row.retain(|&(left, unsold, _)| -left > grid.open || -left == grid.open && !unsold);
            let wish = grid.wish[i] as usize;
            if row.len() > wish && wish > 0 {
                row.select_nth_unstable(wish - 1);
            }
            row.truncate(wish);
            if row.len() == wish {
                // A park that wishes for nobody is no way through; `settle` gives it a worth at the end.
                flow.worth[i] = row.iter().map(|edge| -edge.0).min().unwrap_or(i64::MAX / 4);
            }
            for &(_, _, e) in &row {
                flow.take(e as usize);
            }
        }
        flow
    }

    pub(super) fn load(&self, college: usize) -> usize {
        self.holders[college].len()
    }

    pub(super) fn room(&self, college: usize) -> bool {
        self.load(college) < self.grid.capacity[college] as usize
    }

    /// Value of an edge after the price.
    pub(super) fn left(&self, e: usize) -> i64 {
        self.grid.value[e] - self.price[self.grid.college[e] as usize]
    }

    fn take(&mut self, e: usize) {
        self.held[e] = true;
        self.count[self.grid.park[e] as usize] += 1;
        self.holders[self.grid.college[e] as usize].push(e as u32);
    }

    fn drop(&mut self, e: usize) {
        self.held[e] = false;
        self.count[self.grid.park[e] as usize] -= 1;
        self.holders[self.grid.college[e] as usize].retain(|&other| other != e as u32);
    }

    /// Moves what is too much at a college, then fills what has a price and room.
    fn settle(&mut self) {
        let mut search = Search::new(self.grid);
        for j in 0..self.grid.n_colleges() {
            while self.load(j) > self.grid.capacity[j] as usize {
                self.relieve(j, &mut search);
            }
        }
        for j in 0..self.grid.n_colleges() {
            while self.room(j) && self.price[j] > 0 {
                self.fill(j, &mut search);
            }
        }
        for i in (0..self.grid.n_parks()).filter(|&i| self.grid.wish[i] == 0) {
            self.worth[i] = self.grid.of_park(i).map(|e| self.left(e)).fold(self.grid.open, i64::max);
        }
    }

    /// Value of the selection, places left open included.
    pub(super) fn value(&self) -> i128 {
        let held: i128 = (0..self.held.len()).filter(|&e| self.held[e]).map(|e| i128::from(self.grid.value[e])).sum();
        let open: u64 = self.grid.wish.iter().zip(&self.count).map(|(wish, count)| u64::from(wish - count)).sum();
        held + i128::from(open) * i128::from(self.grid.open)
    }

    /// What the prices say no selection can exceed (linear-programming duality; it holds for any prices ≥ 0).
    pub(super) fn bound(&self) -> i128 {
        let grid = self.grid;
        let places = (0..grid.n_colleges()).map(|j| i128::from(grid.capacity[j]) * i128::from(self.price[j]));
        let parks = (0..grid.n_parks()).map(|i| {
            let above = grid.of_park(i).map(|e| i128::from((self.left(e) - self.worth[i]).max(0)));
            i128::from(grid.wish[i]) * i128::from(self.worth[i]) + above.sum::<i128>()
        });
        places.sum::<i128>() + parks.sum::<i128>()
    }

    /// Moves one park out of an overfull college along the path that loses least value: to a college with room, or to
    /// a place left open.
    fn relieve(&mut self, from: usize, search: &mut Search) {
        let (grid, n_parks) = (self.grid, self.grid.n_parks());
        let (mut nearest, mut end) = (i64::MAX, NONE);
        search.begin(n_parks + from);
        while let Some((distance, node)) = search.next(nearest) {
            if node >= n_parks {
                for &e in &self.holders[node - n_parks] {
                    let i = grid.park[e as usize] as usize;
                    let further = distance + self.left(e as usize) - self.worth[i];
                    if further < nearest {
                        search.reach(i, further, e);
                    }
                }
                continue;
            }
            let worth = self.worth[node];
            if distance + worth - grid.open < nearest {
                (nearest, end) = (distance + worth - grid.open, node as u32);
            }
            for e in grid.of_park(node) {
                let further = distance + worth - self.left(e);
                if further >= nearest || self.held[e] {
                    continue;
                }
                let j = grid.college[e] as usize;
                if search.reach(n_parks + j, further, e as u32) && self.room(j) {
                    (nearest, end) = (further, (n_parks + j) as u32);
                }
            }
        }
        for &node in &search.settled {
            let gain = nearest - search.distance[node as usize];
            match (node as usize).checked_sub(n_parks) {
                Some(j) => self.price[j] += gain,
                None => self.worth[node as usize] -= gain,
            }
        }
        let mut node = end as usize;
        while search.before[node] != NONE {
            let e = search.before[node] as usize;
            if node >= n_parks {
                self.take(e);
                node = grid.park[e] as usize;
            } else {
                self.drop(e);
                node = n_parks + grid.college[e] as usize;
            }
        }
    }

    /// Lowers the price of a college with room until a park comes, or to nothing.
    fn fill(&mut self, to: usize, search: &mut Search) {
        let (grid, n_parks) = (self.grid, self.grid.n_parks());
        let (mut nearest, mut end) = (self.price[to], (n_parks + to) as u32);
        search.begin(n_parks + to);
        while let Some((distance, node)) = search.next(nearest) {
            if node >= n_parks {
                let j = node - n_parks;
                if distance + self.price[j] < nearest {
                    (nearest, end) = (distance + self.price[j], node as u32);
                }
                for &e in grid.of_college(j) {
                    let i = grid.park[e as usize] as usize;
                    let further = distance + self.worth[i] - self.left(e as usize);
                    if further >= nearest || self.held[e as usize] || grid.wish[i] == 0 {
                        continue;
                    }
                    if search.reach(i, further, e) && self.count[i] < grid.wish[i] {
                        (nearest, end) = (further, i as u32);
                    }
                }
                continue;
            }
            for e in grid.of_park(node).filter(|&e| self.held[e]) {
                let further = distance + self.left(e) - self.worth[node];
                if further < nearest {
                    search.reach(n_parks + grid.college[e] as usize, further, e as u32);
                }
            }
        }
        for &node in &search.settled {
            let gain = nearest - search.distance[node as usize];
            match (node as usize).checked_sub(n_parks) {
                Some(j) => self.price[j] -= gain,
                None => self.worth[node as usize] += gain,
            }
        }
        let mut node = end as usize;
        while search.before[node] != NONE {
            let e = search.before[node] as usize;
            if node >= n_parks {
                self.drop(e);
                node = grid.park[e] as usize;
            } else {
                self.take(e);
                node = n_parks + grid.college[e] as usize;
            }
        }
    }
}
