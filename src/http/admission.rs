//! Who is let in when more is asked than can be answered: what is least critical is refused first, early and cheaply.

mod turn;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::RETRY_AFTER;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use prometheus::{IntCounterVec, IntGaugeVec};

use super::metrics::Metrics;
use super::problem::Problem;
use super::waiting;
use turn::Place;
pub(super) use turn::Turn;

/// How long more than usual may be under way, and how long a request may wait for its turn …
const PATIENCE: Duration = Duration::from_millis(100);
/// … and how long while half as many as usual are under way, so that whoever is let in is answered soon. A server that was
/// merely held up refuses nobody for that.
const TURN: Duration = Duration::from_millis(30);
/// Between two refusals of a server with one thread. To read and refuse costs some tens of microseconds, a tenth of a
/// question: at ten times too much, refusing at once would leave no time for those who were let in.
const BETWEEN_REFUSALS: Duration = Duration::from_millis(1);
/// How long a refusal is held back at most. Whoever waits for it does not ask again meanwhile.
const HELD: Duration = Duration::from_millis(900);
/// How long lists and what-ifs are refused after a question was.
const SPARE: Duration = Duration::from_secs(1);

/// How critical a request is, the most critical first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Ratings and other changes.
    Write,
    /// Shortlists and their reasons, and the pages that show them.
    Question,
    /// Directories and everything else.
    List,
    /// Scenarios, selections, sensitivity, teams, files, codes to verify.
    WhatIf,
}

/// Of each class: its name, how many may be under way for long, how many at all. Writes wait for the disk and not for a
/// processor; of the others so many are what is answered within some milliseconds for each thread that answers.
const BOUNDS: [(&str, usize, usize); 4] =
    [("write", 128, 512), ("question", 24, 256), ("list", 16, 128), ("what-if", 8, 32)];

impl Class {
    /// `None`: never refused.
    fn of(method: &Method, path: &str) -> Option<Self> {
        const LONG: [&str; 11] = [
            "/scenarios",
            "/selections",
            "/sensitivity",
            "/portfolio",
            "/team",
            "/lab",
            "/verify/",
            "/changes",
            "/review",
            "/weights/ahp",
            "/data",
        ];
        if path.starts_with("/health/") || path == "/metrics" {
            None
        } else if LONG.iter().any(|part| path.contains(part)) {
            Some(Self::WhatIf)
        } else if ![Method::GET, Method::HEAD].contains(method) {
            Some(Self::Write)
        } else if path.contains("/parks/") || path.starts_with("/r/") || path.starts_with("/api/v1/ratings/") {
            Some(Self::Question)
        } else {
            Some(Self::List)
        }
    }
}

/// What is under way in one server; clones count together.
#[derive(Clone)]
pub struct Admission(Arc<Load>);

struct Load {
    begun: Instant,
    threads: usize,
    queues: [Queue; 4],
    /// Milliseconds after `begun` at which a question was refused last.
    refused: AtomicU64,
    /// Microseconds after `begun` at which the last refusal is told.
    told: AtomicU64,
    shed: IntCounterVec,
    under_way: IntGaugeVec,
}

/// The requests of one class. Times are milliseconds after `begun`.
#[derive(Default)]
struct Queue {
    under_way: AtomicUsize,
    /// Requests whose body is waited for; they are not under way.
    aside: AtomicUsize,
    /// Since when there have been more than usual, with pauses shorter than [`PATIENCE`].
    over_since: AtomicU64,
    over_last: AtomicU64,
}

impl Admission {
    /// Nothing is under way; `threads` answer.
    pub fn new(metrics: &Metrics, threads: usize) -> Self {
        let (shed, under_way) = metrics.load();
        for (name, ..) in BOUNDS {
            shed.with_label_values(&[name]).reset();
        }
        let queues = Default::default();
        // Long ago: nothing was refused yet.
        let begun = Instant::now().checked_sub(Duration::from_secs(60)).unwrap_or_else(Instant::now);
        Self(Arc::new(Load {
            begun,
            threads,
            queues,
            refused: AtomicU64::default(),
            told: AtomicU64::default(),
            shed,
            under_way,
        }))
    }

