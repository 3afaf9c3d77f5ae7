//! The quick form: five questions, reasons, and what was answered.

use maud::{Markup, html};

use super::language::Text;
use super::texts::rate;
use super::visit::Visit;
use crate::domain::{Mark, Marks};

/// The questions in order: field, text, what the ends of the scale mean.
pub(super) const QUESTIONS: [(&str, Text, Option<Text>); 5] = [
    ("overall", rate::OVERALL, None),
    ("supply", rate::SUPPLY, Some(rate::SUPPLY_SCALE)),
    ("skill", rate::SKILL, Some(rate::SKILL_SCALE)),
    ("stay", rate::STAY, Some(rate::STAY_SCALE)),
    ("help", rate::HELP, Some(rate::HELP_SCALE)),
];

const SCALE: [Text; 5] = [rate::MARK_1, rate::MARK_2, rate::MARK_3, rate::MARK_4, rate::MARK_5];

/// What may need to get better: the value in the form, its text.
const REASONS: [(&str, Text); 4] = [
    ("course", rate::REASON_COURSE),
    ("practice", rate::REASON_PRACTICE),
    ("contact", rate::REASON_CONTACT),
    ("stay", rate::REASON_STAY),
];

/// Between reasons on their line; the catalogue's comma for lists.
const BETWEEN: char = '\u{3001}';

/// What stands in the form, as far as it is filled in.
#[derive(Clone, Default)]
pub(super) struct Filled {
    /// Field and value: `1`–`5` or `unknown`.
    pub(super) marks: Vec<(&'static str, String)>,
    /// Values of [`REASONS`].
    pub(super) reasons: Vec<&'static str>,
    /// The sentence.
    pub(super) sentence: String,
}

impl Filled {
    /// What a rating says.
    pub(super) fn of(marks: Marks, comment: Option<&str>) -> Self {
        let value = |mark: Mark| mark.get().map_or("unknown".to_owned(), |value| value.to_string());
        let marks = [marks.overall, marks.supply, marks.skill, marks.stay, marks.help].map(value);
        let comment = comment.unwrap_or_default();
        let (first, rest) = comment.split_once('\n').unwrap_or((comment, ""));
        let named = first.strip_prefix(rate::REASON_PREFIX.zh).map(|named| named.split(BETWEEN).collect::<Vec<_>>());
        let found = named.map(|named| {
            let reason = |name: &str| REASONS.iter().find(|(_, text)| text.zh == name).map(|(value, _)| *value);
            named.into_iter().map(reason).collect::<Option<Vec<_>>>()
        });
        // Words of somebody's own that only begin like a line of reasons stay words.
        let (reasons, sentence) = match found.flatten() {
            Some(reasons) => (reasons, rest),
            None => (Vec::new(), comment),
        };
        let marks = QUESTIONS.iter().map(|(field, ..)| *field).zip(marks).collect();
        Self { marks, reasons, sentence: sentence.to_owned() }
    }

    /// Reads the fields of a form; what is not known is left out.
    pub(super) fn read(fields: &[(String, String)]) -> Self {
        let first = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        let marks = QUESTIONS.iter().filter_map(|(field, ..)| Some((*field, first(field)?))).collect();
        let ticked = |value: &str| fields.iter().any(|(field, given)| field == "reason" && given == value);
        let reasons = REASONS.iter().map(|(value, _)| *value).filter(|value| ticked(value)).collect();
        Self { marks, reasons, sentence: first("sentence").unwrap_or_default().replace('\r', "").trim().to_owned() }
    }

    /// The answers, if every question has one.
    pub(super) fn marks(&self) -> Option<Marks> {
        let given = self.marks.iter().map(|(field, value)| {
            let value = value.parse::<u8>().map_or(serde_json::Value::from(value.as_str()), serde_json::Value::from);
            ((*field).to_owned(), value)
        });
        serde_json::from_value(serde_json::Value::Object(given.collect())).ok()
    }

