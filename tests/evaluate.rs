//! `zeyou evaluate`, run as its user runs it.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn evaluate(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zeyou"));
    command.current_dir(folder).arg("evaluate").args(arguments).output().expect("run")
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = evaluate(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("json")
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = evaluate(folder, arguments);
    assert!(!output.status.success() && output.stdout.is_empty());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn number(value: &Value, field: &str) -> f64 {
    value[field].as_f64().unwrap_or_else(|| panic!("no {field} in {value}"))
}

/// 40 raters and 15 colleges on a scale of 0 to 10; severity, quality by `group`, and a rough noise.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let (mut train, mut test) =
        (String::from("rater,college,score,rated_at\n"), String::from("rater,college,score,rated_at\n"));
    let mut chance = 12345_u32;
    for n in 0..600_u32 {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (u, i, noise) = ((chance >> 16) % 40, (chance >> 8) % 15, (chance >> 28) % 3);
        let score = 1 + u % 4 + if i % 3 == 0 { 4 } else { 0 } + noise;
        let file = if n % 5 == 0 { &mut test } else { &mut train };
        writeln!(file, "u{u},院校{i},{score},2026-01-{:02}", 1 + n / 30).expect("written");
    }
    let both = train.clone() + test.split_once('\n').expect("header").1;
    let colleges: String =
        (0..15).map(|i| format!("院校{i},{},{}\n", if i % 3 == 0 { "甲|乙" } else { "丙" }, 1900 + i)).collect();
    let raters: String = (0..40).map(|u| format!("u{u},{}\n", u % 4)).collect();
    for (name, text) in [
        ("train.csv", train),
        ("test.csv", test),
        ("all.csv", both),
        ("colleges.csv", format!("id,group,founded\n{colleges}")),
        ("raters.csv", format!("id,sector\n{raters}")),
    ] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

#[test]
fn every_model_answers_with_every_figure() {
    let folder = folder();
    for model in ["crossed", "affinity", "affinity-attributes"] {
        let mut arguments = vec!["--train", "train.csv", "--test", "test.csv", "--json", "--model", model];
        if model == "affinity-attributes" {
            arguments.extend(["--rater-attributes", "raters.csv", "--college-attributes", "colleges.csv"]);
        }
        let found = json(folder.path(), &arguments);
        // Scores spread over 0–10 with a standard deviation of 2.3; noise alone is .82.
        assert!((0.5..1.3).contains(&number(&found, "rmse")), "{model}: {found}");
        assert!(number(&found, "mae") < number(&found, "rmse") && number(&found, "mean_log_density") < 0.0);
        assert!(number(&found, "coverage_50") < number(&found, "coverage_80"));
        assert!(number(&found, "coverage_80") < number(&found, "coverage_95"), "{found}");
        assert_eq!((&found["n_train"], &found["n_test"]), (&Value::from(480), &Value::from(120)));
        assert!(number(&found, "fit_seconds") > 0.0 && number(&found, "predict_seconds") >= 0.0);
        assert!(found["peak_mb"].as_f64().is_none_or(|peak| peak > 1.0));
    }
}

#[test]
fn any_scale_gives_the_same_errors_in_its_own_units_and_equal_scores_stay_finite() {
    let folder = folder();
    let text = std::fs::read_to_string(folder.path().join("all.csv")).expect("read");
    let scaled = |factor: f64| -> String {
        let row = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            let score: f64 = cells[2].parse().expect("score");
            format!("{},{},{},{}\n", cells[0], cells[1], 1000.0 + factor * score, cells[3])
        };
        text.lines().take(1).map(|head| format!("{head}\n")).chain(text.lines().skip(1).map(row)).collect()
    };
    std::fs::write(folder.path().join("wide.csv"), scaled(50.0)).expect("written");
    std::fs::write(folder.path().join("flat.csv"), scaled(0.0)).expect("written");
    for model in ["crossed", "affinity"] {
        for way in [&["--folds", "2"][..], &["--warm-up", "100", "--prequential"]] {
            let run = |file: &str| {
                let arguments = [&["--json", "--model", model], way, &[file]].concat();
                number(&json(folder.path(), &arguments), "rmse")
            };
            let (narrow, wide) = (run("all.csv"), run("wide.csv"));
            assert!((wide / narrow / 50.0 - 1.0).abs() < 0.01, "{model} {way:?}: {wide} against {narrow}");
            assert!(run("flat.csv") < 1e-3);
        }
    }
}

