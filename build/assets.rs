//! What the console's pages load: npm packages by their lock file, and our own style sheet and scripts, each compressed
//! once and written out as a table that `src/console/assets.rs` includes.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// Name in the address, file, media type.
const FILES: [(&str, &str, &str); 8] = [
    ("console.css", "web/console.css", "text/css; charset=utf-8"),
    ("icon.svg", "web/icon.svg", "image/svg+xml"),
    ("console.js", "web/console.js", "text/javascript; charset=utf-8"),
    ("rate.js", "web/rate.js", "text/javascript; charset=utf-8"),
    ("chart.js", "web/chart.js", "text/javascript; charset=utf-8"),
    ("lab.js", "web/lab.js", "text/javascript; charset=utf-8"),
    ("htmx.js", "web/node_modules/htmx.org/dist/htmx.min.js", "text/javascript; charset=utf-8"),
    ("echarts.js", "web/node_modules/echarts/dist/echarts.min.js", "text/javascript; charset=utf-8"),
];

/// Fetches what the lock file names, unless it is there, and embeds everything.
pub(crate) fn embed() {
    for path in ["build", "web/package.json", "web/package-lock.json", "web/node_modules/.zeyou-lock"] {
        println!("cargo:rerun-if-changed={path}");
    }
    fetch();
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("assets");
    fs::create_dir_all(&out).expect("a folder for the assets");
    let mut table = String::from("&[\n");
    for (name, path, media) in FILES {
        println!("cargo:rerun-if-changed={path}");
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let hash: String = Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let plain = kept(&out, &format!("{hash}-{name}"), || bytes.clone());
        let gzip = kept(&out, &format!("{hash}-{name}.gz"), || gzipped(&bytes));
        let brotli = kept(&out, &format!("{hash}-{name}.br"), || brotlied(&bytes));
        let _ = writeln!(
            table,
            "Asset {{ name: {name:?}, hash: {hash:?}, media: {media:?}, plain: include_bytes!({plain:?}), \
             gzip: include_bytes!({gzip:?}), brotli: include_bytes!({brotli:?}) }},"
        );
    }
    table.push(']');
    fs::write(out.join("table.rs"), table).expect("the table of assets");
}

/// The file under this name, made if it is not there: names carry a hash, so an old one is never wrong.
fn kept(out: &Path, name: &str, make: impl FnOnce() -> Vec<u8>) -> PathBuf {
    let path = out.join(name);
    if !path.exists() {
        fs::write(&path, make()).expect("an asset");
    }
    path
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

fn brotlied(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters).expect("memory takes everything");
    compressed
}

/// Runs `npm ci` when the packages of the lock file are not there yet; a stamp tells which lock they came from.
fn fetch() {
    let lock = fs::read("web/package-lock.json").expect("web/package-lock.json");
    let wanted: String = Sha256::digest(&lock).iter().map(|byte| format!("{byte:02x}")).collect();
    let stamp = Path::new("web/node_modules/.zeyou-lock");
    if fs::read_to_string(stamp).is_ok_and(|found| found == wanted) {
        return;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let arguments = ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"];
    match Command::new(npm).args(arguments).current_dir("web").output() {
        Ok(done) if done.status.success() => fs::write(stamp, wanted).expect("the stamp of the npm packages"),
        Ok(done) => missing(&format!("`npm ci` failed in web/: {}", String::from_utf8_lossy(&done.stderr).trim())),
        Err(error) => missing(&format!("npm cannot be run ({error}): install Node.js 20 or newer with npm")),
    }
}

/// Says in one line what is missing, and ends the build.
fn missing(what: &str) -> ! {
    println!("cargo::error=the console's packages are not in web/node_modules, and {what}");
    std::process::exit(1)
}
