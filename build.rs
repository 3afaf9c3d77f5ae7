//! Tells cargo what else the code is made of, names the engine that the code is, and embeds what the pages load and the
//! passwords that are too common.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

#[path = "build/assets.rs"]
mod assets;
#[path = "build/passwords.rs"]
mod passwords;

/// What the fit of a park and a college is computed by.
const ENGINE: [&str; 2] = ["src/engine", "src/domain"];

fn main() {
    // `sqlx::migrate!` and `rust_embed` do not notice a new file by themselves.
    for folder in ["migrations", "data", "models"].into_iter().chain(ENGINE) {
        println!("cargo:rerun-if-changed={folder}");
    }
    let mut files: Vec<PathBuf> = ENGINE.iter().flat_map(|folder| rust_files(Path::new(folder))).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read(file).expect("a source file").hash(&mut hasher);
    }
    println!("cargo:rustc-env=ZEYOU_ENGINE={:016x}", hasher.finish());
    assets::embed();
    passwords::embed();
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a source folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] }).collect()
}
