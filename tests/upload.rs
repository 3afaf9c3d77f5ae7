//! Imports by file, as people make files: recognised, corrected, partly refused, and taken back.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use rust_xlsxwriter::{Format, Workbook};
use zeyou::domain::{Event, ParkId, Principal, Role, Scopes};
use zeyou::exchange::{What, read_sheets};
use zeyou::service::{Acting, Choices, Service, ServiceError, Upload, UploadReport};

async fn demo() -> (Acting, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::open(&folder.path().join("zeyou.db")).await.expect("a log").operator();
    assert_eq!(service.import_demo().await.expect("the demo").errors, []);
    (service, folder)
}

fn upload(name: &str, bytes: impl Into<Vec<u8>>) -> Arc<Upload> {
    Arc::new(Upload { name: name.to_owned(), bytes: bytes.into() })
}

/// Row and column of each bad cell.
fn bad(report: &UploadReport) -> Vec<(u64, String, String)> {
    let bad = report.findings.iter().filter_map(|one| match &one.what {
        What::Bad(invalid, _) => {
            Some((one.line, one.cell.as_ref().map_or(String::new(), |cell| cell.letters.clone()), invalid.rule.clone()))
        }
        What::Corrected(..) => None,
    });
    bad.collect()
}

const DEMANDS: &str = "云岭市企业需求登记表,,,,,,,\n园区,企业名称,类型,专业,人数（人）,等级,起,止\n\
    云岭汽车零部件产业园,E00009,招聘,460103,４０,高级工,2027年3月,2027年8月\n\
    P0001,,实习,460103,约200,,2027-03,2027-08\n\
    P0001,没有这家企业,招聘,460103,5,,2027-03,2027-08\n\
    P0001,,招聘,999999,5,,2027-03,2027-08\n\
    P0001,,招聘,460103,12,,46266,2027.9.1\n";

#[tokio::test]
async fn good_rows_load_and_every_bad_one_is_named_by_its_cell() {
    let (service, _folder) = demo().await;
    let file = upload("企业需求.csv", DEMANDS);
    let before = service.live().current().snapshot.state.seq;
    let tried = service.check_upload(file.clone(), Choices::default()).await.expect("tried");
    assert_eq!((tried.sheets[0].rows, tried.sheets[0].good, tried.written, tried.bad()), (5, 2, 2, 3));
    let expected = [(4, "E", "wrong-type"), (5, "B", "unknown-code"), (6, "D", "unknown-code")];
    assert_eq!(bad(&tried), expected.map(|(line, letters, rule)| (line, letters.to_owned(), rule.to_owned())));
    assert_eq!(service.live().current().snapshot.state.seq, before, "trying writes nothing");
    let loaded = service.load_upload(file.clone(), Choices::default()).await.expect("loaded");
    assert_eq!((loaded.written, loaded.import.is_some()), (2, true));
    let current = service.live().current();
    let park: ParkId = "P0001".parse().expect("a code");
    let demand =
        current.snapshot.state.demands_of(&park).find(|demand| demand.headcount == 40).expect("loaded").clone();
    assert_eq!((demand.start.to_string(), demand.end.to_string()), ("2027-03-01".into(), "2027-08-31".into()));
    let again = service.load_upload(file.clone(), Choices::default()).await.expect("loaded");
    assert_eq!((again.written, again.unchanged, again.import), (0, 2, None), "twice changes nothing");
    // The same file comes back, with a column that says why.
    let annotated = service.annotate_upload(file, Choices::default(), "错误原因", |_| "原因".to_owned()).await;
    let (bytes, workbook) = annotated.expect("annotated");
    assert!(!workbook);
    let sheet = &read_sheets("x.csv", &bytes).expect("read")[0];
    assert_eq!(
        (sheet.at(1, 8).text(), sheet.at(3, 8).text(), sheet.at(2, 8).text()),
        ("错误原因".into(), "原因".into(), "".into())
    );
    assert_eq!(sheet.at(3, 4).text(), "约200", "as it was sent");
}

