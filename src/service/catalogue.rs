//! Majors, occupations, parks and colleges as people look for them: by code, by name, by pinyin or its first letters.

use pinyin::ToPinyin;

use super::Service;
use crate::domain::ParkId;
use crate::engine::State;

/// Most entries that are offered when several fit.
const OFFERED: usize = 12;

/// A major, an occupation, a park or a college to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// `major`, `occupation`, `park` or `college`.
    pub kind: &'static str,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its name in pinyin without tones, and the first letters.
    pub pinyin: String,
    /// Their first letters.
    pub initials: String,
}

/// What a text may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// This one.
    One(CatalogueEntry),
    /// One of these.
    Several(Vec<CatalogueEntry>),
    /// Nothing that is known.
    Nothing,
}

fn entry(kind: &'static str, code: String, name: &str) -> CatalogueEntry {
    let spelt = |one: fn(pinyin::Pinyin) -> &'static str| {
        name.chars().filter_map(|c| c.to_pinyin().map(one)).collect::<String>()
    };
    let (pinyin, initials) = (spelt(pinyin::Pinyin::plain), spelt(pinyin::Pinyin::first_letter));
    CatalogueEntry { kind, code, name: name.to_owned(), pinyin: pinyin.replace('ü', "v"), initials }
}

fn entries(state: &State) -> Vec<CatalogueEntry> {
    let majors = state.majors.iter().filter(|(_, one)| !one.closed);
    let occupations = state.occupations.iter().filter(|(_, one)| !one.closed);
    let majors = majors.map(|(id, one)| entry("major", id.to_string(), one.value.name.as_str()));
    majors.chain(occupations.map(|(id, one)| entry("occupation", id.to_string(), one.value.name.as_str()))).collect()
}

/// What a text means among entries.
fn meant(entries: Vec<CatalogueEntry>, text: &str) -> Meant {
    let text = text.trim().to_lowercase();
    let first = text.split_whitespace().next().unwrap_or_default();
    if text.is_empty() {
        return Meant::Nothing;
    }
    if let Some(one) = entries.iter().find(|one| one.code.to_lowercase() == first) {
        return Meant::One(one.clone());
    }
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    // The nearest way of fitting that any entry has decides.
    let ways: [&dyn Fn(&CatalogueEntry) -> bool; 5] = [
        &|one| one.name == bare,
        &|one| one.pinyin == bare || one.initials == bare,
        &|one| one.name.starts_with(&bare) || one.code.to_lowercase().starts_with(&bare),
        &|one| one.pinyin.starts_with(&bare) || one.initials.starts_with(&bare),
        &|one| one.name.contains(&bare) || one.pinyin.contains(&bare),
    ];
    for way in ways {
        let mut fitting: Vec<CatalogueEntry> = entries.iter().filter(|one| way(one)).cloned().collect();
        match fitting.len() {
            0 => continue,
            1 => return Meant::One(fitting.remove(0)),
            _ => {
                // Majors before their classes: a need is seldom as wide as a class.
                fitting.sort_by_key(|one| std::cmp::Reverse(one.code.len()));
                fitting.truncate(OFFERED);
                return Meant::Several(fitting);
            }
        }
    }
    Meant::Nothing
}

impl Service {
    /// All majors and occupations.
    pub(super) fn catalogue(&self) -> Vec<CatalogueEntry> {
        entries(&self.live.current().snapshot.state)
    }

    /// The major or occupation that a text means; `kind` if only one kind will do.
    pub(super) fn meant(&self, text: &str, kind: Option<&str>) -> Meant {
        let all = self.catalogue().into_iter().filter(|one| kind.is_none_or(|kind| one.kind == kind));
        meant(all.collect(), text)
    }

    /// The open park that a text means, of those that are allowed.
    pub(super) fn park_meant(&self, text: &str, allowed: impl Fn(&ParkId) -> bool) -> Meant {
        let current = self.live.current();
        let open = current.snapshot.state.parks.iter().filter(|(id, one)| !one.closed && allowed(id));
        meant(open.map(|(id, one)| entry("park", id.to_string(), one.value.name.as_str())).collect(), text)
    }

    /// The open college that a text means.
    pub(super) fn college_meant(&self, text: &str) -> Meant {
        let current = self.live.current();
        let open = current.snapshot.state.colleges.iter().filter(|(_, one)| !one.closed);
        meant(open.map(|(id, one)| entry("college", id.to_string(), one.value.name.as_str())).collect(), text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_major_is_found_by_code_name_and_pinyin() {
        let all = || {
            let majors = [
                ("4601", "机械设计制造类"),
                ("460103", "数控技术"),
                ("460110", "智能焊接技术"),
                ("260110", "智能焊接技术"),
            ];
            majors.into_iter().map(|(code, name)| entry("major", code.to_owned(), name)).collect::<Vec<_>>()
        };
        for text in
            ["460103", "460103 数控技术", "数控技术", "shukongjishu", "skjs", "SKJS ", "shukong", "数控", "控技"]
        {
            match meant(all(), text) {
                Meant::One(one) => assert_eq!(one.code, "460103", "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        let Meant::Several(two) = meant(all(), "智能焊接技术") else { panic!("two levels have it") };
        assert_eq!(two.len(), 2);
        assert_eq!(meant(all(), "食堂"), Meant::Nothing);
        assert_eq!(meant(all(), " "), Meant::Nothing);
    }
}
