//! Query parameters and headers that are checked by hand, so that every error names its parameter.

use std::str::FromStr;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, web};

use super::problem::Problem;
use crate::domain::{Invalid, MOST_AFFINITY, ParkId, Question};
use crate::service::ServiceError;

/// The query, each parameter at most once.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the query; a parameter that is not `known` is refused.
    pub(crate) fn read(request: &HttpRequest, known: &[&str]) -> Result<Self, Problem> {
        let web::Query(pairs) =
            web::Query::<Vec<(String, String)>>::from_query(request.query_string()).map_err(|_| {
                Problem::new(StatusCode::BAD_REQUEST, "malformed-query", "查询参数格式错误", "the query is malformed")
            })?;
        for (at, (name, _)) in pairs.iter().enumerate() {
            let name: String = name.chars().take(64).collect();
            if !known.contains(&name.as_str()) {
                let invalid = Invalid::new(
                    "unknown-field",
                    format!("没有参数 {name}"),
                    format!("there is no parameter `{name}`"),
                );
                return Err(Problem::parameter(&name, invalid));
            }
            if pairs[..at].iter().any(|(earlier, _)| *earlier == name) {
                let invalid = Invalid::new(
                    "duplicate-field",
                    format!("参数 {name} 出现两次"),
                    format!("the parameter `{name}` occurs twice"),
                );
                return Err(Problem::parameter(&name, invalid));
            }
        }
        Ok(Self(pairs))
    }

    /// Reads the query of a page: a form sends its empty fields too, and they count as not given.
    pub(crate) fn read_given(request: &HttpRequest, known: &[&str]) -> Result<Self, Problem> {
        let Self(pairs) = Self::read(request, known)?;
        Ok(Self(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()))
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn parse<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<Option<T>, Problem> {
        self.text(name).map(T::from_str).transpose().map_err(|invalid| Problem::parameter(name, invalid))
    }

    /// A whole number in a range.
    pub(crate) fn number(&self, name: &str, low: u32, high: u32) -> Result<Option<u32>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let value = text
            .parse::<f64>()
            .map_err(|_| Problem::parameter(name, Invalid::new("wrong-type", "须为整数", "must be a whole number")))?;
        let whole = value.fract() == 0.0 && (f64::from(low)..=f64::from(high)).contains(&value);
        if whole { Ok(Some(value as u32)) } else { Err(Problem::parameter(name, Invalid::out_of_range(low, high))) }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.text(name) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(other) => Err(Problem::parameter(name, Invalid::unknown_word(other, &["true", "false"]))),
        }
    }
}

/// A value as it is written in a query.
pub(crate) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A code in the path.
pub(crate) fn path_id<T: FromStr<Err = Invalid>>(request: &HttpRequest, name: &str) -> Result<T, Problem> {
    let text = request.match_info().query(name);
    text.parse().map_err(|invalid| Problem::parameter(name, invalid))
}

/// Parameters of every question that ranks, but how many it lists.
pub(crate) const FILTERS: [&str; 4] = ["preset", "kind", "exclude", "max_km"];

/// The question for a shortlist.
pub(super) fn question(request: &HttpRequest) -> Result<Question, Problem> {
    let park: ParkId = path_id(request, "park")?;
    let query = Query::read(request, &[&["explore"], &LIST[..], &FILTERS[..]].concat())?;
    Ok(Question { explore: query.flag("explore")?.unwrap_or(true), ..listed(filtered(park, &query)?, &query)? })
}

/// Parameters of a list beside its filters.
pub(crate) const LIST: [&str; 3] = ["top", "affinity", "uncertain_weights"];

/// The question with the [`LIST`] of a query.
pub(crate) fn listed(question: Question, query: &Query) -> Result<Question, Problem> {
    Ok(Question {
        top: query.number("top", 1, 100)?.map_or(10, |top| top as u16),
        affinity: query.number("affinity", 0, MOST_AFFINITY.into())?.map(|percent| percent as u8),
        uncertain_weights: query.flag("uncertain_weights")?.unwrap_or(false),
        ..question
    })
}

/// The plain question with the [`FILTERS`] of a query.
pub(crate) fn filtered(park: ParkId, query: &Query) -> Result<Question, Problem> {
    let mut exclude = Vec::new();
    for code in query.text("exclude").unwrap_or_default().split(',').filter(|code| !code.is_empty()) {
        exclude.push(code.parse().map_err(|invalid| Problem::parameter("exclude", invalid))?);
    }
    exclude.sort_unstable();
    exclude.dedup();
    Ok(Question {
        preset: query.parse("preset")?,
        kind: query.parse("kind")?,
        exclude,
        max_km: query.number("max_km", 1, 5_000)?.map(|km| km as u16),
        ..Question::of(park)
    })
}

/// `Zeyou-Min-Seq`: the reader wants to see at least this event.
pub(super) fn min_seq(request: &HttpRequest) -> Result<Option<u64>, Problem> {
    let Some(value) = request.headers().get(HeaderName::from_static("zeyou-min-seq")) else { return Ok(None) };
    let seq = value.to_str().ok().and_then(|text| text.parse().ok());
    let (zh, en) = ("Zeyou-Min-Seq 须为整数", "Zeyou-Min-Seq must be a whole number");
    seq.map(Some).ok_or_else(|| Problem::header("Zeyou-Min-Seq", "invalid-seq", zh, en))
}

/// The revision in `If-Match`, written `"3"` or `3`.
pub(super) fn if_match(request: &HttpRequest) -> Result<Option<u32>, Problem> {
    let Some(value) = request.headers().get(header::IF_MATCH) else { return Ok(None) };
    let rev = value.to_str().ok().and_then(|text| text.trim_matches('"').parse().ok());
    let (zh, en) = ("If-Match 须为版本号", "If-Match must be a revision number");
    rev.map(Some).ok_or_else(|| Problem::header("If-Match", "invalid-if-match", zh, en))
}

/// `If-Match`, which is required.
pub(super) fn required_match(request: &HttpRequest) -> Result<u32, Problem> {
    if_match(request)?.ok_or_else(|| ServiceError::PreconditionRequired.into())
}

/// The `Idempotency-Key`: exactly one, 1–255 printable ASCII characters.
pub(super) fn idempotency_key(request: &HttpRequest) -> Result<String, Problem> {
    const NAME: &str = "Idempotency-Key";
    let mut values = request.headers().get_all(HeaderName::from_static("idempotency-key"));
    let Some(value) = values.next() else {
        let (zh, en) = ("须带 Idempotency-Key", "send an Idempotency-Key");
        return Err(Problem::header(NAME, "idempotency-key-required", zh, en));
    };
    let key = value.to_str().unwrap_or_default();
    let printable = key.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if values.next().is_some() || !(1..=255).contains(&key.len()) || !printable {
        let zh = "Idempotency-Key 须唯一，1–255 个可打印 ASCII 字符";
        let en = "send one Idempotency-Key of 1-255 printable ASCII characters";
        return Err(Problem::header(NAME, "idempotency-key-invalid", zh, en));
    }
    Ok(key.to_owned())
}
