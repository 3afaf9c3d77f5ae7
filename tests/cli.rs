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
fn two_colleges_of_one_name_are_imported_once_that_is_confirmed() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("colleges.csv");
    let head = "id,name,former_name,kind,ownership,city,lat,lon,status,offering,updated_on,retained,placed,response_days,\
                tech_projects_3y,pledges,complaint,declined_parks,source";
    let row = |id: &str, name: &str| format!("{id},{name},,associate,,云岭市,,,,,,,,,,,,,x");
    let rows = [head.to_owned(), row("C1", "云岭职业技术学院(南区)"), row("C2", "雲嶺職業技術學院（南區）")];
    std::fs::write(&file, rows.join("\n")).expect("written");
    let path = file.to_str().expect("path");
    let refused = zeyou(folder.path(), &["import", path]);
    let said = text(&refused.stderr);
    assert!(!refused.status.success() && said.contains("colleges.csv, line 3, column name"), "{said}");
    assert!(said.contains("C1") && said.contains("--namesakes"), "{said}");
    let taken = zeyou(folder.path(), &["import", path, "--namesakes"]);
    assert!(taken.status.success() && text(&taken.stdout).contains("wrote 2"), "{}", text(&taken.stderr));
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
fn occupations_are_imported_named_by_their_row_and_exported_again() {
    let folder = tempfile::tempdir().expect("folder");
    assert!(zeyou(folder.path(), &["import", "data/demo"]).status.success());
    let csv = folder.path().join("in");
    std::fs::create_dir(&csv).expect("folder");
    let path = csv.to_str().expect("path");
    let write = |code: &str, strength: &str| {
        let occupations = format!(
            "id,name,name_en,code,strength,source\n6-18-01-01,数控车工,CNC lathe operator,460103,1.0,x\n\
             6-18-01-02,无对应专业,No major,,,\n6-18-01-01,,,{code},{strength},\n"
        );
        std::fs::write(csv.join("occupations.csv"), occupations).expect("written");
    };
    let demands = "id,park,enterprise,kind,occupation,major,headcount,skill_level,start,end,urgency,note\n\
                   D9,P0001,,hire,6-18-01-01,,30,,2026-12-01,2099-12-31,normal,\n";
    std::fs::write(csv.join("demands.csv"), demands).expect("written");
    for (code, strength, column) in [("460199", "0.8", "code"), ("46x", "0.8", "code"), ("460104", "2", "strength")] {
        write(code, strength);
        let refused = zeyou(folder.path(), &["import", path]);
        let errors = text(&refused.stderr);
        assert!(errors.contains(&format!("occupations.csv, line 4, column {column}")), "{code} {strength}: {errors}");
    }
    let renamed = "id,name,name_en,code,strength,source\n6-18,车工,Turner,460103,1,x\n6-18,铣工,,460104,1,x\n";
    std::fs::write(csv.join("occupations.csv"), renamed).expect("written");
    let errors = text(&zeyou(folder.path(), &["import", path]).stderr);
    assert!(errors.contains("occupations.csv, line 3, column name:"), "{errors}");
    write("460104", "0.8");
    let imported = zeyou(folder.path(), &["import", path]);
    assert!(
        text(&imported.stdout).contains("wrote 3, unchanged 0"),
        "{}{}",
        text(&imported.stdout),
        text(&imported.stderr)
    );
    let out = folder.path().join("out");
    assert!(zeyou(folder.path(), &["export", out.to_str().expect("path")]).status.success());
    let exported = std::fs::read_to_string(out.join("occupations.csv")).expect("exported");
    let expected = "id,name,name_en,code,strength,source\n6-18-01-01,数控车工,CNC lathe operator,460103,1.0,x\n\
                    6-18-01-01,数控车工,CNC lathe operator,460104,0.8,x\n6-18-01-02,无对应专业,No major,,,\n";
    assert_eq!(exported, expected);
    let back = zeyou(folder.path(), &["import", out.to_str().expect("path")]);
    assert!(text(&back.stdout).contains("wrote 0,"), "{}", text(&back.stdout));
    let again = zeyou(folder.path(), &["import", "data/catalogue"]);
    assert!(text(&again.stdout).contains("wrote 0,"), "{}{}", text(&again.stdout), text(&again.stderr));
}

