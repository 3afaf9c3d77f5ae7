//! Lists that go by published figures: no rating moves them, the next cut does.

use zeyou::domain::{CollegeId, Event, Model, Question, RanksBy};
use zeyou::engine::{Changed, Snapshot, State};

use super::city;
use super::cuts::World;

#[test]
fn lists_by_published_figures_move_by_the_next_cut_alone_and_their_parts_add_up() {
    let mut world = World::new(12, 3);
    let park = world.state.parks.iter().next().expect("a park").0.clone();
    let question = Question { top: 3, ..Question::of(park) };
    // The served snapshot is advanced by what happened since, and equals one from nothing.
    let follow = |served: &Snapshot, state: &State, changes: &[Changed]| {
        let next = served.advance(state.clone(), changes);
        assert!(next.same_derived(&Snapshot::cold(state.clone())));
        next
    };
    let told = |snapshot: &Snapshot| {
        let list = snapshot.shortlist(&question).expect("a list");
        assert_eq!(list.items.len(), 3);
        let ids: Vec<CollegeId> = list.items.iter().map(|one| one.college.id.clone()).collect();
        let compared = snapshot.compare(&question, &ids).expect("compared");
        let mut told = vec![format!("{:?}", compared.colleges), format!("{:?}", compared.pairs)];
        for (id, item) in ids.iter().zip(&list.items) {
            let why = snapshot.explanation(&question, id).expect("explained");
            assert!((why.prior + why.own + why.other - why.effect).abs() < 1e-9, "{why:?}");
            assert!((why.groups.iter().map(|one| one.contribution).sum::<f64>() - why.own).abs() < 1e-9, "{why:?}");
            assert_eq!(why.ratings, [], "of no single rating");
            told.push(format!("{item:?} {:?} {:?} {:?}", why.published_on, why.groups, why.aspects));
        }
        told
    };
    let liked = Question { affinity: Some(20), ..question.clone() };
    let liking = |snapshot: &Snapshot| {
        let list = snapshot.shortlist(&liked).expect("a list");
        list.items.into_iter().map(|one| (one.score, one.affinity)).collect::<Vec<_>>()
    };
    for firm in 0..8 {
        (0..2).for_each(|college| drop(world.rate(firm, college, [1 + (firm + college) as u8 % 5; 5])));
    }
    let live = Snapshot::cold(world.state.clone());
    let by_cuts = Model {
        id: "by-cuts".parse().expect("a code"),
        ranks_by: RanksBy::Published,
        ..Model::clone(&world.state.model)
    };
    let changes = city::apply(&mut world.state, &[Event::ModelActivated(by_cuts)]);
    let served = follow(&live, &world.state, &changes);
    let list = served.shortlist(&question).expect("a list");
    assert!(list.items.iter().all(|one| one.satisfaction.suppressed), "nothing is published yet");

    let day = world.day.plus_days(1);
    let cut = served.cut_due(day).expect("a cut");
    assert_eq!(cut.colleges.len(), 2);
    let changes = city::apply(&mut world.state, &[Event::Clock { today: day }, Event::CutPublished(cut.clone())]);
    let served = follow(&served, &world.state, &changes);
    let list = served.shortlist(&question).expect("a list");
    for item in &list.items {
        let figure = cut.colleges.iter().find(|one| one.college == item.college.id);
        assert_eq!(item.satisfaction.suppressed, figure.is_none());
        assert_eq!(item.satisfaction.band, figure.map(|figure| figure.raters), "{item:?}");
        assert!(figure.is_none_or(|figure| (item.satisfaction.mean - figure.mean).abs() < 1e-9), "{item:?}");
    }
    assert_eq!(Snapshot::cold(world.state.clone()).as_published().shortlist(&question).expect("a list"), list);

    // Ones of two more enterprises: for every list and every reason as if they had not been given.
    let (before, liked_before, state_before) = (told(&served), liking(&served), world.state.clone());
    world.day = day;
    (8..10).for_each(|firm| drop(world.rate(firm, 0, [1; 5])));
    let rated = Snapshot::cold(world.state.clone());
    assert!(rated.posterior() != served.posterior(), "the model knows them");
    assert_eq!((told(&rated), liking(&rated)), (before.clone(), liked_before));
    let given = world.state.ratings.iter().map(|(_, entry)| Event::RatingSubmitted(entry.value.clone()));
    let given: Vec<Event> = given.collect();
    let between: Vec<_> = given.iter().map(|event| (world.state.seq, world.state.at, event)).collect();
    let moved = served.changes(&rated, &question, &between).expect("compared");
    assert_eq!(moved.events, []);
    assert!(moved.colleges.iter().all(|one| one.moved == Some(0.0)), "{moved:?}");

    // A third: the next cut moves them, and is what is said to have done so.
    world.rate(10, 0, [1; 5]);
    let rated = Snapshot::cold(world.state.clone());
    assert_eq!(told(&rated), before);
    let day = day.plus_days(7);
    let cut = rated.cut_due(day).expect("a week is over");
    let published = [Event::Clock { today: day }, Event::CutPublished(cut)];
    let changes = city::apply(&mut world.state, &published);
    let next = follow(&rated, &world.state, &changes);
    assert_ne!(told(&next), before);
    let between = [(world.state.seq, world.state.at, &published[1])];
    let moved = Snapshot::cold(state_before).changes(&next, &question, &between).expect("compared");
    let first = moved.colleges.iter().find(|one| one.college.id == world.colleges[0]).expect("listed");
    let satisfaction = first.satisfaction.as_ref().expect("both ranked");
    assert!(satisfaction.moved < 0.0 && satisfaction.by_ratings == 0.0, "{satisfaction:?}");
    assert_eq!(moved.events.len(), 1, "{:?}", moved.events);
}
