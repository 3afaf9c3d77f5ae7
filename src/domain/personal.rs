//! Telephone and identity numbers in free text: they are of somebody, and do not belong into a rating's comment.

use super::invalid::Invalid;

/// Characters that people put between the digits of one number.
const BETWEEN: [char; 6] = [' ', '-', '.', '(', ')', '\u{a0}'];

/// Full-width forms as plain ones.
fn half(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '\u{2010}'..='\u{2015}' => '-',
        other => other,
    }
}

/// A resident identity number: 17 digits and a check character (GB 11643-1999).
fn is_identity(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let [first @ .., last] = digits else { return false };
    if first.len() != 17 || !first.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = first.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    b"10X98765432"[(sum % 11) as usize] == *last
}

/// A mobile number, with or without the country's code, or a landline with its area's.
fn is_telephone(digits: &[u8]) -> bool {
    let inland = [&b"0086"[..], b"86"].iter().find_map(|code| digits.strip_prefix(*code)).unwrap_or(digits);
    let mobile = |digits: &[u8]| digits.len() == 11 && digits[0] == b'1' && (b'3'..=b'9').contains(&digits[1]);
    let landline = digits.len() >= 10 && digits.len() <= 12 && digits[0] == b'0' && (b'1'..=b'9').contains(&digits[1]);
    mobile(digits) || mobile(inland) || landline
}

/// Whether a text holds what looks like a telephone or identity number.
///
/// # Errors
/// `personal-data`; it does not repeat the number.
pub fn without_personal_data(text: &str) -> Result<(), Invalid> {
    let mut run: Vec<u8> = Vec::new();
    let mut gap = 0;
    let personal = |run: &[u8]| is_identity(run) || is_telephone(run);
    for c in text.chars().map(half).chain(['\n']) {
        let digit = c.is_ascii_digit() || (matches!(c, 'x' | 'X') && run.len() == 17);
        if digit {
            run.push(c.to_ascii_uppercase() as u8);
            gap = 0;
        } else if BETWEEN.contains(&c) && !run.is_empty() && gap < 2 {
            gap += 1;
        } else {
            if personal(&run) {
                let zh = "文字中像有电话号码或身份证号：请删去；确需保留的请确认";
                let en =
                    "the text seems to hold a telephone or identity number: take it out, or confirm that it must stay";
                return Err(Invalid::new("personal-data", zh, en));
            }
            (run, gap) = (Vec::new(), 0);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_people_are_found_however_they_are_written() {
        for text in [
            "请联系 13800138000",
            "电话138-0013-8000。",
            "+86 138 0013 8000",
            "0086 13800138000",
            "１３８００１３８０００",
            "0431-85166000",
            "(010) 6255 1234",
            "身份证11010519491231002X",
            "身份证 110105 19491231 002x，",
            "440524188001010014",
        ] {
            assert!(without_personal_data(text).is_err(), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not() {
        for text in [
            "",
            "2026 年 9 月到岗 120 人，留任 87.5%",
            "合同 20260901-0017",
            "订单 4405241880010100141",
            "110105194912310021",
            "12800138000",
            "460103 专业，18 个月；1380013800",
            "1, 3, 8, 0, 0, 1, 3, 8, 0, 0, 0",
        ] {
            assert!(without_personal_data(text).is_ok(), "{text}");
        }
    }
}
