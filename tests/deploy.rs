//! What lies in `deploy/` names options, variables, addresses and files that there are.

use std::path::Path;
use std::process::Command;

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Whether the command line understands these arguments: help comes only after everything before it was understood.
fn understood(arguments: &[&str]) -> String {
    let answer = Command::new(env!("CARGO_BIN_EXE_zeyou")).args(arguments).arg("--help").output().expect("zeyou runs");
    assert!(answer.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).expect("text")
}

/// Commands of Zeyou in a text, each up to the end of its line or quotation.
fn commands<'a>(text: &'a str, program: &'a str) -> impl Iterator<Item = Vec<&'a str>> + 'a {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.filter_map(move |line| line.split_once(program)).map(|(_, rest)| {
        let plain = |word: &'a str| word.trim_matches(|c| matches!(c, '"' | '\'' | ','));
        rest.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect()
    })
}

/// Every variable of Zeyou in a text is one that the command line reads.
fn variables(text: &str, known: &str) -> usize {
    let words = text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
    let mut all: Vec<&str> = words.filter(|word| word.starts_with("ZEYOU_") && word.len() > 6).collect();
    all.sort_unstable();
    all.dedup();
    for variable in &all {
        assert!(known.contains(&format!("[env: {variable}")), "{variable} is read by nothing");
    }
    all.len()
}

#[test]
fn units_run_commands_that_there_are() {
    let known = understood(&["serve"]);
    let mut ran = Vec::new();
    for unit in ["zeyou.service", "zeyou-backup.service"] {
        let text = file(unit);
        assert!(variables(&text, &known) >= 1, "{unit} says where the log is");
        for mut arguments in commands(&text, "/usr/local/bin/zeyou ") {
            if arguments[0] == "backup" {
                // The shell makes one name of what is in the quotation.
                arguments.truncate(1);
                arguments.push("FILE");
            }
            understood(&arguments);
            ran.push(arguments[0].to_owned());
        }
    }
    assert_eq!(ran, ["doctor", "serve", "backup"]);
    let stop: u64 = file("zeyou.service")
        .lines()
        .find_map(|line| line.strip_prefix("TimeoutStopSec="))
        .and_then(|seconds| seconds.parse().ok())
        .expect("a limit");
    assert!(stop >= 20, "a stop in good order takes up to 20 seconds");
    assert!(file("zeyou-backup.timer").contains("OnCalendar="), "the timer of the same name starts the backup");
}

#[test]
fn the_container_builds_and_runs_what_there_is() {
    let text = file("Containerfile");
    let manifest = include_str!("../Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("a version");
    assert!(text.contains(&format!("rust:{}-", version.trim_matches('"'))), "the toolchain of Cargo.toml");
    assert!(manifest.contains("default-run = \"zeyou\"") && text.contains("--bin zeyou"));
    assert_eq!(variables(&text, &understood(&["serve"])), 1);
    assert!(text.contains("ENTRYPOINT [\"zeyou\"]"));
    let arguments = commands(&text, "CMD [").last().expect("a command");
    let arguments: Vec<&str> =
        arguments.iter().map(|word| word.trim_matches(|c| matches!(c, '"' | ']' | ','))).collect();
    assert_eq!(arguments[0], "serve");
    understood(&arguments);
    let document = Command::new(env!("CARGO_BIN_EXE_zeyou")).arg("openapi").output().expect("zeyou runs");
    let document = String::from_utf8(document.stdout).expect("text");
    for (name, checked) in [("Containerfile", "/health/live"), ("haproxy.cfg", "/health/ready")] {
        assert!(file(name).contains(checked) && document.contains(&format!("\"{checked}\"")), "{name} asks {checked}");
    }
}

#[test]
fn the_composition_has_three_replicas_that_the_balancer_knows() {
    let (compose, balancer) = (file("compose.yaml"), file("haproxy.cfg"));
    assert_eq!(variables(&compose, &understood(&["serve"])), 5);
    assert!(balancer.contains("option forwardfor"), "limits by address need to know it");
    for replica in ["zeyou-1", "zeyou-2", "zeyou-3"] {
        assert!(compose.contains(&format!("\n  {replica}:\n")), "{replica} runs");
        assert!(compose.contains(&format!("ZEYOU_REPLICA: {replica}")), "{replica} has its name");
        assert!(balancer.contains(&format!("server {replica} {replica}:8080")), "{replica} is asked");
    }
    let mounted: Vec<&str> = compose.split("- ./").skip(1).filter_map(|rest| rest.split(':').next()).collect();
    assert_eq!(mounted, ["postgres-role.sh", "haproxy.cfg"]);
    // Zeyou refuses the superuser that the image makes.
    let role = file("postgres-role.sh");
    assert!(
        role.contains("CREATE ROLE zeyou LOGIN NOSUPERUSER NOBYPASSRLS") && role.contains("DATABASE zeyou OWNER zeyou")
    );
    assert!(!compose.contains("POSTGRES_USER: zeyou"));
    let built = compose.split("dockerfile: ").nth(1).and_then(|rest| rest.lines().next()).expect("a file");
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(built).exists(), "{built}");
    // What Zeyou refuses to start without.
    for setting in ["fsync=on", "full_page_writes=on", "synchronous_commit=on"] {
        assert!(compose.contains(setting), "{setting}");
    }
}

#[test]
fn the_manual_names_what_lies_in_deploy() {
    let manual = include_str!("../docs/operations.md");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    for entry in std::fs::read_dir(folder).expect("deploy") {
        let name = entry.expect("an entry").file_name().into_string().expect("text");
        assert!(manual.contains(&format!("deploy/{name}")), "docs/operations.md does not explain deploy/{name}");
    }
    for command in ["zeyou doctor", "zeyou backup", "zeyou restore"] {
        assert!(manual.contains(command), "docs/operations.md does not tell {command}");
    }
}
