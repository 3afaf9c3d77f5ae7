//! Honest ratings of known truth as events of a log, and what the published model makes of them.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use zeyou::domain::{Date, Event, Model, Sheet, Timestamp};
use zeyou::engine::{Edges, Posterior, State};

/// Days before [`TODAY`] that ratings are spread over.
const SPAN: i32 = 730;
/// Days since 1970-01-01 of 2026-11-24.
pub(crate) const TODAY: i32 = 20_781;

/// Truth as in `zeyou generate`: sd of severity .4, of quality .35, of noise .7, mean 3.8; whole stars.
pub(crate) struct City {
    pub(crate) parks: usize,
    pub(crate) colleges: usize,
    pub(crate) raters: usize,
    pub(crate) ratings: usize,
    /// Sd by which a college's quality wanders in a year, drawn back so that it keeps its sd.
    pub(crate) drift: f64,
}

/// One rating: all five answers alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rated {
    pub(crate) rater: usize,
    pub(crate) park: usize,
    pub(crate) college: usize,
    /// Days since 1970-01-01.
    pub(crate) day: i32,
    pub(crate) stars: u8,
}

impl Rated {
    pub(crate) fn score(&self) -> f64 {
        f64::from(self.stars)
    }
}

fn normal(rng: &mut ChaCha8Rng, sd: f64) -> f64 {
    sd * rng.sample::<f64, _>(StandardNormal)
}

