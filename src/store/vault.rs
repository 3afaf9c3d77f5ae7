//! Secrets at rest: what must be stored and read again (second factors, the key of rating links) is sealed with a key that
//! lies elsewhere. Without a key they are stored as they are.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

use super::error::StoreError;

/// What a sealed secret begins with; then the key's name, the nonce, and what is sealed with its tag. No secret that is not
/// sealed is as long (20 and 32 bytes).
const MARK: &[u8; 4] = b"zyS1";
/// Bytes of a key's name: of its hash.
const NAME: usize = 8;
/// Bytes of a key.
const KEY: usize = 32;

struct VaultKey {
    name: [u8; NAME],
    key: LessSafeKey,
}

impl VaultKey {
    fn new(bytes: &[u8; KEY]) -> Option<Self> {
        let mut name = [0; NAME];
        name.copy_from_slice(&Sha256::new().chain_update(b"zeyou key\n").chain_update(bytes).finalize()[..NAME]);
        Some(Self { name, key: LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, bytes).ok()?) })
    }
}

/// Keys that secrets are sealed with: the first seals, all open. Cloning shares them.
#[derive(Clone, Default)]
pub struct Vault(Arc<[VaultKey]>);

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({} keys)", self.0.len())
    }
}

/// A stored secret, and whether it is sealed with the key in use.
pub(super) struct Opened {
    pub(super) plain: Vec<u8>,
    pub(super) current: bool,
}

impl Vault {
    /// Keys from a text: one a line, base64 of 32 bytes; the first seals. Lines that are empty or begin with `#` say nothing.
    ///
    /// # Errors
    /// What is wrong with the text, in both languages.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let keys: Option<Vec<VaultKey>> = lines
            .map(|line| {
                let bytes: [u8; KEY] = STANDARD.decode(line).ok()?.try_into().ok()?;
                // A key of one byte over and over was written by nobody who meant it.
                bytes.iter().any(|byte| *byte != bytes[0]).then(|| VaultKey::new(&bytes))?
            })
            .collect();
        match keys {
            Some(keys) if (1..=4).contains(&keys.len()) => Ok(Self(keys.into())),
            _ => Err(
                "须为一到四行，每行是 32 字节的 base64（openssl rand -base64 32）/ wanted: one to four lines, each base64 of \
                      32 bytes (openssl rand -base64 32)",
            ),
        }
    }

    /// Keys from a file that nobody else can read.
    ///
    /// # Errors
    /// [`StoreError::SecretKey`].
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let refused = |why: String| StoreError::SecretKey(path.to_owned(), why);
        let about = std::fs::metadata(path).map_err(|error| refused(error.to_string()))?;
        if others_read(&about) {
            let why = "别的用户能读或改它，请 chmod 600 / other users can read or change it: chmod 600";
            return Err(refused(why.to_owned()));
        }
        let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
        Self::parse(&text).map_err(|why| refused(why.to_owned()))
    }

    /// Whether there is no key: secrets are then stored as they are.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A secret as it is stored. `what` is where: one that is moved elsewhere does not open.
    pub(super) fn seal(&self, what: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let Some(first) = self.0.first() else { return Ok(plain.to_vec()) };
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = plain.to_vec();
        let done = first.key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(what.as_bytes()),
            &mut sealed,
        );
        done.map_err(|_| StoreError::Sealed(what.to_owned()))?;
        Ok([&MARK[..], &first.name, &nonce, &sealed].concat())
    }

    /// Whether a stored secret is sealed.
    pub(super) fn is_sealed(stored: &[u8]) -> bool {
        stored.starts_with(MARK) && stored.len() > MARK.len() + NAME + NONCE_LEN + CHACHA20_POLY1305.tag_len()
    }

    /// The secret that is stored.
    pub(super) fn open(&self, what: &str, stored: &[u8]) -> Result<Opened, StoreError> {
        if !Self::is_sealed(stored) {
            return Ok(Opened { plain: stored.to_vec(), current: self.is_empty() });
        }
        let closed = || StoreError::Sealed(what.to_owned());
        let (name, rest) = stored[MARK.len()..].split_at(NAME);
        let (nonce, sealed) = rest.split_at(NONCE_LEN);
        let at = self.0.iter().position(|key| key.name == name).ok_or_else(closed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| closed())?;
        let mut sealed = sealed.to_vec();
        let plain = self.0[at].key.open_in_place(nonce, Aad::from(what.as_bytes()), &mut sealed);
        Ok(Opened { plain: plain.map_err(|_| closed())?.to_vec(), current: at == 0 })
    }
}

#[cfg(unix)]
fn others_read(about: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn others_read(_about: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(byte: u8) -> String {
        let mut bytes = [byte; KEY];
        bytes[0] = byte.wrapping_add(1);
        STANDARD.encode(bytes)
    }

    #[test]
    fn a_secret_opens_with_its_key_at_its_place_and_nowhere_else() {
        let one = Vault::parse(&line(1)).expect("a key");
        let sealed = one.seal("totp:A1", &[9; 20]).expect("sealed");
        assert!(Vault::is_sealed(&sealed) && !sealed.windows(20).any(|bytes| bytes == [9; 20]));
        assert_ne!(one.seal("totp:A1", &[9; 20]).expect("sealed"), sealed, "never the same twice");
        let opened = one.open("totp:A1", &sealed).expect("opened");
        assert!(opened.plain == [9; 20] && opened.current);
        assert!(one.open("totp:A2", &sealed).is_err(), "another account's");
        assert!(Vault::default().open("totp:A1", &sealed).is_err(), "without a key");
        assert!(Vault::parse(&line(2)).expect("a key").open("totp:A1", &sealed).is_err(), "another key");
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone();
            bytes[at] ^= 1;
            // Without its mark it is some other secret, and not this one.
            assert!(one.open("totp:A1", &bytes).map_or(true, |opened| opened.plain != [9; 20]), "byte {at}");
        }
        let rotated = Vault::parse(&format!("# new\n{}\n\n{}\n", line(2), line(1))).expect("two keys");
        let opened = rotated.open("totp:A1", &sealed).expect("opened");
        assert!(opened.plain == [9; 20] && !opened.current, "to be sealed anew");
        assert!(!rotated.open("totp:A1", &[9; 20]).expect("stored plainly").current);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let twice = format!("{}\n{}", line(1), "short");
        let five = [line(1), line(2), line(3), line(4), line(5)].join("\n");
        for bad in ["", "# nothing", "AAAA", &STANDARD.encode([0; KEY]), &STANDARD.encode([7; 31]), &twice, &five] {
            assert!(Vault::parse(bad).is_err(), "{bad}");
        }
    }
}
