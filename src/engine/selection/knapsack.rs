//! A tighter bound where pairs take differing seats: every college's best load is a knapsack, solved exactly, and only the
//! parks' numbers and the quotas are priced.

use std::cmp::Reverse;

use super::search::Choice;
use super::side::Side;

/// Lowers `bound` and improves `best` as far as some steps of the descent go; `price` holds what a partner is worth to
/// each park, then the quotas' prices.
/// Fills at most so many `entries` of the knapsacks' tables.
pub(super) fn tighten(side: &Side, best: &mut Choice, mut bound: i64, mut price: Vec<i64>, entries: u64) -> i64 {
    let columns = columns(side);
    let seats = |limit: usize| u64::from(side.limits[limit]);
    let work: u64 = columns.iter().enumerate().map(|(j, column)| seats(j).saturating_mul(column.len() as u64)).sum();
    if work > entries / 20 {
        return bound;
    }
    let order = side.by_value();
    let (mut best_price, mut lowest, mut raw) = (price.clone(), i128::MAX, 0);
    let (mut stride, mut stale) = (1.0, 0);
    for _ in 0..(entries / work.max(1)).min(400) {
        let (value, mut taken) = relaxed(side, &columns, &price);
        if value < lowest {
            (lowest, stale) = (value, 0);
            best_price.clone_from(&price);
            bound = bound.min(i64::try_from(value).unwrap_or(i64::MAX)).max(best.value);
        } else {
            stale += 1;
        }
        taken.sort_by_key(|&at| (Reverse(left(side, at, &price)), at));
        let mut found = Choice::empty(side);
        taken.iter().for_each(|&at| found.take_if_it_fits(side, at));
        if found.value > raw {
            raw = found.value;
            found.improve(side, &order);
            if found.value > best.value {
                *best = found;
            }
        }
        if bound <= best.value {
            return best.value;
        }
        if stale >= 12 {
            (stride, stale) = (stride * 0.6, 0);
            price.clone_from(&best_price);
        }
        step(side, &mut price, &taken, stride * (value - i128::from(best.value)) as f64);
    }
    bound.max(best.value)
}

/// The pairs of each college.
fn columns(side: &Side) -> Vec<Vec<usize>> {
    let mut columns = vec![Vec::new(); side.case.colleges.len()];
    for at in 0..side.edges.len() {
        columns[side.edge(at).college as usize].push(at);
    }
    columns
}

/// What is priced here: the park's number, and the quota if one applies.
fn priced(side: &Side, at: usize) -> impl Iterator<Item = usize> + use<> {
    let edge = side.edge(at);
    let quota = side.case.quota[edge.college as usize].map(|q| side.wish.len() + q as usize);
    std::iter::once(edge.park as usize).chain(quota)
}

fn left(side: &Side, at: usize, price: &[i64]) -> i64 {
    priced(side, at).fold(side.edge(at).score, |left, limit| left.saturating_sub(price[limit]))
}

fn limit(side: &Side, at: usize) -> u32 {
    match at.checked_sub(side.wish.len()) {
        Some(q) => side.limits[side.case.colleges.len() + q],
        None => side.wish[at],
    }
}

/// Every college's best load at given prices, and the bound that gives.
fn relaxed(side: &Side, columns: &[Vec<usize>], price: &[i64]) -> (i128, Vec<usize>) {
    let paid = price.iter().enumerate().map(|(at, &price)| i128::from(limit(side, at)) * i128::from(price));
    let (mut value, mut taken) = (paid.sum::<i128>(), Vec::new());
    // best[s]: most value in s seats; chose[k * (seats + 1) + s]: whether the k-th pair is part of it.
    let (mut best, mut chose): (Vec<i64>, Vec<bool>) = (Vec::new(), Vec::new());
    for (j, column) in columns.iter().enumerate() {
        let worth: Vec<(usize, i64)> =
            column.iter().map(|&at| (at, left(side, at, price))).filter(|pair| pair.1 > 0).collect();
        let needed: u64 = worth.iter().map(|pair| u64::from(side.edge(pair.0).seats)).sum();
        let seats = u64::from(side.limits[j]).min(needed) as usize;
        best.clear();
        best.resize(seats + 1, 0);
        chose.clear();
        chose.resize((seats + 1) * worth.len(), false);
        for (k, &(at, left)) in worth.iter().enumerate() {
            let takes = side.edge(at).seats as usize;
            for s in (takes..=seats).rev() {
                if best[s - takes] + left > best[s] {
                    best[s] = best[s - takes] + left;
                    chose[k * (seats + 1) + s] = true;
                }
            }
        }
        value += i128::from(best[seats]);
        let mut s = seats;
        for (k, &(at, _)) in worth.iter().enumerate().rev() {
            if chose[k * (seats + 1) + s] {
                taken.push(at);
                s -= side.edge(at).seats as usize;
            }
        }
    }
    (value, taken)
}

/// Polyak's step: dearer what is overdrawn, cheaper what is not used up.
fn step(side: &Side, price: &mut [i64], taken: &[usize], gap: f64) {
    let mut spare: Vec<f64> = (0..price.len()).map(|at| f64::from(limit(side, at))).collect();
    for &at in taken {
        priced(side, at).for_each(|limit| spare[limit] -= 1.0);
    }
    let norm: f64 = spare
        .iter()
        .zip(price.iter())
        .filter(|(spare, price)| **spare < 0.0 || **price > 0)
        .map(|(spare, _)| spare * spare)
        .sum();
    if norm == 0.0 {
        return;
    }
    for (price, spare) in price.iter_mut().zip(spare) {
        *price = (*price - (gap / norm * spare).round() as i64).max(0);
    }
}
