//! `zeyou fit`, run as its user runs it.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde_json::Value;

fn zeyou(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zeyou"));
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo");
    let arguments = arguments.iter().map(|argument| argument.replace("DEMO", demo));
    command.current_dir(folder).args(arguments).output().expect("run")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn good(output: Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("json")
}

fn number(value: &Value, field: &str) -> f64 {
    value[field].as_f64().unwrap_or_else(|| panic!("no {field} in {value}"))
}

/// Ratings of a known truth: mean 3.2, sd of severity .3, of quality .4, of noise .5; hardly ever near an end of the scale.
fn known(raters: usize, colleges: usize, ratings: usize) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut normal = |sd: f64| sd * rng.sample::<f64, _>(StandardNormal);
    let severity: Vec<f64> = (0..raters).map(|_| normal(0.3)).collect();
    let quality: Vec<f64> = (0..colleges).map(|_| normal(0.4)).collect();
    let mut csv = String::from("rater,college,score,rated_at\n");
    for n in 0..ratings {
        let (u, i) = (n % raters, (n * 7 + n / raters) % colleges);
        let y = (3.2 + severity[u] + quality[i] + normal(0.5)).clamp(1.0, 5.0);
        writeln!(csv, "u{u},c{i},{y:.4},2026-03-{:02}", 1 + n % 28).expect("written");
    }
    csv
}

#[test]
fn a_known_truth_is_found_again_and_twice_the_same_bytes() {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join("known.csv"), known(1000, 400, 20_000)).expect("written");
    let fit = ["fit", "known-1", "--ratings", "known.csv", "--seed", "9"];
    let said = good(zeyou(folder.path(), &fit));
    assert!(said.contains("20000 条评价") && said.contains("wrote"), "{said}");
    let models = folder.path().join("models");
    let model = json(&models.join("known-1.json"));
    assert_eq!(model["id"], "known-1");
    for (field, truth, within) in [
        ("mean", 3.2, 0.05),
        ("rater_variance", 0.09, 0.015),
        ("college_variance", 0.16, 0.03),
        ("noise_variance", 0.25, 0.0125),
    ] {
        let found = number(&model, field);
        assert!((found - truth).abs() < within, "{field}: {found}, the truth is {truth}");
    }
    let read = |name: &str| std::fs::read(models.join(name)).expect("a file");
    let card = text(&read("known-1.md"));
    for words in
        ["known.csv", "20000", "1000", "400", "2026-03-28", "RMSE", "不得用于", "Must not be used for", "种子 9"]
    {
        assert!(card.contains(words), "{words} in {card}");
    }
    assert!(!folder.path().join("zeyou.db").exists(), "a file needs no log");
    let first = (read("known-1.json"), read("known-1.md"));
    good(zeyou(folder.path(), &fit));
    assert!(first == (read("known-1.json"), read("known-1.md")), "the same data and seed, the same bytes");
}

#[test]
fn data_too_small_is_refused_in_both_languages_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("folder");
    let write = |csv: String| std::fs::write(folder.path().join("small.csv"), csv).expect("written");
    let refused = || {
        let output = zeyou(folder.path(), &["fit", "small-1", "--ratings", "small.csv"]);
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(!folder.path().join("models").exists(), "nothing is written");
        text(&output.stderr)
    };
    for (csv, zh, en) in [
        (known(30, 6, 99), "99 条评价", "99 ratings, at least 100"),
        (known(19, 6, 200), "19 家评价企业", "19 enterprises that rated, at least 20"),
        (known(30, 4, 200), "4 所被评院校", "4 rated colleges, at least 5"),
        (known(200, 6, 205), "5 家评过两次以上的企业", "5 enterprises that rated twice"),
    ] {
        write(csv);
        let said = refused();
        assert!(said.contains(zh) && said.contains(en), "{said}");
    }
    write("rater,college,score\nu1,c1,9\nu1,c2,x\n".to_owned());
    let said = refused();
    assert!(said.contains("line 2, column score") && said.contains("2 行有误"), "{said}");
    let absent = zeyou(folder.path(), &["fit", "x-1"]);
    assert!(!absent.status.success() && text(&absent.stderr).contains("zeyou.db"), "{}", text(&absent.stderr));
    assert!(!zeyou(folder.path(), &["fit", "../x"]).status.success(), "a name is no path");
}

