//! Wishes, conflicts and changes in words.

use super::case::Case;
use super::conflict::Term;
use crate::domain::{Change, Conflict, Wish, WishKind};

/// A number without needless zeros.
fn points(case: &Case, units: i64) -> String {
    case.points(units).to_string()
}

/// A wish in words.
pub(super) fn wish(case: &Case, term: Term) -> Wish {
    let mut wish =
        Wish { kind: WishKind::MinScore, park: None, college: None, city: None, zh: String::new(), en: String::new() };
    match term {
        Term::Forced(e) | Term::Forbidden(e) => {
            let edge = &case.edges[e as usize];
            let (park, college) = (&case.parks[edge.park as usize], &case.colleges[edge.college as usize]);
            (wish.park, wish.college) = (Some(park.clone()), Some(college.clone()));
            if let Term::Forced(_) = term {
                wish.kind = WishKind::Forced;
                wish.zh = format!("必选 {park} × {college}");
                wish.en = format!("{park} × {college} is to be selected");
            } else {
                wish.kind = WishKind::Forbidden;
                wish.zh = format!("排除 {park} × {college}");
                wish.en = format!("{park} × {college} is not to be selected");
            }
        }
        Term::Partners(i) => {
            let (park, number) = (&case.parks[i as usize], case.wish[i as usize]);
            wish.kind = WishKind::Partners;
            wish.park = Some(park.clone());
            let (zh, en) = if case.mandatory { ("恰好", "exactly") } else { ("至多", "at most") };
            wish.zh = format!("{park} {zh}选 {number} 所院校");
            wish.en = format!("{park} takes {en} {number} colleges");
        }
        Term::Capacity(j) => {
            let (college, number) = (&case.colleges[j as usize], case.capacity[j as usize]);
            wish.kind = WishKind::Capacity;
            wish.college = Some(college.clone());
            wish.zh = format!("{college} 容量 {number}");
            wish.en = format!("{college} has a capacity of {number}");
        }
        Term::Quota(q) => {
            let (city, pairs) = &case.quotas[q as usize];
            wish.kind = WishKind::Quota;
            wish.city = Some(city.clone());
            wish.zh = format!("{city} 的院校合计至多 {pairs} 对");
            wish.en = format!("the colleges of {city} have at most {pairs} pairs in all");
        }
        Term::MinScore => {
            let least = points(case, case.min_score.unwrap_or(0));
            wish.zh = format!("得分不低于 {least}");
            wish.en = format!("no pair scores below {least}");
        }
    }
    wish
}

/// A conflict in words.
pub(super) fn conflict(case: &Case, terms: &[Term]) -> Conflict {
    let wishes: Vec<Wish> = terms.iter().map(|&term| wish(case, term)).collect();
    let parks: Vec<usize> =
        terms.iter().filter_map(|term| if let Term::Partners(i) = term { Some(*i as usize) } else { None }).collect();
    let shortage = case.mandatory && !parks.is_empty();
    let (zh, en) = if shortage && wishes.len() > 6 {
        let needed: u64 = parks.iter().map(|&i| u64::from(case.wish[i])).sum();
        let places: u64 = terms
            .iter()
            .map(|term| if let Term::Capacity(j) = term { u64::from(case.capacity[*j as usize]) } else { 0 })
            .sum();
        let (parks, rest) = (parks.len(), wishes.len() - parks.len());
        (
            format!(
                "{parks} 个园区共要 {needed} 所院校，它们可选的院校容量合计 {places}，连同其余候选仍不够（另涉及 {rest} 项意愿）"
            ),
            format!(
                "{parks} parks want {needed} partners in all; the capacities they depend on come to {places}, which with their other candidates is not enough ({rest} further wishes involved)"
            ),
        )
    } else {
        let (zh, en): (Vec<&str>, Vec<&str>) = wishes.iter().map(|wish| (wish.zh.as_str(), wish.en.as_str())).unzip();
        if shortage && wishes.len() == 1 {
            (format!("候选不足：{}", zh.join("；")), format!("there are not enough candidates: {}", en.join("; ")))
        } else {
            (format!("不能同时满足：{}", zh.join("；")), format!("these cannot all hold: {}", en.join("; ")))
        }
    };
    Conflict { wishes, zh, en }
}

/// A change in words.
pub(super) fn change(case: &Case, term: Term, by: i64) -> Change {
    let wish = wish(case, term);
    let to = |now: u32| i64::from(now) + by;
    let (zh, en) = match term {
        Term::Forced(_) | Term::Forbidden(_) => (format!("放弃：{}", wish.zh), format!("give up: {}", wish.en)),
        Term::Partners(i) => (
            format!("{} → {} 所", wish.zh, to(case.wish[i as usize])),
            format!("{} → {}", wish.en, to(case.wish[i as usize])),
        ),
        Term::Capacity(j) => (
            format!("{} → {}", wish.zh, to(case.capacity[j as usize])),
            format!("{} → {}", wish.en, to(case.capacity[j as usize])),
        ),
        Term::Quota(q) => {
            let pairs = to(case.quotas[q as usize].1);
            (format!("{} → {pairs}", wish.zh), format!("{} → {pairs}", wish.en))
        }
        Term::MinScore => (wish.zh.clone(), wish.en.clone()),
    };
    Change { wish, by, zh, en }
}

/// A pair let through in spite of the lowest score, in words.
pub(super) fn admission(case: &Case, e: u32) -> Change {
    let edge = &case.edges[e as usize];
    let (park, college) = (&case.parks[edge.park as usize], &case.colleges[edge.college as usize]);
    let score = points(case, edge.score);
    let mut wish = wish(case, Term::MinScore);
    (wish.park, wish.college) = (Some(park.clone()), Some(college.clone()));
    Change {
        zh: format!("{}，但准许 {park} × {college}（{score}）", wish.zh),
        en: format!("{}, but let {park} × {college} ({score}) through", wish.en),
        wish,
        by: 0,
    }
}
