//! Explanations down to single ratings, and what changed between two snapshots.

use zeyou::domain::{Criterion, Event, Mark, Marks, Question, Rating};
use zeyou::engine::{Edges, Snapshot, contributions};

use super::city;

fn question(snapshot: &Snapshot, top: u16) -> Question {
    let (park, _) = snapshot.state.parks.iter().next().expect("a park");
    Question { top, ..Question::of(park.clone()) }
}

#[test]
fn without_a_rating_is_what_a_refit_without_it_gives() {
    let events = city::events(2, 15, 40, 300);
    let snapshot = city::snapshot(&events);
    let question = question(&snapshot, 10);
    for item in snapshot.shortlist(&question).expect("ranked").items.iter().take(4) {
        let why = snapshot.explanation(&question, &item.college.id).expect("explained");
        let mut shown = 0;
        for listed in &why.ratings {
            // The log as if the rating had never been given, from the first event on.
            let never =
                |event: &&Event| !matches!(event, Event::RatingSubmitted(rating) if Some(rating.id) == listed.rating);
            let refit = city::snapshot(&events.iter().filter(never).cloned().collect::<Vec<Event>>());
            let at = refit.state.colleges.position(&item.college.id).expect("a college");
            let place = Edges::build(&refit.state).place_of(at);
            let mean = (refit.state.model.mean + refit.posterior().effect[place]).clamp(1.0, 5.0);
            let without = listed.without.as_ref().expect("few ratings: all are computed");
            let all = Question { top: 100, ..question.clone() };
            let there = refit.shortlist(&all).expect("ranked").items;
            let there = there.iter().find(|other| other.college.id == item.college.id).expect("still ranked");
            // Without it fewer than three enterprises may be left: then the prior counts.
            let (mean, off) =
                if there.satisfaction.suppressed { (there.satisfaction.mean, 1e-6) } else { (mean, 1e-9) };
            assert!((without.mean - mean).abs() < off, "{:?}: {} and {mean}", listed.rating, without.mean);
            assert_eq!(without.score, there.score, "{:?}: the score of the refit", listed.rating);
            assert!((why.item.score - without.score - without.points).abs() < 1e-9, "{:?}", listed.rating);
            shown += 1;
        }
        assert!(shown > 0, "{}: no rating", item.college.id);
    }
}

#[test]
fn the_exact_spread_is_that_of_the_solved_system() {
    let snapshot = city::snapshot(&city::events(2, 15, 40, 300));
    let question = question(&snapshot, 3);
    let edges = Edges::build(&snapshot.state);
    for item in snapshot.shortlist(&question).expect("ranked").items {
        let why = snapshot.explanation(&question, &item.college.id).expect("explained");
        let place = edges.place_of(snapshot.state.colleges.position(&item.college.id).expect("a college"));
        let (_, variance) = contributions(&edges, &snapshot.state.model, place);
        assert_eq!(why.sd_exact, variance.sqrt());
        assert!((why.sd_exact / why.item.satisfaction.sd - 1.0).abs() < 0.1, "{why:?}");
    }
}

#[test]
fn a_sentence_names_at_most_three_reasons_and_the_weakest_point() {
    let snapshot = city::snapshot(&city::events(2, 15, 40, 300));
    let question = question(&snapshot, 15);
    let sheet = &snapshot.state.sheet;
    for item in snapshot.shortlist(&question).expect("ranked").items {
        let why = snapshot.explanation(&question, &item.college.id).expect("explained");
        let (zh, en) = (&why.sentence.zh, &why.sentence.en);
        assert!(zh.ends_with('。') && en.ends_with('.'), "{zh} {en}");
        assert_eq!(zh.matches('。').count(), 1, "one sentence: {zh}");
        assert_eq!(zh.split('；').count(), why.strengths.len().max(1) + 1, "three reasons and one weakness: {zh}");
        if let Some(weakness) = &why.weakness {
            assert!(zh.contains(&format!("最弱项：{}", sheet.of(weakness.criterion).name)), "{zh}");
            assert!(en.contains("weakest: "), "{en}");
        }
        assert!(!en.contains(|c: char| ('\u{2e80}'..='\u{ffef}').contains(&c)), "English: {en}");
    }
}

