//! The hash chain: every event seals all before it.

use sha2::{Digest, Sha256};

use super::error::StoreError;

/// SHA-256 over the chain so far and one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain(pub [u8; 32]);

impl Chain {
    /// The chain before the first event.
    pub const EMPTY: Self = Self([0; 32]);

    /// A chain as it is stored.
    pub(super) fn read(seq: i64, stored: Vec<u8>) -> Result<Self, StoreError> {
        let chain = stored.try_into();
        Ok(Self(chain.map_err(|_| StoreError::Corrupt { seq, what: "the chain is not 32 bytes".into() })?))
    }

    /// The chain after one more event: `sha256(chain ‖ seq ‖ recorded_at ‖ rev ‖ len(subject) ‖ subject ‖ body)`, and if it is
    /// known who wrote it, `‖ 0xff ‖ principal`: no body has that byte, and what was written before hashes as ever. Integers
    /// as 8 bytes little-endian.
    #[must_use]
    pub fn extend(&self, seq: i64, recorded_at: i64, subject: &str, rev: i64, body: &[u8], principal: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(seq.to_le_bytes());
        hash.update(recorded_at.to_le_bytes());
        hash.update(rev.to_le_bytes());
        hash.update((subject.len() as u64).to_le_bytes());
        hash.update(subject.as_bytes());
        hash.update(body);
        if !principal.is_empty() {
            hash.update([0xff]);
            hash.update(principal.as_bytes());
        }
        Self(hash.finalize().into())
    }
}

/// Where and how the log is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainFault {
    /// The first bad seq.
    pub seq: i64,
    /// What is wrong there.
    pub what: String,
}
