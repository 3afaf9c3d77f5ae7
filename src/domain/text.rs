//! Bounded text: names, notes and comments that cannot carry control or bidirectional-override characters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use super::invalid::Invalid;

fn check(value: &str, max_chars: usize, empty_ok: bool, lines_ok: bool) -> Result<(), Invalid> {
    if value.trim().is_empty() && !empty_ok {
        return Err(Invalid::new("missing-field", "不能为空", "must not be empty"));
    }
    let n = value.chars().count();
    if n > max_chars || value.len() > max_chars * 3 {
        return Err(Invalid::new(
            "too-long",
            format!("最多 {max_chars} 个字符（现为 {n} 个字符、{} 字节）", value.len()),
            format!("at most {max_chars} characters (got {n} characters, {} bytes)", value.len()),
        ));
    }
    let forbidden = |c: char| {
        (c.is_control() && !(lines_ok && c == '\n'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    match value.chars().find(|&c| forbidden(c)) {
        Some(c) => Err(Invalid::new(
            "invalid-characters",
            format!("含有不允许的字符 U+{:04X}", c as u32),
            format!("contains the forbidden character U+{:04X}", c as u32),
        )),
        None => Ok(()),
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident max $max:literal empty $empty:literal lines $lines:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(value: &str) -> Result<Self, Invalid> {
                check(value, $max, $empty, $lines)?;
                Ok(Self(value.trim().into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = String::deserialize(deserializer)?;
                value.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

texts! {
    /// A name shown to people: 1–200 characters on one line.
    Label max 200 empty false lines false;
    /// Where a fact comes from, or a remark: up to 1,000 characters on one line.
    Note max 1000 empty true lines false;
    /// An enterprise's own words beside its rating: up to 2,000 characters.
    Comment max 2000 empty true lines true;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_bounded_and_clean() {
        assert_eq!("".parse::<Label>().expect_err("empty").rule, "missing-field");
        assert_eq!("x\u{202e}y".parse::<Comment>().expect_err("bidi").rule, "invalid-characters");
        assert_eq!("x\0y".parse::<Comment>().expect_err("nul").rule, "invalid-characters");
        assert_eq!("字".repeat(2001).parse::<Comment>().expect_err("long").rule, "too-long");
        assert_eq!("e\u{301}".repeat(2500).parse::<Comment>().expect_err("combining").rule, "too-long");
        assert_eq!("<script>".parse::<Comment>().expect("stored as text").as_str(), "<script>");
    }
}
