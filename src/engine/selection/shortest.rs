//! Shortest paths by Dijkstra's algorithm, kept between searches so that one touches only what it reaches.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::grid::Grid;

/// No edge.
pub(super) const NONE: u32 = u32::MAX;

/// Shortest distances from or to one node, valid where `seen` carries the current stamp. Parks come before
/// colleges, then the outside: places left open and seats left free.
#[derive(Clone, Debug)]
pub(super) struct Search {
    pub(super) distance: Vec<i64>,
    /// The edge each node was reached by.
    pub(super) before: Vec<u32>,
    seen: Vec<u32>,
    /// Nodes whose distance is final, nearest first.
    pub(super) settled: Vec<u32>,
    stamp: u32,
    queue: BinaryHeap<Reverse<(i64, u32)>>,
}

impl Search {
    pub(super) fn new(grid: &Grid) -> Self {
        let n = grid.n_parks() + grid.n_colleges() + 1;
        Self {
            distance: vec![0; n],
            before: vec![NONE; n],
            seen: vec![0; n],
            settled: Vec::new(),
            stamp: 0,
            queue: BinaryHeap::new(),
        }
    }

    /// Starts anew at a node.
    pub(super) fn begin(&mut self, node: usize) {
        self.stamp += 1;
        self.settled.clear();
        self.queue.clear();
        self.reach(node, 0, NONE);
    }

    /// Whether the node is now nearer than it was.
    pub(super) fn reach(&mut self, node: usize, distance: i64, edge: u32) -> bool {
        if self.seen[node] == self.stamp && self.distance[node] <= distance {
            return false;
        }
        (self.seen[node], self.distance[node], self.before[node]) = (self.stamp, distance, edge);
        self.queue.push(Reverse((distance, node as u32)));
        true
    }

    /// The nearest node not settled yet, if nearer than `limit`.
    pub(super) fn next(&mut self, limit: i64) -> Option<(i64, usize)> {
        while let Some(Reverse((distance, node))) = self.queue.pop() {
            if distance >= limit {
                return None;
            }
            if distance == self.distance[node as usize] {
                self.settled.push(node);
                return Some((distance, node as usize));
            }
        }
        None
    }
}
