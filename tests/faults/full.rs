//! P10: the disk under a file of SQLite is full. Writes are refused as such, reads go on, nothing acknowledged is lost, and
//! writes come back by themselves once there is room.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::fill;
use crate::servers::free_port;

/// A server whose log lies on a small disk of its own: a file system in memory that only this process sees.
struct Small {
    server: Child,
    port: u16,
    folder: tempfile::TempDir,
}

/// Bytes of the disk.
const DISK: u64 = 48 << 20;

impl Small {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("made.db");
        fill(log.to_str().expect("a path"), 2_500);
        std::fs::create_dir(folder.path().join("disk")).expect("a folder");
        let port = free_port();
        // Unprivileged where the kernel allows it: a name space of users, in which one is root.
        let script = format!(
            "mount -t tmpfs -o size={DISK} small disk && cp made.db disk/zeyou.db && exec {} --database disk/zeyou.db serve \
             --without-accounts --rating-window-days 0 --listen 127.0.0.1:{port}",
            env!("CARGO_BIN_EXE_zeyou")
        );
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", &script]).current_dir(folder.path());
        command.env("RUST_LOG", "zeyou=info").env_remove("ZEYOU_DATABASE_URL");
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let mut server = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().expect("unshare runs");
        let mut greeting = String::new();
        let mut output = BufReader::new(server.stdout.take().expect("stdout"));
        output.read_line(&mut greeting).expect("text");
        assert!(greeting.contains("http://"), "{}", std::fs::read_to_string(folder.path().join("log")).expect("a log"));
        std::thread::spawn(move || output.lines().map_while(Result::ok).for_each(drop));
        Self { server, port, folder }
    }

    /// A file on the disk, as the server sees it.
    fn at(&self, name: &str) -> PathBuf {
        let seen = format!("/proc/{}/root{}", self.server.id(), self.folder.path().display());
        PathBuf::from(seen).join("disk").join(name)
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_reads_go_on_and_writes_come_back() {
    let small = Small::start();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let rate = async |n: usize| {
        let marks = json!({"overall": 4, "supply": 4, "skill": 4, "stay": 4, "help": 4});
        let request = client.post(small.url("/api/v1/ratings")).header("Idempotency-Key", format!("k{n}"));
        let answer =
            request.json(&json!({"engagement": format!("R{n}"), "marks": marks})).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let read =
        async || client.get(small.url("/api/v1/parks/P0001/shortlist?top=3")).send().await.expect("an answer").status();
    assert_eq!(rate(0).await.0, 201);
    // Fill whatever is left.
    let mut ballast = std::fs::File::create(small.at("ballast")).expect("a file on the disk");
    let piece = vec![1_u8; 64 << 10];
    while ballast.write_all(&piece).is_ok() {}
    let (mut acknowledged, mut refused) = (vec![0], Vec::new());
    for n in 1..2_000 {
        let (status, body) = rate(n).await;
        match status {
            201 => acknowledged.push(n),
            507 => {
                assert_eq!(body["type"], "https://zeyou/errors/storage-full", "{body}");
                refused.push(n);
            }
            other => panic!("{other}: {body}"),
        }
        if refused.len() == 20 {
            break;
        }
    }
    assert_eq!(refused.len(), 20, "{} acknowledged", acknowledged.len());
    assert_eq!(read().await, 200, "reads go on");
    drop(ballast);
    std::fs::remove_file(small.at("ballast")).expect("room again");
    let freed = Instant::now();
    for n in &refused {
        while rate(*n).await.0 != 201 {
            assert!(freed.elapsed() < Duration::from_secs(10), "writes come back by themselves");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let back = freed.elapsed();
    acknowledged.extend(&refused);
    // What the disk holds is gone with its process. Nobody writes now: file and WAL together are the log.
    let copy = small.folder.path().join("copy.db");
    for end in ["", "-wal"] {
        std::fs::copy(small.at(&format!("zeyou.db{end}")), format!("{}{end}", copy.display())).expect("copied");
    }
    let sent: Vec<String> = acknowledged.iter().map(|n| format!("R{n}")).collect();
    let kept = rated(&copy).await;
    assert!(sent.iter().all(|engagement| kept.iter().filter(|one| *one == engagement).count() == 1), "each once");
    crate::report(
        "P10 a full disk under SQLite",
        &format!(
            "{} acknowledged, 0 lost, 20 refused with 507, reads went on, all written {} ms after there was room",
            acknowledged.len(),
            back.as_millis()
        ),
    );
}

/// The engagements that are rated in a log.
async fn rated(log: &std::path::Path) -> Vec<String> {
    let store = zeyou::store::Store::open_read_only(log.to_owned().as_path()).await.expect("store");
    assert_eq!(store.check_chain(|_| {}).await.expect("checked"), None);
    let events = store.events(0, i64::MAX).await.expect("events");
    events
        .iter()
        .filter_map(|recorded| match &*recorded.event {
            zeyou::domain::Event::RatingSubmitted(rating) => Some(rating.engagement.to_string()),
            _ => None,
        })
        .collect()
}