#[test]
fn folds_predict_every_rating_once_and_a_seed_repeats_them() {
    let folder = folder();
    let run = |seed: &str| {
        let found = json(folder.path(), &["--folds", "4", "--seed", seed, "--model", "affinity", "--json", "all.csv"]);
        let folds: Vec<f64> =
            found["folds"].as_array().expect("folds").iter().map(|fold| number(fold, "rmse")).collect();
        assert_eq!((folds.len(), &found["n_test"]), (4, &Value::from(600)));
        assert!((folds.iter().sum::<f64>() / 4.0 - number(&found, "rmse")).abs() < 1e-12);
        folds
    };
    assert_eq!(run("1"), run("1"));
    assert_ne!(run("1"), run("2"));
}

#[test]
fn new_colleges_are_predicted_better_with_attributes_than_without() {
    let folder = folder();
    let found = json(
        folder.path(),
        &["--cold-colleges", "--folds", "3", "--college-attributes", "colleges.csv", "--json", "all.csv"],
    );
    assert!(number(&found, "rmse") < 0.8 * number(&found, "rmse_without_attributes"), "{found}");
    assert!(number(&found, "rmse_by_college") < 0.8 * number(&found, "rmse_by_college_without_attributes"));
}

#[test]
fn in_order_of_time_each_rating_is_predicted_before_it_is_learned() {
    let folder = folder();
    for model in ["crossed", "affinity"] {
        let arguments = ["--prequential", "all.csv", "--warm-up", "100", "--model", model, "--json"];
        let found = json(folder.path(), &arguments);
        assert_eq!((&found["n_train"], &found["n_test"]), (&Value::from(100), &Value::from(500)));
        assert!((0.7..1.6).contains(&number(&found, "rmse")), "{model}: {found}");
    }
    let late = refused(folder.path(), &["--prequential", "all.csv", "--warm-up", "600"]);
    assert!(late.contains("warm-up") && late.contains("预热"), "{late}");
}

#[test]
fn every_bad_row_is_named_by_file_line_and_column_in_both_languages() {
    let folder = folder();
    let bad = "rater,college,score,rated_at\nu1,c1,5,2026-01-01\n,c1,5,2026-01-01\nu1,c1,much,2026-01-01\n\
               u1,c1,11,2026-01-01\nu1,c1,5,yesterday\nu1,c1,5\nu1,c1,NaN,3\n";
    std::fs::write(folder.path().join("bad.csv"), bad).expect("written");
    let errors = refused(folder.path(), &["--train", "bad.csv", "--test", "test.csv", "--scale", "0,10"]);
    for expected in [
        "bad.csv, line 3, column rater: 不能为空 / must not be empty",
        "bad.csv, line 4, column score: “much”不是数字 / `much` is not a number",
        "bad.csv, line 5, column score: 须在 0 到 10 之间 / must be between 0 and 10",
        "bad.csv, line 6, column rated_at",
        "bad.csv, line 7: 有 3 列，应为 4 列",
        "bad.csv, line 8, column score",
        "6 bad rows",
    ] {
        assert!(errors.contains(expected), "{expected} in {errors}");
    }
    std::fs::write(folder.path().join("head.csv"), "user,item,score\n1,2,3\n").expect("written");
    assert!(refused(folder.path(), &["head.csv"]).contains("head.csv, line 1: 缺少列 rater"));
    std::fs::write(folder.path().join("twice.csv"), "id,x\n院校1,3\n院校1,4\n").expect("written");
    let twice = refused(folder.path(), &["--college-attributes", "twice.csv", "all.csv"]);
    assert!(twice.contains("twice.csv, line 3, column id"), "{twice}");
}

#[test]
fn a_plan_that_does_not_fit_is_refused_in_both_languages() {
    let folder = folder();
    let missing = refused(folder.path(), &["--model", "affinity-attributes", "all.csv"]);
    assert!(missing.contains("--college-attributes") && missing.contains("需要"), "{missing}");
    assert!(refused(folder.path(), &["--scale", "5,1", "all.csv"]).contains("two ascending numbers"));
    assert!(refused(folder.path(), &["--train", "train.csv"]).contains("--test"));
    assert!(refused(folder.path(), &["nowhere.csv"]).contains("nowhere.csv"));
}
