//! Colleges, their programmes, and the truth about their quality.

use std::fmt::Write as _;

use super::Spec;
use super::dice::{Day, Dice, Y2024, Y2026};
use super::names::{CLASSES, COLLEGE_KINDS};
use super::parks::City;

/// Classes taught, quality, drift a year.
pub(super) struct College(pub(super) Vec<u16>, pub(super) f64, pub(super) f64);

/// What kind and ownership add to quality; their sd is .175, half of quality's.
fn known(kind: &str, ownership: &str) -> f64 {
    let kind = match kind {
        "technician" => 0.25,
        "secondary" => -0.25,
        "vocational_bachelor" => 0.2,
        "undergraduate" => -0.15,
        _ => 0.0,
    };
    kind + if ownership == "public" { 0.07 } else { -0.2 }
}

pub(super) fn colleges(
    spec: &Spec,
    dice: &mut Dice,
    cities: &mut [City],
    made: &mut dyn FnMut(),
) -> (Vec<College>, [String; 3]) {
    let mut out = String::from(
        "id,name,former_name,kind,ownership,city,lat,lon,status,offering,updated_on,retained,placed,response_days,tech_projects_3y,pledges,complaint,declined_parks,source\n",
    );
    let mut offers = String::from(
        "id,college,major,basis,seats_hire,seats_train,seats_intern,seats_order_class,seats_tech_project,stations,stations_free,teachers,dual_qualified,fee_per_person_day,updated_on,note,source\n",
    );
    let mut truth = String::from("college,quality,drift_per_year\n");
    let (mut list, mut offered) = (Vec::with_capacity(spec.colleges), 0);
    for i in 0..spec.colleges {
        let home = i % cities.len();
        cities[home].colleges.push(i);
        let city = &cities[home];
        let main = CLASSES[(i / cities.len() + home) % CLASSES.len()];
        let mut classes = dice.some(&CLASSES, 2, 3);
        classes.retain(|class| class.0 != main.0);
        classes.insert(0, main);
        let quality = dice.normal(0.35);
        let drift = if i == 2 {
            0.35
        } else if i == 5 {
            -0.35
        } else {
            dice.normal(0.04)
        };
        let (kind, ends) = dice.weighted(&COLLEGE_KINDS);
        let name = dice.unique(|dice| format!("{}{}{}", city.name, dice.pick(main.1), dice.pick(ends)));
        let former = if dice.chance(0.12) {
            dice.unique(|dice| format!("{}{}学校", city.name, dice.pick(main.1)))
        } else {
            String::new()
        };
        let (ownership, status) =
            (if dice.chance(0.75) { "public" } else { "private" }, if i % 50 == 17 { "suspended" } else { "active" });
        let quality = if spec.attributes { 0.86 * quality + known(kind, ownership) } else { quality };
        let (lat, lon) = dice.near(city, 60.0);
        let since = if matches!(i % 50, 8 | 13) { Y2024 } else { Y2026 };
        let updated = Day(since + dice.within(0, 303));
        let placed = dice.within(80, 600);
        let rate = (0.65 + 0.35 * quality + dice.normal(0.04)).clamp(0.4, 0.9);
        let retained = (f64::from(placed) * rate).round() as u32;
        let (days, projects) = ((6.0 - 6.0 * quality + dice.normal(1.0)).clamp(1.0, 15.0), dice.within(0, 24));
        let mut pledges = dice.some(&["space", "equipment", "resident_teachers", "curriculum", "capital"], 0, 4);
        pledges.sort_unstable();
        let pledges = pledges.join(";");
        let complaint = i % 50 == 11;
        let declined = if spec.parks > 0 && dice.chance(0.06) {
            format!("P{:04}", dice.index(spec.parks) + 1)
        } else {
            String::new()
        };
        row!(
            out,
            "C{:04},{name},{former},{kind},{ownership},{}市,{lat:.5},{lon:.5},{status},complete,{updated},{retained},{placed},{days:.1},{projects},{pledges},{complaint},{declined},simulated",
            i + 1,
            city.name
        );
        row!(truth, "C{:04},{quality:.4},{drift:.4}", i + 1);
        let majors: Vec<u32> = classes.iter().flat_map(|class| class.2.iter().copied()).collect();
        for major in dice.some(&majors, 8, 14) {
            offered += 1;
            let seats = [(30, 160), (40, 300), (30, 150), (0, 80), (0, 8)]
                .map(|(low, high)| dice.within(low, high).to_string())
                .join(",");
            let (stations, teachers) = (dice.within(20, 160), dice.within(6, 40));
            let (free, dual) = (dice.within(0, stations), dice.within(teachers / 3, teachers));
            let (fee, updated) = (5 * dice.within(18, 56), Day(since + dice.within(0, 303)));
            row!(
                offers,
                "R{offered:05},C{:04},{major},documented,{seats},{stations},{free},{teachers},{dual},{fee},{updated},,simulated",
                i + 1
            );
        }
        list.push(College(classes.iter().map(|class| class.0).collect(), quality, drift));
        made();
    }
    (list, [out, offers, truth])
}
