//! What signing in takes, and what fifty who guess do to everybody else: clients outside against a server of its own.
//! `cargo bench --bench login -- SECONDS`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Client;
use tokio::task::JoinSet;
use zeyou::domain::{Role, Scopes};
use zeyou::service::accounts::{Accounts, NewAccount, NewKey};
use zeyou::store::{Address, Vault};

const PASSWORD: &str = "三月 blossom 37 trains";
/// Connections that ask for shortlists, and that guess.
const ASK: usize = 8;
const GUESS: usize = 50;

/// Ends the server with the bench.
struct Server(std::process::Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(log: &str) -> (Server, String) {
    let zeyou = env!("CARGO_BIN_EXE_zeyou");
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo");
    let imported = Command::new(zeyou).args(["--database", log, "import", demo]).stdout(Stdio::null()).status();
    assert!(imported.expect("zeyou runs").success());
    let mut command = Command::new(zeyou);
    // Budgets would refuse what is to be measured.
    command.args([
        "--database",
        log,
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--units-per-hour",
        "0",
        "--sign-ins-per-hour",
        "0",
    ]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Server(command.spawn().expect("zeyou runs"));
    let mut greeting = String::new();
    let mut output = BufReader::new(server.0.stdout.take().expect("stdout"));
    output.read_line(&mut greeting).expect("text");
    std::thread::spawn(move || output.lines().map_while(Result::ok).for_each(drop));
    let base = greeting.split_whitespace().find(|word| word.starts_with("http://")).expect("an address");
    let base = base.trim_end_matches('/').to_owned();
    (server, base)
}

/// The time below which so many of a hundred lie.
fn at(times: &mut [Duration], hundredths: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * hundredths / 100).min(times.len() - 1)]
}

async fn sign_in(client: &Client, base: &str, name: &str, password: &str) -> u16 {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let request = client.post(format!("{base}/login")).header("content-type", "application/x-www-form-urlencoded");
    let body = format!("name={}&password={}", encoded(name), encoded(password));
    request.body(body).send().await.expect("an answer").status().as_u16()
}

/// Asks for shortlists for some time; every answer's time.
async fn shortlists(client: &Client, base: &str, key: &str, seconds: u64) -> Vec<Duration> {
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut everybody = JoinSet::new();
    for n in 0..ASK {
        let (client, key) = (client.clone(), key.to_owned());
        let address = format!("{base}/api/v1/parks/P000{}/shortlist?top=10", n % 4 + 1);
        everybody.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < end {
                let begun = Instant::now();
                let answer = client.get(&address).bearer_auth(&key).send().await.expect("an answer");
                assert_eq!(answer.status(), 200);
                answer.bytes().await.expect("a body");
                times.push(begun.elapsed());
            }
            times
        });
    }
    everybody.join_all().await.concat()
}

#[tokio::main]
async fn main() {
    let seconds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10);
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("zeyou.db");
    let (_server, base) = start(log.to_str().expect("a path"));
    let accounts = Accounts::beside(&Address::from(&log), Vault::default()).await.expect("accounts");
    let new = NewAccount { name: "li".to_owned(), role: Role::ParkManager("P0001".parse().expect("a code")) };
    let made = accounts.create(new).await.expect("made");
    let link = made.path.trim_start_matches("/welcome/");
    accounts.accept(link, PASSWORD.to_owned(), "").await.expect("in");
    let new = NewAccount { name: "asks".to_owned(), role: Role::Planner(None) };
    let planner = accounts.create(new).await.expect("made").account.id;
    let key = NewKey { label: "bench".to_owned(), scopes: Scopes::ALL, days: 1 };
    let key = accounts.make_key(&planner, key).await.expect("a key").key;
    accounts.close().await;
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().expect("a client");

    let mut logins = Vec::new();
    for _ in 0..30 {
        let begun = Instant::now();
        assert_eq!(sign_in(&client, &base, "li", PASSWORD).await, 303);
        logins.push(begun.elapsed());
    }
    println!("a login, one after the other: median {:?}, the slowest {:?}", at(&mut logins, 50), at(&mut logins, 100));

    shortlists(&client, &base, &key, 2).await;
    let mut alone = shortlists(&client, &base, &key, seconds).await;
    let (stop, tried, put_off) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut guessing = JoinSet::new();
    for n in 0..GUESS {
        let (client, base, stop) = (client.clone(), base.clone(), Arc::clone(&stop));
        let (tried, put_off) = (Arc::clone(&tried), Arc::clone(&put_off));
        guessing.spawn(async move {
            let mut round = 0;
            while !stop.load(Ordering::Relaxed) {
                round += 1;
                // Another name each time: who tries one name is put off before anything is worked out.
                match sign_in(&client, &base, &format!("n{n}-{round}"), "a wrong password").await {
                    401 => tried.fetch_add(1, Ordering::Relaxed),
                    429 => put_off.fetch_add(1, Ordering::Relaxed),
                    other => panic!("{other}"),
                };
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
    }
    let mut beside = shortlists(&client, &base, &key, seconds).await;
    stop.store(true, Ordering::Relaxed);
    guessing.join_all().await;
    let (p99, with) = (at(&mut alone, 99), at(&mut beside, 99));
    println!("shortlists alone: {} in {seconds} s, median {:?}, p99 {p99:?}", alone.len(), at(&mut alone, 50));
    println!(
        "beside {GUESS} who guess ({} passwords tried, {} put off): {}, median {:?}, p99 {with:?}: {:.2} times (wanted: 1.5)",
        tried.load(Ordering::Relaxed),
        put_off.load(Ordering::Relaxed),
        beside.len(),
        at(&mut beside, 50),
        with.as_secs_f64() / p99.as_secs_f64()
    );
}
