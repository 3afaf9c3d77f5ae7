//! Figures and days as people read them.

use super::language::{Language, Text};
use super::texts::words;
use crate::domain::{Criterion, Date};

/// A figure with a fixed number of decimals; minus is the real sign, and zero has none.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|c| matches!(c, '0' | '.')) => digits.to_owned(),
        Some(digits) => format!("\u{2212}{digits}"),
        None => text,
    }
}

/// A figure with its sign, also when it is positive.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    let zero = text.chars().all(|c| matches!(c, '0' | '.'));
    if zero || text.starts_with('\u{2212}') { text } else { format!("+{text}") }
}

/// A share in percent; what is not quite all or nothing is not shown as all or nothing.
pub(super) fn percent(share: f64) -> String {
    let rounded = (share * 100.0).round();
    match (rounded as i64, share) {
        (100, share) if share < 1.0 - 1e-9 => ">99".to_owned(),
        (0, share) if share > 1e-9 => "<1".to_owned(),
        (whole, _) => whole.to_string(),
    }
}

/// A day as it is written in the language.
pub(super) fn day(language: Language, date: Date) -> String {
    let text = date.to_string();
    let mut parts = text.split('-').map(|part| part.trim_start_matches('0'));
    let (year, month, day) = (parts.next().unwrap_or("?"), parts.next().unwrap_or("?"), parts.next().unwrap_or("?"));
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = month.parse::<usize>().ok().and_then(|month| MONTHS.get(month.wrapping_sub(1)).copied());
    words::DAY.fill(language, &[("year", year), ("month", month), ("month_name", name.unwrap_or("?")), ("day", day)])
}

/// A criterion's raw value with its unit.
pub(super) fn raw(language: Language, criterion: Criterion, value: Option<f64>) -> String {
    let Some(value) = value else { return words::UNKNOWN.say(language).to_owned() };
    let (text, number): (Text, String) = match criterion {
        Criterion::MajorFit | Criterion::Capacity | Criterion::Retention | Criterion::Facilities => {
            (words::UNIT_PERCENT, fixed(100.0 * value, 0))
        }
        Criterion::Faculty | Criterion::Cost => (words::UNIT_PERCENT, fixed(100.0 * value, 0)),
        Criterion::Satisfaction => (words::UNIT_OF_FIVE, fixed(value, 2)),
        Criterion::Continuity => (words::UNIT_YEARS, fixed(value, 1)),
        Criterion::Response => (words::UNIT_DAYS, fixed(value, 1)),
        Criterion::Tech => (words::UNIT_PROJECTS, fixed(value, 0)),
        Criterion::Proximity => (words::UNIT_MINUTES, fixed(value, 0)),
        Criterion::Cobuild => (words::UNIT_PLEDGES, fixed(value, 0)),
    };
    text.fill(language, &[("n", &number)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_naturally() {
        assert_eq!(
            (fixed(-0.04, 1), fixed(-0.26, 1), signed(0.31, 1)),
            ("0.0".into(), "\u{2212}0.3".into(), "+0.3".into())
        );
        assert_eq!((signed(-0.001, 2), percent(0.9999), percent(1.0)), ("0.00".into(), ">99".into(), "100".into()));
        assert_eq!((percent(0.001), percent(0.0), percent(0.5)), ("<1".into(), "0".into(), "50".into()));
        let date: Date = "2026-12-01".parse().expect("a day");
        assert_eq!(day(Language::English, date), "1 Dec 2026");
        assert!(day(Language::Chinese, date).starts_with("2026"));
    }
}
