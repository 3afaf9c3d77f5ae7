//! Several departments' weights in the lab: side by side, and combined as their mean.

use maud::{Markup, html};

use super::figures::{fixed, percent};
use super::lab_state::parameters;
use super::texts::{board, departments};
use super::visit::Visit;
use super::words::{self, GROUPS};
use crate::domain::{
    CollegeRef, Criterion, Department, DepartmentOrder, Departments, Group, Invalid, Label, N_CRITERIA, Weights,
};
use crate::http::{Problem, Query};
use crate::service::Lab;

/// Departments side by side at most.
const MOST: usize = 10;

/// A department's weights as the address writes them: `name~12.5/…`, twelve in the order of the criteria.
fn text(one: &Department) -> String {
    let weights = Criterion::ALL.map(|criterion| one.weights.percent(criterion).to_string());
    format!("{}~{}", one.name, weights.join("/"))
}

fn all_text(all: &[Department]) -> String {
    all.iter().map(text).collect::<Vec<_>>().join(",")
}

/// The departments of an address.
pub(super) fn read(query: &Query) -> Result<Vec<Department>, Problem> {
    let parts: Vec<&str> =
        query.text("departments").unwrap_or_default().split(',').filter(|part| !part.is_empty()).collect();
    if parts.len() > MOST {
        return Err(Problem::parameter("departments", Invalid::out_of_range(0, MOST)));
    }
    let one = |part: &str| {
        let (name, weights) = part.split_once('~')?;
        let weights: Vec<f64> = weights.split('/').map(str::parse).collect::<Result<_, _>>().ok()?;
        let weights: [f64; N_CRITERIA] = weights.try_into().ok()?;
        Some(Department { name: name.parse().ok()?, weights: Weights::scaled(weights).ok()? })
    };
    let bad = |part: &str| {
        Problem::parameter("departments", Invalid::unknown_word(part, &["X~20/10/24/12/8/10/4/4/3/4/1/0"]))
    };
    parts.into_iter().map(|part| one(part).ok_or_else(|| bad(part))).collect()
}

/// The fields of the three groups, in the order of [`GROUPS`].
const GIVEN: [&str; 3] = ["dept_need", "dept_outcome", "dept_condition"];

/// What was added by the form of the page, as all of `departments` stand in the address then; `now` are the sliders' weights.
pub(super) fn added(
    visit: &Visit,
    query: &Query,
    known: &[Department],
    now: &Weights,
) -> Result<Option<String>, Problem> {
    let Some(name) = query.text("add_dept") else { return Ok(None) };
    let name: String = name.chars().map(|c| if matches!(c, ',' | '~' | '/') { ' ' } else { c }).collect();
    let name: Label = name.parse().map_err(|invalid| Problem::parameter("add_dept", invalid))?;
    let mut groups = [0.0; 3];
    let mut any = false;
    for (value, field) in groups.iter_mut().zip(GIVEN) {
        let Some(text) = query.text(field) else { continue };
        *value = text.parse().unwrap_or(f64::NAN);
        any = true;
        if !(0.0..=100.0).contains(value) {
            return Err(Problem::parameter(field, Invalid::out_of_range(0, 100)));
        }
    }
    let weights = if any { shared_out(&groups, now).map_err(|bad| Problem::parameter(GIVEN[0], bad))? } else { *now };
    let mut all: Vec<Department> = known.iter().filter(|one| one.name != name).cloned().collect();
    all.push(Department { name, weights });
    if all.len() > MOST {
        let most = MOST.to_string();
        let said = visit.fill(departments::MOST, &[("n", &most)]);
        return Err(Problem::parameter("add_dept", Invalid::new("too-many", said.clone(), said)));
    }
    Ok(Some(all_text(&all)))
}

/// Each group's weight among its criteria in the proportion of `now`; evenly if they have none.
fn shared_out(groups: &[f64; 3], now: &Weights) -> Result<Weights, Invalid> {
    let mut all = [0.0; N_CRITERIA];
    for (group, value) in GROUPS.into_iter().zip(groups) {
        let members: Vec<Criterion> = Criterion::ALL.into_iter().filter(|one| one.group() == group).collect();
        let sum: f64 = members.iter().map(|one| now.percent(*one)).sum();
        for one in &members {
            let share = if sum > 0.0 { now.percent(*one) / sum } else { 1.0 / members.len() as f64 };
            all[one.index()] = value * share;
        }
    }
    Weights::scaled(all)
}

/// The mean of all weights.
fn mean(all: &[Department]) -> Option<Weights> {
    let mut sums = [0.0; N_CRITERIA];
    for one in all {
        sums.iter_mut().zip(Criterion::ALL).for_each(|(sum, criterion)| *sum += one.weights.percent(criterion));
    }
    Weights::scaled(sums).ok()
}

