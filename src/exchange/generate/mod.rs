//! Simulated data: fictional parks, colleges and enterprises whose ratings follow a known model, so that what the
//! engine estimates can be compared with the truth.
//!
//! A rating is `y = 3.8 + severity + quality + drift · years since 2026-01-01 + noise`, rounded and clipped to 1–5.

/// Appends a line to a String.
macro_rules! row {
    ($out:expr, $($text:tt)*) => { writeln!($out, $($text)*).expect("writing to a String cannot fail") };
}

mod colleges;
mod dice;
mod enterprises;
mod names;
mod parks;
mod ratings;

use colleges::colleges;
use dice::Dice;
use enterprises::{demands, enterprises};
use parks::{cities, parks};
use ratings::ratings;

/// How much to generate, and from which seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Number of parks.
    pub parks: usize,
    /// Number of colleges.
    pub colleges: usize,
    /// Number of enterprises.
    pub enterprises: usize,
    /// Number of ratings; none if there is no college or no enterprise.
    pub ratings: usize,
    /// Same seed, same text.
    pub seed: u64,
    /// Whether kind and ownership of a college bear on its quality (a quarter of its variance).
    pub attributes: bool,
}

/// File name → CSV text, in the order in which they must be imported; the two `truth` files are not for import.
pub fn generate(spec: &Spec) -> Vec<(&'static str, String)> {
    generate_with(spec, &mut || {})
}

/// As [`generate`]; `made` is called after each row of the four tables that [`Spec`] counts.
pub fn generate_with(spec: &Spec, made: &mut dyn FnMut()) -> Vec<(&'static str, String)> {
    let mut dice = Dice::new(spec.seed);
    let mut cities = cities(spec, &mut dice);
    let (mut park_list, parks_csv) = parks(spec, &mut dice, &cities, made);
    let (college_list, [colleges_csv, programmes_csv, truth]) = colleges(spec, &mut dice, &mut cities, made);
    let (enterprise_list, [enterprises_csv, raters]) =
        enterprises(spec, &mut dice, &cities, &mut park_list, &college_list, made);
    let demands_csv = demands(&mut dice, &park_list);
    let [engagements_csv, ratings_csv] = ratings(spec, &mut dice, &enterprise_list, &college_list, made);
    [
        ("parks.csv", parks_csv),
        ("enterprises.csv", enterprises_csv),
        ("colleges.csv", colleges_csv),
        ("programmes.csv", programmes_csv),
        ("demands.csv", demands_csv),
        ("engagements.csv", engagements_csv),
        ("ratings.csv", ratings_csv),
        ("truth.csv", truth),
        ("raters_truth.csv", raters),
    ]
    .into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::dice::{Day, LAST_RATING, Y2026};
    use super::*;

    const SPEC: Spec = Spec { parks: 4, colleges: 20, enterprises: 40, ratings: 400, seed: 2026, attributes: false };
    fn column(files: &[(&str, String)], file: &str, name: &str) -> Vec<String> {
        let (_, text) = files.iter().find(|(known, _)| *known == file).expect("the file is generated");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let at = reader.headers().expect("a header").iter().position(|head| head == name).expect("the column exists");
        reader.records().map(|record| record.expect("every row has as many fields")[at].to_owned()).collect()
    }
    #[test]
    fn the_same_seed_gives_the_same_text() {
        assert_eq!(generate(&SPEC), generate(&SPEC));
        assert_ne!(generate(&SPEC), generate(&Spec { seed: 1, ..SPEC }));
        assert_eq!(generate(&Spec { colleges: 0, parks: 0, ..SPEC }).len(), 9);
        assert_eq!(
            [0, 1154, 1155, Y2026, LAST_RATING].map(|day| Day(day).to_string()).join(" "),
            "2021-01-01 2024-02-29 2024-03-01 2026-01-01 2026-11-20"
        );
    }
    #[test]
    fn references_resolve_and_each_rating_has_its_engagement() {
        let files = generate(&SPEC);
        let links = [
            ("ratings.csv", "engagement", "engagements.csv"),
            ("engagements.csv", "enterprise", "enterprises.csv"),
            ("engagements.csv", "college", "colleges.csv"),
            ("programmes.csv", "college", "colleges.csv"),
            ("enterprises.csv", "park", "parks.csv"),
            ("demands.csv", "park", "parks.csv"),
            ("demands.csv", "enterprise", "enterprises.csv"),
        ];
        for (file, name, target) in links {
            let ids: HashSet<String> = column(&files, target, "id").into_iter().collect();
            assert!(column(&files, file, name).iter().all(|id| ids.contains(id)), "{file} {name}");
        }
        let rated: HashSet<String> = column(&files, "ratings.csv", "engagement").into_iter().collect();
        assert_eq!(rated.len(), SPEC.ratings);
        let status =
            column(&files, "engagements.csv", "id").into_iter().zip(column(&files, "engagements.csv", "status"));
        assert!(status.into_iter().all(|(id, status)| status != "proposed" || !rated.contains(&id)));
    }
    #[test]
    fn every_row_that_was_asked_for_is_told() {
        let mut made = 0;
        generate_with(&SPEC, &mut || made += 1);
        assert_eq!(made, SPEC.parks + SPEC.colleges + SPEC.enterprises + SPEC.ratings);
    }
}
