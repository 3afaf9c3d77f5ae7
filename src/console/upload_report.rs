//! What trying a file found, sheet by sheet and cell by cell.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};

use super::data::table_name;
use super::language::Language;
use super::texts::data;
use super::visit::Visit;
use crate::exchange::{Finding, Layout, What, definition, definitions, letters};
use crate::service::{SheetReport, Upload, UploadReport};

/// Findings on one page at most.
const SHOWN: usize = 200;

/// The page: what was found; the form that goes on.
pub(super) fn body(
    visit: &Visit,
    upload: &Upload,
    report: &UploadReport,
    written: bool,
    remember: bool,
    namesakes: bool,
) -> Markup {
    let same = |one: &Finding| matches!(&one.what, What::Bad(invalid, _) if invalid.rule == "possible-duplicate");
    let asked = namesakes || report.findings.iter().any(same);
    let (rows, good): (usize, usize) =
        (report.sheets.iter().map(|sheet| sheet.rows).sum(), report.sheets.iter().map(|sheet| sheet.good).sum());
    let bad = report.bad();
    let figures = [
        ("rows", rows.to_string()),
        ("good", good.to_string()),
        ("bad", bad.to_string()),
        ("corrected", report.corrected().to_string()),
        ("written", report.written.to_string()),
        ("unchanged", report.unchanged.to_string()),
    ];
    let figures: Vec<(&str, &str)> = figures.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html! {
        p.crumbs { a href="/data" { (visit.say(data::BACK)) } }
        p.kicker { (visit.say(if written { data::LOADED } else { data::DRY })) }
        h1 { (visit.fill(data::CHECK_TITLE, &[("file", &upload.name)])) }
        @if written {
            @let text = if report.import.is_some() { data::LOADED_TEXT } else { data::LOADED_NONE };
            p.lead #outcome role="status" { (visit.fill(text, &figures)) }
        } @else {
            p.lead #outcome role="status" { (visit.fill(data::TRIED, &figures)) " " (visit.fill(data::TRIED_WRITE, &figures)) }
        }
        form method="post" action="/data/check" enctype="multipart/form-data" {
            input type="hidden" name="name" value=(upload.name);
            input type="hidden" name="content" value=(STANDARD.encode(&upload.bytes));
            p.inline.acts-row {
                @if written {
                    a.button href="/data" { (visit.say(data::ANOTHER)) }
                } @else if report.written > 0 {
                    @let text = if bad == 0 { data::LOAD } else { data::LOAD_GOOD };
                    button type="submit" formaction="/data/load" { (visit.fill(text, &[("n", &good.to_string())])) }
                }
                @if bad > 0 { button.plain type="submit" formaction="/data/returned" { (visit.say(data::RETURNED)) } }
            }
            (findings(visit, report))
            @for (at, sheet) in report.sheets.iter().enumerate() { (sheet_card(visit, at, sheet, written)) }
            @if !written {
                @if asked {
                    p { label.check { input #namesakes type="checkbox" name="namesakes" checked[namesakes]; " " (visit.say(data::NAMESAKES)) } }
                }
                p.inline {
                    label.check { input type="checkbox" name="remember" checked[remember]; " " (visit.say(data::REMEMBER)) }
                    button.plain #again type="submit" { (visit.say(data::AGAIN)) }
                }
            }
        }
    }
}

fn findings(visit: &Visit, report: &UploadReport) -> Markup {
    // What is wrong comes before what was put right.
    let of = |bad: bool| report.findings.iter().filter(move |one| matches!(one.what, What::Bad(..)) == bad);
    let all: Vec<&Finding> = of(true).chain(of(false)).collect();
    let several = report.sheets.iter().filter(|sheet| sheet.layout.is_some()).count() > 1;
    html! {
        section.card #findings {
            h2 { (visit.say(data::FINDINGS)) }
            @if all.is_empty() { p { (visit.say(data::FINDINGS_NONE)) } } @else {
                div.scroll tabindex="0" role="group" aria-label=(visit.say(data::FINDINGS)) { table.small {
                    thead { tr {
                        th.number scope="col" { (visit.say(data::ROW)) }
                        th scope="col" { (visit.say(data::CELL)) }
                        th scope="col" { (visit.say(data::VALUE)) }
                        th scope="col" { (visit.say(data::WHAT)) }
                    } }
                    tbody { @for one in all.iter().take(SHOWN) { (row(visit, report, one, several)) } }
                } }
                @if all.len() > SHOWN { p { (visit.fill(data::FINDINGS_MORE, &[("n", &(all.len() - SHOWN).to_string())])) } }
            }
        }
    }
}

fn row(visit: &Visit, report: &UploadReport, one: &Finding, several: bool) -> Markup {
    let bad = matches!(one.what, What::Bad(..));
    html! {
        tr class=[bad.then_some("bad-row")] {
            td.number { (one.line) }
            td {
                @if several { (report.sheets[one.sheet].name) " " }
                @if let Some(cell) = &one.cell { strong { (cell.letters) (one.line) } " " (cell.heading) } @else { "–" }
            }
            td { @if let Some(cell) = &one.cell { (cell.value) } }
            td {
                span class=(if bad { "tag danger" } else { "tag up" }) { (visit.say(if bad { data::BAD } else { data::FIXED })) } " "
                (said(visit.language, &one.what))
            }
        }
    }
}

/// What a finding says.
fn said(language: Language, what: &What) -> String {
    match what {
        What::Corrected(to, why) => data::CORRECTED.fill(language, &[("to", to), ("why", language.pick(why.0, why.1))]),
        What::Bad(invalid, guess) => {
            let why = language.pick(&invalid.zh, &invalid.en).clone();
            let guess = guess.as_ref().map(|to| data::SUGGEST.fill(language, &[("to", to)]));
            [Some(why), guess].into_iter().flatten().collect::<Vec<_>>().join("; ")
        }
    }
}

/// What stands beside a bad row in the file that is returned.
pub(super) fn remark(language: Language, finding: &Finding) -> String {
    let why = said(language, &finding.what);
    match &finding.cell {
        Some(cell) => {
            data::REMARK.fill(language, &[("column", &cell.letters), ("heading", &cell.heading), ("why", &why)])
        }
        None => why,
    }
}

fn sheet_card(visit: &Visit, at: usize, sheet: &SheetReport, written: bool) -> Markup {
    let table = sheet.layout.as_ref().map(|layout| layout.table.as_str()).unwrap_or_default();
    let missing = sheet.layout.as_ref().map(Layout::missing).unwrap_or_default();
    let missing: Vec<&str> =
        missing.iter().map(|one| visit.language.pick(one.named.zh.as_str(), one.named.en.as_str())).collect();
    html! {
        section.card {
            h2 { (visit.fill(data::SHEET, &[("name", &sheet.name)])) }
            p.facts {
                span { (visit.fill(data::SHEET_ROWS, &[("rows", &sheet.rows.to_string()), ("good", &sheet.good.to_string())])) }
                @if let Some(head) = sheet.layout.as_ref().and_then(|layout| layout.head) {
                    span { (visit.fill(data::SHEET_HEAD, &[("n", &(head + 1).to_string())])) }
                }
            }
            @if sheet.layout.is_none() { p.notice { (visit.say(data::UNKNOWN_SHEET)) } }
            @if !missing.is_empty() { p.notice { (visit.fill(data::MISSING_COLUMNS, &[("list", &missing.join(", "))])) } }
            input type="hidden" name=(format!("shown-{at}")) value=(table);
            label { span { (visit.say(data::SHEET_TABLE)) }
                select name=(format!("table-{at}")) disabled[written] {
                    option value="" selected[table.is_empty()] { (visit.say(data::SKIPPED_SHEET)) }
                    @for each in definitions() {
                        option value=(each.named.code) selected[each.named.code == table] { (table_name(visit, each)) }
                    }
                }
            }
            @if let Some(layout) = &sheet.layout { (columns(visit, at, layout, !missing.is_empty(), written)) }
        }
    }
}

fn columns(visit: &Visit, at: usize, layout: &Layout, open: bool, written: bool) -> Markup {
    let known = layout.headings.iter().filter(|heading| !heading.column.is_empty()).count();
    let other = layout.headings.iter().filter(|heading| heading.column.is_empty() && !heading.text.is_empty()).count();
    let counts = [("known", known.to_string()), ("other", other.to_string())];
    let counts: Vec<(&str, &str)> = counts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let defined = definition(&layout.table).map(|table| table.columns.as_slice()).unwrap_or_default();
    html! {
        details.mapping open[open] {
            summary { (visit.fill(data::COLUMNS, &counts)) }
            table.small {
                thead { tr {
                    th scope="col" { (visit.say(data::COLUMN)) }
                    th scope="col" { (visit.say(data::COLUMN_HEADING)) }
                    th scope="col" { (visit.say(data::COLUMN_MEANS)) }
                } }
                tbody { @for (column, heading) in layout.headings.iter().enumerate().filter(|(_, heading)| !heading.text.is_empty()) {
                    @let name = letters(column);
                    tr {
                        td { (name) }
                        td { (heading.text) }
                        td {
                            input type="hidden" name=(format!("head-{at}-{column}")) value=(heading.text);
                            select name=(format!("column-{at}-{column}")) disabled[written]
                                aria-label=(visit.fill(data::COLUMN_OF, &[("letters", &name), ("heading", &heading.text)])) {
                                option value="" selected[heading.column.is_empty()] { (visit.say(data::COLUMN_NONE)) }
                                @for each in defined {
                                    option value=(each.named.code) selected[each.named.code == heading.column] {
                                        (visit.language.pick(&each.named.zh, &each.named.en))
                                    }
                                }
                            }
                        }
                    }
                } }
            }
        }
    }
}
