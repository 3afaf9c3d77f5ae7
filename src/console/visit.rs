//! Who is reading, and how they want to read.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpMessage, HttpRequest};

use super::language::{Language, Text};
use crate::domain::{Question, Role};
use crate::http::{Problem, Query, Signed, encoded, filtered, listed, path_id};
use crate::service::Acting;

/// Query parameters that concern the reading, not the question.
pub(super) const READING: [&str; 3] = ["lang", "text", "tour"];

/// Query parameters of a question to rank; pages of one park pass them on to each other.
pub(super) const QUESTION: [&str; 7] = ["top", "preset", "kind", "exclude", "max_km", "affinity", "uncertain_weights"];

/// One visit of a page.
pub(super) struct Visit {
    /// The language to answer in.
    pub(super) language: Language,
    /// Whether the reader wants larger text (长辈版).
    pub(super) large: bool,
    /// The step of the guided tour that this page is.
    pub(super) tour: Option<usize>,
    /// The account's name, and the session's word if it is one.
    pub(super) signed: Option<(String, Option<String>)>,
    /// The role that reads.
    pub(super) role: Option<Role>,
    path: String,
    query: Vec<(String, String)>,
    /// Wishes stated in the address, to be remembered.
    wishes: Vec<(&'static str, &'static str)>,
}

impl Visit {
    /// Reads `?lang=` and `?text=`, then the cookies that remember them.
    pub(super) fn of(request: &HttpRequest) -> Self {
        let query = actix_web::web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        let query = query.map(actix_web::web::Query::into_inner).unwrap_or_default();
        let asked = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let kept = |name: &str| request.cookie(name).map(|cookie| cookie.value().to_owned());
        let asked_language = asked("lang").and_then(|code| Language::of_code(&code));
        let asked_size = asked("text").map(|size| size == "large");
        let language = asked_language.or_else(|| kept("zeyou_lang").and_then(|code| Language::of_code(&code)));
        let large = asked_size.unwrap_or_else(|| kept("zeyou_text").is_some_and(|size| size == "large"));
        let mut wishes = Vec::new();
        wishes.extend(asked_language.map(|language| ("zeyou_lang", language.code())));
        wishes.extend(asked_size.map(|large| ("zeyou_text", if large { "large" } else { "normal" })));
        let path = request.path().to_owned();
        let tour = asked("tour").and_then(|step| step.parse().ok());
        let extensions = request.extensions();
        let signed = extensions.get::<Signed>().filter(|signed| !signed.0.half);
        let signed = signed.map(|signed| (signed.0.name.clone(), signed.0.csrf.clone()));
        let role = extensions.get::<Acting>().map(|acting| acting.principal().role.clone());
        Self { tour, language: language.unwrap_or(Language::Chinese), large, signed, role, path, query, wishes }
    }

    /// A text in the reader's language.
    pub(super) fn say(&self, text: Text) -> &'static str {
        text.say(self.language)
    }

    /// A text with values in the reader's language.
    pub(super) fn fill(&self, text: Text, values: &[(&str, &str)]) -> String {
        text.fill(self.language, values)
    }

    /// This page's address with some parameters changed; an empty value takes a parameter away.
    pub(super) fn here_with(&self, changes: &[(&str, &str)]) -> String {
        let changed = |name: &str| changes.iter().any(|(key, _)| *key == name);
        let kept = self.query.iter().filter(|(name, _)| !changed(name) && !READING.contains(&name.as_str()));
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        address(&self.path, kept.chain(changes.iter().copied()))
    }

    /// Another page's address with all that this page asks.
    pub(super) fn here_at(&self, path: &str) -> String {
        address(path, self.query())
    }

    /// All that this page asks.
    pub(super) fn query(&self) -> impl Iterator<Item = (&str, &str)> {
        let asked = self.query.iter().filter(|(name, value)| !READING.contains(&name.as_str()) && !value.is_empty());
        asked.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Another page's address with this page's question, and with some parameters set.
    pub(super) fn there(&self, path: &str, changes: &[(&str, &str)]) -> String {
        let changed = |name: &str| changes.iter().any(|(key, _)| *key == name);
        let kept = self.query.iter().filter(|(name, _)| QUESTION.contains(&name.as_str()) && !changed(name));
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        address(path, kept.chain(changes.iter().copied()))
    }

    /// What this page asks, for a form that leads to another page of the park.
    pub(super) fn question(&self) -> impl Iterator<Item = (&str, &str)> {
        let asked = self.query.iter().filter(|(name, value)| QUESTION.contains(&name.as_str()) && !value.is_empty());
        asked.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Cookies that remember the wishes of this visit for a year.
    pub(super) fn cookies(&self) -> impl Iterator<Item = Cookie<'static>> + '_ {
        self.wishes.iter().map(|(name, value)| {
            Cookie::build(*name, *value)
                .path("/")
                .max_age(Duration::days(365))
                .same_site(SameSite::Lax)
                .http_only(true)
                .finish()
        })
    }
}

/// A path with a query; parameters without a value are left out.
pub(super) fn address<'a>(path: &str, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs = query.into_iter().filter(|(_, value)| !value.is_empty());
    // A name may be a reader's own, as any value is.
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// The question of a page of one park, and the query; `own` are the page's other parameters.
pub(super) fn read_question(request: &HttpRequest, own: &[&str]) -> Result<(Question, Query), Problem> {
    let query = read_query(request, &[&QUESTION[..], own].concat())?;
    let question = listed(filtered(path_id(request, "park")?, &query)?, &query)?;
    Ok((question, query))
}

/// Reads the query strictly; `known` are the page's own parameters.
pub(super) fn read_query(request: &HttpRequest, known: &[&str]) -> Result<Query, Problem> {
    Query::read_given(request, &[known, &READING[..]].concat())
}
