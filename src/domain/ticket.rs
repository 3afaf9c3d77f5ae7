//! Rectification (整改): what a bad mark sets going between an enterprise, its park and a college.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use super::code::{EngagementId, RatingId, TicketId};
use super::date::Date;
use super::rating::Marks;
use super::text::Comment;

/// A mark of this or less opens a ticket.
const BAD: u8 = 2;
/// Working days until the enterprise is to be contacted.
const CONTACT_IN: u16 = 1;
/// Working days until the college is to have answered.
const ANSWER_IN: u16 = 15;

/// What was marked badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BadMark {
    /// 总体, overall.
    Overall,
    /// 招得到, people on time and in number.
    Supply,
    /// 用得上, skills fit the job.
    Skill,
    /// 留得住, people stay.
    Stay,
    /// 帮得上, response and technical help.
    Help,
}

impl BadMark {
    /// What of some answers is bad.
    pub fn of(marks: &Marks) -> Vec<Self> {
        let all = [
            (Self::Overall, marks.overall),
            (Self::Supply, marks.supply),
            (Self::Skill, marks.skill),
            (Self::Stay, marks.stay),
            (Self::Help, marks.help),
        ];
        all.into_iter().filter(|(_, mark)| mark.get().is_some_and(|mark| mark <= BAD)).map(|(what, _)| what).collect()
    }
}

/// What somebody did about a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketStep {
    /// The ticket.
    pub ticket: TicketId,
    /// What was done or will be.
    pub text: Comment,
    /// The day.
    pub on: Date,
    /// Pseudonym of who did it.
    pub by: CompactString,
}

/// A ticket: opened by the rating itself, no second write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its code, which says nothing of the rating.
    pub id: TicketId,
    /// The rating that opened it.
    pub rating: RatingId,
    /// The engagement that was rated.
    pub engagement: EngagementId,
    /// What was marked badly.
    pub about: Vec<BadMark>,
    /// The day of the rating.
    pub opened_on: Date,
    /// How the park contacted the enterprise.
    pub contact: Option<TicketStep>,
    /// What the college answered.
    pub answer: Option<TicketStep>,
    /// The day of the follow-up rating (追评).
    pub followed_up_on: Option<Date>,
    /// How many steps the log holds.
    pub steps: u32,
}

/// What is due next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketStanding {
    /// The park is to contact the enterprise.
    ContactDue,
    /// The college is to answer.
    AnswerDue,
    /// The college answered: the enterprise may give its follow-up rating.
    Answered,
    /// The enterprise gave its follow-up rating.
    Closed,
}

impl Ticket {
    /// What is due next.
    pub fn standing(&self) -> TicketStanding {
        match (&self.contact, &self.answer, self.followed_up_on) {
            (_, _, Some(_)) => TicketStanding::Closed,
            (_, Some(_), None) => TicketStanding::Answered,
            (Some(_), None, None) => TicketStanding::AnswerDue,
            (None, None, None) => TicketStanding::ContactDue,
        }
    }

    /// The last day for contacting the enterprise.
    pub fn contact_due(&self) -> Date {
        self.opened_on.plus_working_days(CONTACT_IN)
    }

    /// The last day for the college's answer.
    pub fn answer_due(&self) -> Date {
        self.opened_on.plus_working_days(ANSWER_IN)
    }

    /// Whether somebody is late on a day.
    pub fn is_overdue(&self, day: Date) -> bool {
        match self.standing() {
            TicketStanding::ContactDue => day > self.contact_due(),
            TicketStanding::AnswerDue => day > self.answer_due(),
            TicketStanding::Answered | TicketStanding::Closed => false,
        }
    }

    /// Whether the enterprise may give its follow-up rating: once, after the answer or when it is late.
    pub fn may_follow_up(&self, day: Date) -> bool {
        self.followed_up_on.is_none() && (self.answer.is_some() || day > self.answer_due())
    }

    /// From this day on the college sees the ticket: the Monday after the rating, so that the day does not tell who rated.
    pub fn seen_from(&self) -> Date {
        self.opened_on.next_monday()
    }

    /// The last day for the college's answer as it is told: the end of that week, for the same reason.
    pub fn answer_due_told(&self) -> Date {
        self.answer_due().next_monday().plus_days(-3)
    }
}
