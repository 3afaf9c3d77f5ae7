//! Weights from pairwise comparisons (analytic hierarchy process; Saaty, 1980).

use crate::domain::{AhpPair, AhpQuestion, AhpWeights, Criterion, Invalid, N_CRITERIA, Weights};

/// Mean consistency index of random matrices of order 1, 2, … (Saaty, 1980).
const RANDOM: [f64; N_CRITERIA] = [0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48];
/// A ratio below this is taken as consistent.
const CONSISTENT: f64 = 0.1;
/// The scale ends at 9 (a little more, for reciprocals written with few digits).
const MOST: f64 = 9.05;
/// Reciprocals may be written with few digits.
const TOLERANCE: f64 = 0.02;

/// The principal eigenvector of the comparisons, with their consistency.
///
/// # Errors
/// A JSON pointer and what is wrong there: the shape, a number out of 1/9–9, or one that is no reciprocal.
pub fn ahp(asked: &AhpQuestion) -> Result<AhpWeights, (String, Invalid)> {
    check(asked)?;
    let n = asked.criteria.len();
    let matrix = &asked.matrix;
    let (mut vector, mut lambda) = (vec![1.0 / n as f64; n], n as f64);
    for _ in 0..1_000 {
        let product: Vec<f64> = matrix.iter().map(|row| row.iter().zip(&vector).map(|(a, v)| a * v).sum()).collect();
        lambda = product.iter().sum();
        let next: Vec<f64> = product.iter().map(|value| value / lambda).collect();
        let moved = next.iter().zip(&vector).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        vector = next;
        if moved < 1e-14 {
            break;
        }
    }
    let index = if n > 2 { ((lambda - n as f64) / (n as f64 - 1.0)).max(0.0) } else { 0.0 };
    let ratio = if RANDOM[n - 1] > 0.0 { index / RANDOM[n - 1] } else { 0.0 };
    Ok(AhpWeights {
        weights: percents(&asked.criteria, &vector).map_err(|invalid| ("/matrix".to_owned(), invalid))?,
        lambda_max: lambda,
        consistency_index: index,
        consistency_ratio: ratio,
        consistent: ratio < CONSISTENT,
        worst: worst(asked, &vector),
    })
}

fn check(asked: &AhpQuestion) -> Result<(), (String, Invalid)> {
    let n = asked.criteria.len();
    if !(2..=N_CRITERIA).contains(&n) {
        return Err(("/criteria".to_owned(), Invalid::out_of_range(2, N_CRITERIA)));
    }
    if let Some(at) = (0..n).find(|&at| asked.criteria[..at].contains(&asked.criteria[at])) {
        return Err((format!("/criteria/{at}"), Invalid::new("repeated", "重复列出", "it is listed twice")));
    }
    let shape = || Invalid::new("wrong-type", format!("须为 {n} 个"), format!("there must be {n}"));
    if asked.matrix.len() != n {
        return Err(("/matrix".to_owned(), shape()));
    }
    for (i, row) in asked.matrix.iter().enumerate() {
        if row.len() != n {
            return Err((format!("/matrix/{i}"), shape()));
        }
        for (j, &value) in row.iter().enumerate() {
            let pointer = format!("/matrix/{i}/{j}");
            if !(1.0 / MOST..=MOST).contains(&value) {
                return Err((pointer, Invalid::out_of_range("1/9", 9)));
            }
            let reciprocal = asked.matrix.get(j).and_then(|row| row.get(i)).copied().unwrap_or(0.0);
            if (value * reciprocal - 1.0).abs() > TOLERANCE {
                let zh = format!("须为 /matrix/{j}/{i} 的倒数（对角线为 1）");
                let en = format!("must be the reciprocal of /matrix/{j}/{i} (1 on the diagonal)");
                return Err((pointer, Invalid::new("contradictory", zh, en)));
            }
        }
    }
    Ok(())
}

/// Rounded to hundredths of a percent so that they sum to 100: what is left goes to the largest remainders.
fn percents(criteria: &[Criterion], vector: &[f64]) -> Result<Weights, Invalid> {
    let exact: Vec<f64> = vector.iter().map(|share| share * f64::from(Weights::TOTAL)).collect();
    let mut whole: Vec<u32> = exact.iter().map(|value| value.floor() as u32).collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|&a, &b| exact[b].fract().total_cmp(&exact[a].fract()).then(a.cmp(&b)));
    let left = Weights::TOTAL.saturating_sub(whole.iter().sum());
    order.into_iter().cycle().take(left as usize).for_each(|at| whole[at] += 1);
    let mut hundredths = [0; N_CRITERIA];
    criteria.iter().zip(whole).for_each(|(criterion, weight)| hundredths[criterion.index()] = weight as u16);
    Weights::new(hundredths)
}

/// The comparison farthest from what the weights say; `None` if all agree.
fn worst(asked: &AhpQuestion, vector: &[f64]) -> Option<AhpPair> {
    let n = vector.len();
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    let off = |&(i, j): &(usize, usize)| libm::log(asked.matrix[i][j] * vector[j] / vector[i]).abs();
    let (i, j) = pairs.max_by(|a, b| off(a).total_cmp(&off(b)))?;
    (off(&(i, j)) > 1e-3).then(|| AhpPair {
        criterion: asked.criteria[i],
        against: asked.criteria[j],
        said: asked.matrix[i][j],
        fits: vector[i] / vector[j],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saaty's classic order-three example: 1, 3, 5 / 1/3, 1, 3 / 1/5, 1/3, 1 has λ = 3.0385 and CR = .033.
    #[test]
    fn weights_and_consistency_are_those_of_the_textbook() {
        let criteria = vec![Criterion::MajorFit, Criterion::Satisfaction, Criterion::Cost];
        let third = 1.0 / 3.0;
        let matrix = vec![vec![1.0, 3.0, 5.0], vec![third, 1.0, 3.0], vec![0.2, third, 1.0]];
        let found = ahp(&AhpQuestion { criteria, matrix }).expect("weights");
        assert!((found.lambda_max - 3.0385).abs() < 1e-4, "{found:?}");
        assert!((found.consistency_ratio - 0.0332).abs() < 1e-3 && found.consistent, "{found:?}");
        assert!((found.weights.percent(Criterion::MajorFit) - 63.70).abs() < 0.02, "{found:?}");
        assert!((found.weights.percent(Criterion::Satisfaction) - 25.83).abs() < 0.02, "{found:?}");
    }

    #[test]
    fn comparisons_that_run_in_a_circle_are_not_consistent() {
        let criteria = vec![Criterion::MajorFit, Criterion::Satisfaction, Criterion::Cost];
        let (five, fifth) = (5.0, 0.2);
        let matrix = vec![vec![1.0, five, fifth], vec![fifth, 1.0, five], vec![five, fifth, 1.0]];
        let found = ahp(&AhpQuestion { criteria, matrix }).expect("weights");
        assert!(!found.consistent && found.worst.is_some(), "{found:?}");
    }
}