    /// Reasons on a line of their own, in Chinese whatever the rater reads, then the sentence.
    pub(super) fn comment(&self) -> String {
        let named = REASONS.iter().filter(|(value, _)| self.reasons.contains(value)).map(|(_, text)| text.zh);
        let named: Vec<&str> = named.collect();
        let line = match named.is_empty() {
            true => String::new(),
            false => format!("{}{}", rate::REASON_PREFIX.zh, named.join(&BETWEEN.to_string())),
        };
        [line, self.sentence.clone()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn is(&self, field: &str, value: &str) -> bool {
        self.marks.iter().any(|(known, given)| *known == field && given == value)
    }
}

/// The five questions and the reasons.
pub(super) fn questions(visit: &Visit, filled: &Filled) -> Markup {
    html! {
        @for (field, text, scale) in QUESTIONS {
            fieldset.question {
                legend { (visit.say(text)) }
                @if let Some(scale) = scale { p.fine { (visit.say(scale)) } }
                div.scale {
                    @for (at, word) in SCALE.into_iter().enumerate() {
                        @let value = (at + 1).to_string();
                        label.pick {
                            input.low[at < 2] type="radio" name=(field) value=(value) required checked[filled.is(field, &value)];
                            span { b { (value) } small { (visit.say(word)) } }
                        }
                    }
                    @if scale.is_some() {
                        label.pick.cannot {
                            input type="radio" name=(field) value="unknown" checked[filled.is(field, "unknown")];
                            span { small { (visit.say(rate::UNKNOWN)) } }
                        }
                    }
                }
            }
        }
        fieldset.question.reasons {
            legend { (visit.say(rate::REASONS)) }
            div.chips { @for (value, text) in REASONS {
                label.pick {
                    input type="checkbox" name="reason" value=(value) checked[filled.reasons.contains(&value)];
                    span { small { (visit.say(text)) } }
                }
            } }
        }
    }
}

/// What was answered, to be read.
pub(super) fn given(visit: &Visit, filled: &Filled) -> Markup {
    let word = |value: &str| match value.parse::<usize>() {
        Ok(mark) => SCALE.get(mark.wrapping_sub(1)).map(|text| format!("{mark} {}", visit.say(*text))),
        Err(_) => Some(visit.say(rate::UNKNOWN).to_owned()),
    };
    html! {
        dl.given { @for ((_, text, _), (_, value)) in QUESTIONS.iter().zip(&filled.marks) {
            dt { (visit.say(*text)) }
            dd { (word(value).unwrap_or_default()) }
        } }
        @if !filled.reasons.is_empty() {
            @let named = REASONS.iter().filter(|(value, _)| filled.reasons.contains(value));
            @let named: Vec<&str> = named.map(|(_, text)| visit.say(*text)).collect();
            p { (visit.say(rate::REASON_PREFIX)) (named.join(", ")) }
        }
    }
}

/// The same, unseen in a form that changes something else.
pub(super) fn hidden(filled: &Filled) -> Markup {
    html! {
        @for (field, value) in &filled.marks { input type="hidden" name=(field) value=(value); }
        @for value in &filled.reasons { input type="hidden" name="reason" value=(value); }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    const FIVE: [(&str, &str); 5] =
        [("overall", "2"), ("supply", "4"), ("skill", "unknown"), ("stay", "1"), ("help", "5")];

    #[test]
    fn what_is_sent_is_what_is_shown_again() {
        let mut pairs = FIVE.to_vec();
        pairs.extend([
            ("reason", "stay"),
            ("reason", "course"),
            ("reason", "other"),
            ("sentence", " more\r\npractice "),
        ]);
        let filled = Filled::read(&fields(&pairs));
        let marks = filled.marks().expect("five answers");
        assert_eq!((marks.overall.get(), marks.skill.get(), marks.help.get()), (Some(2), None, Some(5)));
        let again = Filled::of(marks, Some(&filled.comment()));
        assert_eq!((again.reasons.as_slice(), again.sentence.as_str()), (&["course", "stay"][..], "more\npractice"));
        assert_eq!((again.comment(), again.marks), (filled.comment(), filled.marks));
    }

    #[test]
    fn words_that_only_look_like_reasons_stay_words() {
        let marks = Filled::read(&fields(&FIVE)).marks().expect("five answers");
        let own = format!("{}mine", rate::REASON_PREFIX.zh);
        let filled = Filled::of(marks, Some(&own));
        assert_eq!(
            (filled.reasons.len(), filled.sentence.as_str(), filled.comment().as_str()),
            (0, own.as_str(), own.as_str())
        );
    }

    #[test]
    fn an_answer_too_few_or_out_of_the_scale_is_no_answer() {
        assert!(Filled::read(&fields(&FIVE[..4])).marks().is_none());
        for bad in ["0", "6", "", "5.0", "five"] {
            let mut pairs = FIVE.to_vec();
            pairs[0].1 = bad;
            assert!(Filled::read(&fields(&pairs)).marks().is_none(), "{bad}");
        }
    }
}
