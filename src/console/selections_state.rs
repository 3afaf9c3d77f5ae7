//! What the address of a selection says: the whole question, so that a link reproduces the page.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};

use super::visit::read_query;
use crate::domain::{
    AllOr, CollegeCapacity, ForcedPair, Invalid, Objective, ParkId, ParkWish, PresetId, SelectionQuestion,
};
use crate::http::{Problem, Query};
use crate::service::Acting;

/// Parks that an address may list; more are asked as all.
pub(super) const MOST_PARKS: usize = 300;
/// Wishes of one sort that an address may list.
pub(super) const MOST_WISHES: usize = 200;
/// Between the two of a pair.
const TIE: char = '~';

/// Parameters of the page.
const KNOWN: [&str; 15] = [
    "parks",
    "wish",
    "wishes",
    "capacity",
    "capacities",
    "mandatory",
    "keep",
    "max_km",
    "min_score",
    "objective",
    "preset",
    "forced",
    "forbidden",
    "page",
    "q",
];
/// Parameters of its forms, which become the others.
pub(super) const ADDED: [&str; 5] = ["park", "add_city", "add_park", "add_college", "add_as"];

/// The question of an address.
#[derive(Clone)]
pub(super) struct Asked {
    /// The parks chosen; empty: all.
    pub(super) parks: Vec<ParkId>,
    /// Partners of each park.
    pub(super) wish: u32,
    /// Parks with another number of partners.
    pub(super) wishes: Vec<(ParkId, u32)>,
    /// Parks of each college.
    pub(super) capacity: u32,
    /// Colleges with another capacity.
    pub(super) capacities: Vec<CollegeCapacity>,
    pub(super) mandatory: bool,
    pub(super) keep: bool,
    pub(super) max_km: Option<u16>,
    pub(super) min_score: Option<f64>,
    pub(super) objective: Objective,
    pub(super) preset: Option<PresetId>,
    pub(super) forced: Vec<ForcedPair>,
    pub(super) forbidden: Vec<ForcedPair>,
    /// The page of the pairs, from 0.
    pub(super) page: usize,
    /// Whether the address asks at all.
    pub(super) given: bool,
    /// What is searched among the parks to choose from.
    pub(super) search: String,
}

/// The query as its pairs; a box of a form is sent once for each tick.
pub(super) fn raw(request: &HttpRequest) -> Vec<(String, String)> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    pairs.map(web::Query::into_inner).unwrap_or_default()
}

