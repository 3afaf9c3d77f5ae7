//! The blocks of one kind, of park or of fortnight, among one college's ratings.

use super::local::Rated;
use crate::domain::Model;

/// A block of a college's ratings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::engine) struct Block {
    /// Registry position of the park, or the fortnight counted from 1970-01-01.
    pub(in crate::engine) of: BlockOf,
    pub(in crate::engine) ratings: u32,
    /// Effect of the block, points.
    pub(in crate::engine) shift: f64,
    /// Its weight: 1 typical, the less the more it stands out.
    pub(in crate::engine) lambda: f64,
}

/// What the ratings of a block have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum BlockOf {
    Park(Option<u32>),
    Fortnight(i16),
}

impl BlockOf {
    /// Whether a rating of this park and fortnight lies in it.
    pub(super) fn holds(self, park: Option<u32>, fortnight: i16) -> bool {
        match self {
            Self::Park(own) => own == park,
            Self::Fortnight(own) => own == fortnight,
        }
    }
}

/// Blocks of one kind.
pub(super) struct Kind<T> {
    /// What they stand for, rising.
    pub(super) names: Vec<T>,
    /// The block of each rating.
    pub(super) at: Vec<u32>,
    /// `Σ 1/s²` of each block.
    pub(super) precision: Vec<f64>,
    pub(super) ratings: Vec<u32>,
    /// `v_c / λ` of each block.
    pub(super) variance: Vec<f64>,
    pub(super) effect: Vec<f64>,
    /// Whether the block keeps λ = 1, whatever stands out.
    held: Vec<bool>,
}

impl<T: Ord + Copy> Kind<T> {
    pub(super) fn of(model: &Model, rated: &[Rated], name: impl Fn(&Rated) -> T) -> Self {
        let all: Vec<T> = rated.iter().map(name).collect();
        let mut names = all.clone();
        if !names.is_sorted() {
            names.sort_unstable();
        }
        names.dedup();
        let at: Vec<u32> = if all.is_sorted() {
            let next = |at: &mut u32, pair: &[T]| {
                *at += u32::from(pair[0] != pair[1]);
                Some(*at)
            };
            std::iter::once(0).chain(all.windows(2).scan(0, next)).collect()
        } else {
            all.iter().map(|name| names.binary_search(name).unwrap_or_default() as u32).collect()
        };
        let n = names.len();
        let (mut precision, mut ratings) = (vec![0.0; n], vec![0; n]);
        for (&at, rating) in at.iter().zip(rated) {
            precision[at as usize] += 1.0 / rating.noise;
            ratings[at as usize] += 1;
        }
        Self {
            names,
            at,
            precision,
            ratings,
            variance: vec![model.block_variance; n],
            effect: vec![0.0; n],
            held: vec![false; n],
        }
    }

    /// Keeps some blocks from being weighed down.
    pub(super) fn hold(&mut self, held: impl Fn(T) -> bool) {
        self.held = self.names.iter().map(|&name| held(name)).collect();
    }

    pub(super) fn doubt(&self, block: usize) -> f64 {
        let variance = self.variance[block];
        variance / (1.0 + variance * self.precision[block])
    }

    /// New λ from the effects.
    pub(super) fn weigh(&mut self, model: &Model) {
        let v = model.block_variance;
        for block in (0..self.names.len()).filter(|&block| !self.held[block]) {
            let square = self.effect[block].powi(2) + self.doubt(block);
            let lambda = (model.block_freedom + 1.0) / (model.block_freedom + square / v);
            self.variance[block] = v / lambda;
        }
    }

    pub(super) fn blocks<'a>(
        &'a self,
        model: &'a Model,
        name: impl Fn(T) -> BlockOf + 'a,
    ) -> impl Iterator<Item = Block> + 'a {
        (0..self.names.len()).map(move |block| Block {
            of: name(self.names[block]),
            ratings: self.ratings[block],
            shift: self.effect[block],
            lambda: model.block_variance / self.variance[block],
        })
    }
}
