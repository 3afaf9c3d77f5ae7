//! P13: what a server still does when ten times as much is asked as it can answer. Run by `benches/http/overload.sh` against
//! a server that runs already: `overload BASE PARKS COLLEGES ENGAGEMENTS SECONDS`.
//!
//! First as much as it can answer (closed loop), then ten times as many questions and lists in an open loop, ratings going
//! on as before; then as at first.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Connections that ask in the closed loop, that rate, and that ask in the open one.
const ASK: usize = 24;
const RATE: usize = 4;
const MANY: usize = 1_000;

struct Load {
    base: String,
    parks: usize,
    colleges: usize,
    engagements: Vec<String>,
    asked: AtomicUsize,
    rated: AtomicUsize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Kind {
    Question,
    List,
    WhatIf,
    Rating,
}

/// Kind and status of an answer, with the time it took.
type Answers = BTreeMap<(Kind, u16), Vec<Duration>>;

impl Load {
    /// A request that was not sent before.
    fn request(&self, kind: Kind) -> String {
        let host = format!("HTTP/1.1\r\nHost: {}\r\n", self.base);
        let n = self.asked.fetch_add(1, Ordering::Relaxed);
        let park = n % self.parks + 1;
        match kind {
            Kind::Question => {
                let college = n / self.parks % self.colleges + 1;
                format!("GET /api/v1/parks/P{park:04}/shortlist?top=10&exclude=C{college:04} {host}\r\n")
            }
            Kind::List => format!("GET /api/v1/colleges {host}\r\n"),
            Kind::WhatIf => {
                let body = format!(r#"{{"parks":["P{park:04}"],"changes":[{{"college_closed":"C0001"}}]}}"#);
                let head = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
                format!("POST /api/v1/scenarios/evaluate {host}{head}\r\n{body}")
            }
            Kind::Rating => {
                let n = self.rated.fetch_add(1, Ordering::Relaxed);
                let engagement = &self.engagements[n % self.engagements.len()];
                let marks = r#"{"overall":4,"supply":4,"skill":3,"stay":5,"help":"unknown"}"#;
                let body = format!(r#"{{"engagement":"{engagement}","marks":{marks}}}"#);
                let head = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
                format!("POST /api/v1/ratings {host}{head}Idempotency-Key: {engagement}\r\n\r\n{body}")
            }
        }
    }
}

/// Asks on one connection until `end`; with `every`, not before its time.
async fn ask(load: Arc<Load>, kind: Kind, end: Instant, first: Instant, every: Option<Duration>) -> Answers {
    let (mut answers, mut next, mut buffer) = (Answers::new(), first, vec![0; 1 << 17]);
    let mut stream = TcpStream::connect(&load.base).await.expect("connected");
    stream.set_nodelay(true).expect("set");
    loop {
        sleep_until(next).await;
        let begun = Instant::now();
        if begun >= end {
            return answers;
        }
        let status = match answer(&mut stream, &load.request(kind), &mut buffer).await {
            Some(status) => status,
            None => {
                stream = TcpStream::connect(&load.base).await.expect("connected");
                0
            }
        };
        answers.entry((kind, status)).or_default().push(begun.elapsed());
        // Whoever waits longer than its turn does not make up for it.
        next = every.map_or_else(Instant::now, |every| (next + every).max(Instant::now()));
    }
}

async fn answer(stream: &mut TcpStream, request: &str, buffer: &mut [u8]) -> Option<u16> {
    stream.write_all(request.as_bytes()).await.ok()?;
    let (mut filled, mut whole) = (0, usize::MAX);
    while filled < whole {
        match stream.read(&mut buffer[filled..]).await.ok()? {
            0 => return None,
            n => filled += n,
        }
        if whole == usize::MAX {
            let Some(head) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let text = std::str::from_utf8(&buffer[..head]).ok()?;
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            whole = head + 4 + length?.parse::<usize>().ok()?;
        }
    }
    std::str::from_utf8(&buffer[9..12]).ok()?.parse().ok()
}

/// Everybody asks for some time: what was answered, a second.
async fn run(load: &Arc<Load>, seconds: u64, many: Option<f64>) -> Answers {
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let mut everybody = JoinSet::new();
    for _ in 0..RATE {
        everybody.spawn(ask(Arc::clone(load), Kind::Rating, end, begun, None));
    }
    match many {
        None => {
            for _ in 0..ASK {
                everybody.spawn(ask(Arc::clone(load), Kind::Question, end, begun, None));
            }
        }
        Some(a_second) => {
            let every = Duration::from_secs_f64(MANY as f64 / a_second);
            for n in 0..MANY {
                let kind = [Kind::Question, Kind::Question, Kind::Question, Kind::List, Kind::WhatIf][n % 5];
                let first = begun + every.mul_f64(n as f64 / MANY as f64);
                everybody.spawn(ask(Arc::clone(load), kind, end, first, Some(every)));
            }
        }
    }
    let mut all = Answers::new();
    while let Some(answers) = everybody.join_next().await {
        for (key, mut times) in answers.expect("asked") {
            all.entry(key).or_default().append(&mut times);
        }
    }
    all
}

fn p99(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get((times.len() * 99 / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn tell(what: &str, answers: &mut Answers, seconds: u64) -> f64 {
    println!("{what}:");
    let mut asked = 0;
    for ((kind, status), times) in &mut *answers {
        asked += times.len();
        let (a_second, p99) = (times.len() as f64 / seconds as f64, p99(times));
        println!("  {kind:?} {status}: {a_second:.0} a second, p99 {:.1} ms", p99.as_secs_f64() * 1e3);
    }
    println!("  asked in all: {:.0} a second", asked as f64 / seconds as f64);
    answers.get(&(Kind::Question, 200)).map_or(0.0, |times| times.len() as f64 / seconds as f64)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().filter(|argument| argument != "--bench").collect();
    let [_, base, parks, colleges, engagements, seconds] = &arguments[..] else {
        println!("started by benches/http/overload.sh");
        return;
    };
    let text = std::fs::read_to_string(engagements).expect("a list of engagements");
    let load = Arc::new(Load {
        base: base.clone(),
        parks: parks.parse().expect("a number"),
        colleges: colleges.parse().expect("a number"),
        engagements: text.lines().map(str::to_owned).collect(),
        asked: AtomicUsize::new(0),
        rated: AtomicUsize::new(0),
    });
    let seconds: u64 = seconds.parse().expect("a number");
    run(&load, 2, None).await;
    let peak = tell("as much as it can answer", &mut run(&load, seconds, None).await, seconds);
    tell("ten times as much", &mut run(&load, seconds, Some(10.0 * peak)).await, seconds);
    tell(
        "as at first, 2 s later",
        &mut {
            tokio::time::sleep(Duration::from_secs(2)).await;
            run(&load, seconds, None).await
        },
        seconds,
    );
}