impl City {
    fn draw(&self, seed: u64) -> (ChaCha8Rng, Vec<f64>, Vec<Vec<f64>>) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let severity = (0..self.raters).map(|_| normal(&mut rng, 0.4)).collect();
        // Quality by fortnight, from the oldest to today.
        let keep = (-0.5 * self.drift.powi(2) / 0.1225 * 14.0 / 365.25_f64).exp();
        let quality = (0..self.colleges).map(|_| {
            let mut now = normal(&mut rng, 0.35);
            (0..=SPAN / 14)
                .map(|_| {
                    now = keep * now + normal(&mut rng, 0.35 * (1.0 - keep * keep).sqrt());
                    now
                })
                .collect()
        });
        let quality = quality.collect();
        (rng, severity, quality)
    }

    /// Expected stars of every college today from a rater drawn at random: what the published mean is an estimate of.
    pub(crate) fn truth(&self, seed: u64) -> Vec<f64> {
        let spread = (0.4_f64.powi(2) + 0.7_f64.powi(2)).sqrt();
        let at_least = |quality: f64, stars: f64| zeyou::engine::phi((quality - (stars - 0.5)) / spread);
        let expected =
            |quality: f64| 1.0 + [2.0, 3.0, 4.0, 5.0].map(|stars| at_least(quality, stars)).iter().sum::<f64>();
        self.draw(seed).2.iter().map(|path| expected(3.8 + path[path.len() - 1])).collect()
    }

    pub(crate) fn honest(&self, seed: u64) -> Vec<Rated> {
        self.rate(seed, None)
    }

    fn rate(&self, seed: u64, improved: Option<usize>) -> Vec<Rated> {
        let (mut rng, severity, quality) = self.draw(seed);
        let rate = |_| {
            let rater = rng.random_range(0..self.raters);
            // Half of the ratings go to colleges near the park.
            let park = rater % self.parks;
            let near = (park * self.colleges / self.parks + rng.random_range(0..8)) % self.colleges;
            let college = if rng.random::<f64>() < 0.5 { near } else { rng.random_range(0..self.colleges) };
            let age = rng.random_range(0..SPAN);
            let path = &quality[college];
            let gain = if improved == Some(college) && age < 180 { 1.0 } else { 0.0 };
            let y = 3.8 + severity[rater] + path[path.len() - 1 - age as usize / 14] + gain + normal(&mut rng, 0.7);
            let stars = y.round().clamp(1.0, 5.0) as u8;
            Rated { rater, park, college, day: TODAY - age, stars }
        };
        (0..self.ratings).map(rate).collect()
    }

    /// The share that the published mean follows of what a college truly gained: half a year ago it became better by one
    /// star for everybody; the gain is that of its mean stars over all of its ratings since.
    pub(crate) fn improvement_followed(&self, model: &Model, seed: u64) -> f64 {
        let (before, target) = (self.honest(seed), (seed as usize * 7 + 3) % self.colleges);
        let after = self.rate(seed, Some(target));
        let of = |ratings: &[Rated]| {
            let own: Vec<f64> = ratings.iter().filter(|r| r.college == target).map(Rated::score).collect();
            crate::figures::mean(&own)
        };
        let moved = self.published(model, &after)[target] - self.published(model, &before)[target];
        moved / (of(&after) - of(&before))
    }

    /// The published mean of every college: the ratings as a log's events, then the next day.
    pub(crate) fn published(&self, model: &Model, ratings: &[Rated]) -> Vec<f64> {
        let (state, posterior) = self.posterior(model, ratings);
        let edges = Edges::build(&state);
        let mean = |at: u32| state.model.mean + posterior.effect[edges.place_of(at)];
        (0..self.colleges as u32).map(mean).collect()
    }

    /// Published mean and sd of every college.
    pub(crate) fn estimates(&self, model: &Model, ratings: &[Rated]) -> Vec<(f64, f64)> {
        let (state, posterior) = self.posterior(model, ratings);
        let edges = Edges::build(&state);
        let of = |at: u32| {
            let place = edges.place_of(at);
            (state.model.mean + posterior.effect[place], posterior.sd[place])
        };
        (0..self.colleges as u32).map(of).collect()
    }

    fn posterior(&self, model: &Model, ratings: &[Rated]) -> (State, Posterior) {
        let sheet: Sheet = serde_json::from_str(include_str!("../../data/criteria/sheet.json")).expect("sheet");
        let mut state = State::new(sheet, model.clone());
        let mut seq = 0;
        let mut apply = |json: String| {
            let event: Event = serde_json::from_str(&json).expect("an event");
            seq += 1;
            state.apply(seq, Timestamp::from_micros(seq as i64), &event);
        };
        let put = |kind: &str, body: String| format!(r#"{{"kind":"{kind}","body":{{{body}}}}}"#);
        for p in 0..self.parks {
            apply(put(
                "park_put",
                format!(
                    r#""id":"P{p:04}","name":"园{p}","city":"城","stage":"established","place":null,"industries":[]"#
                ),
            ));
        }
        for i in 0..self.colleges {
            apply(put("college_put", format!(r#""id":"C{i:04}","name":"校{i}","kind":"associate","city":"城""#)));
        }
        let raters: std::collections::BTreeMap<usize, usize> = ratings.iter().map(|r| (r.rater, r.park)).collect();
        for (u, p) in raters {
            apply(put(
                "enterprise_put",
                format!(r#""id":"E{u:06}","name":"企{u}","park":"P{p:04}","industry":null,"source":null"#),
            ));
        }
        for (n, Rated { rater, college, day, stars, .. }) in ratings.iter().enumerate() {
            apply(put(
                "engagement_put",
                format!(
                    r#""id":"G{n:06}","enterprise":"E{rater:06}","college":"C{college:04}","kind":"hire","start":"2024-01-01","end":"2024-06-01","status":"closed""#
                ),
            ));
            let on = Date::from_days(*day);
            apply(put(
                "rating_submitted",
                format!(
                    r#""id":"00000000-0000-4000-8000-{n:012}","engagement":"G{n:06}","marks":{{"overall":{stars},"supply":{stars},"skill":{stars},"stay":{stars},"help":{stars}}},"rated_on":"{on}","comment":null"#
                ),
            ));
        }
        apply(format!(r#"{{"kind":"clock","body":{{"today":"{}"}}}}"#, Date::from_days(TODAY)));
        let edges = Edges::build(&state);
        let posterior = Posterior::solve(&edges, &state.model);
        (state, posterior)
    }
}
