//! S9: a file is dropped, tried, its good rows written, and the import taken back; in both languages.

use fantoccini::Locator;

use crate::browser::{Browser, LAPTOP, PHONE};
use crate::site::Site;

const TABLE: &str = "园区,企业名称,类型,专业,人数（人）,等级,起,止,机位\n\
    云岭汽车零部件产业园,E00009,招聘,460103,４０,高级工,2027年3月,2027年8月,1\n\
    P0001,,实习,460103,约200,,2027-03,2027-08,2\n\
    P0001,,招聘,460103,12,,46266,2027.9.1,3\n";

async fn choose(browser: &Browser, file: &std::path::Path) {
    let field = browser.client.find(Locator::Css("#file")).await.expect("a field for a file");
    field.send_keys(file.to_str().expect("a path")).await.expect("chosen");
}

#[actix_web::test]
async fn a_file_is_tried_written_returned_and_taken_back() {
    let site = Site::demo().await;
    let host = site.address.to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("企业需求.csv");
    std::fs::write(&file, TABLE).expect("written");
    for language in ["zh-CN", "en"] {
        let browser = Browser::start().await;
        browser.open(&site.url(&format!("/data?lang={language}"))).await;
        browser.is_sound("data", &host).await;
        choose(&browser, &file).await;
        browser.find("#outcome").await;
        let outcome = browser.text("#outcome").await;
        assert!(outcome.contains('3') && outcome.contains('2') && outcome.contains('1'), "{outcome}");
        assert_eq!(browser.text("#findings tbody tr.bad-row td:nth-child(2) strong").await, "E3");
        assert!(browser.text("#findings tbody tr.bad-row").await.contains("200"), "what was meant is offered");
        browser.is_sound("upload", &host).await;
        browser.screenshot_whole(&format!("main-upload-{language}")).await;
        browser.size(PHONE).await;
        browser.is_sound("upload on a phone", &host).await;
        browser.screenshot_whole(&format!("main-upload-{language}-320")).await;
        browser.size(LAPTOP).await;
        // The column nobody knows is said to be the note, and that is remembered.
        browser.value("document.querySelector('.mapping').open = true").await;
        let note = browser.find("select[name='column-0-8']").await;
        note.select_by_value("note").await.expect("chosen");
        browser.click("input[name=remember]").await;
        browser.value("document.body.dataset.old = '1'").await;
        browser.click("#again").await;
        browser
            .until(
                "!document.body.dataset.old && document.querySelector(\"select[name='column-0-8']\")?.value === 'note'",
            )
            .await;
        browser.click("button[formaction='/data/load']").await;
        browser.until("!document.querySelector('#again')").await;
        let seq = site.service.live().current().snapshot.state.seq;
        browser.is_sound("loaded", &host).await;
        browser.screenshot(&format!("main-loaded-{language}")).await;
        browser.open(&site.url("/data")).await;
        assert!(browser.text("#imports").await.contains("企业需求.csv"));
        browser.screenshot_whole(&format!("main-data-{language}")).await;
        choose(&browser, &file).await;
        browser.find("#outcome").await;
        assert_eq!(
            browser.value("document.querySelector(\"select[name='column-0-8']\").value").await,
            "note",
            "remembered"
        );
        browser.open(&site.url("/data")).await;
        browser.click("#imports form button").await;
        browser.find("#notice").await;
        assert!(site.service.live().current().snapshot.state.seq > seq, "events like any others");
        assert_eq!(browser.value("document.querySelectorAll('#imports form').length").await, 0);
        browser.is_sound("taken back", &host).await;
    }
}

