//! A college that joins, as an assumption of the lab.

use maud::{Markup, html};

use super::lab_assumed::{kinds, one_of};
use super::texts::{board, lab, supply};
use super::visit::Visit;
use super::words;
use crate::domain::{College, CollegeKind, Date, DemandKind, Invalid, Label, MajorRef, Programme, ScenarioChange};
use crate::exchange;
use crate::http::{Problem, Query};
use crate::service::{Acting, Meant};

/// Colleges that join at most, and programmes of each.
const MOST: usize = 5;

/// A college that is assumed to join, written `name~associate~460103:hire:60+460101:train:40` in the address.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Joined {
    pub(super) name: Label,
    pub(super) kind: CollegeKind,
    pub(super) programmes: Vec<(MajorRef, DemandKind, u32)>,
}

fn kind_code(kind: CollegeKind) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn kind_of(code: &str) -> Option<CollegeKind> {
    serde_json::from_value(serde_json::Value::from(code)).ok()
}

impl Joined {
    /// As the address writes it.
    pub(super) fn text(&self) -> String {
        let programmes = self.programmes.iter().map(|(major, kind, seats)| format!("{major}:{}:{seats}", kind.code()));
        format!("{}~{}~{}", self.name, kind_code(self.kind), programmes.collect::<Vec<_>>().join("+"))
    }

