//! Published cuts: what colleges are told, when it may move, and that no combination of it is of fewer than three.

use std::collections::BTreeSet;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zeyou::domain::{
    Aspect, CollegeId, Cut, Date, EngagementId, EnterpriseId, Event, LEAST_ENTERPRISES, Question, RaterBand, Sheet,
};
use zeyou::engine::{Snapshot, State};

use super::city;

/// A city of a few enterprises and colleges, rated by hand.
pub(super) struct World {
    pub(super) state: State,
    firms: Vec<EnterpriseId>,
    pub(super) colleges: Vec<CollegeId>,
    given: usize,
    pub(super) day: Date,
}

fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

fn event(json: String) -> Event {
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

impl World {
    pub(super) fn new(firms: usize, colleges: usize) -> Self {
        let mut state = city::empty();
        city::apply(&mut state, &city::events(1, colleges, firms, 0));
        let firms = state.enterprises.iter().map(|(id, _)| id.clone()).collect();
        let colleges = state.colleges.iter().map(|(id, _)| id.clone()).collect();
        Self { state, firms, colleges, given: 0, day: day("2026-11-24") }
    }

    /// An engagement and its rating: overall and the four aspects, 0 for 不了解.
    pub(super) fn rate(&mut self, firm: usize, college: usize, marks: [u8; 5]) -> EngagementId {
        self.given += 1;
        let (n, firm, college) = (self.given, &self.firms[firm], &self.colleges[college]);
        let put = event(format!(
            r#"{{"kind":"engagement_put","body":{{"id":"T{n:05}","enterprise":"{firm}","college":"{college}","kind":"hire","start":"2025-01-01","end":"2025-06-01","status":"closed"}}}}"#
        ));
        city::apply(&mut self.state, &[put]);
        let id: EngagementId = format!("T{n:05}").parse().expect("a code");
        self.say("rating_submitted", &id, n, marks);
        self.speak(&id);
        id
    }

    /// The college says what it thinks: both have spoken, nothing is sealed any more.
    fn speak(&mut self, id: &EngagementId) {
        let said = format!(
            r#"{{"kind":"feedback_given","body":{{"engagement":"{id}","mark":4,"comment":"","given_on":"{}","by":"A1"}}}}"#,
            self.day
        );
        city::apply(&mut self.state, &[event(said)]);
    }

    fn revise(&mut self, id: &EngagementId, marks: [u8; 5]) {
        let n: usize = id.as_str()[1..].parse().expect("a number");
        self.say("rating_revised", id, n, marks);
    }

    fn say(&mut self, kind: &str, id: &EngagementId, n: usize, marks: [u8; 5]) {
        let [overall, supply, skill, stay, help] =
            marks.map(|mark| if mark == 0 { "\"unknown\"".to_owned() } else { mark.to_string() });
        let said = event(format!(
            r#"{{"kind":"{kind}","body":{{"id":"00000000-0000-4000-9000-{n:012}","engagement":"{id}","marks":{{"overall":{overall},"supply":{supply},"skill":{skill},"stay":{stay},"help":{help}}},"rated_on":"{}","comment":null}}}}"#,
            self.day
        ));
        city::apply(&mut self.state, &[said]);
    }

    fn withdraw(&mut self, id: &EngagementId) {
        let rating = self.state.ratings.get(id).expect("a rating");
        let gone = Event::RatingWithdrawn { id: rating.id, engagement: id.clone() };
        city::apply(&mut self.state, &[gone]);
    }

    /// The day goes on by so many days; what is published then.
    fn after(&mut self, days: i32) -> Option<Cut> {
        self.day = self.day.plus_days(days);
        city::apply(&mut self.state, &[Event::Clock { today: self.day }]);
        let cut = Snapshot::cold(self.state.clone()).cut_due(self.day)?;
        city::apply(&mut self.state, &[Event::CutPublished(cut.clone())]);
        Some(cut)
    }
}

#[test]
fn figures_move_by_new_answers_of_three_enterprises_and_once_a_week() {
    let mut world = World::new(12, 2);
    let first = world.rate(0, 0, [5; 5]);
    world.rate(1, 0, [4; 5]);
    world.rate(1, 0, [4; 5]);
    assert_eq!(world.after(10), None, "three ratings of two enterprises");
    world.rate(2, 0, [3, 3, 0, 3, 3]);
    world.rate(11, 0, [4, 4, 0, 4, 4]);
    assert_eq!(world.after(0), None, "not on the day of the rating");
    let cut = world.after(1).expect("of four enterprises");
    let told = &cut.colleges[..];
    assert_eq!((told.len(), told[0].raters), (1, RaterBand::Few), "{cut:?}");
    assert!((told[0].mean * 10.0).fract().abs() < 1e-9 && (1.0..=5.0).contains(&told[0].mean), "one decimal");
    let aspects: Vec<Aspect> = told[0].aspects.iter().map(|one| one.aspect).collect();
    assert_eq!(aspects, [Aspect::Supply, Aspect::Stay, Aspect::Help], "two answered of skills");
    // Two more, and one who says the same again in other words.
    world.rate(3, 0, [1, 1, 2, 1, 1]);
    world.rate(4, 0, [1, 1, 2, 1, 1]);
    world.revise(&first, [5; 5]);
    assert_eq!(world.after(6), None, "not within a week");
    assert_eq!(world.after(1).expect("the week is over").colleges, [], "new answers of two");
    world.withdraw(&first);
    assert_eq!(world.after(7).expect("a week").colleges, [], "a withdrawal is no new answer");
    world.rate(5, 0, [1, 0, 2, 1, 1]);
    let cut = world.after(7).expect("a week");
    let aspects: Vec<Aspect> = cut.colleges[0].aspects.iter().map(|one| one.aspect).collect();
    assert_eq!(aspects, [Aspect::Skill, Aspect::Stay, Aspect::Help], "of supply only two new answers");
    let (_, all) = world.state.cuts.told(&world.colleges[0]).expect("told").clone();
    assert_eq!(all.aspects.len(), 4, "the figure before holds");
    assert_eq!(world.state.cuts.told(&world.colleges[1]), None);
}

#[test]
fn what_is_sealed_is_not_published_until_both_spoke_or_a_fortnight_passed() {
    let mut world = World::new(12, 1);
    for firm in 0..4 {
        let put = event(format!(
            r#"{{"kind":"engagement_put","body":{{"id":"T0000{firm}","enterprise":"{}","college":"{}","kind":"hire","start":"2025-01-01","end":"2025-06-01","status":"closed"}}}}"#,
            world.firms[firm], world.colleges[0]
        ));
        city::apply(&mut world.state, &[put]);
        world.say("rating_submitted", &format!("T0000{firm}").parse().expect("a code"), 900 + firm, [4; 5]);
    }
    assert_eq!(world.after(10), None, "the college has not spoken");
    let cut = world.after(4).expect("a fortnight has passed");
    assert_eq!(cut.colleges.len(), 1);
}

#[test]
fn no_enterprise_makes_more_than_half_of_a_figure() {
    let mut world = World::new(12, 1);
    for _ in 0..5 {
        world.rate(0, 0, [1; 5]);
    }
    world.rate(1, 0, [5; 5]);
    world.rate(2, 0, [5; 5]);
    assert_eq!(world.after(1), None, "five of seven are one enterprise's");
    (3..9).for_each(|firm| drop(world.rate(firm, 0, [4; 5])));
    assert_eq!(world.after(1).expect("of nine").colleges.len(), 1);
}

#[test]
fn no_rating_moves_what_colleges_may_know_and_it_is_the_same_after_any_history() {
    let mut world = World::new(12, 3);
    for firm in 0..8 {
        (0..3).for_each(|college| drop(world.rate(firm, college, [1 + (firm + college) as u8 % 5; 5])));
    }
    world.after(1).expect("a cut");
    let park = world.state.parks.iter().next().expect("a park").0.clone();
    let seen = |state: &State| {
        let published = Snapshot::cold(state.clone()).as_published();
        let list = published.shortlist(&Question::of(park.clone())).expect("a list");
        list.items.iter().map(|one| (one.college.id.clone(), one.score, one.satisfaction.clone())).collect::<Vec<_>>()
    };
    let before = seen(&world.state);
    let live = Snapshot::cold(world.state.clone());
    world.rate(9, 0, [1; 5]);
    assert_eq!(seen(&world.state), before, "one rating moves nothing of it");
    let moved = Snapshot::cold(world.state.clone());
    assert!(live.posterior() != moved.posterior(), "but it moves the live model");
    let restored = State::from_bytes(&world.state.to_bytes()).expect("its own bytes");
    assert_eq!(seen(&restored), before);
    assert_eq!(restored.digest(), world.state.digest());
    for (_, _, satisfaction) in &before {
        assert!((satisfaction.mean * 10.0).fract().abs() < 1e-6 && satisfaction.raters == 5, "{satisfaction:?}");
    }
}

/// The rank of rows of numbers, by elimination over a prime field: exact.
fn solvable(rows: &[Vec<i64>], target: &[i64]) -> bool {
    const P: i64 = 1_000_003;
    let power = |mut base: i64, mut n: i64| {
        let mut result = 1;
        while n > 0 {
            if n & 1 == 1 {
                result = result * base % P;
            }
            base = base * base % P;
            n >>= 1;
        }
        result
    };
    let mut rows: Vec<Vec<i64>> = rows.to_vec();
    let mut target: Vec<i64> = target.to_vec();
    let mut used = 0;
    for column in 0..target.len() {
        let Some(pivot) = (used..rows.len()).find(|&row| rows[row][column] % P != 0) else { continue };
        rows.swap(used, pivot);
        let inverse = power(rows[used][column].rem_euclid(P), P - 2);
        rows[used].iter_mut().for_each(|x| *x = x.rem_euclid(P) * inverse % P);
        let unit = rows[used].clone();
        let take = |row: &mut Vec<i64>| {
            let factor = row[column].rem_euclid(P);
            row.iter_mut().zip(&unit).for_each(|(x, u)| *x = (*x - factor * u).rem_euclid(P));
        };
        rows.iter_mut().skip(used + 1).for_each(take);
        take(&mut target);
        used += 1;
    }
    target.iter().all(|x| x % P == 0)
}

/// F14: whatever is answered, revised and withdrawn in whatever order, no linear combination of the figures that were ever
/// published is about one or two enterprises only. Every figure is taken as a sum with weights of its own over the answers that
/// stand in it, each answer an unknown; all subsets of one and two enterprises are tried.
#[test]
fn no_combination_of_what_was_published_is_about_fewer_than_three() {
    let (mut cuts, mut figures) = (0, 0);
    for seed in 0..60 {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut world = World::new(7, 1);
        // Unknowns: (firm, question, the n-th answer), as they come into being.
        let mut live: Vec<(EngagementId, usize, [u8; 5], [usize; 5])> = Vec::new();
        let (mut owner, mut rows): (Vec<usize>, Vec<Vec<(usize, i64)>>) = (Vec::new(), Vec::new());
        for _ in 0..6 {
            for _ in 0..dice.random_range(1..6) {
                let marks = std::array::from_fn(|_| if dice.random_bool(0.3) { 0 } else { dice.random_range(1..=5) });
                let marks: [u8; 5] = if marks == [0; 5] { [3; 5] } else { marks };
                let mut unknowns = |firm: usize| -> [usize; 5] {
                    std::array::from_fn(|_| {
                        owner.push(firm);
                        owner.len() - 1
                    })
                };
                match dice.random_range(0..10) {
                    0..=5 => {
                        let firm = dice.random_range(0..7);
                        let id = world.rate(firm, 0, marks);
                        live.push((id, firm, marks, unknowns(firm)));
                    }
                    6 | 7 if !live.is_empty() => {
                        let at = dice.random_range(0..live.len());
                        let (id, firm, before, known) = live[at].clone();
                        world.revise(&id, marks);
                        let new = unknowns(firm);
                        // An answer that stays the same stays the same unknown.
                        let kept = std::array::from_fn(|q| if before[q] == marks[q] { known[q] } else { new[q] });
                        live[at] = (id, firm, marks, kept);
                    }
                    _ if !live.is_empty() => {
                        let at = dice.random_range(0..live.len());
                        let (id, ..) = live.swap_remove(at);
                        world.withdraw(&id);
                    }
                    _ => {}
                }
            }
            let Some(cut) = world.after(7) else { continue };
            cuts += 1;
            for told in &cut.colleges {
                let firms: BTreeSet<usize> = live.iter().map(|(_, firm, ..)| *firm).collect();
                assert!(firms.len() >= LEAST_ENTERPRISES, "{told:?}");
                let mut row = |questions: &[usize]| {
                    let mut row = Vec::new();
                    for (_, _, marks, known) in &live {
                        for &question in questions.iter().filter(|&&question| marks[question] != 0) {
                            row.push((known[question], dice.random_range(1..1_000)));
                        }
                    }
                    rows.push(row);
                };
                row(&[0, 1, 2, 3, 4]);
                told.aspects.iter().for_each(|one| row(&[1 + one.aspect as usize]));
                figures += 1 + told.aspects.len();
            }
        }
        // A combination is about one or two enterprises only iff, without their unknowns, the rows lose rank.
        let dense = |but: &[usize]| -> Vec<Vec<i64>> {
            let columns: Vec<usize> = (0..owner.len()).filter(|&x| !but.contains(&owner[x])).collect();
            rows.iter()
                .map(|row| columns.iter().map(|x| row.iter().filter(|(y, _)| y == x).map(|(_, w)| *w).sum()).collect())
                .collect()
        };
        for a in 0..7 {
            for b in a..7 {
                let without = dense(&[a, b]);
                for at in 0..without.len() {
                    assert!(!solvable(&without[..at], &without[at]), "seed {seed}: figure {at} isolates {a} and {b}");
                }
            }
        }
    }
    println!("{cuts} cuts, {figures} figures, no combination of them about one or two enterprises");
    assert!(cuts > 100 && figures > 100, "{cuts} cuts with {figures} figures");
}

#[test]
fn a_log_of_an_older_sheet_is_bound_from_its_first_cut_on_and_advancing_equals_a_cold_start() {
    let mut world = World::new(12, 2);
    let sheet = Sheet { least_enterprises: 0, ..(*world.state.sheet).clone() };
    city::apply(&mut world.state, &[Event::SheetActivated(sheet)]);
    for firm in 0..8 {
        world.rate(firm, 0, [1 + firm as u8 % 5; 5]);
    }
    world.rate(9, 1, [1; 5]);
    city::apply(&mut world.state, &[Event::Clock { today: day("2026-11-25") }]);
    let park = world.state.parks.iter().next().expect("a park").0.clone();
    let of = |snapshot: &Snapshot, college: &CollegeId| {
        let list = snapshot.shortlist(&Question::of(park.clone())).expect("a list");
        list.items.into_iter().find(|one| one.college.id == *college).expect("ranked").satisfaction
    };
    let served = Snapshot::cold(world.state.clone());
    let before = of(&served, &world.colleges[1]);
    assert!(!before.suppressed && before.raters == 1, "as it was when codes were printed: {before:?}");
    let cut = served.cut_due(day("2026-11-25")).expect("a cut");
    let mut state = served.state.clone();
    let changes = city::apply(&mut state, &[Event::CutPublished(cut)]);
    let (served, cold) = (served.advance(state.clone(), &changes), Snapshot::cold(state));
    assert!(served.same_derived(&cold));
    let after = of(&served, &world.colleges[1]);
    assert_eq!((after.suppressed, after.raters, after.ratings), (true, 0, 0), "{after:?}");
    assert!((after.sd - served.state.model.college_variance.sqrt()).abs() < 1e-6, "the prior's width");
    assert!(!of(&served, &world.colleges[0]).suppressed);
    // The next cut is an ordinary event: nothing is derived from it in advance.
    let mut state = served.state.clone();
    let next = Cut { on: day("2026-12-09"), colleges: Vec::new() };
    let changes = city::apply(&mut state, &[Event::CutPublished(next)]);
    assert!(served.advance(state.clone(), &changes).same_derived(&Snapshot::cold(state)));
}
