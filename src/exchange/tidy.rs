//! Cells as people write them, made what the tables hold; every correction is told.

use super::definitions::{CellKind, Named, words};
use super::grid::Cell;
use crate::domain::{Date, Invalid};

/// Finds the code of an entry by its name: table of the entry, name. `Err` has the codes if several have the name.
pub type Lookup<'a> = dyn Fn(&str, &str) -> Result<Option<String>, Vec<String>> + 'a;

/// Why a cell was corrected, in Chinese and English.
pub type Why = (&'static str, &'static str);

/// What a cell says.
#[derive(Debug, PartialEq)]
pub struct Tidied {
    /// Its text as the tables hold it.
    pub text: String,
    /// Why it is not what stood there.
    pub why: Option<Why>,
}

/// A cell that says nothing the table can hold, and perhaps what was meant.
pub(super) type Untidy = (Invalid, Option<String>);

const BLANKS: Why = ("去掉空格或换全角为半角", "blanks or full-width forms");
const SERIAL: Why = ("Excel 日期序号", "a serial number of a day");
const WRITTEN_DAY: Why = ("日期写法", "the way the day was written");
const NAME: Why = ("按名称找到代码", "the code found by its name");
const SEPARATORS: Why = ("千位分隔符", "separators of thousands");
const LEADING_ZERO: Why = ("补上开头的 0", "the leading zero");

/// Full-width letters, digits and blanks as plain ones.
fn plain(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        other => other,
    };
    text.chars().map(half).collect::<String>().trim().to_owned()
}

/// A text for comparison: plain, small, without blanks.
pub(super) fn key(text: &str) -> String {
    plain(text).to_lowercase().chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether a word goes by this text.
pub(super) fn goes_by(named: &Named, text: &str) -> bool {
    let names = [&named.code, &named.zh, &named.en].into_iter().chain(&named.aliases);
    names.into_iter().any(|name| key(name) == text)
}

/// Reads one cell for a column.
///
/// # Errors
/// `Untidy`.
pub fn tidy(kind: &CellKind, cell: &Cell, lookup: &Lookup<'_>) -> Result<Option<Tidied>, Untidy> {
    if let Cell::Fault(fault) = cell {
        let (zh, en) = (format!("公式出错 {fault}"), format!("the formula fails: {fault}"));
        return Err((Invalid::new("formula-error", zh, en), None));
    }
    if cell.is_empty() {
        return Ok(None);
    }
    let text = cell.text();
    let plain_text = plain(&text);
    let simple = |text: String| {
        // A cell of a CSV file with blanks around its text is no correction worth telling.
        let why = (text != cell.text()).then_some(BLANKS);
        Tidied { text, why }
    };
    let found = match kind {
        CellKind::Text => Tidied { text, why: None },
        CellKind::Whole => whole(&plain_text)?,
        CellKind::Amount => amount(&plain_text)?,
        CellKind::Day => day(cell, &plain_text, false)?,
        CellKind::LastDay => day(cell, &plain_text, true)?,
        CellKind::Flag => word("flag", &text)?,
        CellKind::Mark => word("mark", &text)?,
        CellKind::Word(list) => word(list, &text)?,
        CellKind::Words(list) => several(&text, |part| word(list, part).map(|found| found.text))?,
        CellKind::Names => several(&text, |part| Ok(plain(part)))?,
        CellKind::Entry(table) => entry(table, &text, lookup)?,
    };
    // What differs from the cell by full-width forms only.
    let listed =
        matches!(kind, CellKind::Word(_) | CellKind::Words(_) | CellKind::Flag | CellKind::Mark | CellKind::Names);
    Ok(Some(if found.why.is_none() && !listed && found.text != cell.text() { simple(found.text) } else { found }))
}

fn several(text: &str, one: impl Fn(&str) -> Result<String, Untidy>) -> Result<Tidied, Untidy> {
    let parts = text.split([';', '；', '、', '，', ',', '/']).map(str::trim).filter(|part| !part.is_empty());
    let parts = parts.map(one).collect::<Result<Vec<_>, _>>()?;
    let joined = parts.join(";");
    Ok(Tidied { text: joined, why: None })
}

fn digits(text: &str) -> Option<String> {
    let found: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(|c| c.is_ascii_digit()).collect();
    (!found.is_empty()).then_some(found)
}

fn whole(text: &str) -> Result<Tidied, Untidy> {
    let number = amount(text).map_err(|(_, guess)| not_whole(text, guess))?;
    match number.text.strip_suffix(".0").unwrap_or(&number.text) {
        whole if whole.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(Tidied { text: whole.to_owned(), why: number.why })
        }
        _ => Err(not_whole(text, None)),
    }
}

