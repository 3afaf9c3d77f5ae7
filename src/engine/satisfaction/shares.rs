//! What single ratings have to do with a college's posterior, and how colleges' posteriors hang together.

use super::edges::Edges;
use super::solve::Posterior;
use super::system::System;
use crate::domain::Model;

/// One of a college's own ratings.
pub(in crate::engine) struct OwnRating {
    /// Position of the rating's engagement in the state's registry.
    pub(in crate::engine) engagement: u32,
    /// Position of its rater in the registry of enterprises.
    pub(in crate::engine) rater: u32,
    pub(in crate::engine) weight: f64,
    /// Severity of its rater.
    pub(in crate::engine) severity: f64,
}

impl Posterior {
    /// The ratings of the colleges at some places, each in canonical order; one pass over all ratings.
    pub(in crate::engine) fn own_ratings_of(
        &self,
        edges: &Edges,
        model: &Model,
        places: &[usize],
    ) -> Vec<Vec<OwnRating>> {
        let mut wanted = vec![None; self.effect.len()];
        places.iter().enumerate().for_each(|(at, &place)| wanted[place] = Some(at));
        let mut own: Vec<Vec<OwnRating>> = places.iter().map(|_| Vec::new()).collect();
        for u in 0..edges.raters.len() {
            let mut severity = None;
            for e in edges.row(u) {
                let Some(at) = wanted[edges.college[e] as usize] else { continue };
                let severity = *severity.get_or_insert_with(|| self.severity(edges, model, u));
                let (engagement, rater, weight) = (edges.engagement[e], edges.raters[u], edges.weight[e]);
                own[at].push(OwnRating { engagement, rater, weight, severity });
            }
        }
        own
    }
}

/// Posterior covariances of the colleges at some places, exact: one solve each.
pub(in crate::engine) fn covariances(edges: &Edges, model: &Model, places: &[usize]) -> Vec<Vec<f64>> {
    let system = System::new(edges, model);
    let row = |&place: &usize| {
        let z = system.row_of_inverse(place);
        places.iter().map(|&other| z[other]).collect()
    };
    places.iter().map(row).collect()
}

/// One rating's share in a college's effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Position of the rating's engagement in the state's registry.
    pub engagement: u32,
    /// Whether it rates the college itself (else it calibrates a shared rater).
    pub own: bool,
    /// The score given.
    pub score: f64,
    /// Its share; all shares and the prior mean sum to the effect.
    pub share: f64,
}

/// Splits the effect of the college at `place` above its prior mean over all ratings: with `Λ z = e_i` the share of rating
/// e is `w_e (z_u / ρ_e + z_i)(y_e − μ − x_jᵀβ)`, j the college it rates (METHODS §1). Also gives the exact posterior variance `z_i`.
pub fn contributions(edges: &Edges, model: &Model, place: usize) -> (Vec<Share>, f64) {
    let system = System::new(edges, model);
    let z = system.row_of_inverse(place);
    let mut shares = Vec::with_capacity(edges.len());
    for u in 0..edges.raters.len() {
        let row = edges.row(u);
        let sum: f64 = row.clone().map(|e| edges.weight[e] * z[edges.college[e] as usize]).sum();
        let z_rater = -sum * system.inverse[u];
        for e in row {
            let i = edges.college[e] as usize;
            let told = z_rater / edges.loading(e) + z[i];
            let score = edges.score[e].get();
            let share = edges.weight[e] * told * (score - model.mean - edges.prior[i]);
            shares.push(Share { engagement: edges.engagement[e], own: i == place, score, share });
        }
    }
    (shares, z[place])
}
