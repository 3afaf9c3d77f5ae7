//! S9, import and export: a file is tried, its good rows are written, and for seven days it can be taken back.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::answer::{answer, guarded, send};
use super::form;
use super::frame::{Page, Section, stamp};
use super::texts::data;
use super::visit::{Visit, read_query};
use super::{failure, figures};
use crate::exchange::{TableDefinition, definition, definitions, template_workbook};
use crate::http::Problem;
use crate::service::{Acting, ImportShown};

/// A form without a file is smaller, in bytes.
const SMALL: usize = 16 * 1024;
/// What a spreadsheet is sent as.
pub(super) const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The page with everything that can be done.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = read_query(&request, &[]).and_then(|_| whole(&visit, &service, None));
    answer(&request, &visit, result)
}

/// The same page with a notice.
pub(super) fn with_notice(
    request: &HttpRequest,
    visit: &Visit,
    service: &Acting,
    status: StatusCode,
    notice: &str,
) -> HttpResponse {
    match whole(visit, service, Some(notice)) {
        Ok(page) => send(visit, status, &page),
        Err(problem) => failure::answer(request, &problem),
    }
}

fn whole(visit: &Visit, service: &Acting, notice: Option<&str>) -> Result<Page, Problem> {
    let imports = service.imports()?;
    Ok(Page {
        title: visit.say(data::TITLE).to_owned(),
        section: Section::Data,
        body: body(visit, &imports, notice),
        as_of: service.stamp(service.parks().as_of),
        charts: false,
    })
}

/// A table's name in the reader's language.
pub(super) fn table_name<'a>(visit: &Visit, table: &'a TableDefinition) -> &'a str {
    visit.language.pick(&table.named.zh, &table.named.en)
}

fn body(visit: &Visit, imports: &[ImportShown], notice: Option<&str>) -> Markup {
    html! {
        h1 { (visit.say(data::TITLE)) }
        p.lead { (visit.say(data::LEAD)) }
        @if let Some(notice) = notice { p.notice #notice role="alert" { (notice) } }
        form.drop method="post" action="/data/check" enctype="multipart/form-data" data-drop {
            label for="file" { strong { (visit.say(data::DROP)) } }
            input #file type="file" name="file" required accept=".xlsx,.csv,.txt,text/csv" aria-describedby="file-hint";
            p.fine #file-hint { (visit.say(data::DROP_HINT)) }
            button type="submit" { (visit.say(data::TRY)) }
        }
        div.pair {
            section.card {
                h2 { (visit.say(data::TEMPLATES)) }
                p { (visit.say(data::TEMPLATES_TEXT)) }
                ul.links {
                    @for table in definitions() {
                        li { a href=(format!("/data/templates/{}.xlsx", table.named.code)) { (table_name(visit, table)) } }
                    }
                    li { a href="/data/templates/all.xlsx" { (visit.say(data::TEMPLATE_ALL)) } }
                }
            }
            section.card {
                h2 { (visit.say(data::EXPORT)) }
                p { (visit.say(data::EXPORT_TEXT)) }
                p { a.button href="/data/export.xlsx" { (visit.say(data::EXPORT_DO)) } }
            }
        }
        section.card #imports {
            h2 { (visit.say(data::RECENT)) }
            @if imports.is_empty() { p { (visit.say(data::RECENT_NONE)) } } @else {
                p.fine { (visit.say(data::RECENT_TEXT)) }
                ul.named { @for one in imports { li { (import(visit, one)) } } }
            }
        }
    }
}

fn import(visit: &Visit, one: &ImportShown) -> Markup {
    let file = one.record.file.as_str();
    let left = match one.days_left {
        0 => visit.say(data::DAY_LAST).to_owned(),
        n => visit.fill(data::DAYS_LEFT, &[("n", &n.to_string())]),
    };
    html! {
        span { strong { (file) } " " (figures::day(visit.language, one.record.on)) " "
            (visit.fill(data::WRITTEN_COUNT, &[("n", &one.record.written.to_string())])) }
        @if one.undone { span.tag { (visit.say(data::UNDONE)) } } @else {
            form.inline method="post" action="/data/undo" {
                span.fine { (left) }
                input type="hidden" name="id" value=(one.record.id);
                button.plain type="submit" aria-label=(visit.fill(data::UNDO_OF, &[("file", file)])) { (visit.say(data::UNDO)) }
            }
        }
    }
}

/// Takes an import back.
pub(super) async fn undo(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let done = async {
        let sent = form::read(&request, payload, SMALL).await?;
        let id = sent.text("id").parse().map_err(|invalid| Problem::parameter("id", invalid))?;
        Ok::<_, Problem>(service.undo_import(&id).await?)
    };
    match done.await {
        Ok(done) => {
            let mut text = visit.fill(data::UNDONE_NOW, &[("n", &done.restored.to_string())]);
            if !done.kept.is_empty() {
                let list = done.kept.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
                let kept = visit.fill(data::UNDONE_KEPT, &[("n", &done.kept.len().to_string()), ("list", &list)]);
                text = format!("{text} {kept}");
            }
            with_notice(&request, &visit, &service, StatusCode::OK, &text)
        }
        Err(problem) => failure::answer(&request, &problem),
    }
}

/// Every table as a workbook.
pub(super) async fn export(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    if let Err(problem) = read_query(&request, &[]) {
        return failure::answer(&request, &problem);
    }
    let zh = visit.language.pick(true, false);
    let name = format!("zeyou-{}.xlsx", service.parks().as_of.seq);
    match service.export_workbook(zh, |as_of| stamp(&visit, as_of)).await {
        Ok(bytes) => file(&name, WORKBOOK, bytes),
        Err(error) => failure::answer(&request, &error.into()),
    }
}

/// A template to fill in.
pub(super) async fn template(request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request);
    let zh = visit.language.pick(true, false);
    let asked = request.match_info().query("table");
    let table = definition(asked);
    if table.is_none() && asked != "all" {
        return failure::answer(&request, &Problem::not_found());
    }
    let name = table.map_or("all", |table| table.named.code.as_str());
    file(&format!("zeyou-{name}.xlsx"), WORKBOOK, template_workbook(table, zh))
}

/// A file to keep.
pub(super) fn file(name: &str, media: &str, bytes: Vec<u8>) -> HttpResponse {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", crate::http::encoded(name));
    guarded(StatusCode::OK)
        .content_type(media)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .body(bytes)
}