fn not_whole(text: &str, guess: Option<String>) -> Untidy {
    let (zh, en) = (format!("“{text}”不是整数"), format!("`{text}` is not a whole number"));
    (Invalid::new("wrong-type", zh, en), guess)
}

fn amount(text: &str) -> Result<Tidied, Untidy> {
    let grouped = |text: &str| {
        let mut groups = text.split('.').next().unwrap_or_default().split(',');
        groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3)
    };
    let joined = if text.contains(',') && grouped(text) { text.replace(',', "") } else { text.to_owned() };
    let number = joined.parse::<f64>().ok().filter(|number| number.is_finite());
    let fits = joined.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    match number.filter(|_| fits) {
        Some(_) => Ok(Tidied { why: (joined != text).then_some(SEPARATORS), text: joined }),
        None => {
            let (zh, en) = (format!("“{text}”不是数字"), format!("`{text}` is not a number"));
            Err((Invalid::new("wrong-type", zh, en), digits(text)))
        }
    }
}

/// Serial numbers of days in a spreadsheet: 2000-01-01 to 2099-12-31.
const SERIALS: std::ops::RangeInclusive<i32> = 36_526..=73_050;
/// The day with serial number 0.
const SERIAL_ZERO: i32 = -25_569;

fn day(cell: &Cell, text: &str, last: bool) -> Result<Tidied, Untidy> {
    if let Cell::Day(day) = cell {
        return Ok(Tidied { text: day.clone(), why: None });
    }
    if text.parse::<Date>().is_ok() {
        return Ok(Tidied { text: text.to_owned(), why: None });
    }
    if let Some(serial) = text.parse::<f64>().ok().map(|serial| serial.floor() as i32).filter(|n| SERIALS.contains(n)) {
        return Ok(Tidied { text: Date::from_days(serial + SERIAL_ZERO).to_string(), why: Some(SERIAL) });
    }
    let parts: String = text.chars().map(|c| if c.is_ascii_digit() { c } else { '-' }).collect();
    let known =
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | '年' | '月' | '日' | '号' | ' '));
    let parts: Vec<&str> = parts.split('-').filter(|part| !part.is_empty()).collect();
    let found = match parts[..] {
        [year, month, day] if known && year.len() == 4 => date(year, month, day),
        [year, month] if known && year.len() == 4 => {
            let first = date(year, month, "1");
            if last { first.and_then(month_end) } else { first }
        }
        [all] if known && all.len() == 8 => date(&all[..4], &all[4..6], &all[6..]),
        _ => None,
    };
    match found {
        Some(day) => Ok(Tidied { text: day.to_string(), why: Some(WRITTEN_DAY) }),
        None => {
            let zh = format!("“{text}”不是日期（如 2026-09-01、2026/9/1、2026年9月）");
            Err((
                Invalid::new("invalid-date", zh, format!("`{text}` is not a day such as 2026-09-01 or 2026/9/1")),
                None,
            ))
        }
    }
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    format!("{year}-{month:0>2}-{day:0>2}").parse().ok()
}

fn month_end(first: Date) -> Option<Date> {
    let month = first.to_string()[..7].to_owned();
    (0..31).rev().map(|days| first.plus_days(days)).find(|day| day.to_string().starts_with(&month))
}

fn word(list: &str, text: &str) -> Result<Tidied, Untidy> {
    let wanted = key(text);
    let wanted = wanted.strip_suffix(".0").unwrap_or(&wanted);
    match words(list).find(|word| goes_by(word, wanted)) {
        // A word that the list has is no correction.
        Some(word) => Ok(Tidied { text: word.code.clone(), why: None }),
        None => {
            let zh: Vec<&str> = words(list).map(|word| word.zh.as_str()).collect();
            let en: Vec<&str> = words(list).map(|word| word.en.as_str()).collect();
            let zh = format!("“{text}”不是下列之一：{}", zh.join("、"));
            Err((Invalid::new("unknown-code", zh, format!("`{text}` is none of {}", en.join(", "))), None))
        }
    }
}

