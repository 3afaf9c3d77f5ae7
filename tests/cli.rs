//! The command line, run as its user runs it.

use std::path::Path;
use std::process::{Command, Output};

fn zeyou(folder: &Path, arguments: &[&str]) -> Output {
    let root = env!("CARGO_MANIFEST_DIR");
    let database = folder.join("zeyou.db");
    let arguments = arguments.iter().map(|argument| argument.replace("data/", &format!("{root}/data/")));
    Command::new(env!("CARGO_BIN_EXE_zeyou")).arg("--database").arg(database).args(arguments).output().expect("run")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_real_park_of_changchun_lists_its_real_partner_among_the_first_three() {
    let folder = tempfile::tempdir().expect("folder");
    let imported = zeyou(folder.path(), &["import", "data/jilin"]);
    assert!(imported.status.success(), "{}", text(&imported.stderr));
    let answer = zeyou(folder.path(), &["shortlist", "--park", "G221071", "--top", "5", "--format", "json"]);
    let shortlist: serde_json::Value = serde_json::from_slice(&answer.stdout).expect("json");
    let items = shortlist["items"].as_array().expect("items");
    let rank = items.iter().position(|item| item["college"]["id"] == "4122011436").expect("listed");
    assert!(rank < 3, "rank {}", rank + 1);
    assert!(shortlist["need_derived"].as_bool().expect("bool"));
    // Real institutions carry no rating: satisfaction is the prior, with a wide interval.
    for item in items {
        assert_eq!(item["satisfaction"]["ratings"], 0);
        assert!(
            item["satisfaction"]["high"].as_f64().expect("high") - item["satisfaction"]["low"].as_f64().expect("low")
                > 1.0
        );
    }
    let table = text(&zeyou(folder.path(), &["shortlist", "--park", "G221071", "--top", "3"]).stdout);
    assert!(table.contains("长春汽车职业技术大学") && table.contains("复核码"), "{table}");
    let again = zeyou(folder.path(), &["import", "data/jilin"]);
    assert!(text(&again.stdout).contains("wrote 0, unchanged 208"), "{}", text(&again.stdout));
    let verified = zeyou(folder.path(), &["verify"]);
    assert!(text(&verified.stdout).contains("chain intact"));
}

#[test]
fn a_bad_row_is_named_by_file_line_and_column_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("folder");
    let csv = folder.path().join("in");
    std::fs::create_dir(&csv).expect("folder");
    let parks = "id,name,city,stage,industries,lat,lon,budget_per_person_day,source\n\
                 P1,云岭园,云岭市,established,汽车,43.1,125.2,,x\n\
                 P2,云岭二园,云岭市,old,汽车,43.1,125.2,,x\n\
                 P3,云岭三园,云岭市,new,汽车汽车,43.1,125.2,,x\n\
                 P4,云岭四园,云岭市,new,汽车,143.1,125.2,,x\n\
                 P5,云岭五园,云岭市,new,汽车,43.1,125.2,很多,x\n";
    std::fs::write(csv.join("parks.csv"), parks).expect("written");
    let refused = zeyou(folder.path(), &["import", csv.to_str().expect("path")]);
    assert!(!refused.status.success());
    let errors = text(&refused.stderr);
    for expected in [
        "parks.csv, line 3, column stage",
        "parks.csv, line 4, column industries",
        "parks.csv, line 5, column place",
        "parks.csv, line 6, column budget_per_person_day",
        "nothing was written",
    ] {
        assert!(errors.contains(expected), "{expected} in {errors}");
    }
    let absent = zeyou(folder.path(), &["shortlist", "--park", "P1"]);
    assert!(!absent.status.success() && text(&absent.stderr).contains("P1"));
}