#[test]
fn a_fit_of_the_log_comes_into_force_and_a_running_server_is_told_of() {
    let folder = tempfile::tempdir().expect("folder");
    good(zeyou(folder.path(), &["import", "DEMO"]));
    let model = |of: &str| -> Value {
        let answer = good(zeyou(folder.path(), &["shortlist", "--park", of, "--format", "json"]));
        serde_json::from_str::<Value>(&answer).expect("json")["as_of"].clone()
    };
    let before = model("P0001");
    good(zeyou(folder.path(), &["fit", "demo-1"]));
    assert_eq!(model("P0001"), before, "a fit alone changes nothing");
    let card = text(&std::fs::read(folder.path().join("models/demo-1.md")).expect("a card"));
    assert!(card.contains(&format!("seq {}", before["seq"])) && card.contains("400 条评价"), "{card}");
    // As a server would.
    let database = folder.path().join("zeyou.db");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let held = runtime.block_on(zeyou::store::Store::open(&database)).expect("open");
    let refused = zeyou(folder.path(), &["fit", "demo-1", "--activate"]);
    let said = text(&refused.stderr);
    assert!(!refused.status.success() && said.contains("not activated") && said.contains("未启用"), "{said}");
    assert!(said.contains("PUT models/demo-1.json"), "{said}");
    drop(held);
    drop(runtime);
    let said = good(zeyou(folder.path(), &["fit", "demo-1", "--activate"]));
    assert!(said.contains("已启用") && said.contains("in force from seq"), "{said}");
    assert_eq!(model("P0001")["model"], "demo-1");
    assert!(good(zeyou(folder.path(), &["verify"])).contains("chain intact"));
}

/// A file as rows of named cells.
fn rows(path: &Path) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a file");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn colleges_nobody_rated_start_from_their_like() {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let size = ["--parks", "10", "--colleges", "400", "--enterprises", "1500", "--ratings", "12000", "--seed", "3"];
    good(zeyou(folder.path(), &[&["generate", "--attributes", "data"], &size[..]].concat()));
    // Every fourth college loses its ratings.
    let held = |college: &str| college[1..].parse::<usize>().expect("a number") % 4 == 0;
    let cold: std::collections::BTreeSet<String> = rows(&data.join("engagements.csv"))
        .into_iter()
        .filter(|row| held(&row["college"]))
        .map(|row| row["id"].clone())
        .collect();
    let ratings = std::fs::read_to_string(data.join("ratings.csv")).expect("ratings");
    let kept = ratings.lines().filter(|line| !cold.contains(line.split(',').nth(1).unwrap_or_default()));
    std::fs::write(data.join("ratings.csv"), kept.map(|line| format!("{line}\n")).collect::<String>())
        .expect("written");
    good(zeyou(folder.path(), &["import", "data"]));
    good(zeyou(folder.path(), &["fit", "known-2"]));
    let model = json(&folder.path().join("models/known-2.json"));
    let coefficients = model["coefficients"].as_object().expect("coefficients");
    let points = |name: String| coefficients.get(&name).and_then(Value::as_f64).unwrap_or(0.0);
    assert!(points("kind:technician".into()) > points("kind:secondary".into()) + 0.1, "{coefficients:?}");
    let card = text(&std::fs::read(folder.path().join("models/known-2.md")).expect("a card"));
    for words in ["kind:technician", "block_variance", "drift_variance"] {
        assert!(card.contains(words), "{words} in {card}");
    }
    let truth: std::collections::BTreeMap<String, f64> = rows(&data.join("truth.csv"))
        .into_iter()
        .map(|row| (row["college"].clone(), row["quality"].parse().expect("a number")))
        .collect();
    let mut groups: std::collections::BTreeMap<String, std::collections::BTreeSet<String>> = Default::default();
    for row in rows(&data.join("programmes.csv")) {
        groups.entry(row["college"].clone()).or_default().insert(row["major"][..2].to_owned());
    }
    // Errors about each one's own level: the clipping of marks moves the mean of all alike.
    let (mut known, mut same) = (Vec::new(), Vec::new());
    for row in rows(&data.join("colleges.csv")).iter().filter(|row| held(&row["id"])) {
        let mut prior = points(format!("kind:{}", row["kind"])) + points(format!("ownership:{}", row["ownership"]));
        prior += points(format!("city:{}", row["city"]));
        prior +=
            groups.get(&row["id"]).into_iter().flatten().map(|group| points(format!("group:{group}"))).sum::<f64>();
        known.push(truth[&row["id"]] - prior);
        same.push(truth[&row["id"]]);
    }
    let spread = |errors: &[f64]| {
        let mean = errors.iter().sum::<f64>() / errors.len() as f64;
        (errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / errors.len() as f64).sqrt()
    };
    println!("held-out colleges: {:.4} by attributes, {:.4} by the global mean", spread(&known), spread(&same));
    assert!(spread(&known) <= 0.98 * spread(&same), "{} against {}", spread(&known), spread(&same));
}
