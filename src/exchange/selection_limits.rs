//! What limits a selection: numbers by id, quotas, lists of pairs.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::read::{Row, RowError, read_table};
use super::selection::{File, Limit};
use crate::domain::{Invalid, Pair, Quota};

/// Ids in order of appearance, each with the line it appeared on first.
#[derive(Default)]
pub(super) struct Names {
    at: BTreeMap<CompactString, u32>,
    pub(super) first: Vec<(CompactString, u64)>,
}

impl Names {
    /// The position of an id, a new one if it is new.
    pub(super) fn position(&mut self, id: &str, line: u64) -> u32 {
        if let Some(&at) = self.at.get(id) {
            return at;
        }
        let at = self.first.len() as u32;
        self.at.insert(id.into(), at);
        self.first.push((id.into(), line));
        at
    }
}

pub(super) fn table(file: &File, columns: &[&str], chinese: &[&str], errors: &mut Vec<RowError>) -> Vec<Row> {
    let read = read_table(&file.0, &file.1, columns);
    let read = read.or_else(|error| read_table(&file.0, &file.1, chinese).map_err(|_| error));
    read.unwrap_or_else(|error| {
        errors.push(error);
        Vec::new()
    })
}

/// The text of a cell that must be there, under either name.
pub(super) fn word<'a>(row: &'a Row, file: &str, names: [&str; 2]) -> Result<&'a str, RowError> {
    let text = row.text(names[0]).or_else(|| row.text(names[1]));
    let missing = || Invalid::new("missing-field", format!("缺少 {}", names[1]), format!("`{}` is missing", names[0]));
    let text = text.ok_or_else(|| row.error(file, Some(names[0]), &missing()))?;
    if text.chars().count() > 64 || text.chars().any(char::is_control) {
        let invalid = Invalid::new("invalid-id", "须为 1–64 个字符", "must be 1-64 characters");
        return Err(row.error(file, Some(names[0]), &invalid));
    }
    Ok(text)
}

pub(super) fn number<T: std::str::FromStr>(
    text: &str,
    row: &Row,
    file: &str,
    column: &str,
    zh: &str,
    en: &str,
) -> Result<T, RowError> {
    let invalid = || {
        let text = crate::domain::clip(text);
        Invalid::new("wrong-type", format!("“{text}”不是{zh}"), format!("`{text}` is not {en}"))
    };
    text.parse().map_err(|_| row.error(file, Some(column), &invalid()))
}

/// A number for each id; in a table every id of the candidates needs one.
pub(super) fn numbers(
    limit: &Limit,
    id: [&str; 2],
    amount: [&str; 2],
    names: &Names,
    candidates: &str,
    errors: &mut Vec<RowError>,
) -> Vec<u32> {
    let file = match limit {
        Limit::Same(number) => return vec![*number; names.first.len()],
        Limit::Table(file) => file,
    };
    let before = errors.len();
    let rows = table(file, &[id[0], amount[0]], &[id[1], amount[1]], errors);
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    for row in &rows {
        let read = word(row, &file.0, id).and_then(|name| {
            let text = word(row, &file.0, amount)?;
            Ok((name, number(text, row, &file.0, amount[0], "非负整数", "a whole number")?))
        });
        match read {
            Ok((name, amount)) => {
                if known.insert(name, amount).is_some() {
                    let invalid =
                        Invalid::new("repeated", format!("{name} 出现了两次"), format!("{name} is listed twice"));
                    errors.push(row.error(&file.0, Some(id[0]), &invalid));
                }
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.len() > before {
        return Vec::new();
    }
    let all = names.first.iter().map(|(name, line)| match known.get(name.as_str()) {
        Some(&amount) => amount,
        None => {
            errors.push(RowError {
                file: candidates.to_owned(),
                line: *line,
                column: Some(id[0].into()),
                code: "missing-limit".into(),
                message_zh: format!("{name} 在 {} 中没有{}", file.0, amount[1]).into(),
                message_en: format!("{name} has no {} in {}", amount[0], file.0).into(),
            });
            0
        }
    });
    all.collect()
}

pub(super) fn capacities(
    limit: &Limit,
    colleges: &Names,
    candidates: &str,
    errors: &mut Vec<RowError>,
) -> (Vec<u32>, Vec<Option<CompactString>>) {
    let capacity = numbers(limit, ["college", "院校"], ["capacity", "容量"], colleges, candidates, errors);
    let mut cities = vec![None; colleges.first.len()];
    if let Limit::Table(file) = limit {
        for row in read_table(&file.0, &file.1, &[]).unwrap_or_default() {
            let college = row.text("college").or_else(|| row.text("院校"));
            if let Some(&at) = college.and_then(|college| colleges.at.get(college)) {
                cities[at as usize] = row.text("city").or_else(|| row.text("城市")).map(CompactString::from);
            }
        }
    }
    (capacity, cities)
}

pub(super) fn quotas(file: Option<&File>, errors: &mut Vec<RowError>) -> Vec<Quota> {
    let Some(file) = file else { return Vec::new() };
    let rows = table(file, &["city", "pairs"], &["城市", "对数"], errors);
    let read = rows.iter().filter_map(|row| {
        let quota = word(row, &file.0, ["city", "城市"]).and_then(|city| {
            let text = word(row, &file.0, ["pairs", "对数"])?;
            Ok(Quota {
                city: city.into(), pairs: number(text, row, &file.0, "pairs", "非负整数", "a whole number")?
            })
        });
        quota.map_err(|error| errors.push(error)).ok()
    });
    read.collect()
}

/// A list of pairs, each of which must be a candidate.
pub(super) fn pairs(
    file: Option<&File>,
    parks: &Names,
    colleges: &Names,
    candidates: &BTreeMap<Pair, u64>,
    errors: &mut Vec<RowError>,
) -> Vec<Pair> {
    let Some(file) = file else { return Vec::new() };
    let rows = table(file, &["park", "college"], &["园区", "院校"], errors);
    let read = rows.iter().filter_map(|row| {
        let pair = word(row, &file.0, ["park", "园区"]).and_then(|park| {
            let college = word(row, &file.0, ["college", "院校"])?;
            let pair = parks.at.get(park).zip(colleges.at.get(college));
            let pair = pair.map(|(&park, &college)| Pair { park, college });
            pair.filter(|pair| candidates.contains_key(pair)).ok_or_else(|| {
                let (zh, en) =
                    (format!("{park} × {college} 不在候选表中"), format!("{park} × {college} is no candidate"));
                row.error(&file.0, None, &Invalid::new("not-a-candidate", zh, en))
            })
        });
        pair.map_err(|error| errors.push(error)).ok()
    });
    read.collect()
}
