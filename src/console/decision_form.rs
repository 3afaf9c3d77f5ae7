//! The fields every decision is recorded with, and how they are read.

use maud::{Markup, html};

use super::form::Form;
use super::texts::scenarios;
use super::visit::Visit;
use crate::domain::{Date, Invalid, Label, NewDecision, Note, Recusal};
use crate::http::Problem;

/// A decision is reviewed so many days later, unless another day is chosen.
const REVIEW_AFTER: i32 = 180;

/// The fields; `first` stands before the name.
pub(super) fn fields(visit: &Visit, today: Date, first: &Markup) -> Markup {
    let review = today.plus_days(REVIEW_AFTER).to_string();
    let say = |text| visit.say(text);
    html! {
        div.entry-row {
            (first)
            div.entry-field { label for="decision-name" { span { (say(scenarios::NAME)) } } input #decision-name name="name" required maxlength="60"; }
            div.entry-field { label for="decision-review" { span { (say(scenarios::REVIEW)) } } input #decision-review name="review_on" type="date" value=(review) required; }
        }
        div.entry-field { label for="decision-attendees" { span { (say(scenarios::ATTENDEES)) } } textarea #decision-attendees name="attendees" rows="2" required {} }
        div.entry-field { label for="decision-recusals" { span { (say(scenarios::RECUSALS)) } } textarea #decision-recusals name="recusals" rows="2" {} }
        div.entry-field { label for="decision-reasons" { span { (say(scenarios::REASONS)) } } textarea #decision-reasons name="reasons" rows="2" required {} }
        button type="submit" { (say(scenarios::ADOPT_DO)) }
    }
}

/// A value of the form, blamed by the field's name.
pub(super) fn parsed<T: std::str::FromStr<Err = Invalid>>(name: &'static str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|invalid| Problem::parameter(name, invalid))
}

/// The decision of a form, of neither a scenario nor pairs yet.
pub(super) fn read(sent: &Form) -> Result<NewDecision, Problem> {
    let lines = |name: &str| {
        let text = sent.text(name);
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect::<Vec<_>>()
    };
    let attendees =
        lines("attendees").iter().map(|line| parsed::<Label>("attendees", line)).collect::<Result<_, _>>()?;
    let recusal = |line: &String| {
        let (role, reason) = line.split_once([':', '\u{ff1a}']).unwrap_or((line, "–"));
        Ok::<_, Problem>(Recusal {
            role: parsed("recusals", role.trim())?,
            reason: parsed::<Note>("recusals", reason.trim())?,
        })
    };
    Ok(NewDecision {
        name: parsed("name", &sent.text("name"))?,
        as_of_seq: None,
        scenario: None,
        pairs: Vec::new(),
        attendees,
        recusals: lines("recusals").iter().map(recusal).collect::<Result<_, _>>()?,
        reasons: parsed("reasons", &sent.text("reasons"))?,
        review_on: parsed("review_on", &sent.text("review_on"))?,
    })
}