#[tokio::test]
async fn an_import_is_taken_back_entry_by_entry() {
    let (service, _folder) = demo().await;
    let text = async |service: &Acting| {
        let tables = service.export().await.expect("allowed");
        tables.into_iter().collect::<BTreeMap<_, _>>()
    };
    let before = text(&service).await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("企业").expect("a name");
    for (at, head) in ["企业代码", "企业名称", "所在园区"].iter().enumerate() {
        sheet.write_string(0, at as u16, *head).expect("written");
    }
    for (row, cells) in [["E90001", "新来的企业", "P0001"], ["E00001", "改了名的企业", "P0001"]].iter().enumerate()
    {
        for (at, cell) in cells.iter().enumerate() {
            sheet.write_string(row as u32 + 1, at as u16, *cell).expect("written");
        }
    }
    let sheet = book.add_worksheet();
    sheet.set_name("需求").expect("a name");
    for (at, head) in ["园区", "企业", "类型", "专业", "人数", "起", "止"].iter().enumerate() {
        sheet.write_string(0, at as u16, *head).expect("written");
    }
    for (at, cell) in ["P0001", "E90001", "招聘", "460103", "7", "2027-01", "2027-06"].iter().enumerate() {
        sheet.write_string(1, at as u16, *cell).expect("written");
    }
    let file = upload("两张表.xlsx", book.save_to_buffer().expect("a workbook"));
    let loaded = service.load_upload(file, Choices::default()).await.expect("loaded");
    assert_eq!((loaded.written, bad(&loaded)), (3, vec![]), "the second sheet knows what the first brings");
    let firm = |service: &Acting| {
        let current = service.live().current();
        let entry = current.snapshot.state.enterprises.get(&"E00001".parse().expect("a code")).cloned();
        entry.expect("known")
    };
    assert_eq!(
        firm(&service).industry.map(|one| one.to_string()).as_deref(),
        Some("新材料"),
        "what the sheet does not speak of stays"
    );
    assert_ne!(text(&service).await, before);
    let listed = service.imports().expect("allowed");
    assert_eq!((listed.len(), listed[0].days_left, listed[0].undone, listed[0].record.written), (1, 7, false, 3));
    let id = listed[0].record.id.clone();
    let undone = service.undo_import(&id).await.expect("taken back");
    assert_eq!((undone.restored, undone.kept.len()), (3, 0));
    assert_eq!(text(&service).await, before, "every table is as before");
    let refused = service.undo_import(&id).await.expect_err("only once");
    assert!(matches!(&refused, ServiceError::Invalid(_, invalid) if invalid.rule == "too-late"), "{refused}");
    assert!(matches!(service.undo_import(&"I0".parse().expect("a code")).await, Err(ServiceError::NotFound(..))));
    // The log replays to the same state.
    let check = Service::check_log(service.store(), |_| {}).await.expect("checked");
    assert!(check.fault.is_none(), "{check:?}");
}

#[tokio::test]
async fn what_was_changed_since_stays() {
    let (service, _folder) = demo().await;
    let file = upload("enterprises.csv", "id,name,park\nE90001,甲,P0001\nE90002,乙,P0001\n");
    service.load_upload(file, Choices::default()).await.expect("loaded");
    let firm =
        serde_json::from_value(serde_json::json!({"id": "E90001", "name": "甲公司", "park": "P0001"})).expect("a firm");
    service.put(Event::EnterprisePut(firm), None).await.expect("renamed");
    let id = service.imports().expect("allowed")[0].record.id.clone();
    let undone = service.undo_import(&id).await.expect("taken back");
    assert_eq!((undone.restored, undone.kept), (1, vec!["enterprise/E90001".to_owned()]));
    let state = &service.live().current().snapshot.state;
    assert_eq!(state.enterprises.get(&"E90001".parse().expect("a code")).expect("stays").name.as_str(), "甲公司");
    assert!(state.enterprises.get(&"E90002".parse().expect("a code")).is_none());
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(*name, options).expect("a part");
        archive.write_all(bytes).expect("written");
    }
    archive.finish().expect("an archive").into_inner()
}

