//! Ratings: how satisfied an enterprise was with an engagement.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::code::{EngagementId, RatingId};
use super::date::Date;
use super::invalid::Invalid;
use super::text::Comment;

/// One answer of the questionnaire: 1 非常不满意 … 5 非常满意, or 不了解 (written `"unknown"`), which is excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(u8);

impl Mark {
    /// 不了解, can't say.
    pub const UNKNOWN: Self = Self(0);

    /// A mark from 1 to 5.
    pub fn new(value: u8) -> Result<Self, Invalid> {
        if (1..=5).contains(&value) { Ok(Self(value)) } else { Err(Invalid::out_of_range(1, 5)) }
    }

    /// The mark, unless 不了解.
    pub fn get(self) -> Option<u8> {
        (self.0 > 0).then_some(self.0)
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 == 0 && serializer.is_human_readable() {
            serializer.serialize_str("unknown")
        } else {
            serializer.serialize_u8(self.0)
        }
    }
}

struct MarkVisitor;

impl de::Visitor<'_> for MarkVisitor {
    type Value = Mark;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a whole number from 1 to 5, or \"unknown\"")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Mark, E> {
        u8::try_from(value).map_err(|_| Invalid::out_of_range(1, 5)).and_then(Mark::new).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Mark, E> {
        u64::try_from(value).map_err(|_| E::custom(Invalid::out_of_range(1, 5))).and_then(|value| self.visit_u64(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Mark, E> {
        if (1.0..=5.0).contains(&value) {
            return Err(E::custom(Invalid::new(
                "invalid-precision",
                "评分须为整数 1–5",
                "a mark is a whole number from 1 to 5",
            )));
        }
        Err(E::custom(Invalid::out_of_range(1, 5)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Mark, E> {
        if value == "unknown" { Ok(Mark::UNKNOWN) } else { Err(E::invalid_type(de::Unexpected::Str(value), &self)) }
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(MarkVisitor);
        }
        match u8::deserialize(deserializer)? {
            0 => Ok(Self::UNKNOWN),
            value => Self::new(value).map_err(de::Error::custom),
        }
    }
}

/// One of the four aspects that the quick form asks for beside the overall impression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// 招得到, people on time and in number.
    Supply,
    /// 用得上, skills fit the job.
    Skill,
    /// 留得住, people stay.
    Stay,
    /// 帮得上, response and technical help.
    Help,
}

impl Aspect {
    /// All four, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Supply, Self::Skill, Self::Stay, Self::Help];

    /// The answer given to it.
    pub fn of(self, marks: &Marks) -> Mark {
        match self {
            Self::Supply => marks.supply,
            Self::Skill => marks.skill,
            Self::Stay => marks.stay,
            Self::Help => marks.help,
        }
    }
}

/// The five answers of the quick form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, try_from = "Raw")]
pub struct Marks {
    /// 总体, overall.
    pub overall: Mark,
    /// 招得到, people on time and in number.
    pub supply: Mark,
    /// 用得上, skills fit the job.
    pub skill: Mark,
    /// 留得住, people stay.
    pub stay: Mark,
    /// 帮得上, response and technical help.
    pub help: Mark,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    overall: Mark,
    supply: Mark,
    skill: Mark,
    stay: Mark,
    help: Mark,
}

impl TryFrom<Raw> for Marks {
    type Error = Invalid;
    fn try_from(raw: Raw) -> Result<Self, Invalid> {
        let Raw { overall, supply, skill, stay, help } = raw;
        let marks = Self { overall, supply, skill, stay, help };
        if [overall, supply, skill, stay, help].iter().all(|mark| mark.get().is_none()) {
            return Err(Invalid::new(
                "missing-field",
                "至少要有一项不是“不了解”",
                "at least one answer must not be `unknown`",
            ));
        }
        Ok(marks)
    }
}

impl Marks {
    /// The score the model learns from: 0.4 overall + 0.15 × each aspect, renormalised over the answers given
    /// (UX: satisfaction questionnaire). Unit: points on the 1–5 scale.
    pub fn score(&self) -> f64 {
        let (sum, weight) = self.tally();
        f64::from(sum) / f64::from(weight)
    }

    /// The score as a fraction: the sum of the weighed answers over the sum of their weights, in twentieths.
    pub fn tally(&self) -> (u8, u8) {
        let answers = [(8, self.overall), (3, self.supply), (3, self.skill), (3, self.stay), (3, self.help)];
        let (mut weight, mut sum) = (0, 0);
        for (w, mark) in answers {
            if let Some(value) = mark.get() {
                weight += w;
                sum += w * value;
            }
        }
        (sum, weight.max(1))
    }
}

/// One rating of one engagement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// Its id.
    pub id: RatingId,
    /// The engagement it rates.
    pub engagement: EngagementId,
    /// The answers.
    pub marks: Marks,
    /// The day it was given.
    pub rated_on: Date,
    /// One optional sentence. In ratings of logs since comments stand beside them it is put in as they are read.
    pub comment: Option<Comment>,
    /// SHA-256 of a salt and the comment, hexadecimal: the comment itself can be erased.
    #[serde(default)]
    pub comment_digest: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(overall: &str) -> Result<Marks, serde_json::Error> {
        serde_json::from_str(&format!(r#"{{"overall":{overall},"supply":4,"skill":"unknown","stay":3,"help":2}}"#))
    }

    #[test]
    fn the_score_leaves_out_what_is_unknown() {
        let score = marks("5").expect("marks").score();
        assert!((score - (0.4 * 5.0 + 0.15 * 9.0) / 0.85).abs() < 1e-12);
    }

    #[test]
    fn a_mark_is_a_whole_number_from_one_to_five_and_nothing_else() {
        let rule = |text: &str| {
            let message = marks(text).expect_err(text).to_string();
            Invalid::from_message(&message).map_or(message, |invalid| invalid.rule)
        };
        for bad in ["0", "6", "-1", "-0.0", "1e30", "99999999999999999999"] {
            assert_eq!(rule(bad), "out-of-range", "{bad}");
        }
        assert_eq!(rule("4.999999999999999999"), "invalid-precision");
        for bad in ["\"5\"", "true", "null", "[5]"] {
            assert!(rule(bad).starts_with("invalid type"), "{bad}");
        }
    }
}
