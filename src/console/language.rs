//! Two languages, and texts that exist in both or not at all.

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// 简体中文, the default.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The code in `lang` attributes, `?lang=` and the cookie.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The language that goes by a code; `None` for any other word.
    pub(super) fn of_code(code: &str) -> Option<Self> {
        match code.to_ascii_lowercase().as_str() {
            "zh" | "zh-cn" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// One of two things that come in both languages.
    pub(super) fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Chinese => zh,
            Self::English => en,
        }
    }
}

/// A text of the catalogue. `{name}` stands for what [`Text::fill`] puts there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    /// In Chinese.
    pub(super) zh: &'static str,
    /// In English.
    pub(super) en: &'static str,
}

impl Text {
    /// The text in a language.
    pub(super) fn say(self, language: Language) -> &'static str {
        language.pick(self.zh, self.en)
    }

    /// The text in a language, with every `{name}` replaced.
    pub(super) fn fill(self, language: Language, values: &[(&str, &str)]) -> String {
        let mut text = self.say(language).to_owned();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }
}
