//! Passwords: Argon2id, few at a time, and slower after failures.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

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

/// 19 MiB, two passes, one lane: OWASP's recommendation.
fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// What stands between the network and the hashing of passwords.
pub(super) struct Door {
    /// Hashing takes 19 MiB and a core: one at a time, so that answers go on.
    turn: Semaphore,
    waiting: Semaphore,
    failures: Mutex<HashMap<String, (u32, Instant)>>,
}

impl Default for Door {
    fn default() -> Self {
        Self { turn: Semaphore::new(1), waiting: Semaphore::new(WAITING), failures: Mutex::default() }
    }
}

impl Door {
    /// Whether somebody from there may try that name now.
    pub(super) fn check(&self, name: &str, from: &str) -> Result<(), AccountError> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((count, last)) = failures.get(&place(name, from)) else { return Ok(()) };
        let over = count.saturating_sub(FREE);
        if *count < FREE || last.elapsed() > FORGOTTEN {
            return Ok(());
        }
        let wait = Duration::from_secs((2 << over.min(20)).min(LONGEST));
        match wait.checked_sub(last.elapsed()) {
            Some(left) => Err(AccountError::TooMany(left.as_secs() + 1)),
            None => Ok(()),
        }
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

    /// Runs a hashing in its turn.
    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccountError> {
        let _place = self.waiting.try_acquire().map_err(|_| AccountError::TooMany(1))?;
        let _turn = self.turn.acquire().await.map_err(|_| AccountError::TooMany(1))?;
        Ok(super::super::aside(work).await)
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

    #[test]
    fn after_five_failures_one_has_to_wait_and_only_there() {
        let door = Door::default();
        (0..FREE).for_each(|_| door.attempted("planner", "10.0.0.1"));
        assert!(matches!(door.check("planner", "10.0.0.1"), Err(AccountError::TooMany(_))));
        assert!(door.check("planner", "10.0.0.2").is_ok() && door.check("other", "10.0.0.1").is_ok());
        door.passed("planner", "10.0.0.1");
        assert!(door.check("planner", "10.0.0.1").is_ok());
    }
}