    /// Sets the figures of what is under way.
    pub(super) fn tell(&self) {
        for ((name, ..), queue) in BOUNDS.iter().zip(&self.0.queues) {
            self.0.under_way.with_label_values(&[*name]).set(queue.under_way.load(Ordering::Relaxed) as i64);
        }
    }

    fn place(&self, class: Class) -> Option<Place> {
        self.place_at(class, self.0.begun.elapsed().as_millis() as u64)
    }

    /// How many may be under way for long, and how many at all.
    fn bounds(&self, class: Class) -> (usize, usize) {
        let (_, usual, most) = BOUNDS[class as usize];
        let threads = if class == Class::Write { 1 } else { self.0.threads };
        (usual * threads, most * threads)
    }

    fn beside(&self, class: Class) -> Option<Place> {
        let (place, aside) = Place::new(self, class, |queue| &queue.aside);
        (aside <= self.bounds(class).1).then_some(place)
    }

    /// A place at this time.
    fn place_at(&self, class: Class, now: u64) -> Option<Place> {
        let load = &*self.0;
        let (usual, most) = self.bounds(class);
        let queue = &load.queues[class as usize];
        let (place, under_way) = Place::new(self, class, |queue| &queue.under_way);
        let mut long = false;
        if under_way > usual {
            let last = queue.over_last.swap(now, Ordering::Relaxed);
            if now - last.min(now) > PATIENCE.as_millis() as u64 {
                queue.over_since.store(now, Ordering::Relaxed);
            }
            long = now.saturating_sub(queue.over_since.load(Ordering::Relaxed)) > PATIENCE.as_millis() as u64;
        }
        let spared = class > Class::Question
            && now.saturating_sub(load.refused.load(Ordering::Relaxed)) < SPARE.as_millis() as u64;
        (under_way <= most && !long && !spared).then_some(place)
    }

    /// How long a request that waits now may wait for its turn.
    fn patience(&self, class: Class) -> Duration {
        let usual = BOUNDS[class as usize].1 * self.0.threads;
        let busy = self.0.queues[class as usize].under_way.load(Ordering::Relaxed) > usual / 2;
        if busy { TURN } else { PATIENCE }
    }

    /// How long a refusal at this time is held back, microseconds after `begun`: few are told at once.
    fn held(&self, now: u64) -> Duration {
        let between = BETWEEN_REFUSALS.as_micros() as u64 / self.0.threads.max(1) as u64;
        let next = |told: u64| Some((told + between).clamp(now, now + HELD.as_micros() as u64));
        let before = self.0.told.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).unwrap_or_default();
        Duration::from_micros((before + between).clamp(now, now + HELD.as_micros() as u64) - now)
    }

    async fn refuse(&self, class: Class, request: ServiceRequest) -> ServiceResponse<BoxBody> {
        let refused = waiting::answer(&request, &self.refused(class).await);
        request.into_response(refused)
    }

    /// A refusal, when it may be told.
    async fn refused(&self, class: Class) -> Problem {
        let refusal = self.refusal(class);
        let held = self.held(self.0.begun.elapsed().as_micros() as u64);
        if held > BETWEEN_REFUSALS {
            tokio::time::sleep(held).await;
        }
        refusal
    }

    fn refusal(&self, class: Class) -> Problem {
        let load = &*self.0;
        if class == Class::Question {
            load.refused.store(load.begun.elapsed().as_millis() as u64, Ordering::Relaxed);
        }
        load.shed.with_label_values(&[BOUNDS[class as usize].0]).inc();
        let (zh, en) = ("请求过多，请稍后再试", "more is asked than can be answered; try again");
        // Not all at the same time.
        let after = rand::random_range(1..=3).to_string();
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", zh, en).with(RETRY_AFTER, after)
    }
}

