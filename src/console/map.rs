//! Schematic maps from coordinates: the parks of a list, the pairs of a selection. The list beside a map is its table.

use maud::{Markup, html};

use super::texts::home;
use super::visit::Visit;
use crate::domain::{Place, Stage};
use crate::service::ParkCard;

/// Size of the drawing, in its own units.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 300.0;
const EDGE: f64 = 28.0;
/// Kilometres of a degree of latitude.
const DEGREE: f64 = 111.2;

/// How places become points of the drawing.
pub(super) struct Plan {
    /// Cosine of the middle latitude.
    narrow: f64,
    west: f64,
    north: f64,
    scale: f64,
    left: f64,
    top: f64,
}

impl Plan {
    /// The plan on which all places lie; `None` for less than two.
    pub(super) fn of(places: &[Place]) -> Option<Self> {
        if places.len() < 2 {
            return None;
        }
        let middle = places.iter().map(|place| place.lat()).sum::<f64>() / places.len() as f64;
        let narrow = middle.to_radians().cos();
        let east = |place: &Place| place.lon() * DEGREE * narrow;
        let range = |values: &mut dyn Iterator<Item = f64>| {
            values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
        };
        let (west, far) = range(&mut places.iter().map(east));
        let (south, north) = range(&mut places.iter().map(|place| place.lat()));
        let (wide, high) = ((far - west).max(1.0), ((north - south) * DEGREE).max(1.0));
        let scale = ((WIDTH - 2.0 * EDGE) / wide).min((HEIGHT - 2.0 * EDGE) / high);
        let (left, top) = ((WIDTH - wide * scale) / 2.0, (HEIGHT - high * scale) / 2.0);
        Some(Self { narrow, west, north, scale, left, top })
    }

    /// Where a place lies, to the right and down.
    pub(super) fn at(&self, place: Place) -> (f64, f64) {
        let east = place.lon() * DEGREE * self.narrow - self.west;
        (self.left + east * self.scale, self.top + (self.north - place.lat()) * DEGREE * self.scale)
    }

    /// The grid and the scale, under what is drawn on the map.
    pub(super) fn ground(&self, visit: &Visit) -> Markup {
        let lengths = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0];
        let km = lengths.into_iter().rev().find(|km| km * self.scale <= 120.0).unwrap_or(1.0);
        html! {
            @for line in 1..8 {
                line.grid x1=(f64::from(line) * 80.0) x2=(f64::from(line) * 80.0) y1="0" y2=(HEIGHT) {}
                @if line < 4 { line.grid x1="0" x2=(WIDTH) y1=(f64::from(line) * 80.0) y2=(f64::from(line) * 80.0) {} }
            }
            line.scale-bar x1=(EDGE) x2=(EDGE + km * self.scale) y1=(HEIGHT - 12.0) y2=(HEIGHT - 12.0) {}
            text.scale-text x=(EDGE) y=(HEIGHT - 18.0) { (visit.fill(home::MAP_SCALE, &[("n", &format!("{km:.0}"))])) }
        }
    }
}

/// The drawing's `viewBox`.
pub(super) fn view_box() -> String {
    format!("0 0 {WIDTH} {HEIGHT}")
}

/// A length or a place of the drawing.
pub(super) fn tenth(value: f64) -> String {
    format!("{value:.1}")
}

/// A pin with what is written on it: square for a park yet to be built, else round.
pub(super) fn pin((x, y): (f64, f64), radius: f64, square: bool, mark: &str) -> Markup {
    html! {
        @if square {
            rect.pin.new x=(tenth(x - radius)) y=(tenth(y - radius)) width=(2.0 * radius) height=(2.0 * radius) rx="3" {}
        } @else { circle.pin cx=(tenth(x)) cy=(tenth(y)) r=(radius) {} }
        text x=(tenth(x)) y=(tenth(y + radius / 3.0)) font-size=(radius) { (mark) }
    }
}

/// Parks with their numbers in the list, from 1.
pub(super) fn map(visit: &Visit, cards: &[&ParkCard]) -> Markup {
    let placed: Vec<(usize, &ParkCard, Place)> =
        (1..).zip(cards).filter_map(|(n, card)| card.park.place.map(|place| (n, *card, place))).collect();
    let places: Vec<Place> = placed.iter().map(|(.., place)| *place).collect();
    let Some(plan) = Plan::of(&places) else { return html! {} };
    let radius = if placed.len() > 40 { 7.0 } else { 11.0 };
    let unplaced = cards.len() - placed.len();
    let label = visit.fill(home::MAP_LABEL, &[("n", &placed.len().to_string())]);
    html! {
        section.card #map {
            h2 { (visit.say(home::MAP)) }
            svg.map viewBox=(view_box()) role="group" aria-label=(label) {
                (plan.ground(visit))
                @for (n, card, place) in &placed {
                    a href=(format!("/parks/{}", card.park.id)) aria-label=(format!("{n} {}", card.park.name)) {
                        (pin(plan.at(*place), radius, card.park.stage == Stage::New, &n.to_string()))
                        title { (card.park.name) }
                    }
                }
            }
            p.fine { (visit.fill(home::MAP_NOTE, &[("n", &unplaced.to_string())])) }
        }
    }
}
