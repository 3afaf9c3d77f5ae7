//! Parts of forms that enter entries: fields with what is wrong beside them, the catalogue, rows pasted from a spreadsheet.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::form::Form;
use super::texts::entry;
use super::visit::Visit;
use crate::domain::Invalid;
use crate::exchange::{Grid, What, definition, words};
use crate::http::Problem;
use crate::service::{Acting, CatalogueEntry, UploadReport};

/// What stands in a form, and what is wrong with it, by field.
#[derive(Default)]
pub(super) struct Entered {
    pub(super) values: BTreeMap<String, String>,
    pub(super) faults: BTreeMap<String, String>,
    /// Entries of the catalogue that the target may mean.
    pub(super) choices: Vec<CatalogueEntry>,
}

impl Entered {
    pub(super) fn value(&self, name: &str) -> &str {
        self.values.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Takes what a report says of each column.
    pub(super) fn blame(&mut self, visit: &Visit, report: &UploadReport, column: impl Fn(&str) -> String) {
        for finding in &report.findings {
            let What::Bad(invalid, _) = &finding.what else { continue };
            let name = finding.cell.as_ref().map_or(String::new(), |cell| column(&cell.heading));
            self.faults.entry(name).or_insert_with(|| visit.language.pick(&invalid.zh, &invalid.en).clone());
        }
    }

    /// Whether anything is wrong.
    pub(super) fn is_wrong(&self) -> bool {
        !self.faults.is_empty() || !self.choices.is_empty()
    }
}

/// A field with its label, and what is wrong with it.
pub(super) fn field(entered: &Entered, name: &str, label: &str, control: &Markup) -> Markup {
    let fault = entered.faults.get(name);
    html! {
        div.entry-field {
            label for=(format!("field-{name}")) { span { (label) } }
            (control)
            @if let Some(fault) = fault { p.bad.fault id=(format!("fault-{name}")) { (fault) } }
        }
    }
}

/// One line of text, a number or a day.
pub(super) fn input(entered: &Entered, name: &str, label: &str, kind: &str, required: bool) -> Markup {
    let fault = entered.faults.contains_key(name);
    let (least, step) = if kind == "number" { (Some("0"), Some("any")) } else { (None, None) };
    let control = html! {
        input id=(format!("field-{name}")) name=(name) type=(kind) value=(entered.value(name)) required[required] min=[least] step=[step]
            aria-invalid=[fault.then_some("true")] aria-describedby=[fault.then(|| format!("fault-{name}"))] autocomplete="off";
    };
    field(entered, name, label, &control)
}

/// A choice among words of a list; `none` is what an empty choice is called, if there may be one.
pub(super) fn select(
    visit: &Visit,
    entered: &Entered,
    name: &str,
    label: &str,
    list: &str,
    none: Option<&str>,
) -> Markup {
    let control = html! {
        select id=(format!("field-{name}")) name=(name) {
            @if let Some(none) = none { option value="" { (none) } }
            @for word in words(list) {
                option value=(word.code) selected[word.code == entered.value(name)] { (visit.language.pick(&word.zh, &word.en)) }
            }
        }
    };
    field(entered, name, label, &control)
}

/// Words of a list as buttons of which one is taken.
pub(super) fn radios(visit: &Visit, entered: &Entered, name: &str, label: &str, list: &str) -> Markup {
    html! {
        fieldset.entry-field.segments {
            legend { (label) }
            @for word in words(list) {
                label.pick { input type="radio" name=(name) value=(word.code) checked[word.code == entered.value(name)] required;
                    span { small { (visit.language.pick(&word.zh, &word.en)) } } }
            }
        }
    }
}

/// The field for a major or an occupation, with all of them to choose from as one types, and what may have been meant.
pub(super) fn target(visit: &Visit, service: &Acting, entered: &Entered, label: &str, kind: Option<&str>) -> Markup {
    let fault = entered.faults.contains_key("target");
    let control = html! {
        input #field-target name="target" list="catalogue" value=(entered.value("target")) required[entered.choices.is_empty()]
            aria-invalid=[fault.then_some("true")] aria-describedby="target-hint" autocomplete="off";
        p.fine #target-hint { (visit.say(entry::CATALOGUE_HINT)) }
        datalist #catalogue {
            @for one in service.catalogue().iter().filter(|one| kind.is_none_or(|kind| one.kind == kind)) {
                option value=(format!("{} {}", one.code, one.name)) { (one.pinyin) " " (one.initials) }
            }
        }
        @if !entered.choices.is_empty() {
            fieldset.choices {
                legend.bad { (visit.fill(entry::DID_YOU_MEAN, &[("text", entered.value("target"))])) }
                @for one in &entered.choices {
                    label.check { input type="radio" name="choice" value=(one.code); " " code { (one.code) } " " (one.name) }
                }
            }
        }
    };
    field(entered, "target", label, &control)
}