/// Lets a request in, or refuses it before its body is read.
pub(super) async fn admit(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let admission = request.app_data::<Data<Admission>>().cloned();
    let (Some(admission), Some(class)) = (admission, Class::of(request.method(), request.path())) else {
        return next.call(request).await;
    };
    let Some(place) = admission.place(class) else {
        return Ok(admission.refuse(class, request).await);
    };
    if class != Class::Write {
        // Whoever asked by now is counted before anybody is answered: else a thread that answers would see only one.
        let arrived = Instant::now();
        // In a task of its own, which is polled by nobody else: the library polls this future twice in one go. And by a yield,
        // which waits for the sockets: another task would run before those that the sockets woke.
        let _ = actix_web::rt::spawn(tokio::task::yield_now()).await;
        if arrived.elapsed() > admission.patience(class) {
            drop(place);
            return Ok(admission.refuse(class, request).await);
        }
    }
    let turn = Turn::new(&admission, class, place);
    request.extensions_mut().insert(turn.clone());
    let answer = next.call(request).await;
    turn.end();
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_critical_is_refused_first_and_a_burst_is_borne_but_not_for_long() {
        let class = |method, path| Class::of(&method, path);
        assert_eq!(class(Method::POST, "/api/v1/ratings"), Some(Class::Write));
        assert_eq!(class(Method::POST, "/r/abc"), Some(Class::Write));
        assert_eq!(class(Method::GET, "/api/v1/parks/P0001/shortlist"), Some(Class::Question));
        assert_eq!(class(Method::POST, "/api/v1/scenarios/evaluate"), Some(Class::WhatIf));
        assert_eq!(class(Method::GET, "/api/v1/colleges"), Some(Class::List));
        assert_eq!(class(Method::GET, "/health/ready"), None);

        let admission = Admission::new(&Metrics::default(), 1);
        let at = 60_000;
        let burst: Vec<_> = (0..256).map_while(|_| admission.place_at(Class::Question, at)).collect();
        assert_eq!(burst.len(), 256, "a burst is let in");
        assert!(admission.place_at(Class::Question, at).is_none(), "but no more");
        assert!(admission.place_at(Class::List, at).is_some(), "of others there are few");
        admission.0.refused.store(at, Ordering::Relaxed);
        assert!(admission.place_at(Class::List, at + 500).is_none(), "once a question was refused, no list");
        assert!(admission.place_at(Class::List, at + 1_500).is_some(), "for a second");
        assert!(admission.place_at(Class::Write, at).is_some(), "but a rating");
        drop(burst);
        let at = at + 10_000;
        let queue: Vec<_> = (0..30).map_while(|_| admission.place_at(Class::Question, at)).collect();
        assert_eq!(queue.len(), 30);
        assert!(admission.place_at(Class::Question, at + 60).is_some());
        assert_eq!((admission.patience(Class::Question), admission.patience(Class::List)), (TURN, PATIENCE));
        assert!(admission.place_at(Class::Question, at + 120).is_none(), "more than usual, and for long");
        drop(queue);
        assert!(admission.place_at(Class::Question, at + 130).is_some());
    }

    #[test]
    fn few_refusals_are_told_at_once_and_many_one_after_another() {
        let admission = Admission::new(&Metrics::default(), 2);
        let now = 60_000_000;
        assert_eq!(admission.held(now), Duration::ZERO);
        assert_eq!(admission.held(now + 10_000), Duration::ZERO);
        let held: Vec<_> = (0..4_000).map(|_| admission.held(now + 20_000)).collect();
        assert_eq!(held[1], BETWEEN_REFUSALS / 2, "two threads");
        assert!(held.is_sorted() && held[1_000] == BETWEEN_REFUSALS * 500);
        assert_eq!(held[3_999], HELD, "nobody waits longer");
        assert_eq!(admission.held(now + 2_000_000), Duration::ZERO);
    }
}
