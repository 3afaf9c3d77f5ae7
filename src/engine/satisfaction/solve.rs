//! The colleges' posterior from the ratings.

use super::edges::Edges;
use super::system::System;
use crate::domain::Model;

/// The colleges' posterior, by place; points on the 1–5 scale.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Posterior {
    /// Mean effect of each college above the grand mean, its prior mean included.
    pub effect: Vec<f64>,
    /// Its standard deviation, near exact (METHODS §1 "variance without an inverse"): ratings of one rater share its
    /// severity, which its ratings of other colleges tell.
    pub sd: Vec<f64>,
    /// Live ratings of each college.
    pub ratings: Vec<u32>,
    /// Enterprises that gave them.
    pub raters: Vec<u32>,
}

impl Posterior {
    /// The posterior of all colleges: a function of the ratings, of the day's baseline and of the parameters alone.
    pub fn solve(edges: &Edges, model: &Model) -> Self {
        let system = System::new(edges, model);
        let told = &system.told;
        let right: Vec<f64> = told.iter().map(|told| told.right).collect();
        let mut effect = system.solve(&right, edges.before.clone());
        effect.iter_mut().zip(&edges.prior).for_each(|(effect, prior)| *effect += prior);
        let prior = 1.0 / model.college_variance;
        Self {
            effect,
            sd: told.iter().map(|told| (1.0 / (prior + told.precision)).sqrt()).collect(),
            ratings: told.iter().map(|told| told.ratings).collect(),
            raters: told.iter().map(|told| told.raters).collect(),
        }
    }

    pub(super) fn severity(&self, edges: &Edges, model: &Model, u: usize) -> f64 {
        let (mut sum, mut weight) = (0.0, 1.0 / model.rater_variance);
        for e in edges.row(u) {
            let (college, precision) = (edges.college[e] as usize, edges.weight[e] / edges.loading(e));
            let prior = edges.prior[college];
            let quality = prior + edges.loading(e) * (self.effect[college] - prior);
            sum += precision * (edges.score[e].get() - model.mean - quality);
            weight += precision;
        }
        sum / weight
    }

    /// The raters' severities, in the order of the edges' rows: `a_u = Σ w/ρ (y − μ − x'β − ρ b) / (Σ w/ρ + 1/σa²)`.
    pub(super) fn severities(&self, edges: &Edges, model: &Model) -> Vec<f64> {
        (0..edges.raters.len()).map(|u| self.severity(edges, model, u)).collect()
    }
}
