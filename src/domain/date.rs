//! Days and instants. The domain never reads a clock: both come from events.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use super::invalid::{Invalid, clip};

/// A calendar day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Date(i32);

const EPOCH: time::Date = time::macros::date!(1970 - 01 - 01);

impl Date {
    /// The day that lies `days` after 1970-01-01.
    pub fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.0
    }

    /// The day `n` working days later: Monday to Friday. Public holidays are not known.
    pub fn plus_working_days(self, n: u16) -> Self {
        let (mut day, mut left) = (self, n);
        while left > 0 {
            day = day.plus_days(1);
            left -= u16::from(day.weekday() < 5);
        }
        day
    }

    /// The first Monday after this day.
    pub fn next_monday(self) -> Self {
        self.plus_days(7 - self.weekday())
    }

    /// Days since Monday, 0–6: 1970-01-01 was a Thursday.
    fn weekday(self) -> i32 {
        (i64::from(self.0) + 3).rem_euclid(7) as i32
    }

    /// The first day of its month.
    pub fn month(self) -> Self {
        let day = EPOCH.checked_add(time::Duration::days(i64::from(self.0)));
        day.map_or(self, |day| Self(self.0 - i32::from(day.day()) + 1))
    }

    /// The day `n` days later (earlier if negative).
    pub fn plus_days(self, n: i32) -> Self {
        Self(self.0.saturating_add(n))
    }
}

impl FromStr for Date {
    type Err = Invalid;
    fn from_str(value: &str) -> Result<Self, Invalid> {
        let parsed = time::Date::parse(value, format_description!("[year]-[month]-[day]")).ok();
        match parsed.filter(|d| (1900..=2200).contains(&d.year())) {
            Some(day) => Ok(Self((day - EPOCH).whole_days() as i32)),
            None => {
                let value = clip(value);
                Err(Invalid::new(
                    "invalid-date",
                    format!("“{value}”不是 1900–2200 年间的日期（格式 2026-11-24）"),
                    format!("`{value}` is not a date between 1900 and 2200 written as 2026-11-24"),
                ))
            }
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match EPOCH.checked_add(time::Duration::days(i64::from(self.0))) {
            Some(day) => write!(f, "{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day()),
            None => f.write_str("?"),
        }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            text.parse().map_err(serde::de::Error::custom)
        } else {
            Ok(Self(i32::deserialize(deserializer)?))
        }
    }
}

/// An instant in microseconds since 1970-01-01T00:00:00Z, given by the store when it records an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant from microseconds.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// The day in UTC+8, the only time zone of the parks.
    pub fn day(self) -> Date {
        Date((self.0 + 8 * 3_600_000_000).div_euclid(86_400_000_000) as i32)
    }
}

/// As databases keep it: microseconds.
impl From<i64> for Timestamp {
    fn from(micros: i64) -> Self {
        Self::from_micros(micros)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok());
        f.write_str(text.as_deref().unwrap_or("?"))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return Ok(Self(i64::deserialize(deserializer)?));
        }
        let text = String::deserialize(deserializer)?;
        let at = time::OffsetDateTime::parse(&text, &Rfc3339).map_err(serde::de::Error::custom)?;
        Ok(Self((at.unix_timestamp_nanos() / 1000) as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_days_are_monday_to_friday() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        for (from, n, to) in [
            ("2026-11-27", 1, "2026-11-30"), // A Friday, a Monday.
            ("2026-11-28", 1, "2026-11-30"),
            ("2026-11-30", 1, "2026-12-01"),
            ("2026-11-30", 15, "2026-12-21"),
            ("2026-11-29", 0, "2026-11-29"),
        ] {
            assert_eq!(day(from).plus_working_days(n), day(to), "{n} after {from}");
        }
        for (from, to) in [("2026-11-30", "2026-12-07"), ("2026-12-06", "2026-12-07"), ("1969-12-31", "1970-01-05")] {
            assert_eq!(day(from).next_monday(), day(to), "after {from}");
        }
    }

    #[test]
    fn dates_round_trip_and_refuse_what_is_no_day() {
        let day: Date = "2026-09-01".parse().expect("date");
        assert_eq!((day.to_string().as_str(), day.days()), ("2026-09-01", 20_697));
        for bad in ["2026-02-30", "0000-01-01", "2026-9-1", "2026-01-01T00:00:00+14:00"] {
            assert_eq!(bad.parse::<Date>().expect_err(bad).rule, "invalid-date");
        }
        assert_eq!(Timestamp::from_micros(0).to_string(), "1970-01-01T00:00:00Z");
    }
}
