//! Engagements and ratings.

use std::fmt::Write as _;

use rand::Rng;

use super::Spec;
use super::colleges::College;
use super::dice::{Day, Dice, LAST_RATING, NOV_2026, Y2026};
use super::enterprises::Enterprise;
use super::names::KINDS;

pub(super) fn ratings(
    spec: &Spec,
    dice: &mut Dice,
    enterprises: &[Enterprise],
    colleges: &[College],
    made: &mut dyn FnMut(),
) -> [String; 2] {
    let mut deals = String::from("id,enterprise,college,kind,start,end,status\n");
    let mut out = String::from("id,engagement,overall,supply,skill,stay,help,rated_on\n");
    let mut due = if enterprises.is_empty() || colleges.is_empty() { 0 } else { spec.ratings };
    let total = due + due.div_ceil(10);
    for g in 0..total {
        // Some enterprises cooperate more than others, but each gets its turn.
        let skewed = dice.rng.random::<f64>().powi(2) * enterprises.len() as f64;
        let who = if g % 2 == 0 { (g / 2) % enterprises.len() } else { (skewed as usize).min(enterprises.len() - 1) };
        let college = dice.pick(&enterprises[who].1);
        let rated = dice.index(total - g) < due;
        let proposed = !rated && dice.chance(0.25);
        let end = if proposed { dice.within(NOV_2026, NOV_2026 + 29) } else { dice.within(60, NOV_2026 + 14) };
        let start = end.saturating_sub(dice.within(20, 240));
        let status = if proposed {
            "proposed"
        } else if end > NOV_2026 - 60 || dice.chance(0.1) {
            "confirmed"
        } else {
            "closed"
        };
        let kind = dice.weighted(&KINDS);
        row!(deals, "G{:06},E{:05},C{:04},{kind},{},{},{status}", g + 1, who + 1, college + 1, Day(start), Day(end));
        if !rated {
            continue;
        }
        due -= 1;
        let day = dice.within(end, (end + 90).min(LAST_RATING));
        let years = (f64::from(day) - f64::from(Y2026)) / 365.25;
        let College(_, quality, drift) = colleges[college];
        let y = 3.8 + enterprises[who].0 + quality + drift * years + dice.normal(0.7);
        let mark = |y: f64| y.round().clamp(1.0, 5.0);
        let mut aspect =
            || if dice.chance(0.06) { "unknown".to_owned() } else { mark(y + dice.normal(0.4)).to_string() };
        let aspects = [aspect(), aspect(), aspect(), aspect()].join(",");
        row!(out, "{},G{:06},{},{aspects},{}", dice.uuid(), g + 1, mark(y), Day(day));
        made();
    }
    [deals, out]
}
