//! Reads a JSON body strictly: bounded in size and time, no duplicate keys, every error with its pointer.

use std::fmt;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, web};
use futures_util::StreamExt;
use serde::de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::arrival::arrive;
use super::problem::{Place, Problem};
use crate::domain::Invalid;

/// Bodies larger than this are refused.
pub(super) const MAX_BODY: usize = 16 * 1024;
/// A body must have arrived after this long.
const DEADLINE: Duration = Duration::from_secs(10);

/// The body as a whole is to blame.
const WHOLE: Place = Place::Body(String::new());

fn too_large(limit: usize) -> Problem {
    let kib = limit / 1024;
    let (zh, en) = (format!("请求体超过 {kib} KiB"), format!("the body exceeds {kib} KiB"));
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", zh, en).at(WHOLE)
}

/// Reads a small body.
pub(super) async fn read_json<T: DeserializeOwned>(request: &HttpRequest, payload: web::Payload) -> Result<T, Problem> {
    read_json_within(request, payload, MAX_BODY).await
}

/// Size, media type, syntax, schema: in this order. `limit`: bytes.
pub(super) async fn read_json_within<T: DeserializeOwned>(
    request: &HttpRequest,
    mut payload: web::Payload,
    limit: usize,
) -> Result<T, Problem> {
    let header = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    if header(header::CONTENT_LENGTH).and_then(|text| text.parse::<usize>().ok()).is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    if header(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-encoding",
            "不支持压缩的请求体",
            "compressed bodies are not accepted",
        )
        .at(Place::Header("Content-Encoding")));
    }
    let media = header(header::CONTENT_TYPE).unwrap_or_default();
    if media.split(';').next().map(str::trim).is_none_or(|media| !media.eq_ignore_ascii_case("application/json")) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "请用 Content-Type: application/json",
            "send Content-Type: application/json",
        )
        .at(Place::Header("Content-Type")));
    }
    let reading = async {
        let mut bytes = web::BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| malformed(&error))?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let late = || {
        Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "request-timeout",
            "请求体 10 秒内未到齐",
            "the body did not arrive within 10 seconds",
        )
        .at(WHOLE)
    };
    parse(&arrive(request, DEADLINE, late, reading).await?)
}

fn malformed(error: &dyn fmt::Display) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "malformed-json",
        format!("JSON 格式错误：{error}"),
        format!("malformed JSON: {error}"),
    )
    .at(WHOLE)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let Strict(value) = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = Place::Body(pointer(error.path()));
        let error = error.into_inner();
        let message = error.to_string();
        match Invalid::from_message(&message) {
            Some(invalid) => Problem::of(StatusCode::BAD_REQUEST, invalid).at(place),
            None if message.starts_with("number out of range") => {
                Problem::invalid(place, Invalid::new("out-of-range", "数值超出范围", "a number is out of range"))
            }
            None => malformed(&error),
        }
    })?;
    reader.end().map_err(|error| malformed(&error))?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = pointer(error.path());
        let (invalid, field) = refused(&error.into_inner().to_string());
        let field = field.map(|name| segment(&name)).filter(|segment| !path.ends_with(segment.as_str()));
        Problem::invalid(Place::Body(path + &field.unwrap_or_default()), invalid)
    })
}

/// What serde refused, and the field that is unknown or missing.
fn refused(message: &str) -> (Invalid, Option<String>) {
    let name = message.split('`').nth(1).unwrap_or_default().chars().take(64).collect::<String>();
    // serde's own messages first: they quote the client, who could write what looks like an `Invalid`.
    if message.starts_with("unknown field") {
        let (zh, en) = (format!("没有字段 {name}"), format!("there is no field `{name}`"));
        (Invalid::new("unknown-field", zh, en), Some(name))
    } else if message.starts_with("missing field") {
        let (zh, en) = (format!("缺少字段 {name}"), format!("the field `{name}` is missing"));
        (Invalid::new("missing-field", zh, en), Some(name))
    } else if message.starts_with("unknown variant") {
        let known = message.rsplit("expected ").next().unwrap_or_default();
        let (zh, en) = (format!("“{name}”不是下列之一：{known}"), format!("`{name}` is none of {known}"));
        (Invalid::new("unknown-code", zh, en), None)
    } else {
        let invalid = Invalid::from_message(message).unwrap_or_else(|| {
            let expected = message.rsplit_once("expected ").map_or("another type", |(_, expected)| expected);
            let (zh, en) = (format!("类型错误，应为 {expected}"), format!("wrong type, expected {expected}"));
            Invalid::new("wrong-type", zh, en)
        });
        (invalid, None)
    }
}

/// A key as a segment of a JSON pointer.
fn segment(key: &str) -> String {
    format!("/{}", key.chars().take(64).collect::<String>().replace('~', "~0").replace('/', "~1"))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|part| match part {
            Segment::Map { key } => Some(segment(key)),
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Enum { variant } => Some(segment(variant)),
            Segment::Unknown => None,
        })
        .collect()
}

/// A JSON value without duplicate keys; serde_json alone would keep the last of them.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> de::Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.contains_key(&key) {
                map.next_value_seed(Duplicate(&key))?;
            }
            let Strict(value) = map.next_value()?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

/// Refuses the value of a key that was there before; refused as a value, so that the path names the key.
struct Duplicate<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Duplicate<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, _: D) -> Result<(), D::Error> {
        let key: String = self.0.chars().take(64).collect();
        let (zh, en) = (format!("字段 {key} 出现两次"), format!("the field `{key}` occurs twice"));
        Err(de::Error::custom(Invalid::new("duplicate-field", zh, en)))
    }
}
