//! Assumptions of the lab beside weights: a need that is added, seats that change.

use maud::{Markup, html};

use super::lab_join;
use super::language::Text;
use super::texts::{entry, lab, needs, selections, supply};
use super::visit::Visit;
use super::words;
use crate::domain::{CollegeId, Date, Demand, DemandKind, Invalid, MajorRef, ProgrammeId, ScenarioChange, SeatsChange};
use crate::http::{Problem, Query};
use crate::service::{Acting, CatalogueEntry, Lab, Meant};

/// Assumptions of one sort at most.
const MOST: usize = 10;
/// An assumed need begins so many days from today, and lasts so many.
const BEGINS: i32 = 30;
const LASTS: i32 = 365;

/// A need that is assumed, written `460103:800:hire` in the address.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Needed {
    pub(super) major: MajorRef,
    pub(super) people: u32,
    pub(super) kind: DemandKind,
}

/// Seats that are assumed, written `R00001:hire:60`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seated {
    pub(super) programme: ProgrammeId,
    pub(super) kind: DemandKind,
    pub(super) seats: u32,
}

impl Needed {
    pub(super) fn text(&self) -> String {
        format!("{}:{}:{}", self.major, self.people, self.kind.code())
    }

    fn change(&self, at: usize, park: &str, today: Date) -> Option<ScenarioChange> {
        let value = serde_json::json!({
            "id": format!("NEW{}", at + 1), "park": park, "kind": self.kind, "target": {"major": self.major},
            "headcount": self.people, "start": today.plus_days(BEGINS), "end": today.plus_days(BEGINS + LASTS),
        });
        serde_json::from_value::<Demand>(value).ok().map(ScenarioChange::DemandPut)
    }
}

impl Seated {
    pub(super) fn text(&self) -> String {
        format!("{}:{}:{}", self.programme, self.kind.code(), self.seats)
    }
}

fn list<T>(query: &Query, name: &'static str, one: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Problem> {
    let parts: Vec<&str> = query.text(name).unwrap_or_default().split(',').filter(|part| !part.is_empty()).collect();
    if parts.len() > MOST {
        return Err(Problem::parameter(name, Invalid::out_of_range(0, MOST)));
    }
    let bad =
        |part: &str| Problem::parameter(name, Invalid::unknown_word(part, &["460103:800:hire", "R00001:hire:60"]));
    parts.into_iter().map(|part| one(part).ok_or_else(|| bad(part))).collect()
}

