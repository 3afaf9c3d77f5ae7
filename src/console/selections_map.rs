//! The pairs of a selection on the schematic map; the table of pairs is its table.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::map::{Plan, pin, tenth, view_box};
use super::texts::selections;
use super::visit::Visit;
use crate::domain::{Place, SelectedPair, Stage};
use crate::exchange::letters;
use crate::service::SelectionBoard;

/// How the pairs of one page are told apart: numbers for parks, letters for colleges, in the order of the table.
pub(super) struct Marks<'a> {
    parks: BTreeMap<&'a str, String>,
    colleges: BTreeMap<&'a str, String>,
}

impl<'a> Marks<'a> {
    pub(super) fn of(pairs: &'a [SelectedPair]) -> Self {
        let mut marks = Self { parks: BTreeMap::new(), colleges: BTreeMap::new() };
        for pair in pairs {
            let number = marks.parks.len() + 1;
            marks.parks.entry(pair.park.as_str()).or_insert_with(|| number.to_string());
            let at = marks.colleges.len();
            marks.colleges.entry(pair.college.as_str()).or_insert_with(|| letters(at));
        }
        marks
    }

    pub(super) fn park(&self, id: &str) -> &str {
        self.parks.get(id).map_or("", String::as_str)
    }

    pub(super) fn college(&self, id: &str) -> &str {
        self.colleges.get(id).map_or("", String::as_str)
    }
}

/// The map; nothing if fewer than two places are known.
pub(super) fn map(visit: &Visit, found: &SelectionBoard, pairs: &[SelectedPair], marks: &Marks<'_>) -> Markup {
    let park_at = |id: &str| found.parks.get(id).and_then(|park| park.place);
    let college_at = |id: &str| found.colleges.get(id).and_then(|college| college.place);
    let lines: Vec<(&SelectedPair, Place, Place)> =
        pairs.iter().filter_map(|pair| Some((pair, park_at(&pair.park)?, college_at(&pair.college)?))).collect();
    let places: Vec<Place> = lines.iter().flat_map(|(_, park, college)| [*park, *college]).collect();
    let Some(plan) = Plan::of(&places) else { return html! {} };
    let many = marks.parks.len() + marks.colleges.len() > 50;
    let (large, small) = if many { (7.0, 6.0) } else { (11.0, 9.0) };
    let label = visit.fill(selections::MAP_LABEL, &[("n", &lines.len().to_string())]);
    let missing = (pairs.len() - lines.len()).to_string();
    html! {
        section.card #map {
            h2 { (visit.say(selections::MAP)) }
            svg.map viewBox=(view_box()) role="img" aria-label=(label) {
                (plan.ground(visit))
                @for (pair, park, college) in &lines {
                    @let (a, b) = (plan.at(*park), plan.at(*college));
                    line.pair-line.forced[pair.forced] x1=(tenth(a.0)) y1=(tenth(a.1)) x2=(tenth(b.0)) y2=(tenth(b.1)) {}
                }
                @for (id, mark) in &marks.colleges { @if let Some(place) = college_at(id) {
                    g.college-pin { (pin(plan.at(place), small, false, mark)) title { (found.colleges.get(*id).map_or(*id, |college| college.name.as_str())) } }
                } }
                @for (id, mark) in &marks.parks { @if let (Some(place), Some(park)) = (park_at(id), found.parks.get(*id)) {
                    g.park-pin { (pin(plan.at(place), large, park.stage == Stage::New, mark)) title { (park.name) } }
                } }
            }
            p.fine { (visit.fill(selections::MAP_NOTE, &[("n", &missing)])) }
        }
    }
}
