//! P4: a thousand random histories. However events arrive, in whichever groups, with restarts from a snapshot in between,
//! what is served is the same to the last bit as what is derived from all of them at once.

use std::str::FromStr;

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{Comment, Date, Event, Question, Rating};
use zeyou::engine::{Snapshot, State};

use crate::city::{apply, empty, events};

/// What may still happen in a city: changes of what there is, new ratings, ends, days.
fn random_event(state: &State, city: &[Event], day: &mut u32, dice: &mut ChaCha8Rng) -> Option<Event> {
    let rating = |dice: &mut ChaCha8Rng| -> Option<Rating> {
        let rated: Vec<_> =
            state.ratings.iter().filter(|(_, entry)| !entry.closed).map(|(_, entry)| &entry.value).collect();
        rated.choose(dice).map(|rating| (*rating).clone())
    };
    Some(match dice.random_range(0..10) {
        0 => {
            *day += dice.random_range(1..40);
            let (year, month, day) = (2026 + *day / 336, *day % 336 / 28 + 1, *day % 28 + 1);
            Event::Clock { today: Date::from_str(&format!("{year}-{month:02}-{day:02}")).ok()? }
        }
        1 => {
            let rating = rating(dice)?;
            Event::RatingWithdrawn { id: rating.id, engagement: rating.engagement }
        }
        2 | 3 => {
            let (mut revised, other) = (rating(dice)?, rating(dice)?);
            (revised.marks, revised.comment) = (other.marks, Comment::from_str("改过").ok());
            Event::RatingRevised(revised)
        }
        4 => Event::CollegeClosed(state.colleges.iter().nth(dice.random_range(0..state.colleges.len()))?.0.clone()),
        5 => Event::DemandClosed(state.demands.iter().nth(dice.random_range(0..state.demands.len().max(1)))?.0.clone()),
        6 => {
            Event::ProgrammeClosed(state.programmes.iter().nth(dice.random_range(0..state.programmes.len()))?.0.clone())
        }
        // What was closed or changed comes back as it was.
        _ => city.choose(dice)?.clone(),
    })
}

#[test]
fn a_thousand_histories_give_the_same_bits_however_they_arrive() {
    let city = events(2, 5, 8, 40);
    for seed in 0..1_000 {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        // The beginning is common; then every history goes its own way.
        let mut state = empty();
        let begun = dice.random_range(city.len() / 2..city.len());
        apply(&mut state, &city[..begun]);
        let (mut served, mut whole, mut day) = (Snapshot::cold(state.clone()), state, 330);
        for _ in 0..dice.random_range(3..7) {
            let (mut state, mut group) = (served.state.clone(), Vec::new());
            for _ in 0..dice.random_range(1..6) {
                if let Some(event) = random_event(&state, &city, &mut day, &mut dice) {
                    apply(&mut whole, std::slice::from_ref(&event));
                    group.extend(apply(&mut state, &[event]));
                }
            }
            served = if dice.random_bool(0.2) {
                // A restart: the state from its bytes, everything else anew.
                Snapshot::cold(State::from_bytes(&state.to_bytes()).expect("its own bytes"))
            } else {
                served.advance(state, &group)
            };
        }
        assert_eq!(served.state.digest(), whole.digest(), "history {seed}: the states");
        let cold = Snapshot::cold(whole);
        assert!(served.same_derived(&cold), "history {seed}: what is derived");
        let park = cold.state.parks.iter().next().expect("a park").0.clone();
        let answer =
            |snapshot: &Snapshot| serde_json::to_vec(&snapshot.shortlist(&Question::of(park.clone())).expect("a list"));
        assert_eq!(answer(&served).expect("JSON"), answer(&cold).expect("JSON"), "history {seed}: the answers");
    }
}
