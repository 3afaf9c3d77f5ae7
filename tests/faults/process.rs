//! Processes of Zeyou.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::servers::free_port;

/// The program that is tested.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_zeyou");

/// Runs a command of Zeyou on a log.
pub(crate) fn zeyou(address: &str, arguments: &[&str]) -> Output {
    run(BINARY, address, arguments)
}

fn run(binary: &str, address: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary);
    command.env_remove("RUST_LOG").env("ZEYOU_DATABASE_URL", address);
    command.args(arguments).output().expect("zeyou runs")
}

/// Fills a log with the fictional city and `engagements` that can be rated, named `R0` and so on.
pub(crate) fn fill(address: &str, engagements: usize) {
    fill_by(BINARY, address, engagements);
}

/// The same by another build of Zeyou.
pub(crate) fn fill_by(binary: &str, address: &str, engagements: usize) {
    let imported = run(binary, address, &["import", concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo")]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("engagements.csv");
    let rows = (0..engagements).map(|n| {
        let (enterprise, college) = (n % 40 + 1, n % 20 + 1);
        format!("R{n},E{enterprise:05},C{college:04},hire,2026-01-01,2026-06-01,closed\n")
    });
    let text = "id,enterprise,college,kind,start,end,status\n".to_owned() + &rows.collect::<String>();
    std::fs::write(&file, text).expect("written");
    let imported = run(binary, address, &["import", file.to_str().expect("a path")]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
}

/// What is tried mostly is the log, not who may write it, nor when.
pub(crate) const OPEN: [&str; 3] = ["--without-accounts", "--rating-window-days", "0"];

/// A replica.
pub(crate) struct Replica {
    /// Which build of Zeyou it is.
    pub(crate) binary: String,
    process: Option<Child>,
    output: Option<BufReader<ChildStdout>>,
    address: String,
    redis: Option<String>,
    variables: Vec<(String, String)>,
    arguments: Vec<String>,
    name: String,
    port: u16,
    folder: TempDir,
}

impl Replica {
    /// Starts a replica and waits until it is ready.
    pub(crate) fn start(name: &str, address: &str, redis: Option<String>) -> Self {
        Self::start_with(name, address, redis, Vec::new())
    }

    /// Starts a replica with further variables in its environment.
    pub(crate) fn start_with(name: &str, address: &str, redis: Option<String>, variables: Vec<(&str, String)>) -> Self {
        Self::start_as(name, address, redis, variables, &OPEN)
    }

    /// Starts a replica with arguments that say who may write, and when.
    pub(crate) fn start_as(
        name: &str,
        address: &str,
        redis: Option<String>,
        variables: Vec<(&str, String)>,
        arguments: &[&str],
    ) -> Self {
        Self::start_by(BINARY, name, address, redis, variables, arguments)
    }

    /// Starts a replica of any build of Zeyou.
    pub(crate) fn start_by(
        binary: &str,
        name: &str,
        address: &str,
        redis: Option<String>,
        variables: Vec<(&str, String)>,
        arguments: &[&str],
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (name, address, port) = (name.to_owned(), address.to_owned(), free_port());
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let arguments = arguments.iter().map(ToString::to_string).collect();
        let (binary, process, output) = (binary.to_owned(), None, None);
        let mut replica = Self { binary, process, output, address, redis, variables, arguments, name, port, folder };
        replica.resume();
        replica
    }

    /// Starts a process and ends it at once after some time, however far it has come.
    pub(crate) fn start_and_kill(address: &str, after: Duration) {
        let mut command = Command::new(BINARY);
        command.env("ZEYOU_DATABASE_URL", address).args(["serve", "--without-accounts", "--listen", "127.0.0.1:0"]);
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("zeyou runs");
        std::thread::sleep(after);
        process.kill().expect("killed");
        process.wait().expect("reaped");
    }

    /// Starts it again after [`Self::kill`].
    pub(crate) fn resume(&mut self) {
        let begun = Instant::now();
        while !self.spawn() {
            assert!(begun.elapsed() < Duration::from_secs(60), "{} starts; see {}", self.name, self.log().display());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Whether it greets: it may not if its database is not there.
    fn spawn(&mut self) -> bool {
        let mut command = Command::new(&self.binary);
        command.env("RUST_LOG", "zeyou=info").env("ZEYOU_DATABASE_URL", &self.address);
        command.args(["serve", "--listen", &format!("127.0.0.1:{}", self.port), "--replica", &self.name]);
        command.args(&self.arguments);
        command.envs(self.variables.iter().cloned());
        if let Some(url) = &self.redis {
            command.env("ZEYOU_REDIS_URL", url);
        }
        let log = std::fs::File::options().create(true).append(true).open(self.log()).expect("a log");
        let mut process = command.stdout(Stdio::piped()).stderr(log).spawn().expect("zeyou runs");
        let mut output = BufReader::new(process.stdout.take().expect("stdout"));
        let mut greeting = String::new();
        output.read_line(&mut greeting).expect("text");
        if greeting.contains("http://") {
            // Held open: who greets into a closed pipe dies of it.
            self.output = Some(output);
            self.process = Some(process);
            return true;
        }
        process.wait().expect("reaped");
        false
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// What it logged so far.
    pub(crate) fn logged(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Its address.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.process.as_ref().expect("it runs").id()
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        let mut process = self.process.take().expect("it runs");
        process.kill().expect("killed");
        process.wait().expect("reaped");
    }

    /// Waits until it has ended in good order; how long that takes from now.
    pub(crate) fn ended(&mut self) -> Duration {
        let begun = Instant::now();
        let mut process = self.process.take().expect("it runs");
        assert!(process.wait().expect("reaped").success(), "{}", self.logged());
        begun.elapsed()
    }

    /// The answer to a GET that must be good.
    pub(crate) async fn get(&self, client: &reqwest::Client, path: &str, min_seq: u64) -> String {
        let asked = client.get(self.url(path)).header("Zeyou-Min-Seq", min_seq).send().await.expect("an answer");
        let (status, text) = (asked.status(), asked.text().await.expect("text"));
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// Last event that is served.
    pub(crate) async fn seq(&self, client: &reqwest::Client) -> u64 {
        let ready: Value = serde_json::from_str(&self.get(client, "/health/ready", 0).await).expect("JSON");
        ready["seq"].as_u64().expect("a seq")
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
        if std::thread::panicking() {
            eprintln!("--- log of {} ---\n{}", self.name, self.logged());
        }
    }
}
