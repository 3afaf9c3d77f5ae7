//! Affinity and uncertain weights as options of a shortlist.

use zeyou::domain::{Event, MOST_AFFINITY, Question, Shortlist};
use zeyou::engine::{Snapshot, decode_verify_code};

use super::city;

fn ask(snapshot: &Snapshot, park: &str, affinity: Option<u8>) -> Shortlist {
    let question = Question { top: 30, affinity, ..Question::of(park.parse().expect("a park")) };
    snapshot.shortlist(&question).expect("a known park")
}

fn event(json: String) -> Event {
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// One engagement and its rating, all answers alike.
fn rated(n: usize, enterprise: &str, college: &str, stars: u8, day: &str) -> [Event; 2] {
    [
        event(format!(
            r#"{{"kind":"engagement_put","body":{{"id":"T{n:05}","enterprise":"{enterprise}","college":"{college}","kind":"hire","start":"2025-01-01","end":"2025-06-01","status":"closed"}}}}"#
        )),
        event(format!(
            r#"{{"kind":"rating_submitted","body":{{"id":"00000000-0000-4000-9000-{n:012}","engagement":"T{n:05}","marks":{{"overall":{stars},"supply":{stars},"skill":{stars},"stay":{stars},"help":{stars}}},"rated_on":"{day}","comment":null}}}}"#
        )),
    ]
}

#[test]
fn affinity_is_shown_without_weight_and_with_weight_takes_its_part() {
    let snapshot = city::snapshot(&city::events(3, 25, 60, 500));
    for (park, _) in snapshot.state.parks.iter() {
        let (plain, shown) = (ask(&snapshot, park.as_str(), None), ask(&snapshot, park.as_str(), Some(0)));
        let order = |list: &Shortlist| list.items.iter().map(|i| (i.college.id.clone(), i.score)).collect::<Vec<_>>();
        assert_eq!(order(&plain), order(&shown), "of no weight it moves nothing");
        assert!(plain.items.iter().all(|item| item.affinity.is_none()));
        assert!(shown.items.iter().all(|item| item.affinity.as_ref().is_some_and(|one| one.points == 0.0)));
        let most = ask(&snapshot, park.as_str(), Some(MOST_AFFINITY));
        let mut moved = 0;
        for item in &most.items {
            let affinity = item.affinity.as_ref().expect("asked for");
            let sum = affinity.points + item.contributions.iter().map(|part| part.points).sum::<f64>();
            let weights = affinity.weight + item.contributions.iter().map(|part| part.weight).sum::<f64>();
            assert!((sum - item.score).abs() < 1e-9 && (weights - 100.0).abs() < 1e-9, "{item:?}");
            assert!((1.0..=5.0).contains(&affinity.mean) && affinity.sd > 0.0 && affinity.raters > 0, "{affinity:?}");
            let before = plain.items.iter().find(|other| other.college == item.college).expect("listed");
            moved += usize::from((before.score - item.score).abs() > 0.1);
        }
        assert!(moved > most.items.len() / 2, "{moved} scores moved");
    }
}

#[test]
fn enterprises_of_like_taste_lift_what_they_like() {
    // Two camps of enterprises and of colleges; each camp likes its own. Three enterprises of one park have rated six colleges
    // only, yet it is told that they would like the others of the first camp.
    let mut events = city::events(3, 24, 60, 0);
    let snapshot = city::snapshot(&events);
    let all: Vec<_> =
        snapshot.state.enterprises.iter().map(|(id, entry)| (id.clone(), entry.value.park.clone())).collect();
    let colleges: Vec<_> = snapshot.state.colleges.iter().map(|(id, _)| id.clone()).collect();
    let park = all[0].1.clone();
    let mut n = 0;
    let mut rate = |enterprise: &str, college: usize, stars: u8| {
        events.extend(rated(n, enterprise, colleges[college].as_str(), stars, "2026-10-01"));
        n += 1;
    };
    for (u, (enterprise, own)) in all.iter().enumerate() {
        if *own == park {
            continue;
        }
        for college in 0..24 {
            rate(enterprise.as_str(), college, if college % 2 == u % 2 { 5 } else { 2 });
        }
    }
    for (enterprise, _) in all.iter().filter(|(_, own)| *own == park).take(3) {
        [0, 2, 4].into_iter().for_each(|college| rate(enterprise.as_str(), college, 5));
        [1, 3, 5].into_iter().for_each(|college| rate(enterprise.as_str(), college, 2));
    }
    let list = ask(&city::snapshot(&events), park.as_str(), Some(0));
    let mean = |camp: usize| {
        let item = |i: usize| list.items.iter().find(|item| item.college.id == colleges[i]);
        let means: Vec<f64> = (6 + camp..24)
            .step_by(2)
            .filter_map(item)
            .map(|item| item.affinity.as_ref().expect("asked").mean)
            .collect();
        assert!(means.len() > 5, "{means:?}");
        means.iter().sum::<f64>() / means.len() as f64
    };
    assert!(mean(0) > mean(1) + 0.5, "{} {}", mean(0), mean(1));
}

#[test]
fn affinity_as_ratings_arrive_equals_that_of_a_cold_start() {
    let mut events = city::events(3, 20, 40, 300);
    let snapshot = city::snapshot(&events);
    let (enterprise, park) =
        snapshot.state.enterprises.iter().next().map(|(id, e)| (id.clone(), e.value.park.clone())).expect("one");
    let colleges: Vec<_> = snapshot.state.colleges.iter().map(|(id, _)| id.to_string()).collect();
    let mut now = snapshot;
    let before = ask(&now, park.as_str(), Some(10));
    // Of today, of long ago, taken back, a new day.
    let id = "00000000-0000-4000-9000-000000000001";
    let steps = [
        rated(1, enterprise.as_str(), &colleges[3], 1, "2026-11-24").to_vec(),
        rated(2, enterprise.as_str(), &colleges[4], 5, "2026-11-24").to_vec(),
        rated(3, enterprise.as_str(), &colleges[5], 5, "2025-11-24").to_vec(),
        vec![event(format!(r#"{{"kind":"rating_withdrawn","body":{{"id":"{id}","engagement":"T00001"}}}}"#))],
        vec![event(r#"{"kind":"clock","body":{"today":"2026-11-25"}}"#.to_owned())],
        rated(4, enterprise.as_str(), &colleges[6], 2, "2026-11-25").to_vec(),
    ];
    for (step, new) in steps.into_iter().enumerate() {
        let mut state = now.state.clone();
        let changes = city::apply(&mut state, &new);
        now = now.advance(state, &changes);
        events.extend(new);
        let cold = city::snapshot(&events);
        let (warm, cold) = (ask(&now, park.as_str(), Some(10)), ask(&cold, park.as_str(), Some(10)));
        assert_eq!(warm, cold, "step {step}");
    }
    let after = ask(&now, park.as_str(), Some(10));
    let mean = |list: &Shortlist, college: &str| {
        let item = list.items.iter().find(|item| item.college.id.as_str() == college).expect("listed");
        item.affinity.as_ref().expect("asked").mean
    };
    assert!(mean(&after, &colleges[4]) > mean(&before, &colleges[4]), "a five of one's own lifts what one expects");
}

#[test]
fn a_code_of_a_list_with_affinity_brings_back_the_same_list() {
    let snapshot = city::snapshot(&city::events(2, 20, 40, 200));
    let park = snapshot.state.parks.iter().next().expect("a park").0.clone();
    let mut codes = Vec::new();
    for affinity in [None, Some(0), Some(15)] {
        let list = snapshot.shortlist(&Question { affinity, ..Question::of(park.clone()) }).expect("a known park");
        let (_, question) = decode_verify_code(&list.verify_code).expect("a code");
        let question = question(&snapshot.state).expect("a question");
        assert_eq!(question.affinity, affinity);
        assert_eq!(snapshot.shortlist(&question).expect("a known park"), list);
        codes.push(list.verify_code);
    }
    codes.dedup();
    assert_eq!(codes.len(), 3);
}

#[test]
fn uncertain_weights_tell_how_far_ranks_hold() {
    let snapshot = city::snapshot(&city::events(2, 30, 60, 400));
    let park = snapshot.state.parks.iter().next().expect("a park").0.clone();
    for kind in [None, Some(zeyou::domain::DemandKind::Hire)] {
        let question = Question { top: 5, kind, uncertain_weights: true, ..Question::of(park.clone()) };
        let list = snapshot.shortlist(&question).expect("a known park");
        let held: Vec<_> = list.items.iter().map(|item| item.acceptability.as_ref().expect("asked for")).collect();
        let first: f64 = held.iter().map(|one| one.first).sum();
        assert!(first <= 1.0 + 1e-5 && first > 0.5, "{held:?}");
        assert!(held.iter().all(|one| one.first <= one.listed && one.listed <= 1.0 && one.mean_rank >= 1.0));
        assert!(held[0].mean_rank < held[4].mean_rank, "{held:?}");
        let plain = Question { uncertain_weights: false, ..question.clone() };
        let plain = snapshot.shortlist(&plain).expect("a known park");
        assert_eq!(plain.verify_code, list.verify_code, "the list is the same");
    }
}

#[test]
fn without_any_rating_affinity_is_what_the_model_holds_of_every_college() {
    let snapshot = city::snapshot(&city::events(1, 8, 10, 0));
    let park = snapshot.state.parks.iter().next().expect("a park").0.clone();
    let (model, list) = (snapshot.state.model.clone(), ask(&snapshot, park.as_str(), Some(0)));
    for item in &list.items {
        let affinity = item.affinity.as_ref().expect("asked for");
        assert!((affinity.mean - model.mean).abs() < 1e-6 && affinity.raters == 0, "{affinity:?}");
        assert!((affinity.sd - model.college_variance.sqrt()).abs() < 1e-6, "{affinity:?}");
    }
}

#[test]
fn drawn_weights_leave_affinity_what_it_was_given() {
    let snapshot = city::snapshot(&city::events(3, 25, 60, 500));
    let park = snapshot.state.parks.iter().next().expect("a park").0.clone();
    let held = |affinity| {
        let question = Question { top: 30, affinity, uncertain_weights: true, ..Question::of(park.clone()) };
        let list = snapshot.shortlist(&question).expect("a known park");
        let ranks: Vec<f64> =
            list.items.iter().map(|item| item.acceptability.as_ref().expect("asked for").mean_rank).collect();
        (list.items.iter().map(|item| item.college.id.clone()).collect::<Vec<_>>(), ranks)
    };
    assert_eq!(held(None), held(Some(0)), "of no weight it moves nothing");
    let ((plain, before), (order, ranks)) = (held(None), held(Some(MOST_AFFINITY)));
    // Each college's mean rank stays by its rank in the list that has affinity in it.
    let far = |ranks: &[f64]| ranks.iter().zip(1..).map(|(mean, rank)| (mean - f64::from(rank)).abs()).sum::<f64>();
    let without: Vec<f64> =
        order.iter().map(|id| before[plain.iter().position(|one| one == id).expect("listed")]).collect();
    assert!(order != plain && far(&ranks) < far(&without), "{} {}", far(&ranks), far(&without));
}

#[test]
fn what_one_or_two_enterprises_of_a_park_like_is_not_told() {
    let mut events = city::events(2, 12, 30, 0);
    let empty = city::snapshot(&events);
    let all: Vec<_> =
        empty.state.enterprises.iter().map(|(id, entry)| (id.clone(), entry.value.park.clone())).collect();
    let colleges: Vec<_> = empty.state.colleges.iter().map(|(id, _)| id.clone()).collect();
    let park = all[0].1.clone();
    let (own, others): (Vec<_>, Vec<_>) = all.iter().partition(|(_, of)| *of == park);
    let mut n = 0;
    let mut rate = |events: &mut Vec<Event>, enterprise: &str, college: usize, stars: u8| {
        events.extend(rated(n, enterprise, colleges[college].as_str(), stars, "2026-10-01"));
        n += 1;
    };
    for (u, (enterprise, _)) in others.iter().enumerate() {
        (0..12).for_each(|college| {
            rate(&mut events, enterprise.as_str(), college, if college % 2 == u % 2 { 5 } else { 2 })
        });
    }
    // Two of the park's own give marks that could not differ more; a third joins them.
    let told = |events: &[Event]| ask(&city::snapshot(events), park.as_str(), Some(0));
    let affinities = |list: &Shortlist| -> Vec<_> {
        list.items.iter().map(|item| (item.college.id.clone(), item.affinity.clone().expect("asked").raters)).collect()
    };
    for stars in [1, 5] {
        let mut events = events.clone();
        own.iter().take(2).for_each(|(enterprise, _)| rate(&mut events, enterprise.as_str(), 3, stars));
        assert!(affinities(&told(&events)).iter().all(|(_, raters)| *raters == 0), "any enterprise is meant");
        own.iter().skip(2).take(1).for_each(|(enterprise, _)| rate(&mut events, enterprise.as_str(), 3, stars));
        assert!(affinities(&told(&events)).iter().all(|(_, raters)| *raters == 3));
    }
}
