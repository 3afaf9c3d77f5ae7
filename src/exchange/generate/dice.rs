//! Seeded chance, and the calendar it throws days of.

use std::collections::HashSet;
use std::fmt;

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::parks::City;

/// A day, counted from 2021-01-01.
#[derive(Clone, Copy)]
pub(super) struct Day(pub(super) u32);

pub(super) const Y2024: u32 = 1095;
pub(super) const Y2026: u32 = 1826;
pub(super) const NOV_2026: u32 = Y2026 + 304;
pub(super) const LAST_RATING: u32 = Y2026 + 323;
pub(super) const DEC_2026: u32 = Y2026 + 334;
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Counted from 2020-03-01, so that the leap day ends a year; 153 days are five months.
        let days = self.0 + 306;
        let year = (4 * days + 3) / 1461;
        let left = days - 1461 * year / 4;
        let month = (5 * left + 2) / 153;
        let (day, later) = (left - (153 * month + 2) / 5 + 1, month / 10);
        write!(f, "{}-{:02}-{day:02}", 2020 + year + later, month + 3 - 12 * later)
    }
}
pub(super) struct Dice {
    pub(super) rng: ChaCha8Rng,
    used: HashSet<String>,
}
impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), used: HashSet::new() }
    }

    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.rng.random::<f64>() < p
    }
    pub(super) fn normal(&mut self, sd: f64) -> f64 {
        sd * self.rng.sample::<f64, _>(StandardNormal)
    }
    /// A whole number, both ends included.
    pub(super) fn within(&mut self, low: u32, high: u32) -> u32 {
        self.rng.random_range(low..=high.max(low))
    }
    /// An index below `n`, which must not be zero.
    pub(super) fn index(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n)
    }
    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.index(list.len())]
    }
    pub(super) fn weighted<T: Copy>(&mut self, list: &[(T, u32)]) -> T {
        list.choose_weighted(&mut self.rng, |item| item.1).map_or(list[0].0, |item| item.0)
    }
    pub(super) fn some<T: Copy>(&mut self, list: &[T], low: u32, high: u32) -> Vec<T> {
        let n = self.within(low, high) as usize;
        list.choose_multiple(&mut self.rng, n).copied().collect()
    }
    /// A name not used before: tries `make` some times, then numbers it.
    pub(super) fn unique(&mut self, make: impl Fn(&mut Self) -> String) -> String {
        let mut name = make(self);
        for _ in 0..12 {
            if self.used.insert(name.clone()) {
                return name;
            }
            name = make(self);
        }
        let free = (2..).map(|n: usize| format!("{name}第{n}")).find(|name| !self.used.contains(name)).unwrap_or(name);
        self.used.insert(free.clone());
        free
    }
    pub(super) fn near(&mut self, city: &City, km: f64) -> (f64, f64) {
        let (far, angle) = (km * self.rng.random::<f64>() / 111.2, self.rng.random_range(0.0..std::f64::consts::TAU));
        (city.lat + far * angle.cos(), city.lon + far * angle.sin() / city.lat.to_radians().cos())
    }
    pub(super) fn uuid(&mut self) -> String {
        let bits = self.rng.random::<u128>() & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}
