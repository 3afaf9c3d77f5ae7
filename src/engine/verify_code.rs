//! A short code that carries the question, the seq and a digest, so that a printed ranking can be recomputed.

use sha2::{Digest, Sha256};

use super::state::State;
use crate::domain::{DemandKind, MOST_AFFINITY, Question, Shortlist};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DIGEST_BYTES: usize = 5;

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// The first bytes of SHA-256 over everything that is ranked: order, scores and parts.
fn digest(shortlist: &Shortlist) -> [u8; DIGEST_BYTES] {
    let mut hash = Sha256::new();
    for item in &shortlist.items {
        hash.update(item.college.id.as_str().as_bytes());
        hash.update(item.tie_group.to_le_bytes());
        hash.update(((item.p_top_k * 1e6).round() as u64).to_le_bytes());
        for part in &item.contributions {
            hash.update(((part.points * 1e6).round() as u64).to_le_bytes());
        }
        if let Some(affinity) = &item.affinity {
            hash.update(((affinity.points * 1e6).round() as u64).to_le_bytes());
        }
    }
    for excluded in &shortlist.excluded {
        hash.update(excluded.college.id.as_str().as_bytes());
    }
    let full = hash.finalize();
    let mut short = [0; DIGEST_BYTES];
    short.copy_from_slice(&full[..DIGEST_BYTES]);
    short
}

/// The code of an answer. Parks, presets and colleges go by their position in the log's registries.
pub fn encode(state: &State, question: &Question, shortlist: &Shortlist) -> String {
    let mut bytes = Vec::with_capacity(24);
    put(&mut bytes, shortlist.as_of.seq);
    put(&mut bytes, state.parks.position(&question.park).map_or(0, u64::from));
    put(&mut bytes, state.presets.position(&shortlist.preset).map_or(0, u64::from));
    put(&mut bytes, u64::from(question.top));
    let kind = question.kind.map_or(0, |kind| kind as u64 + 1);
    put(&mut bytes, kind << 1 | u64::from(question.explore));
    put(&mut bytes, question.max_km.map_or(0, |km| u64::from(km) + 1));
    let known: Vec<u32> = question.exclude.iter().filter_map(|id| state.colleges.position(id)).collect();
    put(&mut bytes, known.len() as u64);
    known.iter().for_each(|&at| put(&mut bytes, u64::from(at)));
    if let Some(percent) = question.affinity {
        put(&mut bytes, u64::from(percent));
    }
    bytes.extend(digest(shortlist));
    let mut text = String::with_capacity(bytes.len() * 2);
    let (mut buffer, mut bits, mut n) = (0_u32, 0, 0);
    let mut symbol = |value: u32, text: &mut String| {
        if n > 0 && n % 4 == 0 {
            text.push('-');
        }
        n += 1;
        text.push(char::from(ALPHABET[(value & 31) as usize]));
    };
    for byte in bytes {
        buffer = buffer << 8 | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            symbol(buffer >> bits, &mut text);
        }
    }
    if bits > 0 {
        symbol(buffer << (5 - bits), &mut text);
    }
    text
}

fn bytes_of(code: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer, mut bits) = (Vec::new(), 0_u32, 0);
    for c in code.chars().filter(|&c| c != '-') {
        // Crockford: letters that look like digits are read as these.
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        };
        let value = ALPHABET.iter().position(|&a| char::from(a) == c)?;
        buffer = (buffer << 5 | value as u32) & 0xffff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
    }
    Some(bytes)
}

/// The seq a code was made at, and the question it carries once the state at that seq is known.
///
/// Returns `None` for what is no code.
pub fn decode(code: &str) -> Option<(u64, impl FnOnce(&State) -> Option<Question>)> {
    if code.len() > 4096 {
        return None;
    }
    let bytes = bytes_of(code)?;
    let mut rest = bytes.get(..bytes.len().checked_sub(DIGEST_BYTES)?)?;
    let seq = take(&mut rest)?;
    let fields: Option<Vec<u64>> = (0..6).map(|_| take(&mut rest)).collect();
    let fields = fields?;
    let exclude: Option<Vec<u64>> = (0..*fields.get(5)?.min(&4096)).map(|_| take(&mut rest)).collect();
    let exclude = exclude?;
    let affinity = if rest.is_empty() { None } else { Some(u8::try_from(take(&mut rest)?).ok()?) };
    if affinity.is_some_and(|percent| percent > MOST_AFFINITY) {
        return None;
    }
    let question = move |state: &State| {
        let [park, preset, top, kind, max_km, _] = fields[..] else { return None };
        let within = |at: u64, len: usize| u32::try_from(at).ok().filter(|&at| (at as usize) < len);
        let kind = match kind >> 1 {
            0 => None,
            k => Some(*DemandKind::ALL.get(k as usize - 1)?),
        };
        let explore = fields[3] & 1 == 1;
        let mut excluded = Vec::with_capacity(exclude.len());
        for at in exclude {
            excluded.push(state.colleges.at(within(at, state.colleges.len())?).value.id.clone());
        }
        Some(Question {
            park: state.parks.at(within(park, state.parks.len())?).value.id.clone(),
            preset: Some(state.presets.at(within(preset, state.presets.len())?).value.id.clone()),
            top: u16::try_from(top).ok().filter(|top| (1..=100).contains(top))?,
            kind,
            exclude: excluded,
            max_km: if max_km == 0 { None } else { Some(u16::try_from(max_km - 1).ok()?) },
            explore,
            affinity,
            uncertain_weights: false,
        })
    };
    Some((seq, question))
}