#[test]
fn export_import_export_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("folder");
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let csv = folder.path().join("in");
    for path in [&first, &second, &csv] {
        std::fs::create_dir(path).expect("folder");
    }
    let run = |home: &Path, command: &str, path: &Path| {
        let mut arguments = vec![command, path.to_str().expect("path")];
        // Names that differ by signs only.
        arguments.extend((command == "import").then_some("--namesakes"));
        let output = zeyou(home, &arguments);
        assert!(output.status.success() && output.stderr.is_empty(), "{command}: {}", text(&output.stderr));
    };
    let shipped = |file: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo").join(file);
        std::fs::read_to_string(path).expect("shipped")
    };
    assert!(zeyou(&first, &["import", "data/demo"]).status.success());
    // The first seven would run in a spreadsheet: one apostrophe goes before them, and comes off again.
    let names = ["=1+1", "+86 学院", "-学院", "@学院", "＝学院", "'=1", "''=1", "'s-学院", "''"];
    let mut colleges = shipped("colleges.csv").lines().take(1).map(|head| format!("{head}\n")).collect::<String>();
    for (n, name) in names.iter().enumerate() {
        let cell = if n < 7 { format!("'{name}") } else { (*name).to_owned() };
        colleges.push_str(&format!("X{n},{cell},,associate,,云岭市,-1.5,100.25,,,,,,,,,,,{cell}\n"));
    }
    std::fs::write(csv.join("colleges.csv"), &colleges).expect("written");
    let deals = "id,enterprise,college,kind,start,end,status\nGX,E00001,X0,hire,2026-01-01,2026-06-01,closed\n";
    std::fs::write(csv.join("engagements.csv"), deals).expect("written");
    let ratings = "id,engagement,overall,supply,skill,stay,help,rated_on,comment\n\
                   6f9619ff-8b86-4011-b42d-00c04fc964ff,GX,5,4,unknown,3,2,2026-07-01,\"'=很好，\n\"\"谢谢\"\"\"\n";
    std::fs::write(csv.join("ratings.csv"), ratings).expect("written");
    run(&first, "import", &csv);
    let (one, two) = (first.join("out"), second.join("out"));
    run(&first, "export", &one);
    run(&second, "import", &one);
    run(&second, "export", &two);
    for entry in std::fs::read_dir(&one).expect("exported") {
        let name = entry.expect("entry").file_name();
        let (a, b) = (std::fs::read(one.join(&name)).expect("one"), std::fs::read(two.join(&name)).expect("two"));
        assert!(a == b, "{name:?} differs");
    }
    let exported = std::fs::read_to_string(one.join("colleges.csv")).expect("exported");
    for line in colleges.lines().skip(1) {
        let name = line.split(',').nth(1).expect("a name");
        assert!(exported.contains(&format!(",{name},,associate,")), "{name}");
    }
    let exported = std::fs::read_to_string(one.join("ratings.csv")).expect("exported");
    assert!(exported.contains("\"'=很好，\n\"\"谢谢\"\"\"\n"), "the comment comes along");
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

#[test]
fn what_excel_saves_in_gb18030_is_read_like_utf8_and_bad_bytes_are_named() {
    let folder = tempfile::tempdir().expect("folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.to_str().expect("path").to_owned()
    };
    let coded = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let candidates = "园区,院校,得分\n东园,甲院,90\n东园,乙院,80\n西园,甲院,85\n";
    let (forced, forbidden) = ("园区,院校\n东园,乙院\n", "园区,院校\n东园,甲院\n");
    let selected = |candidates: &[u8], forced: &[u8], forbidden: &[u8]| {
        let (candidates, forced) = (write("candidates.csv", candidates), write("forced.csv", forced));
        let forbidden = write("forbidden.csv", forbidden);
        let files = ["--candidates", &candidates, "--forced", &forced, "--forbidden", &forbidden];
        zeyou(folder.path(), &[&["select", "--per-park", "1", "--capacity", "1", "--json"], &files[..]].concat())
    };
    let pairs = |answer: &Output| -> serde_json::Value {
        let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).expect("json");
        answer["pairs"].clone()
    };
    let utf8 = selected(candidates.as_bytes(), forced.as_bytes(), forbidden.as_bytes());
    let gb18030 = selected(&coded(candidates), &coded(forced), &coded(forbidden));
    assert_eq!(pairs(&utf8), pairs(&gb18030));
    assert_eq!(pairs(&utf8)[0]["college"], "乙院");
    let bad = selected(&coded(candidates), &[&coded(forced)[..], b"\xff,x\n"].concat(), &coded(forbidden));
    let errors = text(&bad.stderr);
    assert!(errors.contains("forced.csv, line 3, column") && errors.contains("[invalid-encoding]"), "{errors}");

    // Ratings of any kind, and the directory's own tables.
    let rows: String = (0..60).map(|n| format!("企业{},院校{},{}\n", n % 10, n % 7, 1 + n % 5)).collect();
    let table = format!("rater,college,score\n{rows}");
    let scored = |bytes: &[u8]| {
        let ratings = write("ratings.csv", bytes);
        let answer = zeyou(folder.path(), &["evaluate", "--folds", "3", "--json", &ratings]);
        let mut found: serde_json::Value = serde_json::from_slice(&answer.stdout).expect("json");
        found["rmse"].take()
    };
    assert!(scored(table.as_bytes()).is_f64());
    assert_eq!(scored(table.as_bytes()), scored(&coded(&table)));
    let export = folder.path().join("export");
    assert!(zeyou(folder.path(), &["import", "data/demo"]).status.success());
    assert!(zeyou(folder.path(), &["export", export.to_str().expect("path")]).status.success());
    let parks = std::fs::read_to_string(export.join("parks.csv")).expect("parks");
    let again = write("parks.csv", &coded(&parks));
    let imported = zeyou(folder.path(), &["import", &again]);
    assert!(
        text(&imported.stdout).contains("wrote 0"),
        "the same parks: {} {}",
        text(&imported.stdout),
        text(&imported.stderr)
    );
}

