//! Rectification tickets and feedback in the state: what events open, advance and seal.

use sha2::{Digest, Sha256};

use super::registry::Keyed;
use super::state::{Changed, State};
use crate::domain::{
    BadMark, CollegeId, Date, EngagementId, EngagementStatus, Feedback, Rating, RatingId, RatingNote, SEALED_DAYS,
    Ticket, TicketId, TicketStep, Timestamp,
};

impl Keyed for Ticket {
    type Id = TicketId;
    fn key(&self) -> &TicketId {
        &self.id
    }
}

impl Keyed for Feedback {
    type Id = EngagementId;
    fn key(&self) -> &EngagementId {
        &self.engagement
    }
}

/// The ticket that a rating opens: known from the rating, which cannot be known from it.
pub fn ticket_of(rating: RatingId) -> TicketId {
    let hash = Sha256::new().chain_update(b"zeyou ticket\n").chain_update(rating.to_string()).finalize();
    let code: String = hash.iter().take(8).map(|byte| format!("{byte:02X}")).collect();
    match format!("T{code}").parse() {
        Ok(id) => id,
        Err(_) => unreachable!("letters and digits are a code"),
    }
}

impl State {
    /// A rating with a bad mark opens its ticket, once. One from a file is a record of the past: nobody is to be called about it.
    pub(super) fn open_ticket(&mut self, at: Timestamp, rating: &Rating) {
        let about = BadMark::of(&rating.marks);
        if about.is_empty() || (at.day().days() - rating.rated_on.days()).abs() > 1 {
            return;
        }
        let id = ticket_of(rating.id);
        if self.tickets.entry(&id).is_some() {
            return;
        }
        let (rating, engagement, opened_on) = (rating.id, rating.engagement.clone(), rating.rated_on);
        let (contact, answer, followed_up_on) = (None, None, None);
        self.tickets.put(Ticket {
            id,
            rating,
            engagement,
            about,
            opened_on,
            contact,
            answer,
            followed_up_on,
            steps: 0,
        });
    }

    /// The one who rated has nothing more to be asked.
    pub(super) fn drop_ticket(&mut self, rating: RatingId) {
        let id = ticket_of(rating);
        if self.tickets.get(&id).is_some() {
            self.tickets.close(&id);
        }
    }

    /// A remark that a revision follows a rectification ends its ticket.
    pub(super) fn follow_up(&mut self, at: Timestamp, note: &RatingNote) {
        let rated = self.ratings.get(&note.engagement).map(|rating| ticket_of(rating.id));
        if let Some(ticket) = rated.filter(|_| note.followup).and_then(|id| self.tickets.get(&id)).cloned() {
            self.tickets.put(Ticket { followed_up_on: Some(at.day()), ..ticket });
        }
    }

    pub(super) fn step(&mut self, step: &TicketStep, set: impl Fn(&mut Ticket, TicketStep)) -> Changed {
        if let Some(entry) = self.tickets.entry(&step.ticket) {
            let (mut ticket, closed) = (entry.value.clone(), entry.closed);
            set(&mut ticket, step.clone());
            ticket.steps += 1;
            self.tickets.put(ticket);
            if closed {
                self.tickets.close(&step.ticket);
            }
        }
        Changed::Nothing
    }

    /// Remembers when the first of both sides spoke, as long as it seals what they said.
    pub(super) fn spoke(&mut self, engagement: &EngagementId, day: Date) {
        let seals = day.plus_days(SEALED_DAYS) > self.today;
        if seals && !self.first_spoken.contains_key(engagement) {
            self.first_spoken.insert(engagement.clone(), day);
        }
    }

    /// What no longer seals anything on the new day is forgotten.
    pub(super) fn unseal(&mut self) {
        let today = self.today;
        let over: Vec<EngagementId> = self
            .first_spoken
            .iter()
            .filter(|(_, day)| day.plus_days(SEALED_DAYS) <= today)
            .map(|(engagement, _)| engagement.clone())
            .collect();
        for engagement in &over {
            self.first_spoken.remove(engagement);
        }
    }

    /// The day from which each side may see what the other said of an engagement; `None`: now, or nobody has spoken.
    pub fn sealed_until(&self, engagement: &EngagementId) -> Option<Date> {
        let both = self.ratings.get(engagement).is_some() && self.feedback.get(engagement).is_some();
        let first = self.first_spoken.get(engagement).filter(|_| !both)?;
        Some(first.plus_days(SEALED_DAYS))
    }

    /// Whether the rating of an engagement is still sealed on a day: nothing that a college sees may come from it yet. Rankings
    /// use it at once.
    pub fn is_sealed(&self, engagement: &EngagementId, day: Date) -> bool {
        self.sealed_until(engagement).is_some_and(|until| day < until)
    }

    /// How many enterprises have had a confirmed or closed engagement with a college.
    pub fn partners_of(&self, college: &CollegeId) -> usize {
        let all = self.engagements_of(college).filter(|engagement| engagement.status != EngagementStatus::Proposed);
        let mut enterprises: Vec<_> = all.map(|engagement| &engagement.enterprise).collect();
        enterprises.sort_unstable();
        enterprises.dedup();
        enterprises.len()
    }
}
