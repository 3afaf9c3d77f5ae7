//! The arrows of ARCHITECTURE.md, as a test: a layer may only know what lies below it.

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer, the layers it may know, and words that may not occur in it.
const LAYERS: [(&str, &[&str], &[&str]); 9] = [
    (
        "domain",
        &[],
        &["sqlx", "actix_web", "tokio", "async fn", "SystemTime", "Instant::now", "HashMap", "HashSet", "rand::"],
    ),
    (
        "engine",
        &["domain"],
        &["sqlx", "actix_web", "tokio", "async fn", "SystemTime", "Instant::now", "HashMap", "HashSet", "rand::"],
    ),
    ("exchange", &["domain"], &["sqlx", "actix_web", "tokio", "async fn"]),
    ("store", &["domain"], &["actix_web"]),
    ("live", &["domain", "engine", "store"], &["sqlx", "actix_web"]),
    ("service", &["domain", "engine", "exchange", "store", "live"], &["sqlx::", "actix_web"]),
    ("http", &["domain", "engine", "exchange", "store", "live", "service"], &["sqlx"]),
    ("console", &["domain", "exchange", "service", "http"], &["sqlx", "snapshot."]),
    ("cli", &["domain", "exchange", "store", "service", "http", "console"], &["sqlx", "actix_web"]),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the entry is readable").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// What is wrong with one file of a layer.
fn faults(layer: &str, path: &str, text: &str) -> Vec<String> {
    let (_, known, words) = LAYERS.iter().find(|(name, ..)| *name == layer).expect("a layer of the table");
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let others = LAYERS.iter().map(|(name, ..)| *name).filter(|name| *name != layer && !known.contains(name));
    let arrows = others.filter(|name| code.contains(&format!("crate::{name}")));
    let arrows = arrows.map(|name| format!("{path}: {layer} may not know {name}"));
    let words = words.iter().filter(|word| code.contains(**word));
    arrows.chain(words.map(|word| format!("{path}: {layer} may not say {word}"))).collect()
}

#[test]
fn no_layer_knows_what_lies_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    for (layer, ..) in LAYERS {
        let mut found = Vec::new();
        files(&root.join(layer), &mut found);
        assert!(!found.is_empty(), "the layer {layer} has no file");
        for path in found {
            let text = fs::read_to_string(&path).expect("the file is readable");
            all.extend(faults(layer, &path.display().to_string(), &text));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// Where this machine's own clock is read: the clock of the log, for files; beyond that only to show it.
const OWN_CLOCK: [&str; 4] = ["http/metrics.rs", "http/wire.rs", "service/doctor.rs", "store/clock.rs"];

#[test]
fn nothing_is_judged_by_a_machines_own_clock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    let reads = |path: &PathBuf| fs::read_to_string(path).expect("the file is readable").contains("SystemTime::now");
    let mut reading: Vec<_> = found.iter().filter(|path| reads(path)).collect();
    reading.sort();
    let named: Vec<_> = reading.iter().filter_map(|path| path.strip_prefix(&root).ok()?.to_str()).collect();
    assert_eq!(named, OWN_CLOCK);
}

/// Files of the edges that serve nobody in particular: health, the connection, the start; rating links, which are a way in of
/// their own, and signing in.
const NOBODY: [&str; 10] = [
    "http/budget.rs",
    "http/health.rs",
    "http/guard.rs",
    "http/server.rs",
    "http/settings.rs",
    "http/wire.rs",
    "http/access.rs",
    "console/rate.rs",
    "console/access.rs",
    "console/oidc.rs",
];

#[test]
fn an_edge_reaches_the_service_only_as_somebody() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    files(&root.join("http"), &mut found);
    files(&root.join("console"), &mut found);
    for path in found {
        let text = fs::read_to_string(&path).expect("the file is readable");
        let name = path.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
        let exempt = NOBODY.contains(&name.as_str());
        let figures = ["http/metrics.rs", "http/stream.rs"].contains(&name.as_str());
        for word in ["Data<Service>", ".operator()", ".acting(", ".live()", ".store()", ".accounts()"] {
            if text.contains(word) && !exempt && !(figures && [".live()", ".store()"].contains(&word)) {
                faults.push(format!("{name} says {word}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_wrong_arrow_is_found() {
    assert_eq!(faults("engine", "x.rs", "use crate::store::Store;").len(), 1);
    assert_eq!(faults("domain", "x.rs", "use std::collections::HashMap;").len(), 1);
    assert_eq!(faults("http", "x.rs", "sqlx::query(\"SELECT 1\")").len(), 1);
    assert!(faults("engine", "x.rs", "use crate::domain::Park;").is_empty());
}