#[test]
fn what_is_exported_imports_unchanged_and_the_demo_is_what_generate_writes() {
    let folder = tempfile::tempdir().expect("folder");
    let spec = ["--parks", "4", "--colleges", "20", "--enterprises", "40", "--ratings", "400", "--seed", "2026"];
    let made = folder.path().join("made");
    let arguments: Vec<&str> =
        ["generate"].iter().chain(&spec).copied().chain([made.to_str().expect("path")]).collect();
    assert!(zeyou(folder.path(), &arguments).status.success());
    for entry in std::fs::read_dir(&made).expect("made") {
        let entry = entry.expect("entry");
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo").join(entry.file_name());
        let (made, shipped) = (std::fs::read(entry.path()), std::fs::read(&shipped));
        assert!(made.expect("made") == shipped.expect("shipped"), "{:?}", entry.file_name());
    }
    assert!(zeyou(folder.path(), &["import", "data/demo"]).status.success());
    let out = folder.path().join("out");
    assert!(zeyou(folder.path(), &["export", out.to_str().expect("path")]).status.success());
    let back = zeyou(folder.path(), &["import", out.to_str().expect("path"), "--dry-run"]);
    assert!(text(&back.stdout).contains("would write 0,"), "{}{}", text(&back.stdout), text(&back.stderr));
}

#[test]
fn a_planner_s_own_table_is_selected_from_and_bad_rows_are_named() {
    let folder = tempfile::tempdir().expect("folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("path").to_owned()
    };
    let table = file(
        "candidates.csv",
        "\u{feff}园区,院校,得分\n东园,甲院,90\n东园,乙院,80\n西园,甲院,85\n西园,乙院,60\n南园,甲院,70\n南园,乙院,65.5\n",
    );
    let selected = |more: &[&str]| {
        let arguments = [&["select", "--candidates", &table, "--per-park", "1"], more].concat();
        zeyou(folder.path(), &arguments)
    };
    let json = |more: &[&str]| -> serde_json::Value {
        let answer = selected(&[more, &["--json"]].concat());
        assert!(answer.status.success(), "{}", text(&answer.stderr));
        serde_json::from_slice(&answer.stdout).expect("json")
    };
    let answer = json(&["--capacity", "1"]);
    assert_eq!((&answer["status"], &answer["gap"]), (&"optimal".into(), &0.0.into()));
    // Greedy takes 90 and then 65.5; the optimum gives 甲院 to 西园.
    assert_eq!((&answer["objective"], &answer["comparison"][0]["objective"]), (&165.0.into(), &155.5.into()));
    assert_eq!(answer["pairs"].as_array().map(Vec::len), Some(2));
    assert!(answer["seconds"].as_f64().is_some_and(|seconds| seconds >= 0.0));
    let forced = file("forced.csv", "park,college\n南园,甲院\n");
    let answer = json(&["--capacity", "1", "--forced", &forced]);
    assert_eq!((&answer["objective"], &answer["wishes"][0]["price"]), (&150.0.into(), &15.0.into()));
    let capacity = file("capacity.csv", "college,capacity\n甲院,3\n乙院,0\n");
    assert_eq!(json(&["--capacity", &capacity])["objective"], 245.0);
    let answer = json(&["--capacity", "1", "--mandatory"]);
    assert_eq!(answer["status"], "infeasible");
    assert!(answer["conflicts"][0]["zh"].as_str().is_some_and(|words| words.contains("恰好")), "{answer}");
    let table_text = text(&selected(&["--capacity", "1"]).stdout);
    assert!(table_text.contains("已证明最优") && table_text.contains("西园  甲院  85"), "{table_text}");
    assert!(text(&selected(&["--capacity", "1", "--mandatory"]).stdout).contains("让步"));

    let bad = file("bad.csv", "park,college,score\nA,X,1\nA,X,2\nB,,3\nC,X,high\nD,X,NaN\n");
    let wishes = file("wishes.csv", "park,college\nA,X\nA,Z\n");
    let arguments = ["select", "--candidates", &bad, "--per-park", "1", "--capacity", "1", "--forbidden", &wishes];
    let refused = zeyou(folder.path(), &arguments);
    assert!(!refused.status.success());
    let errors = text(&refused.stderr);
    for expected in [
        "bad.csv, line 3:",
        "bad.csv, line 4, column college",
        "bad.csv, line 5, column score",
        "bad.csv, line 6, column score",
        "wishes.csv, line 3:",
        "5 bad rows",
    ] {
        assert!(errors.contains(expected), "{expected} in {errors}");
    }
    assert!(!folder.path().join("zeyou.db").exists());
}
