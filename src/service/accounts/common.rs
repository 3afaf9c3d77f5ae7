//! Passwords that are long enough and still guessed first.

use std::collections::BTreeSet;
use std::sync::OnceLock;

/// The commonest leaked passwords of twelve characters and more, in small letters, sorted; `build/passwords.rs` has whence.
const LEAKED: &str = include_str!(concat!(env!("OUT_DIR"), "/passwords.txt"));

fn leaked() -> &'static [&'static str] {
    static LINES: OnceLock<Vec<&str>> = OnceLock::new();
    LINES.get_or_init(|| LEAKED.lines().collect())
}

/// Whether a password is a leaked one in whatever case, one thing over and over, a keyboard's row, or the words that everybody
/// thinks of here.
pub(super) fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let distinct: BTreeSet<char> = lower.chars().collect();
    let rows = ["1234567890", "0987654321", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz"];
    let words = ["password", "zeyou", "admin", "123456", "qwerty", "letmein", "welcome"];
    let rest = words.iter().fold(lower.clone(), |rest, word| rest.replace(word, ""));
    leaked().binary_search(&lower.as_str()).is_ok()
        || distinct.len() < 5
        || rows.iter().any(|row| row.repeat(2).contains(&lower))
        || rest.chars().count() < 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaked_most_is_common_in_whatever_case_and_a_sentence_of_ones_own_is_not() {
        for common in ["1qaz2wsx3edc", "leavemealone", "SonyEricsson", "motherfucker", "gfhjkmgfhjkm", "1Q2W3E4R5T6Y"] {
            assert!(is_common(common), "{common}");
        }
        for own in ["三月 blossom 37 trains", "blossom 37 trains", "leave me alone, said he"] {
            assert!(!is_common(own), "{own}");
        }
    }

    #[test]
    fn the_list_holds_at_least_three_thousand_of_those_that_are_long_enough() {
        assert!(leaked().len() > 9_000, "{}", leaked().len());
        assert!(leaked().iter().all(|one| one.chars().count() >= 12 && is_common(one)));
        assert!(leaked().is_sorted());
    }
}