/// The departments, and the form that adds one.
pub(super) fn card(visit: &Visit, path: &str, asked: &[Department], found: &Lab) -> Markup {
    html! {
        section.card #departments {
            h2 { (visit.say(departments::TITLE)) }
            p.fine { (visit.say(departments::LEAD)) }
            @if let Some(side) = &found.departments { (tables(visit, asked, side, found)) }
            form.inline method="get" action=(path) data-carry autocomplete="off" {
                @for (name, value) in visit.query() { input type="hidden" name=(name) value=(value); }
                div { label for="add-dept" { span { (visit.say(departments::NAME)) } } input #add-dept name="add_dept" required maxlength="60"; }
                @for (field, each) in GIVEN.into_iter().zip(GROUPS) {
                    div { label for=(field) { span { (visit.say(words::group(each))) } }
                        input.number #(field) name=(field) type="number" min="0" max="100" step="0.01"; }
                }
                button.plain type="submit" { (visit.say(departments::ADD_DO)) }
            }
            p.fine { (visit.say(departments::ADD_HINT)) }
        }
    }
}

fn of_group(weights: &Weights, group: Group) -> f64 {
    Criterion::ALL.into_iter().filter(|one| one.group() == group).map(|one| weights.percent(one)).sum()
}

fn used(visit: &Visit, weights: &Weights) -> String {
    let all = parameters(weights);
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
    visit.here_with(&all)
}

fn rank_in(list: &[CollegeRef], college: &CollegeRef) -> String {
    list.iter().position(|one| one.id == college.id).map_or_else(|| "–".to_owned(), |at| (at + 1).to_string())
}

fn tables(visit: &Visit, asked: &[Department], side: &Departments, found: &Lab) -> Markup {
    let say = |text| visit.say(text);
    let mean = mean(asked);
    let sheet = &found.board.sheet;
    let others = |name: &Label| all_text(&asked.iter().filter(|one| one.name != *name).cloned().collect::<Vec<_>>());
    let apart = |one: &DepartmentOrder| percent(one.apart);
    html! {
        div.scroll tabindex="0" role="group" aria-label=(say(departments::TITLE)) { table.small.departments {
            thead { tr {
                th scope="col" { (say(departments::WEIGHTS)) }
                @for one in asked { th.number scope="col" { (one.name) } }
                th.number scope="col" { (say(departments::MEAN)) }
            } }
            tbody {
                @for each in GROUPS { tr data-group=(words::group_class(each)) {
                    th scope="row" { (say(words::group(each))) }
                    @for one in asked { td.number { (fixed(of_group(&one.weights, each), 1)) } }
                    td.number { @if let Some(mean) = &mean { strong { (fixed(of_group(mean, each), 1)) } } }
                } }
                tr { th scope="row" { (say(departments::APART)) }
                    @for one in &side.orders { td.number data-apart=(one.apart) { (apart(one)) "%" } }
                    td.number { "–" } }
                tr { th scope="row" { (say(board::ACTIONS)) }
                    @for one in asked { td.number {
                        a href=(used(visit, &one.weights)) aria-label=(visit.fill(departments::USE_OF, &[("name", one.name.as_str())])) { (say(departments::USE)) } " "
                        a.quiet href=(visit.here_with(&[("departments", others(&one.name).as_str())])) aria-label=(visit.fill(departments::REMOVE_OF, &[("name", one.name.as_str())])) { (say(departments::REMOVE)) }
                    } }
                    td.number { @if let Some(mean) = &mean { a href=(used(visit, mean)) aria-label=(visit.fill(departments::USE_OF, &[("name", say(departments::MEAN))])) { (say(departments::USE)) } } }
                }
            }
        } }
        div.scroll tabindex="0" role="group" aria-label=(say(departments::RANKS)) { table.small.department-ranks {
            thead { tr {
                th scope="col" { (say(departments::RANKS)) }
                @for one in asked { th.number scope="col" { (one.name) } }
                th.number scope="col" { (say(departments::MEAN)) }
                th.number scope="col" { (say(departments::SPREAD)) }
            } }
            tbody { @for one in &side.disputed { tr data-college=(one.college.id) {
                th scope="row" { (one.college.name) }
                @for rank in &one.ranks { td.number { (rank) } }
                td.number { strong { (rank_in(&side.mean, &one.college)) } }
                td.number { (one.spread) }
            } } }
        } }
        details.adds { summary { (say(departments::TWELVE)) }
            div.scroll tabindex="0" role="group" aria-label=(say(departments::WEIGHTS)) { table.small {
                thead { tr {
                    th scope="col" { (say(departments::WEIGHTS)) }
                    @for one in asked { th.number scope="col" { (one.name) } }
                    th.number scope="col" { (say(departments::SPREAD)) }
                } }
                tbody { @for one in &side.criteria { tr {
                    th scope="row" { (words::criterion(visit.language, sheet, one.criterion)) }
                    @for weight in &one.weights { td.number { (fixed(*weight, 1)) } }
                    td.number { (fixed(one.spread, 1)) }
                } } }
            } } }
    }
}
