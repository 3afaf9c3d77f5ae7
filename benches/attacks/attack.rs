//! The attacks of METHODS §3 and RELIABILITY P21: fakes worth 5 % of all ratings, for one college.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::city::{City, Rated, TODAY};

/// All ratings, the fakes among them, from the honest ones; the college they are for; a seed.
pub(crate) type Attack = fn(&City, &[Rated], usize, u64) -> Vec<Rated>;

pub(crate) const ATTACKS: [(&str, Attack); 8] = [
    ("only the target, one park, one fortnight", |city, honest, target, seed| {
        fakes(city, honest, target, (1, 14), (0, 5), seed)
    }),
    ("only the target, one park, over two years", |city, honest, target, seed| {
        fakes(city, honest, target, (1, 720), (0, 5), seed)
    }),
    ("average elsewhere, one park", |city, honest, target, seed| fakes(city, honest, target, (1, 14), (4, 5), seed)),
    ("harsh elsewhere, one park", |city, honest, target, seed| fakes(city, honest, target, (1, 14), (1, 5), seed)),
    ("20 parks, one fortnight", |city, honest, target, seed| fakes(city, honest, target, (20, 14), (0, 5), seed)),
    ("20 parks, one fortnight, harsh elsewhere", |city, honest, target, seed| {
        fakes(city, honest, target, (20, 14), (1, 5), seed)
    }),
    ("ones instead of fives, 20 parks, one fortnight", |city, honest, target, seed| {
        fakes(city, honest, target, (20, 14), (0, 1), seed)
    }),
    ("20 parks, over two years (a patient attacker)", |city, honest, target, seed| {
        fakes(city, honest, target, (20, 720), (0, 5), seed)
    }),
];

/// From so many parks within so many days; `elsewhere`: stars each fake rater gives to three other colleges; 0: it rates the
/// target only.
fn fakes(
    city: &City,
    honest: &[Rated],
    target: usize,
    (parks, days): (usize, i32),
    (elsewhere, stars): (u8, u8),
    seed: u64,
) -> Vec<Rated> {
    let mut rng = ChaCha8Rng::seed_from_u64(99 + seed);
    let mut all = honest.to_vec();
    let n = (honest.len() / 20).min(400);
    for k in 0..n {
        let (rater, park) = (city.raters + k, k % parks);
        let day = TODAY - rng.random_range(0..days);
        all.push(Rated { rater, park, college: target, day, stars });
        for _ in 0..if elsewhere > 0 { 3 } else { 0 } {
            let college = rng.random_range(0..city.colleges);
            all.push(Rated { rater, park, college, day, stars: elsewhere });
        }
    }
    all
}
