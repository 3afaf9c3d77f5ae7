//! The team of k as an answer: names, ranks, what the shortlist would cover instead.

use std::sync::atomic::AtomicBool;

use super::fit::{Offer, Workspace, fit};
use super::portfolio::team;
use super::rank::{Refusal, rounded};
use super::snapshot::Snapshot;
use crate::domain::{Question, Team, TeamMember, Unmet};

impl Snapshot {
    /// At most `size` colleges that together cover the need best, among those the question ranks; of teams that cover
    /// the same, the better ranked. `budget` and `stop` as for [`portfolio_until`](super::portfolio::portfolio_until).
    ///
    /// # Errors
    /// [`Refusal`] names the unknown park or preset.
    pub fn team(&self, question: &Question, size: usize, budget: usize, stop: &AtomicBool) -> Result<Team, Refusal> {
        let field = self.field(&Question { top: u16::MAX, ..question.clone() })?;
        let offers: Vec<&[Offer]> = field.order.iter().map(|&at| self.offers[at as usize].as_slice()).collect();
        let sheet = &self.state.sheet;
        let (found, open) = team(sheet, &field.items, &offers, size, budget, stop);
        let listed: Vec<Offer> = offers.iter().take(size).flat_map(|offers| offers.iter().cloned()).collect();
        let shortlist = fit(sheet, &field.items, &listed, &mut Workspace::default());
        let members = found.members.iter().map(|member| {
            let at = field.order[member.college];
            TeamMember {
                college: self.name(at),
                rank: member.college as u32 + 1,
                score: f64::from(field.score[at as usize]) / 1e6,
                alone: rounded(member.alone),
                adds: member.adds,
                loses: rounded(member.loses),
            }
        });
        let unmet = field.items.iter().zip(open).filter(|(_, open)| *open > 1e-9).map(|(item, open)| Unmet {
            demand: item.name.clone(),
            headcount: rounded(open),
            derived: item.derived,
        });
        Ok(Team {
            park: question.park.clone(),
            park_name: field.park.name.clone(),
            as_of: self.as_of(),
            preset: field.preset.id.clone(),
            size,
            need_derived: field.items.iter().any(|item| item.derived),
            members: members.collect(),
            coverage: found.coverage,
            bound: found.bound,
            gap: found.gap,
            stopped: found.stopped,
            shortlist_coverage: shortlist.coverage,
            unmet: unmet.collect(),
        })
    }
}
