//! Any table of ratings: `rater,college,score[,rated_at][,park]`, opaque ids, any scale. Read as a stream.

use std::collections::HashMap;
use std::io::Read;

use compact_str::CompactString;
use csv::ByteRecord;

use super::encoding::{gb18030, mostly_utf8};
use super::read::RowError;
use crate::domain::{Date, Invalid, Ratings};

/// So many bad rows are named; the rest is counted.
const NAMED: usize = 1000;
const WANTED: [&str; 3] = ["rater", "college", "score"];

/// Numbers names in the order they appear.
#[derive(Default)]
struct Names {
    number: HashMap<CompactString, u32>,
    names: Vec<CompactString>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.number.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.number.insert(name.into(), number);
        self.names.push(name.into());
        number
    }
}

/// Reads files of ratings one after the other into one table, so that ids mean the same in all of them.
pub struct RatingReader {
    ratings: Ratings,
    raters: Names,
    colleges: Names,
    parks: Names,
    scale: Option<(f64, f64)>,
    errors: Vec<RowError>,
    unnamed: usize,
}

/// How the text of a file is written; a stream tells by its first letter that is not ASCII.
#[derive(Clone, Copy, PartialEq)]
enum Written {
    Unknown,
    Utf8,
    Gb18030,
}

/// Where the columns of a file are.
struct Columns {
    rater: usize,
    college: usize,
    score: usize,
    rated_at: Option<usize>,
    park: Option<usize>,
    count: usize,
}

/// One good row.
struct Parsed<'a> {
    rater: &'a str,
    college: &'a str,
    score: f64,
    at: Option<i64>,
    park: Option<&'a str>,
}

impl RatingReader {
    /// With a scale, scores outside it are errors.
    pub fn new(scale: Option<(f64, f64)>) -> Self {
        Self {
            ratings: Ratings::default(),
            raters: Names::default(),
            colleges: Names::default(),
            parks: Names::default(),
            scale,
            errors: Vec::new(),
            unnamed: 0,
        }
    }

    /// Reads one file; gives the number of good ratings so far. Bad rows are kept for [`Self::finish`].
    pub fn read(&mut self, file: &str, source: impl Read) -> usize {
        let mut reader = csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 18).from_reader(source);
        let columns = match reader.byte_headers().map_err(malformed).and_then(columns) {
            Ok(columns) => columns,
            Err((_, invalid)) => {
                self.refuse(file, 1, None, &invalid);
                return self.ratings.len();
            }
        };
        let (mut record, mut recoded, mut written) = (ByteRecord::new(), ByteRecord::new(), Written::Unknown);
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let (line, invalid) = malformed(error);
                    self.refuse(file, line, None, &invalid);
                    break;
                }
            }
            let row = match in_utf8(&record, &mut recoded, &mut written) {
                true => &recoded,
                false => &record,
            };
            match parse(row, &columns, self.scale) {
                Ok(row) => self.keep(&row),
                Err((column, invalid)) => {
                    self.refuse(file, record.position().map_or(0, csv::Position::line), column, &invalid);
                }
            }
        }
        self.ratings.len()
    }

    fn keep(&mut self, row: &Parsed<'_>) {
        let before = self.ratings.len();
        self.ratings.rater.push(self.raters.number(row.rater));
        self.ratings.college.push(self.colleges.number(row.college));
        self.ratings.score.push(row.score);
        // A column that another file lacks is of no use: it stays shorter and is dropped at the end.
        if let Some(at) = row.at.filter(|_| self.ratings.at.len() == before) {
            self.ratings.at.push(at);
        }
        if let Some(park) = row.park {
            let park = self.parks.number(park);
            let parks = self.ratings.park.get_or_insert_default();
            if parks.len() == before {
                parks.push(park);
            }
        }
    }

    fn refuse(&mut self, file: &str, line: u64, column: Option<&str>, invalid: &Invalid) {
        if self.errors.len() == NAMED {
            self.unnamed += 1;
            return;
        }
        self.errors.push(RowError {
            file: file.to_owned(),
            line,
            column: column.map(Box::from),
            code: invalid.rule.as_str().into(),
            message_zh: invalid.zh.as_str().into(),
            message_en: invalid.en.as_str().into(),
        });
    }

    /// The ratings of all files.
    ///
    /// # Errors
    /// Every bad row (the first thousand by name), and how many more there are.
    pub fn finish(mut self) -> Result<Ratings, (Vec<RowError>, usize)> {
        if !self.errors.is_empty() {
            return Err((self.errors, self.unnamed));
        }
        let n = self.ratings.len();
        if self.ratings.at.len() != n {
            self.ratings.at = Vec::new();
        }
        self.ratings.park = self.ratings.park.filter(|parks| parks.len() == n);
        self.ratings.parks = if self.ratings.park.is_some() { self.parks.names } else { Vec::new() };
        (self.ratings.raters, self.ratings.colleges) = (self.raters.names, self.colleges.names);
        Ok(self.ratings)
    }
}

