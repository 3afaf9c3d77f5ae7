//! The answer to a question.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use rayon::prelude::*;
use zeyou::domain::{DemandKind, Event, Question};
use zeyou::engine::{Snapshot, decode_verify_code, p_top_k};

use super::city;

fn questions(snapshot: &Snapshot) -> Vec<Question> {
    snapshot.state.parks.iter().map(|(id, _)| Question::of(id.clone())).collect()
}

#[test]
fn the_parts_of_a_score_sum_to_it_and_the_order_is_by_score() {
    let snapshot = city::snapshot(&city::events(4, 30, 60, 400));
    for question in questions(&snapshot) {
        let shortlist = snapshot.shortlist(&question).expect("a known park");
        assert_eq!(shortlist.items.len(), 10);
        for item in &shortlist.items {
            let sum: f64 = item.contributions.iter().map(|part| part.points).sum();
            assert!((sum - item.score).abs() < 1e-9, "{}", item.college.id);
            assert!((0.0..=1.0).contains(&item.coverage) && (0.0..=1.0).contains(&item.p_top_k));
        }
        assert!(shortlist.items.windows(2).all(|pair| pair[0].score >= pair[1].score));
    }
}

#[test]
fn one_more_candidate_never_changes_the_order_of_the_others() {
    let mut events = city::events(3, 25, 40, 300);
    let before = city::snapshot(&events);
    let mut extra = before.state.colleges.iter().next().expect("a college").1.value.clone();
    extra.id = "C9999".parse().expect("id");
    events.push(Event::CollegePut(extra));
    let after = city::snapshot(&events);
    for mut question in questions(&before) {
        question.top = 100;
        let ids = |snapshot: &Snapshot| {
            let items = snapshot.shortlist(&question).expect("a known park").items;
            items.into_iter().map(|item| item.college.id).filter(|id| id.as_str() != "C9999").collect::<Vec<_>>()
        };
        assert_eq!(ids(&before), ids(&after));
    }
}

#[test]
fn filters_name_every_college_they_take_out() {
    let snapshot = city::snapshot(&city::events(2, 30, 40, 200));
    for mut question in questions(&snapshot) {
        question.top = 100;
        let all = snapshot.shortlist(&question).expect("a known park");
        let first = all.items[0].college.id.clone();
        question.exclude = vec![first.clone()];
        question.kind = Some(DemandKind::Intern);
        let fewer = snapshot.shortlist(&question).expect("a known park");
        assert!(fewer.items.iter().all(|item| item.college.id != first));
        assert!(fewer.excluded.iter().any(|excluded| excluded.college.id == first));
        assert_eq!(fewer.items.len() + fewer.excluded_total as usize, snapshot.state.colleges.len());
    }
}

#[test]
fn a_verification_code_carries_its_question() {
    let snapshot = city::snapshot(&city::events(3, 20, 40, 200));
    for mut question in questions(&snapshot) {
        question.exclude = vec![snapshot.state.colleges.iter().nth(3).expect("a college").0.clone()];
        question.max_km = Some(250);
        question.kind = Some(DemandKind::Train);
        question.explore = false;
        let shortlist = snapshot.shortlist(&question).expect("a known park");
        let (seq, decoded) = decode_verify_code(&shortlist.verify_code).expect("a code");
        let decoded = decoded(&snapshot.state).expect("a question");
        assert_eq!(seq, snapshot.state.seq);
        assert_eq!(decoded, Question { preset: Some(shortlist.preset.clone()), ..question });
        assert_eq!(snapshot.shortlist(&decoded).expect("a known park").verify_code, shortlist.verify_code);
    }
    for nonsense in ["", "zz", "0000-0000", "中文", &"8".repeat(5_000)] {
        assert!(
            decode_verify_code(nonsense).is_none_or(|(_, question)| question(&snapshot.state).is_none()),
            "{nonsense}"
        );
    }
}

#[test]
fn an_explanation_agrees_with_the_shortlist_and_its_counterfactual_holds() {
    let snapshot = city::snapshot(&city::events(2, 30, 60, 400));
    for question in questions(&snapshot) {
        let shortlist = snapshot.shortlist(&question).expect("a known park");
        for (place, item) in shortlist.items.iter().enumerate() {
            let explanation = snapshot.explanation(&question, &item.college.id).expect("a ranked college");
            assert_eq!(explanation.item, *item);
            assert!((explanation.own + explanation.other - explanation.effect).abs() < 1e-9);
            for change in &explanation.overtake {
                let part = item.contributions.iter().find(|part| part.criterion == change.criterion).expect("a part");
                let lifted = item.score + part.weight * (change.anchored_needed - change.anchored) / 100.0;
                assert!(lifted > shortlist.items[place - 1].score, "{:?}", change.criterion);
            }
        }
    }
}

#[test]
fn the_probability_of_the_top_k_agrees_with_four_hundred_thousand_draws() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let (n, k, chunks, draws) = (3_000, 10, 400_u64, 1_000);
    let mean: Vec<f64> = (0..n).map(|_| 50.0 + 10.0 * rng.sample::<f64, _>(StandardNormal)).collect();
    let sd: Vec<f64> = (0..n).map(|_| rng.random_range(1.0..6.0)).collect();
    let hits = (0..chunks).into_par_iter().map(|chunk| {
        let mut rng = ChaCha8Rng::seed_from_u64(100 + chunk);
        let mut hits = vec![0_u32; n];
        let mut draw: Vec<(f64, usize)> = Vec::with_capacity(n);
        for _ in 0..draws {
            draw.clear();
            draw.extend((0..n).map(|i| (mean[i] + sd[i] * rng.sample::<f64, _>(StandardNormal), i)));
            draw.select_nth_unstable_by(k, |a, b| b.0.total_cmp(&a.0));
            draw[..k].iter().for_each(|(_, i)| hits[*i] += 1);
        }
        hits
    });
    let hits = hits.reduce(|| vec![0; n], |a, b| a.iter().zip(&b).map(|(a, b)| a + b).collect());
    let p = p_top_k(&mean, &sd, k);
    let share = |i: usize| f64::from(hits[i]) / (chunks * draws) as f64;
    let worst = (0..n).map(|i| (p[i] - share(i)).abs()).fold(0.0, f64::max);
    assert!(worst < 0.005, "worst error {worst}");
    assert!((p.iter().sum::<f64>() - k as f64).abs() < 0.05);
}
