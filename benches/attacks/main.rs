//! What attacks of known kinds do to a college's satisfaction and rank, under the plain mean, the shrunk mean and Zeyou.
//!
//! `cargo bench --bench attacks` prints the tables of benches/README.md. Generated ratings of known truth, seeded; the
//! parameters are `models/default.json`, or the file in `ZEYOU_BENCH_MODEL`. `ZEYOU_BENCH_SEEDS` are drawn, from
//! `ZEYOU_BENCH_FIRST_SEED` on: seeds that chose a parameter must not judge it.

mod attack;
mod city;
mod figures;

use attack::ATTACKS;
use city::{City, Rated};
use figures::{mean, rank, spearman};
use zeyou::domain::Model;

fn model() -> Model {
    let text = match std::env::var("ZEYOU_BENCH_MODEL") {
        Ok(path) => std::fs::read_to_string(path).expect("a model file"),
        Err(_) => include_str!("../../models/default.json").to_owned(),
    };
    serde_json::from_str(&text).expect("a model")
}

/// The same parameters with some parts switched off.
fn without(model: &Model, parts: &[&str]) -> Model {
    let mut value = serde_json::to_value(model).expect("json");
    parts.iter().for_each(|part| value[*part] = 0.0.into());
    serde_json::from_value(value).expect("a model")
}

