//! Properties of scenarios: forks, causes that add up, the order of changes.

use std::sync::Arc;

use proptest::prelude::*;
use zeyou::domain::{
    College, CollegeId, DemandKind, Engagement, Enterprise, N_CRITERIA, ParkBrief, ParkId, ParkOutcome, Question,
    RatingChange, ScenarioChange, SeatsChange, Shortlist, StationsChange, Weights,
};
use zeyou::engine::{Fork, Nation, Snapshot, outcome};

use crate::city::{events, snapshot};

/// A number of dice decides one change; none if the dice name what is not there.
fn change(snapshot: &Snapshot, dice: [u32; 4]) -> Option<ScenarioChange> {
    let state = &snapshot.state;
    let pick = |n: usize| dice[1] as usize % n.max(1);
    let programme = || state.programmes.iter().nth(pick(state.programmes.len())).map(|(id, _)| id.clone());
    let college = || state.colleges.iter().nth(pick(state.colleges.len())).map(|(id, _)| id.clone());
    Some(match dice[0] % 12 {
        0 => {
            let mut hundredths = [0_u16; N_CRITERIA];
            (0..4).for_each(|n| hundredths[(dice[2] as usize >> (4 * n)) % N_CRITERIA] += 2_500);
            ScenarioChange::Weights(Weights::new(hundredths).ok()?)
        }
        1 => ScenarioChange::ProgrammeSeats(SeatsChange {
            programme: programme()?,
            kind: DemandKind::ALL[dice[2] as usize % 5],
            seats: dice[3] % 500,
        }),
        2 => ScenarioChange::ProgrammeStations(StationsChange {
            programme: programme()?,
            stations: 200,
            stations_free: dice[3] % 201,
        }),
        3 => ScenarioChange::CollegeClosed(college()?),
        4 => ScenarioChange::Exclude(college()?),
        5 => ScenarioChange::ProgrammeClosed(programme()?),
        6 => ScenarioChange::DemandClosed(state.demands.iter().nth(pick(state.demands.len()))?.0.clone()),
        7 => {
            let (_, rating) = state.ratings.iter().nth(pick(state.ratings.len()))?;
            ScenarioChange::RatingDropped(rating.value.id)
        }
        8 => {
            // Another park: the blocks of its ratings change.
            let (_, enterprise) = state.enterprises.iter().nth(pick(state.enterprises.len()))?;
            let park = state.parks.iter().nth(dice[2] as usize % state.parks.len())?.0.clone();
            ScenarioChange::EnterprisePut(Enterprise { park, ..enterprise.value.clone() })
        }
        9 => {
            // Its rating goes with it.
            let (_, engagement) = state.engagements.iter().nth(pick(state.engagements.len()))?;
            let college = state.colleges.iter().nth(dice[2] as usize % state.colleges.len())?.0.clone();
            let enterprise = state.enterprises.iter().nth(dice[3] as usize % state.enterprises.len())?.0.clone();
            ScenarioChange::EngagementPut(Engagement { college, enterprise, ..engagement.value.clone() })
        }
        10 => {
            let id = format!("C{:04}N", dice[2] % 40).parse().ok()?;
            ScenarioChange::CollegePut(College { id, ..state.colleges.get(&college()?)?.clone() })
        }
        _ => {
            let (engagement, _) = state.engagements.iter().find(|(id, _)| state.ratings.get(id).is_none())?;
            let marks = serde_json::json!({"overall": 1 + dice[2] % 5, "supply": 3, "skill": 1, "stay": 5, "help": 2});
            let marks = serde_json::from_value(marks).ok()?;
            ScenarioChange::RatingAdded(RatingChange { engagement: engagement.clone(), marks })
        }
    })
}

/// The forks of those changes that can be.
fn forks(base: Fork, dice: &[[u32; 4]]) -> Vec<Fork> {
    let mut forks = vec![base];
    for (number, dice) in dice.iter().enumerate() {
        let last = forks.last().expect("the base").clone();
        let Some(change) = change(&forks[0].snapshot, *dice) else { continue };
        if let Ok(events) = last.events(&change, number) {
            forks.push(last.after(&change, &events));
        }
    }
    forks
}

fn parks(snapshot: &Snapshot) -> Vec<ParkId> {
    snapshot.state.parks.iter().map(|(id, _)| id.clone()).collect()
}

fn adds_up(outcome: &ParkOutcome) {
    for moved in &outcome.difference.moves {
        let Some(whole) = moved.score_move else { continue };
        let scores = moved.score_after.expect("ranked") - moved.score_before.expect("ranked");
        let by_criterion: f64 = moved.by_criterion.iter().map(|part| part.points).sum();
        let by_change: f64 = moved.by_change.iter().map(|part| part.points).sum();
        for sum in [scores, by_criterion, by_change] {
            assert!((sum - whole).abs() < 1e-9, "{moved:?}");
        }
    }
}

fn listed(list: &Shortlist) -> Vec<CollegeId> {
    list.items.iter().map(|item| item.college.id.clone()).collect()
}

/// The park's part of the nation's answer.
fn in_short(base: &Fork, last: &Fork, question: &Question) -> ParkBrief {
    let nation = Nation::new(base, last, question);
    nation.briefs(0..nation.len()).into_iter().find(|brief| brief.park == question.park).expect("a park")
}

