//! Inputs made of a corpus by small damage, always the same ones for the same number; what breaks a target is kept.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Inputs of a short run.
const SHORT: usize = 300;
/// Longest input, bytes.
const LONGEST: usize = 64 * 1024;
/// Words that parsers treat specially.
const WORDS: [&[u8]; 24] = [
    b"null",
    b"true",
    b"-1",
    b"0",
    b"1e400",
    b"-0.0",
    b"NaN",
    b"18446744073709551616",
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"~",
    b"%00",
    b"%",
    b"&",
    b"=",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b"\n",
];

/// The files of a target's corpus, by name.
pub(crate) fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpora").join(target);
    let entries = std::fs::read_dir(folder).expect("a corpus");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("a seed")).collect()
}

fn damage(rng: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds.choose(rng).expect("a seed").clone();
    for _ in 0..rng.random_range(0..6) {
        let at = rng.random_range(0..=bytes.len());
        let to = (at + rng.random_range(0..12)).min(bytes.len());
        match rng.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] = rng.random(),
            1 => drop(bytes.drain(at..to)),
            2 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => drop(bytes.splice(at..to, WORDS.choose(rng).expect("a word").iter().copied())),
            4 => drop(bytes.splice(at..at, WORDS.choose(rng).expect("a word").iter().copied())),
            _ => {
                let other = seeds.choose(rng).expect("a seed");
                let from = rng.random_range(0..=other.len());
                bytes.splice(at..to, other[from..].iter().copied());
            }
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

/// Runs a target on its seeds and on damaged ones: so many, or for `ZEYOU_FUZZ_SECONDS`.
pub(crate) fn run(target: &str, seeds: &[Vec<u8>], mut test: impl FnMut(&[u8])) {
    let number = target.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let mut rng = ChaCha8Rng::seed_from_u64(number);
    let long = std::env::var("ZEYOU_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let (begun, mut n) = (Instant::now(), 0);
    while long.map_or(n < SHORT, |long| begun.elapsed() < long) {
        let input = seeds.get(n).cloned().unwrap_or_else(|| damage(&mut rng, seeds));
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| test(&input))) {
            let kept = std::env::temp_dir().join(format!("zeyou-fuzz-{target}-{n}"));
            std::fs::write(&kept, &input).expect("the input is kept");
            println!("{target}: input {n} breaks it: {}", kept.display());
            resume_unwind(panic);
        }
        n += 1;
    }
    println!("{target}: {n} inputs in {:.1} s", begun.elapsed().as_secs_f64());
}