    fn of_text(text: &str) -> Option<Self> {
        let mut parts = text.split('~');
        let (name, kind, programmes) = (parts.next()?.parse().ok()?, kind_of(parts.next()?)?, parts.next()?);
        let programme = |text: &str| {
            let mut parts = text.split(':');
            let (major, kind, seats): (_, _, u32) =
                (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            (seats <= 1_000_000).then_some((major, kind, seats))
        };
        let programmes = programmes.split('+').map(programme).collect::<Option<Vec<_>>>()?;
        (parts.next().is_none() && programmes.len() <= MOST).then_some(Self { name, kind, programmes })
    }

    /// What it stands for: the college, then its programmes. What nobody assumed of it stays unknown.
    fn changes(&self, at: usize, today: Date) -> Vec<ScenarioChange> {
        let id = format!("NEW-C{}", at + 1);
        let college =
            serde_json::json!({"id": id, "name": self.name, "kind": self.kind, "city": "–", "updated_on": today});
        let college = serde_json::from_value::<College>(college).ok().map(ScenarioChange::CollegePut);
        let programmes = self.programmes.iter().zip(1..).filter_map(|((major, kind, seats), n)| {
            let value = serde_json::json!({"id": format!("{id}-{n}"), "college": id, "major": major,
                "seats": {kind.code(): seats}, "updated_on": today});
            serde_json::from_value::<Programme>(value).ok().map(ScenarioChange::ProgrammePut)
        });
        college.into_iter().chain(programmes).collect()
    }
}

/// The colleges of an address.
pub(super) fn joined(query: &Query) -> Result<Vec<Joined>, Problem> {
    let parts: Vec<&str> = query.text("join").unwrap_or_default().split(',').filter(|part| !part.is_empty()).collect();
    if parts.len() > MOST {
        return Err(Problem::parameter("join", Invalid::out_of_range(0, MOST)));
    }
    let bad = |part: &str| Problem::parameter("join", Invalid::unknown_word(part, &["X~associate~460103:hire:60"]));
    parts.into_iter().map(|part| Joined::of_text(part).ok_or_else(|| bad(part))).collect()
}

/// The changes that all of them stand for.
pub(super) fn changes(all: &[Joined], today: Date) -> Vec<ScenarioChange> {
    all.iter().enumerate().flat_map(|(at, one)| one.changes(at, today)).collect()
}

/// The colleges that a kept scenario's changes say; `None` if something in them is no such college.
pub(super) fn of_changes(changes: &[&ScenarioChange]) -> Option<Vec<Joined>> {
    let mut all: Vec<(String, Joined)> = Vec::new();
    for change in changes {
        match change {
            ScenarioChange::CollegePut(college) if college.id.as_str().starts_with("NEW-C") => {
                let one = Joined { name: college.name.clone(), kind: college.kind, programmes: Vec::new() };
                all.push((college.id.to_string(), one));
            }
            ScenarioChange::ProgrammePut(programme) => {
                let (_, one) = all.iter_mut().find(|(id, _)| *id == programme.college.as_str())?;
                let (kind, seats) =
                    DemandKind::ALL.into_iter().find_map(|kind| Some((kind, programme.seats.of(kind)?)))?;
                one.programmes.push((programme.major, kind, seats));
            }
            _ => return None,
        }
    }
    Some(all.into_iter().map(|(_, one)| one).collect())
}

/// What was added by the form of the page, as all of `join` stands in the address then.
pub(super) fn added(visit: &Visit, service: &Acting, query: &Query) -> Result<Option<String>, Problem> {
    let Some(name) = query.text("add_join") else { return Ok(None) };
    // These separate the parts of an address.
    let name: String = name.chars().map(|c| if matches!(c, ',' | '~' | '+') { ' ' } else { c }).collect();
    let name: Label = name.parse().map_err(|invalid| Problem::parameter("add_join", invalid))?;
    let text = query.text("join_major").unwrap_or_default();
    let major = one_of(visit, "join_major", text, service.meant(text, Some("major")))?;
    let major = major.code.parse().map_err(|invalid| Problem::parameter("join_major", invalid))?;
    let kind = query.text("join_kind").unwrap_or("associate");
    let kind =
        kind_of(kind).ok_or_else(|| Problem::parameter("join_kind", Invalid::unknown_word(kind, &["associate"])))?;
    let programme = (
        major,
        query.parse("add_kind")?.unwrap_or(DemandKind::Hire),
        query.number("add_seats", 0, 1_000_000)?.unwrap_or(0),
    );
    let mut all = joined(query)?;
    match all.iter_mut().find(|one| one.name == name) {
        Some(one) => one.programmes.push(programme),
        None => all.push(Joined { name, kind, programmes: vec![programme] }),
    }
    if all.len() > MOST || all.iter().any(|one| one.programmes.len() > MOST) {
        return Err(Problem::parameter("join", Invalid::out_of_range(0, MOST)));
    }
    Ok(Some(all.iter().map(Joined::text).collect::<Vec<_>>().join(",")))
}

/// One of them in words.
pub(super) fn said(visit: &Visit, service: &Acting, one: &Joined) -> String {
    let programmes = one.programmes.iter().map(|(major, kind, seats)| {
        let name = match service.meant(&major.to_string(), Some("major")) {
            Meant::One(entry) => entry.name,
            _ => major.to_string(),
        };
        let n = seats.to_string();
        visit.fill(lab::JOIN_PROGRAMME, &[("major", &name), ("n", &n), ("kind", visit.say(words::kind(*kind)))])
    });
    let programmes = programmes.collect::<Vec<_>>().join(visit.say(board::COMMA));
    let code = kind_code(one.kind);
    let kind = exchange::words("level").find(|word| word.code == code);
    let kind = kind.map_or(code.as_str(), |word| visit.language.pick(&word.zh, &word.en));
    visit.fill(lab::ASSUMED_JOINS, &[("college", one.name.as_str()), ("kind", kind), ("programmes", &programmes)])
}

/// The form.
pub(super) fn form(visit: &Visit, path: &str) -> Markup {
    html! {
        form.inline #join method="get" action=(path) data-carry {
            @for (name, value) in visit.query() { input type="hidden" name=(name) value=(value); }
            div { label for="add-join" { span { (visit.say(lab::JOIN_NAME)) } } input #add-join name="add_join" required maxlength="60" autocomplete="off"; }
            div { label for="join-kind" { span { (visit.say(lab::JOIN_KIND)) } }
                select #join-kind name="join_kind" { @for word in exchange::words("level") {
                    option value=(word.code) selected[word.code == "associate"] { (visit.language.pick(&word.zh, &word.en)) } } } }
            div { label for="join-major" { span { (visit.say(lab::JOIN_MAJOR)) } }
                input #join-major name="join_major" required list="majors" autocomplete="off" placeholder=(visit.say(lab::ADD_NEED_HINT)); }
            (kinds(visit, "join-seats-kind"))
            div { label for="join-seats" { span { (visit.say(supply::SEATS)) } } input #join-seats name="add_seats" type="number" min="0" max="1000000" required; }
            button.plain type="submit" { (visit.say(lab::ADD_DO)) }
        }
        p.fine { (visit.say(lab::JOIN_NOTE)) }
    }
}