/// The needs of an address.
pub(super) fn needed(query: &Query) -> Result<Vec<Needed>, Problem> {
    list(query, "need", |part| {
        let mut parts = part.split(':');
        let (major, people, kind) =
            (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        (1..=1_000_000).contains(&people).then_some(Needed { major, people, kind })
    })
}

/// The seats of an address.
pub(super) fn seated(query: &Query) -> Result<Vec<Seated>, Problem> {
    list(query, "seats", |part| {
        let mut parts = part.rsplitn(3, ':');
        let (seats, kind, programme) =
            (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        (seats <= 1_000_000).then_some(Seated { programme, kind, seats })
    })
}

/// The changes they stand for.
pub(super) fn changes(needed: &[Needed], seated: &[Seated], park: &str, today: Date) -> Vec<ScenarioChange> {
    let needs = needed.iter().enumerate().filter_map(|(at, one)| one.change(at, park, today));
    let seats = seated.iter().map(|one| {
        ScenarioChange::ProgrammeSeats(SeatsChange {
            programme: one.programme.clone(),
            kind: one.kind,
            seats: one.seats,
        })
    });
    needs.chain(seats).collect()
}

/// The one entry that a text of a form means; refused with those it may mean.
pub(super) fn one_of(visit: &Visit, field: &str, text: &str, meant: Meant) -> Result<CatalogueEntry, Problem> {
    let both = |text: Text, values: &[(&str, &str)]| (fill(text.zh, values), fill(text.en, values));
    let (rule, (zh, en)) = match meant {
        Meant::One(one) => return Ok(one),
        Meant::Several(several) => {
            let names: Vec<String> = several.iter().map(|one| format!("{} {}", one.code, one.name)).collect();
            let list = names.join(visit.say(entry::BETWEEN));
            ("ambiguous-name", both(lab::SEVERAL, &[("text", text), ("list", &list)]))
        }
        Meant::Nothing if field == "add_park" || field == "add_college" => {
            ("unknown-code", both(selections::CANNOT_RESOLVE, &[("text", text)]))
        }
        Meant::Nothing => ("unknown-code", both(entry::NOTHING_FITS, &[("text", text)])),
    };
    Err(Problem::parameter(field, Invalid::new(rule, zh, en)))
}

/// What was added by a form of the page, as it stands in the address.
pub(super) fn added(visit: &Visit, service: &Acting, query: &Query) -> Result<Option<(&'static str, String)>, Problem> {
    if let Some(text) = query.text("add_need") {
        let kind = query.parse("add_kind")?.unwrap_or(DemandKind::Hire);
        let people = query.number("add_people", 1, 1_000_000)?.unwrap_or(1);
        let found = one_of(visit, "add_need", text, service.meant(text, Some("major")))?;
        let major = found.code.parse().map_err(|invalid| Problem::parameter("add_need", invalid))?;
        return Ok(Some(("need", Needed { major, people, kind }.text())));
    }
    if let Some(programme) = query.parse("add_programme")? {
        let kind = query.parse("add_kind")?.unwrap_or(DemandKind::Hire);
        let seats = query.number("add_seats", 0, 1_000_000)?.unwrap_or(0);
        return Ok(Some(("seats", Seated { programme, kind, seats }.text())));
    }
    Ok(None)
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// What is assumed of needs and seats, in words, each with its text in the address.
pub(super) fn said(
    visit: &Visit,
    service: &Acting,
    needed: &[Needed],
    seated: &[Seated],
) -> Vec<(&'static str, String, String)> {
    let needs = needed.iter().map(|one| {
        let name = match service.meant(&one.major.to_string(), Some("major")) {
            Meant::One(entry) => entry.name,
            _ => one.major.to_string(),
        };
        let people = one.people.to_string();
        let what = [("major", name.as_str()), ("people", people.as_str()), ("kind", visit.say(words::kind(one.kind)))];
        ("need", visit.fill(lab::ASSUMED_NEED, &what), one.text())
    });
    let seats = seated.iter().map(|one| {
        let name = service
            .programme_words(&one.programme)
            .map_or_else(|| one.programme.to_string(), |(college, major)| format!("{college} {major}"));
        let n = one.seats.to_string();
        let what = [("programme", name.as_str()), ("n", n.as_str()), ("kind", visit.say(words::kind(one.kind)))];
        ("seats", visit.fill(lab::ASSUMED_SEATS, &what), one.text())
    });
    needs.chain(seats).collect()
}

/// A choice of the kind of need.
pub(super) fn kinds(visit: &Visit, id: &str) -> Markup {
    html! {
        div { label for=(id) { span { (visit.say(needs::KIND)) } }
            select id=(id) name="add_kind" { @for kind in DemandKind::ALL { option value=(kind.code()) { (visit.say(words::kind(kind))) } } }
        }
    }
}

/// The forms that add an assumption and keep the scenario. They stand outside what is repainted as a slider moves; the script
/// gives them the address of the moment.
pub(super) fn forms(visit: &Visit, service: &Acting, path: &str, found: &Lab) -> Markup {
    let listed: Vec<&CollegeId> = found.outcome.difference.moves.iter().map(|one| &one.college.id).collect();
    let hidden = || html! { @for (name, value) in visit.query() { input type="hidden" name=(name) value=(value); } };
    html! {
        section.card #more {
            h2 { (visit.say(lab::MORE_TITLE)) }
            details.adds {
            summary { (visit.say(lab::ADD)) }
            form.inline method="get" action=(path) data-carry {
                (hidden())
                div { label for="add-need" { span { (visit.say(lab::ADD_NEED)) } }
                    input #add-need name="add_need" required list="majors" autocomplete="off" placeholder=(visit.say(lab::ADD_NEED_HINT)); }
                div { label for="add-people" { span { (visit.say(needs::HEADCOUNT)) } }
                    input #add-people name="add_people" type="number" min="1" max="1000000" required; }
                (kinds(visit, "add-need-kind"))
                button.plain type="submit" { (visit.say(lab::ADD_DO)) }
            }
            datalist #majors { @for one in service.catalogue().iter().filter(|one| one.kind == "major") {
                option value=(format!("{} {}", one.code, one.name)) { (one.pinyin) " " (one.initials) }
            } }
            form.inline method="get" action=(path) data-carry {
                (hidden())
                div { label for="add-programme" { span { (visit.say(lab::ADD_SEATS)) } }
                    select #add-programme name="add_programme" {
                        @for college in listed { @if let Ok(supply) = service.supply(college) {
                            optgroup label=(supply.college.name) {
                                @for (one, name) in &supply.programmes { option value=(one.id) { (name) " " (one.major) } }
                            }
                        } }
                    } }
                (kinds(visit, "add-seats-kind"))
                div { label for="add-seats" { span { (visit.say(supply::SEATS)) } }
                    input #add-seats name="add_seats" type="number" min="0" max="1000000" required; }
                button.plain type="submit" { (visit.say(lab::ADD_DO)) }
            }
            (lab_join::form(visit, path))
        }
            form.inline #keep method="post" action=(visit.here_at(&format!("{path}/keep"))) data-carry {
                label { span { (visit.say(lab::KEEP_NAME)) } input name="name" required maxlength="60" autocomplete="off"; }
                label { span { (visit.say(lab::KEEP_OWNER)) } input name="owner" required maxlength="60" autocomplete="off"; }
                button.plain type="submit" { (visit.say(lab::KEEP)) }
                a href="/scenarios" { (visit.say(lab::KEPT)) }
            }
        }
    }
}
