//! A replica with a clock of its own, which can be set while it runs (libfaketime). Only the wall clock: the kernel lets nobody
//! set the monotonic one either.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::process::Replica;

/// A clock that runs beside the machine's.
struct Clock {
    folder: TempDir,
}

impl Clock {
    fn new(offset: &str) -> Self {
        let clock = Self { folder: tempfile::tempdir().expect("a folder") };
        clock.set(offset);
        clock
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    /// So far from the machine's clock, e.g. `+1d`. Put into place whole: the clock is read at any moment.
    fn set(&self, offset: &str) {
        let new = self.folder.path().join("new");
        std::fs::write(&new, format!("{offset}\n")).expect("written");
        std::fs::rename(new, self.file()).expect("in place");
    }

    /// What makes a process go by it.
    fn variables(&self) -> Vec<(&'static str, String)> {
        let places = std::fs::read_dir("/usr/lib").expect("/usr/lib").filter_map(Result::ok);
        let mut places = places.map(|place| place.path().join("faketime/libfaketimeMT.so.1"));
        let library = places.find(|library| library.exists()).expect("libfaketime is installed: make setup");
        vec![
            ("LD_PRELOAD", library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file().display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }
}

/// A replica and its clock.
pub(crate) struct Skewed {
    pub(crate) replica: Replica,
    clock: Clock,
}

impl Skewed {
    /// Starts a replica whose clock is so far from the machine's.
    pub(crate) fn start(name: &str, address: &str, offset: &str, arguments: &[&str]) -> Self {
        let clock = Clock::new(offset);
        let replica = Replica::start_as(name, address, None, clock.variables(), arguments);
        Self { replica, clock }
    }

    /// Sets its clock.
    pub(crate) fn step(&self, offset: &str) {
        self.clock.set(offset);
    }
}

impl Drop for Skewed {
    fn drop(&mut self) {
        let pid = self.replica.pid();
        self.replica.kill();
        // Whoever is killed cannot take away what libfaketime shares between processes.
        for name in [format!("faketime_shm_{pid}"), format!("sem.faketime_sem_{pid}")] {
            let _ = std::fs::remove_file(PathBuf::from("/dev/shm").join(name));
        }
    }
}
