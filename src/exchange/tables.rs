//! The tables that can be imported and exported, in the order in which they refer to each other.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::read::{Row, RowError, parse};
use crate::domain::{Event, Invalid, Link};

/// The event of each row, or what is wrong with the row.
pub type RowEvents = Vec<Result<(Row, Event), RowError>>;

/// One CSV file.
pub struct Table {
    /// Its name.
    pub file: &'static str,
    /// The columns it must have, in order.
    pub columns: &'static [&'static str],
    /// Columns that follow them but may be left out.
    pub optional: &'static [&'static str],
    /// Turns its rows into events.
    pub events: fn(&str, &[Row]) -> RowEvents,
}

fn object(fields: &[(&str, Value)]) -> Map<String, Value> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn each<T: DeserializeOwned>(
    file: &str,
    rows: &[Row],
    fields: impl Fn(&Row) -> Map<String, Value>,
    event: impl Fn(T) -> Event,
) -> RowEvents {
    rows.iter().map(|row| parse(file, row, fields(row)).map(|value| (row.clone(), event(value)))).collect()
}

fn strings(row: &Row, columns: &[&str]) -> Map<String, Value> {
    columns.iter().map(|column| ((*column).to_owned(), row.string(column))).collect()
}

fn numbers(row: &Row, columns: &[&str]) -> Map<String, Value> {
    columns.iter().map(|column| ((*column).to_owned(), row.number(column))).collect()
}

fn place(row: &Row) -> Map<String, Value> {
    let both = numbers(row, &["lat", "lon"]);
    let known = both.values().any(|value| !value.is_null());
    object(&[("place", if known { Value::Object(both) } else { Value::Null })])
}

fn merged(parts: impl IntoIterator<Item = Map<String, Value>>) -> Map<String, Value> {
    parts.into_iter().flatten().collect()
}

/// Rows of one need or occupation become one value with many links; a row without code and strength adds none.
fn links(file: &str, rows: &[&Row]) -> Result<Value, RowError> {
    let mut links = Vec::new();
    for row in rows.iter().filter(|row| row.text("code").or(row.text("strength")).is_some()) {
        let fields = object(&[("major", row.string("code")), ("strength", row.number("strength"))]);
        // Parsed here as well, so that the error names this row and its own column.
        parse::<Link>(file, row, fields.clone()).map_err(|error| {
            let column = if error.column.as_deref() == Some("major") { "code" } else { "strength" };
            RowError { column: Some(column.into()), ..error }
        })?;
        links.push(Value::Object(fields));
    }
    Ok(Value::Array(links))
}

