//! The one error of this layer: a value that may not exist, with its rule and a sentence in both languages.

use std::fmt;

/// Separates the parts of an [`Invalid`] inside another library's error message.
const MARK: char = '\u{1f}';

/// A value that breaks a rule of the vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The rule's slug, as in the problem's `type`, e.g. `out-of-range`.
    pub rule: String,
    /// What is wrong, in Chinese.
    pub zh: String,
    /// What is wrong, in English.
    pub en: String,
}

impl Invalid {
    /// An error with the rule's slug and a sentence in each language.
    pub fn new(rule: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), zh: zh.into(), en: en.into() }
    }

    /// A number outside `low..=high`.
    pub fn out_of_range(low: impl fmt::Display, high: impl fmt::Display) -> Self {
        Self::new("out-of-range", format!("须在 {low} 到 {high} 之间"), format!("must be between {low} and {high}"))
    }

    /// A field or parameter that must be given.
    pub fn missing_field(name: &str) -> Self {
        Self::new("missing-field", format!("须给出 {name}"), format!("{name} is required"))
    }

    /// A word that is none of `known`.
    pub fn unknown_word(value: &str, known: &[&str]) -> Self {
        let known = known.join(", ");
        let value = clip(value);
        Self::new("unknown-code", format!("“{value}”不是下列之一：{known}"), format!("`{value}` is none of {known}"))
    }

    /// Recovers the error from a serde message that carries it; `None` if the message is serde's own.
    pub fn from_message(message: &str) -> Option<Self> {
        let (_, tail) = message.split_once(MARK)?;
        let mut parts = tail.splitn(3, MARK);
        let (rule, zh, en) = (parts.next()?, parts.next()?, parts.next()?);
        // serde_json appends " at line 1 column 2" behind a custom message.
        let en = en.split(MARK).next().unwrap_or(en);
        Some(Self::new(rule, zh, en))
    }
}

/// At most 64 characters of a caller's value may be echoed.
pub(crate) fn clip(value: &str) -> String {
    if value.chars().count() <= 64 { value.to_owned() } else { value.chars().take(63).chain(['…']).collect() }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}{MARK}{}{MARK}{}{MARK}", self.rule, self.zh, self.en)
    }
}

impl std::error::Error for Invalid {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_value_survives_the_trip_through_a_serde_message() {
        let error = Invalid::out_of_range(1, 5);
        let message = format!("marks.overall: {error} at line 1 column 2");
        assert_eq!(Invalid::from_message(&message), Some(error));
        assert_eq!(Invalid::from_message("missing field `x`"), None);
    }
}