fn entry(table: &str, text: &str, lookup: &Lookup<'_>) -> Result<Tidied, Untidy> {
    let code = plain(text);
    // A spreadsheet takes 080207 for a number and drops its zero.
    if table == "major" && matches!(code.len(), 1 | 3 | 5) && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(Tidied { text: format!("0{code}"), why: Some(LEADING_ZERO) });
    }
    match lookup(table, &code) {
        Ok(Some(found)) if found == code => Ok(Tidied { text: code, why: None }),
        Ok(Some(found)) => Ok(Tidied { text: found, why: Some(NAME) }),
        // What is no name is taken for a code; whether it is one is checked against the log.
        Ok(None) if code.is_ascii() => Ok(Tidied { text: code, why: None }),
        Ok(None) => {
            let (zh, en) = (format!("没有名为“{text}”的条目"), format!("nothing is named `{text}`"));
            Err((Invalid::new("unknown-code", zh, en), None))
        }
        Err(several) => {
            let list = several.iter().take(6).cloned().collect::<Vec<_>>().join("、");
            let zh = format!("“{text}”不止一个，请填代码：{list}");
            let en = format!("several are named `{text}`; give a code: {}", list.replace('、', ", "));
            Err((Invalid::new("ambiguous-name", zh, en), several.into_iter().next()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: CellKind, cell: Cell) -> String {
        let lookup = |_: &str, name: &str| match name {
            "焊接技术" => Err(vec!["460110".to_owned(), "260110".to_owned()]),
            "数控技术" => Ok(Some("460103".to_owned())),
            _ => Ok(None),
        };
        match tidy(&kind, &cell, &lookup) {
            Ok(Some(found)) => found.text,
            Ok(None) => String::new(),
            Err((invalid, guess)) => format!("!{} {}", invalid.rule, guess.unwrap_or_default()),
        }
    }

    #[test]
    fn cells_are_read_as_people_write_them() {
        let text = |text: &str| Cell::Text(text.to_owned());
        for (written, first, last) in [
            ("2026-09", "2026-09-01", "2026-09-30"),
            ("2026/9/1", "2026-09-01", "2026-09-01"),
            ("2026.9.1", "2026-09-01", "2026-09-01"),
            ("2026年2月", "2026-02-01", "2026-02-28"),
            ("２０２６年９月１日", "2026-09-01", "2026-09-01"),
            ("46266", "2026-09-01", "2026-09-01"),
            ("20260901", "2026-09-01", "2026-09-01"),
        ] {
            assert_eq!(read(CellKind::Day, text(written)), first, "{written}");
            assert_eq!(read(CellKind::LastDay, text(written)), last, "{written}");
        }
        assert_eq!(read(CellKind::Day, Cell::Number(46266.0)), "2026-09-01");
        for bad in ["2026-13-01", "9月1日", "下学期", "2026-02-30", "12"] {
            assert_eq!(read(CellKind::Day, text(bad)), "!invalid-date ", "{bad}");
        }
        assert_eq!(read(CellKind::Whole, text("１２０")), "120");
        assert_eq!(read(CellKind::Whole, text("1,200")), "1200");
        assert_eq!(read(CellKind::Whole, Cell::Number(40.0)), "40");
        assert_eq!(read(CellKind::Whole, text("约200")), "!wrong-type 200");
        assert_eq!(read(CellKind::Whole, text("2.5")), "!wrong-type ");
        assert_eq!(read(CellKind::Amount, text("1,2,3")), "!wrong-type 1");
        assert_eq!(read(CellKind::Word("kind".into()), text("职工培训 ")), "train");
        assert_eq!(read(CellKind::Word("skill".into()), text("高级工")), "3");
        assert_eq!(read(CellKind::Word("skill".into()), Cell::Number(3.0)), "3");
        assert_eq!(read(CellKind::Words("pledge".into()), text("场地、设备")), "space;equipment");
        assert_eq!(read(CellKind::Entry("major".into()), Cell::Number(80207.0)), "080207");
        assert_eq!(read(CellKind::Entry("major".into()), text("数控技术")), "460103");
        assert_eq!(read(CellKind::Entry("major".into()), text("焊接技术")), "!ambiguous-name 460110");
        assert_eq!(read(CellKind::Entry("college".into()), text("无名学院")), "!unknown-code ");
        assert_eq!(read(CellKind::Whole, Cell::Fault("#N/A".into())), "!formula-error ");
    }
}
