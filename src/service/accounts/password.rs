//! Passwords: Argon2id, few at a time, and slower after failures.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{Semaphore, oneshot};

use super::AccountError;
use super::common::is_common;
use crate::domain::Invalid;

/// Shortest and longest password, characters.
const LENGTH: (usize, usize) = (12, 128);
/// Failures before one has to wait.
const FREE: u32 = 5;
/// The longest wait, seconds.
const LONGEST: u64 = 300;
/// Failures are forgotten after this time.
const FORGOTTEN: Duration = Duration::from_secs(900);
/// Names and addresses remembered; beyond, the oldest half is forgotten.
const MOST: usize = 20_000;
/// Attempts that may wait for their turn.
const WAITING: usize = 16;
/// How long it is not told that one has to wait: who guesses on many connections makes that many attempts in this time.
const HELD: Duration = Duration::from_secs(1);
/// How much hashing gives way to answers: beside them it gets about a tenth of a core that both want.
const NICE: i32 = 10;

/// 19 MiB, two passes, one lane: OWASP's recommendation.
fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// What stands between the network and the hashing of passwords.
pub(super) struct Door {
    /// Hashing takes 19 MiB and a core: one at a time, so that answers go on.
    turn: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    failures: Mutex<HashMap<String, (u32, Instant)>>,
}

impl Default for Door {
    fn default() -> Self {
        let of = |permits| Arc::new(Semaphore::new(permits));
        Self { turn: of(1), waiting: of(WAITING), failures: Mutex::default() }
    }
}

impl Door {
    /// Whether somebody from there may try that name now; who may not is told a little later.
    pub(super) async fn check(&self, name: &str, from: &str) -> Result<(), AccountError> {
        match self.left(name, from) {
            Some(seconds) => Err(put_off(seconds).await),
            None => Ok(()),
        }
    }

    /// Seconds that are left to wait.
    fn left(&self, name: &str, from: &str) -> Option<u64> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, last) = failures.get(&place(name, from))?;
        let over = count.saturating_sub(FREE);
        if *count < FREE || last.elapsed() > FORGOTTEN {
            return None;
        }
        let wait = Duration::from_secs((2 << over.min(20)).min(LONGEST));
        wait.checked_sub(last.elapsed()).map(|left| left.as_secs() + 1)
    }

    /// Counts an attempt before it is made: many at once are many.
    pub(super) fn attempted(&self, name: &str, from: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST {
            let mut ages: Vec<Instant> = failures.values().map(|(_, last)| *last).collect();
            ages.sort_unstable();
            let middle = ages[ages.len() / 2];
            failures.retain(|_, (_, last)| *last > middle);
        }
        let entry = failures.entry(place(name, from)).or_insert((0, Instant::now()));
        if entry.1.elapsed() > FORGOTTEN {
            entry.0 = 0;
        }
        *entry = (entry.0 + 1, Instant::now());
    }

    /// It was the wrong one: the wait begins now, however long it took to find out.
    pub(super) fn failed(&self, name: &str, from: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, last)) = failures.get_mut(&place(name, from)) {
            *last = Instant::now();
        }
    }

    /// Forgets the failures: it was the right one.
    pub(super) fn passed(&self, name: &str, from: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&place(name, from));
    }

    /// Runs a hashing in its turn. It has a thread of its own, for one that gives way cannot be taken back. The thread holds the
    /// turn: who asked may be gone, and what he asked for goes on.
    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccountError> {
        let Ok(place) = Arc::clone(&self.waiting).try_acquire_owned() else { return Err(put_off(1).await) };
        let turn = Arc::clone(&self.turn).acquire_owned().await.map_err(|_| AccountError::TooMany(1))?;
        let (tell, told) = oneshot::channel();
        let hashing = move || {
            // Of this thread alone on Linux; elsewhere it would be the process's.
            #[cfg(target_os = "linux")]
            let _ = rustix::process::setpriority_process(None, NICE);
            let _ = tell.send(work());
            drop((turn, place));
        };
        std::thread::Builder::new().name("password".to_owned()).spawn(hashing).map_err(|_| AccountError::TooMany(1))?;
        told.await.map_err(|_| AccountError::TooMany(1))
    }

    /// Whether a password is the one of a hash; without a hash it takes as long and is not.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, AccountError> {
        static NOBODY: OnceLock<String> = OnceLock::new();
        self.in_turn(move || {
            let (hash, real) = match hash {
                Some(hash) => (hash, true),
                None => {
                    (NOBODY.get_or_init(|| hashed("a password that nobody has").unwrap_or_default()).clone(), false)
                }
            };
            let Ok(parsed) = PasswordHash::new(&hash) else { return false };
            argon().verify_password(password.as_bytes(), &parsed).is_ok() && real
        })
        .await
    }

    /// The hash of a new password.
    pub(super) async fn hash(&self, password: String) -> Result<String, AccountError> {
        let length = password.chars().count();
        if !(LENGTH.0..=LENGTH.1).contains(&length) {
            let zh = format!("密码须为 {} 到 {} 个字符", LENGTH.0, LENGTH.1);
            let en = format!("the password must have {} to {} characters", LENGTH.0, LENGTH.1);
            return Err(AccountError::Invalid("password", Invalid::new("out-of-range", zh, en)));
        }
        if is_common(&password) {
            let (zh, en) = ("这个密码太常见", "this password is too common");
            return Err(AccountError::Invalid("password", Invalid::new("too-common", zh, en)));
        }
        let hash = self.in_turn(move || hashed(&password)).await?;
        hash.ok_or_else(|| {
            AccountError::Invalid("password", Invalid::new("invalid-characters", "密码无效", "not a password"))
        })
    }
}

