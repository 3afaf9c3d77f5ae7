//! Enterprises, the truth about their severity, and the demands of parks.

use std::fmt::Write as _;

use rand::seq::IndexedRandom;

use super::Spec;
use super::colleges::College;
use super::dice::{DEC_2026, Day, Dice};
use super::names::{CLASSES, FIRM_A, FIRM_B, KINDS};
use super::parks::{City, Park};

/// Severity, preferred colleges.
pub(super) struct Enterprise(pub(super) f64, pub(super) Vec<usize>);

pub(super) fn enterprises(
    spec: &Spec,
    dice: &mut Dice,
    cities: &[City],
    parks: &mut [Park],
    colleges: &[College],
    made: &mut dyn FnMut(),
) -> (Vec<Enterprise>, [String; 2]) {
    let mut out = String::from("id,name,park,industry,source\n");
    let mut truth = String::from("enterprise,severity\n");
    let mut list = Vec::with_capacity(spec.enterprises);
    for i in 0..if parks.is_empty() { 0 } else { spec.enterprises } {
        let at = if i < parks.len() { i } else { dice.index(parks.len()) };
        let city = &cities[parks[at].0];
        let industry = dice.pick(&parks[at].1);
        let name = dice.unique(|dice| {
            let end = dice.weighted(&[("有限公司", 8), ("股份有限公司", 2), ("集团有限公司", 1)]);
            format!("{}{}{}{}{end}", city.name, dice.pick(&FIRM_A), dice.pick(&FIRM_B), dice.pick(industry.2))
        });
        let severity = if i == 3 {
            -1.1
        } else if i == 7 {
            0.9
        } else {
            dice.normal(0.4)
        };
        row!(out, "E{:05},{name},P{:04},{},simulated", i + 1, at + 1, industry.0);
        row!(truth, "E{:05},{severity:.4}", i + 1);
        // The two colleges that change are rated often enough for the change to show.
        let planted = match i % 6 {
            1 if i < 40 => Some(2),
            4 if i < 40 => Some(5),
            _ => None,
        };
        let mut preferred: Vec<usize> = planted.into_iter().filter(|&college| college < colleges.len()).collect();
        for _ in 0..if colleges.is_empty() { 0 } else { dice.within(3, 5) } {
            let mut college = 0;
            for _ in 0..4 {
                let local = !city.colleges.is_empty() && dice.chance(0.85);
                college = if local { dice.pick(&city.colleges) } else { dice.index(colleges.len()) };
                if colleges[college].0.iter().any(|class| industry.1.contains(class)) {
                    break;
                }
            }
            preferred.push(college);
        }
        parks[at].2.push((i, industry));
        list.push(Enterprise(severity, preferred));
        made();
    }
    (list, [out, truth])
}

pub(super) fn demands(dice: &mut Dice, parks: &[Park]) -> String {
    let mut out =
        String::from("id,park,enterprise,kind,occupation,major,headcount,skill_level,start,end,urgency,note\n");
    let mut count = 0;
    for (at, park) in parks.iter().enumerate() {
        for _ in 0..dice.within(10, 16) {
            count += 1;
            let (enterprise, industry) = match park.2.choose(&mut dice.rng) {
                Some(&(i, industry)) => (format!("E{:05}", i + 1), industry),
                None => (String::new(), dice.pick(&park.1)),
            };
            let wanted = dice.pick(industry.1);
            let major = CLASSES.iter().find(|class| class.0 == wanted).map_or(460103, |class| dice.pick(class.2));
            let kind = dice.weighted(&KINDS);
            // For a technical project the headcount is a number of projects.
            let headcount = if kind == "tech_project" { dice.within(1, 6) } else { dice.within(5, 120) };
            let skill = dice.pick(&["", "0", "5", "4", "3", "2"]);
            let (urgency, wait) = dice.weighted(&[(("normal", 180), 60), (("urgent", 80), 28), (("critical", 19), 12)]);
            let start = DEC_2026 + dice.within(0, wait);
            let end = Day((start + dice.within(20, 180)).max(DEC_2026 + 31));
            row!(
                out,
                "D{count:05},P{:04},{enterprise},{kind},,{major},{headcount},{skill},{},{end},{urgency},",
                at + 1,
                Day(start)
            );
        }
    }
    out
}
