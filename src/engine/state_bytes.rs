//! The state as bytes, for snapshots and digests.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::rating_ids::RatingIds;
use super::registry::Registry;
use super::state::State;
use crate::domain::{Engagement, Rating};

impl State {
    /// Writes the bytes of the whole state piece by piece; the same log gives the same bytes.
    pub fn write(&self, sink: &mut dyn FnMut(&[u8])) {
        // The two large tables stand apart, so that they are read side by side. How long they are stands at the end.
        let lengths =
            [encode(&self.engagements, sink), encode(&(&self.ratings, &self.rating_ids), sink), encode(self, sink)];
        lengths.iter().for_each(|length| sink(&length.to_le_bytes()));
    }

    /// Bytes of the whole state.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut |piece| bytes.extend_from_slice(piece));
        bytes
    }

    /// Reads a state back.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let cut_short = || "cut short".to_owned();
        let (parts, lengths) = bytes.split_last_chunk::<24>().ok_or_else(cut_short)?;
        let (lengths, _) = lengths.as_chunks::<8>();
        let mut rest = parts;
        let mut part = |n: usize| {
            let (part, after) = rest.split_at_checked(u64::from_le_bytes(lengths[n]) as usize).ok_or_else(cut_short)?;
            rest = after;
            Ok::<_, String>(part)
        };
        let (engagements, ratings, others) = (part(0)?, part(1)?, part(2)?);
        let (engagements, (ratings, others)) = rayon::join(
            || decode::<Registry<Engagement>>(engagements),
            || (decode::<(Registry<Rating>, RatingIds)>(ratings), decode::<Self>(others)),
        );
        let (ratings, rating_ids) = ratings?;
        let mut state = others?;
        (state.engagements, state.ratings, state.rating_ids) = (engagements?, ratings, rating_ids);
        Ok(state)
    }

    /// SHA-256 of [`Self::to_bytes`], in hexadecimal: two replicas at one seq agree on it.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        self.write(&mut |piece| hash.update(piece));
        format!("{:x}", hash.finalize())
    }
}

/// Passes pieces of encoded bytes on and counts them.
struct Sink<'a>(&'a mut dyn FnMut(&[u8]), u64);

impl postcard::ser_flavors::Flavor for Sink<'_> {
    type Output = u64;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.try_extend(&[byte])
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.1 += bytes.len() as u64;
        (self.0)(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<u64> {
        Ok(self.1)
    }
}

/// Writes the bytes of a value and says how many they are.
fn encode(value: &impl Serialize, sink: &mut dyn FnMut(&[u8])) -> u64 {
    postcard::serialize_with_flavor(value, Sink(sink, 0))
        .unwrap_or_else(|error| unreachable!("every part has a known length: {error}"))
}

fn decode<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, String> {
    postcard::from_bytes(bytes).map_err(|error| error.to_string())
}