/// The published mean of every college three ways: plain mean, shrunk mean, Zeyou.
fn means(city: &City, model: &Model, ratings: &[Rated]) -> [Vec<f64>; 3] {
    let mut sums = vec![(0.0, 0.0); city.colleges];
    for rating in ratings {
        let sum = &mut sums[rating.college];
        *sum = (sum.0 + rating.score(), sum.1 + 1.0);
    }
    let grand = sums.iter().map(|sum| sum.0).sum::<f64>() / sums.iter().map(|sum| sum.1).sum::<f64>();
    let prior = model.noise_variance / model.college_variance;
    let plain = sums.iter().map(|&(sum, n)| if n > 0.0 { sum / n } else { grand }).collect();
    let shrunk = sums.iter().map(|&(sum, n)| (sum + prior * grand) / (n + prior)).collect();
    [plain, shrunk, city.published(model, ratings)]
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// `n` seeds from the first one on.
fn drawn(n: u64) -> std::ops::Range<u64> {
    let first = number("ZEYOU_BENCH_FIRST_SEED", 0);
    first..first + n
}

fn table(name: &str, city: &City, model: &Model, seeds: u64) {
    println!(
        "\n{name}: {} parks, {} colleges, {} enterprises, {} ratings",
        city.parks, city.colleges, city.raters, city.ratings
    );
    println!(
        "| attack, 5 % fakes | plain mean | shrunk mean | Zeyou: shift (worst) | ranks gained plain / shrunk / Zeyou |"
    );
    println!("|---|---|---|---|---|");
    let clean: Vec<_> = drawn(seeds)
        .map(|seed| {
            let ratings = city.honest(seed);
            let means = means(city, model, &ratings);
            (ratings, means)
        })
        .collect();
    for (name, attack) in ATTACKS {
        let (mut shifts, mut gained) = ([vec![], vec![], vec![]], [vec![], vec![], vec![]]);
        for (seed, (ratings, before)) in clean.iter().enumerate() {
            let target = figures::worst(&before[2], ratings, city.colleges);
            let after = means(city, model, &attack(city, ratings, target, seed as u64));
            for way in 0..3 {
                shifts[way].push((after[way][target] - before[way][target]).abs());
                gained[way].push(rank(&before[way], target) as f64 - rank(&after[way], target) as f64);
            }
        }
        println!(
            "| {name} | {:.3} | {:.3} | {:.3} ({:.3}) | {:.0} / {:.0} / {:.0} |",
            mean(&shifts[0]),
            mean(&shifts[1]),
            mean(&shifts[2]),
            shifts[2].iter().copied().fold(0.0, f64::max),
            mean(&gained[0]),
            mean(&gained[1]),
            mean(&gained[2])
        );
    }
    let plain = without(model, &["block_variance", "drift_variance", "noise_weight"]);
    for (name, other) in [("no blocks", &without(model, &["block_variance"])), ("every rating alike", &plain)] {
        let alike: Vec<f64> =
            clean.iter().map(|(ratings, means)| spearman(&means[2], &city.published(other, ratings))).collect();
        let worst = alike.iter().copied().fold(1.0, f64::min);
        println!("clean data, rank correlation with {name}: {:.4} (worst {worst:.4})", mean(&alike));
    }
    let truth: Vec<f64> =
        drawn(seeds).map(|seed| figures::rmse(&city.published(model, &city.honest(seed)), &city.truth(seed))).collect();
    let truth_plain: Vec<f64> = drawn(seeds)
        .map(|seed| figures::rmse(&city.published(&plain, &city.honest(seed)), &city.truth(seed)))
        .collect();
    println!("error against the truth: {:.4}, every rating alike {:.4}", mean(&truth), mean(&truth_plain));
    for (name, model) in [("Zeyou", model), ("every rating alike", &plain)] {
        let followed: Vec<f64> = drawn(seeds).map(|seed| city.improvement_followed(model, seed)).collect();
        println!("honest improvement followed, {name}: {:.3}", mean(&followed));
    }
}

/// How often the truth lies in its interval, and how far P(A > B) is from how often A is better.
fn calibration(model: &Model, seeds: u64) {
    let city = City { parks: 100, colleges: 400, raters: 1_500, ratings: 2_400, drift: 0.0 };
    let (mut scaled, mut pairs) = (Vec::new(), vec![(0.0, 0.0, 0.0); 20]);
    for seed in drawn(4 * seeds) {
        let (truth, found) = (city.truth(seed), city.estimates(model, &city.honest(seed)));
        scaled.extend((0..city.colleges).map(|i| (truth[i] - found[i].0) / found[i].1));
        for a in 0..city.colleges {
            for b in a + 1..city.colleges {
                let spread = (found[a].1.powi(2) + found[b].1.powi(2)).sqrt();
                let p = zeyou::engine::phi((found[a].0 - found[b].0) / spread);
                let bin = &mut pairs[((p * 20.0) as usize).min(19)];
                *bin = (bin.0 + 1.0, bin.1 + p, bin.2 + f64::from(u8::from(truth[a] > truth[b])));
            }
        }
    }
    let within = |sds: f64| scaled.iter().filter(|z| z.abs() < sds).count() as f64 / scaled.len() as f64;
    let all: f64 = pairs.iter().map(|bin| bin.0).sum();
    let error: f64 = pairs.iter().map(|bin| (bin.1 - bin.2).abs()).sum::<f64>() / all;
    println!(
        "\nsparse data ({} ratings of {} colleges): 50/80/95 % intervals hold {:.3} / {:.3} / {:.3}; P(A > B) errs by {error:.4}",
        city.ratings,
        city.colleges,
        within(0.674_490),
        within(1.281_552),
        within(1.959_964)
    );
}

fn main() {
    let model = model();
    println!("model {}", model.id);
    let seeds = number("ZEYOU_BENCH_SEEDS", 5);
    table("a city", &City { parks: 20, colleges: 40, raters: 400, ratings: 3_000, drift: 0.0 }, &model, 4 * seeds);
    table("a province", &City { parks: 100, colleges: 400, raters: 4_000, ratings: 12_000, drift: 0.0 }, &model, seeds);
    calibration(&model, seeds);
    for drift in [0.0, 0.2] {
        let city = City { parks: 100, colleges: 400, raters: 4_000, ratings: 12_000, drift };
        let still = without(&model, &["drift_variance"]);
        let error = |model: &Model| {
            mean(
                &drawn(seeds)
                    .map(|seed| figures::rmse(&city.published(model, &city.honest(seed)), &city.truth(seed)))
                    .collect::<Vec<_>>(),
            )
        };
        println!(
            "\ndrift of sd {drift} a year: error of today's quality {:.4}, standing still {:.4}",
            error(&model),
            error(&still)
        );
    }
}
