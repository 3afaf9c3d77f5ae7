//! The catalogue of texts: every word a page shows, in both languages. Pages name a text; a missing one does not compile.

/// Declares texts: name, Chinese, English.
macro_rules! texts {
    ($($name:ident = $zh:literal, $en:literal;)*) => {
        use crate::console::language::Text;
        $(pub(in crate::console) const $name: Text = Text { zh: $zh, en: $en };)*
        #[cfg(test)]
        pub(in crate::console) const ALL: &[(&str, Text)] = &[$((stringify!($name), $name)),*];
    };
}

pub(super) mod access;
pub(super) mod audit;
pub(super) mod board;
pub(super) mod data;
pub(super) mod decisions;
pub(super) mod departments;
pub(super) mod engagements;
pub(super) mod entry;
pub(super) mod failure;
pub(super) mod flags;
pub(super) mod form;
pub(super) mod frame;
pub(super) mod help;
pub(super) mod home;
pub(super) mod lab;
pub(super) mod needs;
pub(super) mod rate;
pub(super) mod relations;
pub(super) mod scenarios;
pub(super) mod selections;
pub(super) mod supply;
pub(super) mod tickets;
pub(super) mod tour;
pub(super) mod why;
pub(super) mod words;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    const SECTIONS: [(&str, &[(&str, Text)]); 25] = [
        ("access", access::ALL),
        ("audit", audit::ALL),
        ("board", board::ALL),
        ("data", data::ALL),
        ("decisions", decisions::ALL),
        ("departments", departments::ALL),
        ("engagements", engagements::ALL),
        ("entry", entry::ALL),
        ("failure", failure::ALL),
        ("flags", flags::ALL),
        ("form", form::ALL),
        ("frame", frame::ALL),
        ("help", help::ALL),
        ("home", home::ALL),
        ("lab", lab::ALL),
        ("needs", needs::ALL),
        ("rate", rate::ALL),
        ("relations", relations::ALL),
        ("scenarios", scenarios::ALL),
        ("selections", selections::ALL),
        ("supply", supply::ALL),
        ("tickets", tickets::ALL),
        ("tour", tour::ALL),
        ("why", why::ALL),
        ("words", words::ALL),
    ];

    use crate::console::language::Text;

    fn is_han(c: char) -> bool {
        ('\u{2e80}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c)
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    fn sources() -> Vec<(PathBuf, String)> {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console")];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push((path.clone(), std::fs::read_to_string(path).expect("a source")));
                }
            }
        }
        found
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        for (section, texts) in SECTIONS {
            for (name, text) in texts {
                assert!(!text.zh.trim().is_empty() && !text.en.trim().is_empty(), "{section}::{name} is empty");
                let same = placeholders(text.zh) == placeholders(text.en) || *name == "DAY";
                assert!(same, "{section}::{name}: other placeholders");
                let foreign: String = text.en.chars().filter(|&c| is_han(c)).collect();
                assert!(foreign.is_empty() || *name == "CHINESE", "{section}::{name}: {foreign} in the English text");
            }
        }
    }

    #[test]
    fn every_text_is_used_and_pages_have_none_of_their_own() {
        let sources = sources();
        for (section, texts) in SECTIONS {
            for (name, _) in texts {
                let used = sources.iter().any(|(path, text)| {
                    !path.to_string_lossy().contains("texts") && text.contains(&format!("{section}::{name}"))
                });
                assert!(used, "{section}::{name} is used by no page");
            }
        }
        for (path, text) in sources.iter().filter(|(path, _)| !path.to_string_lossy().contains("texts")) {
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                assert!(!line.chars().any(is_han), "{}: a text outside the catalogue: {line}", path.display());
            }
        }
    }
}