/// Rows that share a cell, in the order of their first row.
fn grouped<'a>(rows: &[&'a Row], column: &str) -> Vec<Vec<&'a Row>> {
    let mut groups: Vec<Vec<&Row>> = Vec::new();
    let mut known = BTreeMap::new();
    for row in rows {
        let at = *known.entry(row.text(column)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

fn industries(file: &str, rows: &[Row]) -> RowEvents {
    let rows: Vec<&Row> = rows.iter().collect();
    let industry = |group: Vec<&Row>| {
        let needs = grouped(&group, "need").into_iter().map(|need| {
            let (name, name_en) = (need[0].string("need"), need[0].string("need_en"));
            let links = links(file, &need)?;
            Ok(Value::Object(object(&[("name", name), ("name_en", name_en), ("links", links)])))
        });
        let first = group[0];
        let fields = object(&[
            ("id", first.string("industry")),
            ("name_en", first.string("name_en")),
            ("needs", needs.collect::<Result<_, RowError>>()?),
            ("source", first.string("source")),
        ]);
        parse(file, first, fields).map(|value| (first.clone(), Event::IndustryPut(value)))
    };
    grouped(&rows, "industry").into_iter().map(industry).collect()
}

fn occupations(file: &str, rows: &[Row]) -> RowEvents {
    let rows: Vec<&Row> = rows.iter().collect();
    let occupation = |group: Vec<&Row>| {
        let first = group[0];
        for column in ["name", "name_en"] {
            let other = |row: &&&Row| row.text(column).is_some_and(|text| first.text(column) != Some(text));
            if let Some(row) = group.iter().find(other) {
                let (zh, en) = ("与该职业首行不同", "differs from the first line of the occupation");
                return Err(row.error(file, Some(column), &Invalid::new("duplicate-field", zh, en)));
            }
        }
        let links = object(&[("links", links(file, &group)?)]);
        let fields = merged([strings(first, &["id", "name", "name_en", "source"]), links]);
        parse(file, first, fields).map(|value| (first.clone(), Event::OccupationPut(value)))
    };
    grouped(&rows, "id").into_iter().map(occupation).collect()
}

/// All tables.
pub const TABLES: [Table; 11] = [
    Table {
        file: "majors.csv",
        columns: &["code", "name", "level", "edition", "source"],
        optional: &[],
        events: |file, rows| {
            let fields = |row: &Row| {
                merged([object(&[("id", row.string("code"))]), strings(row, &["name", "level", "edition", "source"])])
            };
            each(file, rows, fields, Event::MajorPut)
        },
    },
    Table {
        file: "industries.csv",
        columns: &["industry", "name_en", "need", "need_en", "code", "strength", "source"],
        optional: &[],
        events: industries,
    },
    Table {
        file: "occupations.csv",
        columns: &["id", "name", "name_en", "code", "strength", "source"],
        optional: &[],
        events: occupations,
    },
    Table {
        file: "parks.csv",
        columns: &["id", "name", "city", "stage", "industries", "lat", "lon", "budget_per_person_day", "source"],
        optional: &[],
        events: |file, rows| {
            let fields = |row: &Row| {
                merged([
                    strings(row, &["id", "name", "city", "stage", "source"]),
                    numbers(row, &["budget_per_person_day"]),
                    object(&[("industries", row.list("industries"))]),
                    place(row),
                ])
            };
            each(file, rows, fields, Event::ParkPut)
        },
    },
    Table {
        file: "enterprises.csv",
        columns: &["id", "name", "park", "industry", "source"],
        optional: &[],
        events: |file, rows| {
            each(file, rows, |row| strings(row, &["id", "name", "park", "industry", "source"]), Event::EnterprisePut)
        },
    },
    Table {
        file: "colleges.csv",
        columns: &[
            "id",
            "name",
            "former_name",
            "kind",
            "ownership",
            "city",
            "lat",
            "lon",
            "status",
            "offering",
            "updated_on",
            "retained",
            "placed",
            "response_days",
            "tech_projects_3y",
            "pledges",
            "complaint",
            "declined_parks",
            "source",
        ],
        optional: &[],
        events: |file, rows| {
            let fields = |row: &Row| {
                let complaint = match row.text("complaint") {
                    Some("true") => Value::Bool(true),
                    Some("false") => Value::Bool(false),
                    _ => row.string("complaint"),
                };
                // `none` is a known absence of pledges; an empty cell is unknown.
                let pledges = match row.text("pledges") {
                    None => Value::Null,
                    Some("none") => Value::Array(Vec::new()),
                    Some(_) => row.list("pledges"),
                };
                merged([
                    strings(
                        row,
                        &[
                            "id",
                            "name",
                            "former_name",
                            "kind",
                            "ownership",
                            "city",
                            "status",
                            "offering",
                            "updated_on",
                            "source",
                        ],
                    ),
                    numbers(row, &["retained", "placed", "response_days", "tech_projects_3y"]),
                    object(&[
                        ("complaint", complaint),
                        ("pledges", pledges),
                        ("declined_parks", row.list("declined_parks")),
                    ]),
                    place(row),
                ])
            };
            each(file, rows, fields, Event::CollegePut)
        },
    },
    Table {
        file: "programmes.csv",
        columns: &[
            "id",
            "college",
            "major",
            "basis",
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
            "updated_on",
            "note",
            "source",
        ],
        optional: &[],
        events: |file, rows| {
            let fields = |row: &Row| {
                let mut seats: Map<String, Value> = ["hire", "train", "intern", "order_class", "tech_project"]
                    .iter()
                    .map(|kind| ((*kind).to_owned(), row.number(&format!("seats_{kind}"))))
                    .collect();
                seats.retain(|_, value| !value.is_null());
                merged([
                    strings(row, &["id", "college", "major", "basis", "updated_on", "note", "source"]),
                    numbers(row, &["stations", "stations_free", "teachers", "dual_qualified", "fee_per_person_day"]),
                    object(&[("seats", Value::Object(seats))]),
                ])
            };
            each(file, rows, fields, Event::ProgrammePut)
        },
    },
    Table {
        file: "demands.csv",
        columns: &[
            "id",
            "park",
            "enterprise",
            "kind",
            "occupation",
            "major",
            "headcount",
            "skill_level",
            "start",
            "end",
            "urgency",
            "note",
        ],
        optional: &[],
        events: |file, rows| {
            let fields = |row: &Row| {
                let mut target = strings(row, &["occupation", "major"]);
                target.retain(|_, value| !value.is_null());
                merged([
                    strings(
                        row,
                        &["id", "park", "enterprise", "kind", "skill_level", "start", "end", "urgency", "note"],
                    ),
                    numbers(row, &["headcount"]),
                    object(&[("target", Value::Object(target))]),
                ])
            };
            each(file, rows, fields, Event::DemandPut)
        },
    },
    Table {
        file: "engagements.csv",
        columns: &["id", "enterprise", "college", "kind", "start", "end", "status"],
        optional: &[],
        events: |file, rows| {
            let fields = |row: &Row| strings(row, &["id", "enterprise", "college", "kind", "start", "end", "status"]);
            each(file, rows, fields, Event::EngagementPut)
        },
    },
    Table {
        file: "ratings.csv",
        columns: &["id", "engagement", "overall", "supply", "skill", "stay", "help", "rated_on"],
        optional: &["comment"],
        events: |file, rows| {
            let fields = |row: &Row| {
                let marks = numbers(row, &["overall", "supply", "skill", "stay", "help"]);
                merged([
                    strings(row, &["id", "engagement", "rated_on", "comment"]),
                    object(&[("marks", Value::Object(marks))]),
                ])
            };
            each(file, rows, fields, Event::RatingSubmitted)
        },
    },
    Table {
        file: "relations.csv",
        columns: &["id", "enterprise", "college", "kind", "basis", "from", "to"],
        optional: &[],
        events: |file, rows| {
            let columns = ["id", "enterprise", "college", "kind", "basis", "from", "to"];
            each(file, rows, |row: &Row| strings(row, &columns), Event::RelationPut)
        },
    },
];
