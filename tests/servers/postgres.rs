//! A PostgreSQL server.

use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

use super::{folder, free_port, is_alive, signal, unprivileged, wait_for};

/// A PostgreSQL server.
pub(crate) struct Postgres {
    pub(crate) server: Mutex<Option<Child>>,
    pub(crate) port: u16,
    pub(crate) programs: PathBuf,
    /// Its data, to be copied while it does not run.
    pub(crate) data: PathBuf,
    pub(crate) settings: Vec<String>,
    pub(crate) folder: TempDir,
}

static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());

impl Postgres {
    /// The server that the tests running now share; each takes a database of its own.
    pub(crate) fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::start(&[]));
            *shared = Arc::downgrade(&server);
            server
        })
    }

    /// The folder of the newest version's programs.
    pub(crate) fn newest() -> PathBuf {
        let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed: make setup");
        versions.map(|entry| entry.expect("an entry").path().join("bin")).max().expect("a version")
    }

    /// A server of one's own, with further settings `name=value`.
    pub(crate) fn start(settings: &[&str]) -> Self {
        let newest = Self::newest();
        let (outer, data) = folder();
        let mut initdb = unprivileged(newest.join("initdb"), &data);
        let made = initdb.arg("-D").arg(&data).args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]);
        assert!(made.arg("--locale=C.UTF-8").status().expect("initdb runs").success(), "initdb");
        let settings = settings.iter().map(ToString::to_string).collect();
        let port = free_port();
        let server = Self { server: Mutex::new(None), port, programs: newest, data, settings, folder: outer };
        server.resume();
        server.make_role();
        server
    }

    /// As a real one has: a plain role that owns the databases.
    pub(crate) fn make_role(&self) {
        self.sql("postgres", "CREATE ROLE zeyou LOGIN NOSUPERUSER NOBYPASSRLS");
        self.sql("postgres", "ALTER DATABASE postgres OWNER TO zeyou");
    }

    /// What `postgres` is started with.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = String> {
        let data = self.data.display();
        let fixed = [format!("unix_socket_directories={data}"), "listen_addresses=127.0.0.1".to_owned()];
        let fixed = fixed.into_iter().chain(["max_connections=200", "shared_buffers=32MB"].map(str::to_owned));
        let settings = fixed.chain(self.settings.iter().cloned()).flat_map(|setting| ["-c".to_owned(), setting]);
        ["-D".to_owned(), data.to_string(), "-p".to_owned(), self.port.to_string()].into_iter().chain(settings)
    }

    /// Runs the server and waits until it answers.
    pub(crate) fn run(&self, mut command: Command) {
        let log = std::fs::File::options().create(true).append(true).open(self.log()).expect("a log");
        let child = command.stderr(log).spawn().expect("postgres runs");
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        wait_for("PostgreSQL", || {
            let mut ready = Command::new(self.programs.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status().is_ok_and(|it| it.success())
        });
    }

    /// Starts the server again after [`Self::kill`].
    pub(crate) fn resume(&self) {
        let mut command = unprivileged(self.programs.join("postgres"), &self.data);
        command.args(self.arguments());
        self.run(command);
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The process id of the postmaster.
    pub(crate) fn pid(&self) -> u32 {
        self.server.lock().unwrap_or_else(PoisonError::into_inner).as_ref().expect("it runs").id()
    }

    /// The postmaster and its children.
    pub(crate) fn pids(&self) -> Vec<u32> {
        let postmaster = self.pid();
        let stats = std::fs::read_dir("/proc").expect("/proc").filter_map(|entry| {
            let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            let parent: u32 = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            (parent == postmaster).then_some(pid)
        });
        std::iter::once(postmaster).chain(stats).collect()
    }

    /// Ends the postmaster at once; its children follow.
    pub(crate) fn kill(&self) {
        let pids = self.pids();
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner).take().expect("it runs");
        server.kill().expect("killed");
        server.wait().expect("reaped");
        wait_for("the end of its children", || pids.iter().all(|pid| !is_alive(*pid)));
    }

    /// A new database; the address to reach it.
    pub(crate) fn database(&self) -> String {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let name = format!("log{}", COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} OWNER zeyou"));
        self.address(&name)
    }

    /// The address of a database, as the role that owns it.
    pub(crate) fn address(&self, database: &str) -> String {
        format!("postgres://zeyou@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs statements with psql, as the server's own superuser; what it prints, unaligned.
    pub(crate) fn sql(&self, database: &str, statements: &str) -> String {
        self.try_sql(database, statements).unwrap_or_else(|error| panic!("{statements}: {error}"))
    }

    /// The same where it may fail; then what psql says.
    pub(crate) fn try_sql(&self, database: &str, statements: &str) -> Result<String, String> {
        let port = self.port.to_string();
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-d", database, "-XAtq", "-v", "ON_ERROR_STOP=1"]);
        // Also on a server that is to refuse Zeyou for being read-only.
        psql.env("PGOPTIONS", "-c default_transaction_read_only=off");
        let done = psql.args(["-c", statements]).output().expect("psql runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if done.status.success() { Ok(text(&done.stdout)) } else { Err(text(&done.stderr)) }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let server = self.server.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut server) = server.take() {
            // Immediate: its folder goes with it.
            signal(server.id(), "QUIT");
            // What is started in the background of a shell may ignore that, and whoever holds the small disk then does.
            let begun = std::time::Instant::now();
            while begun.elapsed().as_secs() < 5 && matches!(server.try_wait(), Ok(None)) {
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            let _ = (server.kill(), server.wait());
        }
    }
}