#[tokio::test]
async fn what_is_no_table_is_told_what_it_is() {
    let (service, _folder) = demo().await;
    let rule =
        async |name: &str, bytes: Vec<u8>| match service.check_upload(upload(name, bytes), Choices::default()).await {
            Err(ServiceError::Invalid(_, invalid)) => format!("{}: {}", invalid.rule, invalid.en),
            Err(other) => panic!("{name}: {other}"),
            Ok(report) => format!("read: {}", report.sheets.iter().filter(|sheet| sheet.layout.is_some()).count()),
        };
    let bomb = zipped(&[("xl/worksheets/sheet1.xml", &vec![b' '; 97 << 20])]);
    assert!(bomb.len() < 1 << 20, "{} bytes inflate to 97 MiB", bomb.len());
    let mut far = Workbook::new();
    far.add_worksheet().write_string(1_048_575, 16_383, "far").expect("written");
    let mut one = Workbook::new();
    one.add_worksheet().write_string(0, 0, "食堂").expect("written");
    let mut empty = Workbook::new();
    empty.add_worksheet();
    for (name, bytes, begins) in [
        ("empty.csv", Vec::new(), "empty-file"),
        ("blank.csv", b"\r\n \r\n".to_vec(), "empty-file"),
        ("empty.xlsx", empty.save_to_buffer().expect("a workbook"), "empty-file"),
        (
            "old.xls",
            [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600]].concat(),
            "not-a-table: this is an old .xls",
        ),
        ("letter.docx", zipped(&[("word/document.xml", b"<w/>"), ("[Content_Types].xml", b"<Types/>")]), "not-a-table"),
        ("cut.xlsx", b"PK\x03\x04 cut short".to_vec(), "not-a-table"),
        ("picture.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0".to_vec(), "not-a-table"),
        ("bomb.xlsx", bomb, "file-too-large: the archive inflates"),
        ("far.xlsx", far.save_to_buffer().expect("a workbook"), "file-too-large: a sheet has more"),
        ("big.csv", vec![b'a'; (8 << 20) + 1], "file-too-large: the file exceeds 8 MiB"),
        ("long.csv", "园区,企业\n".repeat(20_100).into_bytes(), "file-too-large: a sheet has more"),
        ("other.xlsx", one.save_to_buffer().expect("a workbook"), "read: 0"),
        ("quote.csv", b"id,name\n\"never closed,1\n".to_vec(), "read: 1"),
    ] {
        let said = rule(name, bytes).await;
        assert!(said.starts_with(begins), "{name}: {said}");
    }
}

#[tokio::test]
async fn merged_heads_dates_and_a_choice_of_columns_are_read() {
    let (service, _folder) = demo().await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("院校资源").expect("a name");
    let (plain, day) = (Format::new(), Format::new().set_num_format("yyyy/m/d"));
    sheet.merge_range(0, 0, 0, 6, "2026 年院校资源表", &plain).expect("merged");
    sheet.merge_range(1, 0, 2, 0, "院校", &plain).expect("merged");
    sheet.merge_range(1, 1, 2, 1, "专业(代码)", &plain).expect("merged");
    sheet.merge_range(1, 2, 1, 3, "可承接人数", &plain).expect("merged");
    sheet.write_string(2, 2, "培训").expect("written");
    sheet.write_string(2, 3, "实习").expect("written");
    sheet.merge_range(1, 4, 2, 4, "机位", &plain).expect("merged");
    sheet.merge_range(1, 5, 2, 5, "更新日期", &plain).expect("merged");
    sheet.write_string(3, 0, "云岭先进制造职业技术学院").expect("written");
    sheet.write_number(3, 1, 460_103).expect("written");
    sheet.write_number(3, 2, 77).expect("written");
    sheet.write_string(3, 3, "１８").expect("written");
    sheet.write_number(3, 4, 150).expect("written");
    let at = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 11, 1).expect("a day");
    sheet.write_datetime_with_format(3, 5, &at, &day).expect("written");
    let file = upload("院校资源.xlsx", book.save_to_buffer().expect("a workbook"));
    let columns = BTreeMap::from([("programmes:机位".to_owned(), "stations".to_owned())]);
    let choices = Choices { columns, ..Choices::default() };
    let loaded = service.load_upload(file.clone(), choices.clone()).await.expect("loaded");
    assert_eq!((bad(&loaded), loaded.written), (vec![], 1));
    let current = service.live().current();
    let programme = current.snapshot.state.programmes.get(&"R00001".parse().expect("a code")).expect("the one it had");
    assert_eq!((programme.seats.train, programme.seats.intern, programme.stations), (Some(77), Some(18), Some(150)));
    assert_eq!(
        (programme.seats.hire, programme.teachers),
        (Some(149), Some(32)),
        "what the sheet does not speak of stays"
    );
    assert_eq!(programme.updated_on.expect("a day").to_string(), "2026-11-01");
    // It comes back with its merged heads where they were.
    let (bytes, workbook) =
        service.annotate_upload(file, choices, "错误原因", |_| String::new()).await.expect("annotated");
    let grid = &read_sheets("x.xlsx", &bytes).expect("read")[0];
    assert!(workbook && grid.merged.contains(&[1, 2, 1, 3]) && grid.at(3, 3).text() == "１８");
}

