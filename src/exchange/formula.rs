//! Texts that a spreadsheet would run as a formula are exported behind an apostrophe; import takes it off again.
//!
//! The rule is its own inverse: only a text of zero or more apostrophes followed by one of [`STARTS`] is touched. Export
//! puts one apostrophe before it; import takes one off what has at least one. Any other apostrophe is text.

/// What a formula starts with; East Asian spreadsheets also read the full-width forms.
const STARTS: [char; 9] = ['=', '+', '-', '@', '\t', '＝', '＋', '－', '＠'];

fn would_run(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(STARTS)
}

/// A cell as it is exported.
pub(super) fn guarded(text: String) -> String {
    if would_run(&text) { format!("'{text}") } else { text }
}

/// A cell as it was before it was exported.
pub(super) fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| would_run(rest)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_import_takes_off_is_what_export_put_on() {
        let guard = [("=1+1", "'=1+1"), ("-5", "'-5"), ("'=1", "''=1"), ("''@a", "'''@a"), ("＝1", "'＝1")];
        for (text, exported) in guard {
            assert_eq!((guarded(text.to_owned()).as_str(), unguarded(exported)), (exported, text));
        }
        for plain in ["", "'", "''", "'s-Hertogenbosch", "a=1", "5", "云岭", "''x"] {
            assert_eq!((guarded(plain.to_owned()).as_str(), unguarded(plain)), (plain, plain));
        }
    }
}
