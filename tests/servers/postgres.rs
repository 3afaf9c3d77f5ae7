//! A PostgreSQL server.

use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

use super::{folder, free_port, is_alive, signal, unprivileged, wait_for};

/// A PostgreSQL server.
pub(crate) struct Postgres {
    server: Mutex<Option<Child>>,
    port: u16,
    programs: PathBuf,
    /// Its data, to be copied while it does not run.
    pub(crate) data: PathBuf,
    settings: Vec<String>,
    _folder: TempDir,
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

    /// A server of one's own, with further settings `name=value`.
    pub(crate) fn start(settings: &[&str]) -> Self {
        let programs = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed: make setup");
        let newest = programs.map(|entry| entry.expect("an entry").path().join("bin")).max().expect("a version");
        let (outer, data) = folder();
        let mut initdb = unprivileged(newest.join("initdb"), &data);
        let made = initdb.arg("-D").arg(&data).args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]);
        assert!(made.arg("--locale=C.UTF-8").status().expect("initdb runs").success(), "initdb");
        let settings = settings.iter().map(ToString::to_string).collect();
        let port = free_port();
        let server = Self { server: Mutex::new(None), port, programs: newest, data, settings, _folder: outer };
        server.resume();
        // As a real one has: a plain role that owns the databases.
        let role = "CREATE ROLE zeyou LOGIN NOSUPERUSER NOBYPASSRLS";
        server.sql("postgres", role);
        server.sql("postgres", "ALTER DATABASE postgres OWNER TO zeyou");
        server
    }

    /// Starts the server again after [`Self::kill`].
    pub(crate) fn resume(&self) {
        let mut command = unprivileged(self.programs.join("postgres"), &self.data);
        command.arg("-D").arg(&self.data).args(["-p", &self.port.to_string()]);
        let sockets = format!("unix_socket_directories={}", self.data.display());
        let fixed = ["listen_addresses=127.0.0.1", &sockets, "max_connections=200", "shared_buffers=32MB"];
        for setting in fixed.into_iter().chain(self.settings.iter().map(String::as_str)) {
            command.args(["-c", setting]);
        }
        let log = std::fs::File::options().create(true).append(true).open(self.log()).expect("a log");
        let child = command.stderr(log).spawn().expect("postgres runs");
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        wait_for("PostgreSQL", || {
            let mut ready = Command::new(self.programs.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status().is_ok_and(|it| it.success())
        });
    }

    fn log(&self) -> PathBuf {
        self.data.parent().expect("a parent").join("log")
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
        let port = self.port.to_string();
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-d", database, "-XAtq", "-v", "ON_ERROR_STOP=1"]);
        // Also on a server that is to refuse Zeyou for being read-only.
        psql.env("PGOPTIONS", "-c default_transaction_read_only=off");
        let done = psql.args(["-c", statements]).output().expect("psql runs");
        assert!(done.status.success(), "{statements}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).trim().to_owned()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let server = self.server.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut server) = server.take() {
            // Immediate: its folder goes with it.
            signal(server.id(), "QUIT");
            let _ = server.wait();
        }
    }
}
