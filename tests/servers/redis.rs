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
        // A node of a cluster also listens 10,000 above.
        let port = std::iter::repeat_with(free_port).find(|port| *port < 50_000).expect("a port");
        let settings = settings.iter().map(ToString::to_string).collect();
        let server = Self::spawn(port, &folder, &settings);
        Self { server, port, folder, settings, _folder: outer }
    }

    fn spawn(port: u16, folder: &Path, settings: &Vec<String>) -> Child {
        let mut command = unprivileged("redis-server", folder);
        // Behind TLS the settings give the port.
        if !settings.iter().any(|setting| setting == "--tls-port") {
            command.args(["--port", &port.to_string()]);
        }
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let server = command.args(settings).spawn().expect("Redis is installed: make setup");
        wait_for("Redis", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        server
    }

    /// A server that speaks TLS only.
    pub(crate) fn start_tls(tls: &Tls) -> Self {
        let (outer, folder) = folder();
        let port = free_port();
        let file = |name: &str| tls.folder.join(name).display().to_string();
        let settings = ["--port", "0", "--tls-port", &port.to_string(), "--tls-auth-clients", "no"].map(str::to_owned);
        let files =
            [("--tls-cert-file", "server.pem"), ("--tls-key-file", "server.key"), ("--tls-ca-cert-file", "ca.pem")];
        let files = files.iter().flat_map(|(setting, name)| [(*setting).to_owned(), file(name)]);
        let settings: Vec<String> = settings.into_iter().chain(files).collect();
        let server = Self::spawn(port, &folder, &settings);
        Self { server, port, folder, settings, _folder: outer }
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        let tls = self.settings.iter().any(|setting| setting == "--tls-port");
        if tls { format!("rediss://localhost:{}/", self.port) } else { format!("redis://127.0.0.1:{}/", self.port) }
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

/// An authority of one's own and what it vouches for: `localhost`.
pub(crate) struct Tls {
    folder: PathBuf,
    _folder: TempDir,
}

impl Tls {
    pub(crate) fn new() -> Self {
        let (outer, folder) = folder();
        let run = |arguments: &str| {
            let made = unprivileged("openssl", &folder).args(arguments.split(' ')).status().expect("openssl runs");
            assert!(made.success(), "openssl {arguments}");
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        run(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority"));
        let names = "-addext subjectAltName=DNS:localhost -addext basicConstraints=CA:FALSE";
        let signed = "-CA ca.pem -CAkey ca.key";
        run(&format!(
            "req -x509 {key} -keyout server.key -out server.pem -days 2 -subj /CN=localhost {signed} {names}"
        ));
        Self { folder, _folder: outer }
    }

    /// The file of who is trusted, where another user may read it.
    pub(crate) fn authority(&self) -> String {
        self.folder.join("ca.pem").display().to_string()
    }
}

/// Three nodes that share the keys.
pub(crate) struct Cluster(Vec<Redis>);

impl Cluster {
    pub(crate) fn start() -> Self {
        let settings =
            ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no"];
        let nodes: Vec<Redis> = (0..3).map(|_| Redis::start(&settings)).collect();
        for (n, node) in nodes.iter().enumerate() {
            let (from, to) = (n * 16_384 / 3, (n + 1) * 16_384 / 3 - 1);
            assert_eq!(node.command(&["CLUSTER", "ADDSLOTSRANGE", &from.to_string(), &to.to_string()]), "OK");
            node.command(&["CLUSTER", "SET-CONFIG-EPOCH", &(n + 1).to_string()]);
        }
        for node in &nodes[1..] {
            assert_eq!(nodes[0].command(&["CLUSTER", "MEET", "127.0.0.1", &node.port.to_string()]), "OK");
        }
        wait_for("the cluster", || {
            let whole = |node: &Redis| {
                let about = node.command(&["CLUSTER", "INFO"]);
                about.contains("cluster_state:ok") && about.contains("cluster_slots_ok:16384")
            };
            nodes.iter().all(whole)
        });
        Self(nodes)
    }

    /// The addresses of all nodes.
    pub(crate) fn url(&self) -> String {
        self.0.iter().map(Redis::url).collect::<Vec<_>>().join(",")
    }

    pub(crate) fn kill_one(&mut self) {
        self.0[0].kill();
    }
}
