//! One park against all colleges, as columns of points in tiles of colleges.
//!
//! A changed programme touches one tile of each park; the other tiles are shared with the snapshot before. Points are
//! hundredths (0..=10,000) and weights hundredths of a percent, so `Σ weight × points` is exact: the parts of a score
//! add up to it to the last digit, and no summation order can change a rank.

use std::sync::Arc;

use rayon::prelude::*;

use super::cells::{Grade, pair_cells};
use super::fit::{Offer, Workspace};
use super::need::Need;
use super::state::State;
use crate::domain::Park;

/// Colleges of one tile.
pub(super) const TILE: usize = 64;
/// Bytes of one stored tile.
const TILE_BYTES: usize = TILE * 13;

/// One park against `TILE` colleges.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tile {
    pub(super) points: [[u16; TILE]; 6],
    /// Bit j: criterion `PAIR[j]` rests on the prior; bit 6: the fit is implied; bit 7: nothing matches at all.
    pub(super) flags: [u8; TILE],
}

impl Default for Tile {
    fn default() -> Self {
        Self { points: [[0; TILE]; 6], flags: [0; TILE] }
    }
}

/// One park against all colleges, by the colleges' registry position; the last tile is filled up with zeros.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Row {
    pub(super) tiles: Vec<Arc<Tile>>,
}

impl Row {
    /// One park against all colleges, tiles side by side: a single park's row is waited for.
    pub(super) fn build(state: &State, park: &Park, need: &Need, offers: &[Arc<Vec<Offer>>]) -> Self {
        let tile = |work: &mut Workspace, (t, offers): (usize, &[Arc<Vec<Offer>>])| {
            let mut tile = Tile::default();
            for (at, offers) in (t * TILE..).zip(offers) {
                tile.set(state, park, need, at, offers, work);
            }
            Arc::new(tile)
        };
        Self { tiles: offers.par_chunks(TILE).enumerate().map_init(Workspace::default, tile).collect() }
    }

    /// The row with some colleges brought up to date.
    pub(super) fn refitted(
        &self,
        state: &State,
        park: &Park,
        need: &Need,
        colleges: &[usize],
        offers: &[Arc<Vec<Offer>>],
        work: &mut Workspace,
    ) -> Self {
        let mut row = self.clone();
        row.tiles.resize_with(offers.len().div_ceil(TILE), Arc::default);
        for &at in colleges {
            Arc::make_mut(&mut row.tiles[at / TILE]).set(state, park, need, at, &offers[at], work);
        }
        row
    }

    pub(super) fn flags(&self, at: u32) -> u8 {
        self.tiles[at as usize / TILE].flags[at as usize % TILE]
    }

    /// Appends the tiles as little-endian bytes.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        for tile in &self.tiles {
            tile.points.iter().flatten().for_each(|points| bytes.extend_from_slice(&points.to_le_bytes()));
            bytes.extend_from_slice(&tile.flags);
        }
    }

    /// Reads `n_tiles` tiles back; `None` if there are fewer.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let tile = |bytes: &[u8]| {
            let mut tile = Tile::default();
            let (points, flags) = bytes.split_at(TILE * 12);
            for (to, from) in tile.points.iter_mut().flatten().zip(points.chunks_exact(2)) {
                *to = u16::from_le_bytes([from[0], from[1]]);
            }
            tile.flags.copy_from_slice(flags);
            Arc::new(tile)
        };
        Self { tiles: bytes.chunks_exact(TILE_BYTES).map(tile).collect() }
    }

    /// Bytes of a row against `n` colleges.
    pub(super) fn bytes(n: usize) -> usize {
        n.div_ceil(TILE) * TILE_BYTES
    }
}

impl Tile {
    fn set(&mut self, state: &State, park: &Park, need: &Need, at: usize, offers: &[Offer], work: &mut Workspace) {
        let college = &state.colleges.at(at as u32).value;
        let (cells, found) = pair_cells(&state.sheet, park, college, need, offers, work);
        let mut flags = 0;
        for (j, cell) in cells.iter().enumerate() {
            self.points[j][at % TILE] = cell.points;
            match cell.grade {
                Grade::Measured => {}
                Grade::Prior => flags |= 1 << j,
                Grade::Implied => flags |= 1 << 6,
            }
        }
        self.flags[at % TILE] = flags | if found.any { 0 } else { 1 << 7 };
    }
}
