//! The form of a selection: parks, wishes, limits; and the form that forces or forbids a pair.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::lab_assumed::one_of;
use super::language::Text;
use super::selections_state::{ADDED, Asked, MOST_PARKS, with};
use super::texts::{board, home, selections};
use super::visit::Visit;
use super::words;
use crate::domain::{Invalid, Objective, Preset};
use crate::http::Problem;
use crate::service::{Acting, ParkCard, Parks};

/// Parks to tick at most.
const SHOWN: usize = 120;
/// Colleges that a field offers as one types; of more, a name is looked up.
const OFFERED: usize = 400;

/// The address that says what a form was sent with; `None` if no form was.
pub(super) fn sent(visit: &Visit, service: &Acting, raw: &[(String, String)]) -> Result<Option<String>, Problem> {
    if !raw.iter().any(|(name, _)| ADDED.contains(&name.as_str())) {
        return Ok(None);
    }
    let text = |name: &str| raw.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str()).trim();
    let ticked = raw.iter().filter(|(name, _)| name == "park").map(|(_, value)| value.clone());
    let listed = text("parks").split(',').filter(|id| !id.is_empty()).map(str::to_owned);
    let mut parks: BTreeSet<String> = ticked.chain(listed).collect();
    let city = text("add_city");
    if !city.is_empty() {
        let all = service.parks();
        parks.extend(
            all.cards.iter().filter(|card| card.park.city.as_str() == city).map(|card| card.park.id.to_string()),
        );
    }
    if parks.len() > MOST_PARKS {
        return Err(Problem::parameter("parks", Invalid::out_of_range(0, MOST_PARKS)));
    }
    let parks = parks.into_iter().collect::<Vec<_>>().join(",");
    let mut changes: Vec<(&str, &str)> = ADDED.iter().map(|name| (*name, "")).collect();
    changes.extend([("parks", parks.as_str()), ("page", "")]);
    let wishes;
    if !text("add_college").is_empty() || !text("add_park").is_empty() {
        let park = one_of(visit, "add_park", text("add_park"), service.park_meant(text("add_park")))?;
        let college = one_of(visit, "add_college", text("add_college"), service.college_meant(text("add_college")))?;
        let name = if text("add_as") == "forbidden" { "forbidden" } else { "forced" };
        let pairs: Vec<_> = text(name)
            .split(',')
            .filter_map(|pair| pair.split_once('~'))
            .filter_map(|(park, college)| {
                Some(crate::domain::ForcedPair { park: park.parse().ok()?, college: college.parse().ok()? })
            })
            .collect();
        wishes = with(&pairs, &park.code, &college.code);
        changes.push((name, wishes.as_str()));
    }
    Ok(Some(visit.here_with(&changes)))
}

fn hidden(visit: &Visit, names: &[&str]) -> Markup {
    html! { @for (name, value) in visit.query().filter(|(name, _)| names.contains(name)) { input type="hidden" name=(name) value=(value); } }
}

/// The form with parks and limits.
pub(super) fn form(visit: &Visit, asked: &Asked, parks: &Parks, presets: &[Preset]) -> Markup {
    let number = |name: &str, label: Text, value: String, most: u32, least: u32, step: &str| {
        html! { label { span { (visit.say(label)) }
        input.number type="number" name=(name) min=(least) max=(most) step=(step) value=(value); } }
    };
    let opt = |value: Option<String>| value.unwrap_or_default();
    html! {
        form.card.selection method="get" action="/selections" autocomplete="off" {
            h2 { (visit.say(selections::LIMITS)) }
            (hidden(visit, &["wishes", "capacities", "forced", "forbidden"]))
            div.selection-limits {
                (number("wish", selections::WISH, asked.wish.to_string(), 100, 0, "1"))
                (number("capacity", selections::CAPACITY, asked.capacity.to_string(), 100_000, 0, "1"))
                (number("max_km", selections::MAX_KM, opt(asked.max_km.map(|km| km.to_string())), 5_000, 1, "1"))
                (number("min_score", selections::MIN_SCORE, opt(asked.min_score.map(|score| score.to_string())), 100, 0, "0.1"))
                label { span { (visit.say(selections::OBJECTIVE)) } select name="objective" {
                    option value="" selected[asked.objective == Objective::Score] { (visit.say(selections::BY_SCORE)) }
                    option value="coverage" selected[asked.objective == Objective::Coverage] { (visit.say(selections::BY_COVERAGE)) }
                } }
                label { span { (visit.say(selections::PRESET)) } select name="preset" {
                    option value="" { (visit.say(selections::PRESET_OWN)) }
                    @for preset in presets { option value=(preset.id) selected[asked.preset.as_ref() == Some(&preset.id)] { (words::preset(visit.language, preset)) } }
                } }
            }
            label.check { input type="checkbox" name="mandatory" value="1" checked[asked.mandatory]; " " (visit.say(selections::MANDATORY)) } " "
            label.check { input type="checkbox" name="keep" value="1" checked[asked.keep]; " " (visit.say(selections::KEEP)) }
            (picker(visit, asked, parks))
            p.inline { button type="submit" { (visit.say(selections::SOLVE)) }
                a.quiet href="/selections" { (visit.say(selections::CLEAR)) } }
        }
    }
}