fn hashed(password: &str) -> Option<String> {
    argon().hash_password(password.as_bytes(), &SaltString::generate(&mut OsRng)).ok().map(|hash| hash.to_string())
}

/// That one has to wait, told a little later.
async fn put_off(seconds: u64) -> AccountError {
    tokio::time::sleep(HELD).await;
    AccountError::TooMany(seconds)
}

fn place(name: &str, from: &str) -> String {
    let name: String = name.chars().take(64).collect();
    format!("{from} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_only_its_own_hash() {
        let door = Door::default();
        let hash = door.hash("三月 blossom 37 trains".to_owned()).await.expect("a good password");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(door.verify("三月 blossom 37 trains".to_owned(), Some(hash.clone())).await.expect("a turn"));
        assert!(!door.verify("三月 blossom 37 train".to_owned(), Some(hash)).await.expect("a turn"));
        assert!(!door.verify("a password that nobody has".to_owned(), None).await.expect("a turn"));
    }

    #[tokio::test]
    async fn what_is_guessed_first_is_no_password() {
        for bad in ["short", "aaaaaaaaaaaaaaaa", "123456789012", "password1234", "zeyouadmin123", "1qaz2wsx3edc"] {
            assert!(Door::default().hash(bad.to_owned()).await.is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn after_five_failures_one_has_to_wait_and_only_there() {
        let door = Door::default();
        (0..FREE).for_each(|_| door.attempted("planner", "10.0.0.1"));
        let begun = Instant::now();
        assert!(matches!(door.check("planner", "10.0.0.1").await, Err(AccountError::TooMany(_))));
        assert!(begun.elapsed() >= HELD, "and is told late");
        assert!(door.check("planner", "10.0.0.2").await.is_ok() && door.check("other", "10.0.0.1").await.is_ok());
        door.passed("planner", "10.0.0.1");
        assert!(door.check("planner", "10.0.0.1").await.is_ok());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_nobody_waits_for_any_more_keeps_its_turn_and_gives_way() {
        let (door, (tell, told)) = (Door::default(), std::sync::mpsc::channel());
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let hashing = door.in_turn(move || {
            let _ = tell.send(rustix::process::getpriority_process(None).expect("a priority"));
            let _ = ended.recv();
        });
        assert!(tokio::time::timeout(Duration::from_millis(1), hashing).await.is_err(), "who asked goes away");
        assert_eq!((door.turn.available_permits(), door.waiting.available_permits()), (0, WAITING - 1));
        assert!(told.recv().expect("a priority") >= NICE);
        drop(end);
        assert!(door.in_turn(|| true).await.expect("the next turn"));
    }
}
