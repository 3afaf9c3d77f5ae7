//! What a college offers as a table, and the forms that keep it.

use maud::{Markup, html};

use super::entry::{self, Entered};
use super::texts::{self, supply};
use super::visit::{Visit, address};
use super::words;
use crate::domain::Programme;
use crate::exchange::{cell_text, definition};
use crate::service::{Acting, Supply};

/// Fields of a programme that are columns of the table under the same name.
pub(super) const FIELDS: [&str; 12] = [
    "id",
    "seats_hire",
    "seats_train",
    "seats_intern",
    "seats_order_class",
    "seats_tech_project",
    "stations",
    "stations_free",
    "teachers",
    "dual_qualified",
    "fee_per_person_day",
    "note",
];
/// Facts of a college that it keeps itself.
pub(super) const FACTS: [&str; 5] = ["placed", "retained", "response_days", "tech_projects_3y", "pledges"];

/// The programmes as a table.
pub(super) fn programmes(visit: &Visit, found: &Supply, path: &str) -> Markup {
    let say = |text| visit.say(text);
    html! {
        section.card #programmes {
            h2 { (say(supply::PROGRAMMES)) }
            @if found.programmes.is_empty() { p { (say(supply::PROGRAMMES_NONE)) } } @else {
                div.scroll tabindex="0" role="group" aria-label=(say(supply::PROGRAMMES)) { table.small.wide {
                    thead { tr {
                        th scope="col" { (say(supply::MAJOR)) }
                        @for kind in crate::domain::DemandKind::ALL { th.number scope="col" { (say(words::kind(kind))) } }
                        th.number scope="col" { (say(supply::STATIONS)) }
                        th.number scope="col" { (say(supply::DUAL)) }
                        th.number scope="col" { (say(supply::FEE)) }
                        th scope="col" { (say(super::texts::needs::ACTIONS)) }
                    } }
                    tbody { @for (one, name) in &found.programmes { (row(visit, one, name, path)) } }
                } }
            }
        }
    }
}

fn row(visit: &Visit, one: &Programme, name: &str, path: &str) -> Markup {
    let number = |value: Option<u32>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
    let dual = one
        .teachers
        .filter(|all| *all > 0)
        .zip(one.dual_qualified)
        .map_or_else(|| "–".to_owned(), |(all, dual)| format!("{:.0}%", 100.0 * f64::from(dual) / f64::from(all)));
    let json = serde_json::to_value(one).unwrap_or_default();
    let fee = cell_text(&json, "fee_per_person_day");
    html! {
        tr data-programme=(one.id) {
            th scope="row" { (name) " " span.fine { (one.major) } }
            @for kind in crate::domain::DemandKind::ALL { td.number { (number(one.seats.of(kind))) } }
            td.number { (number(one.stations)) " (" (number(one.stations_free)) ")" }
            td.number { (dual) }
            td.number { @if fee.is_empty() { "–" } @else { (fee) } }
            td.acts {
                a href=(format!("{}#programme-form", address(path, [("edit", one.id.as_str())]))) aria-label=(visit.fill(supply::EDIT_OF, &[("what", name)])) { (visit.say(texts::entry::EDIT)) }
                form method="post" action=(format!("{path}/close")) {
                    input type="hidden" name="id" value=(one.id);
                    button.plain.tiny type="submit" aria-label=(visit.fill(supply::CLOSE_OF, &[("what", name)])) { (visit.say(texts::entry::CLOSE)) }
                }
            }
        }
    }
}

fn column_name(visit: &Visit, table: &str, column: &str) -> String {
    let defined = definition(table).and_then(|table| table.column(column));
    defined.map_or_else(|| column.to_owned(), |one| visit.language.pick(&one.named.zh, &one.named.en).clone())
}

/// The form of one programme.
pub(super) fn programme_form(visit: &Visit, service: &Acting, entered: &Entered, path: &str) -> Markup {
    let id = entered.value("id");
    let number = |field: &str| entry::input(entered, field, &column_name(visit, "programmes", field), "number", false);
    html! {
        form.card.entry #programme-form method="post" action=(path) {
            h2 { @if id.is_empty() { (visit.say(supply::NEW)) } @else { (visit.fill(supply::CHANGE, &[("what", entered.value("target"))])) } }
            @if entered.is_wrong() { p.notice role="alert" { (visit.say(texts::entry::NOT_SAVED)) " " (entered.faults.get("").map_or("", |fault| fault)) } }
            input type="hidden" name="id" value=(id);
            (entry::target(visit, service, entered, visit.say(supply::MAJOR), Some("major")))
            h3 { (visit.say(supply::SEATS)) }
            div.entry-row.narrow { @for field in &FIELDS[1..6] { (number(field)) } }
            div.entry-row.narrow { @for field in &FIELDS[6..11] { (number(field)) } }
            (entry::input(entered, "note", &column_name(visit, "programmes", "note"), "text", false))
            p.inline { button type="submit" { (visit.say(texts::entry::SAVE)) } }
        }
    }
}

/// The form of the college's own facts.
pub(super) fn facts(visit: &Visit, found: &Supply, sent: Option<&Entered>, path: &str) -> Markup {
    let json = serde_json::to_value(&found.college).unwrap_or_default();
    let own = Entered {
        values: FACTS.iter().map(|field| ((*field).to_owned(), cell_text(&json, field))).collect(),
        ..Entered::default()
    };
    let entered = sent.unwrap_or(&own);
    let pledged: Vec<&str> = entered.value("pledges").split(';').collect();
    html! {
        form.card.entry #facts method="post" action=(format!("{path}/facts")) {
            h2 { (visit.say(supply::FACTS)) }
            p.fine { (visit.say(supply::FACTS_TEXT)) }
            @if entered.is_wrong() { p.notice role="alert" { (visit.say(texts::entry::NOT_SAVED)) " " (entered.faults.get("").map_or("", |fault| fault)) } }
            div.entry-row.narrow { @for field in &FACTS[..4] { (entry::input(entered, field, &column_name(visit, "colleges", field), "number", false)) } }
            fieldset.choices {
                legend { (column_name(visit, "colleges", "pledges")) }
                @for word in crate::exchange::words("pledge") {
                    label.check { input type="checkbox" name="pledges" value=(word.code) checked[pledged.contains(&word.code.as_str())]; " " (visit.language.pick(&word.zh, &word.en)) }
                }
            }
            p.inline { button type="submit" { (visit.say(supply::CONFIRM)) } }
        }
    }
}
