//! A PostgreSQL server whose disk is small.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::servers::{NOBODY, Postgres, folder, free_port, is_root};

impl Postgres {
    /// A server whose data lie on a disk of so many bytes: a file system in memory that only it sees. Where it ends by
    /// itself it is started again after a second, as a service manager does.
    pub(crate) fn start_on_small_disk(bytes: u64, settings: &[&str]) -> Self {
        let (folder, disk) = folder();
        let (programs, data, port) = (Self::newest(), disk.join("data"), free_port());
        let settings = settings.iter().map(ToString::to_string).collect();
        let server = Self { server: Mutex::new(None), port, programs, data, settings, folder };
        // Unprivileged where the kernel allows it: root of a name space of users, who mounts and then is somebody else.
        let (namespace, owner, somebody) = if is_root() {
            let owner = format!(",uid={NOBODY},gid={NOBODY}");
            (None, owner, format!("setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups"))
        } else {
            let somebody = "unshare --user --map-user=1000 --map-group=1000".to_owned();
            (Some("--map-root-user"), String::new(), somebody)
        };
        let (programs, data, disk) = (server.programs.display(), server.data.display(), disk.display());
        let arguments = server.arguments().map(|argument| format!("'{argument}'")).collect::<Vec<_>>().join(" ");
        let script = format!(
            "mount -t tmpfs -o size={bytes},mode=700{owner} small '{disk}' && cd / && \
             {somebody} {programs}/initdb -D '{data}' -U postgres --auth=trust --encoding=UTF8 --no-sync --locale=C.UTF-8 \
             --wal-segsize=1 && while ! {somebody} {programs}/postgres {arguments}; do sleep 1; done"
        );
        let mut command = Command::new("unshare");
        // Whatever runs in it ends with it.
        command.args(namespace).args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", &script]);
        command.env("LC_ALL", "C.UTF-8").env("HOME", "/").stdin(Stdio::null()).stdout(Stdio::null());
        server.run(command);
        server.make_role();
        server
    }

    /// A file on the small disk beside the data, as the server sees it.
    pub(crate) fn beside_data(&self, name: &str) -> PathBuf {
        let seen = format!("/proc/{}/root{}", self.pid(), self.data.display());
        PathBuf::from(seen).with_file_name(name)
    }

    /// What it logged so far.
    pub(crate) fn logged(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }
}
