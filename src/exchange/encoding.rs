//! Text of a file as a spreadsheet saved it: UTF-8, or GB18030 as Chinese editions of Excel write it.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, GB18030};

use super::read::RowError;
use crate::domain::Invalid;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Bytes that are text in no encoding that is read.
pub(super) struct Unreadable {
    /// Where they begin.
    at: usize,
    /// Whether the text before them is GB18030.
    gb18030: bool,
    invalid: Invalid,
}

/// The text: UTF-8 if it has a byte order mark or is valid, else GB18030.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    let (marked, text) = (bytes.starts_with(BOM), bytes.strip_prefix(BOM).unwrap_or(bytes));
    let error = match std::str::from_utf8(text) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    if marked || mostly_utf8(text) {
        let (zh, en) = ("不是有效的 UTF-8", "not valid UTF-8");
        let at = error.valid_up_to() + if marked { BOM.len() } else { 0 };
        return Err(Unreadable { at, gb18030: false, invalid: Invalid::new("invalid-encoding", zh, en) });
    }
    gb18030(text).map(Cow::Owned).map_err(|at| {
        let (zh, en) = ("既不是有效的 UTF-8，也不是有效的 GB18030", "neither valid UTF-8 nor valid GB18030");
        Unreadable { at, gb18030: true, invalid: Invalid::new("invalid-encoding", zh, en) }
    })
}

/// Whether a text that is not valid UTF-8 is damaged UTF-8 rather than GB18030, whose pairs of bytes seldom look like the
/// three bytes that UTF-8 takes for a Chinese character.
pub(super) fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|letter| letter.len_utf8() >= 3).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    sound > broken
}

/// The text, or where the first malformed bytes begin.
pub(super) fn gb18030(bytes: &[u8]) -> Result<String, usize> {
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(0));
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::InputEmpty, _) => Ok(text),
        (DecoderResult::Malformed(bad, after), read) => Err(read - usize::from(bad) - usize::from(after)),
        // The buffer was made large enough.
        (DecoderResult::OutputFull, read) => Err(read),
    }
}

impl Unreadable {
    /// The fault by line and column of a CSV file.
    pub(super) fn in_table(&self, file: &str, bytes: &[u8]) -> RowError {
        let (mut quoted, mut line, mut first, mut column) = (false, 1, 1, 0);
        let mut header_end = None;
        for (at, &byte) in bytes[..self.at].iter().enumerate() {
            line += u64::from(byte == b'\n');
            match byte {
                b'"' => quoted = !quoted,
                b',' if !quoted => column += 1,
                b'\n' if !quoted => {
                    (first, column) = (line, 0);
                    header_end.get_or_insert(at);
                }
                _ => {}
            }
        }
        let header = header_end.and_then(|end| match self.gb18030 {
            true => gb18030(&bytes[..end]).ok(),
            false => std::str::from_utf8(&bytes[..end]).ok().map(str::to_owned),
        });
        let name = header.and_then(|header| {
            let name =
                header.trim_start_matches('\u{feff}').split(',').nth(column)?.trim().trim_matches('"').to_owned();
            (!name.is_empty()).then_some(name)
        });
        let name = name.unwrap_or_else(|| (column + 1).to_string());
        RowError {
            file: file.to_owned(),
            line: first,
            column: Some(name.into()),
            code: self.invalid.rule.as_str().into(),
            message_zh: self.invalid.zh.as_str().into(),
            message_en: self.invalid.en.as_str().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_gb18030(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn either_encoding_gives_the_same_text() {
        // The last letter takes four bytes in GB18030.
        for text in ["园区,院校,得分\n东园,甲院,90\n", "a,b\n1,2\n", "𠀀,㐀\n", ""] {
            assert_eq!(decode(text.as_bytes()).map_err(|bad| bad.at).expect("UTF-8"), text);
            assert_eq!(decode(&[BOM, text.as_bytes()].concat()).map_err(|bad| bad.at).expect("marked"), text);
            assert_eq!(decode(&in_gb18030(text)).map_err(|bad| bad.at).expect("GB18030"), text);
        }
    }

    #[test]
    fn bad_bytes_are_named_by_line_and_column() {
        let at = |bytes: &[u8]| {
            let Err(bad) = decode(bytes) else { panic!("it was read") };
            let error = bad.in_table("t.csv", bytes);
            (error.line, error.column.map(String::from).unwrap_or_default(), String::from(error.message_en))
        };
        // A Chinese letter cut short among many: UTF-8, not GB18030.
        let mut cut = "park,college\n东园,甲院\n西园,乙院\n".as_bytes().to_vec();
        let end = cut.len() - 2;
        cut.remove(end);
        assert_eq!(at(&cut), (3, "college".into(), "not valid UTF-8".into()));
        let marked = [BOM, b"park,college\nA,\xff\n"].concat();
        assert_eq!(at(&marked), (2, "college".into(), "not valid UTF-8".into()));
        let mut bad = in_gb18030("park,college\n\"东\n园\",甲院\n西园,");
        bad.extend_from_slice(b"\xff\n");
        assert_eq!(at(&bad), (4, "college".into(), "neither valid UTF-8 nor valid GB18030".into()));
        let mut header = in_gb18030("园区,院校\n东园,");
        header.extend_from_slice(b"\xff\n");
        assert_eq!(at(&header).1, "院校");
        let unnamed = b"\xff\xff,b\n";
        assert_eq!(
            (at(unnamed).0, at(unnamed).1),
            (1, "1".into()),
            "a name that cannot be read is given by its number"
        );
    }
}
