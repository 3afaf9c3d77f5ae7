//! A schematic map of parks from their coordinates; the list beside it is its table.

use maud::{Markup, html};

use super::texts::home;
use super::visit::Visit;
use crate::domain::Stage;
use crate::service::ParkCard;

/// Size of the drawing, in its own units.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 300.0;
const EDGE: f64 = 28.0;
/// Kilometres of a degree of latitude.
const DEGREE: f64 = 111.2;

/// Parks with their numbers in the list, from 1.
pub(super) fn map(visit: &Visit, cards: &[&ParkCard]) -> Markup {
    let placed: Vec<(usize, &ParkCard, f64, f64)> = cards
        .iter()
        .enumerate()
        .filter_map(|(at, card)| card.park.place.map(|place| (at + 1, *card, place.lon(), place.lat())))
        .collect();
    if placed.len() < 2 {
        return html! {};
    }
    let middle = placed.iter().map(|(.., lat)| lat).sum::<f64>() / placed.len() as f64;
    // Kilometres east and south of the corner.
    let east = |lon: f64| lon * DEGREE * middle.to_radians().cos();
    let (west, north) = placed
        .iter()
        .fold((f64::MAX, f64::MIN), |(west, north), (.., lon, lat)| (west.min(east(*lon)), north.max(*lat)));
    let points: Vec<(usize, &ParkCard, f64, f64)> =
        placed.iter().map(|(n, card, lon, lat)| (*n, *card, east(*lon) - west, (north - lat) * DEGREE)).collect();
    let (wide, high) = points.iter().fold((1.0_f64, 1.0_f64), |(wide, high), (.., x, y)| (wide.max(*x), high.max(*y)));
    let scale = ((WIDTH - 2.0 * EDGE) / wide).min((HEIGHT - 2.0 * EDGE) / high);
    let (left, top) = ((WIDTH - wide * scale) / 2.0, (HEIGHT - high * scale) / 2.0);
    let km = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0]
        .into_iter()
        .rev()
        .find(|km| km * scale <= 120.0)
        .unwrap_or(1.0);
    let radius = if points.len() > 40 { 7.0 } else { 11.0 };
    let unplaced = cards.len() - points.len();
    let label = visit.fill(home::MAP_LABEL, &[("n", &points.len().to_string())]);
    html! {
        section.card #map {
            h2 { (visit.say(home::MAP)) }
            svg.map viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="group" aria-label=(label) {
                @for line in 1..8 {
                    line.grid x1=(f64::from(line) * 80.0) x2=(f64::from(line) * 80.0) y1="0" y2=(HEIGHT) {}
                    @if line < 4 { line.grid x1="0" x2=(WIDTH) y1=(f64::from(line) * 80.0) y2=(f64::from(line) * 80.0) {} }
                }
                line.scale-bar x1=(EDGE) x2=(EDGE + km * scale) y1=(HEIGHT - 12.0) y2=(HEIGHT - 12.0) {}
                text.scale-text x=(EDGE) y=(HEIGHT - 18.0) { (visit.fill(home::MAP_SCALE, &[("n", &format!("{km:.0}"))])) }
                @for (n, card, x, y) in &points {
                    @let (x, y) = (left + x * scale, top + y * scale);
                    a href=(format!("/parks/{}", card.park.id)) aria-label=(format!("{n} {}", card.park.name)) {
                        @if card.park.stage == Stage::New {
                            rect.pin.new x=(format!("{:.1}", x - radius)) y=(format!("{:.1}", y - radius)) width=(2.0 * radius) height=(2.0 * radius) rx="3" {}
                        } @else { circle.pin cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r=(radius) {} }
                        text x=(format!("{x:.1}")) y=(format!("{:.1}", y + radius / 3.0)) font-size=(radius) { (n) }
                        title { (card.park.name) }
                    }
                }
            }
            p.fine { (visit.fill(home::MAP_NOTE, &[("n", &unplaced.to_string())])) }
        }
    }
}
