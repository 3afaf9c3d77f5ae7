//! Backup, restore, doctor and a stop in good order, run as an operator runs them.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use zeyou::service::Service;
use zeyou::store::Address;

use crate::servers::{Postgres, signal};

const BINARY: &str = env!("CARGO_BIN_EXE_zeyou");
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo");

fn zeyou(address: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.env_remove("RUST_LOG").env("ZEYOU_DATABASE_URL", address);
    command.args(arguments).output().expect("zeyou runs")
}

fn good(address: &str, arguments: &[&str]) -> String {
    let answer = zeyou(address, arguments);
    assert!(answer.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).expect("text")
}

fn refused(address: &str, arguments: &[&str]) -> String {
    let answer = zeyou(address, arguments);
    assert!(!answer.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&answer.stdout));
    String::from_utf8(answer.stderr).expect("text") + &String::from_utf8_lossy(&answer.stdout)
}

/// The hexadecimal digest in what a command printed.
fn digest(text: &str) -> String {
    let mut words = text.split(|c: char| !c.is_ascii_hexdigit());
    words.rfind(|word| word.len() == 64).unwrap_or_else(|| panic!("no digest: {text}")).to_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

async fn run(path: &Path, statements: &'static [&'static str]) {
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.expect("a connection");
    for statement in statements {
        sqlx::query(*statement).execute(&mut connection).await.expect("run");
    }
    connection.close().await.expect("closed");
}

#[test]
fn a_backup_is_the_log_again_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let (log, kept, again) = (path("zeyou.db"), path("kept"), path("again.db"));
    good(&log, &["import", DEMO]);
    let told = good(&log, &["backup", &kept]);
    assert!(told.contains("已备份") && told.contains("backed up"), "{told}");
    let state = digest(&good(&log, &["verify"]));
    assert_eq!(digest(&told), state, "a backup says what the log replays to");
    // A whole file and nothing beside it; the log itself was left without a WAL by its import.
    assert_eq!(names(folder.path()), ["kept", "zeyou.db", "zeyou.db.lock"]);
    assert_eq!(digest(&good(&kept, &["verify"])), state);
    let told = good(&again, &["restore", &kept]);
    assert!(told.contains("已恢复") && digest(&told) == state, "{told}");
    let list = |log: &str| good(log, &["shortlist", "--park", "P0001", "--format", "json"]);
    assert_eq!(list(&again), list(&log), "the same bytes from the restored log");
    // Neither a file nor a log that is there is overwritten.
    let before = std::fs::read(&kept).expect("the backup");
    let told = refused(&log, &["backup", &kept]);
    assert!(told.contains("不会覆盖") && told.contains("not overwritten"), "{told}");
    assert_eq!(std::fs::read(&kept).expect("the backup"), before);
    let told = refused(&again, &["restore", &kept]);
    assert!(told.contains("请恢复到空库") && told.contains("restore into an empty one"), "{told}");
    let told = refused(&path("none.db"), &["restore", &path("absent")]);
    assert!(told.contains("没有这个数据库") && !names(folder.path()).contains(&"none.db".to_owned()), "{told}");
}

#[tokio::test]
async fn a_broken_log_is_not_backed_up_and_says_where_it_is_broken() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("zeyou.db");
    let (log, kept) = (path.to_str().expect("a path"), folder.path().join("kept"));
    good(log, &["import", DEMO]);
    run(&path, &["UPDATE event_log SET body = replace(CAST(body AS TEXT), 'id', 'iD') WHERE seq = 700"]).await;
    let told = refused(log, &["backup", kept.to_str().expect("a path")]);
    assert!(told.contains("seq 700"), "{told}");
    assert_eq!(names(folder.path()), ["zeyou.db", "zeyou.db.lock"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_copy_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("zeyou.db");
    good(path.to_str().expect("a path"), &["import", DEMO]);
    // As at Ctrl-C: the work is dropped at a wait after something was copied.
    let (from, to) = (Address::from(&path), out.path().join("kept"));
    let begun = AtomicBool::new(false);
    let tell = |_, _, _| begun.store(true, Ordering::Relaxed);
    let mut work = Box::pin(Service::backup(&from, &to, &tell));
    let interrupted = std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(false),
        Poll::Pending if begun.load(Ordering::Relaxed) => Poll::Ready(true),
        Poll::Pending => Poll::Pending,
    });
    assert!(interrupted.await, "in the middle");
    assert_eq!(names(out.path()).len(), 1, "the folder it works in");
    drop(work);
    assert_eq!(names(out.path()), [""; 0]);
}

