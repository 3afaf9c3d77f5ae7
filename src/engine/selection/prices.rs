//! What a place and a wish are worth, exactly, by shortest paths in what the optimum leaves free.

use super::flow::Flow;
use super::shortest::Search;

/// Nothing leads there.
const NEVER: i64 = i64::MAX;

/// What one more place at each college would add and one less would cost, score units, `(n_colleges,)` each.
///
/// A further place is taken by whoever comes cheapest from outside (an open place of a park, a seat elsewhere); a lost
/// one sends a park the cheapest way out. `None`: without that place the mandatory wishes cannot be met.
pub(super) fn place_prices(flow: &Flow) -> (Vec<i64>, Vec<Option<i64>>) {
    let (grid, outside) = (flow.grid, flow.grid.n_parks() + flow.grid.n_colleges());
    let mut search = Search::new(grid);
    let mut into = vec![NEVER; outside + 1];
    search.begin(outside);
    while let Some((distance, node)) = search.next(NEVER) {
        into[node] = distance;
        forward(flow, node, |next, cost| {
            search.reach(next, distance + cost, 0);
        });
    }
    let mut out = vec![NEVER; outside + 1];
    search.begin(outside);
    while let Some((distance, node)) = search.next(NEVER) {
        out[node] = distance;
        backward(flow, node, |next, cost| {
            search.reach(next, distance + cost, 0);
        });
    }
    let college = |distance: &[i64], j: usize| distance[grid.n_parks() + j];
    let more = (0..grid.n_colleges()).map(|j| match college(&into, j) {
        NEVER => 0,
        distance => (flow.price[j] - distance).max(0),
    });
    let less = (0..grid.n_colleges()).map(|j| {
        if flow.room(j) {
            return Some(0);
        }
        match college(&out, j) {
            _ if grid.capacity[j] == 0 => None,
            NEVER => None,
            distance => {
                let cost = flow.price[j] + distance;
                (grid.open == 0 || cost < -grid.open / 2).then_some(cost)
            }
        }
    });
    (more.collect(), less.collect())
}

/// What the optimum would gain if the pair, worth `value`, were allowed: it enters, and the college passes somebody on
/// until the park lets somebody go. The grid does not hold the pair.
pub(super) fn forbidden_price(flow: &Flow, search: &mut Search, park: usize, college: usize, value: i64) -> i64 {
    let gain = value - flow.price[college] - flow.worth[park];
    if flow.grid.wish[park] == 0 {
        return 0;
    }
    let to = |node: usize| if node == park { Some(0) } else { None };
    cheapest(flow, search, flow.grid.n_parks() + college, gain, to)
}

/// What the optimum would gain if the pair, worth `value`, were not forced: the park looks elsewhere, and the college's
/// seat is taken by another or left free. The grid holds neither the pair nor its places.
pub(super) fn forced_price(flow: &Flow, search: &mut Search, park: usize, college: usize, value: i64) -> i64 {
    let gain = flow.worth[park] - (value - flow.price[college]);
    let outside = flow.grid.n_parks() + flow.grid.n_colleges();
    let to = |node: usize| match node {
        _ if node == outside => Some(flow.price[college]),
        _ if node == flow.grid.n_parks() + college => Some(0),
        _ => None,
    };
    cheapest(flow, search, park, gain, to)
}

/// `gain` less the cheapest way from a node to where `to` gives the rest of the way; at least 0.
fn cheapest(flow: &Flow, search: &mut Search, from: usize, gain: i64, to: impl Fn(usize) -> Option<i64>) -> i64 {
    let mut limit = gain;
    if limit <= 0 {
        return 0;
    }
    search.begin(from);
    while let Some((distance, node)) = search.next(limit) {
        if let Some(rest) = to(node) {
            limit = limit.min(distance + rest);
        }
        forward(flow, node, |next, cost| {
            if distance + cost < limit {
                search.reach(next, distance + cost, 0);
            }
        });
    }
    gain - limit
}

/// What can change next to `node`, and its cost ≥ 0 after prices: a college passes on a park it has, a park takes a
/// college instead or leaves the place open, the outside takes an open place or a used seat.
fn forward(flow: &Flow, node: usize, mut visit: impl FnMut(usize, i64)) {
    let (grid, n_parks) = (flow.grid, flow.grid.n_parks());
    let outside = n_parks + grid.n_colleges();
    if node == outside {
        for i in (0..n_parks).filter(|&i| flow.count[i] < grid.wish[i]) {
            visit(i, 0);
        }
        for j in (0..grid.n_colleges()).filter(|&j| flow.load(j) > 0) {
            visit(n_parks + j, flow.price[j]);
        }
    } else if node >= n_parks {
        let j = node - n_parks;
        for &e in &flow.holders[j] {
            let i = grid.park[e as usize] as usize;
            visit(i, flow.left(e as usize) - flow.worth[i]);
        }
        if flow.room(j) {
            visit(outside, 0);
        }
    } else {
        for e in grid.of_park(node).filter(|&e| !flow.held[e]) {
            visit(n_parks + grid.college[e] as usize, flow.worth[node] - flow.left(e));
        }
        visit(outside, flow.worth[node] - grid.open);
    }
}

/// The same changes against their direction.
fn backward(flow: &Flow, node: usize, mut visit: impl FnMut(usize, i64)) {
    let (grid, n_parks) = (flow.grid, flow.grid.n_parks());
    let outside = n_parks + grid.n_colleges();
    if node == outside {
        for i in 0..n_parks {
            visit(i, flow.worth[i] - grid.open);
        }
        for j in (0..grid.n_colleges()).filter(|&j| flow.room(j)) {
            visit(n_parks + j, 0);
        }
    } else if node >= n_parks {
        let j = node - n_parks;
        for &e in grid.of_college(j).iter().filter(|&&e| !flow.held[e as usize]) {
            let i = grid.park[e as usize] as usize;
            visit(i, flow.worth[i] - flow.left(e as usize));
        }
        if flow.load(j) > 0 {
            visit(outside, flow.price[j]);
        }
    } else {
        for e in grid.of_park(node).filter(|&e| flow.held[e]) {
            visit(n_parks + grid.college[e] as usize, flow.left(e) - flow.worth[node]);
        }
        if flow.count[node] < grid.wish[node] {
            visit(outside, 0);
        }
    }
}
