//! Prices to start from: an auction of the colleges' places.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::grid::Grid;

/// Where to start: prices, and which edges the last auction sold.
pub(super) struct Start {
    /// Price of a place at each college, score units.
    pub(super) price: Vec<i64>,
    /// Whether the edge was sold; decides where a park has several equal choices.
    pub(super) sold: Vec<bool>,
}

/// Auctions at falling steps, each from the prices of the one before, lowered so that too high ones can fall again.
///
/// Scores that are all multiples of one amount have optimal prices that are, too: there the prices are rounded, or else
/// what is left of the steps would tell equal choices apart and send many parks to the same college.
pub(super) fn start(grid: &Grid) -> Start {
    let largest = grid.value.iter().copied().max().unwrap_or(0).max(0);
    let (mut price, mut sold) = (vec![0; grid.n_colleges()], Vec::new());
    for fraction in [10, 50, 250, 1_000] {
        let step = largest / fraction + 1;
        (price, sold) = auction(grid, price, step);
        if fraction < 1_000 {
            price.iter_mut().for_each(|price| *price = (*price - 2 * step).max(0));
        }
    }
    let amount = grid.value.iter().fold(0, |amount, &value| greatest_common_divisor(amount, value.abs())).max(1);
    price.iter_mut().for_each(|price| *price = (*price + amount / 2) / amount * amount);
    Start { price, sold }
}

fn greatest_common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Prices of the colleges' places, `(n_colleges,)`, at which few colleges are wanted by too many or too few.
///
/// Parks bid for the colleges that leave them most value after price; a bid goes as far above the price as the park can
/// go before its next choice is as good, plus `step` (Bertsekas, *The auction algorithm*, 1988, with several places a
/// college and several partners a park). The prices are within `step` of optimal ones. They are only a start: the flow
/// makes the answer exact from any prices.
fn auction(grid: &Grid, mut price: Vec<i64>, step: i64) -> (Vec<i64>, Vec<bool>) {
    // Mandatory places make everything worth bidding for; a few times the largest value is enough for a start.
    let largest = grid.value.iter().map(|value| value.abs()).max().unwrap_or(0);
    let open = grid.open.max(-4 * largest);
    let mut places: Vec<BinaryHeap<Reverse<(i64, u32)>>> = vec![BinaryHeap::new(); grid.n_colleges()];
    let mut held = vec![false; grid.value.len()];
    let mut missing = grid.wish.clone();
    let mut waiting: VecDeque<u32> = (0..grid.n_parks() as u32).collect();
    let mut waits = vec![true; grid.n_parks()];
    // (value after price, edge), best first, one more than the park is missing.
    let mut best: Vec<(i64, usize)> = Vec::new();
    // A bound on bids: prices that are a little off cost time later, never the optimum.
    let mut bids = 400 * grid.wish.iter().map(|&wish| u64::from(wish)).sum::<u64>();
    while let Some(park) = waiting.pop_front() {
        waits[park as usize] = false;
        let lacking = missing[park as usize] as usize;
        if lacking == 0 || bids == 0 {
            continue;
        }
        best.clear();
        for e in grid.of_park(park as usize) {
            let j = grid.college[e] as usize;
            let left = grid.value[e] - price[j];
            if held[e] || grid.capacity[j] == 0 || left <= open {
                continue;
            }
            if best.len() <= lacking || left > best[lacking].0 {
                let at = best.iter().position(|other| left > other.0).unwrap_or(best.len());
                best.insert(at, (left, e));
                best.truncate(lacking + 1);
            }
        }
        let next = if best.len() > lacking { best[lacking].0 } else { open };
        best.truncate(lacking);
        for &(left, e) in &best {
            let j = grid.college[e] as usize;
            let bid = price[j].saturating_add(left - next).saturating_add(step);
            bids = bids.saturating_sub(1);
            held[e] = true;
            missing[park as usize] -= 1;
            places[j].push(Reverse((bid, e as u32)));
            if places[j].len() > grid.capacity[j] as usize
                && let Some(Reverse((_, loser))) = places[j].pop()
            {
                let evicted = grid.park[loser as usize];
                held[loser as usize] = false;
                missing[evicted as usize] += 1;
                if !std::mem::replace(&mut waits[evicted as usize], true) {
                    waiting.push_back(evicted);
                }
            }
            if places[j].len() == grid.capacity[j] as usize {
                price[j] = places[j].peek().map_or(0, |lowest| lowest.0.0);
            }
        }
    }
    (price, held)
}