#[test]
fn links_are_printed_as_csv_and_only_by_an_installation_with_a_key() {
    let folder = tempfile::tempdir().expect("folder");
    assert!(!zeyou(folder.path(), &["links"]).status.success(), "there is no database");
    assert!(zeyou(folder.path(), &["import", "data/demo"]).status.success());
    let rows = |arguments: &[&str]| -> Vec<Vec<String>> {
        let answer = zeyou(folder.path(), arguments);
        assert!(answer.status.success(), "{}", text(&answer.stderr));
        let mut reader = csv::Reader::from_reader(answer.stdout.as_slice());
        let head: Vec<&str> = vec!["engagement", "enterprise", "college", "until", "link"];
        assert_eq!(reader.headers().expect("a head").iter().collect::<Vec<_>>(), head);
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
    };
    let all = rows(&["links"]);
    assert_eq!(all.len(), 430, "every confirmed or closed engagement, no proposed one");
    let open = rows(&["links", "--open", "--base", "https://zeyou.example/"]);
    assert!(!open.is_empty() && open.len() < all.len());
    assert!(open.iter().all(|row| row[4].starts_with(&format!("https://zeyou.example/r/{}.", row[0]))), "{open:?}");
    let one = rows(&["links", "--enterprise", "E00001"]);
    assert!(!one.is_empty() && one.iter().all(|row| row[1] == one[0][1]) && one.len() < all.len());
    // The same installation signs alike; another has another key.
    assert_eq!(rows(&["links"]), all);
    let other = tempfile::tempdir().expect("folder");
    assert!(zeyou(other.path(), &["import", "data/demo"]).status.success());
    assert!(!text(&zeyou(other.path(), &["links"]).stdout).contains(&all[0][4]), "another key");
    let unknown = zeyou(folder.path(), &["links", "--enterprise", "E99999"]);
    assert!(!unknown.status.success() && text(&unknown.stderr).contains("E99999"));
    // The key is no part of what is exported.
    let out = folder.path().join("out");
    assert!(zeyou(folder.path(), &["export", out.to_str().expect("path")]).status.success());
    assert!(
        std::fs::read_dir(&out)
            .expect("out")
            .all(|entry| { !entry.expect("entry").file_name().to_string_lossy().contains("secret") })
    );
}

/// What is posted to a collector of the test's own until it was asked enough.
fn collect(listener: std::net::TcpListener, enough: impl Fn(&str) -> bool) -> String {
    use std::io::{Read, Write};
    let mut all = String::new();
    for stream in listener.incoming() {
        let mut stream = stream.expect("a connection");
        let (mut text, mut buffer) = (Vec::new(), [0; 1 << 14]);
        let whole = |text: &[u8]| {
            let at = text.windows(4).position(|four| four == b"\r\n\r\n")?;
            let head = String::from_utf8_lossy(&text[..at]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse::<usize>().ok()?;
            Some(at + 4 + length)
        };
        while whole(&text).is_none_or(|whole| text.len() < whole) {
            let n = stream.read(&mut buffer).expect("read");
            assert!(n > 0, "a whole request");
            text.extend_from_slice(&buffer[..n]);
        }
        let answer =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
        stream.write_all(answer.as_bytes()).expect("answered");
        all.push_str(&String::from_utf8_lossy(&text));
        if enough(&all) {
            break;
        }
    }
    all
}

#[test]
fn requests_commits_and_solves_are_traced_to_the_collector_that_is_named() {
    use std::io::{BufRead, BufReader, Read, Write};
    let folder = tempfile::tempdir().expect("folder");
    let collector = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut server = Command::new(env!("CARGO_BIN_EXE_zeyou"))
        .current_dir(folder.path())
        .args(["serve", "--without-accounts", "--listen", "127.0.0.1:0"])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", collector.local_addr().expect("an address")))
        .env("OTEL_BSP_SCHEDULE_DELAY", "100")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("zeyou runs");
    let mut lines = BufReader::new(server.stdout.take().expect("its output")).lines();
    let first = lines.next().expect("a line").expect("text");
    let address = first.split("http://").nth(1).expect("an address").trim_end_matches('/').to_owned();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let mut stream = std::net::TcpStream::connect(&address).expect("connected");
    let head = format!("GET /api/v1/presets HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    write!(stream, "{head}traceparent: 00-{trace}-00f067aa0ba902b7-01\r\n\r\n").expect("asked");
    stream.read_to_string(&mut String::new()).expect("answered");
    let wanted = [trace, "\"/api/v1/presets\"", "\"commit\"", "\"solve\"", "request_id"];
    let seen = collect(collector, |seen| wanted.iter().all(|wanted| seen.contains(wanted)));
    server.kill().expect("ended");
    server.wait().expect("gone");
    assert!(seen.starts_with("POST /v1/traces"), "{seen}");
}
