//! Simpler rules to compare with, and who would rather have each other.

use std::cmp::Reverse;
use std::collections::{BTreeSet, VecDeque};

use super::flow::Flow;
use super::grid::Grid;

/// Edges by falling value, then park, then college.
fn by_value(grid: &Grid) -> Vec<u32> {
    let mut edges: Vec<u32> = (0..grid.value.len() as u32).collect();
    edges.sort_unstable_by_key(|&e| (Reverse(grid.value[e as usize]), e));
    edges
}

/// Takes edges in the order given while park and college have a place.
fn take_in_order(grid: &Grid, edges: impl Iterator<Item = u32>) -> Vec<u32> {
    let (mut wish, mut capacity) = (grid.wish.clone(), grid.capacity.clone());
    let mut taken = Vec::new();
    for e in edges {
        let (i, j) = (grid.park[e as usize] as usize, grid.college[e as usize] as usize);
        if grid.value[e as usize] > grid.open && wish[i] > 0 && capacity[j] > 0 {
            wish[i] -= 1;
            capacity[j] -= 1;
            taken.push(e);
        }
    }
    taken
}

/// The best pair first, then the next best that still fits.
pub(super) fn greedy(grid: &Grid) -> Vec<u32> {
    take_in_order(grid, by_value(grid).into_iter())
}

/// Parks served one after another by id, each taking its best that still fits.
pub(super) fn parks_in_order(grid: &Grid) -> Vec<u32> {
    let mut row = Vec::new();
    let edges = (0..grid.n_parks()).flat_map(|i| {
        row.clear();
        row.extend(grid.of_park(i).map(|e| e as u32));
        row.sort_unstable_by_key(|&e| (Reverse(grid.value[e as usize]), e));
        row.clone()
    });
    take_in_order(grid, edges)
}

/// Deferred acceptance (Gale and Shapley, 1962): parks propose by falling score, colleges keep their best.
pub(super) fn deferred_acceptance(grid: &Grid) -> Vec<u32> {
    let mut rows: Vec<VecDeque<u32>> = vec![VecDeque::new(); grid.n_parks()];
    for e in by_value(grid) {
        if grid.value[e as usize] > grid.open {
            rows[grid.park[e as usize] as usize].push_back(e);
        }
    }
    let mut missing = grid.wish.clone();
    // Worst first.
    let mut kept: Vec<BTreeSet<(i64, Reverse<u32>)>> = vec![BTreeSet::new(); grid.n_colleges()];
    let mut waiting: Vec<usize> = (0..grid.n_parks()).collect();
    while let Some(i) = waiting.pop() {
        while missing[i] > 0
            && let Some(e) = rows[i].pop_front()
        {
            missing[i] -= 1;
            let kept = &mut kept[grid.college[e as usize] as usize];
            kept.insert((grid.value[e as usize], Reverse(e)));
            if kept.len() > grid.capacity[grid.college[e as usize] as usize] as usize
                && let Some((_, Reverse(loser))) = kept.pop_first()
            {
                let refused = grid.park[loser as usize] as usize;
                missing[refused] += 1;
                if refused != i {
                    waiting.push(refused);
                }
            }
        }
    }
    kept.into_iter().flatten().map(|(_, Reverse(e))| e).collect()
}

/// The edges every park would take if nobody counted places.
pub(super) fn wanted(grid: &Grid) -> Vec<u32> {
    let mut wanted = Vec::new();
    let mut row: Vec<(Reverse<i64>, usize)> = Vec::new();
    for i in 0..grid.n_parks() {
        row.clear();
        row.extend(grid.of_park(i).filter(|&e| grid.value[e] > grid.open).map(|e| (Reverse(grid.value[e]), e)));
        let wish = (grid.wish[i] as usize).min(row.len());
        if (1..row.len()).contains(&wish) {
            row.select_nth_unstable(wish - 1);
        }
        wanted.extend(row[..wish].iter().map(|edge| edge.1 as u32));
    }
    wanted
}

/// Edges not selected whose park and college would both gain, as `(edge, park's gain, college's gain)`, weightiest first.
pub(super) fn blocking(flow: &Flow) -> Vec<(usize, i64, i64)> {
    let grid = flow.grid;
    let mut park_last = vec![i64::MAX; grid.n_parks()];
    let mut college_last = vec![i64::MAX; grid.n_colleges()];
    for e in (0..grid.value.len()).filter(|&e| flow.held[e]) {
        let (i, j) = (grid.park[e] as usize, grid.college[e] as usize);
        park_last[i] = park_last[i].min(grid.value[e]);
        college_last[j] = college_last[j].min(grid.value[e]);
    }
    for (i, last) in park_last.iter_mut().enumerate() {
        if flow.count[i] < grid.wish[i] {
            *last = 0;
        }
    }
    for (j, last) in college_last.iter_mut().enumerate() {
        if flow.room(j) {
            *last = 0;
        }
    }
    let mut pairs: Vec<(usize, i64, i64)> = (0..grid.value.len())
        .filter(|&e| !flow.held[e])
        .map(|e| (e, park_last[grid.park[e] as usize], college_last[grid.college[e] as usize]))
        .filter(|&(e, park, college)| grid.value[e] > park && grid.value[e] > college)
        .map(|(e, park, college)| (e, grid.value[e] - park, grid.value[e] - college))
        .collect();
    pairs.sort_unstable_by_key(|&(e, park, college)| (Reverse(park.saturating_add(college)), e));
    pairs
}
