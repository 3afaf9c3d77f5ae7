//! Clients under load: they retry with the same key, at whichever replica, and write down what they were told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::history::{Outcome, Sent};

/// What a try came to.
enum Try {
    Done(Outcome),
    Again,
}

/// Clients that rate until they are told to stop.
pub(crate) struct Clients {
    workers: Vec<JoinHandle<(Vec<Sent>, Vec<Duration>)>>,
    stop: Arc<AtomicBool>,
    /// Ratings that were acknowledged so far.
    pub(crate) acknowledged: Arc<AtomicUsize>,
    /// Answers of status 500 and above, and broken connections, so far.
    pub(crate) troubled: Arc<AtomicUsize>,
}

impl Clients {
    /// `workers` clients that share `next`, the number of the next engagement, up to `last`.
    pub(crate) fn start(bases: Vec<String>, workers: usize, next: &Arc<AtomicUsize>, last: usize) -> Self {
        Self::start_paced(bases, workers, next, last, Duration::ZERO)
    }

    /// Clients that rest after each rating.
    pub(crate) fn start_paced(
        bases: Vec<String>,
        workers: usize,
        next: &Arc<AtomicUsize>,
        last: usize,
        rest: Duration,
    ) -> Self {
        let (stop, acknowledged, troubled) =
            (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let client = client();
        let start = |worker: usize| {
            let (bases, client, next) = (bases.clone(), client.clone(), Arc::clone(next));
            let (stop, acknowledged, troubled) = (Arc::clone(&stop), Arc::clone(&acknowledged), Arc::clone(&troubled));
            tokio::spawn(async move {
                let (mut sent, mut times) = (Vec::new(), Vec::new());
                while !stop.load(Ordering::Relaxed) {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= last {
                        break;
                    }
                    let engagement = format!("R{n}");
                    let mut outcome = Outcome::Unknown;
                    for attempt in 0..40 {
                        let (base, begun) = (&bases[(worker + n + attempt) % bases.len()], Instant::now());
                        match rate(&client, base, &engagement).await {
                            Try::Done(done) => {
                                times.push(begun.elapsed());
                                outcome = done;
                                break;
                            }
                            Try::Again => {
                                troubled.fetch_add(1, Ordering::Relaxed);
                                tokio::time::sleep(Duration::from_millis(20 + 20 * attempt as u64)).await;
                            }
                        }
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                    }
                    acknowledged.fetch_add(usize::from(matches!(outcome, Outcome::Ok(_))), Ordering::Relaxed);
                    sent.push(Sent { engagement, outcome });
                    if !rest.is_zero() {
                        tokio::time::sleep(rest).await;
                    }
                }
                (sent, times)
            })
        };
        let workers = (0..workers).map(start).collect();
        Self { workers, stop, acknowledged, troubled }
    }

    /// Stops; what was sent, and how long each last try took.
    pub(crate) async fn stop(self) -> (Vec<Sent>, Vec<Duration>) {
        self.stop.store(true, Ordering::Relaxed);
        self.finish().await
    }

    /// Waits until everything was sent.
    pub(crate) async fn finish(self) -> (Vec<Sent>, Vec<Duration>) {
        let (mut sent, mut times) = (Vec::new(), Vec::new());
        for worker in self.workers {
            let (more, took) = worker.await.expect("worker");
            sent.extend(more);
            times.extend(took);
        }
        (sent, times)
    }
}

/// A client of its own connections.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().expect("a client")
}

async fn rate(client: &reqwest::Client, base: &str, engagement: &str) -> Try {
    let marks = json!({"overall": 4, "supply": 4, "skill": 3, "stay": 5, "help": "unknown"});
    let request = client.post(format!("{base}/api/v1/ratings")).header("Idempotency-Key", engagement);
    let Ok(answer) = request.json(&json!({"engagement": engagement, "marks": marks})).send().await else {
        return Try::Again;
    };
    let status = answer.status().as_u16();
    let Ok(body) = answer.json::<Value>().await else { return Try::Again };
    match status {
        201 => Try::Done(Outcome::Ok(body["seq"].as_u64().expect("a seq"))),
        409 if body["type"] == "https://zeyou/errors/idempotency-in-progress" => Try::Again,
        400..=499 => Try::Done(Outcome::Fail),
        _ => Try::Again,
    }
}

/// The value that a share of the times does not exceed.
pub(crate) fn quantile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}