#[actix_web::test]
async fn a_college_that_may_be_there_already_is_taken_once_its_box_is_ticked() {
    let site = Site::demo().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("colleges.csv");
    let table =
        "id,name,kind,city\nC9001,雲嶺先进制造職業技術學院,associate,云岭市\nC9002,新丰技师学院,technician,云岭市\n";
    std::fs::write(&file, table).expect("written");
    let browser = Browser::start().await;
    browser.open(&site.url("/data?lang=en")).await;
    choose(&browser, &file).await;
    browser.find("#outcome").await;
    let said = browser.text("#findings tbody tr.bad-row").await;
    assert!(said.contains("C0001"), "who has the name: {said}");
    browser.is_sound("a name that is there", &site.address.to_string()).await;
    browser.click("#namesakes").await;
    browser.value("document.body.dataset.old = '1'").await;
    browser.click("#again").await;
    browser.until("!document.body.dataset.old && document.querySelector('#namesakes')?.checked").await;
    assert_eq!(browser.value("document.querySelectorAll('#findings tr.bad-row').length").await, 0);
    browser.screenshot_whole("main-upload-namesakes").await;
    browser.click("button[formaction='/data/load']").await;
    browser.until("!document.querySelector('#again')").await;
    let current = site.service.live().current();
    for id in ["C9001", "C9002"] {
        assert!(current.snapshot.state.colleges.get(&id.parse().expect("a code")).is_some(), "{id}");
    }
}

#[actix_web::test]
async fn files_are_answered_without_scripts_and_come_back_with_reasons() {
    let site = Site::demo().await;
    let send = async |path: &str, name: &str, bytes: Vec<u8>| {
        let boundary = "zeyou-boundary";
        let mut body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
        )
        .into_bytes();
        body.extend(bytes);
        body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
        let request = site.client.post(site.url(path)).body(body);
        let request = request.header("Content-Type", format!("multipart/form-data; boundary={boundary}"));
        request.send().await.expect("an answer")
    };
    let returned = send("/data/returned", "t.csv", TABLE.into()).await;
    assert_eq!(returned.status(), 200);
    assert!(returned.headers()["content-disposition"].to_str().expect("text").contains("filename*=UTF-8''t-"));
    let text = returned.text().await.expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].ends_with(",错误原因") && lines[1].ends_with("1,") && lines[2].contains("约200"), "{text}");
    assert!(lines[2].contains("E 列") && lines[2].contains("建议 200"), "{text}");
    for (name, bytes, said) in [
        ("empty.csv", Vec::new(), "是空的"),
        ("old.xls", vec![0xd0, 0xcf, 0x11, 0xe0, 0, 0], "另存为"),
        ("big.csv", vec![b'x'; (8 << 20) + 10], "8 MiB"),
    ] {
        let answer = send("/data/check", name, bytes).await;
        assert!(answer.status().is_client_error(), "{name}");
        let page = answer.text().await.expect("a page");
        assert!(page.contains(said) && page.contains("data-drop"), "{name}: the page says so and offers another try");
    }
    let foreign = site.client.post(site.url("/data/undo")).header("Origin", "http://elsewhere.example").body("id=I1");
    assert_eq!(foreign.send().await.expect("an answer").status(), 403);
    for path in ["/data/export.xlsx", "/data/templates/demands.xlsx", "/data/templates/all.xlsx"] {
        let answer = site.client.get(site.url(path)).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        assert!(answer.bytes().await.expect("bytes").starts_with(b"PK"), "{path}");
    }
    assert_eq!(site.client.get(site.url("/data/templates/none.xlsx")).send().await.expect("an answer").status(), 404);
    // What is exported is imported again without a change.
    let whole =
        site.client.get(site.url("/data/export.xlsx")).send().await.expect("an answer").bytes().await.expect("bytes");
    let page = send("/data/check", "all.xlsx", whole.to_vec()).await.text().await.expect("a page");
    let outcome = page.split("id=\"outcome\"").nth(1).and_then(|rest| rest.split("</p>").next()).expect("an outcome");
    assert!(outcome.contains("有错 0 行") && outcome.contains("其中 0 条是新的"), "{outcome}");
}
