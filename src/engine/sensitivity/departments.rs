//! Several departments' weights side by side: own lists, the mean, and where they disagree.

use super::super::rank::rounded;
use super::Candidates;
use crate::domain::{
    CollegeRef, Criterion, DepartmentOrder, Departments, Disputed, DisputedWeight, N_CRITERIA, SensitivityQuestion,
};
use crate::engine::Snapshot;

/// The departments of a question; `None` if it names none.
pub(super) fn departments(
    snapshot: &Snapshot,
    candidates: &Candidates,
    asked: &SensitivityQuestion,
) -> Option<Departments> {
    if asked.departments.is_empty() {
        return None;
    }
    let top = asked.top as usize;
    let name = |at: usize| -> CollegeRef { snapshot.name(candidates.college[at]) };
    let weights: Vec<[f64; N_CRITERIA]> =
        asked.departments.iter().map(|one| one.weights.hundredths().map(f64::from)).collect();
    let ranks: Vec<Vec<u32>> = weights.iter().map(|weights| candidates.ranks(weights)).collect();
    let mut mean = [0.0; N_CRITERIA];
    weights.iter().for_each(|one| mean.iter_mut().zip(one).for_each(|(sum, weight)| *sum += weight));
    let listed = |ranks: &[u32]| -> Vec<usize> {
        let mut list: Vec<usize> = (0..ranks.len()).filter(|&at| ranks[at] as usize <= top).collect();
        list.sort_by_key(|&at| ranks[at]);
        list
    };
    let named = |ranks: &[u32]| listed(ranks).into_iter().map(name).collect::<Vec<_>>();
    let mut any: Vec<usize> = ranks.iter().flat_map(|ranks| listed(ranks)).collect();
    any.sort_unstable();
    any.dedup();
    let combined = candidates.ranks(&mean);
    let apart = |ranks: &[u32]| {
        let pairs = any.iter().enumerate().flat_map(|(n, &a)| any[n + 1..].iter().map(move |&b| (a, b)));
        let (mut all, mut otherwise) = (0_u32, 0_u32);
        pairs.for_each(|(a, b)| {
            all += 1;
            otherwise += u32::from((ranks[a] < ranks[b]) != (combined[a] < combined[b]));
        });
        if all == 0 { 0.0 } else { rounded(f64::from(otherwise) / f64::from(all)) }
    };
    let orders: Vec<DepartmentOrder> = (asked.departments.iter().zip(&ranks))
        .map(|(one, ranks)| DepartmentOrder { name: one.name.clone(), colleges: named(ranks), apart: apart(ranks) })
        .collect();
    let mut disputed: Vec<Disputed> = any
        .iter()
        .map(|&at| {
            let ranks: Vec<u32> = ranks.iter().map(|ranks| ranks[at]).collect();
            let (low, high) = ranks.iter().fold((u32::MAX, 0), |(low, high), &rank| (low.min(rank), high.max(rank)));
            Disputed { college: name(at), ranks, spread: high - low }
        })
        .collect();
    disputed.sort_by_key(|one| std::cmp::Reverse(one.spread));
    let mut criteria: Vec<DisputedWeight> = Criterion::ALL
        .into_iter()
        .map(|criterion| {
            let weights: Vec<f64> = asked.departments.iter().map(|one| one.weights.percent(criterion)).collect();
            let (low, high) = weights.iter().fold((100.0_f64, 0.0_f64), |(low, high), &w| (low.min(w), high.max(w)));
            DisputedWeight { criterion, weights, spread: ((high - low) * 100.0).round() / 100.0 }
        })
        .collect();
    criteria.sort_by(|a, b| b.spread.total_cmp(&a.spread).then(a.criterion.cmp(&b.criterion)));
    Some(Departments { orders, mean: named(&combined), disputed, criteria })
}