/// The columns of rows pasted without a heading, in words.
pub(super) fn column_names(visit: &Visit, table: &str, columns: &[&str]) -> String {
    let defined = definition(table);
    let name = |code: &&str| {
        defined
            .and_then(|table| table.column(code))
            .map(|one| visit.language.pick(&one.named.zh, &one.named.en).clone())
    };
    columns.iter().filter_map(name).collect::<Vec<_>>().join(visit.say(entry::BETWEEN))
}

/// What was pasted and what became of it.
pub(super) struct Pasted {
    pub(super) text: String,
    pub(super) grid: Grid,
    pub(super) report: UploadReport,
    pub(super) written: bool,
}

/// Tries the rows that a form brings, or saves the good ones if it says so; `columns` are what rows without a heading have,
/// `fixed` what every row has beside.
pub(super) async fn pasted(
    service: &Acting,
    sent: &Form,
    table: &str,
    columns: &[&str],
    fixed: &[(&str, String)],
) -> Result<Pasted, Problem> {
    let (text, written) = (sent.raw("rows"), !sent.text("write").is_empty());
    let (report, grid) = service.paste(table, columns, fixed, &text, written).await?;
    Ok(Pasted { text, grid, report, written })
}

/// The entry that a form of the page names, if it is one of the page's.
pub(super) fn named<T: std::str::FromStr<Err = Invalid>>(
    sent: &Form,
    known: impl Fn(&T) -> bool,
) -> Result<T, Problem> {
    let id: T = sent.text("id").parse().map_err(|invalid| Problem::parameter("id", invalid))?;
    if known(&id) { Ok(id) } else { Err(Problem::not_found()) }
}

/// The field to paste rows into; what was pasted with each fault in its cell.
pub(super) fn paste(visit: &Visit, action: &str, columns: &str, pasted: Option<&Pasted>) -> Markup {
    let open = pasted.is_some();
    html! {
        details.card #paste open[open] {
            summary { h2 { (visit.say(entry::PASTE)) } }
            p { (visit.fill(entry::PASTE_HOW, &[("columns", columns)])) }
            form method="post" action=(action) {
                label for="rows" { span { (visit.say(entry::PASTE_ROWS)) } }
                textarea #rows name="rows" rows="5" spellcheck="false" required { (pasted.filter(|one| !one.written).map_or("", |one| &one.text)) }
                p.inline {
                    button.plain type="submit" { (visit.say(entry::PASTE_TRY)) }
                    @if let Some(one) = pasted.filter(|one| !one.written && one.report.written > 0) {
                        @let good = one.report.sheets.iter().map(|sheet| sheet.good).sum::<usize>().to_string();
                        button type="submit" name="write" value="yes" { (visit.fill(entry::PASTE_LOAD, &[("n", &good)])) }
                    }
                }
            }
            @if let Some(pasted) = pasted { (outcome(visit, pasted)) }
        }
    }
}

fn outcome(visit: &Visit, pasted: &Pasted) -> Markup {
    let report = &pasted.report;
    let sum = |of: fn(&crate::service::SheetReport) -> usize| report.sheets.iter().map(of).sum::<usize>().to_string();
    let figures = [
        ("rows", sum(|sheet| sheet.rows)),
        ("good", sum(|sheet| sheet.good)),
        ("bad", report.bad().to_string()),
        ("n", report.written.to_string()),
        ("same", report.unchanged.to_string()),
    ];
    let figures: Vec<(&str, &str)> = figures.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let text = if pasted.written { entry::PASTE_DONE } else { entry::PASTE_RESULT };
    let faults: BTreeMap<(usize, usize), String> = report
        .findings
        .iter()
        .filter_map(|one| match &one.what {
            What::Bad(invalid, _) => {
                let at = one.cell.as_ref().map_or(0, |cell| cell.at);
                Some(((one.line as usize - 1, at), visit.language.pick(&invalid.zh, &invalid.en).clone()))
            }
            What::Corrected(..) => None,
        })
        .collect();
    let width = pasted.grid.width();
    let of_row = |row: usize| faults.range((row, 0)..(row + 1, 0)).collect::<Vec<_>>();
    html! {
        p #pasted role="status" { (visit.fill(text, &figures)) }
        div.scroll tabindex="0" role="group" aria-label=(visit.say(entry::PASTE_TABLE)) {
            table.small.pasted {
                tbody { @for row in 0..pasted.grid.rows.len().min(200) {
                    @let here = of_row(row);
                    @if !pasted.written || !here.is_empty() {
                        tr class=[(!here.is_empty()).then_some("bad-line")] {
                            th.number scope="row" { (row + 1) }
                            @for at in 0..width {
                                @let fault = here.iter().find(|((_, column), _)| *column == at);
                                td class=[fault.map(|_| "bad-cell")] {
                                    (pasted.grid.at(row, at).text())
                                    @if let Some((_, why)) = fault { span.fine.bad { (why) } }
                                }
                            }
                            // A column that is not among the cells pasted: the row as a whole.
                            td { @for ((_, column), why) in &here { @if *column >= width { span.fine.bad { (why) } } } }
                        }
                    }
                } }
            }
        }
    }
}
