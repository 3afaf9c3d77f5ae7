//! A file that was dropped: what trying it found, and writing what is good. The file travels with the form, so that no server
//! has to keep it.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::answer::send;
use super::data;
use super::failure;
use super::form::{self, Form};
use super::frame::{Page, Section};
use super::texts;
use super::upload_report::{body, remark};
use super::visit::Visit;
use crate::exchange::{MAX_FILE, memory_key};
use crate::http::Problem;
use crate::service::{Acting, Choices, ServiceError, Upload};

/// A file in base64 and what is chosen beside it, in bytes.
const MOST: usize = MAX_FILE / 3 * 4 + (256 << 10);
/// Where columns chosen before are remembered.
const COOKIE: &str = "zeyou_columns";
/// Browsers keep no more of a cookie than this, in bytes.
const MOST_REMEMBERED: usize = 3_000;

/// A form with its file and what was chosen.
struct Sent {
    upload: Arc<Upload>,
    choices: Choices,
    remember: bool,
}

fn remembered(request: &HttpRequest) -> BTreeMap<String, String> {
    let kept = request.cookie(COOKIE).and_then(|cookie| URL_SAFE_NO_PAD.decode(cookie.value()).ok());
    kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

fn sent(request: &HttpRequest, form: &Form) -> Option<Sent> {
    let (name, bytes) = match form.file() {
        Some(file) => (file.file.clone().unwrap_or_default(), file.bytes.clone()),
        None => (form.text("name"), STANDARD.decode(form.text("content")).ok()?),
    };
    if name.is_empty() {
        return None;
    }
    let tables: BTreeMap<usize, String> =
        form.starting("table-").filter_map(|(at, table)| Some((at.parse().ok()?, table))).collect();
    let mut columns = remembered(request);
    // A choice is sent beside the heading it is for and the table the headings were shown for.
    let heads: BTreeMap<&str, String> = form.starting("head-").collect();
    for (at, column) in form.starting("column-") {
        let sheet = at.split('-').next().and_then(|sheet| sheet.parse::<usize>().ok());
        let shown = form.text(&format!("shown-{}", sheet.unwrap_or(0)));
        let same = sheet.and_then(|sheet| tables.get(&sheet)).is_none_or(|table| *table == shown);
        if let Some(head) = heads.get(at).filter(|head| same && !head.is_empty()) {
            columns.insert(memory_key(&shown, head), column);
        }
    }
    let upload = Arc::new(Upload { name, bytes });
    Some(Sent {
        upload,
        choices: Choices { tables, columns, namesakes: form.text("namesakes") == "on" },
        remember: form.text("remember") == "on",
    })
}

/// Tries the file.
pub(super) async fn check(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    run(request, payload, service, false).await
}

/// Writes its good rows.
pub(super) async fn load(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    run(request, payload, service, true).await
}

async fn run(request: HttpRequest, payload: web::Payload, service: Acting, write: bool) -> HttpResponse {
    let visit = Visit::of(&request);
    let sent = match form::read(&request, payload, MOST).await {
        Ok(form) => sent(&request, &form),
        Err(problem) if problem.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let invalid = problem.invalid_value();
            let why = visit.language.pick(&invalid.zh, &invalid.en);
            return data::with_notice(&request, &visit, &service, problem.status(), why);
        }
        Err(problem) => return failure::answer(&request, &problem),
    };
    let Some(Sent { upload, choices, remember }) = sent else {
        let none = visit.say(texts::data::NO_FILE);
        return data::with_notice(&request, &visit, &service, StatusCode::UNPROCESSABLE_ENTITY, none);
    };
    let result = match write {
        true => service.load_upload(upload.clone(), choices.clone()).await,
        false => service.check_upload(upload.clone(), choices.clone()).await,
    };
    match result {
        Ok(report) => {
            let page = Page {
                title: visit.fill(texts::data::CHECK_TITLE, &[("file", &upload.name)]),
                section: Section::Data,
                body: {
                    let remember = remember || !remembered(&request).is_empty();
                    body(&visit, &upload, &report, write, remember, choices.namesakes)
                },
                as_of: None,
                charts: false,
            };
            let mut response = send(&visit, StatusCode::OK, &page);
            if remember {
                response.add_cookie(&memory(&choices.columns)).unwrap_or_default();
            }
            response
        }
        Err(ServiceError::Invalid(at, invalid)) if at == "/file" => {
            let why = visit.language.pick(&invalid.zh, &invalid.en);
            let text = visit.fill(texts::data::BAD_FILE, &[("file", &upload.name), ("why", why)]);
            data::with_notice(&request, &visit, &service, StatusCode::UNPROCESSABLE_ENTITY, &text)
        }
        Err(error) => failure::answer(&request, &Problem::from(error)),
    }
}

fn memory(columns: &BTreeMap<String, String>) -> Cookie<'static> {
    let mut kept = columns.clone();
    let text = loop {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&kept).unwrap_or_default());
        if text.len() <= MOST_REMEMBERED || kept.pop_first().is_none() {
            break text;
        }
    };
    Cookie::build(COOKIE, text)
        .path("/data")
        .max_age(Duration::days(365))
        .same_site(SameSite::Lax)
        .http_only(true)
        .finish()
}

/// The file with the reasons beside its bad rows.
pub(super) async fn returned(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let language = visit.language;
    let done = async {
        let form = form::read(&request, payload, MOST).await?;
        let sent = sent(&request, &form).ok_or_else(Problem::not_found)?;
        let title = visit.say(texts::data::REASON);
        let (upload, choices) = (sent.upload.clone(), sent.choices);
        let annotated = service.annotate_upload(upload, choices, title, move |finding| remark(language, finding));
        Ok::<_, Problem>((sent.upload.name.clone(), annotated.await?))
    };
    match done.await {
        Ok((name, (bytes, workbook))) => {
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
            let (ending, media) = if workbook { ("xlsx", data::WORKBOOK) } else { ("csv", "text/csv; charset=utf-8") };
            data::file(&format!("{stem}-{}.{ending}", visit.say(texts::data::REASON)), media, bytes)
        }
        Err(problem) => failure::answer(&request, &problem),
    }
}
