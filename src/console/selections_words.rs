//! Why wishes cannot all be met, in words that name parks and colleges, and what would have to give way.

use maud::{Markup, html};

use super::figures::fixed;
use super::selections_state::{Asked, MOST_WISHES, pairs_text, without};
use super::texts::selections;
use super::visit::Visit;
use crate::domain::{Change, CollegeCapacity, ForcedPair, Wish, WishKind};
use crate::service::SelectionBoard;

/// Wishes of a conflict, and changes, that are listed one by one.
const LISTED: usize = 12;

/// The name of a park; its code if it has none.
pub(super) fn park<'a>(found: &'a SelectionBoard, id: &'a str) -> &'a str {
    found.parks.get(id).map_or(id, |park| park.name.as_str())
}

/// The name of a college; its code if it has none.
pub(super) fn college<'a>(found: &'a SelectionBoard, id: &'a str) -> &'a str {
    found.colleges.get(id).map_or(id, |college| college.name.as_str())
}

fn wish(visit: &Visit, asked: &Asked, found: &SelectionBoard, one: &Wish) -> String {
    let (park_id, college_id) = (one.park.as_deref().unwrap_or(""), one.college.as_deref().unwrap_or(""));
    let (park, college) = (park(found, park_id), college(found, college_id));
    let (text, n) = match one.kind {
        WishKind::Forced => (selections::SAY_FORCED, String::new()),
        WishKind::Forbidden => (selections::SAY_FORBIDDEN, String::new()),
        WishKind::Partners if asked.mandatory => (selections::SAY_EXACTLY, asked.wish_of(park_id).to_string()),
        WishKind::Partners => (selections::SAY_AT_MOST, asked.wish_of(park_id).to_string()),
        WishKind::Capacity => (selections::SAY_CAPACITY, asked.capacity_of(college_id).to_string()),
        WishKind::MinScore => (selections::SAY_MIN_SCORE, fixed(asked.min_score.unwrap_or(0.0), 1)),
        WishKind::Quota => return visit.language.pick(&one.zh, &one.en).clone(),
    };
    let all = [("park", park), ("college", college), ("n", n.as_str())];
    let used: Vec<(&str, &str)> =
        all.into_iter().filter(|(name, _)| text.zh.contains(&format!("{{{name}}}"))).collect();
    visit.fill(text, &used)
}

fn change(visit: &Visit, asked: &Asked, found: &SelectionBoard, one: &Change) -> String {
    let said = wish(visit, asked, found, &one.wish);
    let (park_id, college_id) = (one.wish.park.as_deref().unwrap_or(""), one.wish.college.as_deref().unwrap_or(""));
    let to =
        |now: u32| visit.fill(selections::SAY_TO, &[("wish", &said), ("n", &(i64::from(now) + one.by).to_string())]);
    match one.wish.kind {
        WishKind::Forced | WishKind::Forbidden => visit.fill(selections::SAY_DROP, &[("wish", &said)]),
        WishKind::Partners => to(asked.wish_of(park_id)),
        WishKind::Capacity => to(asked.capacity_of(college_id)),
        WishKind::MinScore => {
            let pair = [("park", park(found, park_id)), ("college", college(found, college_id))];
            visit.fill(selections::SAY_ADMIT, &pair)
        }
        WishKind::Quota => visit.language.pick(&one.zh, &one.en).clone(),
    }
}

/// The address at which everything that must give way has; `None` if the page has no words for some of it.
fn given_way(visit: &Visit, asked: &Asked, changes: &[Change]) -> Option<String> {
    let (mut forced, mut forbidden) = (asked.forced.clone(), asked.forbidden.clone());
    let mut now = asked.clone();
    for one in changes {
        let (park, college) = (one.wish.park.as_deref().unwrap_or(""), one.wish.college.as_deref().unwrap_or(""));
        let drop = |pairs: &mut Vec<ForcedPair>| {
            let before = pairs.len();
            pairs.retain(|pair| pair.park.as_str() != park || pair.college.as_str() != college);
            pairs.len() < before
        };
        let number = |now: u32| u32::try_from(i64::from(now) + one.by).ok();
        match one.wish.kind {
            // A running engagement is forced by no pair of the address.
            WishKind::Forced => drop(&mut forced).then_some(())?,
            WishKind::Forbidden => drop(&mut forbidden).then_some(())?,
            WishKind::Partners => {
                let wish = number(now.wish_of(park))?;
                now.wishes.push((park.parse().ok()?, wish));
            }
            WishKind::Capacity => {
                let capacity = number(now.capacity_of(college))?;
                now.capacities.push(CollegeCapacity { college: college.parse().ok()?, capacity });
            }
            WishKind::MinScore | WishKind::Quota => return None,
        }
    }
    if now.wishes.len().max(now.capacities.len()) > MOST_WISHES {
        return None;
    }
    let (wishes, capacities) = (now.wishes_text(), now.capacities_text());
    Some(visit.here_with(&[
        ("wishes", wishes.as_str()),
        ("capacities", &capacities),
        ("forced", &pairs_text(&forced)),
        ("forbidden", &pairs_text(&forbidden)),
        ("page", ""),
    ]))
}

/// The conflicts and the least that must give way.
pub(super) fn infeasible(visit: &Visit, asked: &Asked, found: &SelectionBoard) -> Markup {
    let made = &found.answer.selection.selection;
    let (shown, rest) = made.relaxation.split_at(made.relaxation.len().min(LISTED));
    html! {
        section.card.against #conflicts role="status" {
            h2 { (visit.say(selections::INFEASIBLE)) }
            p { (visit.say(selections::INFEASIBLE_LEAD)) }
            @for conflict in &made.conflicts {
                @if conflict.wishes.len() > LISTED { p { (visit.language.pick(&conflict.zh, &conflict.en)) } } @else {
                    @let few = matches!(&conflict.wishes[..], [one] if one.kind == WishKind::Partners);
                    h3 { (visit.say(if few { selections::TOO_FEW } else { selections::TOGETHER })) }
                    ul { @for one in &conflict.wishes { li {
                        (wish(visit, asked, found, one)) " "
                        @if let Some(link) = taken_back(visit, asked, one) { a href=(link) { (visit.say(super::texts::lab::TAKE_BACK)) } }
                    } } }
                }
            }
            @if !shown.is_empty() {
                h3 { (visit.say(selections::GIVE_WAY)) }
                ul #give-way { @for one in shown { li { (change(visit, asked, found, one)) } } }
                @if !rest.is_empty() { p.fine { (visit.fill(selections::GIVE_WAY_MORE, &[("n", &rest.len().to_string())])) } }
                @if let Some(link) = given_way(visit, asked, &made.relaxation) {
                    p { a.button href=(link) { (visit.say(selections::GIVE_WAY_DO)) } }
                }
            }
        }
    }
}

/// The address without a forced or forbidden pair.
fn taken_back(visit: &Visit, asked: &Asked, one: &Wish) -> Option<String> {
    let (park, college) = (one.park.as_deref()?, one.college.as_deref()?);
    let of = |pairs: &[ForcedPair], name: &str| {
        let known = pairs.iter().any(|pair| pair.park.as_str() == park && pair.college.as_str() == college);
        known.then(|| visit.here_with(&[(name, without(pairs, park, college).as_str()), ("page", "")]))
    };
    match one.kind {
        WishKind::Forced => of(&asked.forced, "forced"),
        WishKind::Forbidden => of(&asked.forbidden, "forbidden"),
        _ => None,
    }
}
