//! What does not count: related parties and blocks whose flag was upheld. However such decisions and ratings arrive, what is
//! served is the same to the last bit as what is derived from all of them at once.

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{
    CollegeId, Date, Engagement, EnterpriseId, Event, FlagReview, Question, Rating, Relation, ReviewedBlock, Verdict,
};
use zeyou::engine::{Changed, Snapshot, State};

use crate::city::{apply, empty, events};

fn relation(id: usize, enterprise: &EnterpriseId, college: &CollegeId, from: Date, to: Option<Date>) -> Event {
    let basis = "登记信息".parse().expect("a text");
    let id = format!("V{id}").parse().expect("a code");
    let kind = zeyou::domain::RelationKind::Ownership;
    Event::RelationPut(Relation { id, enterprise: enterprise.clone(), college: college.clone(), kind, basis, from, to })
}

fn review(id: usize, college: &CollegeId, block: ReviewedBlock, verdict: Verdict, decided_on: Date) -> Event {
    Event::FlagReviewed(FlagReview {
        id: format!("W{id}").parse().expect("a code"),
        college: college.clone(),
        block,
        verdict,
        reason: "核实".parse().expect("a text"),
        decided_on,
        by: "S1".into(),
        ratings: 3,
        enterprises: 3,
        shift: 1.0,
    })
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// A live rating and its engagement.
fn rated(state: &State, dice: &mut ChaCha8Rng) -> Option<(Rating, Engagement)> {
    let live: Vec<_> = state.ratings.iter().filter(|(_, entry)| !entry.closed).map(|(_, entry)| &entry.value).collect();
    let rating = (*live.choose(dice)?).clone();
    let engagement = state.engagements.get(&rating.engagement)?.clone();
    Some((rating, engagement))
}

fn random_event(state: &State, city: &[Event], dice: &mut ChaCha8Rng) -> Option<Event> {
    let (rating, engagement) = rated(state, dice)?;
    let Engagement { enterprise, college, .. } = &engagement;
    let near = rating.rated_on.plus_days(dice.random_range(-40..40));
    let number = dice.random_range(0..6);
    let park = state.enterprises.get(enterprise)?.park.clone();
    Some(match dice.random_range(0..12) {
        0 | 1 => relation(number, enterprise, college, near, None),
        2 => relation(number, enterprise, college, near, Some(near.plus_days(dice.random_range(0..60)))),
        3 => Event::RelationClosed(format!("V{number}").parse().expect("a code")),
        4 => review(number, college, ReviewedBlock::Park(park), Verdict::Upheld, near),
        5 => {
            let fortnight = Date::from_days(rating.rated_on.days().div_euclid(14) * 14);
            review(number, college, ReviewedBlock::Fortnight(fortnight), Verdict::Upheld, near)
        }
        6 => review(number, college, ReviewedBlock::Park(park), Verdict::Dismissed, near),
        7 => Event::RatingWithdrawn { id: rating.id, engagement: rating.engagement },
        8 => Event::RatingRevised(Rating { rated_on: near, ..rating }),
        9 => {
            // The enterprise goes to another park, and its blocks with it.
            let parks: Vec<_> = state.parks.iter().map(|(id, _)| id.clone()).collect();
            let mut moved = state.enterprises.get(enterprise)?.clone();
            moved.park = parks.choose(dice)?.clone();
            Event::EnterprisePut(moved)
        }
        10 => {
            // The engagement goes to another college.
            let colleges: Vec<_> = state.colleges.iter().map(|(id, _)| id.clone()).collect();
            Event::EngagementPut(Engagement { college: colleges.choose(dice)?.clone(), ..engagement })
        }
        _ => city.choose(dice)?.clone(),
    })
}

#[test]
fn decisions_on_what_counts_give_the_same_bits_however_they_arrive() {
    let city = events(2, 5, 8, 40);
    let (mut related, mut upheld) = (0, 0);
    for seed in 0..400 {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut state = empty();
        apply(&mut state, &city);
        let (mut served, mut whole) = (Snapshot::cold(state.clone()), state);
        for _ in 0..dice.random_range(3..7) {
            let (mut state, mut group) = (served.state.clone(), Vec::<Changed>::new());
            for _ in 0..dice.random_range(1..5) {
                if let Some(event) = random_event(&state, &city, &mut dice) {
                    apply(&mut whole, std::slice::from_ref(&event));
                    group.extend(apply(&mut state, &[event]));
                }
            }
            served = if dice.random_bool(0.2) {
                Snapshot::cold(State::from_bytes(&state.to_bytes()).expect("its own bytes"))
            } else {
                served.advance(state, &group)
            };
        }
        assert_eq!(served.state.digest(), whole.digest(), "history {seed}: the states");
        let cold = Snapshot::cold(whole);
        assert!(served.same_derived(&cold), "history {seed}: what is derived");
        let park = cold.state.parks.iter().next().expect("a park").0.clone();
        let question = Question { affinity: Some(10), ..Question::of(park) };
        let answer = |snapshot: &Snapshot| serde_json::to_vec(&snapshot.shortlist(&question).expect("a list"));
        assert_eq!(answer(&served).expect("JSON"), answer(&cold).expect("JSON"), "history {seed}: the answers");
        for (_, entry) in cold.state.ratings.iter().filter(|(_, entry)| !entry.closed) {
            match cold.state.not_counted(&entry.value) {
                Some(zeyou::domain::NotCounted::RelatedParty) => related += 1,
                Some(zeyou::domain::NotCounted::FlagUpheld) => upheld += 1,
                None => {}
            }
        }
    }
    println!("{related} ratings of related parties, {upheld} of upheld blocks in 400 histories");
    assert!(related > 100 && upheld > 100, "the histories try it: {related}, {upheld}");
}

#[test]
fn what_does_not_count_is_as_if_it_had_not_been_given() {
    let mut state = empty();
    apply(&mut state, &events(2, 5, 12, 120));
    let mut dice = ChaCha8Rng::seed_from_u64(3);
    let (rating, engagement) = rated(&state, &mut dice).expect("a rating");
    let pair = |id: &zeyou::domain::EngagementId| {
        let one = state.engagements.get(id).expect("an engagement");
        (one.enterprise.clone(), one.college.clone())
    };
    let of = |wanted: &dyn Fn(&Rating) -> bool| -> Vec<Event> {
        let live = state.ratings.iter().filter(|(_, entry)| !entry.closed).map(|(_, entry)| &entry.value);
        let gone = live.filter(|rating| wanted(rating));
        gone.map(|r| Event::RatingWithdrawn { id: r.id, engagement: r.engagement.clone() }).collect()
    };
    let without = |gone: Vec<Event>| {
        assert!(!gone.is_empty(), "something goes");
        let mut without = state.clone();
        apply(&mut without, &gone);
        Snapshot::cold(without)
    };
    let with = |event: Event| {
        let mut with = state.clone();
        apply(&mut with, &[event]);
        Snapshot::cold(with)
    };
    let from = rating.rated_on;
    let tied = with(relation(1, &engagement.enterprise, &engagement.college, from, None));
    let own = (engagement.enterprise.clone(), engagement.college.clone());
    let untied = without(of(&|one| pair(&one.engagement) == own && one.rated_on >= from));
    assert_eq!(tied.posterior(), untied.posterior(), "related parties, from the first day on");
    assert_ne!(tied.posterior(), Snapshot::cold(state.clone()).posterior(), "and it matters");

    let park = state.enterprises.get(&engagement.enterprise).expect("an enterprise").park.clone();
    let decided = day("2026-06-30");
    let upheld = with(review(1, &engagement.college, ReviewedBlock::Park(park.clone()), Verdict::Upheld, decided));
    let gone = without(of(&|one| {
        let (enterprise, college) = pair(&one.engagement);
        let at = &state.enterprises.get(&enterprise).expect("an enterprise").park;
        college == engagement.college && *at == park && one.rated_on <= decided
    }));
    assert_eq!(upheld.posterior(), gone.posterior(), "an upheld block, up to the day of the decision");
}

#[test]
fn a_dismissed_block_counts_in_full_until_newer_ratings_stand_out_again() {
    let mut state = empty();
    apply(&mut state, &events(2, 5, 40, 200));
    // A wave of ones from one park to one college, long before the decision.
    let college = state.colleges.iter().next().expect("a college").0.clone();
    let park = state.parks.iter().next().expect("a park").0.clone();
    let firms: Vec<EnterpriseId> = {
        let own = state.enterprises.iter().filter(|(_, entry)| entry.value.park == park);
        own.map(|(id, _)| id.clone()).collect()
    };
    let wave = |mark: &str, days: &str, first: usize| -> Vec<Event> {
        let of = |(n, firm): (usize, &EnterpriseId)| {
            let id = format!("GX{}", first + n);
            let engagement =
                serde_json::from_value(serde_json::json!({"id": id, "enterprise": firm, "college": college,
                "kind": "train", "start": "2025-01-01", "end": "2026-11-01", "status": "closed"}));
            let rating = serde_json::from_value(serde_json::json!({
                "id": uuid::Uuid::from_u128((first + n + 1) as u128), "engagement": id, "rated_on": days, "comment": null,
                "marks": {"overall": mark.parse::<u8>().expect("a mark"), "supply": 1, "skill": 1, "stay": 1, "help": 1}}));
            let put = Event::EngagementPut(engagement.expect("an engagement"));
            [put, Event::RatingSubmitted(rating.expect("a rating"))]
        };
        firms.iter().enumerate().flat_map(of).collect()
    };
    assert!(firms.len() >= 6, "{} enterprises", firms.len());
    apply(&mut state, &wave("1", "2026-03-02", 0));
    let flagged = |state: &State| {
        let flags = Snapshot::cold(state.clone()).flags_of(&college);
        flags.into_iter().map(|flag| (ReviewedBlock::from(&flag.block), flag.enterprises)).collect::<Vec<_>>()
    };
    let found = flagged(&state);
    println!("{found:?}");
    let (block, enterprises) = found.first().cloned().expect("the wave is flagged");
    assert!(enterprises as usize >= firms.len(), "{enterprises} enterprises gave it");
    let mean = |state: &State| {
        let snapshot = Snapshot::cold(state.clone());
        let at = snapshot.shortlist(&Question { top: 100, ..Question::of(park.clone()) }).expect("a list");
        at.items.iter().find(|item| item.college.id == college).map(|item| item.satisfaction.mean)
    };
    let before = mean(&state);
    apply(&mut state, &[review(1, &college, block.clone(), Verdict::Dismissed, day("2026-04-01"))]);
    assert!(!flagged(&state).iter().any(|(other, _)| *other == block), "it is no longer weighed down");
    if let (Some(before), Some(after)) = (before, mean(&state)) {
        assert!(after <= before, "its ones count more: {after} {before}");
    }
    if matches!(block, ReviewedBlock::Park(_)) {
        apply(&mut state, &wave("1", "2026-10-01", 100));
        assert!(!flagged(&state).is_empty(), "a new wave is flagged anew");
    }
}
