//! Cities and their parks.

use std::fmt::Write as _;

use rand::Rng;
use rand::seq::SliceRandom;

use super::Spec;
use super::dice::Dice;
use super::names::{CITY_A, CITY_B, INDUSTRIES, Industry, PARK_ENDS, PARK_WORDS};

pub(super) struct City {
    pub(super) name: String,
    pub(super) lat: f64,
    pub(super) lon: f64,
    pub(super) colleges: Vec<usize>,
}
/// City, industries, enterprises.
pub(super) struct Park(pub(super) usize, pub(super) Vec<Industry>, pub(super) Vec<(usize, Industry)>);

pub(super) fn cities(spec: &Spec, dice: &mut Dice) -> Vec<City> {
    let wanted = if spec.parks <= 5 && spec.colleges <= 40 { 1 } else { (spec.parks / 12).clamp(2, 370) };
    let mut names: Vec<String> = CITY_A.chars().flat_map(|a| CITY_B.chars().map(move |b| format!("{a}{b}"))).collect();
    names.shuffle(&mut dice.rng);
    let names = ["云岭".to_owned(), "松澜".to_owned()].into_iter().chain(names).take(wanted);
    let place = |name| City {
        name,
        lat: dice.rng.random_range(29.0..44.0),
        lon: dice.rng.random_range(103.0..122.0),
        colleges: Vec::new(),
    };
    names.map(place).collect()
}

pub(super) fn parks(spec: &Spec, dice: &mut Dice, cities: &[City], made: &mut dyn FnMut()) -> (Vec<Park>, String) {
    let mut out = String::from("id,name,city,stage,industries,lat,lon,budget_per_person_day,source\n");
    let mut list = Vec::with_capacity(spec.parks);
    for i in 0..spec.parks {
        let city = i % cities.len();
        let industries = dice.some(&INDUSTRIES, 2, 4);
        let name = dice.unique(|dice| {
            let word = if dice.chance(0.5) { industries[0].0 } else { dice.pick(&PARK_WORDS) };
            format!("{}{word}{}", cities[city].name, dice.pick(&PARK_ENDS))
        });
        let stage = if dice.chance(0.3) { "new" } else { "established" };
        let (lat, lon) = dice.near(&cities[city], 25.0);
        let codes = industries.iter().map(|industry| industry.0).collect::<Vec<_>>().join(";");
        let budget = 10 * dice.within(12, 26);
        row!(out, "P{:04},{name},{}市,{stage},{codes},{lat:.5},{lon:.5},{budget},simulated", i + 1, cities[city].name);
        list.push(Park(city, industries, Vec::new()));
        made();
    }
    (list, out)
}