/// Marks all alike.
fn marks(value: u8) -> Marks {
    let mark = Mark::new(value).expect("a mark");
    Marks { overall: mark, supply: mark, skill: mark, stay: mark, help: mark }
}

#[test]
fn changes_add_up_and_name_the_ratings_that_did_it() {
    let before = city::snapshot(&city::events(2, 15, 40, 300));
    let question = question(&before, 5);
    let college = before.shortlist(&question).expect("ranked").items[0].college.id.clone();
    let given: Vec<Rating> = before
        .state
        .ratings
        .iter()
        .map(|(_, entry)| entry.value.clone())
        .filter(|rating| before.state.engagements.get(&rating.engagement).expect("rated").college == college)
        .take(3)
        .collect();
    // The first is revised twice, the second is withdrawn.
    let events = [
        Event::RatingRevised(Rating { marks: marks(2), ..given[0].clone() }),
        Event::RatingRevised(Rating { marks: marks(1), ..given[0].clone() }),
        Event::RatingWithdrawn { id: given[1].id, engagement: given[1].engagement.clone() },
    ];
    let mut state = before.state.clone();
    city::apply(&mut state, &events);
    let after = Snapshot::cold(state);
    let first = before.state.seq + 1;
    let between: Vec<_> = (first..).zip(&events).map(|(seq, event)| (seq, after.state.at, event)).collect();
    let changes = before.changes(&after, &question, &between).expect("compared");
    assert_eq!((changes.events_between, changes.events_total), (3, 3));
    let (was, is) = (before.shortlist(&question).expect("ranked"), after.shortlist(&question).expect("ranked"));
    for change in &changes.colleges {
        for (list, ranked) in [(&was, &change.before), (&is, &change.after)] {
            let listed = list.items.iter().find(|item| item.college.id == change.college.id);
            let ranked = ranked.as_ref().expect("ranked at both ends");
            assert_eq!(ranked.listed, listed.is_some(), "{}", change.college.id);
            if let Some(listed) = listed {
                assert_eq!((ranked.rank, ranked.score), (listed.rank, listed.score), "{}", change.college.id);
            }
        }
        let sum: f64 = change.parts.iter().map(|part| part.moved).sum();
        assert!((sum - change.moved.expect("two scores")).abs() < 1e-9, "{change:?}");
        let others = change.parts.iter().filter(|part| part.criterion != Criterion::Satisfaction);
        assert!(others.into_iter().all(|part| part.moved == 0.0), "ratings move satisfaction alone: {change:?}");
        let satisfaction = change.satisfaction.as_ref().expect("two means");
        assert!((satisfaction.by_ratings + satisfaction.by_others - satisfaction.moved).abs() < 1e-12);
        assert!((satisfaction.after - satisfaction.before - satisfaction.moved).abs() < 1e-12);
    }
    let rated = changes.colleges.iter().find(|change| change.college.id == college).expect("it was listed");
    let satisfaction = rated.satisfaction.as_ref().expect("two means");
    let shares: Vec<Option<f64>> = changes.events.iter().map(|event| event.share).collect();
    assert!(shares[0].is_none() && shares[1].is_some() && shares[2].is_some(), "the last change has the share");
    let sum: f64 = shares.iter().flatten().sum();
    assert!((sum - satisfaction.by_ratings).abs() < 1e-12 && satisfaction.moved < 0.0, "{satisfaction:?} {shares:?}");
    assert!(changes.events.iter().all(|event| event.kind == "rating" && event.college.as_ref() == Some(&college)));
    let same = before.changes(&before, &question, &[]).expect("compared");
    assert!(same.entered.is_empty() && same.left.is_empty() && same.events.is_empty());
    assert!(same.colleges.iter().all(|change| change.moved == Some(0.0) && change.before == change.after));
}
