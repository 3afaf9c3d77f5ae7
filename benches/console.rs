//! The console in a real browser, at the size of a city, of 3,000 colleges and of a nation: from a slider to repainted ranks, first
//! views with a cold cache, a rating to an open list, an import's trial, a selection.
//!
//! `cargo bench --bench console`; `ZEYOU_BENCH_SIZES=city` leaves the nation out. Needs Chromium and chromedriver.

#[expect(dead_code, reason = "shared with the tests, which use more of it")]
#[path = "../tests/browser/browser.rs"]
mod browser;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use browser::Browser;
use serde_json::{Value, json};
use zeyou::domain::EngagementStatus;
use zeyou::exchange::{Spec, generate};
use zeyou::http::Metrics;
use zeyou::service::Service;

/// Presses of a key, ratings, views of each kind.
const PRESSES: usize = 60;
const RATINGS: usize = 20;
const VIEWS: usize = 5;

struct Site {
    service: Service,
    address: SocketAddr,
    /// The generated tables, deleted with the log.
    folder: tempfile::TempDir,
}

async fn site(spec: &Spec) -> Site {
    let folder = tempfile::tempdir().expect("a folder");
    let tables = folder.path().join("csv");
    std::fs::create_dir(&tables).expect("a folder for tables");
    for (name, text) in generate(spec) {
        std::fs::write(tables.join(name), text).expect("a table");
    }
    let service = Service::open(&folder.path().join("zeyou.db")).await.expect("a log");
    let report = service.operator().import(&tables, false, false, |_, _| {}).await.expect("imported");
    assert_eq!(report.errors, []);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    // What is timed is the page, not who may see it.
    let access = zeyou::http::Access { open: true, ..zeyou::http::Access::default() };
    let server = zeyou::http::listen(service.clone(), Metrics::default(), access, listener, zeyou::console::routes);
    actix_web::rt::spawn(server.expect("it listens").workers(1).disable_signals().run());
    Site { service, address, folder }
}

impl Site {
    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn told(what: &str, mut ms: Vec<f64>) {
    ms.sort_by(f64::total_cmp);
    let at = |share: f64| ms[((ms.len() - 1) as f64 * share).round() as usize];
    println!("{what}: median {:.0} ms, p95 {:.0} ms, slowest {:.0} ms ({} runs)", at(0.5), at(0.95), at(1.0), ms.len());
}

/// From a key on a slider to the frame in which the ranks are painted, one press after the other.
async fn slider(site: &Site, browser: &Browser, path: &str) {
    browser.open(&site.url(path)).await;
    browser.find("[data-lab].live").await;
    browser
        .value("document.querySelector('#weight-cost').closest('.weight').querySelector('[type=range]').focus()")
        .await;
    for n in 1..=PRESSES {
        for kind in ["keyDown", "keyUp"] {
            let event = json!({"type": kind, "key": "ArrowRight", "code": "ArrowRight", "windowsVirtualKeyCode": 39});
            browser.devtools("Input.dispatchKeyEvent", event).await;
        }
        browser.until(&format!("performance.getEntriesByName('zeyou-lab').length === {n}")).await;
    }
    let ms = browser.value("performance.getEntriesByName('zeyou-lab').map(e => e.duration)").await;
    told("slider → repainted ranks", numbers(&ms));
    let server = {
        let begun = Instant::now();
        for n in 0..20 {
            let answer =
                reqwest::get(site.url(&format!("{path}?cost={n}&satisfaction={}", 100 - n))).await.expect("a page");
            answer.bytes().await.expect("its bytes");
        }
        begun.elapsed().as_secs_f64() * 50.0
    };
    println!("  of which the page takes {server:.1} ms on the server, fetched");
}

fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().expect("numbers").iter().map(|ms| ms.as_f64().expect("a number")).collect()
}

