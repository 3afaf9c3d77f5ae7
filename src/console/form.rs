//! Forms as they are sent, within bounds of size and time.

use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpMessage, HttpRequest, web};
use futures_util::StreamExt;

use super::texts::{access, form};
use crate::http::{Problem, Signed, arrive};

/// The field that holds the session's word.
pub(super) const CSRF_FIELD: &str = "csrf";

/// A field of a form: its name, the name of the file if it is one, what it holds.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) file: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// A form that was read.
pub(super) struct Form(Vec<Field>);

impl Form {
    /// The text of a field, trimmed; empty if it is not there.
    pub(super) fn text(&self, name: &str) -> String {
        let field = self.0.iter().find(|field| field.name == name);
        field.map(|field| String::from_utf8_lossy(&field.bytes).trim().to_owned()).unwrap_or_default()
    }

    /// The text of a field as it was sent.
    pub(super) fn raw(&self, name: &str) -> String {
        let field = self.0.iter().find(|field| field.name == name);
        field.map(|field| String::from_utf8_lossy(&field.bytes).into_owned()).unwrap_or_default()
    }

    /// Every text of a field that is sent more than once.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let fields = self.0.iter().filter(|field| field.name == name);
        fields.map(|field| String::from_utf8_lossy(&field.bytes).trim().to_owned()).collect()
    }

    /// Fields whose names begin so: what follows, and the text.
    pub(super) fn starting<'a>(&'a self, start: &'a str) -> impl Iterator<Item = (&'a str, String)> {
        let named = self.0.iter().filter_map(move |field| Some((field.name.strip_prefix(start)?, field)));
        named.map(|(rest, field)| (rest, String::from_utf8_lossy(&field.bytes).into_owned()))
    }

    /// The first field that is a file with a name.
    pub(super) fn file(&self) -> Option<&Field> {
        self.0.iter().find(|field| field.file.as_ref().is_some_and(|name| !name.is_empty()))
    }
}

/// Whether another site's page sent it. A browser that says nothing is believed.
pub(super) fn foreign(request: &HttpRequest) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN) else { return false };
    let from = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    from != Some(request.connection_info().host())
}

fn refused(status: StatusCode, slug: &str, text: super::language::Text) -> Problem {
    Problem::new(status, slug, text.zh, text.en)
}

/// Reads a form that a page of ours sent in the session it was made in: the session's word is in it.
pub(super) async fn read(request: &HttpRequest, payload: web::Payload, limit: usize) -> Result<Form, Problem> {
    let sent = read_unsigned(request, payload, limit).await?;
    let word = request.extensions().get::<Signed>().and_then(|signed| signed.0.csrf.clone());
    if word.is_some_and(|word| word != sent.text(CSRF_FIELD)) {
        return Err(refused(StatusCode::FORBIDDEN, "csrf", access::NOT_PAIRED));
    }
    Ok(sent)
}

/// Reads a form of at most `limit` bytes, `multipart/form-data` or `application/x-www-form-urlencoded`, sent by a page of ours,
/// where there is no session yet.
pub(super) async fn read_unsigned(request: &HttpRequest, payload: web::Payload, limit: usize) -> Result<Form, Problem> {
    if foreign(request) {
        return Err(refused(StatusCode::FORBIDDEN, "foreign-form", form::FOREIGN));
    }
    let reading = async {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if media.is_some_and(|media| media.starts_with("multipart/")) {
            parts(request, payload, limit).await
        } else {
            urlencoded(payload, limit).await
        }
    };
    let late = || refused(StatusCode::REQUEST_TIMEOUT, "request-timeout", form::TOO_SLOW);
    if limit > 1 << 20 {
        // A file over a slow line takes its time; and its place, since what has come of it is kept in memory.
        return tokio::time::timeout(Duration::from_secs(120), reading).await.map_err(|_| late())?;
    }
    arrive(request, Duration::from_secs(10), late, reading).await
}

fn malformed() -> Problem {
    refused(StatusCode::BAD_REQUEST, "malformed-form", form::MALFORMED)
}

fn too_large() -> Problem {
    refused(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", form::TOO_LARGE)
}

async fn urlencoded(payload: web::Payload, limit: usize) -> Result<Form, Problem> {
    let bytes = payload.to_bytes_limited(limit).await.map_err(|_| too_large())?.map_err(|_| malformed())?;
    let text = std::str::from_utf8(&bytes).map_err(|_| malformed())?;
    let pairs = web::Query::<Vec<(String, String)>>::from_query(text).map_err(|_| malformed())?.into_inner();
    Ok(Form(pairs.into_iter().map(|(name, text)| Field { name, file: None, bytes: text.into_bytes() }).collect()))
}

async fn parts(request: &HttpRequest, payload: web::Payload, limit: usize) -> Result<Form, Problem> {
    let mut parts = Multipart::new(request.headers(), payload);
    let (mut fields, mut size) = (Vec::new(), 0);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| malformed())?;
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.content_disposition().and_then(|about| about.get_filename()).map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|_| malformed())?;
            size += chunk.len();
            if size > limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        fields.push(Field { name, file, bytes });
    }
    Ok(Form(fields))
}