#[test]
fn a_log_moves_from_sqlite_to_postgresql_and_back() {
    let (server, folder) = (Postgres::shared(), tempfile::tempdir().expect("a folder"));
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let (log, back, elsewhere) = (path("zeyou.db"), path("back"), server.database());
    good(&log, &["import", DEMO]);
    let state = digest(&good(&log, &["verify"]));
    assert_eq!(digest(&good(&elsewhere, &["restore", &log])), state);
    assert_eq!(digest(&good(&elsewhere, &["verify"])), state);
    let told = refused(&elsewhere, &["restore", &log]);
    assert!(told.contains("请恢复到空库"), "{told}");
    assert_eq!(digest(&good(&elsewhere, &["backup", &back])), state);
    let list = |log: &str| good(log, &["shortlist", "--park", "P0001", "--format", "json"]);
    assert_eq!((list(&back), list(&elsewhere)), (list(&log), list(&log)));
    let told = good(&elsewhere, &["doctor"]);
    assert!(told.contains("the clocks of the database and of this machine differ by"), "{told}");
}

#[tokio::test]
async fn a_database_of_an_older_version_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("zeyou.db");
    let log = path.to_str().expect("a path").to_owned();
    good(&log, &["import", DEMO]);
    // As the second version left it.
    run(
        &path,
        &[
            "DROP TABLE spent",
            "DROP TABLE invitation",
            "DROP TABLE session",
            "DROP TABLE api_key",
            "DROP TABLE account",
            "DROP TABLE secret",
            "DROP TABLE replica_status",
            "DELETE FROM _sqlx_migrations WHERE version > 2",
        ],
    )
    .await;
    let kept = folder.path().join("kept").to_str().expect("a path").to_owned();
    for command in [&["links"][..], &["shortlist", "--park", "P0001"], &["verify"], &["backup", &kept], &["fit", "x"]] {
        let told = refused(&log, command);
        assert!(
            told.contains("第 2 版") && told.contains("version 2") && told.contains("zeyou serve"),
            "{command:?}: {told}"
        );
        assert!(!told.contains("no such table"), "{command:?}: {told}");
    }
    let migrations = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).expect("a folder");
    let number = |name: String| name[..4].parse::<u32>().ok();
    let needed = migrations
        .filter_map(|entry| number(entry.expect("a file").file_name().into_string().expect("text")))
        .max()
        .expect("migrations");
    let told = refused(&log, &["doctor"]);
    assert!(
        told.contains("✗ 表结构第 2 版") && told.contains(&format!("→ this program needs version {needed}")),
        "{told}"
    );
    // A file that is no log of Zeyou.
    let other = folder.path().join("other.db");
    let mut connection =
        SqliteConnectOptions::new().filename(&other).create_if_missing(true).connect().await.expect("made");
    sqlx::query("CREATE TABLE t (a)").execute(&mut connection).await.expect("made");
    connection.close().await.expect("closed");
    let told = refused(other.to_str().expect("a path"), &["verify"]);
    assert!(told.contains("没有择优的日志") && told.contains("no log of Zeyou"), "{told}");
}

#[test]
fn the_doctor_finds_what_is_wrong_and_says_what_to_mend() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("zeyou.db").to_str().expect("a path").to_owned();
    let told = refused(&log, &["doctor"]);
    assert!(told.contains("✗ 数据库不可用") && told.contains("→ check the path"), "{told}");
    assert!(!Path::new(&log).exists(), "it only looks");
    good(&log, &["import", DEMO]);
    let told = good(&log, &["doctor"]);
    for line in ["✓ 数据库可达", "✓ 表结构第", "✓ 状态快照在序号", "✓ 共 ", "✓ 今天是", "磁盘可用"]
    {
        assert!(told.contains(line), "{line}: {told}");
    }
    // Redis that is away is no fault, only a warning: the answer is right without it.
    let port = crate::servers::free_port();
    let told = good(&log, &["doctor", "--redis-url", &format!("redis://127.0.0.1:{port}")]);
    assert!(told.contains("! Redis 不可用") && told.contains("→ check address and password"), "{told}");
    let told = good(&log, &["doctor", "--redis-url", "nonsense"]);
    assert!(told.contains("! Redis 不可用"), "{told}");
    // A setting that would lose what was acknowledged.
    let server = Postgres::start(&["fsync=off"]);
    let told = refused(&server.address("postgres"), &["doctor"]);
    assert!(told.contains("✗ ") && told.contains("→ set fsync of PostgreSQL to on"), "{told}");
}

#[test]
fn a_stop_in_good_order_leaves_one_whole_file() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("zeyou.db");
    let log = path.to_str().expect("a path");
    good(log, &["import", DEMO]);
    let mut command = Command::new(BINARY);
    command.args([
        "--database",
        log,
        "serve",
        "--without-accounts",
        "--rating-window-days",
        "0",
        "--listen",
        "127.0.0.1:0",
    ]);
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
    let mut greeting = String::new();
    // Kept to the end: what it still prints must have a reader.
    let mut output = BufReader::new(server.stdout.take().expect("stdout"));
    output.read_line(&mut greeting).expect("a greeting");
    assert!(greeting.contains("http://"), "{greeting}");
    signal(server.id(), "TERM");
    assert!(server.wait().expect("ended").success());
    assert_eq!(names(folder.path()), ["zeyou.db", "zeyou.db.lock"], "neither -wal nor -shm");
    good(log, &["verify"]);
}