/// Whether the row is GB18030; then `recoded` holds it in UTF-8. Cells that are neither stay as they are, to be refused.
fn in_utf8(record: &ByteRecord, recoded: &mut ByteRecord, written: &mut Written) -> bool {
    if record.as_slice().is_ascii() {
        return false;
    }
    if *written == Written::Unknown {
        let utf8 = std::str::from_utf8(record.as_slice()).is_ok() || mostly_utf8(record.as_slice());
        *written = if utf8 { Written::Utf8 } else { Written::Gb18030 };
    }
    if *written == Written::Utf8 {
        return false;
    }
    recoded.clear();
    for cell in record {
        match gb18030(cell) {
            Ok(text) => recoded.push_field(text.as_bytes()),
            Err(_) => recoded.push_field(cell),
        }
    }
    true
}

fn malformed(error: csv::Error) -> (u64, Invalid) {
    let line = error.position().map_or(1, csv::Position::line);
    (line, Invalid::new("malformed-csv", format!("CSV 格式错误：{error}"), error.to_string()))
}

fn columns(header: &ByteRecord) -> Result<Columns, (u64, Invalid)> {
    let find = |name: &str| {
        header
            .iter()
            .position(|cell| cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell).trim_ascii() == name.as_bytes())
    };
    let [rater, college, score] = WANTED.map(find);
    match (rater, college, score) {
        (Some(rater), Some(college), Some(score)) => {
            Ok(Columns { rater, college, score, rated_at: find("rated_at"), park: find("park"), count: header.len() })
        }
        _ => {
            let missing = WANTED.iter().find(|name| find(name).is_none()).unwrap_or(&WANTED[0]);
            let en = format!("the column `{missing}` is missing: the header is rater,college,score[,rated_at][,park]");
            let zh = format!("缺少列 {missing}：表头应为 rater,college,score[,rated_at][,park]");
            Err((1, Invalid::new("missing-column", zh, en)))
        }
    }
}

type Fault = (Option<&'static str>, Invalid);

fn parse<'a>(record: &'a ByteRecord, columns: &Columns, scale: Option<(f64, f64)>) -> Result<Parsed<'a>, Fault> {
    if record.len() != columns.count {
        let (has, wants) = (record.len(), columns.count);
        let (zh, en) = (format!("有 {has} 列，应为 {wants} 列"), format!("{has} cells where the header has {wants}"));
        return Err((None, Invalid::new("malformed-csv", zh, en)));
    }
    let rater = text(record, columns.rater, "rater")?;
    let college = text(record, columns.college, "college")?;
    let score = number(text(record, columns.score, "score")?).map_err(|invalid| (Some("score"), invalid))?;
    if let Some((low, high)) = scale.filter(|(low, high)| !(*low..=*high).contains(&score)) {
        return Err((Some("score"), Invalid::out_of_range(low, high)));
    }
    let instant = |at| instant(text(record, at, "rated_at")?).map_err(|invalid| (Some("rated_at"), invalid));
    let park = columns.park.map(|at| text(record, at, "park")).transpose()?;
    Ok(Parsed { rater, college, score, at: columns.rated_at.map(instant).transpose()?, park })
}

fn text<'a>(record: &'a ByteRecord, at: usize, column: &'static str) -> Result<&'a str, Fault> {
    let cell = std::str::from_utf8(record[at].trim_ascii()).map_err(|_| {
        (
            Some(column),
            Invalid::new(
                "invalid-encoding",
                "既不是有效的 UTF-8，也不是有效的 GB18030",
                "neither valid UTF-8 nor valid GB18030",
            ),
        )
    })?;
    if cell.is_empty() {
        return Err((Some(column), Invalid::new("missing-field", "不能为空", "must not be empty")));
    }
    Ok(cell)
}

fn number(cell: &str) -> Result<f64, Invalid> {
    cell.parse().ok().filter(|score: &f64| score.is_finite()).ok_or_else(|| {
        let cell: String = cell.chars().take(64).collect();
        Invalid::new("not-a-number", format!("“{cell}”不是数字"), format!("`{cell}` is not a number"))
    })
}

/// Epoch seconds, or a day.
fn instant(cell: &str) -> Result<i64, Invalid> {
    if let Ok(seconds) = cell.parse() {
        return Ok(seconds);
    }
    cell.parse().map(|day: Date| i64::from(day.days()) * 86_400)
}
