//! A Redis server.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use tempfile::TempDir;

use super::servers::{folder, free_port, unprivileged, wait_for};

/// A Redis server.
pub(crate) struct Redis {
    server: Child,
    port: u16,
    folder: PathBuf,
    settings: Vec<String>,
    _folder: TempDir,
}

impl Redis {
    /// A server with further settings, as on its command line.
    pub(crate) fn start(settings: &[&str]) -> Self {
        let (outer, folder) = folder();
        let (port, settings) = (free_port(), settings.iter().map(ToString::to_string).collect());
        let server = Self::spawn(port, &folder, &settings);
        Self { server, port, folder, settings, _folder: outer }
    }

    fn spawn(port: u16, folder: &Path, settings: &Vec<String>) -> Child {
        let mut command = unprivileged("redis-server", folder);
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let server = command.args(settings).spawn().expect("Redis is installed: make setup");
        wait_for("Redis", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        server
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.server.id()
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        self.server.kill().expect("killed");
        self.server.wait().expect("reaped");
    }

    /// Starts it again after [`Self::kill`].
    pub(crate) fn resume(&mut self) {
        self.server = Self::spawn(self.port, &self.folder, &self.settings);
    }

    /// Sends one command; what it answers, raw.
    pub(crate) fn command(&self, words: &[&str]) -> String {
        let done = Command::new("redis-cli").args(["-p", &self.port.to_string()]).args(words).output();
        String::from_utf8_lossy(&done.expect("redis-cli runs").stdout).trim().to_owned()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