fn list<T>(
    query: &Query,
    name: &'static str,
    most: usize,
    example: &str,
    one: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, Problem> {
    let parts: Vec<&str> = query.text(name).unwrap_or_default().split(',').filter(|part| !part.is_empty()).collect();
    if parts.len() > most {
        return Err(Problem::parameter(name, Invalid::out_of_range(0, most)));
    }
    let bad = |part: &str| Problem::parameter(name, Invalid::unknown_word(part, &[example]));
    parts.into_iter().map(|part| one(part).ok_or_else(|| bad(part))).collect()
}

fn pairs(query: &Query, name: &'static str) -> Result<Vec<ForcedPair>, Problem> {
    list(query, name, MOST_WISHES, "P0001~C0001", |part| {
        let (park, college) = part.split_once(TIE)?;
        Some(ForcedPair { park: park.parse().ok()?, college: college.parse().ok()? })
    })
}

fn numbered<T: std::str::FromStr>(part: &str) -> Option<(T, u32)> {
    let (id, n) = part.split_once(TIE)?;
    Some((id.parse().ok()?, n.parse().ok()?))
}

/// Pairs as the address writes them.
pub(super) fn pairs_text(pairs: &[ForcedPair]) -> String {
    pairs.iter().map(|pair| format!("{}{TIE}{}", pair.park, pair.college)).collect::<Vec<_>>().join(",")
}

impl Asked {
    /// Reads the address strictly.
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let query = read_query(request, &KNOWN)?;
        let objective = match query.text("objective") {
            None | Some("score") => Objective::Score,
            Some("coverage") => Objective::Coverage,
            Some(other) => {
                return Err(Problem::parameter("objective", Invalid::unknown_word(other, &["score", "coverage"])));
            }
        };
        let min_score = match query.text("min_score") {
            None => None,
            Some(text) => {
                let value: f64 = text.parse().unwrap_or(f64::NAN);
                let bad = || Problem::parameter("min_score", Invalid::out_of_range(0, 100));
                Some(Some(value).filter(|value| (0.0..=100.0).contains(value)).ok_or_else(bad)?)
            }
        };
        let mut parks: Vec<ParkId> = list(&query, "parks", MOST_PARKS, "P0001", |part| part.parse().ok())?;
        parks.sort_unstable();
        parks.dedup();
        let capacities = list(&query, "capacities", MOST_WISHES, "C0001~3", |part| {
            let (college, capacity) = numbered(part)?;
            Some(CollegeCapacity { college, capacity })
        })?;
        Ok(Self {
            parks,
            wish: query.number("wish", 0, 100)?.unwrap_or(3),
            wishes: list(&query, "wishes", MOST_WISHES, "P0001~2", numbered)?,
            capacity: query.number("capacity", 0, 100_000)?.unwrap_or(2),
            capacities,
            mandatory: query.flag("mandatory")?.unwrap_or(false),
            keep: query.flag("keep")?.unwrap_or(false),
            max_km: query.number("max_km", 1, 5_000)?.map(|km| km as u16),
            min_score,
            objective,
            preset: query.parse("preset")?,
            forced: pairs(&query, "forced")?,
            forbidden: pairs(&query, "forbidden")?,
            page: query.number("page", 1, 1_000_000)?.map_or(0, |page| page as usize - 1),
            given: query.text("wish").is_some(),
            search: query.text("q").unwrap_or_default().trim().chars().take(64).collect(),
        })
    }

    /// The question.
    pub(super) fn question(&self, service: &Acting) -> SelectionQuestion {
        let wish = |park: &ParkId| {
            let own = self.wishes.iter().rev().find(|(one, _)| one == park);
            ParkWish { park: park.clone(), wish: own.map(|(_, n)| *n), seats: 1 }
        };
        let parks = match (self.parks.is_empty(), self.wishes.is_empty()) {
            (true, true) => AllOr::All,
            // Wishes of some among all: each has to be written.
            (true, false) => AllOr::Some(service.parks().cards.iter().map(|card| wish(&card.park.id)).collect()),
            (false, _) => AllOr::Some(self.parks.iter().map(wish).collect()),
        };
        SelectionQuestion {
            parks,
            wish: self.wish,
            mandatory: self.mandatory,
            candidates: 50,
            capacity: self.capacity,
            capacities: self.capacities.clone(),
            forced: self.forced.clone(),
            forbidden: self.forbidden.clone(),
            keep_existing: self.keep,
            quotas: Vec::new(),
            max_km: self.max_km,
            min_score: self.min_score,
            objective: self.objective,
            preset: self.preset.clone(),
        }
    }

    /// Parks that a college may have.
    pub(super) fn capacity_of(&self, college: &str) -> u32 {
        let own = self.capacities.iter().rev().find(|own| own.college.as_str() == college);
        own.map_or(self.capacity, |own| own.capacity)
    }

    /// Partners that a park wishes for.
    pub(super) fn wish_of(&self, park: &str) -> u32 {
        self.wishes.iter().rev().find(|(one, _)| one.as_str() == park).map_or(self.wish, |(_, n)| *n)
    }

    /// The capacities as the address writes them, the last one of each college.
    pub(super) fn capacities_text(&self) -> String {
        let all = self.capacities.iter().map(|own| (own.college.as_str(), own.capacity));
        numbers_text(&all.collect::<BTreeMap<_, _>>())
    }

    /// The parks' own wishes as the address writes them, the last one of each park.
    pub(super) fn wishes_text(&self) -> String {
        let all = self.wishes.iter().map(|(park, n)| (park.as_str(), *n));
        numbers_text(&all.collect::<BTreeMap<_, _>>())
    }
}

fn numbers_text(all: &BTreeMap<&str, u32>) -> String {
    all.iter().map(|(id, n)| format!("{id}{TIE}{n}")).collect::<Vec<_>>().join(",")
}

/// `pairs` without one of them.
pub(super) fn without(pairs: &[ForcedPair], park: &str, college: &str) -> String {
    let left: Vec<ForcedPair> =
        pairs.iter().filter(|pair| pair.park.as_str() != park || pair.college.as_str() != college).cloned().collect();
    pairs_text(&left)
}

/// `pairs` with one more.
pub(super) fn with(pairs: &[ForcedPair], park: &str, college: &str) -> String {
    let others = without(pairs, park, college);
    let one = format!("{park}{TIE}{college}");
    if others.is_empty() { one } else { format!("{others},{one}") }
}