#[tokio::test]
async fn a_college_that_may_be_there_already_is_taken_once_that_is_confirmed() {
    let (service, _folder) = demo().await;
    let sheet = "id,name,kind,city\n\
        C9001,雲嶺先进制造職業技術學院,associate,云岭市\n\
        C9002,云岭 先进制造职业技术学院,associate,云岭市\n\
        C9003,长春职业技术学院（南校区）,associate,云岭市\n\
        C9004,長春職業技術學院(南校區),associate,云岭市\n\
        C9005,长春职业技术学院（北校区）,associate,云岭市\n";
    let file = upload("colleges.csv", sheet);
    let tried = service.check_upload(file.clone(), Choices::default()).await.expect("tried");
    // Of the log and of the file itself.
    let double = |line| (line, "B".to_owned(), "possible-duplicate".to_owned());
    assert_eq!((bad(&tried), tried.written), (vec![double(2), double(3), double(5)], 2));
    let What::Bad(said, _) = &tried.findings[0].what else { panic!("{:?}", tried.findings) };
    assert!(said.zh.contains("C0001") && said.en.contains("C0001"), "{said}");
    let confirmed = Choices { namesakes: true, ..Choices::default() };
    let tried = service.check_upload(file.clone(), confirmed.clone()).await.expect("tried");
    assert_eq!((bad(&tried), tried.written), (vec![], 5));
    let loaded = service.load_upload(file.clone(), confirmed).await.expect("loaded");
    assert_eq!(loaded.written, 5);
    // What is there as it is needs no confirmation.
    let again = service.load_upload(file, Choices::default()).await.expect("loaded");
    assert_eq!((bad(&again), again.written, again.unchanged), (vec![], 0, 5));
}

#[tokio::test]
async fn who_guesses_a_row_of_another_park_is_not_told_that_it_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::open(&folder.path().join("zeyou.db")).await.expect("a log");
    service.operator().import_demo().await.expect("the demo");
    let demands = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo/demands.csv")).expect("rows");
    let row = |park: &str| demands.lines().find(|row| row.contains(park)).expect("a row").to_owned();
    let head = demands.lines().next().expect("headings");
    let (own, other) = (row(",P0001,"), row(",P0002,"));
    let wrong = other.replace(",2,2027", ",3,2027");
    assert_ne!(other, wrong);
    let manager = Principal {
        id: "a-manager".to_owned(),
        role: Role::ParkManager("P0001".parse().expect("a code")),
        scopes: Scopes::ALL,
    };
    let manager = service.acting(Arc::new(manager));
    let mut said = Vec::new();
    for guess in [&other, &wrong] {
        let file = upload("demands.csv", format!("{head}\n{own}\n{guess}\n"));
        let tried = manager.check_upload(file, Choices::default()).await.expect("tried");
        assert_eq!((tried.unchanged, tried.written), (1, 0), "its own row is there as it is");
        said.push(tried.findings.iter().map(|one| format!("{:?}", one.what)).collect::<Vec<_>>());
    }
    assert_eq!(said[0], said[1]);
    assert!(said[0].len() == 1 && said[0][0].contains("forbidden"), "{said:?}");
}