/// The fork after the same changes, derived once at the end.
fn at_once(base: &Fork, dice: &[[u32; 4]]) -> Fork {
    let mut fork = base.clone();
    for (number, dice) in dice.iter().enumerate() {
        let Some(change) = change(&base.snapshot, *dice) else { continue };
        if let Ok(events) = fork.events(&change, number) {
            fork.apply(&change, &events);
        }
    }
    fork.settled()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn causes_add_up_and_a_fork_equals_a_state_derived_cold(dice in prop::collection::vec(any::<[u32; 4]>(), 0..7)) {
        let snapshot = snapshot(&events(3, 40, 30, 300));
        let digest = snapshot.state.digest();
        let forks = forks(Fork::of(snapshot.clone()), &dice);
        let last = forks.last().expect("the base");
        prop_assert!(last.snapshot.same_derived(&Snapshot::cold(last.snapshot.state.clone())));
        prop_assert!(last.snapshot.same_derived(&at_once(&forks[0], &dice).snapshot), "derived at once as one by one");
        for park in parks(&snapshot) {
            let question = Question { top: 5, ..Question::of(park) };
            let found = outcome(&forks, &question).expect("a park");
            adds_up(&found);
            prop_assert_eq!(&found.scenario.as_ref().map(listed), &Some(in_short(&forks[0], last, &question).after));
            if dice.is_empty() {
                prop_assert_eq!(&found.base, &found.scenario);
            }
        }
        prop_assert_eq!(snapshot.state.digest(), digest, "the base is as it was");
        prop_assert!(snapshot.same_derived(&Snapshot::cold(snapshot.state.clone())));
    }

    #[test]
    fn the_nation_in_short_lists_what_a_park_does_whatever_is_asked(
        dice in prop::collection::vec(any::<[u32; 4]>(), 0..5),
        top in 1_u16..80,
        kind in prop::option::of(0_usize..5),
        max_km in prop::option::of(1_u16..400),
    ) {
        // More colleges than two tiles hold, the last one not full.
        let snapshot = snapshot(&events(3, 150, 30, 200));
        let forks = forks(Fork::of(snapshot.clone()), &dice);
        let (base, last) = (&forks[0], forks.last().expect("the base"));
        for park in parks(&snapshot) {
            let kind = kind.map(|kind| DemandKind::ALL[kind]);
            let question = Question { top, kind, max_km, ..Question::of(park) };
            let (found, short) = (outcome(&forks, &question).expect("a park"), in_short(base, last, &question));
            adds_up(&found);
            prop_assert_eq!(found.base.as_ref().map(listed), Some(short.before));
            prop_assert_eq!(found.scenario.as_ref().map(listed), Some(short.after));
            let entered: Vec<CollegeId> = found.difference.entered.iter().map(|college| college.id.clone()).collect();
            prop_assert_eq!(entered, short.entered);
        }
    }

    #[test]
    fn a_fork_of_some_parks_says_what_a_whole_one_says(dice in prop::collection::vec(any::<[u32; 4]>(), 1..6)) {
        let snapshot = snapshot(&events(4, 90, 30, 200));
        let some: Vec<ParkId> = parks(&snapshot).into_iter().take(2).collect();
        let whole = forks(Fork::of(snapshot.clone()), &dice);
        let part = forks(Fork::of(snapshot.clone()).among(Arc::new(some.clone())), &dice);
        for park in some {
            let question = Question::of(park);
            prop_assert_eq!(outcome(&whole, &question), outcome(&part, &question));
        }
        let other = parks(&snapshot).pop().expect("a park");
        prop_assert!(outcome(&part, &Question::of(other)).is_err(), "it cannot be asked of the others");
    }

    #[test]
    fn the_order_of_independent_changes_changes_no_list(dice in prop::collection::vec(any::<[u32; 4]>(), 2..6)) {
        let snapshot = snapshot(&events(2, 40, 30, 300));
        // One of each kind: two of a kind may be about the same thing.
        let mut seen = [false; 12];
        let dice: Vec<[u32; 4]> =
            dice.into_iter().filter(|d| !std::mem::replace(&mut seen[d[0] as usize % 12], true)).collect();
        // A seat of a programme that is then closed depends on the order, and so do seats and stations of one.
        prop_assume!([1, 2, 5].iter().filter(|&&kind| seen[kind]).count() < 2);
        // An engagement that goes elsewhere may be the one a rating is given to or taken from.
        prop_assume!([7, 9, 11].iter().filter(|&&kind| seen[kind]).count() < 2);
        // A college that is replaced may be the one that is closed; new ones take their place by when they come.
        prop_assume!([3, 10].iter().filter(|&&kind| seen[kind]).count() < 2);
        let back: Vec<[u32; 4]> = dice.iter().rev().copied().collect();
        let (forth, back) = (forks(Fork::of(snapshot.clone()), &dice), forks(Fork::of(snapshot.clone()), &back));
        for park in parks(&snapshot) {
            let question = Question::of(park);
            let list = |forks: &[Fork]| outcome(forks, &question).map(|outcome| outcome.scenario);
            prop_assert_eq!(list(&forth), list(&back));
        }
    }
}