/// A first view with nothing cached, until loaded, with its bytes.
async fn first_view(site: &Site, browser: &Browser, path: &str) {
    let mut ms = Vec::new();
    let mut bytes = 0;
    for _ in 0..VIEWS {
        browser.devtools("Network.clearBrowserCache", json!({})).await;
        browser.open("about:blank").await;
        browser.requests().await;
        let begun = Instant::now();
        browser.open(&site.url(path)).await;
        ms.push(begun.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(Duration::from_millis(400)).await;
        bytes = browser.requests().await.iter().map(|(_, bytes)| bytes).sum::<u64>();
    }
    told(&format!("first view of {path}, cold cache, {} KB", bytes / 1024), ms);
}

/// From the post of a rating to the repaint of an open shortlist, both by the page's own clock.
async fn rating(site: &Site, browser: &Browser, park: &str) {
    let free: Vec<String> = {
        let current = site.service.live().current();
        let state = &current.snapshot.state;
        let open = state
            .engagements
            .iter()
            .filter(|(id, entry)| entry.value.status != EngagementStatus::Proposed && state.ratings.get(id).is_none());
        open.take(RATINGS).map(|(id, _)| id.to_string()).collect()
    };
    browser.open(&site.url(&format!("/parks/{park}"))).await;
    browser.find(".live-state.on").await;
    let mut ms = Vec::new();
    for (at, id) in free.iter().enumerate() {
        let marks = json!({"overall": 4, "supply": 4, "skill": 4, "stay": 4, "help": 4});
        let body = json!({"engagement": id, "marks": marks});
        browser
            .value(&format!(
                "(window.begun = performance.now(), fetch('/api/v1/ratings', {{method: 'POST', body: JSON.stringify({body}), \
                 headers: {{'Content-Type': 'application/json', 'Idempotency-Key': 'b{at}'}}}}), 0)"
            ))
            .await;
        browser.until("performance.getEntriesByName('zeyou-repainted').some(m => m.startTime > window.begun)").await;
        let took = "performance.getEntriesByName('zeyou-repainted').find(m => m.startTime > window.begun).startTime - window.begun";
        ms.push(browser.value(took).await.as_f64().expect("ms"));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    told("rating posted → open shortlist repainted", ms);
}

/// The trial of a file with 1,000 rows, from the post to the whole page.
async fn import(site: &Site) {
    let text = std::fs::read_to_string(site.folder.path().join("csv/programmes.csv")).expect("a table");
    let rows: Vec<&str> = text.lines().take(1_001).collect();
    let edge = "zeyou-edge";
    let body = format!(
        "--{edge}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"programmes.csv\"\r\nContent-Type: text/csv\r\n\r\n{}\r\n--{edge}--\r\n",
        rows.join("\n")
    );
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut ms = Vec::new();
    for _ in 0..VIEWS {
        let begun = Instant::now();
        let request = client.post(site.url("/data/check")).body(body.clone());
        let request = request.header("Content-Type", format!("multipart/form-data; boundary={edge}"));
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.bytes().await.expect("a page");
        ms.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    told(&format!("trial of a file of {} rows", rows.len() - 1), ms);
}

async fn size(name: &str, spec: &Spec) {
    println!("\n{name}: {} parks, {} colleges, {} ratings", spec.parks, spec.colleges, spec.ratings);
    let begun = Instant::now();
    let site = site(spec).await;
    println!("imported and derived in {:.0} s", begun.elapsed().as_secs_f64());
    let park = site.service.operator().parks().cards[0].park.id.to_string();
    let browser = Browser::start().await;
    slider(&site, &browser, &format!("/parks/{park}/lab")).await;
    for path in ["/".to_owned(), format!("/parks/{park}"), "/selections?wish=3&capacity=4".to_owned()] {
        first_view(&site, &browser, &path).await;
    }
    // The last of them was a selection that was made, not one that was refused.
    assert!(browser.value("document.querySelectorAll('tr[data-pair]').length > 0").await == true);
    rating(&site, &browser, &park).await;
    import(&site).await;
}

fn main() {
    let wanted = std::env::var("ZEYOU_BENCH_SIZES").unwrap_or_else(|_| "city,colleges,nation".to_owned());
    let spec = |parks, colleges, enterprises, ratings| Spec {
        parks,
        colleges,
        enterprises,
        ratings,
        seed: 1,
        attributes: false,
    };
    let sizes = [
        ("city", spec(60, 300, 3_000, 20_000)),
        ("colleges", spec(60, 3_000, 3_000, 20_000)),
        ("nation", spec(2_500, 3_000, 50_000, 100_000)),
    ];
    actix_web::rt::System::new().block_on(async {
        for (name, spec) in sizes {
            if wanted.split(',').any(|one| one == name) {
                size(name, &spec).await;
            }
        }
    });
}