fn picker(visit: &Visit, asked: &Asked, parks: &Parks) -> Markup {
    let chosen = |card: &&ParkCard| asked.parks.binary_search(&card.park.id).is_ok();
    let search = asked.search.to_lowercase();
    let fits = |card: &&ParkCard| {
        let park = &card.park;
        [park.name.as_str(), park.city.as_str(), park.id.as_str()]
            .iter()
            .any(|text| text.to_lowercase().contains(&search))
    };
    let first: Vec<&ParkCard> = parks.cards.iter().filter(chosen).collect();
    let rest: Vec<&ParkCard> = parks.cards.iter().filter(|card| !chosen(card) && fits(card)).collect();
    let room = SHOWN.saturating_sub(first.len());
    let more = rest.len().saturating_sub(room);
    let mut cities: Vec<&str> = parks.cards.iter().map(|card| card.park.city.as_str()).collect();
    cities.dedup();
    html! {
        details.picker open[!asked.parks.is_empty() || !asked.search.is_empty() || parks.cards.len() <= 12] {
            summary { (visit.fill(selections::PARKS, &[("n", &parks.cards.len().to_string())]))
                @if !first.is_empty() { " · " (visit.fill(selections::PARKS_CHOSEN, &[("n", &first.len().to_string())])) } }
            @if parks.cards.len() > 12 {
                div.inline {
                    label { span { (visit.say(selections::PARKS_SEARCH)) } input type="search" name="q" value=(asked.search) maxlength="64" data-filter=".picks label"; }
                    label { span { (visit.say(selections::CITY)) } select name="add_city" {
                        option value="" { (visit.say(selections::CITY_NONE)) }
                        @for city in &cities { option value=(city) { (city) } }
                    } }
                    button.plain type="submit" { (visit.say(home::SEARCH_DO)) }
                }
            }
            div.picks {
                @for card in first.iter().chain(rest.iter().take(room)) {
                    label.check { input type="checkbox" name="park" value=(card.park.id) checked[chosen(card)]; " " (card.park.name) span.fine { " " (card.park.city) } }
                }
            }
            @if more > 0 { p.fine { (visit.fill(selections::PARKS_MORE, &[("n", &more.to_string())])) } }
        }
    }
}

/// The form that forces or forbids a pair.
pub(super) fn pair_form(visit: &Visit, service: &Acting, parks: &Parks) -> Markup {
    let colleges = service.colleges().unwrap_or_default();
    html! {
        form.inline #add-pair method="get" action="/selections" autocomplete="off" {
            @for (name, value) in visit.query().filter(|(name, _)| *name != "page") { input type="hidden" name=(name) value=(value); }
            label { span { (visit.say(selections::ADD_AS)) } select name="add_as" {
                option value="forced" { (visit.say(selections::FORCED)) }
                option value="forbidden" { (visit.say(selections::FORBIDDEN)) }
            } }
            label { span { (visit.say(selections::PARK)) } input name="add_park" required list="all-parks" placeholder=(visit.say(selections::HINT)); }
            label { span { (visit.say(board::COLLEGE)) } input name="add_college" required list="all-colleges" placeholder=(visit.say(selections::HINT)); }
            button.plain type="submit" { (visit.say(selections::ADD_DO)) }
            @if parks.cards.len() <= OFFERED { datalist #all-parks { @for card in &parks.cards { option value=(format!("{} {}", card.park.id, card.park.name)) {} } } }
            @if colleges.len() <= OFFERED { datalist #all-colleges { @for card in &colleges { option value=(format!("{} {}", card.college.id, card.college.name)) {} } } }
        }
    }
}
